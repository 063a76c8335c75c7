"""How long `complete --serve` takes to answer, as an editor asks: a file, a place in it, and on from
there a few letters at a time, with the text behind the cursor every eighth time.

   tests/bench/model/complete.py <git repository>

In the repository's folder `git flywheel init` was run. Prints milliseconds by our own clock (in the
answer), and as the editor waits (writing and reading JSON included).
"""
import json
import os
import random
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FLYWHEEL = os.environ.get("FLYWHEEL_BIN", os.path.join(HERE, "../../../git-flywheel"))
CODE = (".c", ".h", ".cc", ".cpp", ".py", ".js", ".ts", ".go", ".rs", ".java", ".rb", ".php", ".cs")
FILES, QUESTIONS = 30, 40


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def main():
    os.chdir(sys.argv[1])
    paths = [path for path in subprocess.check_output(["git", "ls-files"], text=True).split("\n")
             if path.endswith(CODE) and 8000 < os.path.getsize(path) < 1000000]
    random.seed(7)
    asked = {"prefix": ([], []), "prefix and suffix": ([], [])}
    with subprocess.Popen([os.path.abspath(FLYWHEEL), "complete", "--serve"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as server:
        for path in random.sample(paths, min(FILES, len(paths))):
            with open(path, errors="replace", encoding="utf-8") as file:
                text = file.read()
            at = random.randrange(len(text) // 4, len(text) - 300)
            for number in range(QUESTIONS):
                at += random.randrange(1, 6)
                question, kind = {"prefix": text[:at]}, "prefix"
                if number % 8 == 7:
                    question["suffix"], kind = text[at + 30:], "prefix and suffix"
                line = json.dumps(question).encode() + b"\n"
                start = time.perf_counter()
                server.stdin.write(line)
                server.stdin.flush()
                answer = json.loads(server.stdout.readline())
                asked[kind][0].append(answer["ms"])
                asked[kind][1].append((time.perf_counter() - start) * 1000)
        server.stdin.close()
    for kind, (own, waited) in asked.items():
        print("%-18s %5d questions: median %.1f ms, p95 %.1f ms; with JSON and pipe %.1f, %.1f" % (
            kind, len(own), quantile(own, .5), quantile(own, .95), quantile(waited, .5),
            quantile(waited, .95)))


main()
