#!/usr/bin/env python3
"""Learns what a note is worth from notes that people judged.

  REPOS=FOLDER tests/accuracy/decisions/worth.py [--folds|--fresh]   > src/decision/worth.tsv

Judged notes stand in judged.tsv as references: where the text is that a note was mined from, the note's
id, a digest of its words, and whether a maintainer would keep it. Those of the set "fresh" were mined
and judged by two readers after the weights had been learned, and are not learned from; "drop/keep" is
where the two differ, and counts as wrong. Texts are read from clones (clones.py
says how they are found); none of the projects is in the held-out sets. Logistic regression over what
build/tests/noted (`make build/tests/noted`) says that the miner sees. Each note counts three times a
third: its words alone, with its commit's subject, and with the files beside, because talk and pipelines
have neither. Features that fewer than
three projects have are none. Needs numpy and scipy.

--folds instead prints how well notes are told apart in projects that were not learned from: each fold
of ten is left out once. --fresh prints the same of the fresh notes, with the weights as they are.
"""
import collections
import itertools
import json
import os
import random
import re
import subprocess
import sys

import numpy
import scipy.optimize
import scipy.sparse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from clones import clone_of
from decisions import digest, rows

WEIGHTS = os.path.join(HERE, "..", "..", "..", "src", "decision", "worth.tsv")
NOTED = os.path.join(HERE, "..", "..", "..", "build", "tests", "noted")
FEWEST, SMALLEST, PENALTY, PENALTY_WORDS, FOLDS, PARTS = 3, 0.02, 2, 12, 10, 3
WORDS = re.compile(r"x:|[sbi][:1$<>]|subject:|area:|pronoun")
MARKS = re.compile(rb"(?m)^[ \t]*(?:/\*+|\*+/?|//[/!]*|#+|--+|;+|\"\"\"|'''|%+)?[ \t]*")
Note = collections.namedtuple("Note", "repository keep parts")


def git(path, arguments, text):
    return subprocess.run(["git", "-C", path, *arguments], input=text.encode(), capture_output=True,
                          check=False).stdout


def commits(path, judged):
    """Messages and files, as the miner reads them."""
    wanted = {row["object"] for row in judged if row["source"] == "commit"}
    output = git(path, ["log", "--no-walk=unsorted", "--ignore-missing", "--stdin", "-m", "--first-parent",
                        "--format=%x01%H%x00%B%x02", "--name-only"], "\n".join(wanted))
    for record in output.decode("utf-8", "replace").split("\x01")[1:]:
        commit, _, rest = record.partition("\0")
        message, _, files = rest.partition("\x02")
        yield {"id": commit, "source": "commit", "text": message.strip() + "\n",
               "files": [name for name in files.split("\n") if name.strip()][:64]}


def comments(path, judged):
    """Comments without what marks them."""
    for row in judged:
        if row["source"] != "comment":
            continue
        blob = git(path, ["cat-file", "blob", "%s:%s" % (row["object"], row["path"])], "")
        start, size = int(row["offset"]), int(row["bytes"])
        data = blob[start:start + size]
        if digest(data) == row["sha256"]:
            first, _, rest = data.partition(b"\n")
            text = re.sub(rb"\s+", b" ", first + b"\n" + MARKS.sub(b"", rest)).strip()
            yield {"id": row["id"], "source": "comment", "text": text.decode("utf-8", "replace"),
                   "files": [row["path"]]}


def parse(field):
    name, _, value = field.rpartition("=")
    return sys.intern(name), float(value)


def read_notes(which):
    by_repository = collections.defaultdict(list)
    known = [row for row in rows("judged.tsv") if row["set"] == which]
    for row in known:
        by_repository[row["repository"]].append(row)
    notes = []
    for repository, judged in sorted(by_repository.items()):
        path = clone_of(os.environ.get("REPOS", ""), repository)
        if not path:
            continue
        verdicts = {(row["id"], row["words"]): row["verdict"] for row in judged}
        texts = [*commits(path, judged), *comments(path, judged)]
        output = subprocess.run([NOTED], input="".join(json.dumps(text) + "\n" for text in texts).encode(),
                                stdout=subprocess.PIPE, check=True).stdout
        for line in output.decode("utf-8", "replace").split("\n")[:-1]:
            _, name, places, firsts, statement, because, instead, _, _, *features = line.split("\t")
            verdict = verdicts.pop((name, digest("\n".join((statement, because, instead)).encode())), None)
            if verdict:
                found = [parse(feature) for feature in features]
                places, words = int(places), int(places) + int(firsts)
                notes.append(Note(repository, verdict == "keep",
                                  (found[words:], found[places:words], found[:places])))
    missing = len(known) - len(notes)
    if missing:
        print("%d of %d judged notes are not at hand" % (missing, missing + len(notes)), file=sys.stderr)
    return notes


def seen_of(note, parts):
    """Features of the first parts: words, subject, place."""
    return itertools.chain(*note.parts[:parts])


def matrix(notes, numbers, parts):
    columns, values, ends = [], [], [0]
    for note in notes:
        for feature, value in seen_of(note, parts):
            if feature in numbers:
                columns.append(numbers[feature])
                values.append(value)
        ends.append(len(columns))
    return scipy.sparse.csr_matrix((values, columns, ends), (len(notes), len(numbers)))


def learn(notes):
    where = collections.defaultdict(set)
    for note in notes:
        for feature, _ in seen_of(note, PARTS):
            if len(where[feature]) < FEWEST:
                where[feature].add(note.repository)
    numbers = {feature: number for number, feature in enumerate(
        sorted(feature for feature, found in where.items() if len(found) >= FEWEST))}
    seen = scipy.sparse.vstack([matrix(notes, numbers, 1 + part) for part in range(PARTS)]).tocsr()
    transposed = seen.T.tocsr()
    truth = numpy.array([note.keep for note in notes] * PARTS, float)
    penalty = numpy.array([PENALTY_WORDS if WORDS.match(feature) else 0 if feature == "all" else PENALTY
                           for feature in numbers], float)

    def loss(weights):
        score = seen @ weights
        wrong = (1 / (1 + numpy.exp(-score)) - truth) / PARTS
        return ((numpy.logaddexp(0, score) - truth * score).sum() / PARTS +
                (penalty * weights * weights).sum() / 2, transposed @ wrong + penalty * weights)

    best = scipy.optimize.minimize(loss, numpy.zeros(len(numbers)), jac=True, method="L-BFGS-B",
                                   options={"maxiter": 250}).x
    return {feature: best[number] for feature, number in numbers.items() if abs(best[number]) > SMALLEST}


def score_of(note, weights, parts):
    return sum(weights.get(feature, 0) * value for feature, value in seen_of(note, parts))


def print_table(title, scored):
    """`scored`: pairs of log odds and a note."""
    scored = sorted(scored, key=lambda item: -item[0])
    right, ranks, best = 0, 0, {0.95: 0, 0.9: 0, 0.85: 0}
    keeps = sum(note.keep for _, note in scored)
    for count, (_, note) in enumerate(scored, 1):
        right += note.keep
        ranks += right if not note.keep else 0
        for precision in best:
            if right >= precision * count and count > 20:
                best[precision] = right
    print("%s: %d notes, %.2f to be kept; area under the curve %.3f; recall at precision %s" % (
        title, len(scored), keeps / len(scored), ranks / max(1, keeps * (len(scored) - keeps)),
        ", ".join("%.2f: %.2f" % (precision, found / max(1, keeps)) for precision, found in best.items())))
    for least in (0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92):
        kept = [note.keep for score, note in scored if 1 / (1 + numpy.exp(-score)) >= least]
        print("  %.2f: %5d written, precision %.3f, recall %.3f" % (
            least, len(kept), sum(kept) / max(1, len(kept)), sum(kept) / max(1, keeps)))


def print_folds(notes):
    repositories = sorted({note.repository for note in notes})
    random.Random(1).shuffle(repositories)
    scored = []
    for fold in range(FOLDS):
        out = set(repositories[fold::FOLDS])
        weights = learn([note for note in notes if note.repository not in out])
        scored += [([score_of(note, weights, 1 + part) for part in range(PARTS)], note)
                   for note in notes if note.repository in out]
    for part, title in enumerate(("words alone", "with the subject", "with subject and files")):
        print_table(title, [(scores[part], note) for scores, note in scored])
    print_table("comments", [(scores[-1], note) for scores, note in scored if not note.parts[1]])


def print_fresh(notes):
    with open(WEIGHTS, encoding="utf-8") as file:
        weights = {feature: float(weight) for weight, feature in
                   (line.rstrip("\n").split("\t") for line in file)}
    scored = [(score_of(note, weights, PARTS), note) for note in notes]
    print_table("fresh", scored)
    print_table("fresh, of commits", [item for item in scored if item[1].parts[1]])
    print_table("fresh, of comments", [item for item in scored if not item[1].parts[1]])


def main():
    notes = read_notes("fresh" if "--fresh" in sys.argv else "learn")
    if "--fresh" in sys.argv:
        print_fresh(notes)
    elif "--folds" in sys.argv:
        print_folds(notes)
    else:
        for feature, weight in sorted(learn(notes).items()):
            sys.stdout.buffer.write(("%.2f\t%s\n" % (weight, feature)).encode())


if __name__ == "__main__":
    main()
