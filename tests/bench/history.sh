#!/usr/bin/env bash
# What graph notes of a long history cost beside parsing each version of each file once:
#
#   tests/bench/history.sh <repository> [<range>]
#
# Side by side in one run, CPU seconds (user and system). parse: tree-sitter alone on every unique
# blob that the commits of the range have on either side of their changes; history: the notes of all
# of these commits, from nothing. bulk: one write of 82,000 notes; single: one more note on that ref.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/../.."
root=$PWD repository=$(git -C "$1" rev-parse --absolute-git-dir)
range=${2:-HEAD}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/bench/measure.bash
. tests/bench/measure.bash
export HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com
export FLYWHEEL_INTERNAL=1 GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
PATH=$root:$PATH
git clone -q --shared "$repository" "$work/repo"
cd "$work/repo"
mapfile -t range < <(git rev-parse --revs-only "$range") # B, or B and ^A

# "extension language" of each language.
languages() {
	local conf

	for conf in "$root"/src/language/*/language.conf; do
		sed -n "s|^[[:space:]]*extension = \(.*\)|\1 $(basename "${conf%/*}")|p" "$conf"
	done
}

languages >"$work/languages"
# "language blob" of all that changed, each once. What merges alone changed is left out of the limit.
git rev-list --count "${range[@]}" >"$work/commits"
git log --no-merges --root --raw --no-abbrev --no-renames --format= "${range[@]}" |
	awk -v languages="$work/languages" '
		BEGIN { while ((getline line < languages) > 0) { split(line, w, " "); of[w[1]] = w[2] } }
		{ name = $NF; sub(/.*\./, "", name) }
		name in of {
			for (i = 3; i <= 4; i++)
				if ($i !~ /^0+$/ && !seen[of[name], $i]++)
					print of[name], $i
		}' >"$work/blobs"
cut -d' ' -f2 "$work/blobs" | sort -u | git cat-file --batch-check |
	awk '$2 == "blob" && $3 <= 1048576 { print $1 }' >"$work/sizes"
awk 'NR == FNR { ok[$1] = 1; next } $2 in ok' "$work/sizes" "$work/blobs" >"$work/wanted"

limit=0 bytes=0
while read -r language; do
	mkdir "$work/files"
	tree=$(awk -v l="$language" '$1 == l { print "100644 blob " $2 "\t" $2 }' "$work/wanted" |
		git mktree)
	git archive "$tree" | tar -C "$work/files" -xf -
	printf '%s\n' "$work/files"/* >"$work/list"
	cpu "$root/build/tests/bench-parse" "$language" <"$work/list"
	limit=$(awk "BEGIN { print $limit + $seconds }")
	bytes=$((bytes + $(cat "$work/files"/* | wc -c)))
	rm -rf "$work/files"
done < <(cut -d' ' -f1 "$work/wanted" | sort -u)

git flywheel init >/dev/null
wanted=${range[1]:+${range[1]#^}..}${range[0]}
cpu git flywheel index --quiet --history "$wanted"
printf '%-24s %s\n' commits "$(<"$work/commits")" \
	'unique blobs' "$(wc -l <"$work/wanted") ($((bytes / 1000000)) MB)" \
	'parse, CPU s' "$limit" 'history, CPU s' "$seconds" \
	'history / parse' "$(awk "BEGIN { printf \"%.2f\", $seconds / $limit }")" \
	'history, peak MB' "$((memory / 1024))"
git init -q "$work/notes"
cd "$work/notes"
awk 'BEGIN { for (i = 0; i < 82050; i++)
	printf "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\na\n", i }' |
	git fast-import --quiet
git rev-list main | "$root/build/tests/bench-notes" .
