#!/usr/bin/env python3
"""Calls of Python against the micro-benchmark of PyCG (Salis et al., ICSE 2021).

    tests/accuracy/python_calls.py <folder of micro-benchmark> [--misses] [--binary git-flywheel]

Every folder that holds a callgraph.json is a program; its edges are compared with our call edges
at `resolved` and `likely`. Counted apart, as they have no definition in the program: edges to
built-ins and to modules outside of it (ours are `external`), and edges to a class without a
constructor, which the benchmark leaves out.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys


def module_of(path):
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def ours(binary, folder):
    """Edges as pairs of names, and those to classes."""
    out = subprocess.run(
        [binary, "graph", "dump", "--dir", str(folder), "--json"],
        capture_output=True, check=True, text=True)
    graph = json.loads(out.stdout)
    kinds, names, lambdas = {}, {}, collections.Counter()
    for one in graph["definitions"]:
        at = (one["path"], one["qualified"])
        kinds[at] = one["kind"]
        scope = module_of(one["path"])
        name = scope + "." + one["qualified"]
        if "lambda" in one["signature"] and not one["signature"].startswith("def"):
            scope = name.rpartition(".")[0]
            lambdas[scope] += 1
            name = "%s.<lambda%d>" % (scope, lambdas[scope])
        names[at] = name

    def name(end, path):
        return names[end["path"], end["qualified"]] if end else module_of(path)

    edges, types = set(), set()
    for edge in graph["edges"]:
        to = edge.get("to")
        if edge["kind"] != "call" or edge["confidence"] not in ("resolved", "likely") or not to:
            continue
        pair = (name(edge.get("from"), edge["path"]), name(to, ""))
        (types if kinds[to["path"], to["qualified"]] == "type" else edges).add(pair)
    return edges, types


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--misses", action="store_true", help="print every difference")
    parser.add_argument("--binary", default="git-flywheel")
    options = parser.parse_args()
    total = collections.Counter()
    classes = collections.defaultdict(collections.Counter)
    for truth_file in sorted(options.folder.rglob("callgraph.json")):
        folder = truth_file.parent
        kind = folder.parent.name
        truth = {(a, b) for a, all_b in json.loads(truth_file.read_text()).items() for b in all_b}
        edges, types = ours(options.binary, folder)
        modules = {module_of(str(path.relative_to(folder))) for path in folder.rglob("*.py")}
        outside = {(a, b) for a, b in truth if not any(b.startswith(m + ".") for m in modules)}
        truth -= outside
        total["outside"] += len(outside)
        total["types"] += len(types)
        for key, found in ("hit", edges & truth), ("missed", truth - edges), ("wrong", edges - truth):
            total[key] += len(found)
            classes[kind][key] += len(found)
            if options.misses and key != "hit":
                for a, b in sorted(found):
                    print(f"{key} {folder.relative_to(options.folder)}: {a} -> {b}")
    hit, missed, wrong = total["hit"], total["missed"], total["wrong"]
    if not hit:
        sys.exit("no edge found: is this the folder of the micro-benchmark?")
    print(f"edges {hit + missed}: precision {hit / (hit + wrong):.3f}, recall {hit / (hit + missed):.3f}")
    print(f"apart: {total['outside']} edges to built-ins and other modules, "
          f"{total['types']} calls of a class without a constructor")
    worst = sorted(classes.items(), key=lambda item: (-item[1]["missed"] - item[1]["wrong"], item[0]))
    for kind, count in worst[:8]:
        if count["missed"] + count["wrong"]:
            print(f"{kind}: {count['missed']} missed, {count['wrong']} wrong of "
                  f"{count['hit'] + count['missed']}")


if __name__ == "__main__":
    main()
