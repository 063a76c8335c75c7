#!/usr/bin/env bash
# Line coverage per folder, from a build with --coverage: tests/coverage.sh <build folder>
set -eu
cd "${BASH_SOURCE[0]%/*}/.."
build=$1
find "$build/src" -name '*.gcda' -print0 | xargs -0 -r gcov -n -r 2>/dev/null | awk '
/^File / { file = $2; gsub(/\x27/, "", file) }
/^Lines executed:/ && file ~ /^src\// {
	split($0, part, /[:% ]+/)
	folder = file; sub(/\/[^\/]*$/, "", folder)
	lines[folder] += part[5]; hit[folder] += part[3] * part[5] / 100
	all += part[5]; all_hit += part[3] * part[5] / 100
	file = ""
}
END {
	for (folder in lines)
		printf "%-24s %6d lines %6.1f %%\n", folder, lines[folder], 100 * hit[folder] / lines[folder] | "sort"
	close("sort")
	if (all) printf "%-24s %6d lines %6.1f %%\n", "all", all, 100 * all_hit / all
}'
