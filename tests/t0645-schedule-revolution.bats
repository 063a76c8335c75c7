# Whole revolutions with no one there: the crontab's own line, run as cron runs it.
load helper

setup_file() {
	make_wheel
}

setup() {
	use_wheel
	REPO=$PWD
	git config user.name "Carl Committer" # cron has no GIT_COMMITTER_*
	git config user.email carl@example.com
	export TABLE="$BATS_TEST_TMPDIR/table"
	cat >"$BATS_TEST_TMPDIR/crontab" <<-'END'
		#!/bin/sh
		case $1 in
		-l) [ -e "$TABLE" ] && exec cat "$TABLE"; echo "no crontab for me" >&2; exit 1 ;;
		-r) exec rm "$TABLE" ;;
		*) exec cp "$1" "$TABLE" ;;
		esac
	END
	chmod +x "$BATS_TEST_TMPDIR/crontab"
	export FLYWHEEL_TEST_SCHEDULER="crontab:$BATS_TEST_TMPDIR/crontab"
	START=$FLYWHEEL_NOW HOUR=3600
}

# cron_tick <hours>: the tick so many hours after the start, with cron's bare environment, and then
# until every worker is done.
cron_tick() {
	local line

	line=$(sed -n 's/^[0-9]* \* \* \* \* //p' "$TABLE" | sed 's/\\%/%/g')
	env -i HOME="$HOME" PATH=/usr/bin:/bin XDG_CONFIG_HOME="$XDG_CONFIG_HOME" \
		FLYWHEEL_NOW=$((START + $1 * HOUR)) FLYWHEEL_GENERIC="$FLYWHEEL_GENERIC" \
		GIT_CONFIG_NOSYSTEM=1 sh -c "$line"
}

jobs_of() {
	git -C "$1" flywheel jobs list --json | jq -r 'map("\(.origin) \(.state) \(.verdict)") | .[]'
}

@test "a tick turns the wheel of every repository, once" {
	cp -a "$REPO" ../second
	git flywheel schedule start --every 12h
	(cd ../second && git flywheel schedule start --every 1d)
	cron_tick 0
	[ "$(jobs_of "$REPO")" = "schedule done promoted" ]
	[ "$(jobs_of ../second)" = "schedule done promoted" ]
	git rev-parse -q --verify flywheel/v1
	cron_tick 1
	[ "$(jobs_of "$REPO" | wc -l)" = 1 ]
	commit_file a.c 'int a(void) { return 1; }'
	cron_tick 11
	[ "$(jobs_of "$REPO" | wc -l)" = 1 ]
	cron_tick 12
	[ "$(jobs_of "$REPO" | wc -l)" = 2 ]
}

@test "runs that were missed are made up for by one" {
	git flywheel schedule start
	cron_tick 0
	commit_file a.c 'int a(void) { return 1; }'
	cron_tick 240
	cron_tick 241
	[ "$(jobs_of "$REPO" | wc -l)" = 2 ]
	git flywheel schedule status --json >status.json
	jq -e '.repositories[0].last == "2026-01-11T01:00:00Z"' status.json
}

@test "a repository that fails or is gone does not stop the others" {
	cp -a "$REPO" ../bad
	cp -a "$REPO" ../gone
	(cd ../bad && git flywheel schedule start)
	(cd ../gone && git flywheel schedule start)
	git flywheel schedule start
	rm -rf ../gone
	git -C ../bad config flywheel.keep nonsense
	run cron_tick 0
	[ "$status" = 128 ]
	[[ $output == *"/bad: "*"flywheel.keep is 'nonsense'"*"/gone: it is gone"* ]]
	[ "$(jobs_of "$REPO")" = "schedule done promoted" ]
}

@test "a user without a name is told to set one" {
	git config user.useConfigOnly true
	git config --unset user.email
	git flywheel schedule start
	run cron_tick 0
	[ "$status" = 128 ]
	run tail -1 .git/flywheel/log/worker.log
	[ "$output" = "git-flywheel: git does not know who you are (set user.name and user.email)" ]
}

@test "the kill switch stops the schedule too" {
	git flywheel schedule start
	git config flywheel.enabled false
	cron_tick 0
	[ "$(jobs_of "$REPO")" = "" ]
}
