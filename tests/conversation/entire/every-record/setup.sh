main=$(git rev-parse HEAD)
export GIT_INDEX_FILE=.git/other-index
put() { # put <path> <file>
	git update-index --add --cacheinfo "100644,$(git hash-object -w "$2"),$1"
}
put ab/cdef012345/0/full.jsonl "$FIXTURE/full.claude"
echo '{"agent":"Claude Code"}' | git hash-object -w --stdin >/dev/null
first=$(git commit-tree -m one "$(git write-tree)")
{ cat "$FIXTURE/full.claude"; echo '{"type":"user","uuid":"e3","sessionId":"es1","cwd":"/home/bob/thing","timestamp":"2026-01-01T10:00:32Z","message":{"content":"Later in the same session."}}'; } >.git/later
put bc/cdef012345/0/full.jsonl .git/later
put bc/cdef012345/1/full.jsonl "$FIXTURE/full.codex"
put bc/cdef012345/2/full.jsonl "$FIXTURE/full.gemini"
echo '{"type":"user","uuid":"e4","sessionId":"es1","cwd":"/home/bob/thing","timestamp":"2026-01-01T10:00:33Z","message":{"content":"In a second piece."}}' >.git/piece
put bc/cdef012345/0/full.jsonl.001 .git/piece
put bc/cdef012345/0/full.jsonl.orig .git/piece
echo '{"sessionId":"es4","projectHash":"h","startTime":"2026-01-01T10:01:00Z","messages":[{"id":"eg9","timestamp":"2026-01-01T10:01:01Z","type":"user","content":"A document on one line."}]}' >.git/document
put bc/cdef012345/3/full.jsonl .git/document
put bc/cdef012345/metadata.json "$FIXTURE/setup.sh"
git update-ref refs/heads/entire/checkpoints/v1 "$(git commit-tree -p "$first" -m two "$(git write-tree)")"
unset GIT_INDEX_FILE
git commit -q --allow-empty -m 'Change a

Entire-Checkpoint: abcdef012345'
