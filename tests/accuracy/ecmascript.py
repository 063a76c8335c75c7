#!/usr/bin/env python3
"""Definitions and calls of JavaScript and TypeScript held against the TypeScript compiler:

  NODE_PATH=<node_modules with typescript 5> tests/accuracy/ecmascript.py <folder> [<n>]

Needs node. Declaration files are left out. A call counts as found when its edge goes to the
compiler's definition (a class stands for its constructor). Calls of what the compiler knows as
a variable only, or not at all, are no part of the figures. Prints the first n differences of each kind.
"""
import collections, json, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))


def truth(folder, paths, mode):
    printed = subprocess.run(["node", os.path.join(HERE, "ecmascript.js"), folder, mode],
                             input="\n".join(paths), capture_output=True, text=True, check=True)
    return [row.split("\t") for row in printed.stdout.splitlines() if row]


def ratio(a, b):
    return f"{a / b if b else 0:.4f}"


def definitions(dump, folder, paths, show):
    ours = collections.defaultdict(list)
    total, wanted, both = collections.Counter(), collections.Counter(), collections.Counter()
    for d in dump["definitions"]:
        if d["path"] in set(paths) and d["kind"] in ("function", "method", "type"):
            group = "type" if d["kind"] == "type" else "function"
            ours[d["path"], group, d["name"]].append((d["line"], d["endLine"]))
            total[group] += 1
    for path, line, group, name, end in truth(folder, paths, "definitions"):
        spans = ours[path, group, name]
        wanted[group] += 1
        hit = next((s for s in spans if int(line) <= s[1] and int(end) >= s[0]), None)
        if hit:
            spans.remove(hit)
            both[group] += 1
        elif wanted[group] - both[group] <= show:
            print(f"  only the compiler: {group} {path}:{line} {name}")
    for group in sorted(wanted):
        print(f"{group}s: compiler {wanted[group]}, ours {total[group]}, precision "
              f"{ratio(both[group], total[group])}, recall {ratio(both[group], wanted[group])}")


def goes_to(end, path, first, last):
    return (end is not None and end.get("path") == path and first <= end["line"] <= last and
            (end["line"] - first < 3 or end["qualified"].endswith("constructor")))


def calls(dump, folder, paths, show):
    edges, rows = collections.defaultdict(list), collections.defaultdict(list)
    count, shown = collections.Counter(), collections.Counter()
    for e in dump["edges"]:
        if e["kind"] == "call":
            edges[e["path"], e["line"], e["name"]].append(e)
    for path, line, name, to, lines in truth(folder, paths, "calls"):
        rows[path, int(line), name].append((to, lines))
    for key, targets in rows.items():
        for i, (to, lines) in enumerate(targets):
            edge = edges[key][i] if i < len(edges[key]) else {}
            how, verdict = edge.get("confidence", "none"), to
            if lines:
                first, last = map(int, lines.split("-"))
                ends = edge.get("candidates") or [edge.get("to")]
                verdict = "hit" if any(goes_to(e, to, first, last) for e in ends) else "miss"
            count[how, verdict] += 1
            if verdict == "miss" or (verdict == "external" and how in ("resolved", "likely")):
                shown[how, verdict] += 1
                if shown[how, verdict] <= show:
                    print(f"  {how} {verdict}: {key[0]}:{key[1]} {key[2]} is {to}:{lines}")
    total = sum(n for (_, verdict), n in count.items() if verdict in ("hit", "miss"))
    for how in ("resolved", "likely"):
        wrong = count[how, "miss"] + count[how, "external"]
        print(f"{how}: precision {ratio(count[how, 'hit'], count[how, 'hit'] + wrong)} "
              f"({wrong} wrong), recall {ratio(count[how, 'hit'], total)} of {total} calls")


def main():
    folder, show = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    program = os.path.join(HERE, "..", "..", "git-flywheel")
    dump = json.loads(subprocess.check_output([program, "graph", "dump", "--json", "--dir", folder]))
    paths = [f["path"] for f in dump["files"] if f.get("skipped") is None and
             f["language"] in ("javascript", "typescript", "tsx") and ".d." not in f["path"]]
    definitions(dump, folder, paths, show)
    calls(dump, folder, paths, show)


main()
