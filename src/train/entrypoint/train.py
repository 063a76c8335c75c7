"""Placeholder of the training program: it refuses to run."""
raise SystemExit("this build carries no training program")
