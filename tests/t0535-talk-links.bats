# From talk to code: which turn led to which lines, symbols and commits.
load helper

setup() {
	setup_repo
	commit_file src/a.c 'int first(void) { return 1; }'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	SLUG=$(printf %s "$REPO" | tr -c 'A-Za-z0-9' -)
	TALK="$HOME/.claude/projects/$SLUG"
	mkdir -p "$TALK"
}

# now: the time of the next record, behind the last commit.
now() {
	date -u -d "@$((test_clock + 10))" +%Y-%m-%dT%H:%M:%SZ
}

# say <session> <uuid> <role> <content JSON>: one record; the tests' clock does not move.
say() {
	printf '{"type":"%s","uuid":"%s","sessionId":"%s","cwd":"%s","gitBranch":"main","timestamp":"%s","message":{"role":"%s","model":"model-x","content":%s}}\n' \
		"$3" "$2" "$1" "$REPO" "$(now)" "$3" "$4" >>"$TALK/$1.jsonl"
}

# edit <session> <uuid> <path> <old> <new>: an edit by the assistant, in JSON's words.
edit() {
	say "$1" "$2" assistant '[{"type":"tool_use","id":"t'"$2"'","name":"Edit","input":{"file_path":"'"$REPO/$3"'","old_string":"'"$4"'","new_string":"'"$5"'"}}]'
}

write() {
	say "$1" "$2" assistant '[{"type":"tool_use","id":"t'"$2"'","name":"Write","input":{"file_path":"'"$REPO/$3"'","content":"'"$4"'"}}]'
}

# number <JSON path>: of `survival --json`.
number() {
	git flywheel survival --json >"$BATS_TEST_TMPDIR/survival"
	field "$BATS_TEST_TMPDIR/survival" "$1"
}

rows() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for table in ("SELECT turn, position, at, evidence, path, tool, model, fate FROM origin ORDER BY 1, 2, 3, 5",
	"SELECT * FROM talk_link ORDER BY 1, 2, 3, 4, 5", "SELECT * FROM talk_mention ORDER BY 1, 2, 3"):
	for row in db.execute(table): print(row)' "$REPO/.git/flywheel/flywheel.db"
}

@test "an edit leads to its commit, its file, its symbol and its line" {
	say s1 u1 user '"why is parse_number so slow? use a table"'
	write s1 u2 src/parse.c 'int parse_number(const char *text)\nint base = table_of_bases[10];\nreturn convert(text, base);\n'
	git flywheel harvest >/dev/null
	mkdir -p src
	printf 'int parse_number(const char *text)\n{\n\tint base = table_of_bases[10];\n\treturn convert(text, base);\n}\n' >src/parse.c
	git add -A
	tick
	git commit -q -m 'Parse numbers by a table'
	for question in src/parse.c src/parse.c:3 parse_number HEAD; do
		run git flywheel talk "$question"
		[ "$status" -eq 0 ]
		[[ $output == *' edit '*'claude-code s1 on main'* ]]
		[[ $output == *'Parse numbers by a table'* ]]
		[[ $output == *'why is parse_number so slow? use a table'* ]]
	done
	git flywheel talk --json src/parse.c:3 >"$BATS_TEST_TMPDIR/talk"
	run python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
assert len(found) == 1, found
one = found[0]
assert one["confidence"] == 0.98 and one["reason"] == "edit" and one["path"] == "src/parse.c", one
assert [turn["linked"] for turn in one["turns"]] == [True, True], one["turns"]
assert one["turns"][1]["tool"] == "claude-code"' "$BATS_TEST_TMPDIR/talk"
	[ "$status" -eq 0 ]
	run git flywheel talk src/a.c
	[ "$status" -eq 1 ]
	run git flywheel talk no_such_thing
	[ "$status" -eq 129 ]
}

# without_blame <command>: runs it with a git that does not blame.
without_blame() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\ncase " $* " in *" blame "*) echo "$*" >>"%s"; exit 1 ;; esac\nexec "%s" "$@"\n' \
		"$BATS_TEST_TMPDIR/blamed" "$(command -v git)" >"$BATS_TEST_TMPDIR/bin/git"
	chmod +x "$BATS_TEST_TMPDIR/bin/git"
	PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$@"
	[ ! -e "$BATS_TEST_TMPDIR/blamed" ]
}

@test "the commit of a line is not asked of git blame, also before the first pass" {
	write s1 u1 src/a.c 'int second(void) { return 2; }\n'
	git flywheel uninstall --yes >/dev/null
	git flywheel init --no-hooks >/dev/null
	git flywheel harvest >/dev/null
	commit_file src/a.c 'int second(void) { return 2; }' 'By machine'
	without_blame git flywheel talk src/a.c:1 >"$BATS_TEST_TMPDIR/talk"
	grep -q ' By machine' "$BATS_TEST_TMPDIR/talk"
	commit_file src/a.c "$(printf 'int third(void) { return 3; }\nint second(void) { return 2; }')"
	without_blame git flywheel why --json src/a.c:1 >"$BATS_TEST_TMPDIR/why"
	[ "$(field "$BATS_TEST_TMPDIR/why" commit.id)" = "$(git rev-parse HEAD)" ]
	without_blame git flywheel why --json src/a.c:2 >"$BATS_TEST_TMPDIR/why"
	[ "$(field "$BATS_TEST_TMPDIR/why" commit.id)" = "$(git rev-parse HEAD~1)" ]
}

@test "a pass that cannot write notes has read the versions of files all the same" {
	rm .git/hooks/post-commit
	git config flywheel.miner.confidence 0.1
	commit_file src/a.c 'int second(void) { return 2; }' 'Count

We use a number instead of a list, because the reader knows it by heart.'
	run env -u GIT_AUTHOR_NAME -u GIT_AUTHOR_EMAIL -u GIT_COMMITTER_NAME -u GIT_COMMITTER_EMAIL \
		git flywheel worker --wait
	[[ $output == *'git does not know who you are'* ]]
	run python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT mark FROM decision_mined WHERE source = ?", ["versions"]).fetchone()[0])' .git/flywheel/flywheel.db
	[ "$output" = "$(git rev-parse HEAD)" ]
}

@test "names, paths and commit ids that are only spoken of" {
	git flywheel index >/dev/null
	id=$(git rev-parse --short=10 HEAD)
	say s1 u1 user '"look at `first` please"'
	say s2 u2 user '"src/a.c needs a comment"'
	say s3 u3 user '"what did '"$id"' do?"'
	git flywheel harvest >/dev/null
	run git flywheel talk first
	[[ $output == *'0.60 name'*' s1 '* ]]
	run git flywheel talk src/a.c
	[[ $output == *'0.70 path'*' s2 '* ]]
	run git flywheel talk HEAD
	[[ ${lines[0]} == '0.90 id'*' s3 '* ]]
}

@test "terminal escapes of talk reach no terminal" {
	say s1 u1 user '"`first` \u001b[31mred\u001b]0;title\u0007"'
	git flywheel harvest >/dev/null
	run git flywheel talk first
	[ "$status" -eq 0 ]
	[[ $output != *$'\e'* && $output != *$'\a'* ]]
}

@test "lines are kept, edited, dropped, waiting; context is nobody's" {
	printf 'one hundred lines\nsecond line of it\n' >list.txt
	git add list.txt
	tick
	git commit -q -m 'A list'
	edit s1 u1 list.txt 'second line of it\n' 'second line of it\nthird line by machine\nfourth line by machine\nfifth stays in no commit at all\n'
	write s1 u2 never.txt 'this file is never committed\n'
	git flywheel harvest >/dev/null
	printf 'one hundred lines\nsecond line of it\nthird line by machine\nfourth line by a human\n' >list.txt
	tick
	git commit -q -a -m 'More of the list'
	[ "$(number transcripts.proposed)" = 4 ]
	[ "$(number transcripts.unchanged)" = 1 ]
	[ "$(number transcripts.edited)" = 1 ]
	[ "$(number transcripts.dropped)" = 1 ]
	[ "$(number transcripts.waiting)" = 1 ]
	[ "$(number transcripts.correction)" = 0.5 ]
	run git flywheel survival --weeks
	[[ $output == *'claude-code '* && $output == *'  week of 2025-12-29 '* ]]
}

@test "a file that is written as a whole again and again is proposed once" {
	for i in 1 2 3 4; do
		write s1 "u$i" again.txt 'first line of this file\nsecond line of this file\nline for time number '"$i"'\n'
	done
	git flywheel harvest >/dev/null
	commit_file again.txt "$(printf 'first line of this file\nsecond line of this file\nline for time number 4')"
	[ "$(number transcripts.unchanged)" = 3 ]
	[ "$(number transcripts.dropped)" = 3 ]
	[ "$(number transcripts.proposed)" = 6 ]
}

@test "what was committed is followed: rewritten soon, late, reverted, back again, moved" {
	write s1 u1 a.txt 'alpha is the first letter\nbeta is the second letter\ngamma is the third letter\n'
	git flywheel harvest >/dev/null
	printf 'alpha is the first letter\nbeta is the second letter\ngamma is the third letter\n' >a.txt
	git add a.txt
	tick
	git commit -q -m 'Letters'
	landed=$(git rev-parse HEAD)
	[ "$(number transcripts.alive)" = 3 ]
	# Moved to another file: still there.
	git mv a.txt b.txt
	tick
	git commit -q -m 'Rename'
	[ "$(number transcripts.alive)" = 3 ]
	run git flywheel talk b.txt:2
	[[ ${lines[0]} == '0.98 edit'* ]]
	# Rewritten three days later.
	sed -i 's/beta is the second letter/beta: 2/' b.txt
	test_clock=$((test_clock + 3 * 86400)) tick
	git commit -q -a -m 'Shorter'
	[ "$(number transcripts.alive)" = 2 ]
	[ "$(number transcripts.rewritten14)" = 1 ]
	# And another one long after.
	sed -i 's/gamma is the third letter/gamma: 3/' b.txt
	test_clock=$((test_clock + 60 * 86400))
	tick
	git commit -q -a -m 'Shorter still'
	[ "$(number transcripts.rewritten14)" = 1 ]
	[ "$(number transcripts.rewritten90)" = 2 ]
	# What comes back has not gone.
	tick
	git revert --no-edit HEAD >/dev/null
	[ "$(number transcripts.rewritten90)" = 1 ]
	[ "$(number transcripts.alive)" = 2 ]
	# A revert of the commit itself.
	git rm -q b.txt
	tick
	git commit -q -m "Revert \"Letters\"" -m "This reverts commit $landed."
	[ "$(number transcripts.reverted)" = 2 ]
	[ "$(number transcripts.alive)" = 0 ]
}

@test "going on commit by commit gives the rows of starting from nothing" {
	for i in 1 2 3 4 5 6; do
		write s1 "w$i" "f$((i % 3)).txt" "number $i has a line here\\nand number $i has another one\\n"
		edit s1 "e$i" f1.txt "number 1 has a line here" "number 1 has a line $i there"
		git flywheel harvest >/dev/null
		git flywheel survival >/dev/null
		printf 'number %d has a line here\nand number %d has another one\n' "$i" "$i" >>"f$((i % 3)).txt"
		[ "$i" != 4 ] || sed -i 's/has a line/had a line/' f1.txt
		[ "$i" != 5 ] || git mv f2.txt g2.txt
		git add -A
		tick
		git commit -q -m "Number $i"
		git flywheel survival >/dev/null
	done
	rows >"$BATS_TEST_TMPDIR/onward"
	git flywheel rebuild >/dev/null
	git flywheel survival >/dev/null
	rows >"$BATS_TEST_TMPDIR/anew"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/anew")" -gt 12 ]
	diff "$BATS_TEST_TMPDIR/onward" "$BATS_TEST_TMPDIR/anew"
}

@test "an edit of a name that a later file bears again does not wait under the old file's new name" {
	rm .git/hooks/post-commit # all is harvested at the end
	write s1 u0 old.txt 'what the old file says\n'
	commit_file old.txt 'what the old file says'
	git mv old.txt new.txt
	tick
	git commit -q -m 'Under another name'
	write s1 u1 old.txt 'another file of the old name\n'
	commit_file old.txt 'another file of the old name'
	git flywheel harvest >/dev/null
	[ "$(number transcripts.unchanged)" = 2 ]
	[ "$(number transcripts.alive)" = 2 ]
}

@test "rewritten history is followed anew; merges carry lines over" {
	write s1 u1 a.txt 'alpha is the first letter\nbeta is the second letter\n'
	git flywheel harvest >/dev/null
	git checkout -q -b side
	printf 'alpha is the first letter\nbeta is the second letter\n' >a.txt
	git add a.txt
	tick
	git commit -q -m 'Letters'
	git flywheel survival >/dev/null
	tick
	git commit -q --amend -m 'Letters, again'
	amended=$(git rev-parse HEAD)
	run git flywheel talk a.txt
	[[ $output == *"${amended:0:12} Letters, again"* ]]
	git checkout -q main
	commit_file other.txt 'something else here'
	tick
	git merge -q --no-edit side
	[ "$(number transcripts.alive)" = 2 ]
	sed -i 's/beta.*/beta: 2/' a.txt
	tick
	git commit -q -a -m 'Shorter'
	[ "$(number transcripts.alive)" = 1 ]
	git reset -q --hard HEAD~2
	[ "$(number transcripts.unchanged)" = 0 ]
}

@test "trailers and git-ai's notes stand in where there is no transcript" {
	printf 'line of an assistant one\nline of an assistant two\n' >a.txt
	git add a.txt
	tick
	git commit -q -m 'By trailer' -m 'Co-Authored-By: Claude Opus 4 <noreply@anthropic.com>'
	printf 'line of a person one\nline of an agent two\nline of an agent three\n' >b.txt
	git add b.txt
	tick
	git commit -q -m 'By note'
	printf 'b.txt\n  s_0123456789abcd 2-3\n---\n{"sessions":{"s_0123456789abcd":{"agent_id":{"tool":"cursor","id":"x","model":"m1"}}}}\n' |
		git notes --ref=ai add -F - HEAD
	git flywheel survival --json >"$BATS_TEST_TMPDIR/survival"
	run python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
all = {(r["tool"], r["model"], r["evidence"]): r for r in rows if r["week"] is None}
assert all[("claude-code", "Claude Opus 4", "commit")]["unchanged"] == 2, all
assert all[("cursor", "m1", "commit")]["unchanged"] == 2, all
assert len(all) == 2, all' "$BATS_TEST_TMPDIR/survival"
	[ "$status" -eq 0 ]
}

@test "how a model was asked is not its name" {
	n=0
	for name in 'Claude Opus 4.8 (1M context)' 'Claude (1M context)' 'aider (gpt-5)' 'Claude'; do
		n=$((n + 1))
		tick
		echo "line of an assistant $n" >"$n.txt"
		git add "$n.txt"
		git commit -q -m "Signed $n" -m "Co-authored-by: $name <$([[ $name = aider* ]] && echo noreply@aider.chat || echo noreply@anthropic.com)>"
	done
	git flywheel survival --json >"$BATS_TEST_TMPDIR/survival"
	run python3 -c 'import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
print(sorted((r["tool"], r["model"] or "", r["unchanged"]) for r in rows if r["week"] is None))' "$BATS_TEST_TMPDIR/survival"
	[ "$output" = "[('aider', 'gpt-5', 1), ('claude-code', '', 2), ('claude-code', 'Claude Opus 4.8', 1)]" ]
}

@test "what was looked at is not walked again on another branch" {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		commit_file src/a.c "int first(void) { return 1$i; }"
	done
	git branch side HEAD~2
	git flywheel survival >/dev/null
	# Whoever walks over a commit that is lost comes to the end of history there.
	lost=$(git rev-parse HEAD~10)
	rm -f ".git/objects/${lost:0:2}/${lost:2}"
	git checkout -q side
	write s1 u1 other.txt 'a line of an assistant\n'
	git flywheel harvest >/dev/null
	commit_file other.txt 'a line of an assistant'
	[ "$(number transcripts.alive)" = 1 ]
	git checkout -q main
	[ "$(number transcripts.alive)" = 0 ]
	git checkout -q side
	[ "$(number transcripts.alive)" = 1 ]
}

@test "an edit that comes late has only what is younger walked again" {
	write s1 u1 src/a.c 'int first(void) { return 11; }\n'
	git flywheel harvest >/dev/null
	for i in $(seq 11 50); do
		commit_file src/a.c "int first(void) { return $i; }"
	done
	write s2 u2 other.txt 'a line that is harvested late\n'
	commit_file other.txt 'a line that is harvested late'
	mv "$TALK/s2.jsonl" "$BATS_TEST_TMPDIR"
	commit_file src/a.c 'int first(void) { return 51; }'
	git flywheel survival >/dev/null
	# Whoever walks over a commit that is lost comes to the end of history there.
	lost=$(git rev-parse HEAD~39)
	rm -f ".git/objects/${lost:0:2}/${lost:2}"
	mv "$BATS_TEST_TMPDIR/s2.jsonl" "$TALK"
	git flywheel harvest >/dev/null
	[ "$(number transcripts.unchanged)" = 2 ]
	[ "$(number transcripts.alive)" = 1 ]
	[ "$(number transcripts.gone)" = 1 ]
}

@test "that an edit was refused counts also when it is told later" {
	edit s1 u1 list.txt '' 'this line was refused\nand so was this one\n'
	git flywheel harvest >/dev/null
	[ "$(number transcripts.waiting)" = 2 ]
	say s1 u2 user '[{"type":"tool_result","tool_use_id":"tu1","is_error":true,"content":"The user doesn'"'"'t want to proceed with this tool use."}]'
	git flywheel harvest >/dev/null
	[ "$(number transcripts.dropped)" = 2 ]
}

@test "edits harvested in any order and batches give the rows of one harvest" {
	SURVIVAL_SEEDS=3 SURVIVAL_STEPS=60 "$FLYWHEEL_ROOT/tests/survival/run" >&2
}

@test "branches with claims and without: the rows are those of starting from nothing" {
	signed='Co-Authored-By: Claude Opus 4 <noreply@anthropic.com>'
	commit_file a.txt 'line of a person'
	git checkout -q -b plain
	commit_file b.txt 'another line of a person'
	git checkout -q -b claimed main
	printf 'line of a person\nline of an assistant\nand one more of it\n' >a.txt
	tick
	git commit -q -a -m 'By machine' -m "$signed"
	commit_file c.txt 'third line of a person'
	git checkout -q -b both plain
	tick
	git merge -q --no-edit claimed
	sed -i 's/and one more/and no more/' a.txt
	tick
	git commit -q -a -m 'By a person'
	for branch in main plain claimed both plain both claimed main both; do
		git checkout -q "$branch"
		git flywheel survival >/dev/null
		rows >"$BATS_TEST_TMPDIR/went-$branch"
	done
	[ ! -s "$BATS_TEST_TMPDIR/went-plain" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/went-both")" = 1 ]
	for branch in plain claimed both; do
		git checkout -q "$branch"
		git flywheel rebuild >/dev/null
		git flywheel survival >/dev/null
		rows >"$BATS_TEST_TMPDIR/anew"
		diff "$BATS_TEST_TMPDIR/went-$branch" "$BATS_TEST_TMPDIR/anew"
	done
}

@test "each revolution says what share of assistants' lines had been corrected by then" {
	make_wheel
	cd "$WHEEL"
	REPO="$WHEEL"
	sed -i 's/^program=.*/program=true/' .git/hooks/post-commit
	TALK="$HOME/.claude/projects/$(printf %s "$WHEEL" | tr -c 'A-Za-z0-9' -)"
	mkdir -p "$TALK"
	test_clock=$(git log -1 --format=%ct)
	write s1 u1 by_machine.txt 'kept as it was proposed\nchanged by a person at once\n'
	printf 'kept as it was proposed\nchanged by a person at last\n' >by_machine.txt
	git add by_machine.txt
	tick
	git commit -q -m 'By machine'
	git flywheel cycle >/dev/null || :
	run git flywheel history
	[[ $output == *', 50.0 % corrected'* ]]
	git flywheel history --json | grep -q '"correction": 0.5'
}

@test "a commit that changes more text than fits is followed in less than 64 MiB" {
	! ldd "$(command -v git-flywheel)" | grep -q libasan || skip "a sanitizer takes memory for itself"
	rm .git/hooks/post-commit
	python3 - <<-'END'
		import random
		words = random.Random(1)
		for n in range(40):
		    with open("large%02d.c" % n, "w") as out:
		        for i in range(9000):
		            out.write("int value_%d_of_file_%d = %d;\n" % (i, n, words.randint(0, 10**9)))
	END
	git add .
	tick
	git commit -q -m 'Large files'
	for n in $(seq -w 0 39); do
		edit s1 "u$n" "large$n.c" '' "int added_by_machine_$n(void);\\n"
		echo "int added_by_machine_$n(void);" >>"large$n.c"
	done
	git flywheel harvest >/dev/null
	tick
	git commit -q -a -m 'A line in each'
	git flywheel index >/dev/null
	run python3 -c 'import resource, subprocess
subprocess.run(["git-flywheel", "survival"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)'
	echo "$output MiB" >&2
	[ "$output" -lt 64 ]
	[ "$(number transcripts.unchanged)" = 40 ]
}

@test "a question about a type is answered with its members' talk, and not with its namesakes'" {
	for name in Shape Shapes; do
		commit_file src/$name.py "class $name:
    def area_of_$name(self, width, height):
        return width * height"
		edit s$name u$name src/$name.py 'return width * height' "return scaled_area_of_$name(width, height)"
	done
	git flywheel harvest >/dev/null
	sed -i 's/return width \* height/return scaled_area_of_Shape(width, height)/' src/Shape.py
	sed -i 's/return width \* height/return scaled_area_of_Shapes(width, height)/' src/Shapes.py
	tick
	git commit -q -a -m 'Scale the areas'
	run git flywheel talk Shape
	[ "$status" -eq 0 ]
	[[ $output == *' edit '*'claude-code sShape on main'* ]]
	[[ $output != *sShapes* ]]
}
