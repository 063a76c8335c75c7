#!/usr/bin/env bats
# Questions to the graph: by name, qualified name, path and line; near names; graph notes.
load helper

setup() {
	setup_repo
	commit_file lib.c '/* Adds one. */
int more(int n)
{
	return n ? n + 1 : 1;
}' 'Start'
	commit_file main.c 'int twice(int n) { return more(more(n)); }
int main(void) { return twice(1); }'
	commit_file shape.py 'class Shape:
    """A shape."""

    def area(self):
        return self.width()

    def width(self):
        return 1'
	git flywheel init >/dev/null 2>&1
	git flywheel index --quiet
	export FLYWHEEL_INTERNAL=1
}

note() {
	git flywheel index --quiet
	git notes --ref=flywheel/graph show HEAD
}

@test "a symbol says where it is and what it costs" {
	run git flywheel graph symbol more
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "function more  lib.c:2-5" ]
	[ "${lines[1]}" = "    int more(int n)" ]
	[ "${lines[2]}" = "    Adds one." ]
	[ "${lines[3]}" = "    cyclomatic 2, cognitive 1, nesting 1, parameters 1" ]
	[ "${lines[4]}" = "    called from 2 places, calls 0" ]
}

@test "a symbol is found by qualified name, by path and by line" {
	for words in Shape.area shape.py:area shape.py:5 Shape::area Shape#area shape.py:Shape.area; do
		run git flywheel graph symbol "$words"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = "method Shape.area  shape.py:4-5" ]
	done
	run git flywheel graph symbol Square.area
	[ "$status" -eq 1 ]
}

@test "a symbol of a namespace is found by any end of its name" {
	commit_file Net/Mail.php '<?php
namespace Net;
class Mail {
	public function send(): void {}
}
class Letter {
	public function send(): void {}
}'
	for words in 'Net\Mail\send' '\Net\Mail\send' 'Mail\send' Mail::send 'Net/Mail.php:Mail::send'; do
		run git flywheel graph symbol "$words"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = 'method Net\Mail\send  Net/Mail.php:4-4' ]
	done
	run git flywheel why Mail::send
	[ "${lines[0]}" = 'Net/Mail.php:4 defines Net\Mail\send' ]
}

@test "callers and callees go as deep as asked" {
	run git flywheel graph callers more
	[ "${lines[5]}" = "    likely    twice  main.c:1" ]
	[ "${#lines[@]}" -eq 7 ]
	run git flywheel graph callers more --depth 2
	[ "${lines[6]}" = "        resolved  main  main.c:2" ]
	run git flywheel graph callees Shape.area
	[[ $output == *"resolved  Shape.width  shape.py:5"* ]]
}

@test "JSON holds the same" {
	git flywheel graph callers more --json >out.json
	python3 -c "
import json
(symbol,) = json.load(open('out.json'))
assert symbol['qualified'] == 'more' and symbol['fanIn'] == 2, symbol
assert [c['confidence'] for c in symbol['calls']] == ['likely', 'likely'], symbol"
}

@test "an unknown name ends with 1 and near names" {
	run git flywheel graph symbol twise
	[ "$status" -eq 1 ]
	[[ $output == *"no symbol 'twise' at HEAD; near: twice"* ]]
	run git flywheel graph callers zzzzzzzz
	[ "$status" -eq 1 ]
}

@test "bad words are usage errors" {
	run git flywheel graph
	[ "$status" -eq 129 ]
	run git flywheel graph friends more
	[ "$status" -eq 129 ]
	run git flywheel graph callers more --depth 0
	[ "$status" -eq 129 ]
}

@test "history from before the first index is not noted" {
	run git notes --ref=flywheel/graph list
	[ -z "$output" ]
}

@test "a branch from before the first index is not noted, and no branch twice" {
	git switch -q -c old HEAD~1
	commit_file old.c 'int old(void) { return 1; }'
	git switch -q main
	git flywheel uninstall >/dev/null 2>&1
	rm -rf .git/flywheel
	git update-ref -d refs/notes/flywheel/graph
	git flywheel init >/dev/null 2>&1
	git flywheel index --quiet
	git switch -q old
	git flywheel index --quiet
	run git notes --ref=flywheel/graph list
	[ -z "$output" ]
	commit_file new.c 'int new(void) { return 1; }'
	for branch in old main old main; do
		git switch -q $branch
		git flywheel index --quiet
	done
	[ "$(git notes --ref=flywheel/graph list | wc -l)" -eq 1 ]
	[ "$(git rev-list --count refs/notes/flywheel/graph)" -eq 1 ]
}

@test "a note says what was added, changed, moved and removed" {
	commit_file main.c 'int twice(int n) { if (n) return more(more(n)); return 0; }
int fresh(void) { return 2; }'
	run note
	[ "$output" = '+ function main.c:fresh cyclomatic 1 cognitive 0
- call main.c:main -> twice
- function main.c:main cyclomatic 1 cognitive 0
~ function main.c:twice cyclomatic 1 -> 2 cognitive 0 -> 1' ]
	git mv lib.c core.c
	git commit -q -m 'Rename'
	run note
	[ "$output" = '> file lib.c -> core.c' ]
	printf 'int twice(int n) { if (n) return more(more(n)); return 0; }\n' >main.c
	printf '#include "core.h"\nint fresh(void) { return 2; }\n' >fresh.c
	git add -A
	git commit -q -m 'Split'
	run note
	[ "$output" = '+ import fresh.c -> core.h
> function main.c:fresh -> fresh.c:fresh' ]
	commit_file README 'Only words'
	git flywheel index --quiet
	run git notes --ref=flywheel/graph show HEAD
	[ "$status" -ne 0 ]
}

@test "a method that changes does not change its class" {
	sed -i 's/return 1/return 2/' shape.py
	git commit -q -am 'Wider'
	run note
	[ "$output" = '~ method shape.py:Shape.width cyclomatic 1 -> 1 cognitive 0 -> 0' ]
}

@test "a merge notes only what it changed itself; an amended commit is noted anew" {
	git switch -q -c side
	commit_file side.c 'int side(void) { return 1; }'
	git switch -q main
	commit_file main2.c 'int main2(void) { return 1; }'
	git merge -q --no-edit side
	git flywheel index --quiet
	[ "$(git notes --ref=flywheel/graph list | wc -l)" -eq 2 ]
	run git notes --ref=flywheel/graph show HEAD
	[ "$status" -ne 0 ]
	printf 'int evil(void) { return 1; }\n' >evil.c
	git add evil.c
	git commit -q --amend --no-edit
	run note
	[ "$output" = '+ function evil.c:evil cyclomatic 1 cognitive 0' ]
}

@test "one pass writes one commit of notes for many commits" {
	for i in 1 2 3 4 5; do
		commit_file "f$i.c" "int f$i(void) { return 0; }"
	done
	git flywheel index --quiet
	[ "$(git rev-list --count refs/notes/flywheel/graph)" -eq 1 ]
	[ "$(git notes --ref=flywheel/graph list | wc -l)" -eq 5 ]
	git flywheel index --quiet
	[ "$(git rev-list --count refs/notes/flywheel/graph)" -eq 1 ]
}

@test "a dump of HEAD, a tree and a plain folder is the same, and leaves nothing behind" {
	git init -q "$BATS_TEST_TMPDIR/plain"
	cd "$BATS_TEST_TMPDIR/plain"
	mkdir -p lib/deep
	printf 'int f(void) { return g(); }\n' >lib/deep/f.c
	printf 'int g(void) { return 1; }\n' >g.c
	ln -s g.c link.c
	git add -A && git commit -q -m 'Start'
	git flywheel graph dump >"$BATS_TEST_TMPDIR/head"
	git flywheel graph dump --tree 'HEAD^{tree}' | diff "$BATS_TEST_TMPDIR/head" -
	rm -rf "$BATS_TEST_TMPDIR/folder" && cp -a . "$BATS_TEST_TMPDIR/folder"
	[ ! -e .git/flywheel ]
	cd /
	git flywheel graph dump --dir "$BATS_TEST_TMPDIR/folder" | diff "$BATS_TEST_TMPDIR/head" -
	grep -q '^call likely lib/deep/f.c:1 f -> g.c:1 g$' "$BATS_TEST_TMPDIR/head"
	git flywheel graph dump --dir "$BATS_TEST_TMPDIR/folder" --json |
		jq -e '[.files, .definitions, .edges] | map(length) == [2, 2, 1]'
	run git flywheel graph dump --dir /nowhere
	[ "$status" -eq 128 ]
	run git flywheel graph dump --tree HEAD --dir .
	[ "$status" -eq 129 ]
	run git flywheel graph dump
	[ "$status" -eq 128 ]
}
