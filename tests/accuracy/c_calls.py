#!/usr/bin/env python3
"""C calls held against the compiler's own call graph.

usage: c_calls.py [--misses N] <folder> [<gcc flag>...] -- <file.c>...

Compiles each file (relative to the folder) with `gcc -O0 -fcallgraph-info`, which lists every direct
call, and compares with `git flywheel graph dump --dir <folder>`: calls between functions that these
files define, by caller, callee and the callee's file. Counted apart: a call whose callee's name does
not stand in the caller's text, so that it came out of a macro; and what we resolve in code that was
not built (another branch of an #if), by the lines that the preprocessor left. Calls into files that
did not compile are left out.
"""
import json, os, re, subprocess, sys, tempfile


def compile_all(folder, flags, files, work):
    """Callee's file by function, and the calls, as the compiler saw them; lines that were built."""
    homes, calls, built, failed = {}, set(), {}, set()
    for number, path in enumerate(files):
        out = os.path.join(work, f"{number}.o")
        run = subprocess.run(["gcc", "-O0", "-w", "-fcallgraph-info", *flags, "-c", path, "-o", out],
                             cwd=folder, capture_output=True, text=True)
        if run.returncode:
            print(f"# not compiled: {path}: {run.stderr.splitlines()[:1]}", file=sys.stderr)
            failed.add(os.path.normpath(path))
            continue
        text = subprocess.run(["gcc", "-E", "-w", *flags, path], cwd=folder, capture_output=True,
                              text=True, errors="replace").stdout
        note_lines(text, path, built)
        read_graph(out[:-2] + ".ci", homes, calls)
    return homes, calls, built, failed


def note_lines(text, unit, built):
    path, line = unit, 0
    for row in text.splitlines():
        mark = re.match(r'# (\d+) "([^"]*)"', row)
        if mark:
            line, path = int(mark[1]) - 1, os.path.normpath(mark[2])
            continue
        line += 1
        if row.strip():
            built.setdefault(path, set()).add(line)


def read_graph(path, homes, calls):
    for row in open(path, errors="replace"):
        node = re.match(r'node: \{ title: "([^"]*)" label: "([^"\\]*)\\n([^":]*):\d+', row)
        if node and "shape" not in row:
            homes[node[1]] = (node[2], os.path.normpath(node[3]))
        edge = re.match(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', row)
        if edge:
            calls.add((edge[1], edge[2]))


def main():
    arguments = sys.argv[1:]
    show = 0
    if arguments[:1] == ["--misses"]:
        show, arguments = int(arguments[1]), arguments[2:]
    if "--" not in arguments or len(arguments) < 3:
        sys.exit(__doc__)
    cut = arguments.index("--")
    folder, flags, files = arguments[0], arguments[1:cut], arguments[cut + 1:]
    with tempfile.TemporaryDirectory() as work:
        homes, edges, built, failed = compile_all(folder, flags, files, work)
    truth = {(homes[a], homes[b]) for a, b in edges if a in homes and b in homes}
    known = set(homes.values())
    dump = json.loads(subprocess.run(["git", "flywheel", "graph", "dump", "--json", "--dir", folder],
                                     capture_output=True, check=True).stdout)
    bodies, macros = {}, set()
    for at in dump["definitions"]:
        if at.get("signature", "").startswith("#"):
            macros.add((at["path"], at["line"]))
        elif at["kind"] in ("function", "test"):
            bodies[(at["name"], at["path"])] = (at["line"], at["endLine"])
    ours, unsure, dead = set(), set(), 0
    for edge in dump["edges"]:
        if edge["kind"] != "call" or "from" not in edge or "to" not in edge:
            continue
        a, b = edge["from"], edge["to"]
        pair = ((a["qualified"], a["path"]), (b["qualified"], b["path"]))
        if pair[0] not in known or b["path"] in failed or (b["path"], b["line"]) in macros:
            continue
        if edge["line"] not in built.get(edge["path"], ()):
            dead += 1
        elif edge["confidence"] == "resolved":
            ours.add(pair)
        elif edge["confidence"] == "likely":
            unsure.add(pair)
    lines = {}

    def spelled(pair):
        (name, path), (callee, _) = pair
        if path not in lines:
            lines[path] = open(os.path.join(folder, path), errors="replace").read().splitlines()
        first, last = bodies.get((name, path), (1, 0))
        return re.search(rf"\b{re.escape(callee)}\b", "\n".join(lines[path][first - 1:last]))

    plain = {pair for pair in truth if spelled(pair)}
    hidden = truth - plain
    wrong, missed = ours - truth, plain - ours
    print(f"calls between {len(known)} functions: {len(truth)}, of them {len(plain)} spelled in the "
          f"source, {len(hidden)} out of macros")
    print(f"resolved   {len(ours)}, right {len(ours & truth)}: precision "
          f"{len(ours & truth) / max(1, len(ours)):.4f}, recall of spelled "
          f"{len(ours & plain) / max(1, len(plain)):.4f}")
    print(f"likely     {len(unsure)}, right {len(unsure & truth)}")
    print(f"of hidden  {len(hidden & (ours | unsure))} found; in code that is not built: {dead}")
    for what, pairs in (("wrong", wrong), ("missed", missed)):
        for (a, b) in sorted(pairs)[:show]:
            print(f"  {what}: {a[1]} {a[0]} -> {b[1]} {b[0]}")


main()
