#!/usr/bin/env bats
# Labels of sentences on standard input, with or without a repository.
load helper

setup() {
	setup_environment
	mkdir "$BATS_TEST_TMPDIR/nowhere"
	cd "$BATS_TEST_TMPDIR/nowhere"
}

@test "labels stand before the sentence, a line each" {
	run git flywheel decisions classify <<-'END'
		We keep the old name, since scripts depend on it.
		Thanks for the quick review!
	END
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} = "Decision 0."*"Rationale "*$'\t'"We keep the old name, since scripts depend on it." ]]
	[ "${lines[1]}" = $'-\tThanks for the quick review!' ]
}

@test "JSON has scores, thresholds and the note" {
	echo '{"id": "a7", "text": "Store replies in a ring buffer instead of a linked list, because the allocator fragments under load."}' |
		git flywheel decisions classify --json >out
	jq -e '.id == "a7" and (.sentences | length) == 1' out
	jq -e '.sentences[0] | .labels | index("Decision") and index("Alternative")' out
	jq -e '.sentences[0].scores | length == 7 and
		all(.[]; .score >= 0 and .score <= 1 and .threshold > 0 and .threshold < 1)' out
	jq -e '.sentences[0].note | .statement == "Store replies in a ring buffer" and
		.insteadOf == "a linked list" and .because == "the allocator fragments under load" and
		.confidence > 0.88 and .kept' out
}

@test "a message is split, and what is quoted in it is left out" {
	jq -n '{id: 3, text: "Add a cache\n\n> We drop it because it leaks.\n\nIt holds ten entries. Thanks!"}' -c |
		git flywheel decisions classify --json >out
	jq -e '.id == "3" and [.sentences[].text] == ["Add a cache", "It holds ten entries.", "Thanks!"]' out
	jq -e 'all(.sentences[]; .note == null)' out
}

@test "--whole takes a line as one sentence" {
	echo "Fix it. It was slow." >in
	[ "$(git flywheel decisions classify <in | wc -l)" -eq 2 ]
	[ "$(git flywheel decisions classify --whole <in | wc -l)" -eq 1 ]
}

@test "questions, plans and chatter are no decisions" {
	git flywheel decisions classify --json >out <<-'END'
		Should we use a heap instead of a list, because inserts dominate?
		In the next release we will switch to a heap instead of a list.
		Maybe a heap would be better.
	END
	jq -e 'all(.sentences[]; .note == null)' out
	jq -se 'map(.sentences[].labels | index("Decision")) | all(. == null)' out
}

@test "the same input gives the same bytes" {
	echo "Store offsets as 32 bits since no segment is larger." >in
	git flywheel decisions classify --json <in >one
	git flywheel decisions classify --json <in >two
	cmp one two
}

@test "bad input is named" {
	run git flywheel decisions classify <<<'{"id": 1}'
	[ "$status" -eq 128 ]
	[[ $output = *'line 1 has no "text"'* ]]
	run git flywheel decisions classify <<<$'fine sentence here\n{broken'
	[ "$status" -eq 128 ]
	[[ $output = *"line 2"* ]]
	run bash -c 'printf "a\0b\n" | git flywheel decisions classify'
	[ "$status" -eq 128 ]
	[[ $output = *NUL* ]]
	run git flywheel decisions classify --source moon </dev/null
	[ "$status" -eq 129 ]
	run git flywheel decisions classify word </dev/null
	[ "$status" -eq 129 ]
}

@test "escapes of a terminal come out harmless" {
	run git flywheel decisions classify <<<$'We keep \033[31mred\033[0m because it is seen.'
	[ "$status" -eq 0 ]
	[[ $output != *$'\033'* ]]
}
