#!/usr/bin/env python3
"""What the index costs after each commit of a real history:

    tests/bench/commits.py <repository> [<count>]

Goes along the newest first-parent commits that change code (200 of them), one after the other, in a
clone without other branches, and prints the CPU seconds (user and system) of `git flywheel index`
for those that change one file of code and for all. The goal is 50 ms.
"""
import glob
import os
import resource
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOAL = 0.05


def git(*args):
    return subprocess.run(["git", *args], stdout=subprocess.PIPE, text=True, check=True).stdout


def endings():
    found = []
    for path in glob.glob(ROOT + "/src/language/*/language.conf"):
        with open(path, encoding="utf-8") as lines:
            found += ["." + line.split("=")[1].strip() for line in lines if "extension =" in line]
    return tuple(found)


def steps(tip, count):
    """Commits with their number of code files, oldest first; and where they begin."""
    ends, chosen, code = endings(), [], 0
    commits = git("rev-list", "--first-parent", tip).split()
    for commit, parent in zip(commits, commits[1:]):
        if code == count:
            break
        names = git("diff", "--name-only", "--no-renames", parent, commit).splitlines()
        files = sum(name.endswith(ends) for name in names)
        chosen.append((commit, files))
        code += files > 0
    return commits[len(chosen)], chosen[::-1]


def index(commit):
    with open(".git/HEAD", "w", encoding="ascii") as head:
        head.write(commit + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([ROOT + "/git-flywheel", "index", "--quiet"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def tell(what, costs):
    costs.sort()
    if costs:
        within = sum(cost <= GOAL for cost in costs) / len(costs)
        print(f"{what:10} {len(costs):4} commits, median {costs[len(costs) // 2]:.3f}, "
              f"p90 {costs[len(costs) * 9 // 10]:.3f}, within {GOAL}: {within:.1%}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    source, count = os.path.abspath(sys.argv[1]), int((sys.argv + ["200"])[2])
    with tempfile.TemporaryDirectory() as work:
        os.environ.update(HOME=work, GIT_CONFIG_NOSYSTEM="1", FLYWHEEL_INTERNAL="1",
                          GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.com",
                          GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@example.com")
        git("clone", "-q", "-n", "--shared", source, work + "/repo")
        os.chdir(work + "/repo")
        start, chosen = steps(git("rev-parse", "HEAD").strip(), count)
        for ref in git("for-each-ref", "--format=%(refname)").split():
            git("update-ref", "--no-deref", "-d", ref)
        git("update-ref", "--no-deref", "HEAD", start)
        subprocess.run([ROOT + "/git-flywheel", "init"], stdout=subprocess.DEVNULL, check=True)
        git("config", "flywheel.enabled", "false")
        index(start)
        costs = [(files, index(commit)) for commit, files in chosen]
    tell("one file", [cost for files, cost in costs if files == 1])
    tell("all", [cost for files, cost in costs if files])


main()
