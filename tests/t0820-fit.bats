#!/usr/bin/env bats
# Lines that this house would not have written so.

load helper

setup() {
	setup_repo
	mkdir src
	cp "$FLYWHEEL_ROOT"/src/util/*.[ch] src
	git add . && tick && git commit -qm "Add the house"
	git flywheel init >/dev/null
}

odd() { # a line of somebody else among some of the house
	printf '/* The file that the caller wants. */\n#include "util/buf.h"\n\nint mine(const char *path, struct buf *out)\n{\n\tint rc = file_read(path, 10, out);\n\n\tif (rc == SHAZAM::None) throw std::bad_alloc {};\n\treturn rc;\n}\n' \
		>src/mine.c
	git add src/mine.c
}

@test "staged: the odd line is named, with what the house would write and where" {
	odd
	run git flywheel fit --staged
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "src/mine.c:8  costs more than 99 % of "* ]]
	[[ ${lines[2]} == "  ~ if ("*"rc"*"   as src/"*":"* ]]
	[[ ${lines[-1]} == "1 of 6 lines are unlike this house"* ]]
	as=${lines[2]##* as }
	[ "$(wc -l <"${as%:*}")" -ge "${as##*:}" ]
}

@test "a commit, a range, and HEAD without a word say the same" {
	odd && tick && git commit -qm "Add mine"
	git flywheel fit --json >a
	git flywheel fit --json HEAD >b
	git flywheel fit --json HEAD~1..HEAD >c
	cmp a b && cmp b c
	[ "$(wc -l <a)" -eq 6 ]
	[ "$(jq -s 'max_by(.house).line' a)" = 8 ]
	[ "$(jq -r 'select(.odd) | .line' a)" = 8 ]
	[ "$(jq -r 'select(.line == 9) | .commit' a)" = "$(git rev-parse HEAD)" ]
}

@test "a range is read commit by commit, each against the code before it" {
	odd && tick && git commit -qm "Add mine"
	sed s/mine/mine_too/ src/mine.c >src/more.c
	git add . && tick && git commit -qm "Add more"
	git flywheel fit --json HEAD~2.. >both
	# What was odd in the first is known in the second.
	[ "$(jq -s 'map(select(.line == 8)) | (.[0].house > 3 * .[1].house)' both)" = true ]
	git flywheel fit --json HEAD >alone
	tail -6 both | cmp - alone
}

@test "a range says what its commits say one by one, and shows how far it is" {
	odd && tick && git commit -qm "Add mine"
	sed -i '3i int between(void);' src/mine.c
	sed -i 's/, 10, out/, 20, out/' src/mine.c
	git commit -qam "Change two lines" && tick
	git mv src/mine.c src/moved.c && git commit -qm "Move it" && tick
	git rm -q src/buf.c && sed 's/rc/code/' src/moved.c >src/mine.c && git add . && git commit -qm "Both ways"
	for commit in $(git rev-list --reverse HEAD~4..); do
		git flywheel fit --json "$commit"
	done >each
	git flywheel fit --json HEAD~4.. | cmp - each
	[ "$(jq -r .commit each | uniq | wc -l)" -eq 4 ]
	script -qec "git flywheel fit --json HEAD~4.. >out" /dev/null | grep -q "reading commits.*4/4"
	cmp out each
}

@test "a file's own version at HEAD is not held for it" {
	odd && tick && git commit -qm "Add mine"
	[ "$(git flywheel fit --json src/mine.c | jq -s 'max_by(.house).line')" = 8 ]
	(cd src && git flywheel fit --json mine.c) | cmp - <(git flywheel fit --json src/mine.c)
}

@test "SARIF has a note with its place and the house's" {
	odd
	git flywheel fit --staged --sarif >report
	[ "$(jq -r .version report)" = 2.1.0 ]
	[ "$(jq '.runs[0].results | length' report)" = 1 ]
	[ "$(jq -r '.runs[0].results[0] | [.level, .ruleId] | join(" ")' report)" = "note unlike-this-house" ]
	place='.runs[0].results[0].locations[0].physicalLocation'
	[ "$(jq -r "$place.artifactLocation.uri" report)" = src/mine.c ]
	[ "$(jq -r "$place.region.startLine" report)" = 8 ]
	[[ $(jq -r '.runs[0].results[0].relatedLocations[0].physicalLocation.artifactLocation.uri' report) == src/* ]]
}

@test "the one-liner for a hook never stops a commit" {
	echo 'git flywheel fit --staged || true' >>.git/hooks/pre-commit
	chmod +x .git/hooks/pre-commit
	odd && tick
	run git commit -m "Add mine"
	[ "$status" -eq 0 ]
	[[ $output == *"src/mine.c:8"* ]]
}

@test "the first commit, no code, and bad words" {
	run git flywheel fit "$(git rev-list --max-parents=0 HEAD)"
	[ "$status" -eq 0 ]
	[[ $output == *" lines are unlike this house"* ]]
	commit_file notes.txt "no code"
	run git flywheel fit
	[ "$status" -eq 0 ]
	[ "$output" = "no new line of code that says anything" ]
	run git flywheel fit nothing-such
	[ "$status" -eq 128 ]
	run git flywheel fit --json --sarif
	[ "$status" -eq 129 ]
	run git flywheel fit --staged HEAD
	[ "$status" -eq 129 ]
}
