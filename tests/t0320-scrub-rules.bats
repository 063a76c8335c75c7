# .flywheel/scrub and private settings: they add rules, and nobody can switch ours off.
bats_require_minimum_version 1.5.0
load helper

setup() {
	setup_repo
	mkdir .flywheel
	TOKEN="gh""p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8"
	printf 'ours %s and acme_k3x9q2m7v5t1w8z4 and mail jane.roe@corp.io\n' "$TOKEN" >"$BATS_TEST_TMPDIR/text"
}

rules() {
	printf "$@" >.flywheel/scrub
}

acme='[rule "acme-token"]\n\tkeyword = acme_\n\tregex = \\\\bacme_([a-z0-9]{16})\\\\b\n\tentropy = 2\n'

@test "a project's rule finds what ours do not" {
	run -1 git flywheel scrub --check "$BATS_TEST_TMPDIR/text"
	[[ $output != *acme* ]]
	rules "$acme"
	run -1 git flywheel scrub --check "$BATS_TEST_TMPDIR/text"
	[[ $output == *"github-token"* && $output == *"acme-token -> "* && $output == *"email"* ]]
	run -0 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output != *k3x9q2m7v5t1w8z4* && $output == *" acme_"[a-z][0-9]* ]]
}

@test "a hash lets one long value pass, and none of a list of common passwords" {
	rules "$acme"'[allow]\n\tsha256 = %s\n\tsha256 = %s\n' \
		"$(printf %s k3x9q2m7v5t1w8z4 | sha256sum | cut -d' ' -f1)" \
		"$(printf %s qx7v2kz9 | sha256sum | cut -d' ' -f1)"
	run -0 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *acme_k3x9q2m7v5t1w8z4* && $output != *"$TOKEN"* ]]
	printf 'password = "qx7v2kz9"\n' >"$BATS_TEST_TMPDIR/weak"
	run -1 git flywheel scrub --check "$BATS_TEST_TMPDIR/weak"
}

@test "no tracked file switches a rule of ours off" {
	rules '[rule "github-token"]\n\tkeyword = ghp_\n\tregex = never\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *"there is a rule 'github-token' already"* && $output != *"$TOKEN"* ]]
	rules '[allow]\n\tregex = .*\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *"flywheel.scrubAllow"* && $output != *"$TOKEN"* ]]
	rules '[rule "all"]\n\tkeyword = ours\n\tregex = (.*)\n\tallow = .*\n'
	run -0 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output != *"$TOKEN"* && $output != *jane* ]]
	rules '[rule "cut"]\n\tkeyword = ghp_\n\tregex = ghp_1A2b3C4d5E6f7G8h9I(.{8})\n\twords = true\n'
	run -0 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output != *1A2b3C* && $output != *4O5p6Q7r8* && $output != *0jK1l2M3* ]]
}

@test "what a rule must have, and what a file may not" {
	rules '[rule "a"]\n\tregex = x(y)\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *".flywheel/scrub"*"needs a keyword"* ]]
	rules '[rule "a"]\n\tkeyword = ab\n\tregex = x(y)\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *"shorter than 3"* ]]
	rules '[rule "a"]\n\tkeyword = abc\n\tregex = x(y\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *"rule a"* ]]
	rules '[rule "a"]\n\tkeyword = abc\n\tform = email\n\tregex = x(y)\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *"unknown setting"* ]]
	rules '[include]\n\tpath = /etc/passwd\n'
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/text"
	[[ $output == *"includes are not followed"* ]]
}

@test "a pattern that backtracks for ever refuses the text, and writes nothing of it" {
	rules '[rule "slow"]\n\tkeyword = ours\n\tregex = (?:a+)+[bc]\n'
	head -c 3000 /dev/zero | tr '\0' 'a' >"$BATS_TEST_TMPDIR/long"
	printf 'ours %s %s\n' "$(cat "$BATS_TEST_TMPDIR/long")" "$TOKEN" >"$BATS_TEST_TMPDIR/slow"
	run -128 git flywheel scrub "$BATS_TEST_TMPDIR/slow"
	[[ $output == *"gave up"* && $output != *"$TOKEN"* && $output != *aaaa* ]]
}

@test "private settings: a file of rules, and patterns of what is no secret" {
	printf "$acme" >"$BATS_TEST_TMPDIR/mine"
	git config flywheel.scrubRules "$BATS_TEST_TMPDIR/mine"
	run -1 git flywheel scrub --check "$BATS_TEST_TMPDIR/text"
	[[ $output == *acme-token* ]]
	git config --add flywheel.scrubAllow '^k3x9'
	run -1 git flywheel scrub --check "$BATS_TEST_TMPDIR/text"
	[[ $output != *acme-token* && $output == *github-token* ]]
	git config --add flywheel.scrubAllow '('
	run -128 git flywheel scrub --check "$BATS_TEST_TMPDIR/text"
}
