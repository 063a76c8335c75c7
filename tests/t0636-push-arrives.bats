# From a push to a run, by the worker: only what arrived, only where it is wanted, and only once.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(void) { return 1; }'
	REMOTE="$BATS_TEST_TMPDIR/remote.git"
	git init -q --bare "$REMOTE"
	git remote add origin "$REMOTE"
	git flywheel init >/dev/null
	# The hook writes its notes; the worker runs when the test says so, and nothing is trained.
	sed -i "s|^program=.*|program=/nowhere|" .git/hooks/p*
	git config flywheel.trainAfter 1000000
}

# noted: until the hook's background part has written its note.
noted() {
	for _ in $(seq 200); do
		[ -z "$(find .git/flywheel/spool -name 'push-*' ! -name '*.bad' 2>/dev/null)" ] || return 0
		sleep 0.02
	done
	return 1
}

# look [<seconds>]: what the worker does that much later; then $jobs is "<commit> <ref>" of each run.
look() {
	export FLYWHEEL_NOW=$((FLYWHEEL_NOW + ${1:-0}))
	timeout 60 git flywheel worker --once >worker.out || cat worker.out
	jobs=$(git flywheel jobs list --json | jq -r '.[] | "\(.commit) \(.ref)"')
}

look_till_lost() {
	for seconds in 0 2 10 60 300; do
		look "$seconds"
	done
}


@test "a push that arrived makes one run, wherever else the commit is pushed" {
	git push -q origin main
	noted
	look
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
	git init -q --bare "$BATS_TEST_TMPDIR/second.git"
	git remote add second "$BATS_TEST_TMPDIR/second.git"
	git push -q second main
	noted
	look
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
	[ -z "$(ls .git/flywheel/spool)" ]
}

@test "a push that the server refuses makes none; the next one does" {
	printf '#!/bin/sh\nexit 1\n' >"$REMOTE/hooks/pre-receive"
	chmod +x "$REMOTE/hooks/pre-receive"
	! git push -q origin main 2>/dev/null
	noted
	look_till_lost
	[ "$jobs" = "" ]
	rm "$REMOTE/hooks/pre-receive"
	git push -q origin main
	noted
	look
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
}

@test "a push that is no fast-forward makes none; forced, it does" {
	git push -q origin main
	noted
	look
	first=$jobs
	git commit -q --amend -m "another"
	! git push -q origin main 2>/dev/null
	sleep 0.3
	look_till_lost
	[ "$jobs" = "$first" ]
	git push -q --force origin main
	noted
	look
	[[ $jobs == *"$(git rev-parse HEAD) refs/heads/main"* ]]
}

@test "a push to a URL is looked for at the URL" {
	git push -q "$REMOTE" main
	noted
	look
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
}

@test "a URL that cannot be reached is tried until it can" {
	git push -q "$REMOTE" main
	noted
	mv "$REMOTE" "$REMOTE.away"
	for seconds in 0 2 10 100 1000 100000; do
		look "$seconds"
		[ "$jobs" = "" ]
	done
	mv "$REMOTE.away" "$REMOTE"
	look 900
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
}

@test "a deleted branch, a tag and a branch that is not trained on make none" {
	git push -q origin main:gone
	noted
	look
	git push -q origin :gone
	git tag v1
	git push -q origin v1
	git push -q origin main:feature
	noted
	look_till_lost
	[ "$jobs" = "" ]
}

@test "flywheel.trainBranch says which branches count" {
	git config flywheel.trainBranch 'release/*'
	git push -q origin main
	noted
	look
	[ "$jobs" = "" ]
	git push -q origin main:release/1
	noted
	look
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/release/1" ]
}

@test "what the user's own hook refuses makes none" {
	printf '#!/bin/sh\nexit 1\n' >.git/hooks/pre-push.before-flywheel
	chmod +x .git/hooks/pre-push.before-flywheel
	! git push -q origin main 2>/dev/null
	sleep 0.3
	look_till_lost
	[ "$jobs" = "" ]
}

@test "our own refs never make a run" {
	git update-ref refs/flywheel/log HEAD
	git update-ref refs/notes/flywheel/test HEAD
	FLYWHEEL_INTERNAL=1 git push -q origin refs/flywheel/log refs/notes/flywheel/test
	git push -q origin refs/flywheel/log:refs/flywheel/other
	sleep 0.3
	look_till_lost
	[ "$jobs" = "" ]
}

@test "a push that no hook saw is found; one from before init is not" {
	rm .git/hooks/pre-push
	git push -q origin main
	look
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
	git clone -q "$REMOTE" "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other"
	git config flywheel.trainAfter 1000000
	commit_file b.c 'int b(void) { return 2; }'
	git push -q origin HEAD
	git flywheel init >/dev/null
	look
	[ "$jobs" = "" ]
}

@test "a note that nobody wrote is set aside, and the others count" {
	git push -q origin main
	noted
	echo rubbish >.git/flywheel/spool/push-1-1
	look
	grep -q 'push-1-1.*set aside' worker.out
	[ "$jobs" = "$(git rev-parse HEAD) refs/heads/main" ]
	[ "$(ls .git/flywheel/spool)" = push-1-1.bad ]
}

@test "a worker that the lock turns away leaves word, and the word is acted upon" {
	exec 8>.git/flywheel/queue.lock
	flock -x 8
	timeout 20 git flywheel worker 8>&-
	[ -e .git/flywheel/queue.again ]
	exec 8>&-
	look
	[ ! -e .git/flywheel/queue.again ]
}
