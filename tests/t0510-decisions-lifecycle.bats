#!/usr/bin/env bats
# git flywheel decisions: mined once, judged by people, carried through rewrites, readable by git.

load helper

NOTES=refs/notes/flywheel/decisions

setup() {
	setup_repo
	git config flywheel.miner.confidence 0.6 # what is found is tested elsewhere
	commit_file a.c "int a(void) { return 1; }" "Return a constant

We return a constant instead of reading the clock, because tests must be able to
repeat a run."
	git flywheel init >/dev/null
	git flywheel decisions list >list
	id=$(cut -d' ' -f1 <list)
}

@test "list and show tell the decision" {
	run git flywheel decisions
	[ "$status" -eq 0 ]
	[[ "$output" == *"proposed"*"commit"*"We return a constant"* ]]
	run git flywheel decisions show "$id"
	[ "$status" -eq 0 ]
	[[ "$output" == *"because    tests must be able to repeat a run"* ]]
	run git flywheel decisions show "${id:0:5}"
	[ "$status" -eq 0 ]
	run git flywheel decisions show --json "$id"
	[[ "$output" == *'"instead_of": "reading the clock"'* ]]
}

@test "the note is read by plain git" {
	run git log -1 --notes=flywheel/decisions
	[[ "$output" == *"Decision: We return a constant"* ]]
	[[ "$output" == *"Instead-of: reading the clock"* ]]
	[[ "$output" == *"Status: proposed"* ]]
	[[ "$output" == *"Id: $id"* ]]
}

@test "a second run changes no ref" {
	before=$(git for-each-ref)
	git flywheel decisions >/dev/null
	git flywheel why a.c >/dev/null
	[ "$(git for-each-ref)" = "$before" ]
}

@test "rebuild writes the same notes" {
	before=$(git rev-parse "$NOTES")
	git flywheel rebuild
	git flywheel decisions >again
	cmp list again
	[ "$(git rev-parse "$NOTES")" = "$before" ]
}

@test "accept and reject are kept, shown and noted" {
	run git flywheel decisions accept "$id"
	[ "$status" -eq 0 ]
	git flywheel decisions | grep -q accepted
	git notes --ref="$NOTES" show HEAD | grep -qx "Status: accepted"
	git flywheel decisions reject --reason "we changed our mind" "$id"
	git flywheel decisions | grep -q rejected
	git notes --ref="$NOTES" show HEAD | grep -qx "Status: rejected"
	git flywheel rebuild
	git flywheel decisions | grep -q rejected
}

@test "a verdict survives an amend" {
	git flywheel decisions accept "$id"
	tick
	git commit -q --amend -m "Return a constant

We return a constant instead of reading the clock, because tests must
be able to repeat a run.

With a second paragraph."
	run git flywheel decisions
	[[ "$output" == "$id"*"accepted"* ]]
	git notes --ref="$NOTES" show HEAD | grep -qx "Status: accepted"
}

@test "what was amended away is gone" {
	tick
	git commit -q --amend -m "Return a constant"
	run git flywheel decisions
	[ "$status" -eq 1 ]
	[ "$output" = "no decision mined" ]
}

@test "a revert supersedes, and its own revert restores" {
	tick
	git revert --no-edit HEAD >/dev/null
	git flywheel decisions | grep -q superseded
	tick
	git revert --no-edit HEAD >/dev/null
	git flywheel decisions | grep -q proposed
}

@test "a decision whose files are gone is stale, one whose files moved is not" {
	mkdir src
	git mv a.c src/a.c
	tick
	git commit -q -m "Move it"
	git flywheel decisions | grep -q proposed
	git rm -q src/a.c
	tick
	git commit -q -m "Drop it"
	git flywheel decisions | grep -q stale
}

@test "branch switches give what a clean pass gives" {
	git checkout -q -b side
	commit_file b.c "int b;" "Add b

We keep the symbols of b in a file of its own rather than in a.c because that one is generated."
	git flywheel decisions >/dev/null
	git checkout -q main
	commit_file c.c "int c;" "Add c

Use a global table of symbols so that both parsers share one table."
	git merge -q --no-edit side
	git flywheel decisions >incremental
	git flywheel rebuild
	git flywheel decisions >clean
	cmp incremental clean
	[ "$(wc -l <clean)" -eq 3 ]
}

@test "records are mined with their status and their options" {
	mkdir -p docs/decisions
	cat >docs/decisions/0001-store.md <<'EOT'
# Keep the index in SQLite

## Status

Accepted

## Context and Problem Statement

The index must survive a crash.

## Considered Options

* SQLite
* LMDB
* flat files

## Decision Outcome

Chosen option: "SQLite", because it is tested to death.
EOT
	git add docs
	tick
	git commit -q -m "Record a choice"
	run git flywheel decisions show --json "$(git flywheel decisions list --source adr | cut -d' ' -f1)"
	[ "$status" -eq 0 ]
	[[ "$output" == *'"decision": "SQLite"'* ]]
	[[ "$output" == *'"instead_of": "LMDB; flat files"'* ]]
	[[ "$output" == *'"status": "accepted"'* ]]
	[[ "$output" == *"\"commit\": \"$(git rev-parse HEAD)\""* ]]
}

@test "a foreign paragraph in a note is kept" {
	git notes --ref="$NOTES" show HEAD >note
	printf '\nDecision: said elsewhere\nSource: claude-code\nStatus: accepted\nId: ffffffffffff\n' >>note
	git notes --ref="$NOTES" add -f -F note HEAD
	git flywheel decisions accept "$id"
	git notes --ref="$NOTES" show HEAD | grep -qx "Decision: said elsewhere"
	git notes --ref="$NOTES" show HEAD | grep -qx "Id: $id"
}

@test "an unknown or ambiguous id is a clear line" {
	run git flywheel decisions show 000000000000
	[ "$status" -eq 1 ]
	[ "$output" = "git-flywheel: no decision '000000000000'" ]
	run git flywheel decisions accept xyz
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
	run git flywheel decisions frobnicate
	[ "$status" -eq 129 ]
}

@test "a repository without a commit is a clear line" {
	setup_repo empty
	git flywheel init >/dev/null
	run git flywheel decisions
	[ "$status" -eq 128 ]
	[[ "$output" == *"has no commit yet"* ]]
}

@test "a shallow clone has the decisions of the commits it has" {
	commit_file b.c "int b;" "Add b

We keep the symbols of b in a file of its own rather than in a.c because that one is generated."
	git clone -q --depth 1 "file://$REPO" "$BATS_TEST_TMPDIR/shallow"
	cd "$BATS_TEST_TMPDIR/shallow"
	git config flywheel.miner.confidence 0.1
	git flywheel init >/dev/null
	run git flywheel decisions list
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"We keep the symbols"* ]]
}

@test "what a robot copies from a dependency's changes is no decision of ours" {
	commit_file deps.txt "parser 2" "fix(deps): update dependency parser to v2

Store all rows of the index in one table instead of a file each, because files are slow to open."
	commit_file table.c "int table;" "Keep the rows in one table

Store all rows of the index in one table instead of a folder each, because folders are slow to open."
	git flywheel decisions list --json -n 1000 | jq -r '.[].evidence' >found
	grep -q "a folder each" found
	! grep -q "a file each" found
}
