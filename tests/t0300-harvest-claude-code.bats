# Claude Code transcripts: what is kept, what is dropped, and that raw talk never reaches the disk.
load helper

SECRET_PASSWORD='zK3vQ9pLw2xT'

setup() {
	setup_repo
	commit_file src/a.c 'int a;'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	SLUG=$(printf %s "$REPO" | tr -c 'A-Za-z0-9' -)
	TALK="$HOME/.claude/projects/$SLUG"
	mkdir -p "$TALK"
	# Split, so that scanners of this repository keep quiet.
	TOKEN="gh""p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8"
}

# record <type> <uuid> <content JSON> [<more members>]
record() {
	printf '{"type":"%s","uuid":"%s","sessionId":"s1","cwd":"%s","gitBranch":"main",' "$1" "$2" "${CWD-$REPO}"
	printf '"timestamp":"2026-01-01T10:00:%02d.123Z"%s,' "$((clock++ % 60))" "${4:+,$4}"
	printf '"message":{"role":"%s","id":"msg_%s","content":%s}}\n' "$1" "$2" "$3"
}

harvest() {
	git flywheel harvest --json "$@"
}

# field <name>: a number of the last harvest.
field() {
	sed -E "s/.*\"$1\":([0-9]+).*/\1/" <<<"$output"
}

sql() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print("|".join(map(str, row)))' \
		"$REPO/.git/flywheel/flywheel.db" "$1"
}

@test "every type of record: words and edits are kept, the rest is not" {
	{
		printf '{"type":"summary","summary":"about a","leafUuid":"u9"}\n'
		printf '{"type":"queue-operation","operation":"enqueue"}\n'
		record user u1 '"why is a an int?"'
		record assistant u2 '[{"type":"thinking","thinking":"hidden thought","signature":"sig"},{"type":"text","text":"Because it is small."}]'
		record assistant u3 '[{"type":"tool_use","id":"t1","name":"Edit","input":{"file_path":"'"$REPO"'/src/a.c","old_string":"int","new_string":"long a;"}}]'
		record assistant u4 '[{"type":"tool_use","id":"t2","name":"MultiEdit","input":{"file_path":"'"$REPO"'/src/b.c","edits":[{"old_string":"x","new_string":"one"},{"old_string":"y","new_string":"two"}]}}]'
		record assistant u5 '[{"type":"text","text":"New file."},{"type":"tool_use","id":"t3","name":"Write","input":{"file_path":"src/c.c","content":"int c;\n"}}]'
		record assistant u6 '[{"type":"tool_use","id":"t4","name":"Write","input":{"file_path":"/elsewhere/d.c","content":"int d;"}}]'
		record user u7 '[{"type":"tool_result","tool_use_id":"t1","content":"the whole file","is_error":false}]'
		record user u8 '[{"type":"image","source":{"data":"AAAA"}},{"type":"text","text":"see the picture<system-reminder>injected</system-reminder>"}]'
		record user m1 '"meta text"' '"isMeta":true'
		record user m2 '"compact text"' '"isCompactSummary":true'
		record user m3 '"<command-name>/clear</command-name>"'
		record user a1 '"do this for me"' '"isSidechain":true'
		printf '{"type":"system","subtype":"compact_boundary","content":"boundary"}\n'
	} >"$TALK/s1.jsonl"
	run harvest
	[ "$status" -eq 0 ]
	[ "$(field turns)" = 7 ]
	[ "$(field edits)" = 4 ]
	[ "$(field malformed)" = 0 ]
	run sql 'SELECT record, role, branch, text FROM turn ORDER BY id'
	[ "${lines[0]}" = 'u1|user|main|why is a an int?' ]
	[ "${lines[1]}" = 'u2|assistant|main|Because it is small.' ]
	[ "${lines[2]}" = 'u3|assistant|main|' ]
	[ "${lines[5]}" = 'u8|user|main|see the picture' ]
	[ "${lines[6]}" = 'a1|assistant|main|do this for me' ]
	run sql 'SELECT path, text FROM turn_edit ORDER BY turn, position'
	[ "${lines[0]}" = 'src/a.c|long a;' ]
	[ "${lines[1]}" = 'src/b.c|one' ]
	[ "${lines[2]}" = 'src/b.c|two' ]
	[ "${lines[3]}" = 'src/c.c|int c;' ]
}

@test "raw talk never reaches the disk" {
	mkdir -p "$TALK/s1/subagents/deep"
	{
		record user u1 '"my token is '"$TOKEN"' and mail me at jane.roe@corp.io, phone +49 30 1234 5678"'
		record assistant u2 '[{"type":"tool_use","id":"t1","name":"Write","input":{"file_path":"'"$REPO"'/conf/'"$TOKEN"'.py","content":"db_password = \"'$SECRET_PASSWORD'\"\nhost = \"185.63.21.7\"\n"}}]'
		record user u3 '"in /home/janeroe/notes: -----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3R9vQ2LkWmZp8sT1uYh4Xc7NbJd0FgQeVrHoUiPaS5tDyKl\nw6Zx3R9vQ2LkWmZp8sT1uYh4Xc7NbJd0FgQ=\n-----END RSA PRIVATE KEY-----"'
		printf '{"type":"user","uuid":"jane.roe@corp.io","sessionId":"%s","cwd":"%s","gitBranch":"jane.roe@corp.io","timestamp":"2026-01-01T10:00:00Z","message":{"content":"hi"}}\n' "$TOKEN" "$REPO"
	} >"$TALK/s1.jsonl"
	record user v1 '"sub-agent with '"$TOKEN"'"' '"isSidechain":true' >"$TALK/s1/subagents/deep/agent-1.jsonl"
	run harvest --dry-run
	[ "$(field turns)" = 5 ]
	run harvest
	[ "$status" -eq 0 ]
	[ "$(field turns)" = 5 ]
	[ "$(field findings)" -ge 8 ]
	[ "$(field dropped)" = 0 ]
	for planted in "$TOKEN" jane.roe corp.io "$SECRET_PASSWORD" 185.63.21.7 janeroe MIIEpAIBAAK w6Zx3R9 '1234 5678'; do
		run grep -rlaF -- "$planted" "$REPO/.git/flywheel"
		[ "$status" -eq 1 ] || { echo "$planted is in $output"; false; }
	done
	# Neither in what is left of removed rows, nor in a backup.
	git flywheel backup "$BATS_TEST_TMPDIR/copy"
	! grep -qaF "$TOKEN" "$BATS_TEST_TMPDIR/copy"
	[ "$(stat -c %a "$REPO/.git/flywheel/salt")" = 600 ]
}

@test "a torn last line is left for later, a malformed one passed over" {
	{
		record user u1 '"one"'
		printf '{"type":"user","uuid":\n'
		printf '[1,2]\n\n'
		printf 'not JSON at all \xff\xfe\n'
		record user u2 '"bad byte \xff here"' | sed 's/\\xff/\xff/'
		record user u3 '"three"' | head -c 60
	} >"$TALK/s1.jsonl"
	run harvest
	[ "$(field turns)" = 2 ]
	[ "$(field malformed)" = 3 ]
	record user u3 '"three"' >"$BATS_TEST_TMPDIR/line"
	# The clock has moved on, so write the whole file's end anew from where it was torn.
	python3 - "$TALK/s1.jsonl" "$BATS_TEST_TMPDIR/line" <<-'END'
		import sys
		path, line = sys.argv[1:]
		text = open(path, "rb").read()
		torn = text[text.rindex(b"\n") + 1:]
		open(path, "ab").write(open(line, "rb").read()[len(torn):])
	END
	run harvest
	[ "$(field turns)" = 1 ]
	[ "$(field malformed)" = 0 ]
	run harvest
	[ "$(field turns)" = 0 ]
	run sql 'SELECT text FROM turn ORDER BY id'
	[ "$output" = $'one\nbad byte � here\nthree' ]
}

@test "a resumed session that replays old records stores them once" {
	record user u1 '"one"' >"$TALK/s1.jsonl"
	record user u2 '"two"' >>"$TALK/s1.jsonl"
	run harvest
	[ "$(field turns)" = 2 ]
	{ sed 's/"s1"/"s2"/' "$TALK/s1.jsonl" && record user u3 '"three"'; } >"$TALK/s2.jsonl"
	run harvest --dry-run
	[ "$(field turns)" = 1 ]
	run harvest
	[ "$(field turns)" = 1 ]
	# Out of order and rewritten in place: the ids tell.
	tac "$TALK/s2.jsonl" >"$TALK/s2.new"
	cat "$TALK/s2.new" >"$TALK/s2.jsonl"
	record user u4 '"four"' >>"$TALK/s2.jsonl"
	run harvest
	[ "$(field turns)" = 1 ]
	run sql 'SELECT count(*) FROM turn'
	[ "$output" = 4 ]
}

@test "of a very long record the words are kept, cut, and an image is not" {
	{
		record user u1 '"before"'
		record user u2 "\"$(head -c 4000000 /dev/zero | tr '\0' x)\""
		record user u3 '[{"type":"image","source":{"data":"'"$(head -c 4000000 /dev/zero | tr '\0' A)"'"}},{"type":"text","text":"see it"}]'
		head -c 1000000 /dev/zero | tr '\0' '['
		printf '\n'
		record user u4 '"after"'
		record user u5 "\"$(head -c 400000 /dev/zero | tr '\0' y)\"" | head -c 300000
	} >"$TALK/s1.jsonl"
	run harvest
	[ "$(field turns)" = 4 ]
	[ "$(field malformed)" = 1 ]
	run sql 'SELECT record, length(text), substr(text, 1, 6) FROM turn ORDER BY id'
	[ "$output" = $'u1|6|before\nu2|65536|xxxxxx\nu3|6|see it\nu4|5|after' ]
	# The torn one is whole the next time.
	{ head -c 100500 /dev/zero | tr '\0' y && printf '"}}\n'; } >>"$TALK/s1.jsonl"
	run harvest
	[ "$(field turns)" = 1 ]
	[ "$(field malformed)" = 0 ]
}

@test "what became of an edit, who answers whom, which model" {
	{
		record user u1 '"change it"'
		record assistant u2 '[{"type":"tool_use","id":"t1","name":"Edit","input":{"file_path":"'"$REPO"'/a.c","old_string":"x","new_string":"y"}}]' '"parentUuid":"u1"' |
			sed 's/"role":"assistant"/&,"model":"model-one"/'
		record user u3 '[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]' '"parentUuid":"u2"'
		record assistant u4 '[{"type":"tool_use","id":"t2","name":"Write","input":{"file_path":"'"$REPO"'/b.c","content":"z"}}]' '"parentUuid":"u3"'
		record user u5 '[{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"The user doesn'"'"'t want to proceed with this tool use."}]' '"parentUuid":"u4"'
		record assistant u6 '[{"type":"tool_use","id":"t3","name":"Edit","input":{"file_path":"'"$REPO"'/b.c","old_string":"q","new_string":"r"}},{"type":"tool_use","id":"t4","name":"Edit","input":{"file_path":"'"$REPO"'/c.c","old_string":"","new_string":"n"}}]' '"parentUuid":"u5"'
		record user u7 '[{"type":"tool_result","tool_use_id":"t3","is_error":true,"content":"String not found"},{"type":"tool_result","tool_use_id":"t4","content":"ok"}]' '"parentUuid":"u6","toolUseResult":{"userModified":true}'
		printf '{"type":"system","subtype":"compact_boundary","uuid":"b1","parentUuid":null,"logicalParentUuid":"u7"}\n'
		record user u8 '"a summary of it all"' '"isCompactSummary":true,"parentUuid":"b1"'
		record assistant u9 '[{"type":"text","text":"Done."}]' '"parentUuid":"u8"'
		record assistant ua '[{"type":"text","text":"API Error"}]' | sed 's/"role":"assistant"/&,"model":"<synthetic>"/'
	} >"$TALK/s1.jsonl"
	run harvest
	[ "$(field turns)" = 5 ]
	run sql 'SELECT record, parent, tool, model FROM turn ORDER BY id'
	[ "$output" = $'u1|||\nu2|u1|claude-code|model-one\nu4|u2|claude-code|\nu6|u4|claude-code|\nu9|u6|claude-code|' ]
	run sql 'SELECT call, action, path, old, text, outcome FROM turn_edit ORDER BY turn, position'
	[ "$output" = $'t1|Edit|a.c|x|y|applied\nt2|Write|b.c|None|z|rejected\nt3|Edit|b.c|q|r|failed\nt4|Edit|c.c||n|modified' ]
}

@test "since a time: older turns wait for another call" {
	for i in 1 2 3; do record user "u$i" "\"turn $i\""; done >"$TALK/s1.jsonl"
	run harvest --since 2026-01-01T10:00:02Z
	[ "$(field turns)" = 1 ]
	run harvest --since 30d
	[ "$(field turns)" = 2 ]
	run harvest
	[ "$(field turns)" = 0 ]
	run git flywheel harvest --since yesterday
	[ "$status" -eq 129 ]
	[[ $output == *"want a day"* ]]
}

@test "consent: a source that is forbidden is not read" {
	record user u1 '"one"' >"$TALK/s1.jsonl"
	git config flywheel.harvest.claude-code false
	run harvest
	[ "$(field turns)" = 0 ]
	run git flywheel harvest --source claude-code
	[ "$status" -eq 128 ]
	[[ $output == *"flywheel.harvest.claude-code true"* ]]
	run git flywheel harvest --list
	[[ $output == *"claude-code"*"not allowed"* ]]
	run git flywheel harvest --source adr
	[ "$status" -eq 129 ]
	git config flywheel.harvest.claude-code true
	run harvest
	[ "$(field turns)" = 1 ]
}

@test "other projects' sessions are not read and leave no trace" {
	mkdir -p "$BATS_TEST_TMPDIR/other" "$REPO/vendor/nested" "$HOME/.claude/projects/-other"
	git init -q "$REPO/vendor/nested"
	CWD="$BATS_TEST_TMPDIR/other" record user u1 '"theirs"' >"$HOME/.claude/projects/-other/s1.jsonl"
	CWD="$REPO/vendor/nested" record user u2 '"nested"' >"$HOME/.claude/projects/-other/s2.jsonl"
	CWD="$REPO-two" record user u3 '"prefix"' >"$HOME/.claude/projects/-other/s3.jsonl"
	CWD="$REPO/src" record user u4 '"ours"' >"$HOME/.claude/projects/-other/s4.jsonl"
	{ CWD="$REPO" record user u5 '"ours"'; CWD=/ record user u6 '"left"'; } >"$TALK/s5.jsonl"
	run harvest
	[ "$(field turns)" = 2 ]
	run sql 'SELECT count(*) FROM watermark'
	[ "$output" = 2 ]
	run git flywheel harvest --list
	[[ $output == *"claude-code"*"2 of 5 sessions"* ]]
}

@test "sessions in a linked worktree, through a link, and by folder name alone" {
	git worktree add -q "$BATS_TEST_TMPDIR/linked" -b side
	ln -s "$REPO" "$BATS_TEST_TMPDIR/alias"
	CWD="$BATS_TEST_TMPDIR/linked/src" record assistant u1 \
		'[{"type":"tool_use","name":"Write","input":{"file_path":"'"$BATS_TEST_TMPDIR"'/linked/src/n.c","content":"x"}}]' >"$TALK/s1.jsonl"
	CWD="$BATS_TEST_TMPDIR/alias" record user u2 '"linked"' >"$TALK/s2.jsonl"
	record user u3 '"no folder"' | sed 's/"cwd":"[^"]*",//' >"$TALK/s3.jsonl"
	run harvest
	[ "$(field turns)" = 3 ]
	run sql 'SELECT path FROM turn_edit'
	[ "$output" = src/n.c ]
}

@test "killed at any point, then run again: nothing is lost or doubled" {
	for i in $(seq 400); do record user "k$i" "\"turn number $i by jane@corp.io\""; done >"$TALK/s1.jsonl"
	for delay in 0.005 0.01 0.02 0.03 0.05; do
		git flywheel harvest >/dev/null 2>&1 &
		sleep "$delay"
		kill -9 $! 2>/dev/null || :
		wait $! 2>/dev/null || :
	done
	run harvest
	[ "$status" -eq 0 ]
	run sql 'SELECT count(*), count(DISTINCT record) FROM turn'
	[ "$output" = '400|400' ]
}

@test "no HOME, no such source, CLAUDE_CONFIG_DIR" {
	record user u1 '"one"' >"$TALK/s1.jsonl"
	run env -u HOME git-flywheel harvest --json
	[ "$status" -eq 0 ]
	[ "$(field files)" = 0 ]
	run git flywheel harvest --source nonsense
	[ "$status" -eq 129 ]
	[[ $output == *"no source named 'nonsense'"* ]]
	mv "$HOME/.claude" "$BATS_TEST_TMPDIR/config"
	CLAUDE_CONFIG_DIR="$BATS_TEST_TMPDIR/config" run harvest --source claude-code
	[ "$(field turns)" = 1 ]
}

@test "the tool's files are left as they are" {
	record user u1 '"one '"$TOKEN"'"' >"$TALK/s1.jsonl"
	chmod a-w "$TALK/s1.jsonl"
	before=$(find "$HOME/.claude" -type f -exec sha256sum {} + && find "$HOME/.claude" -printf '%p %T@\n')
	run harvest
	[ "$(field turns)" = 1 ]
	after=$(find "$HOME/.claude" -type f -exec sha256sum {} + && find "$HOME/.claude" -printf '%p %T@\n')
	[ "$before" = "$after" ]
}
