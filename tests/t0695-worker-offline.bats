#!/usr/bin/env bats
# The network is gone for days: commits and pushes go on as ever, the queue stays as it is, and when
# the network returns everything is done once.

load helper
load wire

setup_file() {
	make_wheel 40
}

setup() {
	use_wheel
	git init -q --bare -b main "$BATS_TEST_TMPDIR/origin.git"
	git remote add origin "$BATS_TEST_TMPDIR/origin.git"
	now=$FLYWHEEL_NOW
	passes=0
}

teardown() {
	wire_stop "$BATS_TEST_TMPDIR/wire"
}

# pass <seconds>: the worker once, so much later.
pass() {
	now=$((now + $1)) passes=$((passes + 1))
	FLYWHEEL_NOW=$now git flywheel worker --once >out 2>&1
}

# jobs <jq filter>
jobs_say() {
	git flywheel jobs --json | jq -r "$1"
}

# work_on: a commit as people make them, and its push, which has to arrive.
work_on() {
	commit_file "src/offline_$1.c" "$(printf '/* Adds up what number %d stands for. */\nint offline_%d(int a, int b)\n{\n\tif (a > b)\n\t\treturn a * %d;\n\treturn b + %d;\n}' "$1" "$1" "$1" "$1")"
	git push -q origin main
	[ "$(git rev-parse main)" = "$(git -C ../origin.git rev-parse main)" ]
}

@test "nobody answers for three days" {
	wire_start "$BATS_TEST_TMPDIR/wire"
	wire_stop "$BATS_TEST_TMPDIR/wire"
	wire_wheel w
	pass 0
	git push -q origin main
	pass 60
	[ "$(jobs_say '.[] | .state + " " + .stage')" = "running upload" ]

	# Asked for as often as the run itself says, it asks less and less.
	while [ "$now" -lt $((FLYWHEEL_NOW + 6 * 3600)) ]; do
		pass $(($(date -d "$(sed -n 's/^next //p' out)" +%s) - now))
	done
	attempts=$(jobs_say '.[0].attempts')
	echo "# $attempts attempts in 6 hours of $passes passes" >&3
	[ "$attempts" -ge 24 ]
	[ "$attempts" -le 60 ]

	for day in 1 2 3; do
		for hour in $(seq 0 4 20); do
			work_on $((day * 100 + hour))
			pass $((4 * 3600))
		done
	done
	[ "$(jobs_say '[.[] | .state] | join(" ")')" = "running waiting" ]
	[ "$(jobs_say '.[1].commit')" = "$(git rev-parse main)" ]
	[ "$(jobs_say '.[0].error')" != null ]
	first=$(jobs_say '.[0].commit')

	wire_start "$BATS_TEST_TMPDIR/wire" "$WIRE_PORT"
	wire_world w '{"polls": 1, "base_skill": 50, "tuned_skill": 50}'
	for _ in $(seq 20); do
		pass 1000
		[ "$(jobs_say '[.[] | select(.finished)] | length')" -lt 2 ] || break
	done
	[ "$(jobs_say '[.[] | .state] | join(" ")')" = "done done" ]
	[ "$(jobs_say '.[0].commit')" = "$first" ]
	trained=$(jobs_say '[.[] | select(.verdict != "skipped")] | length')
	[ "$(wire_report w | jq -c '[.started, .completed, (.jobs | length), (.errors | length)]')" = \
		"[$trained,$trained,$trained,0]" ]
	requests=$(wire_report w | jq .requests)
	pass 86400
	[ "$(wire_report w | jq .requests)" = "$requests" ]
	[ "$(jobs_say length)" = 2 ]
}

@test "the cluster vanishes for three days while it trains" {
	wire_start "$BATS_TEST_TMPDIR/wire"
	wire_wheel w
	wire_world w '{"polls": 1000000, "base_skill": 50, "tuned_skill": 50}'
	git push -q origin main
	pass 10
	pass 60
	[ "$(jobs_say '.[] | .state + " " + .stage + " " + .remote')" = "running train running" ]
	key=$(jobs_say '.[0].key')

	wire_world w '{"down": true}'
	for hour in $(seq 72); do
		pass 3600
	done
	[ "$(jobs_say '.[] | .state + " " + .stage')" = "running train" ]
	[ "$(jobs_say '.[0].attempts')" -le "$passes" ]
	work_on 1

	wire_world w '{"down": false, "polls": 0}'
	for _ in $(seq 20); do
		pass 1000
		[ "$(jobs_say '[.[] | select(.finished)] | length')" -lt 2 ] || break
	done
	[ "$(jobs_say '.[0] | .state + " " + .key')" = "done $key" ]
	[ "$(wire_report w | jq -c ".jobs[\"$key\"] | [.created, .started, .completed, .stops]")" = \
		"[1,1,1,0]" ]
}
