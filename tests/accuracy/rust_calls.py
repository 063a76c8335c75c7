#!/usr/bin/env python3
"""Rust calls held against what rustc makes of the same files.

usage: rust_calls.py [--misses N] <folder> [<rustc flag>...] -- <root file>...

Compiles each crate (its root is relative to the folder) and its tests with `rustc --emit=llvm-ir
-C debuginfo=2`, which names the place of every call and of the function called, generic ones for
each type that they are used with. Left out: closures, calls through pointers and trait objects, and
what is generic and never used.
"""
import os, re, subprocess, tempfile
import calls

NAME = r'@("[^"]*"|[\w.$]+)\('
JUMP = r"^\s+(?:%\S+ = )?(?:tail )?(?:call|invoke) .*?" + NAME + r".*!dbg (!\d+)"
NOTE = r"(!\d+) = (?:distinct )?!DI(Subprogram|Location|File|LexicalBlock\w*)\((.*)\)"


def numbers(row):
    return {key: value for key, value in re.findall(r"(\w+): (!?\d+|\"(?:[^\"]*)\")", row)}


class Module:
    """The functions, calls and places of a file of LLVM's assembly language."""

    def __init__(self, path, folder):
        self.folder, self.notes, self.places, self.jumps = folder, {}, {}, []
        inside = None
        for row in open(path, errors="replace"):
            made = re.match(r"define .*?" + NAME + r".*!dbg (!\d+)", row)
            if made:
                self.places[made[1]], inside = made[2], made[2]
            jump = re.search(JUMP, row)
            if jump and inside:
                self.jumps.append((jump[1], jump[2]))
            elif re.match(r"\s+to label %.*!dbg", row) and self.pending:
                self.jumps.append((self.pending, re.search(r"!dbg (!\d+)", row)[1]))
            self.pending = None
            started = re.match(r"\s+(?:%\S+ = )?invoke .*?" + NAME, row)
            if started and "!dbg" not in row:
                self.pending = started[1]
            note = re.match(NOTE, row)
            if note:
                self.notes[note[1]] = (note[2], numbers(note[3]), note[3])

    def path(self, note):
        """The file of a function, location or block, relative to the folder; None: outside."""
        kind, fields, _ = self.notes[note]
        if kind == "Location":
            return self.path(fields["scope"])
        _, place, _ = self.notes[fields["file"]]
        whole = os.path.join(place["directory"].strip('"'), place["filename"].strip('"'))
        inside = os.path.relpath(os.path.normpath(whole), self.folder)
        return None if inside.startswith("..") else inside

    def calls(self):
        for name, at in self.jumps:
            fields = self.notes[at][1]
            path = self.path(at)
            if not path or "inlinedAt" in fields:
                continue
            target = self.places.get(name)
            called = re.sub(r"<.*", "", self.notes[target][1]["name"].strip('"')) if target else \
                (re.findall(r"\d+([A-Za-z_]\w*?)17h[0-9a-f]{16}E", name) or [""])[-1]
            where = None
            if target and self.path(target):
                where = (self.path(target), int(self.notes[target][1]["line"]))
            yield path, int(fields["line"]), called, where


def main():
    show, (folder, *flags), roots = calls.arguments(__doc__)
    folder, truth = os.path.abspath(folder), set()
    with tempfile.TemporaryDirectory() as work:
        for root in roots:
            out = os.path.join(work, "out.ll")
            run = subprocess.run(["rustc", "--test", "--cap-lints", "allow", "-Cdebuginfo=2",
                                  "-Ccodegen-units=1", "--emit=llvm-ir", *flags, "-o", out, root],
                                 cwd=folder, capture_output=True, text=True)
            if run.returncode:
                print(f"# not compiled: {root}: {run.stderr.splitlines()[:1]}")
            else:
                truth.update(Module(out, folder).calls())
    calls.compare(folder, truth, show, sure=True)


main()
