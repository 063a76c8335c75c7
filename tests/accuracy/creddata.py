#!/usr/bin/env python3
"""The scrubber against the secrets that CredData labels in public repositories.

  tests/accuracy/creddata.py CREDDATA CLONES [WORK]

CREDDATA: a checkout of Samsung/CredData, whose own program puts random letters where secrets stood
(its requirements.txt must be installed). CLONES: clones of the repositories that it labels (clones.py
says how they are found), with the labelled commit; what is not there is left out and counted. WORK
(build/creddata): where the labelled files are written.

A label counts as found when a finding overlaps it; a finding as right when it overlaps a label.
Identifiers (IDENTIFIERS) are asked neither way, nor are rules about persons and machines. What a rule
of BY_FORM finds is a secret's by its form alone, whatever stands around it: where no label calls it
one, it is wrong by the labels, and counted by itself, so that precision is printed both ways. The
repositories of creddata-held.txt are held out, the second list of them since later: nobody reads
their misses, so none are printed.
"""
import binascii
import collections
import concurrent.futures
import csv
import hashlib
import json
import os
import subprocess
import sys

from clones import clone_of

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "..", "git-flywheel")
IDENTIFIERS = {"UUID", "Nonce", "Salt", "Bucket", "AWS S3 Bucket", "Domain", "Firebase Domain", "Other"}
PERSONAL = {"person-trailer", "email", "home-folder", "transcript-folder", "local-user", "known-name",
            "ipv4", "ipv6", "host", "card", "iban", "phone", "phone-labelled"}
# Hashes of passwords, signatures of URLs, private keys, signed tokens, what was encrypted.
BY_FORM = {"password-hash", "aws-url-signature", "private-key", "putty-key", "jwk-private-part", "jwt",
           "encrypted-in-braces"}


def git(folder, *words):
    return subprocess.run(["git", "-C", folder, *words], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def clone_with(clones, name, commit):
    """The clone of a repository, if it has the commit."""
    folder = clone_of(clones, name)
    try:
        if folder:
            git(folder, "cat-file", "-e", commit + "^{commit}")
        return folder
    except subprocess.CalledProcessError:
        return None


def write_files(folder, commit, labels):
    """Writes the labelled files that are text; their labels, without those of missing files."""
    ids = {}
    for entry in git(folder, "ls-tree", "-r", "-z", commit).split(b"\0"):
        if entry:
            about, path = entry.split(b"\t", 1)
            mode, kind, blob = about.split()
            if kind == b"blob" and mode != b"120000":
                ids[hashlib.sha256(path).hexdigest()[:8]] = blob.decode()
    for path, file in {label["FilePath"]: label["FileID"] for label in labels}.items():
        try:
            text = git(folder, "cat-file", "blob", ids[file])
            text.decode()
        except (KeyError, subprocess.CalledProcessError, UnicodeDecodeError):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(text)
    return [label for label in labels if os.path.exists(label["FilePath"])]


def write_all(data, clones):
    """Fills `data` and `meta` of the current folder; the name of each repository by its label file."""
    names, missing = {}, 0
    os.makedirs("meta", exist_ok=True)
    with open(os.path.join(data, "snapshot.json"), encoding="utf-8") as file:
        snapshot = json.load(file)
    for number, url in snapshot.items():
        name = url.replace("https://github.com/", "")
        meta = "%08x.csv" % binascii.crc32(binascii.unhexlify(number))
        folder = clone_with(clones, name, number[:40])
        if not folder:
            missing += 1
            continue
        with open(os.path.join(data, "meta", meta), newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            labels, fields = list(reader), reader.fieldnames
        with open(os.path.join("meta", meta), "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fields, lineterminator="\n")
            writer.writeheader()
            writer.writerows(write_files(folder, number[:40], labels))
        names[meta] = name
    print("%d repositories, %d are not at hand" % (len(names), missing))
    return names


def findings(path):
    out = subprocess.run([os.path.abspath(PROGRAM), "scrub", "--check", "--json", path], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [(found["start"], found["start"] + found["bytes"], found["rule"]) for found in json.loads(out or b"[]")
            if found["rule"] not in PERSONAL]


def spans_of(labels):
    """start, end and kind (T: a secret, F: none, I: an identifier) of each label of a file."""
    with open(labels[0]["FilePath"], encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    for label in labels:
        first, last = int(label["LineStart"]) - 1, int(label["LineEnd"]) - 1
        left, right = int(label["ValueStart"] or -1), int(label["ValueEnd"] or -1)
        if last >= len(lines):
            continue
        start = starts[first] + (len(lines[first][:left].encode()) if left >= 0 else 0)
        end = starts[last] + len(lines[last][:right].encode()) if right >= 0 else starts[last + 1] - 1
        kind = label["GroundTruth"]
        if kind == "T" and set(label["Category"].split(":")) <= IDENTIFIERS:
            kind = "I"
        yield start, end, kind


def count(labels, found, counts):
    """Adds a file to the counts; `found`: start, end and rule of each finding."""
    spans = list(spans_of(labels))
    secrets = {(start, end) for start, end, kind in spans if kind == "T"}
    counts["secrets"] += len(secrets)
    counts["found"] += sum(any(a < end and b > start for a, b, _ in found) for start, end in secrets)
    for start, end, rule in found:
        kinds = {kind for a, b, kind in spans if a < end and b > start}
        verdict = "right" if "T" in kinds else "neither" if "I" in kinds else "wrong"
        counts[verdict] += 1
        counts["by form"] += verdict == "wrong" and rule in BY_FORM


def count_all(names, findings_in):
    """Counts by part; `findings_in` gives the findings of each of some paths."""
    first, second = read_held()
    counts = {title: collections.Counter() for title in ("developed on", "held out", "held out, 2nd")}
    for meta, name in names.items():
        title = "held out" if name in first else "held out, 2nd" if name in second else "developed on"
        files = read_labels(meta)
        for path, found in zip(files, findings_in(files)):
            count(files[path], found, counts[title])
    return counts


def print_counts(counts):
    for title, n in counts.items():
        print("%-14s %5d secrets, recall %.3f; %5d findings right, %4d wrong, precision %.3f; "
              "%d wrong by form, precision without these %.3f" % (
                  title, n["secrets"], n["found"] / max(n["secrets"], 1), n["right"], n["wrong"],
                  n["right"] / max(n["right"] + n["wrong"], 1), n["by form"],
                  n["right"] / max(n["right"] + n["wrong"] - n["by form"], 1)))


def read_held():
    """The names of the repositories of each half that is held out."""
    with open(os.path.join(HERE, "creddata-held.txt"), encoding="utf-8") as file:
        return [set(part.split()) for part in file.read().split("\n\n")]


def read_labels(meta):
    """The labels of a repository by the path of their file."""
    files = collections.defaultdict(list)
    with open(os.path.join("meta", meta), newline="", encoding="utf-8") as file:
        for label in csv.DictReader(file):
            files[label["FilePath"]].append(label)
    return files


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 129
    data, clones = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    work = sys.argv[3] if len(sys.argv) > 3 else os.path.join(HERE, "..", "..", "build", "creddata")
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    names = write_all(data, clones)
    with open("names.json", "w", encoding="utf-8") as file:
        json.dump(names, file)
    sys.path.insert(0, data)
    import obfuscate_creds  # pylint: disable=import-error,import-outside-toplevel # CredData's
    obfuscate_creds.obfuscate_creds("meta", "data", 0)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        print_counts(count_all(names, lambda paths: pool.map(findings, paths)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
