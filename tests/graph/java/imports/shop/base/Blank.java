// Written by a generator at build time.
