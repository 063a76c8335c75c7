#!/usr/bin/env bash
# What the code graph costs beside its limits, side by side in one run: `make bench`.
#
#   tests/bench/graph.sh <folder of tests/accuracy/fetch.sh> [<language>...]
#
# CPU seconds (user and system), the least of three. parse: tree-sitter alone on the same files;
# index: a whole index into a new sidecar (definitions, edges, complexity, rows); one file: the pass
# after a commit that changed one file. Bytes are those of the sidecar.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/../.."
root=$PWD code=$(cd "$1" && pwd)
shift
languages=("$@")
[[ $# -gt 0 ]] || languages=(c python java go)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com FLYWHEEL_INTERNAL=1
export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
PATH=$root:$PATH

# cpu <command...>: sets `seconds` and `memory`.
cpu() {
	local user system

	command time -f '%U %S %M' -o "$work/time" "$@" >/dev/null
	read -r user system memory <"$work/time"
	seconds=$(awk "BEGIN { print $user + $system }")
}

# least <command...>: the least of three, into `seconds`.
least() {
	local best=

	for _ in 1 2 3; do
		"$@"
		best=$(awk "BEGIN { b = \"$best\"; print b == \"\" || $seconds < b ? $seconds : b }")
	done
	seconds=$best
}

parse() { cpu "$root/build/tests/bench-parse" "$1" <"$work/files"; }
index() {
	rm -rf "$work/repo/.git/flywheel"
	cpu git -C "$work/repo" flywheel init
}

printf '%-11s %9s %8s %8s %7s %9s %9s %12s\n' \
	language 'MB source' parse index ratio 'one file' 'peak MB' 'bytes/byte'
for language in "${languages[@]}"; do
	[[ -d $code/$language ]] || continue
	rm -rf "$work/repo"
	mkdir "$work/repo"
	git flywheel graph dump --dir "$code/$language" | awk -v l="$language" '
		$1 == "file" && $NF == l { sub(/^file /, ""); sub(" " l "$", ""); print }' >"$work/names"
	tar -C "$code/$language" -cf - -T "$work/names" | tar -C "$work/repo" -xf -
	sed "s|^|$work/repo/|" "$work/names" >"$work/files"
	git -C "$work/repo" init -q
	git -C "$work/repo" add -A -f
	git -C "$work/repo" commit -q -m Start
	bytes=$("$root/build/tests/bench-parse" "$language" <"$work/files")
	least parse "$language"
	limit=$seconds
	least index
	whole=$seconds peak=$memory
	file=$(head -1 "$work/files")
	printf '\n' >>"$file"
	git -C "$work/repo" commit -q -a -m One
	cpu git -C "$work/repo" flywheel index --quiet
	size=$(stat -c %s "$work/repo/.git/flywheel/flywheel.db")
	awk -v l="$language" -v b="$bytes" -v p="$limit" -v i="$whole" -v o="$seconds" -v m="$peak" -v s="$size" \
		'BEGIN { printf "%-11s %9.1f %8.2f %8.2f %6.2fx %9.2f %9.0f %12.2f\n", l, b / 1e6, p, i, i / p, o, m / 1024, s / b }'
done
