#!/usr/bin/env bash
# What harvesting costs: made-up talk of nine tools, read in one run; then again with nothing new;
# then one transcript of HUGE megabytes (0: none). CPU seconds, turns and megabytes a second of
# CPU, peak memory; over 64 MiB fails.
#
#   tests/bench/harvest.sh [<turns>] [<megabytes>]
set -eu
cd "${BASH_SOURCE[0]%/*}/../.."
root=$PWD program=$PWD/git-flywheel turns=${1:-110000} huge=${2:-256}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/flywheel-bench-harvest-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch/home" XDG_CONFIG_HOME="$scratch/home/.config" GIT_CONFIG_NOSYSTEM=1 FLYWHEEL_TEST_SCHEDULER=
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com
unset CLAUDE_CONFIG_DIR CODEX_HOME XDG_DATA_HOME
mkdir -p "$HOME"
git init -q -b main "$scratch/repo"
cd "$scratch/repo"
echo 'int a;' >a.c && git add . && git commit -q -m Begin
"$program" init >/dev/null 2>&1
"$program" worker --wait >/dev/null 2>&1

# measure <title> <bytes>: one harvest; says what it cost, and fails over the limit of memory.
measure() {
	python3 - "$program" "$1" "$2" <<-'PY'
		import json, resource, subprocess, sys
		program, title, size = sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1e6
		out = json.loads(subprocess.run([program, "harvest", "--json"], check=True, capture_output=True).stdout)
		used = resource.getrusage(resource.RUSAGE_CHILDREN)
		cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
		print("%-28s %7d turns %8.1f MB %7.2f s CPU %s %6.1f MiB peak%s" % (
		    title, out["turns"], size, cpu, "%8.0f turns/s %6.1f MB/s" % (out["turns"] / cpu, size / cpu)
		    if out["turns"] else " " * 28, peak,
		    "" if peak <= 64 else "  OVER 64 MiB"))
		sys.exit(peak > 64)
	PY
}

python3 "$root/tests/bench/talk.py" "$HOME" "$PWD" "$turns"
bytes=$(du -sbc "$HOME" .aider.chat.history.md | tail -n 1 | cut -f1)
measure "nine tools, all new" "$bytes"
measure "nine tools, nothing new" "$bytes"
if [[ $huge != 0 ]]; then
	file="$HOME/.claude/projects/$(printf %s "$PWD" | tr -c 'A-Za-z0-9' -)/huge.jsonl"
	python3 "$root/tests/bench/talk.py" --huge "$file" "$PWD" "$huge"
	measure "one transcript" "$(stat -c %s "$file")"
fi
