# git flywheel schedule: start, stop, status and the tick, with stand-ins for the schedulers.
load helper

setup() {
	setup_repo
	FAKES="$BATS_TEST_TMPDIR/fakes" TABLE="$BATS_TEST_TMPDIR/table" LOG="$BATS_TEST_TMPDIR/log"
	export TABLE LOG
	mkdir "$FAKES"
	# As Debian's does: no table is an error that says so; a last line must end.
	cat >"$FAKES/crontab" <<-'END'
		#!/bin/sh
		echo "crontab $*" >>"$LOG"
		case $1 in
		-l) [ -e "$TABLE" ] && exec cat "$TABLE"
			echo "no crontab for $(id -un)" >&2; exit 1 ;;
		-r) exec rm "$TABLE" ;;
		*) [ -z "$(tail -c 1 "$1")" ] || { echo "new crontab file is missing newline" >&2; exit 1; }
			exec cp "$1" "$TABLE" ;;
		esac
	END
	cat >"$FAKES/systemctl" <<-'END'
		#!/bin/sh
		echo "systemctl $*" >>"$LOG"
		case $2 in
		enable) touch "$LOG.enabled" ;;
		disable) rm -f "$LOG.enabled" ;;
		is-enabled) [ -e "$LOG.enabled" ] ;;
		esac
	END
	cat >"$FAKES/launchctl" <<-'END'
		#!/bin/sh
		echo "launchctl $*" >>"$LOG"
		case $1 in
		bootstrap) touch "$LOG.loaded" ;;
		bootout) rm "$LOG.loaded" ;;
		list) [ -z "$2" ] || [ -e "$LOG.loaded" ] ;;
		esac
	END
	chmod +x "$FAKES"/*
	UNITS="$XDG_CONFIG_HOME/systemd/user"
	AGENT="$HOME/Library/LaunchAgents/org.git-flywheel.schedule.plist"
	use_fake crontab
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init >/dev/null
}

# use_fake <scheduler>...: the machine has these and no others.
use_fake() {
	local name tool

	FLYWHEEL_TEST_SCHEDULER=
	for name; do
		case $name in
		systemd) tool=systemctl ;;
		launchd) tool=launchctl ;;
		*) tool=$name ;;
		esac
		FLYWHEEL_TEST_SCHEDULER+="${FLYWHEEL_TEST_SCHEDULER:+,}$name:$FAKES/$tool"
	done
	export FLYWHEEL_TEST_SCHEDULER
}

# another_repo <name>: set up like the first; the test stays where it is.
another_repo() {
	git init -q -b main "$BATS_TEST_TMPDIR/$1"
	(cd "$BATS_TEST_TMPDIR/$1" && commit_file b.c 'int b(void) { return 2; }' && git flywheel init)
}

# verify_service: systemd itself finds nothing wrong with what was written.
verify_service() {
	command -v systemd-analyze >/dev/null || return 0
	mkdir -p "$BATS_TEST_TMPDIR/runtime"
	chmod 700 "$BATS_TEST_TMPDIR/runtime"
	XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/runtime" run systemd-analyze verify --user --man=no \
		"$UNITS"/git-flywheel.service "$UNITS"/git-flywheel.timer
	[[ $output != *git-flywheel* ]]
}

# program_at <folder>: a copy of the program, first on PATH.
program_at() {
	mkdir -p "$1/build"
	cp "$(command -v git-flywheel)" "$1/git-flywheel"
	printf '#!/bin/sh\n' >"$1/build/git-flywheel-hook"
	chmod +x "$1/build/git-flywheel-hook"
	PATH="$1:$PATH"
}

repositories() {
	git config --global --get-all flywheel.repo
}

@test "start enters the repository, its time and the tick; twice is the same" {
	run git flywheel schedule start --every 1d
	[ "$status" = 0 ]
	[[ $output == *"repository    $REPO"*"every         1d"*"tick          crontab, once an hour at :"* ]]
	[ "$(repositories)" = "$REPO" ]
	[ "$(git config --local flywheel.every)" = 1d ]
	[ "$(sed -n 4p "$TABLE" | cut -d' ' -f2-5)" = "* * * *" ]
	minute=$(sed -n 4p "$TABLE" | cut -d' ' -f1)
	[ "$minute" -ge 1 ] && [ "$minute" -le 59 ]
	cp "$TABLE" before
	: >"$LOG"
	run git flywheel schedule start
	[ "$status" = 0 ]
	[[ $output == *"every         1d"*"already there"* ]]
	cmp before "$TABLE"
	[ "$(repositories)" = "$REPO" ]
	run grep -v '^crontab -l$' "$LOG"
	[ "$output" = "" ]
}

@test "the other lines of a crontab stay byte for byte" {
	printf 'MAILTO="a b"\n\n  # odd \t line\r\n5 4 * * * date +\\%%s %% in\n' >"$TABLE"
	printf '# BEGIN git flywheel schedule, or so\n@daily \xff\xfe' >>"$TABLE"
	cp "$TABLE" before
	git flywheel schedule start
	cmp -n "$(stat -c %s before)" before "$TABLE"
	printf '# added later\n' >>"$TABLE"
	git flywheel schedule start --every 30m
	git flywheel schedule stop
	printf '\n# added later\n' >>before # the last line got its end
	cmp before "$TABLE"
}

@test "a tick of another place or time is renewed, where the others stay" {
	printf '1 1 * * * one\n' >"$TABLE"
	git flywheel schedule start
	cp "$TABLE" before
	sed -i 's|git-flywheel|git-flywheel.old|' "$TABLE"
	printf '2 2 * * * two\n' >>"$TABLE"
	run git flywheel schedule status
	[[ $output == *"outdated"* ]]
	git flywheel schedule start
	[ "$(grep -c "schedule run" "$TABLE")" = 1 ]
	grep -q "git-flywheel' schedule run" "$TABLE"
	grep -q '^1 1 \* \* \* one$' "$TABLE"
	grep -q '^2 2 \* \* \* two$' "$TABLE"
}

@test "stop restores; the tick goes with the last repository" {
	another_repo second
	git flywheel schedule start
	(cd ../second && git flywheel schedule start)
	[ "$(repositories | wc -l)" = 2 ]
	run git flywheel schedule stop
	[ "$status" = 0 ]
	[[ $output == *"taken out"*"stays for 1 other repository"* ]]
	[ "$(repositories)" = "$BATS_TEST_TMPDIR/second" ]
	run git config --local flywheel.every
	[ "$status" = 1 ]
	[ -e "$TABLE" ]
	cd ../second
	run git flywheel schedule stop
	[[ $output == *"removed from crontab"* ]]
	[ ! -e "$TABLE" ]
	run repositories
	[ "$output" = "" ]
	run git flywheel schedule stop
	[ "$status" = 0 ]
	[[ $output == *"was not in the schedule"* ]]
}

@test "a crontab that fails half way loses nothing" {
	printf '1 1 * * * one\n2 2 * * * two\n' >"$TABLE"
	cp "$TABLE" before
	mv "$FAKES/crontab" "$FAKES/real"
	# Writes half of it and fails, the first time it is asked to write.
	cat >"$FAKES/crontab" <<-'END'
		#!/bin/sh
		case $1 in -l | -r) ;; *)
			[ -e "$LOG.failed" ] || {
				touch "$LOG.failed"
				head -c 20 "$1" >"$TABLE"
				echo "no space left" >&2
				exit 1
			} ;;
		esac
		exec "${0%/*}/real" "$@"
	END
	chmod +x "$FAKES/crontab"
	run git flywheel schedule start
	[ "$status" = 128 ]
	[ "$output" = "git-flywheel: crontab failed: no space left; the crontab is as it was" ]
	cmp before "$TABLE"
	run repositories
	[ "$output" = "" ]
}

@test "a crontab that cannot be put back is kept in a file that is named" {
	printf '1 1 * * * one\n' >"$TABLE"
	cp "$TABLE" before
	cat >"$FAKES/crontab" <<-'END'
		#!/bin/sh
		case $1 in -l) exec cat "$TABLE" ;; esac
		: >"$TABLE"
		echo "disk on fire" >&2
		exit 1
	END
	TMPDIR="$BATS_TEST_TMPDIR" run git flywheel schedule start
	[ "$status" = 128 ]
	[[ $output == *"disk on fire, and the crontab could not be put back: it is kept in '"* ]]
	kept=${output#*kept in \'}
	cmp before "${kept%\'}"
}

@test "a crontab that cannot be read is not taken for an empty one" {
	printf '#!/bin/sh\necho "1 1 * * * one"\necho "you (x) are not allowed to use this" >&2\nexit 1\n' \
		>"$FAKES/crontab"
	run git flywheel schedule start
	[ "$status" = 128 ]
	[[ $output == *"no scheduler can be used here"*"not allowed"* ]]
	[ ! -e "$TABLE" ]
}

@test "a region without its end is left to its owner" {
	git flywheel schedule start
	sed -i '$d' "$TABLE"
	printf '1 1 * * * one\n' >>"$TABLE"
	cp "$TABLE" before
	run git flywheel schedule start
	[ "$status" = 128 ]
	[[ $output == *"crontab -e"* ]]
	cmp before "$TABLE"
}

@test "no scheduler: one clear line, exit 128, nothing entered" {
	use_fake
	run git flywheel schedule start
	[ "$status" = 128 ]
	[ "$output" = "git-flywheel: no scheduler can be used here: systemctl: not found; crontab: not found; launchctl: not found" ]
	run repositories
	[ "$output" = "" ]
	FLYWHEEL_TEST_SCHEDULER="crontab:/nowhere/crontab" run git flywheel schedule start --scheduler crontab
	[ "$status" = 128 ]
	[ "$output" = "git-flywheel: cannot use crontab: crontab: not found" ]
}

@test "global settings that cannot be written: one clear line, and no tick" {
	touch "$HOME/.gitconfig.lock"
	run git flywheel schedule start
	[ "$status" = 128 ]
	[ "${#lines[@]}" = 1 ]
	[[ $output == *".gitconfig"*"File exists"* ]]
	[ ! -e "$TABLE" ]
	rm "$HOME/.gitconfig.lock"
	git flywheel schedule start
	[ -e "$TABLE" ]
}

@test "many at once: every repository is in the list once, and the tick is one" {
	for i in 1 2 3 4 5 6; do
		another_repo "r$i" >/dev/null
	done
	for i in 1 2 3 4 5 6 1 2 3; do
		(cd "../r$i" && git flywheel schedule start) &
	done
	wait
	[ "$(repositories | sort -u | wc -l)" = 6 ]
	[ "$(repositories | wc -l)" = 6 ]
	[ "$(grep -c "schedule run" "$TABLE")" = 1 ]
	for i in 1 2 3 4 5 6; do
		(cd "../r$i" && git flywheel schedule stop) &
	done
	(git flywheel schedule start) &
	wait
	[ "$(repositories)" = "$REPO" ]
	[ "$(grep -c "schedule run" "$TABLE")" = 1 ]
}

@test "words that make no sense: usage, exit 129" {
	for every in often 5m 0h 12 -1h 1h30m ''; do
		run git flywheel schedule start --every="$every"
		[ "$status" = 129 ]
		[[ $output == *"--every"*"usage: git flywheel schedule"* ]]
	done
	for words in "" "restart" "start stop" "stop --every 1h" "status --scheduler crontab"; do
		# shellcheck disable=SC2086 # words
		run git flywheel schedule $words
		[ "$status" = 129 ]
	done
	run git flywheel schedule start --scheduler at
	[ "$status" = 129 ]
	[[ $output == *"'at' is no scheduler"* ]]
	[ ! -e "$TABLE" ]
}

@test "systemd comes first, and its units are whole" {
	use_fake crontab systemd
	git flywheel schedule start
	[ ! -e "$TABLE" ]
	grep -q "^systemctl --user enable --now git-flywheel.timer$" "$LOG"
	grep -qE '^OnCalendar=\*-\*-\* \*:[0-5][0-9]:00$' "$UNITS/git-flywheel.timer"
	grep -q '^Persistent=true$' "$UNITS/git-flywheel.timer"
	grep -q '^RandomizedDelaySec=' "$UNITS/git-flywheel.timer"
	grep -q '^ExecStart=":/.*/git-flywheel" schedule run$' "$UNITS/git-flywheel.service"
	verify_service
	: >"$LOG"
	git flywheel schedule start
	run grep -E 'enable --now|reload' "$LOG"
	[ "$output" = "" ]
	rm "$LOG.enabled" # disabled by hand: start means start
	git flywheel schedule start
	[ -e "$LOG.enabled" ]
	git flywheel schedule stop
	[ ! -e "$LOG.enabled" ]
	[ -z "$(ls "$UNITS")" ]
}

@test "systemd that fails to enable leaves no units" {
	use_fake systemd
	sed -i 's/^enable) .*/enable) echo "no bus" >\&2; exit 1 ;;/' "$FAKES/systemctl"
	run git flywheel schedule start
	[ "$status" = 128 ]
	[ "$output" = "git-flywheel: systemctl failed: no bus" ]
	[ -z "$(ls "$UNITS")" ]
	run repositories
	[ "$output" = "" ]
}

@test "launchd gets an agent and loses it" {
	use_fake launchd
	git flywheel schedule start
	python3 - "$AGENT" "$(command -v git-flywheel)" <<-'END'
		import plistlib, sys
		agent = plistlib.load(open(sys.argv[1], "rb"))
		assert agent["ProgramArguments"] == [sys.argv[2], "schedule", "run"], agent
		assert 1 <= agent["StartCalendarInterval"]["Minute"] <= 59
	END
	[ -e "$LOG.loaded" ]
	git flywheel schedule stop
	[ ! -e "$LOG.loaded" ]
	[ ! -e "$AGENT" ]
}

@test "another scheduler takes the tick over; auto keeps to the one in use" {
	use_fake systemd crontab
	git flywheel schedule start --scheduler crontab
	[ -e "$TABLE" ]
	git flywheel schedule start
	[ -e "$TABLE" ]
	git flywheel schedule start --scheduler systemd
	[ ! -e "$TABLE" ]
	[ -e "$UNITS/git-flywheel.timer" ]
}

@test "paths with spaces, quotes and %: each scheduler starts the right program" {
	odd="$BATS_TEST_TMPDIR/it's 100% \"odd\" \$HOME <&> \\%s\\"
	program_at "$odd"
	git init -q -b main "$odd/50% repo"
	cd "$odd/50% repo"
	git flywheel init --no-hooks
	use_fake crontab systemd launchd

	git flywheel schedule start --scheduler crontab
	[ "$(repositories)" = "$odd/50% repo" ]
	# What cron makes of it: \% is %, the rest goes to a shell.
	sed -n 's/^[0-9]* \* \* \* \* //p' "$TABLE" | sed 's/\\%/%/g; s/ schedule run$//' >line
	[ "$(sh -c "printf '%s\n' $(cat line)")" = "$odd/git-flywheel" ]

	git flywheel schedule start --scheduler systemd
	verify_service
	python3 - "$UNITS/git-flywheel.service" "$odd/git-flywheel" <<-'END'
		import re, shlex, sys
		line = [l for l in open(sys.argv[1]) if l.startswith("ExecStart=")][0]
		words = shlex.split(line[len("ExecStart="):].replace("%%", "%"))
		assert words[0] == ":/bin/sh" and words[-1] == sys.argv[2], words # ":": $ is no variable
		assert words[1:3] == ["-c", 'exec "$0" schedule run'], words
	END

	git flywheel schedule start --scheduler launchd
	python3 - "$AGENT" "$odd/git-flywheel" <<-'END'
		import plistlib, sys
		assert plistlib.load(open(sys.argv[1], "rb"))["ProgramArguments"][0] == sys.argv[2]
	END
	git flywheel schedule stop
	run repositories
	[ "$output" = "" ]
}

@test "systemd takes a path with spaces, % and \$" {
	odd="$BATS_TEST_TMPDIR/100% \$HOME <&>"
	program_at "$odd"
	use_fake systemd
	git flywheel schedule start
	grep -qF 'ExecStart=":'"$BATS_TEST_TMPDIR"'/100%% $HOME <&>/git-flywheel" schedule run' \
		"$UNITS/git-flywheel.service"
	verify_service
}

@test "status: the tick, every repository, what is due and what is gone" {
	another_repo second
	another_repo third
	git flywheel schedule start --every 12h
	(cd ../second && git flywheel schedule start --every 1d)
	(cd ../third && git flywheel schedule start)
	rm -rf ../second
	git -C ../third config flywheel.every sometimes
	python3 - .git/flywheel/flywheel.db <<-'END' # an hour ago
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		db.execute("INSERT INTO meta VALUES('schedule.last', '1767225600')")
		db.commit()
	END
	git flywheel schedule status --json >status.json
	[ "$(field status.json scheduler)" = crontab ]
	[ "$(field status.json repository)" = "$REPO" ]
	python3 - status.json <<-'END'
		import json, sys
		status = json.load(open(sys.argv[1]))
		first, second, third = status["repositories"]
		assert first["last"] == "2026-01-01T00:00:00Z" and not first["due"]
		# From half an hour before noon: the first tick after that.
		minute = status["minute"]
		hour = 12 if minute < 30 else 11
		assert first["next"] == f"2026-01-01T{hour}:{minute:02}:00Z", first
		assert not second["exists"] and second["problem"] == "it is gone"
		assert third["exists"] and "sometimes" in third["problem"]
	END
	run git flywheel schedule status
	[ "$status" = 0 ]
	[[ $output == *"$REPO"*"every    12h"*"last     2026-01-01T00:00:00Z"*"it is gone"*"sometimes"* ]]
	FLYWHEEL_NOW=1767268800 git flywheel schedule status | grep -q '(due)'
	cd /
	run git flywheel schedule status
	[ "$status" = 0 ]
}

@test "status without a schedule says how to start one" {
	run git flywheel schedule status
	[ "$status" = 0 ]
	[[ $output == *"tick       none"*"not in the schedule: git flywheel schedule start"* ]]
}

@test "a linked worktree goes by its main one" {
	git worktree add -q ../linked
	cd ../linked
	git flywheel schedule start
	[ "$(repositories)" = "$REPO" ]
	cd ../repo
	git flywheel schedule stop
	run repositories
	[ "$output" = "" ]
}

@test "the tick names what is gone, and goes on" {
	another_repo second
	(cd ../second && git flywheel schedule start)
	git flywheel schedule start
	rm -rf ../second/.git
	git config flywheel.enabled false
	run git flywheel schedule run
	[ "$status" = 128 ]
	[[ $output == *"git-flywheel: $BATS_TEST_TMPDIR/second: "*"repository"* ]]
	[ "$(repositories | wc -l)" = 2 ]
}

@test "uninstall takes the repository out of the schedule, and says so" {
	git flywheel schedule start
	run git flywheel uninstall --yes
	[ "$status" = 0 ]
	[[ $output == *"schedule      taken out; no repository is left, so the tick is gone from crontab"* ]]
	[ ! -e "$TABLE" ]
	run repositories
	[ "$output" = "" ]
}
