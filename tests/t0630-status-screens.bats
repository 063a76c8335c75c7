#!/usr/bin/env bats
# The screens: one page, honest about what is missing, and valid as JSON.

load helper

setup_file() {
	make_wheel
}

setup() {
	use_wheel
}

fits() { # <lines> <columns>
	[ "$(printf '%s\n' "$output" | wc -l)" -le "$1" ]
	[ -z "$(printf '%s\n' "$output" | grep -E "^.{$(($2 + 1)),}")" ]
}

all_json() {
	for command in status history assess model "models list"; do
		# shellcheck disable=SC2086 # words
		git flywheel $command --json | python3 -m json.tool >/dev/null
	done
}

@test "init and status count the same edges" {
	run git flywheel init
	[[ "$output" == *" and "*" edges in "* ]]
	said=${output##* and } said=${said%% edges*}
	[ "$said" -gt 0 ]
	[ "$(git flywheel status --json | jq .graph.edges)" = "$said" ]
	[ "$(git flywheel graph dump --json | jq '.edges | length')" = "$said" ]
}

@test "before the first revolution" {
	run git flywheel status
	[ "$status" -eq 0 ]
	fits 40 100
	[[ "$output" == *"trains the first candidate"* ]]
	[ "$(git flywheel model)" = generic ]
	run git flywheel history
	[[ "$output" == "no revolution yet"* ]]
	run git flywheel models
	[[ "$output" == "no models yet"* ]]
	run git flywheel rollback
	[ "$status" -eq 128 ]
	all_json
}

@test "after one" {
	git flywheel cycle --json >cycle.json
	run git flywheel status
	[ "$status" -eq 0 ]
	fits 40 100
	[[ "$output" == *"% rejected"* ]]
	[[ "$output" == *"call-graph"* ]]
	[[ "$output" == *"$(field cycle.json verdict)"* ]]
	[ "$(git flywheel status --json >s.json && field s.json last.model)" = "$(field cycle.json model)" ]
	run git flywheel history
	fits 5 110
	[[ "$output" == *flywheel/v1* ]]
	run git flywheel assess
	fits 40 100
	[[ "$output" == *"bits a token with the house model"* || "$output" == *"no file is new"* ]]
	[ "$(git flywheel models | grep -c '^\*')" -eq 1 ]
	eval "$(git flywheel model --env)"
	[ -f "$FLYWHEEL_MODEL_FILE" ]
	all_json
}

@test "a commit later, status counts it" {
	git flywheel cycle >/dev/null
	commit_file new.c 'int brand_new(void) { return 1; }'
	run git flywheel status
	[[ "$output" == *"1 commit since run 1"* ]]
}

@test "an unborn HEAD and a short history are said in one line" {
	setup_repo short
	git flywheel init >/dev/null 2>&1 || :
	for command in cycle status assess; do
		run git flywheel "$command"
		[ "$status" -eq 128 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ "$output" == *commit* ]]
	done
	commit_file a.c 'int a(void) { return 1; }'
	run git flywheel cycle
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"too short"* ]]
	run git flywheel status
	[ "$status" -eq 0 ]
	[[ "$output" == *"too short"* ]]
	run git flywheel assess
	[ "$status" -eq 0 ]
	[[ "$output" == *"not worth it"* ]]
}

@test "bad words are usage errors" {
	for words in "cycle x" "status x" "history x" "assess x" "model x" "models frob" \
		"models show" "promote" "rollback a b" "promote x --reason y"; do
		# shellcheck disable=SC2086 # words
		run git flywheel $words
		[ "$status" -eq 129 ]
	done
}

@test "no decisions, and none looked for yet, are not the same" {
	wait_for_worker
	sqlite3 -cmd '.timeout 10000' .git/flywheel/flywheel.db 'DELETE FROM decision_mined; DELETE FROM decision' >/dev/null
	run git flywheel status
	[[ $output == *'decisions  not looked for yet'* ]]
	file=$(git ls-files | head -1)
	git flywheel why "$file" >/dev/null || :
	run git flywheel status
	[[ $output != *'not looked for yet'* ]]
}
