#!/usr/bin/env bats
# git flywheel train: what would be sent, byte for byte; nothing is.

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
	git config flywheel.duplicateJaccard 1
	SHA=$(git flywheel curate --json 2>/dev/null | jq -r .dataset)
	git config flywheel.trainer ray
	git config flywheel.ray.url http://127.0.0.1:9
	git config flywheel.base some/model
	git config flywheel.artifacts "$BATS_TEST_TMPDIR/results"
}

@test "everything that would leave is shown, and nothing is left behind" {
	git config --add flywheel.ray.pip trl==0.24
	git config flywheel.costPerHour 3600
	git config flywheel.tokensPerSecond 1
	RAY_AUTH_TOKEN=zweiundvierzig run -0 git flywheel train --dry-run
	[[ "$output" == *"http://127.0.0.1:9/api/jobs/"* ]]
	[[ "$output" == *"python3 train.py job.json"* ]]
	[[ "$output" == *"pip "*"trl==0.24"* ]]
	[[ "$output" == *"RAY_AUTH_TOKEN"* ]]
	[[ "$output" != *"zweiundvierzig"* ]]
	[[ "$output" == *"secrets "*"none found"* ]]
	for part in train.py job.json dataset.jsonl; do
		sha=$(git flywheel train --show $part | sha256sum)
		[[ "$output" == *"$part"*"${sha%% *}"* ]]
	done
	tokens=$(git flywheel train --dry-run --json | jq .tokens)
	[[ "$output" == *"$tokens tokens"*"cost $tokens.00"* ]]
	[ -z "$(ls .git/flywheel/spool/*.zip 2>/dev/null)" ]
}

@test "the parts are what the contract says" {
	git flywheel train --show dataset.jsonl | cmp - <(git flywheel dataset export --format trl)
	git flywheel train --show train.py | cmp - "$FLYWHEEL_ROOT/src/train/entrypoint/train.py"
	git flywheel train --show job.json | jq -e --arg sha "$SHA" --arg out "$BATS_TEST_TMPDIR/results" '
		.dataset == $sha and .rows == 3 and .base == "some/model" and .output == $out and
		.form == "merged" and .epochs == 1 and .max_steps == -1 and .learning_rate == 0.0002 and
		.lora_rank == 16 and .lora_alpha == 32 and .max_length == 1024 and .batch == 4 and .seed == 1'
}

@test "an estimate over the cap is a no, with both numbers" {
	git config flywheel.costPerHour 3600
	git config flywheel.tokensPerSecond 1
	git config flywheel.maxCost 1.5
	run -1 git flywheel train --dry-run
	[[ "$output" == *"would not start: training may cost "*" over the 1.50 of flywheel.maxCost"* ]]
	git config flywheel.maxCost 100000
	run -0 git flywheel train --dry-run
	git config flywheel.maxSteps 500
	git flywheel train --dry-run --json | jq -e '(.cost - 2000 * .tokens / .rows | fabs) < 1 and .refusal == null'
	git config --unset flywheel.costPerHour
	run -1 git flywheel train --dry-run
	[[ "$output" == *"without flywheel.costPerHour"* ]]
}

@test "a secret in a setting that would travel stops it" {
	git config flywheel.base "ghp_$(printf 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8')"
	run -128 git flywheel train --dry-run
	[[ "$output" == *"job.json"*"looks like a secret"* ]]
	[ -z "$(ls .git/flywheel/spool 2>/dev/null)" ]
}

@test "what is missing or refused is said before anything is made" {
	git config flywheel.ray.url http://ray.example.com:8265
	run -128 git flywheel train --dry-run
	[[ "$output" == *"flywheel.ray.url"*"https"* ]]
	git config --unset flywheel.ray.url
	run -128 git flywheel train --dry-run
	[[ "$output" == *"flywheel.ray.url is not set"* ]]
	git config flywheel.ray.url https://ray.example.com
	git config flywheel.artifacts results
	run -128 git flywheel train --dry-run
	[[ "$output" == *"absolute folder"* ]]
	git config flywheel.trainer command
	git config flywheel.artifacts /tmp
	run -128 git flywheel train --dry-run
	[[ "$output" == *"flywheel.command is not set"* ]]
	git config flywheel.trainer nobody
	run -128 git flywheel train --dry-run
	[[ "$output" == *"want house, ray or command"* ]]
	run -129 git flywheel train
	[[ "$output" == *"\`git flywheel cycle\` or a push trains"* ]]
}

@test "a program of one's own is shown with all that it is told" {
	git config flywheel.trainer command
	git config flywheel.command /opt/train
	git config --add flywheel.command "--queue=long one"
	run -0 git flywheel train --dry-run
	[[ "$output" == *"/opt/train --queue=long one submit"* ]]
	for name in KEY PACKAGE PACKAGE_SHA256 DATASET BASE ARTIFACTS SEED; do
		[[ "$output" == *"environment "*"FLYWHEEL_$name="* ]]
	done
	[[ "$output" == *"FLYWHEEL_DATASET=$SHA"* ]]
}

@test "a tracked file names no trainer and no destination" {
	git config --unset flywheel.ray.url
	printf '[flywheel "ray"]\n\turl = https://evil.example\n[flywheel]\n\tcommand = touch\n\tartifacts = /x\n' \
		>.flywheel/curation
	run -128 git flywheel train --dry-run
	[[ "$output" == *"flywheel.ray.url is not set"* ]]
}

@test "the house trainer sends nothing, and says so" {
	git config --unset flywheel.trainer
	run -0 git flywheel train --dry-run
	[[ "$output" == *"nothing leaves this machine"* ]]
	git flywheel train --dry-run --json | jq -e '.remote == false'
}
