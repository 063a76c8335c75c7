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

# ask <question> <answer> [<choice with its description>]...: what Claude Code writes of that.
ask() {
	local question=$1 answer=$2 options
	shift 2
	options=$(printf '%s\n' "$@" | jq -Rs 'split("\n")[:-1] | map(split("|") | {label: .[0], description: (.[1] // "")})' -c)
	say assistant q1 '[{"type":"text","text":"One thing."},{"type":"tool_use","id":"a1","name":"AskUserQuestion","input":{"questions":[{"question":"'"$question"'","options":'"$options"'}]}}]'
	printf '{"type":"user","uuid":"q2","parentUuid":"q1","sessionId":"s1","cwd":"%s","timestamp":"2026-01-01T10:00:05Z","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"a1","content":"ok"}]},"toolUseResult":{"answers":{"%s":"%s"}}}\n' \
		"$REPO" "$question" "$answer" >>"$talk/s1.jsonl"
}

@test "what a person chose of an assistant's question is a decision" {
	ask "Where should the sizes be kept?" "In a header" \
		"In a header|one place, because all files include it" "In each file|use a macro instead of a constant"
	git flywheel harvest >/dev/null
	found=$(git flywheel decisions list --source claude-code --json)
	[ "$(jq length <<<"$found")" = 1 ]
	[ "$(jq -r '.[0].decision' <<<"$found")" = 'Where should the sizes be kept? In a header' ]
	[ "$(jq -r '.[0].instead_of' <<<"$found")" = 'In each file' ]
}

@test "an answer in a person's own words has their reason; assent decides nothing" {
	ask "A table or a list?" "A list, because there are ten of them." "A table|" "A list|" "Neither|"
	git flywheel harvest >/dev/null
	found=$(git flywheel decisions list --source claude-code --json)
	[ "$(jq -r '.[] | [.decision, .because, .instead_of] | join(" / ")' <<<"$found")" = \
		'A table or a list? A list / there are ten of them. / A table; Neither' ]
	sed -i 's/"s1"/"s2"/; s/"q\([12]\)"/"r\1"/g; s/A list, because there are ten of them\./Yes, go on/' "$talk/s1.jsonl"
	git flywheel harvest >/dev/null
	[ "$(git flywheel decisions list --source claude-code --json | jq length)" = 1 ]
}
