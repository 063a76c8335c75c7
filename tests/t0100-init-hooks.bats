# git flywheel init: the sidecar, the hooks and what stands in their way.
load helper

setup() { setup_repo; }

@test "init makes a private sidecar and three hooks, and says how to undo" {
	commit_file a.c 'int a(void) { return 1; }'
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"git flywheel why <file>"* ]]
	[[ $output == *"git flywheel cycle"* ]]
	[[ $output == *"Undo: git flywheel uninstall"* ]]
	[ "$(stat -c %a .git/flywheel)" = 700 ]
	[ "$(stat -c %a .git/flywheel/flywheel.db)" = 600 ]
	for hook in post-commit post-rewrite pre-push; do
		[ -x ".git/hooks/$hook" ]
	done
	[ "$(find .git/hooks -newer .git/config -name '*.before-flywheel' | wc -l)" = 0 ]
}

@test "init again changes nothing" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	sum=$(cat .git/hooks/p* | cksum)
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"post-commit   already there"* ]]
	[ "$(cat .git/hooks/p* | cksum)" = "$sum" ]
}

@test "an unborn branch: init succeeds and says when the index starts" {
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"starts with the first commit"* ]]
}

@test "a bare repository: refused with a clear line, and without hooks it works" {
	commit_file a.c 'int a(void) { return 1; }'
	git clone -q --bare . "$BATS_TEST_TMPDIR/bare.git"
	cd "$BATS_TEST_TMPDIR/bare.git"
	run git flywheel init
	[ "$status" = 128 ]
	[[ $output == *"bare repository gets no hooks: run \`git flywheel init --no-hooks\`"* ]]
	[ "${#lines[@]}" = 1 ]
	[ ! -e flywheel ]
	git flywheel init --no-hooks
	[ ! -e hooks/post-commit ]
	git flywheel index --verify
}

@test "outside a repository: one clear line, exit 128" {
	mkdir "$BATS_TEST_TMPDIR/none"
	cd "$BATS_TEST_TMPDIR/none"
	GIT_CEILING_DIRECTORIES=$BATS_TEST_TMPDIR run git flywheel init
	[ "$status" = 128 ]
	[[ $output == *"not in a git repository: run \`git init\`"* ]]
	[ "${#lines[@]}" = 1 ]
}

@test "a SHA-256 repository is refused, and nothing is written into it" {
	git init -q --object-format=sha256 "$BATS_TEST_TMPDIR/sha256"
	cd "$BATS_TEST_TMPDIR/sha256"
	run git flywheel init
	[ "$status" = 128 ]
	[[ $output == *"not supported"* ]]
	[ ! -e .git/flywheel ]
	[ ! -e .git/hooks/post-commit ]
}

# as_nobody <command...>: root ignores permissions, so such tests run as somebody else.
as_nobody() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
	else
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	fi
}

@test "a read-only folder: one clear line, nothing half done" {
	commit_file a.c 'int a(void) { return 1; }'
	[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$BATS_TEST_TMPDIR"
	chmod a+rx "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" "$HOME"
	as_nobody git flywheel -h >/dev/null 2>&1 || skip "nobody cannot reach the program"
	chmod -R a-w .git
	run as_nobody git flywheel init
	chmod -R u+w .git
	[ "$status" = 128 ]
	[[ $output == *"flywheel"*"Permission denied"* ]]
	[ ! -e .git/hooks/post-commit ]
}

@test "no HOME: init works" {
	commit_file a.c 'int a(void) { return 1; }'
	unset HOME XDG_CONFIG_HOME
	run git flywheel init
	[ "$status" = 0 ]
}

@test "the user's hook is kept, runs first with arguments and input, and comes back" {
	commit_file a.c 'int a(void) { return 1; }'
	git init -q --bare "$BATS_TEST_TMPDIR/remote.git"
	git remote add origin "$BATS_TEST_TMPDIR/remote.git"
	printf '#!/bin/sh\necho "$@" >"%s/args"\ncat >"%s/input"\n' "$BATS_TEST_TMPDIR" \
		"$BATS_TEST_TMPDIR" >.git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	cp .git/hooks/pre-push "$BATS_TEST_TMPDIR/original"
	run git flywheel init
	[[ $output == *"your own runs first, kept as pre-push.before-flywheel"* ]]
	git push -q origin main
	[ "$(cat "$BATS_TEST_TMPDIR/args")" = "origin $BATS_TEST_TMPDIR/remote.git" ]
	grep -q "^refs/heads/main $(git rev-parse HEAD) " "$BATS_TEST_TMPDIR/input"
	git flywheel uninstall --yes
	cmp .git/hooks/pre-push "$BATS_TEST_TMPDIR/original"
	[ ! -e .git/hooks/pre-push.before-flywheel ]
	[ ! -e .git/hooks/post-commit ]
}

@test "a user's pre-push that refuses still refuses" {
	commit_file a.c 'int a(void) { return 1; }'
	git init -q --bare "$BATS_TEST_TMPDIR/remote.git"
	printf '#!/bin/sh\necho no push today >&2\nexit 3\n' >.git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	git flywheel init
	run git push "$BATS_TEST_TMPDIR/remote.git" main
	[ "$status" != 0 ]
	[[ $output == *"no push today"* ]]
	run git --git-dir="$BATS_TEST_TMPDIR/remote.git" rev-parse main
	[ "$status" != 0 ]
}

@test "husky's tracked folder is not written: the line to add is printed" {
	mkdir -p .husky/_
	git config core.hooksPath .husky/_
	commit_file a.c 'int a(void) { return 1; }'
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *".husky/post-commit"* ]]
	[[ $output == *"git flywheel worker --detach"* ]]
	[ -z "$(ls .husky/_)" ]
	[ ! -e .git/hooks/post-commit ]
}

@test "a hook folder shared with other repositories is not written" {
	mkdir "$HOME/hooks"
	git config --global core.hooksPath "$HOME/hooks"
	commit_file a.c 'int a(void) { return 1; }'
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"core.hooksPath is $HOME/hooks"* ]]
	[ -z "$(ls "$HOME/hooks")" ]
}

@test "core.hooksPath inside the git folder is honoured" {
	git config core.hooksPath "$REPO/.git/my-hooks"
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	[ -x .git/my-hooks/post-commit ]
	[ ! -e .git/hooks/post-commit ]
}

@test "a hook of lefthook is answered with the lines for its configuration" {
	commit_file a.c 'int a(void) { return 1; }'
	printf '#!/bin/sh\nlefthook run pre-push "$@"\n' >.git/hooks/pre-push
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"lefthook-local.yml"*"pre-push:"* ]]
	[ ! -e .git/hooks/pre-push.before-flywheel ]
	grep -q lefthook .git/hooks/pre-push
	[ -x .git/hooks/post-commit ]
}

@test "our hook, edited by hand, is left alone" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	echo 'echo mine' >>.git/hooks/post-commit
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"post-commit   edited by hand"* ]]
	grep -q 'echo mine' .git/hooks/post-commit
	run git flywheel uninstall --yes
	[ "$status" = 0 ]
	grep -q 'echo mine' .git/hooks/post-commit
}

@test "an older hook of ours is renewed" {
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	cp .git/hooks/post-commit "$BATS_TEST_TMPDIR/now"
	body='exit 0'
	printf '#!/bin/sh\n# git-flywheel hook 0 %s\n%s\n' \
		"$(printf '%s\n' "$body" | sha256sum | cut -c1-16)" "$body" >.git/hooks/post-commit
	run git flywheel init
	[[ $output == *"post-commit   written"* ]]
	cmp .git/hooks/post-commit "$BATS_TEST_TMPDIR/now"
	[ ! -e .git/hooks/post-commit.before-flywheel ]
}

@test "another tool replaced our hook while the user's own is kept: nothing is lost" {
	commit_file a.c 'int a(void) { return 1; }'
	printf '#!/bin/sh\necho first\n' >.git/hooks/post-commit
	git flywheel init
	printf '#!/bin/sh\necho second\n' >.git/hooks/post-commit
	run git flywheel init
	[ "$status" = 0 ]
	[[ $output == *"in the way: post-commit.before-flywheel"* ]]
	grep -q first .git/hooks/post-commit.before-flywheel
	grep -q second .git/hooks/post-commit
}

@test "a linked worktree shares sidecar and hooks" {
	commit_file a.c 'int a(void) { return 1; }'
	git worktree add -q -b side "$BATS_TEST_TMPDIR/side"
	cd "$BATS_TEST_TMPDIR/side"
	git flywheel init
	[ -x "$REPO/.git/hooks/post-commit" ]
	[ -e "$REPO/.git/flywheel/flywheel.db" ]
	commit_file b.c 'int b(void) { return 2; }'
	wait_for_worker
}

@test "a path with a quote and a space survives in the hook" {
	setup_repo "it's a repo"
	git flywheel init
	commit_file a.c 'int a(void) { return 1; }'
	wait_for_worker
	sh -n .git/hooks/post-commit
}

@test "a full disk: one clear line, nothing half done, and init works once there is room" {
	small="$BATS_TEST_TMPDIR/small"
	mkdir "$small"
	mount -t tmpfs -o size=1m tmpfs "$small" 2>/dev/null || skip "cannot mount a small disk here"
	git init -q --template= "$small/repo"
	cd "$small/repo"
	commit_file a.c 'int a(void) { return 1; }'
	dd if=/dev/zero of=fill bs=4k 2>/dev/null || :
	run git flywheel init
	rm fill
	failed=$status words=$output
	run git flywheel init
	wait_for_worker >/dev/null
	cd /
	sleep 0.2
	umount "$small" || umount -l "$small"
	[ "$failed" = 128 ]
	[ "$words" = "git-flywheel: disk full: nothing was changed; free some space and run this again" ]
	[ "$status" = 0 ]
}
