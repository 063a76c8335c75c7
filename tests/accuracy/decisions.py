#!/usr/bin/env python3
"""The exam of the miner of decisions: `make bench-decisions`.

  tests/accuracy/decisions.py [--set held|val|dev] [--wrong LABEL]
  tests/accuracy/decisions.py --fetch FOLDER

Sentences that others wrote stand in tests/accuracy/decisions/exam.tsv as references: repository,
commit, byte offset and length in its message, and a digest of the bytes. They are read from clones in
$REPOS (clones.py says how they are found), those of reviews from texts in $REVIEWS
(<owner>+<name>-<number>.txt); --fetch gets both from GitHub. What is not there is counted and left
out. Sentences of assistant's talk (talk.tsv) and the judged notes are treated in the same way. The
held-out projects are not looked at while tuning; val is what variants are compared on.

Needs ./git-flywheel. Prints tables of precision, recall and F1 beside two baselines: always yes, and
the cue patterns alone.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.request

from clones import clone_of

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "decisions")
PROGRAM = os.path.join(HERE, "..", "..", "git-flywheel")
LABELS = {"Decision": "D", "Rationale": "R", "Alternative": "A", "Pro": "P", "Con": "C", "What": "W",
          "Why": "Y"}


def rows(name):
    path = os.path.join(DATA, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    names = [name.lstrip("#") for name in lines[0]]
    return [dict(zip(names, line)) for line in lines[1:]]


def messages(repository, commits):
    """The messages of commits that the clone has, as bytes."""
    path = clone_of(os.environ.get("REPOS", ""), repository)
    if not path:
        return {}
    output = subprocess.run(["git", "-C", path, "log", "--no-walk=unsorted", "--ignore-missing",
                             "--stdin", "--format=%H%x00%B%x01"], input="\n".join(commits).encode(),
                            capture_output=True, check=False).stdout
    found = {}
    for record in output.split(b"\x01"):
        commit, _, message = record.strip(b"\n").partition(b"\0")
        if commit:
            found[commit.decode()] = message
    return found


def digest(data):
    return hashlib.sha256(data).hexdigest()[:12]


def one_line(data):
    return re.sub(r"\s+", " ", data.decode("utf-8", "replace")).strip()


def subject_of(message):
    """The first line without a trailing "(#123)", as the miner takes it."""
    first = message.decode("utf-8", "replace").strip().split("\n")[0].strip()
    return re.sub(r"\s*\(#\d+\)$", "", first)


def in_review(row):
    """A sentence is where so many bytes have its digest."""
    name = "%s-%s.txt" % (row["repository"].replace("/", "+"), row["object"])
    path = os.path.join(os.environ.get("REVIEWS", ""), name)
    if not os.environ.get("REVIEWS") or not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        text = re.sub(rb"\s+", b" ", file.read())
    size = int(row["bytes"])
    for at in range(len(text) - size + 1):
        if (at == 0 or text[at - 1:at] in b" (*>") and digest(text[at:at + size]) == row["sha256"]:
            return text[at:at + size].decode("utf-8", "replace")
    return None


def resolve(exam):
    """Adds "text" to each row of which the text is at hand."""
    by_repository = {}
    for row in exam:
        if row["source"] == "commit":
            by_repository.setdefault(row["repository"], set()).add(row["object"])
        elif row["source"] == "review":
            row["text"] = in_review(row)
        else:
            row["text"] = row["sentence"]
    known = {name: messages(name, commits) for name, commits in by_repository.items()}
    for row in exam:
        if row["source"] != "commit":
            continue
        message = known[row["repository"]].get(row["object"])
        start, size = int(row["offset"]), int(row["bytes"])
        data = message[start:start + size] if message else b""
        row["text"] = one_line(data) if digest(data) == row["sha256"] else None
        row["subject"] = subject_of(message) if message else ""
    return [row for row in exam if row["text"]]


def classify(exam, options):
    lines = "".join(json.dumps({"id": str(i), "text": row["text"], "subject": row.get("subject", "")})
                    + "\n" for i, row in enumerate(exam))
    output = subprocess.run([PROGRAM, "decisions", "classify", "--json", *options],
                            input=lines.encode(), capture_output=True, check=True).stdout
    return [json.loads(line)["sentences"] for line in output.splitlines()]


def figures(pairs):
    hits = sum(1 for truth, said in pairs if truth and said)
    said = sum(1 for _, answer in pairs if answer)
    true = sum(1 for truth, _ in pairs if truth)
    precision, recall = hits / max(said, 1), hits / max(true, 1)
    return precision, recall, 2 * hits / max(said + true, 1)


def kappa(exam, letter):
    pairs = [(letter in row["labels"], letter in row["second"]) for row in exam if row["second"] != "?"]
    if not pairs:
        return float("nan")
    n = len(pairs)
    agreed = sum(1 for a, b in pairs if a == b) / n
    first, second = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = first * second + (1 - first) * (1 - second)
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def cue_answer(sentence, name):
    """What the cue patterns alone say."""
    note = sentence["note"]
    return bool(note) and (name == "Decision" or (name == "Rationale" and bool(note["because"])) or
                           (name == "Alternative" and bool(note["insteadOf"])))


def label_table(title, exam, answers, wrong):
    print("\n%s: %d sentences" % (title, len(exam)))
    print("%-12s %5s %7s %9s %7s %7s   %9s %9s %9s" % ("label", "true", "kappa", "precision", "recall",
                                                      "F1", "yes: F1", "cue: prec", "cue: F1"))
    for name, letter in LABELS.items():
        truth = [letter in row["labels"] for row in exam]
        said = [name in answer["labels"] for answer in answers]
        ours = figures(list(zip(truth, said)))
        yes = figures([(value, True) for value in truth])
        cue = figures([(value, cue_answer(answer, name)) for value, answer in zip(truth, answers)])
        cues = "%9.3f %9.3f" % (cue[0], cue[2]) if name in ("Decision", "Rationale", "Alternative") \
            else "%9s %9s" % ("-", "-")
        print("%-12s %5d %7.3f %9.3f %7.3f %7.3f   %9.3f %s" % (
            (name, sum(truth), kappa(exam, letter)) + ours + (yes[2], cues)))
        for row, value, answer in zip(exam, truth, said):
            if wrong == name and value != answer:
                print("    %s %s %s" % ("missed" if value else "false", row["id"], row["text"][:160]))


def judged_notes(which):
    """Precision of the notes that the miner writes of judged evidence, at the default confidence."""
    judged = [row for row in rows("notes.tsv") if row["set"] == which]
    found = resolve([dict(row, source="commit") for row in judged])
    by_source = {}
    for row in found:
        by_source.setdefault(row["from"], []).append(row)
    kept = right = changed = 0
    for source, part in by_source.items():
        for row, sentences in zip(part, classify(part, ["--whole", "--source", source])):
            note = sentences[0]["note"]
            if not note or not note["kept"]:
                continue
            words = "\n".join((note["statement"], note["because"], note["insteadOf"]))
            if digest(words.encode()) != row["words"]:
                changed += 1
                continue
            kept += 1
            right += row["verdict"] == "keep"
    print("\nnotes (%s): %d judged, %d at hand; at the default confidence %d are written, of which a "
          "maintainer would keep %d: precision %.3f" % (which, len(judged), len(found), kept, right,
                                                        right / max(kept, 1)))
    if changed:
        print("  %d more are worded otherwise than they were judged: not counted" % changed)


def fetch(folder):
    exam = rows("exam.tsv") + rows("notes.tsv")
    for repository in sorted({row["repository"] for row in exam if row.get("source") != "review"}):
        path = os.path.join(folder, repository.replace("/", "+"))
        if not os.path.exists(path):
            subprocess.run(["git", "clone", "--quiet", "--bare", "--filter=tree:0",
                            "https://github.com/%s.git" % repository, path], check=False)
    threads = sorted({(row["repository"], row["object"]) for row in exam if row.get("source") == "review"})
    for repository, number in threads:
        path = os.path.join(folder, "%s-%s.txt" % (repository.replace("/", "+"), number))
        if not os.path.exists(path):
            texts = thread(repository, number)
            if texts:
                with open(path, "w", encoding="utf-8") as file:
                    file.write("\n\n".join(texts))


def thread(repository, number):
    """All that people wrote in a pull request or issue."""
    base, texts = "https://api.github.com/repos/" + repository, []
    for path in ("/issues/%s", "/issues/%s/comments?per_page=100", "/pulls/%s/comments?per_page=100",
                 "/pulls/%s/reviews?per_page=100"):
        try:
            with urllib.request.urlopen(base + path % number, timeout=60) as answer:
                found = json.load(answer)
        except OSError as error:
            print("%s#%s: %s" % (repository, number, error), file=sys.stderr)
            continue
        texts += [item.get("body") or "" for item in (found if isinstance(found, list) else [found])]
        if isinstance(found, dict):
            texts.append(found.get("title") or "")
    return texts


def report(which, wrong):
    exam = [row for row in rows("exam.tsv") + rows("talk.tsv") if row["set"] == which]
    found = resolve(exam)
    if len(found) < len(exam):
        print("%d of %d sentences of the %s set are not at hand: set REPOS and REVIEWS, or run\n"
              "  tests/accuracy/decisions.py --fetch FOLDER && REPOS=FOLDER REVIEWS=FOLDER "
              "make bench-decisions" % (len(exam) - len(found), len(exam), which))
    answers = [sentences[0] for sentences in classify(found, ["--whole"])]
    groups = {"commit": "messages of other projects", "review": "reviews", "talk": "talk, ours"}
    if which == "dev":
        groups["commit"] = "messages of the projects we tuned on"
    label_table("all of the %s set" % which, found, answers, wrong)
    for source, title in groups.items():
        chosen = [i for i, row in enumerate(found) if row["source"] == source]
        if chosen and len(chosen) < len(found):
            label_table(title, [found[i] for i in chosen], [answers[i] for i in chosen], None)
    if which != "val":
        judged_notes(which)


def main(arguments):
    if arguments[:1] == ["--fetch"]:
        os.makedirs(arguments[1], exist_ok=True)
        fetch(arguments[1])
        return
    which = arguments[arguments.index("--set") + 1] if "--set" in arguments else "held"
    wrong = arguments[arguments.index("--wrong") + 1] if "--wrong" in arguments else None
    report(which, wrong)


if __name__ == "__main__":
    main(sys.argv[1:])
