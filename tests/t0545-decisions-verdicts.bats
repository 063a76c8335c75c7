#!/usr/bin/env bats
# What people say of decisions corrects how sure the miner is of the next ones.
load helper

setup() {
	setup_repo
	git flywheel init --no-hooks >/dev/null
	git config flywheel.miner.confidence 0.1
	local part
	for part in socket parser cache index lexer writer reader timer queue pool; do
		commit_file $part.c "int $part;" "Give the $part an arena

Use an arena for the $part instead of single allocations."
	done
	commit_file hook.c "int hook;" "Keep the hook static

Link the hook statically, because it must start within a millisecond."
}

sure_of() { git flywheel decisions list --json -n 1000 | jq "[.[] | select(.evidence | contains(\"$1\"))][0].confidence"; }

@test "eight rejections of a cue bring the others down, and nothing else" {
	before=$(sure_of "for the pool")
	other=$(sure_of "Link the hook")
	ids=$(git flywheel decisions list --json -n 1000 |
		jq -r '[.[] | select(.evidence | contains("instead of")) | select(.evidence | contains("for the pool") | not)][:8][].id')
	[ "$(wc -w <<<"$ids")" -eq 8 ]
	for id in $(head -7 <<<"$ids"); do git flywheel decisions reject "$id"; done
	[ "$(sure_of "for the pool")" = "$before" ] # seven are too few
	git flywheel decisions reject "$(tail -1 <<<"$ids")"
	after=$(git -c flywheel.miner.confidence=0 flywheel decisions list --json -n 1000 |
		jq '[.[] | select(.evidence | contains("for the pool"))][0].confidence // 0')
	[ "$(jq -n "$after < $before - 0.1")" = true ]
	[ "$(jq -n "$(sure_of "Link the hook") >= $other - 0.01")" = true ]
}

@test "the same verdicts give the same confidence again after rebuild" {
	for id in $(git flywheel decisions list --json -n 1000 | jq -r '.[].id' | head -8); do
		git flywheel decisions accept "$id"
	done
	git flywheel decisions list --json -n 1000 >one
	git flywheel rebuild
	git flywheel decisions list --json -n 1000 >two
	cmp one two
}
