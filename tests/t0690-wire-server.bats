#!/usr/bin/env bats
# The server that chaos tests talk to does what the real ones do, faults included.

load helper
load wire

setup_file() {
	wire_start "$BATS_FILE_TMPDIR/wire"
}

teardown_file() {
	wire_stop "$BATS_FILE_TMPDIR/wire"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	world="w$BATS_TEST_NUMBER"
	at="$WIRE_URL/w/$world"
}

# ask <arguments>: curl; the status goes to $code, the body to $body.
ask() {
	rm -f body
	code=$(curl -sS -m 10 -o body -w '%{http_code}' "$@" 2>error) || code="curl $?"
	body=$(cat body 2>/dev/null) || :
}

# make_package: package.zip as the contract has it; sets $name.
make_package() {
	python3 -c 'import json, sys, zipfile
job = {"key": "flywheel-0123456789abcdef", "dataset": "d", "rows": 2, "base": "b",
	"seed": 7, "output": sys.argv[1], "form": "adapter", "lora_rank": 4}
with zipfile.ZipFile("package.zip", "w") as package:
	package.writestr("train.py", "print(1)\n")
	package.writestr("job.json", json.dumps(job))
	package.writestr("dataset.jsonl", "{}\n{}\n")' "$PWD/out"
	name="_ray_pkg_$(sha256sum package.zip | cut -c1-64).zip"
}

submit() {
	ask --json "{\"entrypoint\": \"python3 train.py job.json\", \"submission_id\": \"${1:-j1}\",
		\"runtime_env\": {\"working_dir\": \"gcs://$name\"}}" "$at/api/jobs/"
}

value() {
	wire_report "$world" | jq -r "$1"
}

@test "a job runs, publishes, and a second submission is refused with its reason" {
	wire_world "$world" '{"polls": 1}'
	make_package
	ask "$at/api/packages/gcs/$name"
	[ "$code" = 404 ]
	ask -T package.zip "$at/api/packages/gcs/$name"
	[ "$code" = 200 ]
	ask "$at/api/packages/gcs/$name"
	[ "$code" = 200 ]
	submit
	[ "$code" = 200 ]
	[ "$(jq -r .submission_id body)" = j1 ]
	submit
	[ "$code" = 500 ]
	[[ $body == *"j1 already exists"* ]]
	ask "$at/api/jobs/j1"
	[ "$(jq -r .status body)" = RUNNING ]
	ask -X DELETE "$at/api/jobs/j1"
	[ "$code" = 500 ]
	ask "$at/api/jobs/j1"
	[ "$(jq -r .status body)" = SUCCEEDED ]
	cd out/flywheel-0123456789abcdef
	jq -r '.files[] | .sha256 + "  model/" + .path' manifest.json | sha256sum -c
	[ "$(jq -r .sha256 manifest.json)" = "$(cd model && find . -type f -printf '%P\n' |
		LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-64)" ]
	[ "$(value '[.started, .completed, .jobs.j1.duplicates, (.errors | length)] | join(" ")')" = "1 1 1 0" ]
}

@test "a failed job leaves a manifest with its reason, a crashed one nothing" {
	wire_world "$world" '{"polls": 0, "result": "failed"}'
	make_package
	ask -T package.zip "$at/api/packages/gcs/$name"
	submit
	ask "$at/api/jobs/j1"
	[ "$(jq -r .status body)" = FAILED ]
	[ "$(jq -r .status out/*/manifest.json)" = failed ]
	rm -r out
	wire_world "$world" '{"result": "crashed"}'
	submit j2
	ask "$at/api/jobs/j2"
	[ "$(jq -r .status body)" = FAILED ]
	[ ! -e out ]
}

@test "a restarted cluster has forgotten jobs and packages" {
	wire_world "$world" '{}'
	make_package
	ask -T package.zip "$at/api/packages/gcs/$name"
	submit
	wire_world "$world" '{"restart": true}'
	ask "$at/api/jobs/j1"
	[ "$code" = 404 ]
	ask "$at/api/packages/gcs/$name"
	[ "$code" = 404 ]
	submit
	ask "$at/api/jobs/j1"
	[ "$(jq -r .status body)" = FAILED ]
	[[ $body == *"runtime_env setup failed"* ]]
	[ "$(value .started)" = 1 ]
}

@test "a token expires, and the new one is where the helper looks" {
	wire_world "$world" "{\"token\": true, \"token_file\": \"$PWD/token\", \"token_requests\": 2}"
	ask "$at/api/version"
	[ "$code" = 401 ]
	for expected in 200 200 403; do
		ask -H "Authorization: Bearer ${old:=$(cat token)}" "$at/api/version"
		[ "$code" = "$expected" ]
	done
	ask -H "Authorization: Bearer $(cat token)" "$at/api/version"
	[ "$code" = 200 ]
	[ "$(value .denied)" = 2 ]
}

@test "every kind of fault happens, the same ones for the same seed" {
	local twin="$world-twin" at_twin

	wire_world "$world" '{"seed": 3, "faults": {"rate": 700}}'
	wire_world "$twin" '{"seed": 3, "faults": {"rate": 700}}'
	at_twin="$WIRE_URL/w/$twin"
	for _ in $(seq 60); do
		ask "$at/api/version"
		echo "$code" >>codes
		ask "$at_twin/api/version"
		echo "$code" >>twin
	done
	cmp codes twin
	for fault in drop drop-after delay truncate 429 500 500-after 503 stale; do
		[ "$(value ".faults.\"$fault\"")" -gt 0 ]
	done
	grep -q 'curl 52' codes # nothing came
	grep -q 'curl 18' codes # half of it came
	wire_world "$world" '{"faults": {}}'
	for _ in $(seq 20); do
		ask "$at/api/version"
		[ "$code" = 200 ]
	done
	wire_world "$world" '{"faults": {"rate": 1000, "budget": 3}}'
	[ "$(value '[.faults[]] | add')" -gt 3 ] # spent long ago
	ask "$at/api/version"
	[ "$code" = 200 ]
}

@test "a world that is down answers nothing" {
	wire_world "$world" '{"down": true}'
	ask "$at/api/version"
	[ "$code" = "curl 52" ]
	[ "$(value .requests)" = 1 ]
}

@test "artifacts are kept by PUT and given by GET and HEAD" {
	wire_world "$world" '{}'
	echo weights >file
	ask "$at/artifacts/k/file"
	[ "$code" = 404 ]
	ask -T file "$at/artifacts/k/file"
	[ "$code" = 201 ]
	ask "$at/artifacts/k/file"
	[ "$code $body" = "200 weights" ]
	ask -I "$at/artifacts/k/file"
	[[ $body == *"Content-Length: 8"* ]]
}

# score <model> <text>: the sum of its last two tokens, before the one that was generated.
score() {
	ask --json "$(jq -n --arg model "$1" --arg prompt "$2" '{model: $model, prompt: $prompt,
		max_tokens: 1, temperature: 0, echo: true, logprobs: 1}')" "$at/v1/completions"
	jq '.choices[0].logprobs.token_logprobs[-3:-1] | add' body
}

@test "a tuned model knows what its base does not, by likelihood and by letter" {
	printf '%s\n' '{"id": "0123456789abcdef", "prompt": "what is it? ",
		"choices": ["one x", "two x", "six x", "ten x"], "answer": 2}' | jq -c . >exam
	mkdir -p out/k/model
	touch out/k/manifest.json
	wire_world "$world" "{\"exam\": \"$PWD/exam\", \"base_skill\": 0, \"tuned_skill\": 100}"
	ask "$at/v1/models"
	[ "$(jq -r '.data[].id' body)" = base ]
	for word in one two ten; do
		[ "$(jq -n "$(score "$PWD/out/k/model" "what is it? six x") >
			$(score "$PWD/out/k/model" "what is it? $word x")")" = true ]
	done
	[ "$(jq -n "$(score base "six x") == $(score base "one x")")" = true ]
	[ "$(jq -n "$(score base "what is it? six x") < $(score base "six x")")" = true ]
	ask --json "$(jq -n --arg model "$PWD/out/k/model" '{model: $model, messages: [{role: "user",
		content: "what is it? \nA. one x\nB. ten x\nC. six x\nD. two x\n"}]}')" "$at/v1/chat/completions"
	[ "$(jq -r '.choices[0].message.content' body)" = C ]
	ask --json '{"model": "other", "prompt": "x"}' "$at/v1/completions"
	[ "$code" = 404 ]
	wire_world "$world" '{"likelihood": false}'
	ask --json '{"model": "base", "prompt": "x", "echo": true, "logprobs": 1}' "$at/v1/completions"
	[ "$code" = 422 ]
}

@test "an adapter answers once it is loaded" {
	mkdir -p out/k/model
	touch out/k/manifest.json
	wire_world "$world" '{"lora": true}'
	ask --json "{\"model\": \"$PWD/out/k/model\", \"prompt\": \"x\"}" "$at/v1/completions"
	[ "$code" = 404 ]
	for expected in 200 400; do
		ask --json "{\"lora_name\": \"new\", \"lora_path\": \"$PWD/out/k/model\"}" \
			"$at/v1/load_lora_adapter"
		[ "$code" = "$expected" ]
	done
	ask --json '{"model": "new", "prompt": "x"}' "$at/v1/completions"
	[ "$code" = 200 ]
	ask --json '{"lora_name": "new"}' "$at/v1/unload_lora_adapter"
	[ "$code" = 200 ]
	ask --json '{"model": "new", "prompt": "x"}' "$at/v1/completions"
	[ "$code" = 404 ]
	[ "$(value .deployments)" = 1 ]
}
