#!/usr/bin/env bash
# What our hooks cost beside empty ones, measured side by side in one run:
#
#   tests/bench/hook.sh [<rounds>]
#
# First post-commit, post-rewrite and pre-push alone (pre-push also while the sidecar's database is locked, and
# with a hook of the user's behind it), then whole commits and pushes, each after the pass of the one
# before has ended. Fails when the median of a hook alone is more than 2 ms over the empty hook's.
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
git init -q --bare "$work/remote.git"
git remote add origin "$work/remote.git"
git push -q origin HEAD:refs/heads/main
hooks=.git/hooks
for name in post-commit post-rewrite pre-push; do
	cp "$hooks/$name" "$work/ours-$name"
	printf '#!/bin/sh\n' >"$work/empty-$name"
	chmod +x "$work/empty-$name"
done

# now: microseconds since 1970.
now() {
	local t=$EPOCHREALTIME
	echo "${t/./}"
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%d", v[int((NR + 1) / 2)] }'
}

post_commit() {
	"$hooks/post-commit"
}

head=$(git rev-parse HEAD)
line="refs/heads/main $head refs/heads/main $head"
pre_push() {
	"$hooks/pre-push" origin "$work/remote.git" <<<"$line"
}

post_rewrite() {
	"$hooks/post-rewrite" amend <<<"$head $head"
}

settle() {
	git flywheel worker --wait >/dev/null
}

commit() {
	git commit -q --allow-empty -m "round"
}

push() {
	git push -q origin HEAD:refs/heads/main
}

# A push needs something to push; the commit before it is not measured.
prepare_push() {
	FLYWHEEL_INTERNAL=1 commit
	settle
}

# measure <name> <hook> <function> [<what to do before each round>]: alternates between the two.
measure() {
	local round kind start
	for ((round = 0; round < rounds; round++)); do
		for kind in empty ours; do
			"${4:-:}"
			cp "$work/$kind-$2" "$hooks/$2"
			start=$(now)
			"$3"
			echo $(($(now) - start)) >>"$work/$1.$kind"
		done
	done
	empty=$(median "$work/$1.empty") ours=$(median "$work/$1.ours")
	printf '%-16s empty hook %6d us   ours %6d us   added %6d us (medians of %d)\n' \
		"$1" "$empty" "$ours" $((ours - empty)) "$rounds"
}

# Until what the round before has started is out of the way.
rest() {
	sleep 0.05
}

failed=0
alone() {
	measure "$@" rest
	if [ $((ours - empty)) -gt 2000 ]; then
		echo "the hook alone adds more than 2 ms" >&2
		failed=1
	fi
}

# A hook alone must not meet the passes that it starts: they are switched off, not the hook.
git config flywheel.enabled false
alone post-commit post-commit post_commit
alone post-rewrite post-rewrite post_rewrite
alone pre-push pre-push pre_push
python3 - <<-'END' &
	import sqlite3, time
	db = sqlite3.connect(".git/flywheel/flywheel.db", isolation_level=None)
	db.execute("PRAGMA locking_mode = EXCLUSIVE")
	db.execute("BEGIN EXCLUSIVE")
	time.sleep(600)
END
locker=$!
sleep 0.5
alone pre-push-locked pre-push pre_push
kill "$locker"
wait "$locker" 2>/dev/null || :
sleep 0.5
# With a hook of the user's behind ours, which is this same empty one.
cp "$work/empty-pre-push" "$hooks/pre-push.before-flywheel"
alone pre-push-own pre-push pre_push
rm -rf "$hooks/pre-push.before-flywheel" .git/flywheel/spool
git config --unset flywheel.enabled
measure commit post-commit commit settle
measure push pre-push push prepare_push
settle
[ "$failed" = 0 ]
