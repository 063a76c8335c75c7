#!/usr/bin/env bats
# What people say of decisions: edit, add, link, review; and what still holds.

load helper

setup() {
	setup_repo
	git config flywheel.miner.confidence 0.1 # what is found is tested elsewhere
	commit_file a.c "int a(void) { return 1; }" "Return a constant

We return a constant instead of reading the clock, because tests must be able to
repeat a run."
	FLYWHEEL_INTERNAL=1 git flywheel init >/dev/null
	id=$(git flywheel decisions list | cut -d' ' -f1)
}

# status_of <id>
status_of() {
	git flywheel decisions show --json "$1" | sed -n 's/.*"status": "\(.*\)",/\1/p'
}

# by_of <id>: what made it so.
by_of() {
	git flywheel decisions show --json "$1" | sed -n 's/.*"by": "\(.*\)",/\1/p'
}

@test "edited words stay, everywhere, and count as accepted" {
	git flywheel decisions edit "$id" --decision "Return the constant" --consequences "a() is pure"
	run git flywheel decisions show "$id"
	[[ $output == *"Return the constant"*"tests must be able to repeat a run"*"a() is pure"* ]]
	[ "$(status_of "$id")" = accepted ]
	git flywheel rebuild
	run git flywheel why a.c
	[[ $output == *"Return the constant"* ]]
	run git flywheel why the constant
	[[ $output == *"Return the constant"* ]]
	run git log -1 --notes=flywheel/decisions
	[[ $output == *"Decision: Return the constant"*"Consequences: a() is pure"*"When: 2026-01-01T01:00:00Z"* ]]
}

@test "edit and add open the editor that git would" {
	cat >"$HOME/editor" <<-'END'
		#!/bin/sh
		grep -q '^# It was taken from' "$2" || [ "$1" = --new ] || exit 3
		printf 'Decision: Typed by hand\n and folded\nBecause: \n# a remark\n' >"$2"
	END
	chmod +x "$HOME/editor"
	EDITOR="$HOME/editor --old" git flywheel decisions edit "$id"
	run git flywheel decisions show "$id"
	[[ $output == "Typed by hand and folded"* ]]
	[[ $output != *"  because "* ]]
	EDITOR="$HOME/editor --new" run git flywheel decisions add
	[ "$status" -eq 0 ]
	[ "$(status_of "${output#added }")" = accepted ]
	EDITOR=false run git flywheel decisions edit "$id"
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
	EDITOR=true run git flywheel decisions add
	[ "$status" -eq 128 ]
	[[ $output == *"nothing was changed"* ]]
}

@test "add stands on the commit and the files that are named" {
	commit_file b.c "int b;" "Add b"
	run git flywheel decisions add --json --decision "No globals in a.c" --because "they hide order" \
		--commit HEAD~ a.c
	[ "$status" -eq 0 ]
	new=$(printf %s "$output" | sed -n 's/.*"id": "\(.*\)",/\1/p')
	[[ $(git flywheel why a.c) == *"No globals in a.c"* ]]
	[[ $(git flywheel why b.c) != *"No globals in a.c"* ]]
	git notes --ref=flywheel/decisions show HEAD~ | grep -qx "Id: $new"
	run git flywheel decisions add --decision "No globals in a.c" --because "they hide order"
	[ "$status" -eq 128 ]
	[[ $output == *"$new"* ]]
	run git flywheel decisions add --decision "" --because nothing
	[ "$status" -eq 128 ]
	run git flywheel decisions add --decision x nowhere.c
	[ "$status" -eq 1 ]
	run git flywheel decisions add --decision "$(head -c 5000 /dev/zero | tr '\0' x)"
	[ "$status" -eq 128 ]
}

@test "a secret that somebody types reaches no note" {
	token="gh""p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8"
	git flywheel decisions add --decision "Use the token $token" --because "the server wants it"
	run git log -1 --notes=flywheel/decisions
	[[ $output == *"Use the token"* ]]
	[[ $output != *"$token"* ]]
}

@test "links supersede, contradict, and tie to files, symbols and commits" {
	commit_file b.c "int b(void) { return 2; }" "Add b"
	later=$(git flywheel decisions add --decision "Read the clock" --because "time passes" | cut -d' ' -f2)
	git flywheel decisions link "$later" supersedes "$id"
	[ "$(status_of "$id")" = superseded ]
	[ "$(by_of "$id")" = "$later" ]
	run git flywheel decisions show "$id"
	[[ $output == *"superseded-by $later"* ]]
	git flywheel decisions link --remove "$later" supersedes "$id"
	[ "$(status_of "$id")" = proposed ]
	git flywheel decisions link "$later" contradicts "${id:0:6}"
	[ "$(status_of "$id")" = contradicted ]
	git flywheel rebuild
	[ "$(status_of "$id")" = contradicted ]
	git flywheel decisions link "$id" b.c
	[[ $(git flywheel why b.c) == *"We return a constant"* ]]
	git flywheel decisions link "$id" b
	run git flywheel decisions show --json "$id"
	[[ $output == *'"relation": "symbol"'* ]]
	git flywheel decisions link "$id" HEAD
	[[ $(git flywheel why HEAD) == *"We return a constant"* ]]
	run git flywheel decisions link "$id" nothing-of-the-kind
	[ "$status" -eq 1 ]
	run git flywheel decisions link "$id" likes "$later"
	[ "$status" -eq 128 ]
	run git flywheel decisions link "$id" "$id"
	[ "$status" -eq 128 ]
	run git flywheel decisions link "$id"
	[ "$status" -eq 129 ]
}

@test "a later decision against it supersedes, one for what it rejected contradicts" {
	commit_file a.c "int a(void) { return 2; }" "Use ring_buffer

Use ring_buffer in a.c instead of linked_list, because it fits one cache line."
	first=$(git flywheel decisions list | sed -n 's/^\([0-9a-f]*\) .*Use ring_buffer.*/\1/p')
	commit_file a.c "int a(void) { return 3; }" "Use skip_list

Use skip_list for the queue instead of ring_buffer, because it has to grow."
	[ "$(status_of "$first")" = superseded ]
	commit_file a.c "int a(void) { return 4; }" "Go on

Use mmap_area for the log rather than plain_file, because it is synced in one call."
	second=$(git flywheel decisions list | sed -n 's/^\([0-9a-f]*\) .*mmap_area.*/\1/p')
	commit_file a.c "int a(void) { return 5; }" "Go back

Use plain_file for the log because it may be on a network."
	[ "$(status_of "$second")" = contradicted ]
	# A person who knows of the later one may still hold that it stands.
	git flywheel decisions accept "$second"
	[ "$(status_of "$second")" = accepted ]
	git flywheel rebuild
	[ "$(status_of "$first")" = superseded ]
	[ "$(status_of "$second")" = accepted ]
}

body() {
	printf 'int fill(int *list)\n{\n\tint sum = 0;\n\n'
	for i in 1 2 3 4 5 6 7 8; do
		printf '\tif (list[%s] > %s)\n\t\tsum += list[%s] * %s;\n' "$i" "$i" "$i" "$i"
	done
	printf '\treturn sum;\n}\n'
}

@test "a decision whose symbol was written anew is stale, one that was only touched is not" {
	body >b.c
	git add b.c
	tick
	git commit -q -m "Add fill

We keep the loop in \`fill\` unrolled by hand instead of rolled, because the compiler does not do
it."
	fill=$(git flywheel decisions list | sed -n 's/^\([0-9a-f]*\) .*unrolled.*/\1/p')
	[ "$(status_of "$fill")" = proposed ]
	sed -i 's/sum/total/; s/list\[3\]/list[33]/' b.c
	git commit -qam "Touch it"
	[ "$(status_of "$fill")" = proposed ]
	git mv b.c c.c
	tick
	git commit -qm "Move it"
	[ "$(status_of "$fill")" = proposed ]
	printf 'int fill(int *list)\n{\n\treturn reduce(list, add, 8);\n}\n' >c.c
	tick
	git commit -qam "Another way"
	[ "$(status_of "$fill")" = stale ]
	[ "$(by_of "$fill")" = fill ]
	git flywheel rebuild
	[ "$(status_of "$fill")" = stale ]
	# Who accepts it knows the code as it is; it is held against that from now on.
	git flywheel decisions accept "$fill"
	[ "$(status_of "$fill")" = accepted ]
	git flywheel decisions accept "$id"
	git rm -q a.c
	commit_file d.c "int d;" "Drop it"
	[ "$(status_of "$id")" = stale ]
}

@test "a review takes one key for each, undoes, and goes on the next time" {
	commit_file b.c "int b;" "Add b

We keep b apart instead of in a.c, because that one is generated."
	run git flywheel decisions --review < <(printf r)
	[ "$status" -eq 0 ]
	[[ $output == *"1 of 2"*rejected*"2 of 2"*"1 judged, 1 left"* ]]
	run git flywheel decisions --review < <(printf 'x\naua')
	[[ $output == *"1 of 1"*"a accept"*accepted*"taken back"*accepted*"1 judged, 0 left"* ]]
	[ "$(git flywheel decisions list --status accepted | wc -l)" -eq 1 ]
	[ "$(git flywheel decisions list --status rejected | wc -l)" -eq 1 ]
	run git flywheel decisions review </dev/null
	[[ $output == *"nothing to judge"* ]]
	run git flywheel decisions --review --json
	[ "$status" -eq 129 ]
}

@test "a review on a terminal wants no Enter and leaves the terminal as it was" {
	run python3 - <<-'END'
		import os, pty, select, termios
		pid, fd = pty.fork()
		if pid == 0:
		    os.execvp("git", ["git", "flywheel", "decisions", "--review"])
		before, out = termios.tcgetattr(fd), b""
		while b"[a/r/e" not in out:
		    out += os.read(fd, 4096)
		os.write(fd, b"aq")
		try:
		    while select.select([fd], [], [], 20)[0]:
		        more = os.read(fd, 4096)
		        if not more: break
		        out += more
		except OSError:
		    pass
		assert b"1 judged, 0 left" in out, out
		assert os.waitpid(pid, 0)[1] == 0
	END
	[ "$status" -eq 0 ]
	[ "$(status_of "$id")" = accepted ]
}

@test "private talk enters a note when it is accepted, on the commit that carried it out" {
	talk="$HOME/.claude/projects/$(printf %s "$REPO" | tr -c 'A-Za-z0-9' -)"
	mkdir -p "$talk"
	say() {
		printf '{"type":"%s","uuid":"%s","sessionId":"s1","cwd":"%s","gitBranch":"main","timestamp":"2026-01-01T00:10:00Z","message":{"role":"%s","id":"m_%s","content":%s}}\n' \
			"$1" "$2" "$REPO" "$1" "$2" "$3" >>"$talk/s1.jsonl"
	}
	say user u1 '"Use a fixed array instead of a growing list, because the size never changes."'
	say assistant u2 '[{"type":"tool_use","id":"t1","name":"Edit","input":{"file_path":"'"$REPO"'/a.c","old_string":"int","new_string":"long"}}]'
	git flywheel harvest >/dev/null
	private=$(git flywheel decisions list --source claude-code | cut -d' ' -f1)
	export GIT_AUTHOR_DATE="@1767229200 +0000" GIT_COMMITTER_DATE="@1767229200 +0000"
	git commit -q --allow-empty -m "Nothing yet"
	git flywheel decisions accept "$private"
	! git grep -q "fixed array" refs/notes/flywheel/decisions
	echo "long a;" >a.c
	git commit -qam "Do it"
	git flywheel decisions >/dev/null
	git notes --ref=flywheel/decisions show HEAD | grep -qx "Id: $private"
	[[ $(git flywheel why HEAD) == *"Use a fixed array"* ]]
}

@test "records are written and read back the same" {
	git flywheel decisions edit "$id" --decision "Return a constant" --because "tests repeat a run" \
		--instead-of "reading the clock; asking the user" --consequences "Good, because it is pure; Bad, because it is wrong at night"
	git flywheel decisions export --adr doc/adr "$id" >out
	grep -qx 'doc/adr/0001-return-a-constant.md' out
	git flywheel decisions export --adr doc/adr "$id" # the same file again
	[ "$(ls doc/adr)" = 0001-return-a-constant.md ]
	mkdir madr
	cp doc/adr/* madr
	git flywheel decisions show --json "$id" >before
	git flywheel decisions export --nygard --adr doc/adr "$id"
	grep -qx '# 1. Return a constant' doc/adr/0001-return-a-constant.md
	for form in nygard madr; do
		[ "$form" = nygard ] || cp madr/* doc/adr
		rm -rf reader
		git init -q -b main reader
		cp -r doc reader
		(
			cd reader
			git add doc
			git commit -q -m "Write it down"
			FLYWHEEL_INTERNAL=1 git flywheel init >/dev/null
			git flywheel decisions show --json "$id" >after
			for key in decision because instead_of consequences status; do
				[ "$(grep "\"$key\"" after)" = "$(grep "\"$key\"" ../before)" ]
			done
		)
	done
	run git flywheel decisions export
	[ "$status" -eq 129 ]
	run git flywheel decisions export --adr /dev/null/x "$id"
	[ "$status" -eq 128 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "records say which of them took whose place" {
	mkdir -p doc/adr
	printf '# 1. Keep files\n\n## Status\n\nSuperseded by [ADR 3](0003-use-sqlite.md)\n\n## Decision\n\nWe keep plain files for the index of the store.\n' >doc/adr/0001-keep-files.md
	printf -- '---\nstatus: "accepted"\n---\n# Use LMDB\n\n## Decision Outcome\n\nChosen option: "LMDB", because it is mapped into memory.\n\n### Consequences\n\n* Good, because reads are free.\n* Bad, because the map has\n  a fixed size.\n' >doc/adr/0002-use-lmdb.md
	printf '3. Use SQLite\n=============\n\nDate: 2026-01-01\n\nStatus\n------\n\nAccepted, supersedes ADR-0002\n\nDecision\n--------\n\nWe store the index in SQLite with its log.\n\nAlternatives\n------------\n\n1. RocksDB\n2. plain files\n' >doc/adr/0003-use-sqlite.md
	git add doc
	tick
	git commit -q -m "Records"
	git flywheel decisions list --source adr >list
	new=$(sed -n 's/^\([0-9a-f]*\) .*Use SQLite.*/\1/p' list)
	[ "$(grep -c superseded list)" -eq 2 ]
	run git flywheel decisions show --json "$(sed -n 's/^\([0-9a-f]*\) .*LMDB.*/\1/p' list)"
	[[ $output == *"\"by\": \"$new\""* ]]
	[[ $output == *'"consequences": "Good, because reads are free; Bad, because the map has a fixed size"'* ]]
	run git flywheel decisions show --json "$new"
	[[ $output == *'"status": "accepted"'* ]]
	[[ $output == *'"instead_of": "RocksDB; plain files"'* ]]
}
