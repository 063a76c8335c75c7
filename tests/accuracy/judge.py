#!/usr/bin/env python3
"""Learns the weights of the scrubber's judge of values from the secrets that CredData labels.

  tests/accuracy/judge.py WORK [--folds]   > src/scrub/judge.tsv

WORK: what creddata.py wrote; repositories of creddata-held.txt are left out. Needs numpy, scipy and
build/tests/judged (`make build/tests/judged`), which says what the judge sees in a file. Logistic
regression; a feature that fewer than four repositories have is none, and a repository with many
secrets counts less for each of them. --folds instead prints recall and precision of the judge alone,
at some thresholds, on repositories that it did not learn from: each fold of ten is left out once.
"""
import collections
import json
import os
import random
import subprocess
import sys

import numpy
import scipy.optimize
import scipy.sparse

import creddata

JUDGED = os.path.join(creddata.HERE, "..", "..", "build", "tests", "judged")
FEWEST, SMALLEST, PENALTY, MANY = 4, 0.1, 0.5, 2000
FOLDS, THRESHOLDS = 10, (-1, 0, 1, 1.5, 2)
Value = collections.namedtuple("Value", "repository path start end kind features")


def read_values():
    """Each value that the judge sees in files with labels: T, F, I, or None without a label."""
    held = creddata.read_held()
    with open("names.json", encoding="utf-8") as file:
        names = {meta: name for meta, name in json.load(file).items() if name not in held[0] | held[1]}
    labels = {path: (name, found) for meta, name in sorted(names.items())
              for path, found in creddata.read_labels(meta).items()}
    out = subprocess.run([JUDGED], input="\n".join(labels) + "\n", stdout=subprocess.PIPE, text=True,
                         encoding="latin-1", check=True).stdout
    values, secrets = [], {}
    for line in out.split("\n"):
        if line.startswith("# "):
            path = line[2:]
            spans = list(creddata.spans_of(labels[path][1]))
            secrets[path] = {(a, b) for a, b, kind in spans if kind == "T"}
        elif line:
            start, end, _, *features = line.split("\t")
            start, end = int(start), int(end)
            kinds = {kind for a, b, kind in spans if a < end and b > start}
            kind = next((kind for kind in "TIF" if kind in kinds), None)
            values.append(Value(labels[path][0], path, start, end, kind, tuple(map(sys.intern, features))))
    return values, secrets


def thin(values):
    """Without identifiers, and without most of what nobody labelled: there is enough of it."""
    chance = random.Random(0)
    return [value for value in values if value.kind in ("T", "F") or
            (value.kind is None and chance.random() < 0.3)]


def matrix(values, numbers):
    columns, ends = [], [0]
    for value in values:
        columns.extend({numbers[feature] for feature in value.features if feature in numbers})
        ends.append(len(columns))
    return scipy.sparse.csr_matrix((numpy.ones(len(columns), numpy.float32), columns, ends),
                                   (len(values), len(numbers)))


def learn(values):
    """Weights by feature."""
    where, counts = collections.defaultdict(set), collections.Counter()
    for value in values:
        counts[value.repository, value.kind == "T"] += 1
        for feature in value.features:
            if len(where[feature]) < FEWEST:
                where[feature].add(value.repository)
    numbers = {feature: number for number, feature in enumerate(
        sorted(feature for feature, repositories in where.items() if len(repositories) >= FEWEST))}
    seen = matrix(values, numbers)
    transposed = seen.T.tocsr()
    truth = numpy.array([value.kind == "T" for value in values], float)
    share = numpy.array([(counts[value.repository, True] if value.kind == "T" else
                          max(1, counts[value.repository, False] / MANY)) ** -0.3 for value in values])

    def loss(weights):
        score = seen @ weights
        wrong = share * (1 / (1 + numpy.exp(-score)) - truth)
        return ((share * (numpy.logaddexp(0, score) - truth * score)).sum() +
                PENALTY / 2 * (weights @ weights), transposed @ wrong + PENALTY * weights)

    best = scipy.optimize.minimize(loss, numpy.zeros(len(numbers)), jac=True, method="L-BFGS-B",
                                   options={"maxiter": 120}).x
    return {feature: best[number] for feature, number in numbers.items() if abs(best[number]) > SMALLEST}


def print_folds(values, secrets):
    repositories = sorted({value.repository for value in values})
    random.Random(1).shuffle(repositories)
    scored = []
    for fold in range(FOLDS):
        out = set(repositories[fold::FOLDS])
        weights = learn(thin([value for value in values if value.repository not in out]))
        scored += [(sum(weights.get(feature, 0) for feature in set(value.features)), value)
                   for value in values if value.repository in out]
    for threshold in THRESHOLDS:
        found = [value for score, value in scored if score > threshold]
        right = sum(value.kind == "T" for value in found)
        wrong = sum(value.kind in ("F", None) for value in found)
        places = collections.defaultdict(list)
        for value in found:
            places[value.path].append(value)
        hit = sum(any(value.start < b and value.end > a for value in places[path])
                  for path, spans in secrets.items() for a, b in spans)
        print("above %4.1f: recall %.3f, precision %.3f" % (
            threshold, hit / sum(map(len, secrets.values())), right / max(1, right + wrong)))


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 129
    os.chdir(sys.argv[1])
    values, secrets = read_values()
    if "--folds" in sys.argv:
        print_folds(values, secrets)
        return 0
    for feature, weight in sorted(learn(thin(values)).items()):
        sys.stdout.buffer.write(("%.2f\t%s\n" % (weight, feature)).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
