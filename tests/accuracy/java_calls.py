#!/usr/bin/env python3
"""Calls of Java against the bytecode that javac makes of the same files.

    javac -g -d <classes> $(find <sources> -name '*.java')
    tests/accuracy/java_calls.py <sources> <classes> [--misses] [--binary git-flywheel]

A call is the same when file, class, method and number of parameters are, within a statement's
lines. Left out on both sides: constructors that constructors call (most are implicit), and the
one that `new Interface() {}` calls. What only the compiler writes is left out there: bridges,
values() of enums, string concatenation. Not left out, though no source spells them: iterator() of
a loop, constructors without parameters of an enum's constants.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess

NEAR = 8  # lines: a compiler counts a statement's from its beginning


def parameters(descriptor):
    inside = descriptor[1:descriptor.index(")")]
    return len(re.findall(r"\[*(?:L[^;]+;|[BCDFIJSZ])", inside))


def simple(name):
    """The last name of a/b/Outer$Inner; an anonymous class is "new", as it is for us."""
    return re.sub(r"^\d+", "", name.rsplit("/", 1)[-1].rsplit("$", 1)[-1]) or "new"


class Class:
    def __init__(self, text):
        self.name = re.search(r"this_class: #\d+\s+// (\S+)", text).group(1)
        parent = re.search(r"super_class: #\d+\s+// (\S+)", text)
        self.parents = [parent.group(1)] if parent else []
        self.parent = self.parents[0] if parent else None
        source = re.search(r'SourceFile: "([^"]+)"', text)
        self.file = self.name.rpartition("/")[0] + "/" + source.group(1) if source else ""
        self.methods, self.calls = set(), []
        head = [line for line in text[:text.find("\nConstant pool")].splitlines()
                if re.search(r"\b(class|interface|enum) ", line)]
        line = head[0] if head else ""
        while re.search(r"<[^<>]*>", line):
            line = re.sub(r"<[^<>]*>", "", line)
        for names in re.findall(r"(?:extends|implements) ([\w.$, ]+?)(?= implements|$)", line):
            self.parents += [one.strip().replace(".", "/") for one in names.split(",")]
        for method in text[text.find("\n{"):].split("\n\n"):
            self.read_method(method)

    def read_method(self, text):
        descriptor = re.search(r"descriptor: (\(\S+)", text)
        if not descriptor:
            return
        head = next(line for line in text.splitlines() if "(" in line or "static {}" in line)
        name = "<clinit>" if "static {}" in head else head.split("(")[0].split()[-1]
        if name.replace(".", "/") == self.name:
            name = "<init>"
        self.methods.add((name, descriptor.group(1)))
        if "ACC_SYNTHETIC" in text and not name.startswith("lambda$"):
            return
        lines = sorted((int(at), int(line))
                       for line, at in re.findall(r"line (\d+): (\d+)", text))
        for at, target in re.findall(
                r"^\s+(\d+): invoke(?:virtual|special|static|interface)\s.*?Method (\S+)",
                text, re.M):
            line = max([one for one in lines if one[0] <= int(at)], default=(0, 0))[1]
            owner, dot, rest = target.rpartition(".") if "." in target.split(":")[0] else (
                self.name, "", target)
            called, descriptor = rest.split(":", 1)
            self.calls.append((line, owner.strip('"'), called.strip('"'), descriptor, name))


def declaring(classes, name, method):
    if name not in classes:
        return None
    if method in classes[name].methods:
        return name
    found = (declaring(classes, parent, method) for parent in classes[name].parents)
    return next((one for one in found if one), None)


def theirs(folder):
    files = [str(one) for one in sorted(folder.rglob("*.class"))]
    text = subprocess.run(["javap", "-p", "-c", "-l", "-v", *files],
                          capture_output=True, check=True, text=True).stdout
    blocks = [one for one in re.split(r"(?:^|\n)Classfile ", text) if "this_class:" in one]
    classes = {one.name: one for one in map(Class, blocks)}
    found = set()
    for one in classes.values():
        for line, owner, method, descriptor, caller in one.calls:
            if method == "<init>":
                of_constructor = caller == "<init>" and owner in (one.name, one.parent)
                while owner in classes and simple(owner) == "new":
                    owner = classes[owner].parent  # what an anonymous class is written as
                if owner in classes and not of_constructor:
                    found.add((one.file, line, simple(owner), method, None))
                continue
            owner = declaring(classes, owner, (method, descriptor))
            written = owner and method != "$values" and not (
                classes[owner].parent == "java/lang/Enum" and method in ("values", "valueOf"))
            if written:
                found.add((one.file, line, simple(owner), method, parameters(descriptor)))
    return found


def ours(binary, folder):
    out = subprocess.run([binary, "graph", "dump", "--dir", str(folder), "--json"],
                         capture_output=True, check=True, text=True)
    graph = json.loads(out.stdout)
    known = {(one["path"], one["line"], one["qualified"]): one for one in graph["definitions"]}
    found = collections.defaultdict(set)
    for edge in graph["edges"]:
        to = edge.get("to")
        if edge["kind"] != "call" or not to or edge["name"] in ("super", "this"):
            continue
        one, parts = known[to["path"], to["line"], to["qualified"]], to["qualified"].split(".")
        owner, method, count = parts[-2] if len(parts) > 1 else "", parts[-1], one.get("parameters")
        if one["kind"] == "type" and re.search(r"\binterface\b", one["signature"]):
            continue
        if one["kind"] == "type" or owner == method:
            owner, method, count = parts[-1], "<init>", None
        found[edge["confidence"]].add((edge["path"], edge["line"], owner, method, count))
    return found


def right(calls, truth):
    """Those of `calls` that are in `truth`, some lines apart."""
    lines = collections.defaultdict(list)
    for file, line, *target in truth:
        lines[file, *target].append(line)
    return {one for one in calls
            if any(abs(line - one[1]) <= NEAR for line in lines.get((one[0], *one[2:]), ()))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("classes", type=pathlib.Path)
    parser.add_argument("--misses", action="store_true", help="print every difference")
    parser.add_argument("--binary", default="./git-flywheel")
    options = parser.parse_args()
    truth, found = theirs(options.classes), ours(options.binary, options.sources)
    print("calls in the bytecode  %6d" % len(truth))
    for confidence in ("resolved", "likely", "ambiguous"):
        calls = found[confidence]
        good = right(calls, truth)
        print("%-10s %6d  right %6d  precision %.4f" % (
            confidence, len(calls), len(good), len(good) / max(1, len(calls))))
        for one in sorted(calls - good, key=str) if options.misses else ():
            print("  wrong", *one)
    for name in (("resolved",), ("resolved", "likely")):
        hit = right(truth, set().union(*(found[one] for one in name)))
        print("recall %-16s %.4f" % ("+".join(name), len(hit) / max(1, len(truth))))
    for one in sorted(truth - hit, key=str) if options.misses else ():
        print("  missed", *one)


if __name__ == "__main__":
    main()
