#!/usr/bin/env python3
"""Samsung's CredSweeper on the files of creddata.py, counted as the scrubber is there.

  cd WORK && credsweeper --path data --save-json REPORT --no-stdout
  tests/accuracy/credsweeper.py WORK REPORT

WORK: what creddata.py wrote. A finding is all that one candidate of the report spans; of candidates that
overlap, as of one value that two of its rules found, all are one finding.
"""
import collections
import json
import os
import sys

import creddata


def read_report(name):
    """By path, the lines, from 1, and columns where each candidate begins and ends; -1: no column."""
    found = collections.defaultdict(set)
    with open(name, encoding="utf-8") as file:
        for candidate in json.load(file):
            lines = candidate["line_data_list"]
            found[os.path.normpath(lines[0]["path"])].add((
                lines[0]["line_num"], lines[0]["value_start"],
                lines[-1]["line_num"], lines[-1]["value_end"]))
    return found


def findings_of(path, candidates):
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    places, merged = [], []
    for first, left, last, right in candidates:
        if first <= len(lines) and last <= len(lines):
            end = lines[last - 1][:right] if right >= 0 else lines[last - 1]
            start = starts[first - 1] + len(lines[first - 1][:max(left, 0)].encode())
            places.append((start, max(starts[last - 1] + len(end.encode()), start + 1)))
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), "")
        else:
            merged.append((start, end, ""))
    return merged


def main():
    if len(sys.argv) != 3:
        print(__doc__)
        return 129
    report = read_report(sys.argv[2])
    os.chdir(sys.argv[1])
    with open("names.json", encoding="utf-8") as file:
        names = json.load(file)
    creddata.print_counts(creddata.count_all(
        names, lambda paths: [findings_of(path, report.get(path, ())) for path in paths]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
