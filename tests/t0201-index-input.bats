#!/usr/bin/env bats
# What cannot or should not be parsed is recorded with the reason; nothing fails.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(void) { return 0; }' 'Start'
	git flywheel init >/dev/null 2>&1
	export FLYWHEEL_INTERNAL=1
}

@test "binary, minified, generated, vendored, ignored and large files are skipped" {
	printf 'int b;\0' >binary.c
	printf '/* \351 */ int l;\n' >latin.c
	head -c 3000 /dev/zero | tr '\0' 'x' >minified.c
	mkdir deps private
	echo 'int d(void) { return 0; }' | tee deps/d.c private/p.c made.gen.c >/dev/null
	printf 'deps/** linguist-vendored\n*.gen.c linguist-generated=true\n' >.gitattributes
	printf '/private/\n' >.flywheelignore
	yes 'int a;' | head -c 200000 >large.c
	git add -A
	git commit -q -m 'Things'
	git config flywheel.maxFileBytes 100000
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "files    10: 2 parsed, 1 binary, 1 generated, 1 ignored, 1 minified, 2 no language, 1 too large, 1 vendored" ]]
	git config flywheel.maxFileBytes 1000000
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "files    10: 3 parsed, "* ]]
	git config flywheel.maxFileBytes 100000
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"1 too large"* ]]
}

@test "what many files say is found, though packs are let go of while they are read" {
	for number in $(seq 100); do
		echo "int f$number(void) { return a(); }" >"f$number.c"
	done
	git add -A
	git commit -q -m 'Many'
	git gc -q
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "files    101: 101 parsed" ]]
	rm -rf "$BATS_TEST_TMPDIR/many"
	mkdir "$BATS_TEST_TMPDIR/many"
	cp ./*.c "$BATS_TEST_TMPDIR/many"
	git flywheel graph dump >"$BATS_TEST_TMPDIR/packed"
	git flywheel graph dump --dir "$BATS_TEST_TMPDIR/many" | diff "$BATS_TEST_TMPDIR/packed" -
}

@test "a file of 100 MB is recorded, not read" {
	truncate -s 100M big.c
	git add big.c
	git commit -q -m 'Big'
	run git flywheel index
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "files    2: 1 parsed, 1 too large" ]]
}

@test "nesting of 10,000 levels ends" {
	{
		echo 'int f(void) {'
		yes 'if (x) {' | head -n 10000
		yes '}' | head -n 10001
		echo 'int g(void) { return a(); }'
	} >deep.c
	{
		printf 'x = '
		yes '(' | head -n 10000
		yes ')' | head -n 10000
		echo 'def g(): return 1'
	} >deep.py
	git add -A
	git commit -q -m 'Deep'
	run timeout 30 git flywheel index --verify
	[ "$status" -eq 0 ]
	run git flywheel graph symbol deep.c:f
	[[ $output == *"nesting 10000"* ]]
	run git flywheel graph callers a
	[[ $output == *"g  deep.c:20003"* ]]
}

@test "odd names of files are printed harmlessly" {
	name=$(printf 'e\033[31m\nx.c')
	printf 'int odd(void) { return a(); }\n' >"$name"
	git add -A
	git commit -q -m 'Odd'
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	run git flywheel graph symbol odd
	[ "$status" -eq 0 ]
	[[ $output != *$'\033'* ]]
	[ "$(git notes --ref=flywheel/graph show HEAD | wc -l)" -eq 2 ]
}

@test "no commit, no set-up and no repository are said" {
	git init -q ../fresh
	cd ../fresh
	run git flywheel index
	[ "$status" -eq 128 ]
	[[ $output == *"git flywheel init"* ]]
	git flywheel init >/dev/null 2>&1
	run git flywheel index
	[ "$status" -eq 128 ]
	[[ $output == *"no commit yet"* ]]
	mkdir ../nowhere
	cd ../nowhere
	GIT_CEILING_DIRECTORIES=$(dirname "$PWD") run git flywheel index
	[ "$status" -eq 128 ]
	[[ $output == *"not in a git repository"* ]]
}

@test "a shallow clone is indexed, and a commit without its parent gets no note" {
	commit_file a.c 'int a(void) { return 1; }'
	commit_file a.c 'int a(void) { return 2; }'
	git clone -q --depth 1 "file://$PWD" ../shallow
	cd ../shallow
	git flywheel init >/dev/null 2>&1
	echo 'int b(void) { return 2; }' >b.c
	git add b.c
	git commit -q --amend -m 'Amended at the edge'
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	commit_file c.c 'int c(void) { return 2; }'
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ $(git notes --ref=flywheel/graph show HEAD) == "+ function c.c:c "* ]]
}

@test "an empty tree is an index of nothing" {
	git rm -q a.c
	git commit -q -m 'Empty'
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "files    0: 0 parsed" ]]
}

@test "a missing identity leaves the index current and says so" {
	commit_file b.c 'int b(void) { return a(); }'
	run env -u GIT_COMMITTER_NAME -u GIT_COMMITTER_EMAIL git -c user.useConfigOnly=true flywheel index
	[ "$status" -eq 0 ]
	[[ $output == *"warning: graph notes are not written"* ]]
	run git flywheel index --verify
	[ "$status" -eq 0 ]
	[[ $output != *warning* ]]
	git notes --ref=flywheel/graph show HEAD
}

@test "a damaged sidecar is set aside and rebuilt" {
	git flywheel index --quiet
	head -c 8192 /dev/urandom >.git/flywheel/flywheel.db
	rm -f .git/flywheel/flywheel.db-*
	run git flywheel index
	[ "$status" -eq 128 ]
	[[ $output == *"git flywheel rebuild"* ]]
	run git flywheel rebuild
	[ "$status" -eq 0 ]
	run git flywheel index --verify
	[ "$status" -eq 0 ]
}

@test "modules that hand on each other's names are asked for a name once" {
	local number
	mkdir -p src web
	for number in $(seq 24); do
		echo "mod m$number;"
		echo "pub use m$number::*;"
	done >src/lib.rs
	for number in $(seq 24); do
		{
			echo 'use crate::*;'
			echo "pub fn f$number() { let range = Absent::new(); f$((number % 24 + 1))(); }"
		} >"src/m$number.rs"
		{
			for other in $(seq 24); do echo "export * from './n$other';"; done
			echo "export function g$number() { absent.call(); return g$((number % 24 + 1))(); }"
		} >"web/n$number.js"
		{
			for other in $(seq 24); do echo "from .p$other import *"; done
			printf 'def h%s():\n    absent.call()\n    h%s()\n' "$number" $((number % 24 + 1))
		} >"web/p$number.py"
	done
	git add -A
	git commit -q -m 'Modules'
	run timeout -s KILL 60 git flywheel index
	[ "$status" -eq 0 ]
	run git flywheel graph callees f7
	[[ $output == *f8* ]]
	run git flywheel graph callees g7
	[[ $output == *g8* ]]
	run git flywheel graph callees h7
	[[ $output == *h8* ]]
}
