#!/usr/bin/env bats
# git flywheel why: path, line, symbol, commit, words, and nothing at all.

load helper

setup() {
	setup_repo
	git config flywheel.miner.confidence 0.1 # what is asked for here is not how sure we are
	mkdir -p src
	cat >src/list.c <<'EOT'
#include <stdlib.h>

/* The head is kept apart from the nodes because an empty list must not allocate anything. */
int *list_new(void)
{
	return NULL;
}

int list_length(int *list)
{
	return list != NULL;
}
EOT
	git add .
	tick
	git commit -q -m "Keep lists in arrays

We keep the items of \`list_new\` in an array instead of linked nodes, because
walking nodes misses the cache at every step."
	commit_file src/other.c "int other(void) { return 1; }" "Add a stranger"
	git flywheel init >/dev/null
}

@test "why <path> tells what its commits and comments say" {
	run git flywheel why src/list.c
	[ "$status" -eq 0 ]
	[[ "$output" == *"We keep the items of"* ]]
	[[ "$output" == *"because    walking nodes misses the cache at every step"* ]]
	[[ "$output" == *"instead of linked nodes"* ]]
	[[ "$output" == *"an empty list must not allocate anything"* ]]
	[[ "$output" == *"comment src/list.c:3"* ]]
}

@test "why works from a folder below the top" {
	cd src
	run git flywheel why list.c
	[ "$status" -eq 0 ]
	[[ "$output" == "src/list.c"* ]]
	run git flywheel why ../src/list.c:4
	[ "$status" -eq 0 ]
}

@test "why <path>:<line> names the symbol and the commit of the line" {
	run git flywheel why src/list.c:6
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "src/list.c:6 in list_new" ]]
	[[ "${lines[1]}" == "the line came with $(git rev-parse --short=12 HEAD~) 2026-01-01 Keep lists in arrays" ]]
	[[ "$output" == *"of the line"* ]]
}

@test "why <path>:<line>-<line> answers for all of them" {
	sed -i 's/return list != NULL/return !!list/' src/list.c
	tick
	git commit -qam "Count

We use a double negation instead of a comparison, because the reader knows it by heart."
	run git flywheel why src/list.c:5-11
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "src/list.c:5-11 in list_new" ]]
	[[ "${lines[1]}" == "the newest of them came with $(git rev-parse --short=12 HEAD)"* ]]
	[[ "$output" == *"We use a double negation"*"of the line"*"We keep the items"*"of the line"* ]]
	run git flywheel why --json src/list.c:5-11
	[[ "$output" == *'"last": 11'* ]]
	run git flywheel why src/list.c:11-5
	[ "$status" -eq 129 ]
	[ "${#lines[@]}" -eq 1 ]
	run git flywheel why src/list.c:5-5000
	[ "$status" -eq 128 ]
}

@test "a line's commit is what git blame says, through moves, merges and edits" {
	git checkout -q -b side HEAD~
	sed -i 's/return NULL/return calloc(1, 1)/' src/list.c
	tick
	git commit -qam "Allocate"
	git checkout -q main
	printf '/* A last word. */\n' >>src/list.c
	tick
	git commit -qam "Say a last word"
	git merge -q --no-edit side
	git mv src/list.c src/array.c
	sed -i 's/int list_length/size_t list_length/' src/array.c
	tick
	git commit -qam "Move it"
	sed -i '1i /* not committed */' src/array.c
	git flywheel worker --wait
	for line in $(seq "$(wc -l <src/array.c)"); do
		want=$(git blame --porcelain -L "$line,$line" src/array.c | sed -n '1s/ .*//p')
		git flywheel why --json "src/array.c:$line" >answer || [ $? -eq 1 ]
		if [ -z "${want//0/}" ]; then
			grep -q '"uncommitted": true' answer
		else
			grep -q "\"id\": \"$want\"" answer
		fi
	done
	# Rewritten: the old commit must not be named any more.
	git commit -qam "Not any more"
	git flywheel worker --wait
	tick
	git commit -q --amend -m "In other words"
	run git flywheel why src/array.c:1
	[[ "$output" == *"$(git rev-parse --short=12 HEAD)"* ]]
}

@test "a file that was moved answers for its former name" {
	mkdir lib
	git mv src/list.c lib/array.c
	tick
	git commit -q -m "Move it"
	git flywheel worker --wait
	run git flywheel why lib/array.c
	[ "$status" -eq 0 ]
	[[ "$output" == *"We keep the items of"*"of the file"* ]]
}

@test "a line without any decision still has its commit" {
	run git flywheel why other.c:1
	[ "$status" -eq 1 ]
	run git flywheel why --json -n 1 src/other.c:1
	[ "$status" -eq 0 ]
	[[ "$output" == *'"subject": "Add a stranger"'* ]]
	printf 'x\n' >new.txt
	git add new.txt
	tick
	git commit -q -m "Add a text"
	run git flywheel why new.txt:1
	[ "$status" -eq 0 ]
	[[ "$output" == *"the line came with"*"Add a text"*"no decision mined"* ]]
}

@test "an uncommitted line is said to be one" {
	printf '\nint more;\n' >>src/other.c
	run git flywheel why src/other.c:3
	[[ "$output" == *"not committed yet"* ]]
}

@test "a line past the end is an error in one line" {
	run git flywheel why src/other.c:99
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "why <symbol> finds what names it and what stands inside" {
	run git flywheel why list_new
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "src/list.c:4 defines list_new" ]]
	[[ "$output" == *"of the symbol"* ]]
	run git flywheel why "list_new()"
	[ "$status" -eq 0 ]
}

@test "why <commit> tells its decisions" {
	run git flywheel why HEAD~1
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "$(git rev-parse --short=12 HEAD~) 2026-01-01 Keep lists in arrays" ]]
	[[ "$output" == *"of the commit"* ]]
	run git flywheel why HEAD
	[ "$status" -eq 1 ]
	[[ "$output" == *"no decision mined"* ]]
}

@test "why <words> searches, and finding nothing is a plain no" {
	run git flywheel why linked nodes
	[ "$status" -eq 0 ]
	[[ "$output" == *"We keep the items of"* ]]
	run git flywheel why "flying elephants"
	[ "$status" -eq 1 ]
	[ "$output" = "no decision mined: no path, symbol or commit is called 'flying elephants', and no decision has such words" ]
}

@test "words are words, not search syntax" {
	run git flywheel why '"array" AND ( NEAR * ^'
	[ "$status" -le 1 ]
	run git flywheel why '%%% --- ()'
	[ "$status" -eq 1 ]
}

@test "the same words on several commits answer for the files of each" {
	for name in one two; do
		commit_file "lib$name/$name.c" "int $name(void) { return 1; }" \
			"Use \`ring_push\` here because the allocator is slow"
	done
	for question in libone/one.c libtwo/two.c libone libtwo ring_push; do
		run git flywheel why "$question"
		[ "$status" -eq 0 ]
		[ "$(grep -c 'because    the allocator is slow' <<<"$output")" = 1 ]
	done
	# The commit that is named is the one that made the file.
	git flywheel why libtwo/two.c | grep -q "from       commit $(git rev-parse --short=12 HEAD)"
	git flywheel why libone/one.c | grep -q "from       commit $(git rev-parse --short=12 HEAD~)"
}

@test "the same comment twice in a file answers for both lines" {
	comment='/* The tail is kept apart from the nodes because a reader must never see half of it. */'
	commit_file src/twice.c "$comment
int first(void) { return 1; }

int between(void) { return 1; }

int more(void) { return 1; }

$comment
int second(void) { return 1; }"
	for line in 2 9; do
		run git flywheel why "src/twice.c:$line"
		[ "$status" -eq 0 ]
		[[ $output == *"must never see half"*"of the line"* ]]
	done
}

@test "why --json is JSON" {
	git flywheel why --json src/list.c >out.json
	python3 - <<'EOT'
import json
answer = json.load(open("out.json"))
assert answer["kind"] == "file" and answer["path"] == "src/list.c"
ours = [d for d in answer["decisions"] if d["source"] == "commit"]
assert ours[0]["instead_of"] == "linked nodes", ours
assert ours[0]["symbols"] == ["list_new"], ours
assert len(ours[0]["id"]) == 12 and ours[0]["files"] == ["src/list.c"]
EOT
}

@test "why without a question is a usage error" {
	run git flywheel why
	[ "$status" -eq 129 ]
	run git flywheel why -n 0 src
	[ "$status" -eq 129 ]
}

@test "escapes in foreign text reach no terminal" {
	commit_file a.txt a "Clear the screen

We clear the screen $(printf '\033[2J') at start because otherwise old text stays on it."
	run git flywheel why a.txt
	[ "$status" -eq 0 ]
	[[ "$output" == *'\x1b[2J'* ]]
	[[ "$output" != *$'\033'* ]]
}

@test "what a symbol uses answers after the symbol and before its file" {
	commit_file src/ring.c "int ring_grow(void) { return 1; }" "Grow the ring by doubling

We use \`ring_grow\` to double the ring because adding one slot copies it every time."
	commit_file src/user.c "int ring_grow(void);
int fill(void) { return ring_grow(); }" "Fill"
	run git flywheel why fill
	[ "$status" -eq 0 ]
	[[ $output == *"adding one slot copies it every time"*"of the neighbour"* ]]
}

@test "the words of the statement weigh more, and a beginning of a word is enough" {
	commit_file one.txt 1 "Ask first

We use the compositor to ask for a frame because the window may be hidden by then."
	commit_file two.txt 2 "Draw twice

We use a second frame for the window because the compositor drops its first one."
	run git flywheel why compositor
	[ "$status" -eq 0 ]
	[[ $output == *"We use the compositor"*"We use a second frame"* ]]
	run git flywheel why compos
	[ "$status" -eq 0 ]
	[[ $output == *"We use the compositor"* ]]
}
