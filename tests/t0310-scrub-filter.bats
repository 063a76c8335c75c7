# The filter: clean text out, findings on request, the same pseudonym for the same thing.
load helper

setup() {
	setup_environment
	mkdir -p "$BATS_TEST_TMPDIR/nowhere"
	cd "$BATS_TEST_TMPDIR/nowhere"
	TOKEN="gh""p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8"
	printf 'one jane.roe@corp.io\ntwo %s and jane.roe@corp.io\n' "$TOKEN" >text
}

@test "filters a file and standard input, outside of a repository" {
	run git-flywheel scrub --salt s text
	[ "$status" -eq 0 ]
	[[ $output =~ ^"one user"([0-9]+)"@example.com" ]]
	[[ ${lines[1]} =~ ^"two ghp_"[A-Za-z0-9]{36}" and user${BASH_REMATCH[1]}@example.com"$ ]]
	[[ $output != *"${TOKEN#gh?_}"* ]]
	first=$output
	run git-flywheel scrub --salt s - <text
	[ "$output" = "$first" ]
	run git-flywheel scrub --salt other - <text
	[ "$output" != "$first" ]
}

@test "--check lists findings with their place and says no; clean text passes" {
	run git-flywheel scrub --check --salt s text
	[ "$status" -eq 1 ]
	[[ ${lines[0]} =~ ^"1:5: email -> user" ]]
	[[ ${lines[1]} =~ ^"2:9: github-token -> " ]]
	[[ ${lines[2]} =~ ^"2:50: email -> user" ]]
	[[ $output != *jane* ]]
	git-flywheel scrub text >clean
	run git-flywheel scrub --check clean
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "--json and --explain" {
	run git-flywheel scrub --json text
	[ "$status" -eq 1 ]
	[ "$(python3 -c 'import json,sys; print([f["rule"] for f in json.loads(sys.argv[1])])' "$output")" = \
		"['email', 'github-token', 'email']" ]
	run git-flywheel scrub --check --explain text
	[[ ${lines[0]} == *'(was j..., 16 bytes)' ]]
}

@test "scrubbing twice is scrubbing once, bytes that are no text included" {
	head -c 200000 /dev/urandom >noise
	git-flywheel scrub --salt s noise >once
	git-flywheel scrub --salt t once >twice
	cmp once twice
	: >empty
	[ -z "$(git-flywheel scrub empty)" ]
}

@test "names of the history's authors are replaced, words are not" {
	setup_repo
	GIT_AUTHOR_NAME='Quirinus Vandermolen' commit_file a text 'first'
	GIT_AUTHOR_NAME='Will Page' commit_file b text 'second'
	git flywheel init >/dev/null 2>&1
	wait_for_worker
	printf 'Ask Vandermolen or Will Page; the Page will tell.\n' >"$BATS_TEST_TMPDIR/talk"
	run git flywheel scrub "$BATS_TEST_TMPDIR/talk"
	[ "$status" -eq 0 ]
	[[ $output =~ ^"Ask "[A-Z][a-z]+" or "[A-Z][a-z]+" "[A-Z][a-z]+"; the Page will tell."$ ]]
	[[ $output != *Vandermolen* && $output != *"Will Page"* ]]
	first=$output
	run git flywheel scrub "$BATS_TEST_TMPDIR/talk"
	[ "$output" = "$first" ]
}

@test "bad usage and missing files" {
	run git-flywheel scrub
	[ "$status" -eq 129 ]
	run git-flywheel scrub missing
	[ "$status" -eq 128 ]
	[[ $output == *"missing"* ]]
}
