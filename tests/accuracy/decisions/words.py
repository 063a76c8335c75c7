#!/usr/bin/env python3
"""Makes src/decision/words.tsv: what words are near each other in the messages of many projects.

  tests/accuracy/decisions/words.py CLONES > src/decision/words.tsv

CLONES is a folder of git repositories (<owner>+<name>, bare or not, also with the repository in a folder
`repo`). Projects of the exam are left out, both sides of it, and so are those of TRIAL, with which the
classifier was compared while it was made: a table that had read them would flatter the figures.

Words that stand between the same words get vectors that point the same way (Levy, Goldberg, Dagan:
Improving Distributional Similarity with Lessons Learned from Word Embeddings, 2015): positive pointwise
mutual information with the words at distance one and two, left and right told apart, contexts smoothed
with 0.75, reduced by a singular value decomposition. Each vector has length one; a figure is one
character from '?' (-1) to '~' (+1), on the scale of the largest. Needs numpy and scipy; the table is kept
because the build must not.
"""
import collections
import os
import random
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from clones import repository_in

WORDS, CONTEXTS, DIMENSIONS, COMMITS = 6000, 3000, 24, 9000
TRIAL = set("""fish-shell/fish-shell jqlang/jq caddyserver/caddy rust-lang/cargo psf/black expressjs/express
memcached/memcached celery/celery babel/babel haproxy/haproxy square/okhttp paramiko/paramiko
nats-io/nats-server PostgREST/postgrest phpseclib/phpseclib huginn/huginn elastic/rally
pennersr/django-allauth""".split())
TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*(?![\w/:@(]|\.\w)|[.,:;()?!]|\S+?(?=[.,:;)?!]*(?:\s|$))")
TRAILER = re.compile(r"^[A-Z][\w-]+: |^\s{4}|^[>|+@`]|git-svn-id|https?://\S+$")


def excluded():
    with open(os.path.join(HERE, "exam.tsv"), encoding="utf-8") as file:
        return TRIAL | {line.split("\t")[3] for line in file}


def clones(folder):
    for name in sorted(os.listdir(folder)):
        path = repository_in(os.path.join(folder, name))
        if path:
            yield name.replace("+", "/"), path


def paragraphs(path, name):
    """Of the messages of at most COMMITS commits, wrapped lines joined."""
    commits = subprocess.run(["git", "-C", path, "rev-list", "--no-merges", "HEAD"], capture_output=True,
                             check=False).stdout.decode().split()
    random.Random(name).shuffle(commits)
    text = subprocess.run(["git", "-C", path, "log", "--no-walk=unsorted", "--stdin", "--format=%B%x01"],
                          input="\n".join(commits[:COMMITS]).encode(), capture_output=True,
                          check=False).stdout.decode("utf-8", "replace")
    for message in text.split("\x01"):
        for part in re.split(r"\n\s*\n|\n(?=\s*[-*] )", message):
            yield " ".join(line for line in part.split("\n") if not TRAILER.search(line))


def tokens(text):
    """Words as they are, marks as they are, all else as one shape."""
    return [token if re.fullmatch(r"[a-z]+(?:['-][a-z]+)*|[.,:;()?!]", token) else "<x>"
            for token in TOKEN.findall(re.sub(r"(?<!\w)([A-Z])(?=[a-z' ])", lambda m: m[1].lower(), text))]


def read(folder):
    seen, found, histories, left_out = set(), [], 0, excluded()
    for name, path in clones(folder):
        if name in left_out:
            continue
        histories += 1
        for text in paragraphs(path, name):
            if len(text) > 8 and text not in seen:
                seen.add(text)
                found.append(tokens(text))
    return found, histories


def vectors(found, words):
    index = {word: i for i, word in enumerate(words)}
    line = np.fromiter((index.get(token, -1) for text in found for token in ["^"] * 2 + text + ["$"] * 2),
                       dtype=np.int32)
    parts = []
    for step in (-2, -1, 1, 2):
        word, context = line[2:-2], np.roll(line, -step)[2:-2]
        use = (word >= 0) & (context >= 0) & (context < CONTEXTS)
        parts.append(sp.coo_matrix((np.ones(use.sum()), (word[use], context[use])),
                                   shape=(len(words), CONTEXTS)).tocsr())
    counts = sp.hstack(parts).tocoo()
    total = counts.sum()
    row = np.asarray(counts.sum(1)).ravel() + 1
    column = np.asarray(counts.sum(0)).ravel() ** 0.75
    column *= total / column.sum()
    values = np.log(counts.data * total / (row[counts.row] * (column[counts.col] + 1)))
    keep = values > 0
    matrix = sp.csr_matrix((values[keep], (counts.row[keep], counts.col[keep])), shape=counts.shape)
    left, sizes, _ = svds(matrix, k=DIMENSIONS, random_state=1)
    order = np.argsort(-sizes)
    table = left[:, order] * np.sqrt(sizes[order])
    return table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)


def main(folder):
    found, histories = read(folder)
    counts = collections.Counter(token for text in found for token in text)
    words = [word for word, _ in counts.most_common() if re.fullmatch(r"[a-z'-]{1,24}", word)][:WORDS]
    marks = [token for token in counts if not token[0].isalpha()]
    table = vectors(found, words[:CONTEXTS - len(marks)] + marks + words[CONTEXTS - len(marks):])
    table = np.delete(table, range(CONTEXTS - len(marks), CONTEXTS), axis=0)
    steps = np.rint((table / np.abs(table).max() + 1) * 31.5).astype(int)
    print("%d words of %d histories in sight, exam left out" % (len(words), histories), file=sys.stderr)
    for word, row in sorted(zip(words, steps)):
        print(word + "\t" + "".join(chr(63 + step) for step in row))


if __name__ == "__main__":
    main(sys.argv[1])
