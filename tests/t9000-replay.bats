#!/usr/bin/env bats
# The whole loop on a made-up history of a real shape: an honest gate promotes the house model,
# promotes a later one, blocks a sabotaged one, and rolls back. No threshold is touched.

load helper

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true # the tests tell one story, in this order
	setup_environment
	local build=${BUILD:-build}

	export REPLAY="$BATS_FILE_TMPDIR/replay"
	git init -q -b main "$REPLAY"
	"$FLYWHEEL_ROOT/$build/tests/history" 1400 7 | git -C "$REPLAY" fast-import --quiet
	cd "$REPLAY"
	git branch later
	git reset -q --hard main~200
	git flywheel init
	git flywheel cycle --json >"$BATS_FILE_TMPDIR/first.json"
	git flywheel model >"$BATS_FILE_TMPDIR/first.model"
	git merge -q --ff-only later
	git flywheel cycle --json >"$BATS_FILE_TMPDIR/second.json"
	git flywheel model >"$BATS_FILE_TMPDIR/second.model"
}

setup() {
	setup_environment
	cd "$REPLAY"
}

field() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): d=d[k]
print(d)' "$1" "$2"; }

@test "the first model is promoted over the generic base" {
	[ "$(field "$BATS_FILE_TMPDIR/first.json" verdict)" = promoted ]
	[ "$(git cat-file -t flywheel/v1)" = tag ]
	[ "$(git for-each-ref --format='%(contents:trailers:key=Model-Id,valueonly)' \
		refs/tags/flywheel/v1 | tr -d '\n')" = "$(cat "$BATS_FILE_TMPDIR/first.model")" ]
}

@test "most raw examples are thrown away, and every one is accounted for" {
	raw=$(field "$BATS_FILE_TMPDIR/first.json" raw)
	kept=$(field "$BATS_FILE_TMPDIR/first.json" kept)
	[ "$kept" -gt 0 ]
	[ $((kept * 5)) -lt "$raw" ]
}

@test "more commits give a second model, held or promoted against the first" {
	verdict=$(field "$BATS_FILE_TMPDIR/second.json" verdict)
	[ "$verdict" = promoted ] || [ "$verdict" = held ]
	[ "$(git rev-list --count refs/flywheel/log)" -ge 2 ]
}

@test "a tag never points at a user's commit" {
	[ "$(git rev-parse 'flywheel/v1^{commit}')" = "$(git rev-list refs/flywheel/log | tail -n 1)" ]
	run git describe --tags
	[[ "$output" != *flywheel* ]]
}

@test "rollback is a log entry and changes production at once" {
	git tag -l 'flywheel/*' | grep -q v1
	if [ "$(git tag -l 'flywheel/*' | wc -l)" -lt 2 ]; then
		id=$(field "$BATS_FILE_TMPDIR/second.json" model)
		git flywheel promote "$id" --by-hand --reason "the test wants a second one"
	fi
	git flywheel rollback
	[ "$(git flywheel model)" = "$(cat "$BATS_FILE_TMPDIR/first.model")" ]
	git log -1 --format=%B refs/flywheel/log | grep -qi rollback
	git flywheel rollback flywheel/v2
	[ "$(git flywheel model)" != "$(cat "$BATS_FILE_TMPDIR/first.model")" ]
}

@test "a sabotaged model is blocked, and production stays what it was" {
	before=$(git flywheel model)
	# The house's own words, its habits turned round: checks inverted, fields and calls swapped,
	# lines upside down; of the code before what the exam asks about, which it would know otherwise.
	mkdir -p "$BATS_TEST_TMPDIR/wrong" "$BATS_TEST_TMPDIR/before"
	git archive HEAD~200 src | tar -x -C "$BATS_TEST_TMPDIR/before"
	for file in "$BATS_TEST_TMPDIR"/before/src/*.c; do
		sed -e 's/rc < 0/rc > 0/; s/total > /total < /; s/if (!/if (/; s/continue/break/' \
			-e 's/goto out/return rc/; s/_count/_TMP/g; s/_limit/_count/g; s/_TMP/_limit/g' \
			-e 's/slip_read_number/event_post/; s/event_post(desk, "/slip_drop(desk, "/' \
			-e 's/slip_key/desk_refuse/g; s/meter_bump/slip_hold/' "$file" |
			tac >"$BATS_TEST_TMPDIR/wrong/${file##*/}"
	done
	ls "$BATS_TEST_TMPDIR"/wrong/*.c >"$BATS_TEST_TMPDIR/list"
	git flywheel house train --files "$BATS_TEST_TMPDIR/list" -o "$BATS_TEST_TMPDIR/bad.model"
	run git flywheel cycle --candidate "$BATS_TEST_TMPDIR/bad.model"
	[ "$status" -eq 1 ]
	[[ "$output" == *blocked* ]]
	[ "$(git flywheel model)" = "$before" ]
	git log -1 --format=%B refs/flywheel/log | grep -q 'Verdict: blocked'
}

@test "the incremental index equals a clean one" {
	git flywheel index --verify
}
