#!/usr/bin/env bats
# What a verdict leaves behind: log, tag, model; and how people overrule it.

load helper

setup_file() {
	make_wheel
	cd "$WHEEL"
	git flywheel cycle --json >"$BATS_FILE_TMPDIR/first.json"
}

setup() {
	use_wheel
	FIRST=$(field "$BATS_FILE_TMPDIR/first.json" model)
}

trailer() {
	git for-each-ref --format="%(contents:trailers:key=$2,valueonly)" "refs/tags/$1" | sed '/^$/d'
}

# A model of other bytes than the first: of our sources and of the code before what the exam asks about,
# which it would know by heart otherwise.
other_model() {
	mkdir before
	git archive HEAD~20 src | tar -x -C before
	ls "$FLYWHEEL_ROOT"/src/util/*.c before/src/*.c >files
	git flywheel house train --files files -o "$1" >/dev/null
}

@test "the tag's trailers tell what the report and the log tell" {
	[ "$(field "$BATS_FILE_TMPDIR/first.json" verdict)" = promoted ]
	[ "$(trailer flywheel/v1 Model-Id)" = "$FIRST" ]
	[ "$(trailer flywheel/v1 Dataset)" = "$(field "$BATS_FILE_TMPDIR/first.json" dataset)" ]
	[ "$(trailer flywheel/v1 Benchmark)" = "$(field "$BATS_FILE_TMPDIR/first.json" suite)" ]
	[ "$(trailer flywheel/v1 Trained-On)" = "$(field "$BATS_FILE_TMPDIR/first.json" cutoff)" ]
	[ "$(trailer flywheel/v1 Previous)" = generic ]
	sha=$(sha256sum ".git/flywheel/$(trailer flywheel/v1 Artifact)")
	[ "$(trailer flywheel/v1 Artifact-Sha256)" = "${sha%% *}" ]
	[ "$(git show refs/flywheel/log:production)" = "$FIRST" ]
	git show refs/flywheel/log:report.json | python3 -m json.tool >/dev/null
	[ "$(git rev-parse 'flywheel/v1^{commit}')" = "$(git rev-parse refs/flywheel/log)" ]
}

@test "the same code and the same seed give the same model" {
	git tag -d flywheel/v1
	git update-ref -d refs/flywheel/log
	git flywheel cycle --force --json >again.json
	[ "$(field again.json model)" = "$FIRST" ]
	[ "$(field again.json dataset)" = "$(field "$BATS_FILE_TMPDIR/first.json" dataset)" ]
}

@test "a rolled back model is not promoted again by itself" {
	git flywheel rollback
	[ "$(git flywheel model)" = generic ]
	run git flywheel cycle --force
	[ "$status" -eq 0 ]
	[[ "$output" == *"rolled back since"* ]]
	[ "$(git flywheel model)" = generic ]
}

@test "a given model is judged, and promoted by hand only with a reason" {
	other_model given.model
	git flywheel cycle --candidate given.model --json >given.json || [ $? -eq 1 ]
	id=$(field given.json model)
	[[ "$id" == given-* ]]
	[ "$(field given.json verdict)" != promoted ]
	[ "$(field given.json newer)" -eq 0 ]
	[ "$(git flywheel model)" = "$FIRST" ]
}

@test "held is overruled by hand, on the record" {
	git flywheel rollback
	git config flywheel.minNew 1000000
	other_model given.model
	git flywheel cycle --candidate given.model --json >given.json || skip "it was blocked"
	id=$(field given.json model)
	[ "$(git flywheel model)" = generic ] || skip "it was promoted"
	run git flywheel promote "$id"
	[ "$status" -eq 1 ]
	run git flywheel promote "$id" --by-hand
	[ "$status" -eq 129 ]
	git flywheel promote "$id" --by-hand --reason "we tried it for a week"
	[ "$(git flywheel model)" = "$id" ]
	[[ "$(trailer flywheel/v2 Gate)" == "by hand (held): we tried it for a week" ]]
	git log -1 --format=%B refs/flywheel/log | grep -q '^Event: promotion-by-hand$'
}

@test "a file that is no model is refused before anything runs" {
	echo nonsense >x.model
	before=$(git rev-parse refs/flywheel/log)
	run git flywheel cycle --candidate x.model
	[ "$status" -eq 128 ]
	[[ "$output" == *x.model* ]]
	[ "$(git rev-parse refs/flywheel/log)" = "$before" ]
	git flywheel status
}

@test "tag.gpgSign without a usable key changes nothing, and the run goes on later" {
	git flywheel rollback
	git update-ref -d refs/flywheel/log
	git tag -d flywheel/v1
	git config tag.gpgSign true
	git config gpg.program false
	run git flywheel cycle --force
	[ "$status" -eq 128 ]
	[[ "$output" == *gpgSign* ]]
	[ -z "$(git for-each-ref refs/flywheel/log refs/tags/flywheel)" ]
	git config tag.gpgSign false
	git flywheel cycle >out
	! grep -q '^train ' out
	[ "$(git flywheel model)" = "$FIRST" ]
}

@test "a missing artifact stops a rollback" {
	git flywheel rollback
	rm ".git/flywheel/models/$FIRST.model"
	run git flywheel rollback v1
	[ "$status" -eq 128 ]
	[[ "$output" == *"is gone"* ]]
	[ "$(git flywheel model)" = generic ]
	run git flywheel models verify "$FIRST"
	[ "$status" -eq 1 ]
}

@test "an unknown tag is answered with those there are" {
	run git flywheel rollback flywheel/v7
	[ "$status" -eq 128 ]
	[[ "$output" == *"there is flywheel/v1"* ]]
	run git flywheel rollback v1
	[ "$status" -eq 0 ]
	[[ "$output" == *"already"* ]]
}

@test "prune says what it deletes and never takes the model in force" {
	other_model given.model
	git flywheel cycle --candidate given.model >/dev/null || [ $? -eq 1 ]
	git flywheel cycle --force >/dev/null
	run git flywheel models prune --dry-run
	git flywheel models prune
	git flywheel models verify "$FIRST"
	run git flywheel models prune
	[[ "$output" == "nothing to delete"* ]]
}
