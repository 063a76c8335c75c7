"""How well `fit` tells lines that did not last, and hunks of another house.

   tests/bench/model/fit.py <git repository> <another house's repository>

Lasting: every line that COMMITS commits added (those before the newest HORIZON) is scored against the
code before it; a line is rewritten when one of the next HORIZON commits removes it from its file.
Transplants: HUNKS hunks of the newest commits, beside hunks of the other house put in their places.
Prints the area under the ROC curve with a 95 % interval (bootstrap over commits).
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

COMMITS = int(os.environ.get("COMMITS", 250))
HORIZON = int(os.environ.get("HORIZON", 400))
HUNKS = int(os.environ.get("HUNKS", 80))
HERE = os.path.dirname(os.path.abspath(__file__))
FLYWHEEL = os.environ.get("FLYWHEEL_BIN", os.path.join(HERE, "../../../git-flywheel"))
CODE = re.compile(r"\.(c|h|cc|cpp|hpp|py|js|ts|go|rs|java|rb|php|cs|sh)$")


def git(folder, *words, **more):
    return subprocess.run(["git", "-C", folder, *words], check=True, stdout=subprocess.PIPE,
                          **more).stdout.decode(errors="replace")


def fit(folder, what):
    out = subprocess.run([FLYWHEEL, "fit", "--json", what], cwd=folder, check=True,
                         stdout=subprocess.PIPE).stdout.decode(errors="replace")
    return [json.loads(line) for line in out.splitlines()]


def area(positive, negative):
    """Mann and Whitney's U over its maximum; ties count half."""
    ranked = sorted([(s, 1) for s in positive] + [(s, 0) for s in negative])
    total, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        total += sum(r[1] for r in ranked[at:end]) * (at + end + 1) / 2
        at = end
    n, m = len(positive), len(negative)
    return (total - n * (n + 1) / 2) / (n * m) if n and m else float("nan")


def report(title, scored):
    """`scored`: (group, is positive, score); the bootstrap draws groups."""
    groups = {}
    for group, positive, score in scored:
        groups.setdefault(group, []).append((positive, score))
    names, draws = sorted(groups), []
    rng = random.Random(1)
    for draw in range(201):
        chosen = names if not draw else [rng.choice(names) for _ in names]
        items = [item for name in chosen for item in groups[name]]
        draws.append(area([s for p, s in items if p], [s for p, s in items if not p]))
    spread = sorted(d for d in draws[1:] if d == d)
    print("%-46s %.3f  (%.3f .. %.3f)  %d against %d" % (
        title, draws[0], spread[len(spread) * 25 // 1000], spread[len(spread) * 975 // 1000 - 1],
        sum(1 for s in scored if s[1]), sum(1 for s in scored if not s[1])))


def removed_later(folder, start, end):
    """(path, line) that a commit of the range takes away, and does not put back elsewhere in it."""
    gone = set()
    for patch in git(folder, "log", "--no-merges", "--format=%x01", "--unified=0", "-p",
                     start + ".." + end).split("\x01"):
        path, minus, plus = None, set(), set()
        for line in patch.split("\n"):
            if line.startswith("--- "):
                path = line[6:]
            elif line.startswith("-") and path:
                minus.add((path, line[1:].strip()))
            elif line.startswith("+") and not line.startswith("+++"):
                plus.add(line[1:].strip())
        gone |= {item for item in minus if item[1] not in plus}
    return gone


def lasting(folder):
    line = git(folder, "rev-list", "--first-parent", "HEAD").split()
    horizon = min(HORIZON, len(line) // 3)
    end, start = line[horizon], line[min(horizon + COMMITS, len(line) - 1)]
    gone = removed_later(folder, end, line[0])
    scored = [s for s in fit(folder, start + ".." + end) if len(s["text"].strip()) > 3]
    for title, score in (("house, bits a token", lambda s: s["house"]),
                         ("house, bits a line", lambda s: s["house"] * s["tokens"]),
                         ("oddest token", lambda s: s["token_bits"]),
                         ("house less generic", lambda s: s["house"] - (s["generic"] or 0)),
                         ("tokens in the line alone", lambda s: s["tokens"])):
        report("rewritten within %d commits: %s" % (horizon, title), [
            (s["commit"], (s["path"], s["text"].strip()) in gone, score(s)) for s in scored])


def hunks(folder, count):
    """(commit, path, first line, lines) of additions of 5 to 40 lines, at most one a commit."""
    out = []
    for commit in git(folder, "rev-list", "--no-merges", "HEAD").split():
        if len(out) >= count:
            break
        path, best = None, None
        for line in git(folder, "show", "--format=", "--unified=0", commit).split("\n"):
            head = re.match(r"@@ -\S+ \+(\d+),?(\d*) @@", line)
            if line.startswith("+++ "):
                path = line[6:]
            elif head and path and CODE.search(path):
                first, lines = int(head.group(1)), int(head.group(2) or 1)
                if 5 <= lines <= 40 and not best:
                    best = (commit, path, first, lines)
        if best:
            out.append(best)
    return out


def transplant(folder, other, own, theirs, number):
    """A commit like one of the house, but with a hunk of the other house in the place of its own."""
    commit, path, first, lines = own
    text = git(folder, "show", commit + ":" + path).split("\n")
    strange = git(other, "show", theirs[0] + ":" + theirs[1]).split("\n")
    strange = strange[theirs[2] - 1:theirs[2] - 1 + theirs[3]]
    mixed = "\n".join(text[:first - 1] + strange + text[first - 1 + lines:])
    blob = git(folder, "hash-object", "-w", "--stdin", input=mixed.encode()).strip()
    when = git(folder, "log", "-1", "--format=%ct", commit).strip() + " +0000"
    environment = dict(os.environ, GIT_INDEX_FILE=folder + "/.git/transplant",
                       GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=when)
    git(folder, "read-tree", commit, env=environment)
    git(folder, "update-index", "--add", "--cacheinfo", "100644," + blob + "," + path,
        env=environment)
    tree = git(folder, "write-tree", env=environment).strip()
    made = git(folder, "commit-tree", tree, "-p", commit + "^", "-m", "transplant %d" % number,
               env=environment).strip()
    return made, path, first, len(strange)


def transplants(folder, other):
    own, foreign = hunks(folder, HUNKS), hunks(other, HUNKS * 3)
    asked = []  # (number, is foreign, commit, path, first line, lines)
    for number, hunk in enumerate(own):
        suffix = hunk[1].rsplit(".", 1)[-1]
        fits = [f for f in foreign if f[1].rsplit(".", 1)[-1] == suffix]
        if fits:
            asked.append((number, False) + hunk)
            asked.append((number, True) + transplant(
                folder, other, hunk, fits[number % len(fits)], number))
    # One range holds them all, so that one process walks from tree to tree.
    join = git(folder, "commit-tree", "HEAD^{tree}", "-m", "join", "-p", "HEAD", *[
        word for one in asked if one[1] for word in ("-p", one[2])]).strip()
    priced = {}
    for line in fit(folder, own[-1][0] + "^.." + join):
        priced.setdefault((line["commit"], line["path"]), []).append(line)
    scored = []
    for number, positive, commit, path, first, lines in asked:
        inside = [s for s in priced.get((commit, path), [])
                  if first <= s["line"] < first + lines]
        tokens = sum(s["tokens"] for s in inside)
        if tokens:
            house = sum(s["house"] * s["tokens"] for s in inside) / tokens
            generic = sum((s["generic"] or 0) * s["tokens"] for s in inside) / tokens
            scored.append((number, positive, house, house - generic))
    report("transplanted hunks: house, bits a token", [s[:3] for s in scored])
    report("transplanted hunks: house less generic", [s[:2] + s[3:] for s in scored])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    work = tempfile.mkdtemp()
    try:
        folders = []
        for name, source in zip(("house", "other"), sys.argv[1:]):
            folders.append(os.path.join(work, name))
            subprocess.run(["git", "clone", "-q", "--shared", source, folders[-1]], check=True)
        git(folders[0], "config", "user.name", "Bench")
        git(folders[0], "config", "user.email", "bench@example.com")
        subprocess.run([FLYWHEEL, "init"], cwd=folders[0], check=True, stdout=subprocess.DEVNULL)
        transplants(*folders)
        lasting(folders[0])
    finally:
        shutil.rmtree(work)


main()
