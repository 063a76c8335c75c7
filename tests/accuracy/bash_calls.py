#!/usr/bin/env python3
"""Bash calls held against those that a run of the project makes.

usage: bash_calls.py [--misses N] <folder> -- <command that runs its scripts or tests>...

Runs the command in the folder with every bash under it tracing (`set -x`), where each command traced
says what function it stands in, which file that is from, and where that was called. The line that a
function begins in is looked up in that file. Left out: functions that trace off, redefined by eval,
or that run nothing.
"""
import os, re, tempfile
import calls

MARK = "\x01"
STACK = ":".join(f"${{{name}-}}" for name in (
    "FUNCNAME[0]", "BASH_SOURCE[0]", "LINENO", "BASH_SOURCE[1]", "BASH_LINENO[0]"))


def run(folder, command, work):
    with open(f"{work}/start", "w") as out:
        out.write(f"exec {{BASH_XTRACEFD}}>>'{work}/trace'\nPS4='{MARK}{STACK}:{MARK}'\nset -x\n")
    rows = set()
    open(f"{work}/trace", "w").close()  # no bash may come
    calls.trace(folder, command, work, BASH_ENV=f"{work}/start")
    for row in open(f"{work}/trace", errors="replace"):
        parts = row.strip("\n").split(MARK)
        if len(parts) >= 3:
            rows.add((parts[-2], parts[-1].split(" ")[0]))
    return rows


class Places:
    """Where a function of a file begins: the last such line before the one that runs."""

    def __init__(self):
        self.files = {}

    def find(self, path, name, line):
        if path not in self.files:
            self.files[path] = open(path, errors="replace").read().split("\n")
        begins = re.compile(rf"\s*(function\s+{re.escape(name)}\b|{re.escape(name)}\s*\(\))")
        lines = [n for n, row in enumerate(self.files[path], 1) if n <= line and begins.match(row)]
        return lines[-1] if lines else None


def main():
    show, (folder,), command = calls.arguments(__doc__)
    folder, truth, places = os.path.realpath(folder), set(), Places()

    def inside(path):
        whole = os.path.realpath(os.path.join(folder, path))
        ours = whole.startswith(folder + "/") and os.path.isfile(whole)
        return os.path.relpath(whole, folder) if ours else None

    with tempfile.TemporaryDirectory() as work:
        rows = run(folder, command, work)
    for at, word in rows:
        parts = at.split(":")
        if len(parts) < 5 or not parts[2].isdigit():
            continue
        name, source, line, caller, called_at = parts[:5]
        path = inside(source) if source else None
        if path and re.match(r"[\w.:-]+$", word):
            truth.add((path, int(line), word, None))  # a command; a function says so itself below
        by = inside(caller) if caller and called_at.isdigit() else None
        if not by or name in ("source", "main", ""):
            continue
        begins = places.find(os.path.join(folder, path), name, int(line)) if path else None
        truth.add((by, int(called_at), name, (path, begins) if begins else () if path else None))
    calls.compare(folder, truth, show, near=2)


main()
