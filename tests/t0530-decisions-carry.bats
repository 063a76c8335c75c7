#!/usr/bin/env bats
# Decision notes through rewritten history: amend, rebase, squash, cherry-pick; and from teammates.

load helper

NOTES=refs/notes/flywheel/decisions

setup() {
	setup_repo
	git config flywheel.miner.confidence 0.1 # what is found is tested elsewhere
	commit_file a.c "int a(void) { return 1; }" "Begin"
	git flywheel init >/dev/null
}

# note [<commit>]: our note on it.
note() {
	git notes --ref="$NOTES" show "${1:-HEAD}"
}

# added <text>...: adds a decision by hand, which no message can give back; prints its id.
added() {
	git flywheel decisions add --decision "$1" --because "$2" | cut -d' ' -f2
}

# rebase_with <commands of sed for the todo list> <arguments>...
rebase_with() {
	GIT_SEQUENCE_EDITOR="sed -i '$1'" GIT_EDITOR=true git rebase -q -i "${@:2}"
}

@test "the hook tells which commit became which" {
	git config flywheel.enabled false # nobody may read it before us
	old=$(git rev-parse HEAD)
	tick
	git commit -q --amend -m "Begin again"
	for _ in $(seq 50); do
		compgen -G '.git/flywheel/spool/rewrite-*' >/dev/null && break
		sleep 0.1
	done
	run cat .git/flywheel/spool/rewrite-*
	[ "${lines[0]}" = "flywheel-rewrite 1" ]
	[ "${lines[1]}" = "command amend" ]
	[ "${lines[2]}" = "$old $(git rev-parse HEAD)" ]
	[ "${lines[3]}" = end ]
	git flywheel worker --wait
	git config --unset flywheel.enabled
	git flywheel decisions >/dev/null || [ $? -eq 1 ]
	[ -z "$(ls .git/flywheel/spool)" ]
}

@test "the user's own post-rewrite hook still reads the pairs" {
	git flywheel uninstall --keep-data >/dev/null 2>&1 || git flywheel uninstall --yes >/dev/null
	printf '#!/bin/sh\necho "$1" >../own\ncat >>../own\n' >.git/hooks/post-rewrite
	chmod +x .git/hooks/post-rewrite
	git flywheel init >/dev/null
	old=$(git rev-parse HEAD)
	tick
	git commit -q --amend -m "Begin again"
	[ "$(cat ../own)" = "amend
$old $(git rev-parse HEAD)" ]
}

@test "an amend carries what a person added" {
	id=$(added "Keep a() pure" "tests repeat it")
	note | grep -qx "Id: $id"
	tick
	git commit -q --amend -m "Begin, in other words"
	wait_for_worker
	note | grep -qx "Id: $id"
	note | grep -qx "Status: accepted"
	[[ $(git flywheel why HEAD) == *"Keep a() pure"* ]]
	git flywheel rebuild
	[[ $(git flywheel why HEAD) == *"Keep a() pure"* ]]
}

@test "a rebase carries notes to the new commits" {
	commit_file b.c "int b;" "Add b"
	id=$(added "Leave b at the top" "everybody reads it")
	git checkout -q -b side HEAD~
	commit_file c.c "int c;" "Add c"
	git checkout -q main
	tick
	git rebase -q side
	wait_for_worker
	note | grep -qx "Id: $id"
	run git flywheel decisions show --json "$id"
	[[ $output == *"\"commit\": \"$(git rev-parse HEAD)\""* ]]
}

@test "a fixup keeps what the message that it swallowed had decided" {
	commit_file b.c "int b;" "Add b"
	commit_file b.c "int b, c;" "More

We keep both in one file instead of two, because a header would be needed then."
	wait_for_worker
	id=$(git flywheel decisions list | cut -d' ' -f1)
	old=$(git rev-parse HEAD)
	tick
	rebase_with '2s/^pick/fixup/' HEAD~2
	wait_for_worker
	[ "$(git log -1 --format=%B)" = "Add b" ]
	note | grep -qx "Id: $id"
	note | grep -qx "Carried-from: $old"
	[[ $(git flywheel why b.c) == *"We keep both in one file"* ]]
	before=$(git rev-parse "$NOTES")
	git flywheel rebuild
	[[ $(git flywheel why b.c) == *"We keep both in one file"* ]]
	[ "$(git rev-parse "$NOTES")" = "$before" ]
}

@test "a squash has each decision once" {
	commit_file b.c "int b;" "Add b

We use a global table instead of a parameter, because the tests must reach it."
	commit_file b.c "int b, c;" "More

We keep both in one file instead of two, because a header would be needed then."
	one=$(added "Squash freely" "notes follow")
	tick
	rebase_with '2s/^pick/squash/' HEAD~2
	wait_for_worker
	[ "$(note | grep -c ^Id:)" -eq 3 ]
	[ "$(note | grep ^Id: | sort -u | wc -l)" -eq 3 ]
	note | grep -qx "Id: $one"
	! note | grep -q Carried-from
	note | grep ^Id: >ids
	sort -c ids
	# What the new message says by itself is its own: an amend can take it out again.
	tick
	git commit -q --amend -m "Add b, and more"
	wait_for_worker
	[ "$(note | grep ^Id:)" = "Id: $one" ]
}

@test "a cherry-pick brings what a person said along" {
	git checkout -q -b side
	commit_file b.c "int b;" "Add b"
	id=$(added "Leave b at the top" "everybody reads it")
	git checkout -q main
	commit_file c.c "int c;" "Add c"
	tick
	git cherry-pick side >/dev/null
	git flywheel decisions list >/dev/null
	note | grep -qx "Id: $id"
	note side | grep -qx "Id: $id"
}

@test "a reworded cherry-pick is known by its patch" {
	git checkout -q -b side
	commit_file b.c "int b;" "Add b"
	id=$(added "Leave b at the top" "everybody reads it")
	git checkout -q main
	commit_file c.c "int c;" "Add c"
	tick
	git cherry-pick --no-commit side
	git commit -q --author="Else <e@x.y>" -m "Something with other words"
	git flywheel decisions list >/dev/null
	note | grep -qx "Id: $id"
}

@test "what was accepted outlives a squash that nobody saw" {
	commit_file b.c "int b;" "Add b

We use a global table instead of a parameter, because the tests must reach it."
	id=$(git flywheel decisions list | cut -d' ' -f1)
	git flywheel decisions accept "$id"
	git reset -q --soft HEAD~
	tick
	git commit -q -m "All of it"
	run git flywheel decisions list
	[[ $output == "$id"*accepted* ]]
}

@test "a malformed note of the hook is set aside" {
	git config flywheel.enabled false
	mkdir -p .git/flywheel/spool
	printf 'flywheel-rewrite 1\ncommand amend\nnonsense\nend\n' >.git/flywheel/spool/rewrite-1-1
	printf 'flywheel-rewrite 1\ncommand amend\n' >.git/flywheel/spool/rewrite-2-1
	printf '\0\0' >.git/flywheel/spool/rewrite-3-1
	git flywheel decisions list || [ $? -eq 1 ]
	[ "$(ls .git/flywheel/spool)" = "rewrite-1-1.bad
rewrite-2-1.bad
rewrite-3-1.bad" ]
}

# clone_of_team: a second clone, set up, whose notes ref is exchanged by hand.
clone_of_team() {
	git clone -q "$REPO" "$BATS_TEST_TMPDIR/mate"
	cd "$BATS_TEST_TMPDIR/mate"
	git config flywheel.miner.confidence 0.1
	git flywheel init >/dev/null
}

@test "a teammate's words and verdicts arrive with the notes" {
	commit_file b.c "int b;" "Add b

We use a global table instead of a parameter, because the tests must reach it."
	mined=$(git flywheel decisions list | cut -d' ' -f1)
	clone_of_team
	export FLYWHEEL_NOW=1767230000
	id=$(added "Ask before you add a global" "there are too many")
	git flywheel decisions reject "$mined"
	cd "$REPO"
	wait_for_worker
	git fetch -q "$BATS_TEST_TMPDIR/mate" "$NOTES:refs/notes/mate/flywheel/decisions"
	run git flywheel why b.c
	[[ $output == *"Ask before you add a global"* ]]
	[[ $(git flywheel decisions list) == *"$mined"*rejected* ]]
	note | grep -qx "Id: $id"
	# The later word counts, and goes back the same way.
	export FLYWHEEL_NOW=1767240000
	git flywheel decisions accept "$mined"
	cd "$BATS_TEST_TMPDIR/mate"
	git fetch -q "$REPO" "$NOTES:refs/notes/origin/flywheel/decisions"
	[[ $(git flywheel decisions list) == *"$mined"*accepted* ]]
}

@test "merge makes one notes ref of two, whatever order they meet in" {
	clone_of_team
	there=$(added "From the mate" "he says so")
	git notes --ref="$NOTES" append -m "a remark that is no decision" HEAD
	cd "$REPO"
	here=$(added "From here" "she says so")
	git fetch -q "$BATS_TEST_TMPDIR/mate" "$NOTES:refs/notes/mate"
	run git flywheel decisions merge refs/notes/mate
	[ "$status" -eq 0 ]
	[[ $output == *"1 notes changed"* ]]
	note | grep -qx "Id: $there"
	note | grep -qx "Id: $here"
	note | grep -qx "a remark that is no decision"
	run git flywheel decisions merge refs/notes/mate
	[[ $output == *"0 notes changed"* ]]
	note >ours
	cd "$BATS_TEST_TMPDIR/mate"
	git fetch -q "$REPO" "$NOTES:refs/notes/other"
	git flywheel decisions merge --json refs/notes/other >/dev/null
	note | cmp - "$REPO/ours"
	run git flywheel decisions merge refs/notes/nothing
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "what was forgotten is gone for everybody" {
	id=$(added "Call the customer Miller and Sons" "they asked for it")
	clone_of_team
	git fetch -q origin "$NOTES:$NOTES"
	[[ $(git flywheel why HEAD) == *Miller* ]]
	cd "$REPO"
	git flywheel decisions forget "$id"
	! note | grep -q Miller
	note | grep -qx "Status: forgotten"
	run git flywheel decisions list
	[[ $output != *Miller* ]]
	! grep -q Miller <(git flywheel decisions list --json; true)
	cd "$BATS_TEST_TMPDIR/mate"
	git flywheel decisions accept "$id"
	git fetch -q origin "$NOTES:refs/notes/origin/flywheel/decisions"
	run git flywheel decisions list
	[[ $output != *Miller* ]]
	! note | grep -q Miller
	note | grep -qx "Status: forgotten"
}

@test "paragraphs that are no decisions go with the commit" {
	git notes --ref="$NOTES" add -m "Reviewed-by: somebody else" HEAD
	tick
	git commit -q --amend -m "Begin again"
	wait_for_worker
	note | grep -qx "Reviewed-by: somebody else"
}
