#!/usr/bin/env python3
"""C# calls held against what mcs makes of the same files.

usage: csharp_calls.py [--misses N] <folder> [<mcs flag>...] -- <file.cs, relative to it>...

Compiles all files with `mcs -debug` and reads every call and `new` with its place out of the assembly
by Mono.Cecil (Debian: mono-mcs, libmono-cecil-cil and the libmono-system-*4.0-cil referred to).
Its lines are those of statements, so a call counts as found some lines apart. Left out: what has no
code (interfaces, abstract methods, constructors that nobody wrote), properties and operators, whose
names do not stand as calls do, and lambdas.
"""
import glob, os, re, subprocess, sys, tempfile
import calls

HERE = os.path.dirname(os.path.abspath(__file__))


def must(command, folder):
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{command[0]}: " + "\n".join(re.findall(r".*error.*", run.stdout + run.stderr)[:5]))
    return run.stdout


def main():
    show, (folder, *flags), files = calls.arguments(__doc__)
    folder, truth = os.path.abspath(folder), set()
    cecil = glob.glob("/usr/lib/mono-cecil/*.dll")
    with tempfile.TemporaryDirectory() as work:
        for library in cecil:
            os.symlink(library, os.path.join(work, os.path.basename(library)))
        must(["mcs", "-out:calls.exe", *(f"-r:{one}" for one in cecil),
              os.path.join(HERE, "csharp_calls.cs")], work)
        must(["mcs", "-debug", "-target:library", f"-out:{work}/out.dll", *flags, *files], folder)
        for row in must(["mono", "calls.exe", "out.dll"], work).splitlines():
            path, line, name, to, at = row.split("\t")
            if name.startswith(("get_", "set_", "add_", "remove_", "op_", "<")):
                continue
            target = () if to == "?" else (os.path.relpath(to, folder), int(at)) if to else None
            truth.add((os.path.relpath(path, folder), int(line), name, target))
    calls.compare(folder, truth, show, near=8, sure=True)


main()
