"""What the scripts share that know a call by its place and its callee's.

A truth is a set of (path, line, name, target): where a call stands, what it calls (several names are
"new|initialize") and where that is defined: (path, line) in the folder, None for anything outside, or
() where the truth does not know the place, so that edges of that name are not judged there.

compare() ends with an error when the truth has no call of the folder's own. Else it holds `git flywheel graph dump` against it. A call is found when an edge to the same
definition stands in its line, or `near` lines from it. Left out of recall: callees that none of our
definitions holds, and names that do not stand where the call is (operators, implicit calls, macros);
both are counted. An edge is judged, with sure=True, when the truth saw any call in the function that
it is in; otherwise when it saw a call of that name there (a run that does not come by says nothing).
"""
import collections, json, os, re, shutil, subprocess, sys


def arguments(usage):
    """(number of differences to show, what stands before --, what stands behind it)"""
    given, show = sys.argv[1:], 0
    if given[:1] == ["--misses"]:
        show, given = int(given[1]), given[2:]
    if "--" not in given or given[0] == "--":
        sys.exit(usage)
    cut = given.index("--")
    return show, given[:cut], given[cut + 1:]


def trace(folder, command, work, **variables):
    """Runs what writes its calls to the folder `work`. Its tests may fail, its traces may not be cut short."""
    try:
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={**os.environ, **variables})
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")
    if shutil.disk_usage(work).free < 1 << 20:
        sys.exit(f"{work}: no room left for the traces")


class Ours:
    """Our functions, but for macros, and the calls that we see."""
    def __init__(self, folder):
        dump = json.loads(subprocess.run(["git", "flywheel", "graph", "dump", "--json", "--dir", folder],
                                         capture_output=True, check=True).stdout)
        self.by_file = collections.defaultdict(list)
        for at in dump["definitions"]:
            macro = re.search(r"^#\s*define\b|macro_rules!", at["signature"])
            if at["kind"] in ("function", "method", "test") and not macro:
                self.by_file[at["path"]].append(at)
        self.edges = [e for e in dump["edges"] if e["kind"] == "call"]

    def around(self, path, line):
        """The innermost function around a place."""
        best = None
        for one in self.by_file.get(path, ()):
            if one["line"] <= line <= one["endLine"] and (not best or one["line"] >= best["line"]):
                best = one
        return best

    def at(self, path, line):
        """The same as (path, line)."""
        found = self.around(path, line)
        return found and (path, found["line"])

    def known(self):
        return {(path, at["line"]) for path, some in self.by_file.items() for at in some}


class Text:
    def __init__(self, folder):
        self.folder, self.files = folder, {}

    def spells(self, path, line, name, near):
        if path not in self.files:
            self.files[path] = open(os.path.join(self.folder, path), errors="replace").read().split("\n")
        rows = "\n".join(self.files[path][max(0, line - 1 - near):line + near])
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", rows)


def compare(folder, truth, show, near=0, sure=False):
    if not any(target for *_, target in truth):
        sys.exit("no call is known: nothing was compiled or traced")
    ours, text = Ours(folder), Text(folder)
    known = ours.known()
    calls, seen, blind, unknown, implicit = set(), set(), set(), set(), set()
    found, judge = collections.defaultdict(set), collections.defaultdict(set)
    for path, line, name, target in truth:
        words = name.split("|")
        seen |= {ours.at(path, line) or path} if sure else {(path, line, word) for word in words}
        if target == ():
            blind |= {(path, line, word) for word in words}
        if not target:
            continue
        callee = ours.at(*target)
        call = (path, line, words[0], callee or target)
        spelled = any(text.spells(path, line, word, near) for word in words)
        (unknown if not callee else calls if spelled else implicit).add(call)
    for edge in ours.edges:
        if "to" in edge and (edge["to"]["path"], edge["to"]["line"]) not in known:
            continue
        path, line, name = edge["path"], edge["line"], edge["name"]
        near_by = {(path, line + d, name) for d in range(-near, near + 1)}
        judged = (ours.at(path, line) or path) in seen if sure else near_by & seen
        if "to" in edge:
            call = (path, line, name, (edge["to"]["path"], edge["to"]["line"]))
            found[edge["confidence"]].add(call)
            if judged and not near_by & blind:
                judge[edge["confidence"]].add(call)
    report(calls, implicit, unknown, (found, judge), near, show)


def near_lines(calls):
    lines = collections.defaultdict(set)
    for path, line, _, callee in calls:
        lines[path, callee].add(line)
    return lines


def matching(calls, others, near):
    lines = near_lines(others)
    return {one for one in calls
            if any(abs(one[1] - line) <= near for line in lines.get((one[0], one[3]), ()))}


def report(calls, implicit, unknown, edges, near, show):
    print(f"calls: {len(calls)}; {len(implicit)} more are not spelled, {len(unknown)} to what is not ours")
    for name, some in (("resolved", ["resolved"]), ("with likely", ["resolved", "likely"])):
        found, judge = (set().union(*(one[word] for word in some)) for one in edges)
        right, hit = matching(judge, calls | implicit, near), matching(calls, found, near)
        print(f"{name:11} {len(judge)}: precision {len(right) / max(1, len(judge)):.4f}, "
              f"recall {len(hit) / max(1, len(calls)):.4f}")
        if name == "resolved":
            wrong = judge - right
    for what, some in (("wrong", wrong), ("missed", calls - hit)):
        for path, line, name, callee in sorted(some)[:show]:
            print(f"  {what}: {path}:{line} {name} -> {callee[0]}:{callee[1]}")
