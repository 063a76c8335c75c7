#!/usr/bin/env bash
# The code graph beside what others make of the same trees, in one run: `make bench`.
#
#   tests/bench/peers.sh <folder of tests/accuracy/fetch.sh> [<language>...]
#
# CPU seconds (user and system), the least of three; the peak of memory. ctags knows definitions
# only. codegraph is a graph builder from npm with an engine in Rust, fetched into build/peer when it
# is not there, and passes over folders called vendor, so libuv is taken out of its own; its update is that of one changed file, as ours is after a commit of one.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/../.."
root=$PWD code=$(cd "$1" && pwd) peer=$PWD/build/peer
shift
languages=("$@")
[[ $# -gt 0 ]] || languages=(c python java go)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/bench/measure.bash
. tests/bench/measure.bash
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com FLYWHEEL_INTERNAL=1
export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
PATH=$root:$PATH

# better-sqlite3 is held back to a release that old and new versions of node can load.
fetch_peer() {
	[[ ! -x $peer/node_modules/.bin/codegraph ]] || return 0
	mkdir -p "$peer"
	cat >"$peer/package.json" <<-'END'
		{"private": true, "overrides": {"better-sqlite3": "12.2.0"},
		 "dependencies": {"@optave/codegraph": "3.11.2", "better-sqlite3": "12.2.0"}}
	END
	echo "fetching a graph builder from npm" >&2
	(cd "$peer" && npm install --silent --no-audit --no-fund >&2)
}

ours() { rm -rf "$work/repo/.git/flywheel" && cpu git -C "$work/repo" flywheel init; }
theirs() { rm -rf "$work/repo/.codegraph" && cpu "$peer/node_modules/.bin/codegraph" build "$work/repo"; }
tags() { cpu env -C "$work/repo" ctags -f /dev/null -L "$work/names"; }

fetch_peer
printf '%-10s %7s %6s %9s %7s %10s %12s %7s %10s %8s\n' language files ctags \
	index MB 'one file' codegraph MB 'one file' ratio
for language in "${languages[@]}"; do
	[[ -d $code/$language ]] || continue
	rm -rf "$work/repo"
	mkdir "$work/repo"
	git flywheel graph dump --dir "$code/$language" | awk -v l="$language" '
		$1 == "file" && $NF == l { sub(/^file /, ""); sub(" " l "$", ""); print }' >"$work/names"
	tar -C "$code/$language" -cf - -T "$work/names" | tar -C "$work/repo" -xf - --transform 's|vendor/||'
	sed -i 's|vendor/||' "$work/names"
	echo .codegraph >"$work/repo/.gitignore"
	git -C "$work/repo" init -q
	git -C "$work/repo" add -A -f
	git -C "$work/repo" commit -q -m Start
	least tags
	tags=$seconds
	least ours
	index=$seconds index_memory=$((memory / 1024))
	least theirs
	graph=$seconds graph_memory=$((memory / 1024))
	printf '\n' >>"$work/repo/$(head -1 "$work/names")"
	cpu "$peer/node_modules/.bin/codegraph" build "$work/repo"
	graph_one=$seconds
	git -C "$work/repo" commit -q -a -m One
	cpu git -C "$work/repo" flywheel index --quiet
	printf '%-10s %7d %6.2f %9.2f %7d %10.2f %12.2f %7d %10.2f %7.1fx\n' "$language" \
		"$(wc -l <"$work/names")" "$tags" "$index" "$index_memory" "$seconds" \
		"$graph" "$graph_memory" "$graph_one" "$(awk "BEGIN { print $graph / $index }")"
done
