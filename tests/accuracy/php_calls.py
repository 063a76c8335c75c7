#!/usr/bin/env python3
"""PHP calls held against those that a run of the project makes.

usage: php_calls.py [--misses N] <folder> -- <command that runs its tests>...

Runs the command in the folder with Xdebug's function trace, which names every call's place, built-in
functions' too, and asks PHP itself where each function is defined. Left out: closures, and
functions that no longer exist when the run ends.
"""
import glob, os, re, tempfile
import calls

HERE = os.path.dirname(os.path.abspath(__file__))
SETTINGS = """xdebug.mode=trace
xdebug.start_with_request=yes
xdebug.trace_format=1
xdebug.use_compression=0
xdebug.var_display_max_data=0
xdebug.var_display_max_children=0
xdebug.var_display_max_depth=0
memory_limit=-1
"""


def run(folder, command, work):
    with open(os.path.join(work, "calls.ini"), "w") as out:
        out.write(f"{SETTINGS}xdebug.output_dir={work}\nauto_prepend_file={HERE}/php_calls.php\n")
    calls.trace(folder, command, work, PHP_INI_SCAN_DIR=f":{work}", CALLS_PLACES=f"{work}/places")


def read_trace(path, folder, places):
    for row in open(path, errors="replace"):
        parts = row.split("\t", 11)
        if len(parts) < 11 or parts[2] != "0" or not parts[8].startswith(folder + "/"):
            continue
        called, own = parts[5].replace("->", "::"), parts[6] == "1"
        if "{closure" in called or re.match(r"(require|include)", called):
            continue
        kind, _, name = called.rpartition("::")
        short = re.split(r"\\", kind)[-1] if name == "__construct" else re.split(r"\\", name)[-1]
        words = f"{short}|__construct|static|self|parent" if name == "__construct" else short
        target = places.get(called.lower(), ()) if own else None
        if target and not target[0].startswith(folder + "/"):
            target = None
        yield (os.path.relpath(parts[8], folder), int(parts[9]), words,
               target and (os.path.relpath(target[0], folder), target[1]))


def main():
    show, (folder,), command = calls.arguments(__doc__)
    folder, places, truth = os.path.realpath(folder), {}, set()
    with tempfile.TemporaryDirectory() as work:
        run(folder, command, work)
        for path in glob.glob(f"{work}/places.*"):
            for row in open(path):
                name, file, line = row.rstrip("\n").split("\t")
                places[name.lower()] = (file, int(line))
        for path in glob.glob(f"{work}/trace.*"):
            truth.update(read_trace(path, folder, places))
    calls.compare(folder, truth, show, near=3)


main()
