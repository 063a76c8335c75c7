#!/usr/bin/env bats
# What history says of symbols, and hot spots.
load helper

# write_lib <first> <second>: two functions, with one changing part each.
write_lib() {
	printf 'int first(int n)\n{\n\tif (n)\n\t\treturn %s;\n\treturn 0;\n}\n\nint second(int n)\n{\n\treturn n + %s;\n}\n' "$1" "$2"
}

setup() {
	setup_repo
	git flywheel init >/dev/null 2>&1
	export FLYWHEEL_INTERNAL=1
	commit_file lib.c "$(write_lib 1 1)"
	commit_file lib.c "$(write_lib 2 1)"
	GIT_AUTHOR_NAME='Bob Builder' commit_file lib.c "// A line above.
$(write_lib 3 1)"
	mkdir src
	git mv lib.c src/lib.c
	git commit -q -m 'Move'
	commit_file src/lib.c "$(write_lib 4 2)"
}


@test "a symbol's changes are those of its lines, across a move" {
	run git flywheel graph symbol first --history
	[ "$status" -eq 0 ]
	[[ $output == *"changed 4 times, first 2026-01-01, last 2026-01-01; Ann Author 75 %, Bob Builder 25 %"* ]]
	run git flywheel graph symbol second --history
	[[ $output == *"changed 2 times,"*"; Ann Author 100 %"* ]]
	git flywheel graph symbol first --history --json |
		jq -e '.[0].changes == 4 and .[0].authors[1].author == "Bob Builder" and .[0].cut == false'
}

@test "history on both sides of a merge counts" {
	git switch -q -c side
	commit_file src/lib.c "$(write_lib 5 2)"
	git switch -q main
	commit_file src/lib.c "$(write_lib 4 3)"
	commit_file src/lib.c "$(write_lib 4 4)"
	git merge -q --no-edit side >/dev/null || {
		write_lib 5 4 >src/lib.c
		git commit -q -am 'Merge'
	}
	run git flywheel graph symbol first --history
	[[ $output == *"changed 5 times,"* ]]
	run git flywheel graph symbol second --history
	[[ $output == *"changed 4 times,"* ]]
}

@test "hot spots are complex and change often" {
	commit_file src/calm.c 'int calm(int n) { if (n) return 1; if (n > 2) return 2; return n ? 3 : 4; }'
	run git flywheel graph hotspots
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "src/lib.c  4 commits x complexity 3; Ann Author 75 %, Bob Builder 25 %" ]]
	[ "${lines[1]}" = "    4 changes x complexity 2  first:1" ]
	[ "${lines[2]}" = "    2 changes x complexity 1  second:8" ]
	[[ ${lines[3]} == "src/calm.c  1 commits x complexity 4;"* ]]
	run git flywheel graph hotspots src/calm.c
	[[ $output == "src/calm.c"* && $output != *lib.c* ]]
	git flywheel graph hotspots --limit 1 --json | jq -e 'length == 1 and .[0].symbols[0].changes == 4'
	run git flywheel graph hotspots --limit 0
	[ "$status" -eq 129 ]
}

@test "a shallow clone says what it knows" {
	git clone -q --depth 2 "file://$REPO" "$BATS_TEST_TMPDIR/shallow"
	cd "$BATS_TEST_TMPDIR/shallow"
	git flywheel init >/dev/null 2>&1
	run git flywheel graph hotspots
	[ "$status" -eq 0 ]
	[[ $output == *"src/lib.c  "* ]]
}
