echo 'int b;' >"src/b c.c"
git add . && git commit -q -m 'Add b'
export GIT_COMMITTER_DATE='@1767225700 +0000'
git notes --ref=ai add -F - HEAD <<'END'
src/a.c
  s_0123456789abcd 1-4,9
  s_ffffffffffffff::t_0123456789abcd 5
  h_00000000000000 6-7
"src/b c.c"
  s_0123456789abcd 1
---
{"schema_version":"authorship/3.0.0","base_commit_sha":"0000","sessions":{"s_0123456789abcd":{"agent_id":{"tool":"cursor","id":"c-77","model":"model-n"},"human_author":"Ann"},"s_ffffffffffffff":{"agent_id":{"tool":"claude","id":"c-78","model":"model-m"},"messages":[{"type":"user","text":"Number the lines.","timestamp":"2026-01-01T09:00:00Z"},{"type":"assistant","text":"Numbered."},{"type":"tool_use","name":"Edit"}]}}}
END
git notes --ref=ai add -m 'not of this kind' HEAD~1
git commit -q --allow-empty -m 'No lines of anybody'
git notes --ref=ai add -m '{"schema_version":"authorship/3.0.0","base_commit_sha":"x","prompts":{}}' HEAD
