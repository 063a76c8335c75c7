#!/usr/bin/env bash
# Cyclomatic complexity held against lizard, where it knows the language:
#
#   tests/accuracy/complexity.sh <folder of tests/accuracy/fetch.sh> [<language>...]
#
# A function is the same when path, name and first line are; SHOW=n prints the first n differences.
set -u
cd "${BASH_SOURCE[0]%/*}/../.." || exit 1
folder=$1 show=${SHOW:-0}
shift
languages=("$@")
[[ $# -gt 0 ]] || languages=(c cpp c_sharp go java javascript php python ruby rust typescript)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

name_of() {
	case $1 in
	c_sharp) echo csharp ;;
	c) echo cpp ;;
	*) echo "$1" ;;
	esac
}

printf '%-11s %10s %8s %8s\n' language functions equal share
for language in "${languages[@]}"; do
	[[ -d $folder/$language ]] || continue
	./git-flywheel graph dump --json --dir "$folder/$language" |
		jq -r --arg l "$language" '(.files | map(select(.language == $l) | {(.path): true}) | add) as $known |
			.definitions[] | select(.cyclomatic and $known[.path]) |
			[.path, .line, .name, .cyclomatic] | @tsv' >"$work/ours"
	(cd "$folder/$language" && lizard -l "$(name_of "$language")" --csv . 2>/dev/null) |
		python3 -c '
import csv, sys
for row in csv.reader(sys.stdin):
	name = row[7].split("::")[-1].split(".")[-1].split("(")[0].strip()
	print(row[6].removeprefix("./"), row[9], name, row[1], sep="\t")' >"$work/theirs"
	awk -F'\t' -v OFS='\t' -v language="$language" -v show="$show" '
		FNR == NR { theirs[$1, $2, $3] = $4; next }
		($1, $2, $3) in theirs {
			both++
			if (theirs[$1, $2, $3] == $4) equal++
			else if (shown++ < show) print "  " $1 ":" $2 " " $3 ": " $4 ", lizard " theirs[$1, $2, $3] }
		END { printf "%-11s %10d %8d %8.4f\n", language, both, equal, both ? equal / both : 0 }' \
		"$work/theirs" "$work/ours"
done
