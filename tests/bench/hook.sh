#!/usr/bin/env bash
# What our post-commit hook costs beside an empty one, measured side by side in one run:
#
#   tests/bench/hook.sh [<rounds>]
#
# First the hook alone, then whole commits (with the background pass that each of them starts).
# Fails when the hook's median is more than 2 ms over the empty hook's.
set -eu
root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
rounds=${1:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$root:$PATH" HOME="$work" GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

for repo in empty ours; do
	git init -q "$work/$repo"
	cp -r "$root/src" "$work/$repo/"
	git -C "$work/$repo" add -A
	git -C "$work/$repo" commit -qm "start"
done
printf '#!/bin/sh\n' >"$work/empty/.git/hooks/post-commit"
chmod +x "$work/empty/.git/hooks/post-commit"
(cd "$work/ours" && git flywheel init >/dev/null)

# now: microseconds since 1970.
now() {
	local t=$EPOCHREALTIME
	echo "${t/./}"
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%d", v[int((NR + 1) / 2)] }'
}

hook() {
	(cd "$work/$1" && exec .git/hooks/post-commit)
}

commit() {
	git -C "$work/$1" commit -q --allow-empty -m "round"
}

# measure <name>: calls the function of that name; alternates, so that both see the same machine.
measure() {
	local round repo start
	for ((round = 0; round < rounds; round++)); do
		for repo in empty ours; do
			start=$(now)
			"$1" "$repo"
			echo $(($(now) - start)) >>"$work/$1.$repo"
		done
	done
	empty=$(median "$work/$1.empty") ours=$(median "$work/$1.ours")
	printf '%-12s empty hook %6d us   ours %6d us   added %6d us (medians of %d)\n' \
		"$1" "$empty" "$ours" $((ours - empty)) "$rounds"
}

# The hook alone must not meet the passes that it starts: they are switched off, not the hook.
git -C "$work/ours" config flywheel.enabled false
measure hook
added=$((ours - empty))
git -C "$work/ours" config --unset flywheel.enabled
measure commit
(cd "$work/ours" && git flywheel worker --wait >/dev/null)
if [ "$added" -gt 2000 ]; then
	echo "the hook alone adds more than 2 ms" >&2
	exit 1
fi
