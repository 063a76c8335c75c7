#!/usr/bin/env python3
"""Go calls held against the call graph of golang.org/x/tools.

usage: go_calls.py [--misses N] <GOPATH> [<GOPATH of dependencies>] -- <package>...

Runs `callgraph -algo static`, which lists every call to a function that is known without running
anything (calls through interfaces and function values are not), and compares with `git flywheel
graph dump --dir <GOPATH>/src`: place of the call, package and name of the callee. Left out: callees
outside the folder, functions in functions, and what we say of calls through interfaces.
"""
import collections, json, os, re, subprocess, sys


def read_truth(root, dependencies, packages):
    paths = ":".join([root] + dependencies)
    run = subprocess.run(["callgraph", "-algo", "static", "-format",
                          "{{.Filename}}\t{{.Line}}\t{{.Callee}}", *packages],
                         capture_output=True, text=True,
                         env={**os.environ, "GO111MODULE": "off", "GOPATH": paths})
    if run.returncode:
        sys.exit(f"callgraph: {run.stderr.splitlines()[0] if run.stderr else run.returncode}")
    truth = set()
    for row in run.stdout.splitlines():
        path, line, callee = row.split("\t")
        found = re.match(r"\(?\*?([\w./-]+?)\.(\w+)(?:\[.*?\])?\)?(?:\.(\w+))?(?:\[.*\])?$", callee)
        if not path.startswith(root + "/src/") or not found:
            continue
        folder, name, method = found.groups()
        truth.add((path[len(root) + 5:], int(line), folder, f"{name}.{method}" if method else name))
    return truth


def main():
    arguments, show = sys.argv[1:], 0
    if arguments[:1] == ["--misses"]:
        show, arguments = int(arguments[1]), arguments[2:]
    if "--" not in arguments or len(arguments) < 3:
        sys.exit(__doc__)
    cut = arguments.index("--")
    root = os.path.abspath(arguments[0])
    truth = read_truth(root, [os.path.abspath(d) for d in arguments[1:cut]], arguments[cut + 1:])
    dump = json.loads(subprocess.run(["git", "flywheel", "graph", "dump", "--json", "--dir",
                                      root + "/src"], capture_output=True, check=True).stdout)
    known = {(os.path.dirname(at["path"]), at["qualified"]) for at in dump["definitions"]
             if at["kind"] in ("function", "method", "test")}
    interfaces = {(os.path.dirname(at["path"]), at["qualified"]) for at in dump["definitions"]
                  if at["kind"] == "type" and re.search(r"\binterface\b", at["signature"])}
    known = {(folder, name) for folder, name in known
             if not {(folder, name.rpartition(".")[0])} & (interfaces | known)}
    truth = {call for call in truth if call[2:] in known}
    seen = {call[0] for call in truth}
    found = collections.defaultdict(set)
    for edge in dump["edges"]:
        if edge["kind"] == "call" and "to" in edge and edge["path"] in seen:
            to = (os.path.dirname(edge["to"]["path"]), edge["to"]["qualified"])
            if to in known:
                found[edge["confidence"]].add((edge["path"], edge["line"], *to))
    resolved, likely = found["resolved"], found["likely"]
    print(f"calls in {len(seen)} files: {len(truth)}")
    for name, calls in (("resolved", resolved), ("with likely", resolved | likely)):
        print(f"{name:11} {len(calls)}: precision {len(calls & truth) / max(1, len(calls)):.4f}, "
              f"recall {len(calls & truth) / max(1, len(truth)):.4f}")
    for what, calls in (("wrong", resolved - truth), ("missed", truth - resolved - likely)):
        for path, line, folder, name in sorted(calls)[:show]:
            print(f"  {what}: {path}:{line} -> {folder} {name}")


main()
