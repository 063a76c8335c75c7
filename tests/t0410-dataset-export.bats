#!/usr/bin/env bats
# git flywheel dataset: list, show, and export in other trainers' formats.

bats_require_minimum_version 1.5.0
load helper

setup() {
	local i

	setup_repo
	mkdir -p .flywheel/examples
	for i in 1 2 3 4 5 6; do
		commit_file "doc/$i.txt" "$i" "Say what part $i does"
	done
	printf '{"prompt": "What is rule %s of this house, in one sentence?", "answer": "Rule %s: a reader \\"%s\\" releases what it took on every path, and says so in its name."}\n' \
		one one alpha two two beta three three gamma >.flywheel/examples/rules.jsonl
	git add .flywheel
	tick
	git commit -q -m "Seed rules by hand"
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	# Three short texts of one shape are near-duplicates to any honest filter.
	git config flywheel.duplicateJaccard 1
	SHA=$(git flywheel curate --json 2>/dev/null | jq -r .dataset)
}

@test "every format is valid JSON lines with the same number of rows" {
	rows=$(wc -l <.git/flywheel/datasets/"$SHA".jsonl)
	[ "$rows" -gt 0 ]
	for format in chat trl sharegpt alpaca jsonl; do
		git flywheel dataset export --format $format -o out.jsonl
		[ "$(jq -s length out.jsonl)" = "$rows" ]
	done
	git flywheel dataset export --format chat | jq -e -s \
		'all(.messages | length == 2 and .[0].role == "user" and .[1].role == "assistant")'
	git flywheel dataset export --format trl | jq -e -s \
		'all((.prompt | map(.role) == ["user"]) and (.completion | map(.role) == ["assistant"]))'
	git flywheel dataset export --format alpaca | jq -e -s 'all(has("instruction") and has("output"))'
	git flywheel dataset export --format sharegpt | jq -e -s \
		'all(.conversations | map(.from) == ["human", "gpt"])'
	git flywheel dataset export --format trl | jq -e -s 'any(.completion[0].content | contains("\"alpha\""))'
}

@test "an unknown format or digest is a clear error" {
	run -129 git flywheel dataset export --format parquet
	[[ "$output" == *"no format 'parquet'"* ]]
	run -128 git flywheel dataset show 0000
	[[ "$output" == *"no dataset '0000'"* ]]
	run -129 git flywheel dataset frobnicate
}

@test "list and show name the dataset" {
	run -0 git flywheel dataset
	[[ "$output" == "${SHA:0:12}  "* ]]
	run -0 git flywheel dataset show "${SHA:0:6}"
	[[ "$output" == *"cutoff     $(git rev-parse HEAD~1)"* ]]
	git flywheel dataset list --json | jq -e --arg sha "$SHA" '.[0].sha256 == $sha'
	git flywheel dataset show --json | jq -e '.thresholds.minOutputTokens == 12'
}

@test "a dataset that was changed after it was frozen is refused" {
	echo '{"id":"x"}' >>.git/flywheel/datasets/"$SHA".jsonl
	run -128 git flywheel dataset export
	[[ "$output" == *"was changed after it was frozen"* ]]
}

@test "without a dataset the way to one is said" {
	setup_repo other
	commit_file a.txt a
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	run -128 git flywheel dataset show
	[[ "$output" == *"run \`git flywheel curate\`"* ]]
}
