#!/usr/bin/env bats
# What follows from decisions: mined from messages and talk, and shown wherever decisions are.

load helper

setup() {
	setup_repo
	git config flywheel.miner.confidence 0.1 # what is found is tested elsewhere
	mkdir -p src
	printf 'int header(void)\n{\n\treturn 8;\n}\n' >src/header.c
	git add .
	tick
	git commit -q -m "Keep sizes in the header

Use a fixed \`header\` instead of a list of fields, because old readers skip what
they do not know. The downside is that a header cannot grow.

Store the size of each block in its header. This means that readers must be
rebuilt."
	git flywheel init >/dev/null
	wait_for_worker
}

@test "what follows is shown by why, list, show, the note and the record" {
	run git flywheel why src/header.c
	[ "$status" -eq 0 ]
	[[ $output == *"follows    a header cannot grow"* ]]
	[[ $output == *"because    old readers skip what they do not know"* ]]
	[[ $output == *"follows    readers must be rebuilt"* ]]
	git flywheel decisions list --json >list
	grep -q '"consequences": "a header cannot grow"' list
	grep -q '"consequences": "readers must be rebuilt"' list
	id=$(git flywheel decisions list | sed -n 's/^\([0-9a-f]*\) .*Use a fixed.*/\1/p')
	run git flywheel decisions show "$id"
	[[ $output == *"follows    a header cannot grow"* ]]
	[[ $output == *"The downside is that a header cannot grow."* ]] # the evidence
	git notes --ref=flywheel/decisions show HEAD >note
	grep -qx 'Consequences: a header cannot grow' note
	grep -qx 'Consequences: readers must be rebuilt' note
	git flywheel decisions export --adr doc/adr "$id"
	[ "$(sed -n '/^### Consequences/{n;n;p}' doc/adr/0001-*.md)" = "* a header cannot grow" ]
	rm doc/adr/*
	git flywheel decisions export --nygard --adr doc/adr "$id"
	[ "$(sed -n '/^## Consequences/{n;n;p}' doc/adr/0001-*.md)" = "* a header cannot grow" ]
	run git log -1 --notes=flywheel/decisions
	[[ $output == *"Consequences: readers must be rebuilt"* ]]
}

@test "faults, plans and reasons are no consequences" {
	for body in \
		"The parser reads the header twice. This means that the second one wins." \
		"Currently the header holds a list. As a result, the memory is never freed." \
		"Store the count there. This means we can drop the list in the next commit." \
		"Users can no longer open a file."; do
		echo "// $body" >>src/other.c
		git add .
		tick
		git commit -q -m "Work on it

$body"
	done
	git flywheel decisions list --json >list
	[ "$(grep -c '"consequences": "[^"]' list)" -eq 2 ]
}

@test "trailers and footers say what follows" {
	echo >>src/header.c
	tick
	git commit -qam "Drop the second parser

Nobody calls it.

BREAKING CHANGE: the function parse_fast is gone for good."
	echo >>src/header.c
	tick
	git commit -qam "Drop the third parser

Consequences: files of version 1 are refused"
	run git flywheel why HEAD
	[[ $output == *"Drop the third parser"* ]]
	[[ $output == *"follows    files of version 1 are refused"* ]]
	run git flywheel why HEAD^
	[[ $output == *"Drop the second parser"* ]]
	[[ $output == *"follows    the function parse_fast is gone for good"* ]]
}

@test "talk says what follows from what was decided before" {
	talk="$HOME/.claude/projects/$(printf %s "$REPO" | tr -c 'A-Za-z0-9' -)"
	mkdir -p "$talk"
	printf '{"type":"user","uuid":"u1","sessionId":"s1","cwd":"%s","gitBranch":"main","timestamp":"2026-01-01T10:00:00Z","message":{"role":"user","id":"m1","content":"Use a fixed array instead of a growing list, because the size never changes. As a result, the sixth item is refused."}}\n' \
		"$REPO" >"$talk/s1.jsonl"
	git flywheel harvest >/dev/null
	run git flywheel decisions list --source claude-code --json
	[[ $output == *'"because": "the size never changes"'* ]]
	[[ $output == *'"consequences": "the sixth item is refused"'* ]]
}

@test "a sidecar of an older miner is read anew" {
	git flywheel decisions list >/dev/null
	sqlite3 .git/flywheel/flywheel.db "UPDATE decision SET consequences = ''; UPDATE decision_mined SET mark = '1 ' WHERE source = 'verdicts'"
	run git flywheel decisions list --json
	[[ $output == *'"consequences": "a header cannot grow"'* ]]
}
