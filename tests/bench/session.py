#!/usr/bin/env python3
"""Writes one assistant's sessions as if it had made all edits of a history.

  session.py <home> <repository> [<commits>]

Each hunk of each commit (of the newest <commits>; all) becomes an edit in Claude Code's files below
the home, some seconds before the commit. One in ten proposes other words than were committed, and
one in twenty what was never committed.
"""
import json
import os
import random
import re
import subprocess
import sys
import time


def hunks(repo, most):
    """time, path, old and new text of each change, oldest first."""
    log = subprocess.Popen(["git", "-C", repo, "log", "--reverse", "--no-merges", "-p", "-U0", "--no-color",
                            "--no-renames", "--no-ext-diff", "--format=%x00%ct", *most], stdout=subprocess.PIPE)
    when, path, hunk = 0, None, None
    for line in log.stdout:
        line = line.decode("utf-8", "replace").rstrip("\n")
        if hunk and line[:1] in "+-":
            hunk[line[0] == "+"].append(line[1:])
            continue
        if hunk and path and hunk[1]:
            yield when, path, *("".join(text + "\n" for text in side) for side in hunk)
        hunk = None
        if line.startswith("\0"):
            when = int(line[1:])
        elif line.startswith("+++ "):
            path = line[6:] if line.startswith("+++ b/") else None
        elif line.startswith("@@ "):
            hunk = ([], [])
    if hunk and path and hunk[1]:
        yield when, path, *("".join(text + "\n" for text in side) for side in hunk)


def altered(text, dice):
    kind = dice.random()
    if kind < 0.05:
        return re.sub(r"\w+", lambda word: word[0][::-1], text)
    return text if kind >= 0.15 else re.sub(r"\b[a-z]{3,}\b", lambda word: word[0] + "s", text, count=1)


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 129
    home, repo = sys.argv[1], os.path.realpath(sys.argv[2])
    dice, out, month, count = random.Random(1), None, None, 0
    folder = os.path.join(home, ".claude/projects", re.sub("[^A-Za-z0-9]", "-", repo))
    os.makedirs(folder, exist_ok=True)
    for when, path, old, new in hunks(repo, ["-%s" % most for most in sys.argv[3:]]):
        if when // 2592000 != month:
            month = when // 2592000
            if out:
                out.close()
            out = open(os.path.join(folder, "month-%d.jsonl" % month), "a", encoding="utf-8")
        count += 1
        uuid = "%08x-0000-4000-8000-%012x" % (count, count)
        edit = {"file_path": os.path.join(repo, path), "old_string": old, "new_string": altered(new, dice)}
        out.write(json.dumps({
            "type": "assistant", "uuid": uuid, "sessionId": "month-%d" % month, "cwd": repo, "gitBranch": "main",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when - dice.randint(5, 60))),
            "message": {"role": "assistant", "model": "model-%d" % (month % 3), "content": [
                {"type": "tool_use", "id": "toolu_%d" % count, "name": "Edit", "input": edit}]}}) + "\n")
    if out:
        out.close()
    print("%d edits" % count)
    return 0


sys.exit(main())
