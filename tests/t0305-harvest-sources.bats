# The harvest over many tools: growth, live databases, kills, forks of one session, large documents.
load helper

setup() {
	setup_repo
	mkdir src
	commit_file src/a.c 'int a;'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	unset CODEX_HOME XDG_DATA_HOME
}

sql() {
	sqlite3 "$REPO/.git/flywheel/flywheel.db" "$1"
}

# harvest [<option>...]: the number of new turns.
harvest() {
	git flywheel harvest --json "$@" | jq .turns
}

# composer <session> <bubble>...: what Cursor writes when a session has these messages.
composer() {
	local session=$1 headers=
	shift
	for bubble; do
		headers+="${headers:+,}{\"bubbleId\":\"$bubble\"}"
		echo "INSERT OR REPLACE INTO cursorDiskKV VALUES('bubbleId:$session:$bubble', '{\"type\":1,\"text\":\"said in $bubble\"}');"
	done
	echo "INSERT OR REPLACE INTO cursorDiskKV VALUES('composerData:$session', '{\"createdAt\":1767225600000,\"workspaceIdentifier\":{\"uri\":{\"fsPath\":\"$REPO\"}},\"fullConversationHeadersOnly\":[$headers]}');"
}

make_cursor() {
	CURSOR="$HOME/.config/Cursor/User/globalStorage"
	mkdir -p "$CURSOR"
	sqlite3 "$CURSOR/state.vscdb" 'CREATE TABLE cursorDiskKV(key TEXT UNIQUE, value BLOB)'
	composer one b1 b2 | sqlite3 "$CURSOR/state.vscdb"
}

@test "what was still being written is replaced, what is new is added" {
	cat >.aider.chat.history.md <<-'EOF'
		# aider chat started at 2026-01-01 00:10:00

		#### why?

		Because it
	EOF
	[ "$(harvest)" = 2 ]
	first=$(sql "SELECT max(id) FROM turn")
	printf 'is shorter.\n\n#### yes\n\nDone.\n' >>.aider.chat.history.md
	[ "$(harvest)" = 2 ]
	[ "$(sql "SELECT replace(text, char(10), ' ') FROM turn WHERE role = 'assistant' ORDER BY at, record" | sort)" = $'Because it is shorter.\nDone.' ]
	# The replaced turn has a new id: what follows the talk by id sees it.
	[ "$(sql "SELECT id > $first FROM turn WHERE text LIKE 'Because%'")" = 1 ]
	[ "$(harvest)" = 0 ]
	# A document that its tool writes anew.
	mkdir -p "$HOME/.continue/sessions"
	session="$HOME/.continue/sessions/k.json"
	printf '{"sessionId":"k","workspaceDirectory":"%s","history":[{"message":{"role":"user","content":"one"}},{"message":{"role":"assistant","content":"tw"}}]}' "$REPO" >"$session"
	[ "$(harvest --source continue)" = 2 ]
	[ "$(harvest --source continue)" = 0 ]
	printf '{"sessionId":"k","workspaceDirectory":"%s","history":[{"message":{"role":"user","content":"one"}},{"message":{"role":"assistant","content":"two"}},{"message":{"role":"user","content":"three"}}]}' "$REPO" >"$session"
	[ "$(harvest --source continue)" = 1 ]
	[ "$(sql "SELECT text FROM turn WHERE session = 'k' ORDER BY text")" = $'one\nthree\ntwo' ]
}

@test "a database in use: read without a lock, under a writer's lock, through its log" {
	make_cursor
	[ "$(harvest)" = 2 ]
	composer one b1 b2 b3 | sqlite3 "$CURSOR/state.vscdb"
	# A writer that holds its lock, and has not written yet.
	mkfifo "$BATS_TEST_TMPDIR/hold"
	sqlite3 "$CURSOR/state.vscdb" <"$BATS_TEST_TMPDIR/hold" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	writer=$!
	exec 7>"$BATS_TEST_TMPDIR/hold"
	echo 'BEGIN EXCLUSIVE; SELECT 1;' >&7
	for _ in $(seq 100); do [ -s "$BATS_TEST_TMPDIR/said" ] && break; sleep 0.05; done
	[ "$(harvest)" = 1 ]
	echo 'COMMIT; SELECT 2;' >&7
	exec 7>&-
	wait "$writer"
	[ "$(cat "$BATS_TEST_TMPDIR/said")" = $'1\n2' ]
	# With a write-ahead log that its owner has open and has not written back.
	{
		echo 'PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; BEGIN;'
		composer two c1 c2
		echo 'COMMIT; SELECT 3;'
	} >"$BATS_TEST_TMPDIR/wal.sql"
	sqlite3 "$CURSOR/state.vscdb" <"$BATS_TEST_TMPDIR/hold" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	writer=$!
	exec 7>"$BATS_TEST_TMPDIR/hold"
	cat "$BATS_TEST_TMPDIR/wal.sql" >&7
	for _ in $(seq 100); do grep -q 3 "$BATS_TEST_TMPDIR/said" && break; sleep 0.05; done
	before=$(cd "$CURSOR" && sha256sum state.vscdb*)
	[ "$(harvest)" = 2 ]
	[ "$before" = "$(cd "$CURSOR" && sha256sum state.vscdb*)" ]
	exec 7>&-
	wait "$writer"
	[ "$(harvest)" = 0 ]
	run git flywheel harvest --list
	[[ $output == *"cursor"*"2 of 2 sessions"* ]]
}

@test "a database is not read while it is half written, and leaves nothing beside it" {
	make_cursor
	echo 'a rollback that is under way' >"$CURSOR/state.vscdb-journal"
	[ "$(harvest)" = 0 ]
	rm "$CURSOR/state.vscdb-journal"
	chmod a-w "$CURSOR"
	[ "$(harvest)" = 2 ]
	[ "$(ls "$CURSOR")" = state.vscdb ]
	chmod u+w "$CURSOR"
}

@test "killed with SIGKILL at any moment, nothing is lost or doubled" {
	python3 "$BATS_TEST_DIRNAME/bench/talk.py" "$HOME" "$REPO" 3000 7 50
	RANDOM=20260101 # the seed of the delays, which grow until a run comes to its end
	killed=0 half=0
	for i in $(seq 200); do
		git-flywheel harvest >/dev/null 2>&1 3>&- &
		sleep "$(printf '0.%03d' $((RANDOM % (i * 12) % 1000)))"
		kill -9 $! 2>/dev/null || :
		! wait $! 2>/dev/null || break
		killed=$((killed + 1))
		stored=$(sql 'SELECT count(*) FROM turn')
		[ "$stored" = 0 ] || [ "$stored" = 3000 ] || half=$((half + 1))
	done
	[ "$half" -ge 2 ]
	git flywheel harvest >/dev/null
	sql 'SELECT record, source, role, session, length(text) > 0 FROM turn ORDER BY record' >"$BATS_TEST_TMPDIR/killed"
	sql 'SELECT record, position, path FROM turn_edit JOIN turn ON id = turn ORDER BY 1, 2' >>"$BATS_TEST_TMPDIR/killed"
	# The same talk read at once, into a sidecar of its own.
	mv .git/flywheel "$BATS_TEST_TMPDIR/old"
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	git flywheel harvest >/dev/null
	sql 'SELECT record, source, role, session, length(text) > 0 FROM turn ORDER BY record' >"$BATS_TEST_TMPDIR/whole"
	sql 'SELECT record, position, path FROM turn_edit JOIN turn ON id = turn ORDER BY 1, 2' >>"$BATS_TEST_TMPDIR/whole"
	cmp "$BATS_TEST_TMPDIR/killed" "$BATS_TEST_TMPDIR/whole"
	[ "$(sql 'SELECT count(*) FROM turn')" = 3000 ]
	echo "# killed $killed times, $half of them half way" >&3
}

@test "one session told by its tool, SpecStory and a checkpoint is stored once" {
	slug=$(printf %s "$REPO" | tr -c 'A-Za-z0-9' -)
	mkdir -p "$HOME/.claude/projects/$slug" .specstory/history
	printf '{"type":"user","uuid":"u1","sessionId":"s1","cwd":"%s","timestamp":"2026-01-01T00:00:00Z","message":{"content":"once"}}\n' "$REPO" >"$HOME/.claude/projects/$slug/s1.jsonl"
	printf '<!-- Claude Code Session s1 (2026-01-01 00:00:00Z) -->\n\n_**User (2026-01-01 00:00:00Z)**_\n\nonce\n' >.specstory/history/a.md
	blob=$(git hash-object -w "$HOME/.claude/projects/$slug/s1.jsonl")
	tree=$(printf '100644 blob %s\tfull.jsonl\n' "$blob" | git mktree)
	tree=$(printf '040000 tree %s\t0123456789\n' "$tree" | git mktree)
	tree=$(printf '040000 tree %s\tab\n' "$tree" | git mktree)
	git update-ref refs/heads/entire/checkpoints/v1 "$(git commit-tree -m x "$tree")"
	[ "$(harvest)" = 1 ]
	[ "$(harvest)" = 0 ]
	[ "$(sql 'SELECT source, text FROM turn')" = 'claude-code|once' ]
}

@test "a document of 60 MB is read in less than 64 MiB, a transcript of images as well" {
	! ldd "$(command -v git-flywheel)" | grep -q libasan || skip "a sanitizer takes memory for itself"
	folder="$HOME/.config/Code/User/workspaceStorage/w"
	mkdir -p "$folder/chatSessions" "$HOME/.claude/projects/any"
	printf '{"folder":"file://%s"}' "$REPO" >"$folder/workspace.json"
	python3 - "$folder/chatSessions/big.json" <<-'END'
		import sys
		with open(sys.argv[1], "w") as out:
		    out.write('{"requests":[')
		    for i in range(600):
		        out.write('%s{"requestId":"r%d","message":{"text":"question %d"},"variableData":{"image":"%s"},'
		                  '"response":[{"value":"answer"}]}' % ("," if i else "", i, i, "A" * 100000))
		    out.write('],"sessionId":"big","creationDate":1767225600000}')
	END
	python3 "$BATS_TEST_DIRNAME/bench/talk.py" --huge "$HOME/.claude/projects/any/h.jsonl" "$REPO" 40
	run python3 -c 'import json, resource, subprocess
out = json.loads(subprocess.run(["git-flywheel", "harvest", "--json"], check=True, capture_output=True).stdout)
print(out["turns"] >= 1200 + 3001, out["malformed"], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 65536)'
	[ "$output" = 'True 0 True' ]
}

@test "a cloned repository cannot choose which files are read: links are not followed" {
	mkdir -p "$HOME/private/history"
	printf '# aider chat started at 2026-01-01 00:10:00\n\n#### private words\n\nanswer\n' >"$HOME/private/notes"
	printf '<!-- Cursor Session p (2026-01-01 00:00:00Z) -->\n\n_**User (2026-01-01 00:00:00Z)**_\n\nprivate words\n' >"$HOME/private/history/a.md"
	ln -s "$HOME/private/notes" .aider.chat.history.md
	ln -s "$HOME/private" .specstory
	[ "$(harvest)" = 0 ]
	rm .specstory
	mkdir .specstory
	ln -s "$HOME/private/history" .specstory/history
	[ "$(harvest)" = 0 ]
	rm .specstory/history .aider.chat.history.md
	cp -r "$HOME/private/history" .specstory/history
	cp "$HOME/private/notes" .aider.chat.history.md
	[ "$(harvest)" = 3 ]
}

@test "every source is in the list, with its setting" {
	run git flywheel harvest --list --json
	[ "$status" -eq 0 ]
	for source in $(jq -r '.[] | select(.mined | not).source' <<<"$output"); do
		[ "$(git -c "flywheel.harvest.$source=false" flywheel harvest --list --json |
			jq -r ".[] | select(.source == \"$source\").allowed")" = false ]
	done
	[ "$(jq -r '.[] | select(.source == "commit-messages").mined' <<<"$output")" = true ]
	git config flywheel.miner.confidence 0.1
	git commit -q --allow-empty -m 'Use one loop instead of two because the second was never entered'
	git flywheel decisions >/dev/null
	[ "$(git flywheel harvest --list --json | jq '.[] | select(.source == "commit-messages").decisions')" -ge 1 ]
}

# checkpoint <id> <session>: adds one of Entire's, of one turn.
checkpoint() {
	local blob ref=refs/heads/entire/checkpoints/v1
	blob=$(printf '{"type":"user","uuid":"%s-u","sessionId":"%s","cwd":"/else","timestamp":"2026-01-01T00:00:01Z","message":{"content":"words of %s"}}\n' "$2" "$2" "$2" |
		git hash-object -w --stdin)
	export GIT_INDEX_FILE=.git/checkpoints
	git update-index --add --cacheinfo "100644,$blob,${1:0:2}/${1:2}/0/full.jsonl"
	git update-ref "$ref" "$(git commit-tree -m "$1" "$(git write-tree)")"
	unset GIT_INDEX_FILE
}

@test "a checkpoint and the commit that names it may come in either order" {
	named() { # the commits that a session is tied to
		sql "SELECT commit_id FROM turn_anchor JOIN turn ON turn.id = turn WHERE session = '$1' ORDER BY turn"
	}
	rm .git/hooks/post-commit .git/hooks/post-rewrite
	checkpoint aaaaaaaaaaaa s1
	[ "$(harvest)" = 1 ]
	[ -z "$(named s1)" ]
	git commit -q --allow-empty -m 'First

Entire-Checkpoint: aaaaaaaaaaaa'
	[ "$(harvest)" = 1 ]
	[ "$(named s1)" = "$(git rev-parse HEAD)" ]
	# The commit is first, and another harvest lies between the two.
	git commit -q --allow-empty -m 'Second

Entire-Checkpoint: bbbbbbbbbbbb'
	second=$(git rev-parse HEAD)
	[ "$(harvest)" = 0 ]
	git commit -q --allow-empty -m 'Third'
	[ "$(harvest)" = 0 ]
	checkpoint bbbbbbbbbbbb s2
	[ "$(harvest)" = 2 ]
	[ "$(named s2)" = "$second" ]
	# An amended commit is another one; the first is gone and pruned.
	git reset -q --hard "$second"
	git commit -q --amend --allow-empty -m 'Second, in better words

Entire-Checkpoint: bbbbbbbbbbbb'
	git reflog expire --expire=all --all
	git gc -q --prune=now
	[ "$(harvest)" = 1 ]
	[ "$(named s2)" = "$second"$'\n'"$(git rev-parse HEAD)" ]
	[ "$(harvest)" = 0 ]
	run git flywheel talk HEAD
	[[ $output == *'words of s2'* ]]
}

# opencode <sql>: changes the database of OpenCode.
opencode() {
	local folder="$HOME/.local/share/opencode"
	mkdir -p "$folder"
	sqlite3 "$folder/opencode.db" "$1"
}

@test "an answer that grows while its session's own time stands still is read to its end" {
	opencode "CREATE TABLE project(id, worktree);
		CREATE TABLE session(id, project_id, parent_id, directory, time_created, time_updated);
		CREATE TABLE message(id, session_id, time_created, time_updated, data);
		CREATE TABLE part(id, message_id, session_id, time_created, time_updated, data);
		INSERT INTO session VALUES('s', 'p', NULL, '$REPO', 1767225600000, 1767225601000);
		INSERT INTO message VALUES('m', 's', 1, 1, '{\"role\":\"assistant\",\"time\":{\"created\":1767225601000}}');
		INSERT INTO part VALUES('a', 'm', 's', 1, 1, '{\"type\":\"text\",\"text\":\"It is\"}')"
	[ "$(harvest --source opencode)" = 1 ]
	[ "$(harvest --source opencode)" = 0 ]
	opencode "UPDATE part SET time_updated = 2, data = '{\"type\":\"text\",\"text\":\"It is shorter.\"}'"
	harvest --source opencode
	[ "$(sql "SELECT text FROM turn WHERE session = 's'")" = 'It is shorter.' ]
	# Cursor: the session names the same messages, one of which has grown.
	make_cursor
	[ "$(harvest --source cursor)" = 2 ]
	echo "UPDATE cursorDiskKV SET value = '{\"type\":2,\"text\":\"said in b2, and more\"}' WHERE key = 'bubbleId:one:b2'" |
		sqlite3 "$CURSOR/state.vscdb"
	harvest --source cursor
	[ "$(sql "SELECT text FROM turn WHERE record = 'b2'")" = 'said in b2, and more' ]
	before=$(sql 'SELECT max(id) FROM turn')
	harvest --source cursor
	[ "$(sql 'SELECT max(id) FROM turn')" = "$before" ]
}

@test "a session of Goose that was written anew with other ids is not stored again" {
	mkdir -p "$HOME/.local/share/goose/sessions"
	goose() { sqlite3 "$HOME/.local/share/goose/sessions/sessions.db" "$1"; }
	goose "CREATE TABLE sessions(id, working_dir);
		CREATE TABLE messages(id INTEGER PRIMARY KEY AUTOINCREMENT, session_id, role, content_json, created_timestamp, metadata_json);
		INSERT INTO sessions VALUES('s', '$REPO');
		INSERT INTO messages(session_id, role, content_json, created_timestamp) VALUES
			('s', 'user', '[{\"type\":\"text\",\"text\":\"one\"}]', 1767225600),
			('s', 'user', '[{\"type\":\"text\",\"text\":\"two\"}]', 1767225600),
			('s', 'assistant', '[{\"type\":\"text\",\"text\":\"three\"}]', 1767225601)"
	[ "$(harvest --source goose)" = 3 ]
	goose "INSERT INTO messages(session_id, role, content_json, created_timestamp, metadata_json)
			SELECT session_id, role, content_json, created_timestamp, '{\"agentVisible\":false}' FROM messages ORDER BY id;
		DELETE FROM messages WHERE id <= 3;
		INSERT INTO messages(session_id, role, content_json, created_timestamp, metadata_json) VALUES
			('s', 'user', '[{\"type\":\"text\",\"text\":\"the gist of it\"}]', 1767225601, '{\"userVisible\":false}'),
			('s', 'user', '[{\"type\":\"text\",\"text\":\"four\"}]', 1767225602, '{}')"
	[ "$(harvest --source goose)" = 1 ]
	[ "$(sql "SELECT group_concat(text) FROM (SELECT text FROM turn ORDER BY at, id)")" = one,two,three,four ]
}

# unprivileged <command>...: even for root a file's mode counts.
unprivileged() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --bounding-set=-dac_override,-dac_read_search -- "$@"
	else
		"$@"
	fi
}

@test "a file that may not be read is passed over with a word, and the next one is read" {
	folder="$HOME/.claude/projects/x"
	mkdir -p "$folder" "$HOME/.continue/sessions"
	for name in a b c; do
		printf '{"type":"user","uuid":"%s","sessionId":"%s","cwd":"%s","timestamp":"2026-01-01T00:00:01Z","message":{"content":"words of %s"}}\n' \
			$name $name "$REPO" $name >"$folder/$name.jsonl"
	done
	# One that could be looked into and now cannot, and one that nothing is known of.
	[ "$(harvest)" = 3 ]
	echo '{"type":"user","uuid":"d","sessionId":"a","cwd":"'"$REPO"'","timestamp":"2026-01-01T00:00:02Z","message":{"content":"more"}}' |
		tee -a "$folder/a.jsonl" >>"$folder/c.jsonl"
	printf '{"sessionId":"k","workspaceDirectory":"%s","history":[]}' "$REPO" >"$HOME/.continue/sessions/k.json"
	chmod 000 "$folder/a.jsonl" "$HOME/.continue/sessions/k.json"
	run unprivileged git flywheel harvest
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == '1 new turns'* ]]
	[[ ${lines[1]} == "passed over: claude-code: cannot read '$folder/a.jsonl': Permission denied" ]]
	run unprivileged git flywheel harvest --json
	[ "$(jq .passed <<<"$output")" = 1 ]
	run unprivileged git flywheel harvest --list
	[ "$status" -eq 0 ]
	chmod 600 "$folder/a.jsonl"
	[ "$(git flywheel harvest --json | jq .passed)" = 0 ]
}
