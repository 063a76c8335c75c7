#!/usr/bin/env bash
# What the code graph costs beside its limits, side by side in one run: `make bench`.
#
#   tests/bench/graph.sh <folder of tests/accuracy/fetch.sh> [<language>...]
#
# CPU seconds (user and system), the least of three. parse: tree-sitter alone on the same files,
# with malloc; index: a whole index into a new sidecar (definitions, edges, complexity, rows);
# 2 cores: how much sooner that is done than on one, by the clock, so only on an idle machine; one
# file: the pass after a commit that changed one file. Bytes a byte of source: the graph's tables
# with the facts that they are made of, and what else lies in the sidecar.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/../.."
root=$PWD code=$(cd "$1" && pwd)
shift
languages=("$@")
[[ $# -gt 0 ]] || languages=(c python java go)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/bench/measure.bash
. tests/bench/measure.bash
export HOME=$work GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com FLYWHEEL_INTERNAL=1
export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
PATH=$root:$PATH

# sooner: how many times, as `speedup`; the least of three each.
sooner() {
	local one=

	for _ in 1 2 3; do
		index taskset -c 0
		one=$(awk "BEGIN { b = \"$one\"; print b == \"\" || $wall < b ? $wall : b }")
	done
	speedup=$(awk "BEGIN { print $one / $two }")
}

# share <condition on tables' names>: bytes of them and their indexes.
share() {
	sqlite3 "$work/repo/.git/flywheel/flywheel.db" "SELECT coalesce(sum(d.pgsize), 0) FROM dbstat d
		LEFT JOIN sqlite_master m ON m.name = d.name
		WHERE $1 (coalesce(m.tbl_name, '') IN ('blob_fact', 'parse_version')
			OR coalesce(m.tbl_name, '') GLOB 'graph_*')"
}

parse() { cpu "$root/build/tests/bench-parse" "$1" <"$work/files"; }
index() {
	rm -rf "$work/repo/.git/flywheel"
	cpu "$@" git -C "$work/repo" flywheel init
}
index_on_all() {
	index
	two=$(awk "BEGIN { t = \"$two\"; print t == \"\" || $wall < t ? $wall : t }")
}

printf '%-11s %9s %8s %8s %7s %8s %9s %8s %8s %8s\n' \
	language 'MB source' parse index ratio '2 cores' 'one file' 'peak MB' graph else
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
	two=
	least index_on_all
	whole=$seconds peak=$memory graph=$(share '') other=$(share NOT)
	sooner
	file=$(head -1 "$work/files")
	printf '\n' >>"$file"
	git -C "$work/repo" commit -q -a -m One
	cpu git -C "$work/repo" flywheel index --quiet
	awk -v l="$language" -v b="$bytes" -v p="$limit" -v i="$whole" -v c="$speedup" -v o="$seconds" \
		-v m="$peak" -v g="$graph" -v e="$other" \
		'BEGIN { printf "%-11s %9.1f %8.2f %8.2f %6.2fx %7.2fx %9.2f %8.0f %8.2f %8.2f\n",
			l, b / 1e6, p, i, i / p, c, o, m / 1024, g / b, e / b }'
done
