#!/usr/bin/env python3
"""C++ calls held against the compiler's own call graph.

usage: cpp_calls.py [--misses N] <folder> [<g++ flag>...] -- <file.cpp>...

Compiles each file (relative to the folder) with `g++ -O0 -fcallgraph-info`, which lists every direct
call with its place, and compares with `git flywheel graph dump --dir <folder>`. A function is known by
where it is defined, so that overloads stay apart and names need not be demangled. Left out: functions
that none of our definitions holds, which are counted. Counted apart: calls whose callee's name does
not stand where the call is (constructors of temporaries, destructors, operators, macros), and
what we resolve where the compiler saw no call at all (templates that nothing instantiates).
"""
import collections, os, re, subprocess, sys, tempfile

from calls import Ours

PLACE = re.compile(r"(.*):(\d+):(\d+)$")


def function(title):
    """The mangled name; a complete object's constructor is the base object's to everybody else."""
    return re.sub(r"([CD])[014]E", r"\g<1>2E", title.rsplit(":", 1)[-1])


def read_graph(path, nodes, calls):
    for row in open(path, errors="replace"):
        node = re.match(r'node: \{ title: "([^"]*)" label: "(.*)\\n([^"\\]*:\d+:\d+)', row)
        if node and "shape" not in row:
            nodes[function(node[1])] = PLACE.match(node[3]).groups()[:2]
        edge = re.match(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)" label: "([^"]*)"', row)
        if edge and PLACE.match(edge[3]):
            calls.add((function(edge[1]), function(edge[2]), *PLACE.match(edge[3]).groups()[:2]))


def compile_all(folder, flags, files):
    nodes, calls, failed = {}, set(), []
    with tempfile.TemporaryDirectory() as work:
        for number, path in enumerate(files):
            out = os.path.join(work, f"{number}.o")
            run = subprocess.run(["g++", "-O0", "-w", "-fcallgraph-info", *flags, "-c", path, "-o", out],
                                 cwd=folder, capture_output=True, text=True)
            if run.returncode:
                failed.append(path)
            else:
                read_graph(out[:-2] + ".ci", nodes, calls)
    if failed:
        print(f"# not compiled: {' '.join(failed)}", file=sys.stderr)
    return nodes, calls


def key(found):
    return found["path"], found["line"]


def main():
    arguments, show = sys.argv[1:], 0
    if arguments[:1] == ["--misses"]:
        show, arguments = int(arguments[1]), arguments[2:]
    if "--" not in arguments or len(arguments) < 3:
        sys.exit(__doc__)
    cut = arguments.index("--")
    folder, flags, files = arguments[0], arguments[1:cut], arguments[cut + 1:]
    nodes, calls = compile_all(folder, flags, files)
    ours = Ours(folder)
    places = {node: ours.around(os.path.normpath(path), int(line)) for node, (path, line) in nodes.items()
              if not path.startswith("/")}
    unknown = sum(found is None for found in places.values())
    texts, truth, hidden, calling = {}, set(), set(), set()
    for source, target, path, line in calls:
        a, b = places.get(source), places.get(target)
        if not a or not b or path.startswith("/"):
            continue
        if path not in texts:
            texts[path] = open(os.path.join(folder, path), errors="replace").read().splitlines()
        near = "\n".join(texts[path][max(0, int(line) - 3):int(line) + 1])
        spelled = re.search(rf"(?<!\w){re.escape(b['name'])}\s*(<[^;]*>)?\s*[({{]", near)
        (truth if spelled else hidden).add((key(a), key(b)))
        calling.add(key(a))
    hidden -= truth
    found = collections.defaultdict(set)
    for edge in ours.edges:
        if "from" not in edge or "to" not in edge:
            continue
        pair = (key(edge["from"]), key(edge["to"]))
        if pair[0] in calling and ours.around(*pair[1]):
            found[edge["confidence"]].add(pair)
    resolved, likely = found["resolved"], found["likely"] - found["resolved"]
    print(f"calls between {len(places) - unknown} functions ({unknown} more are not ours): "
          f"{len(truth)} spelled in the source, {len(hidden)} not")
    for name, pairs in (("resolved", resolved), ("with likely", resolved | likely)):
        right = pairs & (truth | hidden)
        print(f"{name:11} {len(pairs)}: precision {len(right) / max(1, len(pairs)):.4f}, recall of "
              f"spelled {len(pairs & truth) / max(1, len(truth)):.4f}")
    for what, pairs in (("wrong", resolved - truth - hidden), ("missed", truth - resolved - likely)):
        for a, b in sorted(pairs)[:show]:
            print(f"  {what}: {a[0]}:{a[1]} -> {b[0]}:{b[1]}")


main()
