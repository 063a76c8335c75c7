#!/usr/bin/env bash
# What `git flywheel why` costs on a long history:
#
#   tests/bench/why.sh [<commits>] [<rounds>]
#
# Makes a repository of so many commits (100,000), one in four of which says why, indexes it, and
# asks each kind of question so many times (20). Fails when the median of one is over 50 ms.
set -eu
root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
commits=${1:-100000}
rounds=${2:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$root:$PATH" HOME="$work" GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

# A file of a folder per commit, 2,000 files in all: each is written again every 2,000 commits.
stream() {
	awk -v commits="$commits" '
		function data(text) { printf "data %d\n%s\n", length(text), text }
		BEGIN {
			split("cache queue parser socket timer", nouns)
			for (i = 0; i < commits; i++) {
				file = i % 2000
				noun = nouns[i % 5 + 1]
				message = "Change step " i
				if (i % 4 == 0)
					message = message "\n\nWe keep `step_" file "` in the " noun \
						" instead of the table, because round " i " walks it twice."
				printf "commit refs/heads/main\ncommitter a <a@b> %d +0000\n", 1000000000 + i * 600
				data(message)
				printf "M 100644 inline src/part%d/step%d.c\n", file % 40, file
				data("int step_" file "(void)\n{\n\treturn step_" (file + 40) % 2000 \
					"() + " i ";\n}")
			}
		}'
}

# now: microseconds since 1970.
now() {
	local t=$EPOCHREALTIME
	echo "${t/./}"
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%d", v[int((NR + 1) / 2)] }'
}

git init -q -b main "$work/repo"
cd "$work/repo"
stream | git fast-import --quiet
git reset -q --hard
start=$(now)
FLYWHEEL_INTERNAL=1 git flywheel init >/dev/null
git flywheel worker --wait >/dev/null
git flywheel why HEAD >/dev/null || [ $? -eq 1 ]
echo "indexed and mined: $((($(now) - start) / 1000)) ms, $commits commits"

# ask <name> <question>...: the median of the rounds.
failed=0
ask() {
	local name=$1 start us
	shift
	: >"$work/times"
	for _ in $(seq "$rounds"); do
		start=$(now)
		git-flywheel why "$@" >"$work/answer" || [ $? -eq 1 ]
		echo $(($(now) - start)) >>"$work/times"
	done
	us=$(median "$work/times")
	printf '%-8s %3d.%d ms, %d decisions\n' "$name" $((us / 1000)) $((us % 1000 / 100)) \
		"$(grep -c '^  id ' "$work/answer")"
	[ "$us" -le 50000 ] || failed=1
}

ask file src/part0/step0.c
ask line src/part0/step0.c:3
ask folder src/part0
ask symbol step_40
ask commit HEAD~3
ask words socket table
ask nothing flying elephants
exit $failed
