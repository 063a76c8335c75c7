#!/usr/bin/env bats
# Decisions of private talk: mined, scrubbed, and never in a note.

load helper

setup() {
	setup_repo
	git config flywheel.miner.confidence 0.6 # what is found is tested elsewhere
	commit_file src/a.c 'int a;'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	talk="$HOME/.claude/projects/$(printf %s "$REPO" | tr -c 'A-Za-z0-9' -)"
	mkdir -p "$talk"
}

# say <role> <uuid> <content JSON>
say() {
	printf '{"type":"%s","uuid":"%s","sessionId":"s1","cwd":"%s","gitBranch":"main","timestamp":"2026-01-01T10:00:00Z","message":{"role":"%s","id":"m_%s","content":%s}}\n' \
		"$1" "$2" "$REPO" "$1" "$2" "$3" >>"$talk/s1.jsonl"
}

mined() {
	git flywheel harvest >/dev/null
	git flywheel decisions list --source claude-code
}

@test "talk is mined with the files of its session, once" {
	say user u1 '"Use a fixed array instead of a growing list, because the size never changes."'
	say assistant u2 '[{"type":"tool_use","id":"t1","name":"Edit","input":{"file_path":"'"$REPO"'/src/a.c","old_string":"int","new_string":"long"}}]'
	run mined
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"Use a fixed array"* ]]
	run git flywheel why src/a.c
	[[ "$output" == *"instead of a growing list"* ]]
	say user u3 '"Never call resize from a signal handler: it allocates memory there."'
	run mined
	[ "${#lines[@]}" -eq 2 ]
	run mined
	[ "${#lines[@]}" -eq 2 ]
}

@test "questions and chatter are no decisions" {
	say user u1 '"Should we use an array instead of a list because it is smaller?"'
	say assistant u2 '[{"type":"text","text":"You'"'"'re absolutely right, I use an array instead of a list now, thanks."}]'
	run mined
	[ "$status" -eq 1 ]
}

@test "private talk enters no note, not even when it is accepted" {
	say user u1 '"Use a fixed array instead of a growing list, because the size never changes."'
	run mined
	id=${output%% *}
	[ "$(git for-each-ref refs/notes/flywheel/decisions | wc -l)" -eq 0 ]
	git flywheel decisions accept "$id"
	git config flywheel.publish true
	git flywheel rebuild
	run git flywheel decisions show "$id"
	[[ "$output" == *accepted* ]]
	[ "$(git for-each-ref refs/notes/flywheel/decisions | wc -l)" -eq 0 ]
}

@test "a secret in talk does not reach a decision" {
	token="gh""p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8"
	say user u1 '"Use the token '"$token"' here instead of a password, because the server wants it."'
	run mined
	[ "$status" -eq 0 ]
	[[ "$output" == *"Use the token"* ]]
	run git flywheel decisions list --json
	[[ "$output" != *"$token"* ]]
	! grep -rq "$token" .git/flywheel
}

@test "a decision whose edits were committed is tied to that commit and may be published" {
	say user u1 '"Use a fixed array instead of a growing list, because the size never changes."'
	say assistant u2 '[{"type":"tool_use","id":"t1","name":"Write","input":{"file_path":"'"$REPO"'/src/b.c","content":"static int numbers_by_kind[16];\n"}}]'
	run mined
	id=${output%% *}
	run git flywheel decisions show "$id"
	[[ "$output" != *'Put numbers'* ]]
	printf 'static int numbers_by_kind[16];\n' >src/b.c
	git add src/b.c
	GIT_COMMITTER_DATE='2026-01-01T10:05:00Z' git commit -q -m 'Put numbers in an array'
	wait_for_worker
	run git flywheel decisions show "$id"
	[[ "$output" == *'Put numbers in an array'* ]]
	run git flywheel why src/b.c
	[[ "$output" == *"instead of a growing list"* ]]
	run git notes --ref=flywheel/decisions show HEAD
	[ "$status" -ne 0 ]
	git flywheel decisions accept "$id"
	git flywheel why src/b.c >/dev/null
	run git notes --ref=flywheel/decisions show HEAD
	[[ "$output" == *"Id: $id"* ]]
	# Rewritten history takes it along.
	GIT_COMMITTER_DATE='2026-01-01T10:06:00Z' git commit -q --amend -m 'Put all numbers in an array'
	wait_for_worker
	run git flywheel decisions show "$id"
	[[ "$output" == *'Put all numbers in an array'* ]]
}
