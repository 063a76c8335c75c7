#!/usr/bin/env bats
# The index after every kind of change of HEAD is what a clean one would be.
load helper

setup() {
	setup_repo
	commit_file a.c 'int a(void) { return 0; }' 'Start'
	git flywheel init >/dev/null 2>&1
	export FLYWHEEL_INTERNAL=1 # the hooks stay quiet: these tests index by themselves
}

holds() {
	run git flywheel index --verify
	[ "$status" -eq 0 ] || { echo "$output" && return 1; }
	[[ $output == *"a clean index of this commit is the same"* ]]
}

digest() {
	git flywheel index --json | sed -n 's/.*"digest": "\(.*\)".*/\1/p'
}

@test "index counts files, symbols and edges" {
	commit_file b.c '#include "a.h"
int b(void) { return a() + puts("x"); }'
	commit_file README 'words'
	run git flywheel index
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "files    3: 2 parsed, 1 no language" ]]
	[[ ${lines[1]} == "symbols  2" ]]
	[[ ${lines[2]} == "calls    0 resolved, 1 likely, 0 ambiguous, 1 external" ]]
	[[ ${lines[3]} == "imports  0 resolved, 0 likely, 0 ambiguous, 1 external" ]]
	run git flywheel index --quiet
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "the index holds after commit, amend, rename, delete, merge, rebase and switch" {
	commit_file b.c 'int b(void) { return a(); }'
	holds
	commit_file b.c 'int b(void) { return a() ? 1 : 2; }'
	git commit -q --amend -m 'Amended'
	holds
	git mv a.c moved.c
	git commit -q -m 'Move'
	holds
	git switch -q -c side HEAD~1
	commit_file c.c 'int c(void) { return b(); }'
	commit_file a.c 'int a(void) { return 7; }'
	holds
	git switch -q main
	holds
	git merge -q --no-edit side
	holds
	git rm -q b.c
	git commit -q -m 'Remove'
	holds
	git switch -q side
	git rebase -q main 2>/dev/null || git rebase --abort
	holds
	git checkout -q --detach HEAD~2
	holds
}

@test "the same commit gives the same digest, whatever came before" {
	commit_file b.c 'int b(void) { return a(); }'
	before=$(digest)
	commit_file b.c 'int b(void) { return 1; }'
	commit_file x.py 'def f(): pass'
	[ "$(digest)" != "$before" ]
	git checkout -q --detach HEAD~2
	[ "$(digest)" = "$before" ]
	git flywheel rebuild
	[ "$(digest)" = "$before" ]
}

# write_random <path>: a file whose names, calls and imports collide with those of the others.
write_random() {
	mkdir -p "${1%/*}"
	case $1 in
	*.c) printf '#include "f%d.h"\nstatic int s%d(int a) { return a && g%d(a); }\nint g%d(int a)\n{\n\treturn s%d(a) + h%d();\n}\n' \
		$((RANDOM % 4)) $((RANDOM % 2)) $((RANDOM % 4)) $((RANDOM % 4)) $((RANDOM % 2)) $((RANDOM % 4)) ;;
	*.h) printf 'int g%d(int a);\nstatic inline int h%d(void) { return 0; }\n' $((RANDOM % 4)) $((RANDOM % 4)) ;;
	*.py) printf 'from .f%d import *\n\n\nclass C%d(C%d):\n    def m%d(self):\n        return self.m%d() + C%d().m%d()\n' \
		$((RANDOM % 4)) $((RANDOM % 3)) $((RANDOM % 3)) $((RANDOM % 3)) $((RANDOM % 3)) $((RANDOM % 3)) $((RANDOM % 3)) ;;
	esac >"$1"
}

random_path() {
	local ends=(c c h py)
	path="$((RANDOM % 3))/f$((RANDOM % 4)).${ends[RANDOM % 4]}"
}

# some_file: one of the tracked files, in `path`.
some_file() {
	local all
	mapfile -t all < <(git ls-files)
	path=${all[RANDOM % ${#all[@]}]}
}

random_step() { # random_step <number>
	case $((RANDOM % 10)) in
	0) some_file && git rm -q -- "$path" ;;
	1) some_file && git mv -k -- "$path" "2/f$((RANDOM % 4)).${path##*.}" ;;
	2) git commit -q --amend -m "Amended $1" ;;
	3) git switch -q -c "b$1" HEAD~1 ;;
	4) git merge -q -X ours --no-edit main >/dev/null 2>&1 || git reset -q --hard ;;
	5) git switch -q main ;;
	*)
		random_path && write_random "$path"
		random_path && write_random "$path"
		git add -A
		;;
	esac
	git diff --cached --quiet || git commit -q -m "Step $1"
}

# The seed is fixed: a failure can be repeated.
@test "the index holds along a random history" {
	RANDOM=4711
	for i in $(seq 12); do
		random_path && write_random "$path"
	done
	git add -A
	git commit -q -m 'Many'
	for step in $(seq 40); do
		tick
		random_step "$step" || true
		git flywheel index --quiet
		[ $((step % 2)) -ne 0 ] || holds
	done
	[ "$(git ls-files | wc -l)" -gt 8 ]
	[ "$(git rev-list --all --count)" -gt 20 ]
}

@test "verify says what differs" {
	git flywheel index --quiet
	commit_file b.c "int b(void) { return a() + a(); }"
	git flywheel index --quiet
	sqlite3 .git/flywheel/flywheel.db "UPDATE blob_fact SET facts = (SELECT f.facts FROM blob_fact f
		JOIN graph_file g ON g.blob = f.blob WHERE g.path = 'b.c')" ||
		skip "the sqlite3 program is not here"
	run git flywheel index --verify --quiet
	[ "$status" -eq 1 ]
	[[ $output == *"only in the index: symbol a.c:1 b"* ]]
	[[ $output == *"missing in the index: symbol a.c:1 a"* ]]
	git flywheel rebuild
	holds
	sqlite3 .git/flywheel/flywheel.db "DELETE FROM graph_edge"
	run git flywheel index --verify --quiet
	[ "$status" -eq 1 ]
	[[ $output == *"missing in the index: edge b.c:1 calls a"* ]]
	git flywheel rebuild
	holds
}

@test "two processes index at once" {
	for i in 1 2 3 4 5 6; do
		commit_file "f$i.c" "int f$i(void) { return a(); }"
	done
	git flywheel index --quiet &
	first=$!
	git flywheel index --quiet
	wait $first
	holds
	[ "$(git notes --ref=flywheel/graph list | wc -l)" -eq 6 ]
}

@test "a killed rebuild leaves an index that holds" {
	for i in $(seq 30); do
		printf 'int f%d(void) { return a(); }\n' "$i" >"f$i.c"
	done
	git add -A
	git commit -q -m 'Many'
	git flywheel index --quiet
	for delay in 0.005 0.01 0.02 0.04; do
		timeout -s KILL $delay git-flywheel rebuild >/dev/null 2>&1 || true
		holds
	done
}

@test "history from before the first index is noted on demand, as if the index had been there" {
	git rm -q -r . && git commit -q -m 'From here on'
	from=$(git rev-parse HEAD)
	for i in 1 2 3 4; do
		printf 'int f%d(void)\n{\n\treturn %d;\n}\n' "$i" "$i" >"h$((i % 2)).c"
		git add -A && git commit -q -m "Change $i"
	done
	to=$(git rev-parse HEAD)
	git flywheel index --quiet
	git notes --ref=flywheel/graph list >"$BATS_TEST_TMPDIR/live" || :
	for commit in $(git rev-list "$from..$to"); do
		git notes --ref=flywheel/graph show "$commit"
	done >"$BATS_TEST_TMPDIR/wanted"
	[ -s "$BATS_TEST_TMPDIR/wanted" ]
	git update-ref -d refs/notes/flywheel/graph

	run git flywheel index --history "$from..$to~2" --json
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.historyCommits, .historyNotes]' <<<"$output")" = '[2,2]' ]
	run git flywheel index --history "$from..$to"
	[ "$status" -eq 0 ]
	[[ $output == *'4 commits, 2 notes written'* ]]
	for commit in $(git rev-list "$from..$to"); do
		git notes --ref=flywheel/graph show "$commit"
	done | diff "$BATS_TEST_TMPDIR/wanted" -
	run git flywheel index --history "$from..$to"
	[[ $output == *'4 commits, 0 notes written'* ]]
	git notes --ref=flywheel/graph add -f -m 'wrong' "$to"
	run git flywheel index --history --force "$to~1..$to"
	[[ $output == *'1 commits, 1 notes written'* ]]
	run git flywheel index --history no-such-commit
	[ "$status" -eq 128 ]
	run git flywheel index --force
	[ "$status" -eq 129 ]
}
