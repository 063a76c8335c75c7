#!/usr/bin/env bats
# Whatever a repository or a machine throws at us: one clear line, the right exit code, no crash,
# nothing lost.

load helper

setup() { setup_repo; }

teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/small/here" ] || umount "$BATS_TEST_TMPDIR/small" 2>/dev/null || true
	chmod -R u+rwx "$BATS_TEST_TMPDIR" 2>/dev/null || true
}

# refused <words in the message> <command...>: exit 128 and exactly one line on stderr.
refused() {
	local words=$1
	shift
	run "$@"
	echo "status $status: $output"
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "${lines[0]}" == git-flywheel:*$words* ]]
}

@test "not a repository" {
	mkdir "$BATS_TEST_TMPDIR/plain"
	cd "$BATS_TEST_TMPDIR/plain"
	for command in init status cycle index "why x" "graph symbol x" harvest history; do
		# shellcheck disable=SC2086 # a command with its words
		GIT_CEILING_DIRECTORIES="$BATS_TEST_TMPDIR" refused "git init" git-flywheel $command
	done
}

@test "not initialised" {
	commit_file a.c 'int a;'
	for command in status cycle index "why a.c" harvest history model; do
		# shellcheck disable=SC2086
		refused "git flywheel init" git-flywheel $command
	done
}

@test "unborn HEAD: init works, the rest says what is missing" {
	git flywheel init
	refused "commit" git-flywheel cycle
	refused "commit" git-flywheel why a.c
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel index
	git flywheel graph symbol a
}

@test "an empty tree is a small graph, not an error" {
	git commit -q --allow-empty -m "Start with nothing"
	git flywheel init
	git flywheel index --verify
	git flywheel status
}

@test "a history too short to hold anything out says so" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	run git-flywheel cycle
	[ "$status" -ne 0 ]
	[[ "$output" == *commit* ]]
}

@test "a bare repository: no hooks, a clear line" {
	commit_file a.c 'int a;'
	git clone -q --bare . "$BATS_TEST_TMPDIR/bare.git"
	cd "$BATS_TEST_TMPDIR/bare.git"
	refused "bare" git-flywheel init
}

@test "files that cannot be parsed are recorded with the reason" {
	head -c 100000000 /dev/zero | tr '\0' 'x' >huge.c
	printf 'int ok(void) { return 1; }\0\1\2' >binary.c
	printf 'int caf\351(void) { return 1; }\nint fine(void) { return 2; }\n' >latin1.c
	printf 'def broken(:\n  return (((\n\ndef good(x):\n    return x\n' >broken.py
	git add .
	tick
	git commit -q -m "Add what no parser likes"
	git flywheel init
	git flywheel index --verify
	git flywheel graph symbol fine
	run git flywheel index
	[[ "${lines[0]}" == *"1 binary"*"1 too large"* ]]
}

@test "nesting ten thousand deep neither crashes nor hangs" {
	{
		printf 'int deep(void) { return '
		head -c 10000 /dev/zero | tr '\0' '('
		printf 1
		head -c 10000 /dev/zero | tr '\0' ')'
		printf '; }\nint after(void)\n'
		head -c 10000 /dev/zero | tr '\0' '{'
		head -c 10000 /dev/zero | tr '\0' '}'
		printf '\n'
	} >deep.c
	python3 -c 'print("x = " + "["*10000 + "]"*10000); print("def after_py():\n    return 1")' >deep.py
	git add .
	tick
	git commit -q -m "Add deep nesting"
	timeout 60 git flywheel init
	timeout 60 git flywheel index --verify
}

@test "a damaged sidecar is set aside, and rebuild starts anew" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	wait_for_worker
	rm -f .git/flywheel/flywheel.db-wal .git/flywheel/flywheel.db-shm
	echo "this was a database once, and now it is not one any more" >.git/flywheel/flywheel.db
	refused "rebuild" git-flywheel status
	[ -e .git/flywheel/flywheel.db.corrupt-1 ]
	[ -e .git/flywheel/backup/flywheel-1.db ]
	run git flywheel rebuild
	[ "$status" -eq 0 ]
	[[ "$output" == *"took the private facts of the last backup"* ]]
	git flywheel graph symbol a
}

@test "an unreadable sidecar is a clear line" {
	[ "$(id -u)" -ne 0 ] || skip "root reads everything"
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	wait_for_worker
	chmod 000 .git/flywheel/flywheel.db
	refused "sidecar" git-flywheel status
}

@test "disk full: an error, and everything is as it was" {
	mkdir "$BATS_TEST_TMPDIR/small"
	mount -t tmpfs -o size=3m tmpfs "$BATS_TEST_TMPDIR/small" 2>/dev/null ||
		skip "no right to mount a small file system"
	touch "$BATS_TEST_TMPDIR/small/here"
	cd "$BATS_TEST_TMPDIR/small"
	git init -q -b main .
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	wait_for_worker
	head -c 3000000 /dev/zero >fill 2>/dev/null || true
	for i in $(seq 1 400); do echo "int f$i(int x) { return x + $i; }"; done >/dev/shm/many.$$
	git commit -q --allow-empty -m "Another" 2>/dev/null || true
	run git-flywheel rebuild
	echo "$output"
	[ "$status" -eq 128 ] || [ "$status" -eq 0 ]
	rm -f fill /dev/shm/many.$$
	git flywheel index --verify
	git flywheel graph symbol a
	cd "$BATS_TEST_TMPDIR"
	umount "$BATS_TEST_TMPDIR/small"
}

@test "a read-only folder is a clear line" {
	commit_file a.c 'int a(void) { return 1; }'
	if [ "$(id -u)" -eq 0 ]; then
		mkdir "$BATS_TEST_TMPDIR/small"
		mount -t tmpfs tmpfs "$BATS_TEST_TMPDIR/small" 2>/dev/null || skip "cannot mount"
		git clone -q . "$BATS_TEST_TMPDIR/small/clone"
		touch "$BATS_TEST_TMPDIR/small/here"
		mount -o remount,ro "$BATS_TEST_TMPDIR/small" || skip "cannot remount"
		cd "$BATS_TEST_TMPDIR/small/clone"
		run git-flywheel init
		cd "$BATS_TEST_TMPDIR"
		umount "$BATS_TEST_TMPDIR/small"
	else
		chmod -R a-w .git
		run git-flywheel init
	fi
	echo "$output"
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "no HOME" {
	commit_file a.c 'int a(void) { return 1; }'
	unset HOME XDG_CONFIG_HOME
	git flywheel init
	git flywheel harvest
	git flywheel status
}

@test "bad settings are named" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	git config flywheel.holdout plenty
	refused "flywheel.holdout" git-flywheel status
	git config --unset flywheel.holdout
	mkdir .flywheel
	printf '[flywheel\nbroken' >.flywheel/curation
	refused ".flywheel/curation" git-flywheel status
}

@test "unknown commands and options are usage errors" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	run git-flywheel frobnicate
	[ "$status" -eq 129 ]
	run git-flywheel status --frobnicate
	[ "$status" -eq 129 ]
	run git-flywheel
	[ "$status" -eq 129 ]
	run git-flywheel -h
	[ "$status" -eq 0 ]
}

@test "every command has help and refuses an unknown option" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	for command in $(git-flywheel -h | sed -n 's/^   \([a-z-]*\) .*/\1/p'); do
		run git-flywheel "$command" -h
		[ "$status" -eq 0 ]
		[[ "$output" == *usage:* ]]
		run git-flywheel "$command" --no-such-option
		[ "$status" -eq 129 ]
	done
}

@test "foreign text cannot drive the terminal" {
	printf '/* Why: \033]0;owned\007 because the dock is slow. */\nint a(void) { return 1; }\n' >a.c
	git add a.c
	tick
	git commit -q -m "$(printf 'Use a hold instead of \033[2Ja lock because it is short')"
	git flywheel init
	git flywheel why a.c >"$BATS_TEST_TMPDIR/out" || true
	git flywheel graph symbol a >>"$BATS_TEST_TMPDIR/out"
	! grep -q "$(printf '\033')" "$BATS_TEST_TMPDIR/out"
}
