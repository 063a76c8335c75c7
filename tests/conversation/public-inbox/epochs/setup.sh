inbox="$HOME/inbox"
for epoch in 0 1; do
	at="$inbox/git/$epoch.git"
	git init -q --bare -b master "$at"
	blob=$(printf 'Message-ID: <%s@mail.example>\nDate: Thu, 1 Jan 2026 00:0%s:00 +0000\nFrom: A writer\nSubject: epoch %s\n\nwords\n' \
		"$epoch" "$epoch" "$epoch" | git -C "$at" hash-object -w --stdin)
	tree=$(printf '100644 blob %s\tm\n' "$blob" | git -C "$at" mktree)
	git -C "$at" update-ref HEAD "$(git -C "$at" commit-tree -m x "$tree")"
done
git config flywheel.publicInbox "$inbox"
