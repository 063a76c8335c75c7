#!/usr/bin/env bash
# What our post-commit hook costs beside an empty one, measured side by side in one run:
#
#   tests/bench/hook.sh [<rounds>]
#
# First the hook alone, then whole commits, each after the pass of the one before has ended.
# Fails when the hook's median is more than 2 ms over the empty hook's.
set -eu
root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
rounds=${1:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$root:$PATH" HOME="$work" GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

# One repository, and its hook changes between the rounds: both see the same objects and refs.
git init -q "$work/repo"
cd "$work/repo"
cp -rL "$root/src" .
git add -A
git commit -qm "start"
git flywheel init >/dev/null
hooks=.git/hooks
cp "$hooks/post-commit" "$work/ours"
printf '#!/bin/sh\n' >"$work/empty"
chmod +x "$work/empty"

# now: microseconds since 1970.
now() {
	local t=$EPOCHREALTIME
	echo "${t/./}"
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%d", v[int((NR + 1) / 2)] }'
}

hook() {
	"$hooks/post-commit"
}

settle() {
	git flywheel worker --wait >/dev/null
}

commit() {
	git commit -q --allow-empty -m "round"
}

# measure <name> <function> [<what to do before each round>]: alternates between the two hooks.
measure() {
	local round kind start
	for ((round = 0; round < rounds; round++)); do
		for kind in empty ours; do
			"${3:-:}"
			cp "$work/$kind" "$hooks/post-commit"
			start=$(now)
			"$2"
			echo $(($(now) - start)) >>"$work/$1.$kind"
		done
	done
	empty=$(median "$work/$1.empty") ours=$(median "$work/$1.ours")
	printf '%-12s empty hook %6d us   ours %6d us   added %6d us (medians of %d)\n' \
		"$1" "$empty" "$ours" $((ours - empty)) "$rounds"
}

# The hook alone must not meet the passes that it starts: they are switched off, not the hook.
git config flywheel.enabled false
measure hook hook
added=$((ours - empty))
git config --unset flywheel.enabled
measure commit commit settle
settle
if [ "$added" -gt 2000 ]; then
	echo "the hook alone adds more than 2 ms" >&2
	exit 1
fi
