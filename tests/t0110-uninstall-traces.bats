# git flywheel uninstall: no trace but the refs.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(void) { return 1; }'
}

@test "uninstall leaves the git folder as it was before init" {
	git gc -q
	find .git | LC_ALL=C sort >"$BATS_TEST_TMPDIR/before"
	git flywheel init
	wait_for_worker
	git config flywheel.keep 5
	run git flywheel uninstall --yes
	[ "$status" = 0 ]
	# What git itself keeps for our notes (objects, refs, logs) is told, not removed.
	find .git | LC_ALL=C sort >"$BATS_TEST_TMPDIR/after"
	run diff <(grep -vE '^.git/(objects|refs|logs)' "$BATS_TEST_TMPDIR/before") \
		<(grep -vE '^.git/(objects|refs|logs)' "$BATS_TEST_TMPDIR/after")
	[ "$output" = "" ]
	run git config --get-regexp '^flywheel\.'
	[ "$output" = "" ]
}

@test "uninstall prints the command that drops the refs, and it works" {
	git notes --ref=flywheel/graph add -m "+ a" HEAD
	git update-ref refs/flywheel/log HEAD
	git flywheel init
	run git flywheel uninstall --yes
	[ "$status" = 0 ]
	[[ $output == *"refs stay"* ]]
	command=$(printf '%s\n' "$output" | grep -A1 '^  git for-each-ref')
	eval "$command"
	[ -z "$(git for-each-ref refs/notes/flywheel refs/flywheel refs/tags/flywheel)" ]
	git rev-parse -q --verify refs/heads/main
}

@test "facts that git cannot give back are not dropped without --yes" {
	mkdir -p "$HOME/.claude/projects/$(echo "$REPO" | sed 's/[^A-Za-z0-9]/-/g')"
	git flywheel init
	python3 - .git/flywheel/flywheel.db <<-'PY'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		db.execute("INSERT INTO verdict VALUES('decision', 'x', 'accepted', '', 0)")
		db.commit()
	PY
	run git flywheel uninstall
	[ "$status" = 1 ]
	[[ $output == *"1 verdicts"*"git flywheel backup <file>"* ]]
	[ -e .git/flywheel/flywheel.db ]
	[ -x .git/hooks/post-commit ]
	git flywheel uninstall --yes
	[ ! -e .git/flywheel ]
}

@test "uninstall twice, and where nothing was set up: no error" {
	git flywheel init
	git flywheel uninstall --yes
	run git flywheel uninstall
	[ "$status" = 0 ]
	[[ $output == *"none of ours"* ]]
}

@test "a hook whose program is gone is silent and does no harm" {
	git flywheel init
	sed -i "s|'/[^']*'|'/nowhere'|g" .git/hooks/post-commit
	run git commit -q --allow-empty -m "program gone"
	[ "$status" = 0 ]
	[ "$output" = "" ]
}
