# Reviews and comments of forges, from a server that behaves like theirs, errors included.
load helper
load wire

setup_file() {
	wire_start "$BATS_FILE_TMPDIR/wire"
}

teardown_file() {
	wire_stop "$BATS_FILE_TMPDIR/wire"
}

setup() {
	setup_repo
	world="f$BATS_TEST_NUMBER"
	printf 'int first;\nint second;\nint third;\n' >a.c
	git add a.c
	tick
	git commit -q -m 'Numbers'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	sed -i 's/^program=.*/program=true/' .git/hooks/post-commit
	unset GITHUB_TOKEN GITLAB_TOKEN
	export GITHUB_TOKEN=t0ken-of-tests
	git config flywheel.github.url "$WIRE_URL/w/$world"
	git config flywheel.github.repository o/r
	git config flywheel.harvest.github true
}

# comment <id> <minute> <body> [<more members>]: of a line, as JSON.
comment() {
	printf '{"id":%d,"body":"%s","user":{"login":"jane","type":"User"},"path":"a.c","line":2,"commit_id":"%s","created_at":"2026-01-01T00:%02d:00Z","updated_at":"2026-01-01T00:%02d:00Z"%s}' \
		"$1" "$3" "$(git rev-parse HEAD)" "$2" "$2" "${4:+,$4}"
}

# forge <comments> [<issues>] [<more lists>] [<more members>]: what it holds.
forge() {
	wire_world "$world" '{"forge": {"lists": {"/repos/o/r/pulls/comments": ['"$1"'], "/repos/o/r/issues": ['"${2:-}"'], "/repos/o/r/issues/comments": []'"${3:+,$3}"'}'"${4:+,$4}"'}}' >/dev/null
}

report() {
	wire_report "$world" | python3 -c 'import json, sys; print(json.load(sys.stdin)["forge"][sys.argv[1]])' "$1"
}

harvest() {
	run git flywheel harvest --json --source github
	echo "$output"
}

turns() {
	python3 -c 'import json, sys; print(json.loads(sys.argv[1])["turns"])' "$output"
}

sql() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print("|".join(map(str, row)))' \
		.git/flywheel/flywheel.db "$1"
}

@test "nothing is asked unless it is configured, and never by a tracked file" {
	git config --unset flywheel.harvest.github
	forge "$(comment 1 1 'why two?')"
	mkdir .flywheel
	printf '[flywheel "harvest"]\n\tgithub = true\n' >.flywheel/curation
	git flywheel harvest >/dev/null || :
	run git flywheel harvest --source github
	[ "$status" -ne 0 ]
	[ "$(report asked)" = 0 ]
}

@test "line comments, answers, reviews, issues: threads, places, and talk about a line" {
	forge "$(comment 11 1 'this should be named better'), $(comment 12 2 'agreed, rename it' '"in_reply_to_id":11')" \
		'{"id":21,"number":7,"body":"numbers are needed","user":{"type":"User"},"created_at":"2026-01-01T00:01:00Z","updated_at":"2026-01-01T00:03:00Z","pull_request":{}}' \
		'"/repos/o/r/pulls/7/reviews": [{"id":31,"body":"looks good to me","state":"APPROVED","commit_id":"'"$(git rev-parse HEAD)"'","user":{"type":"User"},"submitted_at":"2026-01-01T00:04:00Z"}, {"id":32,"body":"","state":"APPROVED","submitted_at":"2026-01-01T00:05:00Z"}]'
	harvest
	[ "$status" -eq 0 ]
	[ "$(turns)" = 4 ]
	run sql 'SELECT session, role, text FROM turn ORDER BY at, id'
	[ "${lines[0]}" = 'github-issue-7|user|numbers are needed' ]
	[ "${lines[1]}" = 'github-thread-11|user|this should be named better' ]
	[ "${lines[2]}" = 'github-thread-11|user|agreed, rename it' ]
	[ "${lines[3]}" = 'github-issue-7|user|looks good to me' ]
	# The line moves; the comment is still about it.
	printf '// new head\nint first;\nint second;\nint third;\n' >a.c
	tick
	git commit -q -a -m 'A head'
	run git flywheel talk a.c:3
	[[ ${lines[0]} == '0.97 place '*'github-thread-11'* ]]
	[[ $output == *'agreed, rename it'* ]]
	run git flywheel talk HEAD~1
	[[ $output == *'looks good to me'* ]]
	grep -q 'jane' .git/flywheel/flywheel.db && return 1
	! grep -q 't0ken' -r .git/flywheel
}

@test "pages, once; and nothing new is asked for with what is known" {
	list=
	for i in 1 2 3 4 5 6 7; do
		list+="${list:+,}$(comment $i $((i / 2)) "comment number $i")"
	done
	forge "$list" '' '' '"page": 2'
	harvest
	[ "$(turns)" = 7 ]
	asked=$(report asked)
	harvest
	[ "$(turns)" = 0 ]
	[ "$(report unchanged)" = 3 ]
	[ "$(report asked)" = $((asked + 3)) ]
	# An edited comment replaces what was stored; that others are in no list of changes says nothing.
	forge "$(comment 2 40 'edited words')"
	harvest
	run sql 'SELECT count(*) FROM turn'
	[ "$output" = 7 ]
	run sql "SELECT text FROM turn WHERE record = 'github-comment-2'"
	[ "$output" = 'edited words' ]
}

@test "a page of one time is turned; pages that shift lose nothing" {
	list=
	for i in 1 2 3 4 5; do
		list+="${list:+,}$(comment $i 1 "at one time $i")"
	done
	forge "$list" '' '' '"page": 2'
	harvest
	[ "$(turns)" = 5 ]
	list=
	for i in 6 7 8 9 10 11; do
		list+="${list:+,}$(comment $i $i "shifting $i")"
	done
	forge "$list" '' '' '"page": 2, "shift": {"list": "/repos/o/r/pulls/comments", "id": 6, "at": "2026-01-01T00:59:00Z"}'
	harvest
	[ "$(turns)" = 6 ]
}

@test "limits are kept: nothing is asked until the time that was said" {
	forge "$(comment 1 1 one),$(comment 2 2 two),$(comment 3 3 three)" '' '' \
		'"page": 1, "left": 3, "reset": '$((FLYWHEEL_NOW + 600))
	harvest
	[ "$status" -ne 0 ]
	[[ $output == *'asked to be left alone until 2026-01-01T01:10:00Z'* ]]
	asked=$(report asked)
	harvest
	[ "$status" -ne 0 ]
	[ "$(report asked)" = "$asked" ]
	# Others are not kept from being read.
	run git flywheel harvest --json
	[ "$status" -eq 0 ]
	[[ $output == *'left alone until'* ]]
	wire_world "$world" '{"forge": {"left": 100}}' >/dev/null
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 601)) run git flywheel harvest --json --source github
	[ "$status" -eq 0 ]
	run sql 'SELECT count(*) FROM turn'
	[ "$output" = 3 ]
	wire_world "$world" '{"forge": {"wait": 30}}' >/dev/null
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 602)) run git flywheel harvest --source github
	[ "$status" -ne 0 ]
	[[ $output == *'left alone until 2026-01-01T01:10:32Z'* ]]
}

@test "a refused token, a missing repository, a dead server" {
	forge "$(comment 1 1 one)"
	wire_world "$world" '{"token": true}' >/dev/null
	harvest
	[ "$status" -ne 0 ]
	[[ $output == *'token for o/r'*'403'* ]]
	[[ $output != *t0ken* ]]
	git config flywheel.github.repository o/other
	git config flywheel.github.url "$WIRE_URL/w/$world-other"
	wire_world "$world-other" '{"forge": {"lists": {}}}' >/dev/null
	harvest
	[ "$status" -ne 0 ]
	[[ $output == *"no repository 'o/other'"* ]]
	git config flywheel.github.url http://127.0.0.1:1
	harvest
	[ "$status" -ne 0 ]
	git config flywheel.github.url http://forge.example.com
	harvest
	[ "$status" -ne 0 ]
	[[ $output == *'https'* ]]
}

@test "faults of every kind: what is there in the end is what the forge holds" {
	list=
	for i in $(seq 30); do
		list+="${list:+,}$(comment "$i" "$i" "comment number $i")"
	done
	forge "$list" '' '' '"page": 3'
	wire_world "$world" '{"seed": 5, "faults": {"rate": 300, "budget": 12}}' >/dev/null
	for i in $(seq 20); do
		FLYWHEEL_NOW=$((FLYWHEEL_NOW + i * 1000)) run git flywheel harvest --json --source github
		[ "$status" -ne 0 ] || break
	done
	[ "$status" -eq 0 ]
	run sql 'SELECT count(*), count(DISTINCT text) FROM turn'
	[ "$output" = '30|30' ]
	wire_report "$world" | grep -q '"errors":\[\]'
}

@test "the background pass asks once an hour, a person as often as wanted" {
	forge "$(comment 1 1 one)"
	git flywheel worker --wait >/dev/null
	asked=$(report asked)
	[ "$asked" -gt 0 ]
	git commit -q --allow-empty -m 'Again'
	git flywheel worker --wait >/dev/null
	[ "$(report asked)" = "$asked" ]
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 3601)) git flywheel worker --wait >/dev/null
	[ "$(report asked)" -gt "$asked" ]
	asked=$(report asked)
	harvest
	[ "$(report asked)" -gt "$asked" ]
	asked=$(report asked)
	git config flywheel.harvest.interval 1m
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 59)) git flywheel worker --wait >/dev/null
	[ "$(report asked)" = "$asked" ]
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 60)) git flywheel worker --wait >/dev/null
	[ "$(report asked)" -gt "$asked" ]
	# A word that is no time keeps nobody from asking; the pass says so and goes on.
	git config flywheel.harvest.interval often
	run git flywheel worker --wait
	[ "$status" -eq 0 ]
	[[ $output == *'flywheel.harvest.interval'* ]]
	run git flywheel harvest --source github
	[ "$status" -eq 0 ]
}

@test "GitLab: merge requests and their discussions" {
	git config flywheel.harvest.github false
	git config flywheel.harvest.gitlab true
	git config flywheel.gitlab.url "$WIRE_URL/w/$world"
	git config flywheel.gitlab.project g/p
	head=$(git rev-parse HEAD)
	wire_world "$world" '{"forge": {"lists": {
		"/projects/g/p/merge_requests": [{"id": 900, "iid": 4, "description": "adds numbers", "merge_commit_sha": "'"$head"'", "created_at": "2026-01-01T00:01:00Z", "updated_at": "2026-01-01T00:09:00Z"}],
		"/projects/g/p/merge_requests/4/discussions": [
			{"id": "abc1", "notes": [
				{"id": 1, "body": "changed the description", "system": true, "created_at": "2026-01-01T00:02:00Z"},
				{"id": 2, "body": "second is a bad name", "system": false, "created_at": "2026-01-01T00:03:00.123Z", "position": {"new_path": "a.c", "new_line": 2, "head_sha": "'"$head"'"}},
				{"id": 3, "body": "call it two", "system": false, "created_at": "2026-01-01T00:04:00.000Z", "position": {"new_path": "a.c", "new_line": 2, "head_sha": "'"$head"'"}}]}]}}}' >/dev/null
	run git flywheel harvest --json
	[ "$status" -eq 0 ]
	[ "$(turns)" = 3 ]
	run git flywheel talk a.c:2
	[[ ${lines[0]} == '0.97 place '*'gitlab gitlab-thread-abc1'* ]]
	[[ $output == *'call it two'* && $output != *'changed the description'* ]]
	run git flywheel talk HEAD
	[[ $output == *'adds numbers'* ]]
}

# later <weeks>: harvests so much later.
later() {
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + $1 * 7 * 86400)) run git flywheel harvest --json --source "${2:-github}"
	[ "$status" -eq 0 ]
}

@test "what was deleted at the forge is found within a week, and nothing else is taken for it" {
	list=
	for i in 1 2 3 4 5 6 7; do
		list+="${list:+,}$(comment $i "$i" "We read all rows from one table instead of a list because it is number $i")"
	done
	forge "$list" '' '"/repos/o/r/pulls/comments/3": [{"id": 3}]' '"page": 2'
	harvest
	[ "$(turns)" = 7 ]
	git flywheel decisions >/dev/null
	git flywheel why --json a.c >"$BATS_TEST_TMPDIR/why"
	grep -q 'number 5' "$BATS_TEST_TMPDIR/why"
	# 3 is only in none of the pages, as when they shift; 5 and the newest, 7, are gone.
	forge "$(comment 1 1 'number 1'),$(comment 2 2 'number 2'),$(comment 4 4 'number 4'),$(comment 6 6 'number 6')" \
		'' '"/repos/o/r/pulls/comments/3": [{"id": 3}]' '"page": 2'
	harvest
	[ "$(sql 'SELECT count(*) FROM turn')" = 7 ]
	later 1
	run sql 'SELECT record FROM turn ORDER BY 1'
	[ "$output" = $'github-comment-1\ngithub-comment-2\ngithub-comment-3\ngithub-comment-4\ngithub-comment-6' ]
	git flywheel decisions >/dev/null
	git flywheel why --json a.c >"$BATS_TEST_TMPDIR/why" || :
	run grep 'number 5' "$BATS_TEST_TMPDIR/why"
	[ "$status" -ne 0 ]
	run git flywheel talk a.c
	[[ $output != *'number 5'* ]]
	# Not again before another week is over.
	asked=$(report asked)
	later 1
	[ "$(report asked)" = $((asked + 3)) ]
}

@test "looking for what was deleted goes on after a limit where it stood" {
	list=
	for i in $(seq 9); do
		list+="${list:+,}$(comment "$i" "$i" "number $i")"
	done
	forge "$list" '' '' '"page": 2'
	harvest
	forge "$(comment 1 1 'number 1'),$(comment 3 3 'number 3'),$(comment 4 4 'number 4'),$(comment 5 5 'number 5'),$(comment 6 6 'number 6'),$(comment 8 8 'number 8')" \
		'' '' '"page": 2, "left": 4, "reset": '$((FLYWHEEL_NOW + 7 * 86400 + 60))
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 7 * 86400)) run git flywheel harvest --json --source github
	[ "$status" -ne 0 ]
	[[ $output == *'left alone'* ]]
	wire_world "$world" '{"forge": {"left": 100}}' >/dev/null
	asked=$(report asked)
	FLYWHEEL_NOW=$((FLYWHEEL_NOW + 61)) later 1
	run sql 'SELECT count(*), sum(record IN ("github-comment-2", "github-comment-7", "github-comment-9")) FROM turn'
	[ "$output" = '6|0' ]
}

@test "GitLab: a note that is gone when its request is read again, and of open ones every week" {
	git config flywheel.harvest.gitlab true
	git config flywheel.gitlab.url "$WIRE_URL/w/$world"
	git config flywheel.gitlab.project g/p
	request='{"id": 900, "iid": 4, "description": "adds numbers", "created_at": "2026-01-01T00:01:00Z", "updated_at": "2026-01-01T00:09:00Z"}'
	note() { printf '{"id": %d, "body": "note %d", "system": false, "created_at": "2026-01-01T00:0%d:00Z"}' "$1" "$1" "$1"; }
	serve() { # serve <notes>
		wire_world "$world" '{"forge": {"lists": {"/projects/g/p/merge_requests": ['"$request"'],
			"/projects/g/p/merge_requests/4/discussions": [{"id": "abc1", "notes": ['"$1"']}]}}}' >/dev/null
	}
	serve "$(note 2),$(note 3),$(note 4)"
	run git flywheel harvest --json --source gitlab
	[ "$(turns)" = 4 ]
	serve "$(note 2),$(note 4)"
	run git flywheel harvest --json --source gitlab
	[ "$(sql "SELECT count(*) FROM turn WHERE record = 'gitlab-note-3'")" = 1 ]
	later 1 gitlab
	[ "$(sql "SELECT group_concat(record) FROM turn WHERE record LIKE '%note%'")" = gitlab-note-2,gitlab-note-4 ]
	request=${request/00:09/00:19}
	serve "$(note 2)"
	run git flywheel harvest --json --source gitlab
	[ "$(sql "SELECT group_concat(record) FROM turn WHERE record LIKE '%note%'")" = gitlab-note-2 ]
}
