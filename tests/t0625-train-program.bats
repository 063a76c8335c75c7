#!/usr/bin/env bats
# A whole revolution with a program of the user's as the trainer: it is asked, told, believed only
# as far as its result's digests go, and one job is all it ever gets.

bats_require_minimum_version 1.5.0
load helper
load wire

setup_file() {
	make_wheel
	wire_start "$BATS_FILE_TMPDIR/wire"
	cd "$WHEEL" || return 1
	git flywheel bench --items --json >"$BATS_FILE_TMPDIR/exam"
	git config flywheel.trainer command
	git config flywheel.base some/base
	git config flywheel.server.base some/base
}

teardown_file() {
	wire_stop "$BATS_FILE_TMPDIR/wire"
}

# The program: a job is a folder, and done as soon as it is there.
write_trainer() {
	cat >"$BATS_TEST_TMPDIR/trainer" <<'END'
#!/bin/sh
job=$FLYWHEEL_ARTIFACTS/$FLYWHEEL_KEY
echo "$2" >>"$FLYWHEEL_ARTIFACTS/said"
case $2 in
submit)
	mkdir -p "$job/package" && python3 -m zipfile -e "$FLYWHEEL_PACKAGE" "$job/package" &&
		[ "$(sha256sum <"$FLYWHEEL_PACKAGE" | cut -c1-64)" = "$FLYWHEEL_PACKAGE_SHA256" ] ;;
poll)
	if [ ! -d "$job" ]; then echo absent
	elif [ -e "$FLYWHEEL_ARTIFACTS/refuse" ]; then echo failed no disk left
	else echo succeeded; fi ;;
log) echo "the trainer's own log" ;;
collect)
	[ ! -e "$FLYWHEEL_ARTIFACTS/refuse" ] || exit 0
	mkdir -p "$job/model" && cp "$job/package/dataset.jsonl" "$job/model/weights" || exit 1
	sha=$(sha256sum <"$job/model/weights" | cut -c1-64)
	printf '{"format":1,"key":"%s","status":"succeeded","artifact":"%s","sha256":"%s","files":[{"path":"weights","size":%s,"sha256":"%s"}],"base":"%s","dataset":"%s"}' \
		"$FLYWHEEL_KEY" "$job/model" "$(printf '%s  weights\n' "$sha" | sha256sum | cut -c1-64)" \
		"$(wc -c <"$job/model/weights")" "$sha" "$FLYWHEEL_BASE" "$FLYWHEEL_DATASET" \
		>"$job/manifest.json" ;;
esac
END
	chmod +x "$BATS_TEST_TMPDIR/trainer"
}

setup() {
	use_wheel
	ARTIFACTS="$BATS_TEST_TMPDIR/artifacts"
	mkdir "$ARTIFACTS"
	write_trainer
	git config flywheel.artifacts "$ARTIFACTS"
	git config flywheel.command "$BATS_TEST_TMPDIR/trainer"
	git config --add flywheel.command "an argument"
	git config flywheel.server.url "$WIRE_URL/w/w$BATS_TEST_NUMBER/v1"
	wire_world "w$BATS_TEST_NUMBER" "{\"exam\": \"$BATS_FILE_TMPDIR/exam\", \"base\": \"some/base\",
		\"likelihood\": true, \"base_skill\": 20, \"tuned_skill\": 95}" >/dev/null
}

@test "trained by the program, judged, promoted, verified" {
	run -0 git flywheel cycle
	[[ "$output" == *"verdict: promoted"* ]]
	[ "$(grep -c submit "$ARTIFACTS/said")" = 1 ]
	[ -z "$(ls .git/flywheel/spool)" ]
	id=$(git flywheel model)
	[[ "$id" == command-* ]]
	cmp .git/flywheel/models/"$id".manifest.json "$ARTIFACTS"/flywheel-*/manifest.json
	git flywheel dataset export --format trl | cmp - "$ARTIFACTS"/flywheel-*/model/weights
	run -0 git flywheel models verify "$id"
	echo more >>"$(echo "$ARTIFACTS"/flywheel-*/model/weights)"
	run ! git flywheel models verify "$id"
	[[ "$output" == *"weights"* ]]
}

@test "a job that failed ends the run with the program's words" {
	touch "$ARTIFACTS/refuse"
	run -128 git flywheel cycle
	[[ "$output" == *"no disk left"* ]]
	[ -z "$(git tag -l 'flywheel/*')" ]
}
