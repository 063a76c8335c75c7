# Mail: files of it and public-inbox archives, threads, encodings, patches.
load helper

setup() {
	setup_repo
	commit_file a.c 'int first;'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	sed -i 's/^program=.*/program=true/' .git/hooks/post-commit
	MBOX="$BATS_TEST_TMPDIR/list.mbox"
	git config flywheel.mbox "$MBOX"
}

# mail <id> <subject> <headers> <body>: one message, without the line before it.
mail() {
	printf 'Message-ID: <%s@mail.example>\nDate: Thu, 1 Jan 2026 00:%02d:00 +0000\nFrom: Jane Roe <jane.roe@corp.io>\nSubject: %s\n%b\n%b\n' \
		"$1" "$1" "$2" "${3:+$3\n}" "$4"
}

# post <as mail>: into the file.
post() {
	{
		printf 'From jane.roe@corp.io Thu Jan  1 00:00:00 2026\n'
		mail "$@"
		echo
	} >>"$MBOX"
}

PATCH='Use a second number instead of an array, because arrays are slow here.\n\nSigned-off-by: Jane Roe <jane.roe@corp.io>\n---\n a.c | 1 +\n 1 file changed, 1 insertion(+)\n\ndiff --git a/a.c b/a.c\nindex 1111111..2222222 100644\n--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@\n int first;\n+int second_number_of_all;\n-- \n2.40.0\n'

sql() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print("|".join(map(str, row)))' \
		.git/flywheel/flywheel.db "$1"
}

harvest() {
	git flywheel harvest --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["turns"])'
}

@test "threads, quotes, encodings, and only what is plain text" {
	post 1 'a question' '' 'Why is first an int?\n\n-- \nJane\nCorp'
	post 2 'Re: a question' 'References: <1@mail.example>' 'On Thu, Jane wrote:\n> Why is first an int?\n\nBecause it is small.\n>From here it looks so.'
	post 3 'Re: a question' 'In-Reply-To: <2@mail.example>' 'An answer without references.'
	post 4 '=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?iso-8859-1?B?/GJlcg==?=' 'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable' 'sch=F6n =\nund lang'
	post 5 'parts' 'Content-Type: multipart/mixed; boundary="XX"' '--XX\nContent-Type: multipart/alternative; boundary=YY\n\n--YY\nContent-Type: text/html\n\n<b>no</b>\n--YY\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nUGxhaW4gd29yZHMu\n--YY--\n--XX\nContent-Type: image/png\n\nAAAA\n--XX--'
	printf 'From x Thu Jan  1 00:00:00 2026\nSubject: no id\n\nnothing\n' >>"$MBOX"
	[ "$(harvest)" = 5 ]
	run sql "SELECT replace(text, char(10), '/'), parent <> '' FROM turn ORDER BY at"
	[ "${lines[0]}" = 'a question//Why is first an int?|0' ]
	[ "${lines[1]}" = 'Because it is small./From here it looks so.|1' ]
	[ "${lines[2]}" = 'An answer without references.|1' ]
	[ "${lines[3]}" = 'Grüßeüber//schön und lang|0' ]
	[ "${lines[4]}" = 'parts//Plain words.|0' ]
	run sql 'SELECT count(DISTINCT session) FROM turn'
	[ "$output" = 3 ]
	! grep -q 'jane.roe\|mail.example' .git/flywheel/flywheel.db
}

@test "what comes later is read later, a message that was cut is made whole" {
	post 1 one '' 'first words'
	[ "$(harvest)" = 1 ]
	[ "$(harvest)" = 0 ]
	printf 'From x Thu Jan  1 00:00:00 2026\nMessage-ID: <2@mail.example>\nDate: Thu, 1 Jan 2026 00:02:00 +0000\nSubject: two\n\nhalf\n' >>"$MBOX"
	[ "$(harvest)" = 1 ]
	printf 'and the other half\n' >>"$MBOX"
	harvest
	run sql "SELECT replace(text, char(10), '/') FROM turn ORDER BY at"
	[ "${lines[1]}" = 'two//half/and the other half' ]
	[ "${#lines[@]}" = 2 ]
}

@test "a patch leads to its commit: by its lines, its subject, its Message-ID" {
	post 1 '[PATCH v2 1/1] Add a second number' '' "$PATCH"
	post 2 'Re: [PATCH v2 1/1] Add a second number' 'References: <1@mail.example>' 'Looks right to me.'
	post 3 '[PATCH] Something never applied' '' 'It was refused.'
	[ "$(harvest)" = 3 ]
	run sql "SELECT replace(text, char(10), '/') FROM turn_edit"
	[ "$output" = 'int first;/int second_number_of_all;/' ]
	printf 'int first;\nint second_number_of_all;\n' >a.c
	tick
	git commit -q -a -m 'Add a second number' -m 'Link: https://lore.example/r/1@mail.example'
	run git flywheel talk HEAD
	[[ ${lines[0]} == '0.95 trailer'* ]]
	[[ $output == *'Looks right to me'* && $output != *'refused'* ]]
	git commit -q --amend -m 'Add a second number'
	run git flywheel talk HEAD
	[[ ${lines[0]} == '0.80 subject'* ]]
	git commit -q --amend -m 'Another subject'
	run git flywheel talk HEAD
	[[ ${lines[0]} == '0.66 edit'* ]]
	run git flywheel talk a.c:2
	[[ ${lines[0]} == '0.98 edit'* ]]
	# A person's lines are no assistant's.
	run git flywheel survival
	[[ $output == 'no line of an assistant'* ]]
	# What the message decided is tied to the commit.
	id=$(git flywheel decisions list --source mbox | cut -c1-12)
	run git flywheel decisions show "$id"
	[[ $output == *'instead of an array'* && $output == *'Another subject'* ]]
}

@test "public-inbox archives, epoch by epoch, each commit once" {
	git config --unset flywheel.mbox
	git config flywheel.publicInbox "$BATS_TEST_TMPDIR/inbox"
	for epoch in 0 1; do
		git init -q --bare -b master "$BATS_TEST_TMPDIR/inbox/git/$epoch.git"
	done
	# add <epoch> <id> <file>: one commit, one message.
	add() {
		local at="$BATS_TEST_TMPDIR/inbox/git/$1.git" blob tree parent
		blob=$(mail "$2" "message $2" '' "words of $2" | git -C "$at" hash-object -w --stdin)
		tree=$(printf '100644 blob %s\t%s\n' "$blob" "$3" | git -C "$at" mktree)
		parent=$(git -C "$at" rev-parse -q --verify HEAD) || parent=
		git -C "$at" update-ref HEAD "$(git -C "$at" commit-tree ${parent:+-p "$parent"} -m x "$tree")"
	}
	add 0 1 m
	add 0 2 m
	add 1 3 m
	[ "$(harvest)" = 3 ]
	[ "$(harvest)" = 0 ]
	add 1 4 m
	[ "$(harvest)" = 1 ]
	run sql "SELECT replace(text, char(10), '/') FROM turn ORDER BY at"
	[ "${lines[3]}" = 'message 4//words of 4' ]
	# The first form: a file for each message.
	git config flywheel.publicInbox "$BATS_TEST_TMPDIR/old"
	mv "$BATS_TEST_TMPDIR/inbox/git/1.git" "$BATS_TEST_TMPDIR/old"
	rm -r "$BATS_TEST_TMPDIR/inbox"
	add() {
		local at="$BATS_TEST_TMPDIR/old" blob tree
		blob=$(mail "$2" "message $2" '' "words of $2" | git -C "$at" hash-object -w --stdin)
		tree=$({ git -C "$at" ls-tree HEAD; printf '100644 blob %s\t%s\n' "$blob" "$3"; } | git -C "$at" mktree)
		git -C "$at" update-ref HEAD "$(git -C "$at" commit-tree -p HEAD -m x "$tree")"
	}
	add 1 5 abcdef
	add 1 6 fedcba
	[ "$(harvest)" = 2 ]
}
