"""What each commit adds to each file of code, a text each; prints their paths in order of time."""
import os
import re
import subprocess
import sys

folder, is_code = sys.argv[1], re.compile(sys.argv[2])
for number, commit in enumerate(open(folder + "/commits").read().split()):
    diff = subprocess.run(
        ["git", "-C", folder + "/tree", "show", "--format=", "--unified=0", "--no-color", commit],
        stdout=subprocess.PIPE, check=True).stdout
    texts, path = {}, None
    for line in diff.split(b"\n"):
        if line.startswith(b"+++ "):
            path = line[6:].decode(errors="replace") if line[4:6] == b"b/" else None
        elif line.startswith(b"+") and path and is_code.search(path):
            texts.setdefault(path, []).append(line[1:])
    for path, lines in sorted(texts.items()):
        if sum(map(len, lines)) > 100000:
            continue  # generated or imported
        name = "%s/added/%05d-%s" % (folder, number, path.replace("/", "-")[-80:])
        with open(name, "wb") as out:
            out.write(b"\n".join(lines) + b"\n")
        print(name)
