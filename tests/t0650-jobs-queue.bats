#!/usr/bin/env bats
# The queue: from a push to a verdict with nobody there, cancelled, retried, taken up after a death.

load helper

setup_file() {
	make_wheel
	git init -q --bare "$BATS_FILE_TMPDIR/origin.git"
}

setup() {
	use_wheel
	cp -a "$BATS_FILE_TMPDIR/origin.git" "$BATS_TEST_TMPDIR/origin.git"
	git remote add origin "$BATS_TEST_TMPDIR/origin.git"
	# The worker runs when the test says so.
	git config flywheel.enabled false
}

# Returns when no process of ours works here: a hook's worker may start late and be the faster one.
quiet() {
	local process

	for _ in $(seq 200); do
		for process in /proc/[0-9]*; do
			case $(cat "$process/comm" 2>/dev/null) in
			git-flywheel*) [ "$(readlink "$process/cwd")" != "$PWD" ] || { sleep 0.05; continue 2; } ;;
			esac
		done
		return 0
	done
	return 1
}

once() {
	local rc=0

	quiet
	git config flywheel.enabled true
	git flywheel worker --once "$@" || rc=$?
	git config flywheel.enabled false
	return $rc
}

job() {
	git flywheel jobs show "$1" --json >job.json
	field job.json "$2"
}

push_noted() {
	git push -q origin main
	for _ in $(seq 50); do
		ls .git/flywheel/spool/push-* >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}

@test "a push becomes a run, and the run a verdict" {
	git config flywheel.enabled true
	git push -q origin main
	for _ in $(seq 150); do
		git flywheel jobs list --json >jobs.json
		jq -e '.[0].state == "done"' jobs.json >/dev/null && break
		sleep 0.2
	done
	[ "$(jq -r '.[0].verdict' jobs.json)" = promoted ]
	[ "$(jq -r '.[0].origin' jobs.json)" = push ]
	[ "$(jq -r '.[0].ref' jobs.json)" = refs/heads/main ]
	[ "$(jq length jobs.json)" -eq 1 ]
	git rev-parse -q --verify flywheel/v1
}

@test "with too little new a pushed run is skipped, and says so" {
	git config flywheel.trainAfter 1000000
	push_noted
	once
	[ "$(job 1 state)" = done ]
	[ "$(job 1 verdict)" = skipped ]
	[[ "$(job 1 reason)" == *"flywheel.trainAfter"* ]]
	[ -z "$(git for-each-ref refs/tags/flywheel)" ]
}

@test "a waiting run takes the newer commit instead of a second row" {
	push_noted
	FLYWHEEL_STOP_AFTER=index once || :
	git flywheel jobs cancel 1
	commit_file a.c 'int a(void) { return 1; }'
	push_noted
	once
	[ "$(job 1 verdict)" = cancelled ]
	[ "$(job 2 commit)" = "$(git rev-parse HEAD)" ]
}

@test "killed anywhere, the next worker goes on to the same end" {
	push_noted
	for stage in index suite dataset train benchmark gate promote; do
		FLYWHEEL_STOP_AFTER=$stage once || :
	done
	once
	[ "$(git flywheel jobs list --json | jq length)" -eq 1 ]
	[ "$(job 1 verdict)" = promoted ]
	[ "$(git tag -l 'flywheel/*' | wc -l)" -eq 1 ]
}

@test "what cannot work fails with its reason, and retry goes on from there" {
	git config flywheel.trainer nonsense
	push_noted
	once
	[ "$(job 1 state)" = failed ]
	[[ "$(job 1 error)" == *"flywheel.trainer"* ]]
	git config flywheel.trainer house
	git flywheel jobs retry 1
	once
	[ "$(job 1 verdict)" = promoted ]
}

@test "a remote trainer without its settings costs nothing" {
	git config flywheel.trainer ray
	push_noted
	once
	[ "$(job 1 state)" = failed ]
	[[ "$(job 1 error)" == *"flywheel."*"not set"* ]]
	[ "$(job 1 submitted)" = None ]
}

@test "the kill switch stops what nobody asked for" {
	push_noted
	git flywheel worker --once
	[ "$(git flywheel jobs list --json)" = "[]" ]
	once
	[ "$(job 1 verdict)" = promoted ]
}

@test "people are told once, and a run ends although they cannot be" {
	printf '#!/bin/sh\ncat >>"%s"\necho >>"%s"\n' "$PWD/told" "$PWD/told" >listener
	chmod +x listener
	git config --add flywheel.notifyCommand "$PWD/listener"
	push_noted
	once
	once
	[ "$(wc -l <told)" -eq 1 ]
	[ "$(jq -r .verdict told)" = promoted ]
	git config --unset-all flywheel.notifyCommand
	git config --add flywheel.notifyCommand "$PWD/no-such-program"
	commit_file a.c 'int a(void) { return 1; }'
	push_noted
	once >out
	[ "$(job 2 state)" = done ]
	grep -q '^next ' out
}

@test "a due schedule starts one run, and the next tick none" {
	git config flywheel.every 12h
	once
	[ "$(job 1 origin)" = schedule ]
	once
	[ "$(git flywheel jobs list --json | jq length)" -eq 1 ]
}

@test "words that make no sense: usage" {
	run git flywheel jobs show
	[ "$status" -eq 129 ]
	run git flywheel jobs cancel x
	[ "$status" -eq 129 ]
	run git flywheel jobs dance 1
	[ "$status" -eq 129 ]
	run git flywheel jobs show 99
	[ "$status" -eq 128 ]
	run git flywheel jobs log 99
	[ "$status" -eq 128 ]
}

@test "settings of the command line count: git -c" {
	run git -c flywheel.trainer=nonsense flywheel cycle
	[ "$status" -eq 128 ]
	[[ "$output" == *"flywheel.trainer is 'nonsense'"* ]]
	run git -c flywheel.keep=0 flywheel status
	[ "$status" -eq 128 ]
	run env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=flywheel.holdout GIT_CONFIG_VALUE_0=2 \
		git flywheel status
	[ "$status" -eq 128 ]
}
