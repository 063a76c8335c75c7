# What the pre-push hook notes of a push, whatever state disk, sidecar and other hooks are in.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(void) { return 1; }'
	REMOTE="$BATS_TEST_TMPDIR/remote.git"
	git init -q --bare "$REMOTE"
	git remote add origin "$REMOTE"
	# Nobody reads the notes behind a test's back.
	git config flywheel.enabled false
	git flywheel init >/dev/null
	SPOOL=.git/flywheel/spool
}

# note: the only note there is; the hook's background part needs a moment to write it.
note() {
	local found

	for _ in $(seq 200); do
		found=$(find -H "$SPOOL" -name 'push-*' 2>/dev/null)
		if [ -n "$found" ]; then
			cat $found
			return
		fi
		sleep 0.02
	done
	return 1
}

# no_note: after the time in which one would have come.
no_note() {
	sleep 0.5
	[ -z "$(find .git/flywheel -name 'push-*' 2>/dev/null)" ]
}

@test "a push by name: remote, refs, and the process that pushes" {
	git push -q origin main main:other
	note >"$BATS_TEST_TMPDIR/note"
	head=$(git rev-parse main)
	zero=0000000000000000000000000000000000000000
	[ "$(sed '/^process/d' "$BATS_TEST_TMPDIR/note")" = "flywheel-push 1
remote origin
url $REMOTE
refs/heads/main $head refs/heads/main $zero
refs/heads/main $head refs/heads/other $zero
end" ]
	grep -Eq '^process [1-9][0-9]* [1-9][0-9]*$' "$BATS_TEST_TMPDIR/note"
	[ "$(stat -c %a "$SPOOL"/push-*)" = 600 ]
	[ "$(stat -c %a "$SPOOL")" = 700 ]
}

@test "the process noted is the git that pushes" {
	printf '#!/bin/sh\necho "$PPID" >"%s/pid"\n' "$BATS_TEST_TMPDIR" \
		>.git/hooks/pre-push.before-flywheel
	chmod +x .git/hooks/pre-push.before-flywheel
	git push -q origin main &
	pushing=$!
	wait "$pushing"
	note | grep -q "^process $pushing "
}

@test "passwords and tokens never reach the disk" {
	git config "url.$REMOTE.insteadOf" https://tom:s3cret@example.com/x
	git push -q https://tom:s3cret@example.com/x main
	note | grep -q '^remote https://example.com/x$'
	! grep -rq s3cret .git/flywheel
	rm "$SPOOL"/push-*
	git config --add "url.$REMOTE.insteadOf" https://t0ken@example.com/y
	git push -q https://t0ken@example.com/y main:y
	note | grep -q '^remote https://example.com/y$'
	rm "$SPOOL"/push-*
	git config --add "url.$REMOTE.insteadOf" ssh://git:s3cret@example.com/z
	git push -q ssh://git:s3cret@example.com/z main:z
	note | grep -q '^remote ssh://git@example.com/z$'
	! grep -rqE 's3cret|t0ken' .git/flywheel
}

@test "the user's own hook reads the same input, and the push is noted" {
	printf '#!/bin/sh\necho "$@" >"%s/args"\ncat >"%s/input"\n' "$BATS_TEST_TMPDIR" \
		"$BATS_TEST_TMPDIR" >.git/hooks/pre-push.before-flywheel
	chmod +x .git/hooks/pre-push.before-flywheel
	git push -q origin main
	[ "$(cat "$BATS_TEST_TMPDIR/args")" = "origin $REMOTE" ]
	[ "$(cat "$BATS_TEST_TMPDIR/input")" = "$(note | grep ^refs/)" ]
	# Nothing to push: its input is empty, not an empty line.
	rm "$SPOOL"/push-*
	git push -q origin main
	[ ! -s "$BATS_TEST_TMPDIR/input" ]
	no_note
}

@test "the user's own hook refuses: the push stops, and nothing is noted" {
	printf '#!/bin/sh\nexit 3\n' >.git/hooks/pre-push.before-flywheel
	chmod +x .git/hooks/pre-push.before-flywheel
	run git push -q origin main
	[ "$status" != 0 ]
	no_note
	run git --git-dir="$REMOTE" rev-parse --verify main
	[ "$status" != 0 ]
}

@test "the answer of the user's own hook is passed on, however it is made" {
	printf 'read -r line\n[ "$line" = "x 1 y 2" ] && exit 7\n' >.git/hooks/pre-push.before-flywheel
	chmod +x .git/hooks/pre-push.before-flywheel
	run .git/hooks/pre-push origin "$REMOTE" <<<"x 1 y 2"
	[ "$status" = 7 ]
	printf '#!/bin/sh\nkill -9 $$\n' >.git/hooks/pre-push.before-flywheel
	run .git/hooks/pre-push origin "$REMOTE" <<<"x 1 y 2"
	[ "$status" = 137 ]
	printf '#!/no/such/shell\n' >.git/hooks/pre-push.before-flywheel
	status=0
	.git/hooks/pre-push origin "$REMOTE" <<<"x 1 y 2" || status=$?
	[ "$status" = 127 ]
	no_note
}

@test "a user's own hook that reads nothing, and many refs" {
	printf '#!/bin/sh\nexit 0\n' >.git/hooks/pre-push.before-flywheel
	chmod +x .git/hooks/pre-push.before-flywheel
	for i in $(seq 1500); do
		echo "create refs/heads/b$i HEAD"
	done | git update-ref --stdin
	run git push -q origin 'refs/heads/*:refs/heads/*'
	[ "$status" = 0 ]
	[ "$output" = "" ]
	[ "$(note | grep -c ^refs/)" = 1501 ]
}

@test "our own pushes note nothing" {
	FLYWHEEL_INTERNAL=1 git push -q origin main
	no_note
	echo "x 1 y 2" | FLYWHEEL_INTERNAL=1 git flywheel worker --detach --pushed origin "$REMOTE"
	no_note
}

@test "more refs than anybody pushes: cut at a line, and git is never hung up on" {
	line="refs/heads/$(printf 'x%.0s' $(seq 200)) $(git rev-parse main) refs/heads/y $(git rev-parse main)"
	yes "$line" | head -c 3000000 >"$BATS_TEST_TMPDIR/input"
	run .git/hooks/pre-push origin "$REMOTE" <"$BATS_TEST_TMPDIR/input"
	[ "$status" = 0 ]
	[ "$output" = "" ]
	note >"$BATS_TEST_TMPDIR/note"
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/note")" -lt 1060000 ]
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/note")" = end ]
	[ "$(tail -n 2 "$BATS_TEST_TMPDIR/note" | head -n 1)" = "$line" ]
	{ yes "$line" || [ $? = 141 ]; } | head -c 3000000 | .git/hooks/pre-push origin "$REMOTE"
	[ "${PIPESTATUS[1]}" = 0 ]
}

@test "the repository is moved: the note goes where it is now" {
	mv "$REPO" "$BATS_TEST_TMPDIR/moved"
	cd "$BATS_TEST_TMPDIR/moved"
	git push -q origin main
	note | grep -q '^remote origin$'
	[ ! -e "$REPO" ]
}

@test "a linked worktree and a hook folder deep in the git folder" {
	git config core.hooksPath "$REPO/.git/a/b/hooks"
	git flywheel init >/dev/null
	git worktree add -q -b side "$BATS_TEST_TMPDIR/side"
	(cd "$BATS_TEST_TMPDIR/side" && git push -q origin side)
	note | grep -q refs/heads/side
	rm "$SPOOL"/push-*
	git config core.hooksPath .git/a/b/hooks
	mkdir sub
	(cd sub && git push -q origin main)
	note | grep -q refs/heads/main
}

@test "a hook manager's line notes the push; without refs it still says that there is one" {
	mkdir "$HOME/hooks"
	git config core.hooksPath "$HOME/hooks"
	run git flywheel init
	[[ $output == *'git flywheel worker --detach --pushed "$1" "$2"'* ]]
	{
		echo '#!/bin/sh'
		git flywheel init | sed -n 's/^    \(git flywheel worker --detach --pushed .*\)/\1/p'
	} >"$HOME/hooks/pre-push"
	chmod +x "$HOME/hooks/pre-push"
	git push -q origin main
	note >"$BATS_TEST_TMPDIR/note"
	grep -q "^refs/heads/main $(git rev-parse main) refs/heads/main " "$BATS_TEST_TMPDIR/note"
	grep -q '^process 0 0$' "$BATS_TEST_TMPDIR/note"
	rm "$SPOOL"/push-*
	sed -i '2i cat >/dev/null' "$HOME/hooks/pre-push"
	git push -q origin main:other
	[ "$(note | sed -n '3,$p')" = "remote origin
url $REMOTE
end" ]
}

@test "--pushed wants --detach and both arguments" {
	run git flywheel worker --pushed origin url
	[ "$status" = 129 ]
	run git flywheel worker --detach --pushed origin
	[ "$status" = 129 ]
}

# in_time <command...>: it succeeds silently, and at once however loaded the machine is.
in_time() {
	run timeout 5 "$@"
	[ "$status" = 0 ]
	[ "$output" = "" ]
}

@test "the sidecar's database is locked: the push is noted and does not wait" {
	git config flywheel.enabled true
	python3 - <<-'END' 3>&- &
		import sqlite3, time, os
		db = sqlite3.connect(".git/flywheel/flywheel.db", isolation_level=None)
		db.execute("PRAGMA locking_mode = EXCLUSIVE")
		db.execute("BEGIN EXCLUSIVE")
		open("locked", "w")
		time.sleep(30)
	END
	locker=$!
	for _ in $(seq 200); do
		[ ! -e locked ] || break
		sleep 0.02
	done
	in_time git push -q origin main
	note | grep -q '^remote origin$'
	kill "$locker"
}

@test "no spool, no sidecar, a file in their place: the push goes on" {
	rm -rf "$SPOOL"
	in_time git push -q origin main
	note >/dev/null
	rm -rf "$SPOOL"
	echo >"$SPOOL"
	in_time git push -q origin main:two
	rm -rf .git/flywheel
	in_time git push -q origin main:three
	sleep 0.3
	[ ! -e .git/flywheel/spool ]
}

@test "the program is gone: the push goes on" {
	sed -i "s|^program=.*|program=/nowhere/git-flywheel|" .git/hooks/pre-push
	in_time git push -q origin main
	sed -i "s|^trampoline=.*|trampoline=/nowhere/git-flywheel-hook|" .git/hooks/pre-push
	in_time git push -q origin main:two
}

@test "a sidecar that cannot be written" {
	mkdir -p "$SPOOL"
	chmod 500 "$SPOOL"
	if [ "$(id -u)" = 0 ]; then # who ignores permissions: somebody else stands in
		chmod a+rx "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" "$REPO"
		in_time setpriv --reuid 65534 --regid 65534 --clear-groups .git/hooks/pre-push \
			origin "$REMOTE" <<<"refs/heads/main $(git rev-parse main) refs/heads/main 0"
	else
		in_time git push -q origin main
	fi
	no_note
	chmod 700 "$SPOOL"
}

@test "a full disk: the push goes on, nothing half written is left" {
	small="$BATS_TEST_TMPDIR/small"
	mkdir "$small"
	mount -t tmpfs -o size=64k tmpfs "$small" 2>/dev/null || skip "cannot mount a small disk here"
	rm -rf "$SPOOL"
	mkdir "$small/spool"
	ln -s "$small/spool" "$SPOOL"
	dd if=/dev/zero of="$small/fill" bs=4k 2>/dev/null || :
	in_time git push -q origin main
	sleep 0.3
	left=$(find "$small/spool" -type f)
	rm "$small/fill"
	in_time git push -q origin main:other
	found=$(note)
	cd /
	umount "$small" || umount -l "$small"
	[ "$left" = "" ]
	[[ $found == *refs/heads/other* ]]
}
