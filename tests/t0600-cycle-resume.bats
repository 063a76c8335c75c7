#!/usr/bin/env bats
# A revolution that is killed goes on where it stopped, does nothing twice, and ends the same.

load helper

setup_file() {
	make_wheel
	cp -a "$WHEEL" "$BATS_FILE_TMPDIR/whole"
	cd "$BATS_FILE_TMPDIR/whole"
	git flywheel cycle >"$BATS_FILE_TMPDIR/whole.out"
	git rev-parse refs/flywheel/log >"$BATS_FILE_TMPDIR/whole.log"
}

setup() {
	use_wheel
}

# The whole chain of the log is the same commit: same verdict, same scores, same model, same bytes.
expect_same_end() {
	[ "$(git rev-parse refs/flywheel/log)" = "$(cat "$BATS_FILE_TMPDIR/whole.log")" ]
	[ "$(git flywheel model)" = "$(git -C "$BATS_FILE_TMPDIR/whole" flywheel model)" ]
}

stages=(index harvest decisions suite examples dataset train benchmark gate promote)

# kill_and_resume <variable> <stage> <first stage that may run again>
kill_and_resume() {
	local stage before=yes

	run env "$1=$2" git flywheel cycle
	[ "$status" -eq 137 ]
	git flywheel cycle >out
	for stage in "${stages[@]}"; do
		[ "$stage" != "$3" ] || before=no
		if [ "$before" = yes ]; then
			! grep -q "^$stage " out || return 1
		else
			grep -q "^$stage " out || return 1
		fi
	done
	expect_same_end
}

@test "every stage reports one line" {
	for stage in "${stages[@]}"; do
		[ "$(grep -c "^$stage " "$BATS_FILE_TMPDIR/whole.out")" -eq 1 ]
	done
}

@test "a decision that two commits state is one new decision" {
	git config flywheel.miner.confidence 0.5
	for name in one two; do
		commit_file "$name.c" "int $name(void) { return 1; }" \
			"Use a queue instead of polling because the interface allows ten calls a minute"
	done
	FLYWHEEL_STOP_AFTER=decisions git flywheel cycle >out || true
	read -r _ new _ all _ < <(grep '^decisions ' out)
	[ "$new" -gt 0 ]
	[ "$new" = "$all" ]
}

@test "killed after decisions" { kill_and_resume FLYWHEEL_STOP_AFTER decisions suite; }
@test "killed after suite" { kill_and_resume FLYWHEEL_STOP_AFTER suite examples; }
@test "killed after dataset" { kill_and_resume FLYWHEEL_STOP_AFTER dataset train; }
@test "killed after train" { kill_and_resume FLYWHEEL_STOP_AFTER train benchmark; }
@test "killed after gate" { kill_and_resume FLYWHEEL_STOP_AFTER gate promote; }
@test "killed in examples" { kill_and_resume FLYWHEEL_STOP_IN examples examples; }
@test "killed in dataset" { kill_and_resume FLYWHEEL_STOP_IN dataset dataset; }
@test "killed in train" { kill_and_resume FLYWHEEL_STOP_IN train train; }
@test "killed in benchmark" { kill_and_resume FLYWHEEL_STOP_IN benchmark benchmark; }

@test "killed between the tag and its record: one tag, one log entry" {
	kill_and_resume FLYWHEEL_STOP_IN promote promote
	[ "$(git tag -l 'flywheel/*' | wc -l)" -eq 1 ]
	[ "$(git rev-list --count refs/flywheel/log)" -eq 1 ]
}

@test "a run keeps its head although the branch moved" {
	run env FLYWHEEL_STOP_AFTER=suite git flywheel cycle
	head=$(git rev-parse HEAD)
	FLYWHEEL_INTERNAL=1 commit_file new.c 'int brand_new(void) { return 1; }'
	git flywheel cycle --json >out.json
	[ "$(field out.json head)" = "$head" ]
	git flywheel cycle --json >out.json
	[ "$(field out.json head)" = "$(git rev-parse HEAD)" ]
}

@test "status says where an unfinished run stands; --force gives it up" {
	run env FLYWHEEL_STOP_AFTER=dataset git flywheel cycle
	git config flywheel.enabled false # else status has the worker go on with it
	run git flywheel status
	[[ "$output" == *"run 1 stands at train"* ]]
	git flywheel cycle --force >out
	grep -q '^index ' out
	git flywheel history | grep -q 'run 1 is set aside at train'
}

@test "nothing new is skipped, --force is not" {
	git flywheel cycle >/dev/null
	run git flywheel cycle
	[ "$status" -eq 0 ]
	[[ "$output" == "nothing is new since run 1"* ]]
	run git flywheel cycle --force
	[[ "$output" == *"byte for byte"* ]]
	[ "$(git tag -l 'flywheel/*' | wc -l)" -eq 1 ]
}

@test "one runner at a time" {
	run flock -n .git/flywheel/queue.lock git flywheel cycle
	[ "$status" -eq 128 ]
	[[ "$output" == *"a run is being worked on here"* ]]
	[ -z "$(git for-each-ref refs/flywheel/log)" ]
}
