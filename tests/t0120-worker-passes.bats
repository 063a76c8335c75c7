# The background pass: one at a time, silent, and no commit is lost to it.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	LOG=.git/flywheel/log/worker.log
}

@test "a commit starts a pass in the background, silently" {
	run commit_file b.c 'int b(void) { return 2; }'
	[ "$status" = 0 ]
	[ "$output" = "" ]
	for _ in $(seq 100); do
		! grep -q 'index current' "$LOG" 2>/dev/null || break
		sleep 0.1
	done
	grep -q 'index current' "$LOG"
}

@test "FLYWHEEL_INTERNAL makes hook and trampoline return at once" {
	rm -rf .git/flywheel/log
	FLYWHEEL_INTERNAL=1 git commit -q --allow-empty -m "internal"
	FLYWHEEL_INTERNAL=1 git flywheel worker --detach
	sleep 0.5
	[ ! -e "$LOG" ]
}

@test "flywheel.enabled=false stops the background pass, not the asked one" {
	rm -rf .git/flywheel/log
	git config flywheel.enabled false
	git flywheel worker
	! grep -q 'index current' "$LOG"
	run git flywheel worker --wait
	[ "$status" = 0 ]
	[[ $output == *"index current"* ]]
}

@test "while a pass runs, a second one leaves word and returns; the word is acted upon" {
	rm -f .git/flywheel/worker.again
	exec 8>.git/flywheel/worker.lock
	flock -x 8
	run timeout 5 git flywheel worker
	[ "$status" = 0 ]
	[ -e .git/flywheel/worker.again ]
	exec 8>&-
	git flywheel worker --wait
	[ ! -e .git/flywheel/worker.again ]
}

@test "a piped push does not wait for the pass" {
	git init -q --bare "$BATS_TEST_TMPDIR/remote.git"
	exec 8>.git/flywheel/worker.lock
	flock -x 8
	# --wait would hang on the lock; what the hook starts must not keep our pipe open either.
	printf '#!/bin/sh\nexec sleep 5\n' >"$BATS_TEST_TMPDIR/slow"
	chmod +x "$BATS_TEST_TMPDIR/slow"
	SECONDS=0
	"$(sed -n "s|^trampoline='\(.*\)'|\1|p" .git/hooks/post-commit)" "$BATS_TEST_TMPDIR/slow" 2>&1 | cat
	[ "$SECONDS" -lt 3 ]
	git push "$BATS_TEST_TMPDIR/remote.git" main 2>&1 | cat
	[ "$SECONDS" -lt 4 ]
}

@test "the log is capped" {
	mkdir -p .git/flywheel/log
	head -c 300000 /dev/zero | tr '\0' 'x' >"$LOG"
	git flywheel worker
	[ "$(stat -c %s "$LOG")" -lt 10000 ]
	[ -e "$LOG.1" ]
}

@test "30 commits in a row: none fails, and afterwards the index is what a clean one would be" {
	for i in $(seq 30); do
		commit_file "f$((i % 7)).c" "int f$i(int x) { if (x) return f$((i - 1))(x); return $i; }"
	done
	wait_for_worker
	run git flywheel index --verify
	[ "$status" = 0 ]
	[ ! -e .git/flywheel/worker.again ]
}
