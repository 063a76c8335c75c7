#!/usr/bin/env python3
"""Makes src/decision/figures.model: what real histories say about the labels, as figures.

  REPOS=FOLDER tests/accuracy/decisions/figures.py

Labelled sentences of others stand in learned.tsv as references, as in the exam, of projects that are in
none of its sets. They are read from clones, learned together with those that we wrote, and what is kept
are the weights of the classifier's features: the build begins from them and holds what it learns near
them. To be run again when features, cues or words change so far that the figures mislead; the build
refuses figures of another number of features. All the references must be at hand.

Needs build/decision-trainer and ./git-flywheel's sources.
"""
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from decisions import resolve, rows

TOP = os.path.join(HERE, "..", "..", "..")
SOURCE = os.path.join(TOP, "src", "decision")


def main():
    known = [dict(row, source="commit") for row in rows("learned.tsv")]
    found = resolve(known)
    if len(found) < len(known):
        sys.exit("%d of %d sentences are not at hand" % (len(known) - len(found), len(known)))
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as real:
        real.writelines("%s\t%s\n" % (row["labels"], row["text"]) for row in found)
        real.flush()
        subprocess.run([os.path.join(TOP, "build", "decision-trainer"), "--figures",
                        os.path.join(SOURCE, "cues.conf"), os.path.join(SOURCE, "words.tsv"), real.name,
                        os.path.join(SOURCE, "figures.model"),
                        *sorted(glob.glob(os.path.join(SOURCE, "sentences", "*.tsv")))], check=True)


if __name__ == "__main__":
    main()
