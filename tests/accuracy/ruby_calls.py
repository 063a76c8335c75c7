#!/usr/bin/env python3
"""Ruby calls held against those that a run of the project makes.

usage: ruby_calls.py [--misses N] <folder> -- <command that runs its tests>...

Runs the command in the folder with a TracePoint, which knows every method that is called, built in
or not, where it is defined, and where it was called from. Left out: what is defined by
define_method and eval, and methods that a built-in one calls (each, send, ==).
"""
import glob, os, tempfile
import calls

HERE = os.path.dirname(os.path.abspath(__file__))


def run(folder, command, work):
    calls.trace(folder, command, work, RUBYOPT=f"-r{HERE}/ruby_calls.rb", CALLS_FOLDER=folder,
                CALLS_PLACES=f"{work}/places")
    for path in glob.glob(f"{work}/places.*"):
        for row in open(path, errors="replace"):
            yield row.rstrip("\n").split("\t")


def main():
    show, (folder,), command = calls.arguments(__doc__)
    folder, truth = os.path.realpath(folder), set()
    with tempfile.TemporaryDirectory() as work:
        for path, line, name, made, to, at in run(folder, command, work):
            inside = to.startswith(folder + "/")
            truth.add((os.path.relpath(path, folder), int(line),
                       f"{made}|new|initialize|super" if name == "initialize" else name + "|super",
                       (os.path.relpath(to, folder), int(at)) if inside else None))
    # `new` itself is built in; what it calls is what counts.
    made = {one[:2] for one in truth if "|new|initialize" in one[2] and one[3]}
    truth = {one for one in truth if one[2] != "new|super" or one[:2] not in made}
    calls.compare(folder, truth, show, near=2)


main()
