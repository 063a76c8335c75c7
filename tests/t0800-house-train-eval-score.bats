#!/usr/bin/env bats
# The house model by hand: training, measuring, scoring, and what it says about bad input.

load helper

# write_code <folder> <word>: a few files whose habits depend on the word.
write_code() {
	mkdir -p "$1"
	for i in 1 2 3 4 5 6; do
		for j in 1 2 3 4 5 6 7 8; do
			printf 'static int %s_%s(struct %s *%s)\n{\n\treturn %s_check(%s, %s);\n}\n\n' \
				"$2" "$j" "$2" "$2" "$2" "$2" "$((i * j))"
		done >"$1/$2$i.c"
	done
	ls "$1"/*.c >"$1.list"
}

setup() {
	setup_environment
	cd "$BATS_TEST_TMPDIR"
	write_code alpha alpha
	write_code beta beta
}

bits_of() { # <model> <list>
	git flywheel house eval "$1" -f "$2" | sed -n '1s/ bits.*//p'
}

@test "train outside a repository, twice, to the same bytes" {
	run git flywheel house train -f alpha.list -o one.model --seed 3
	[ "$status" -eq 0 ]
	[[ "$output" == "one.model: "*" tokens in "*" s, sha256 $(sha256sum <one.model | cut -c1-64)" ]]
	git flywheel house train -f alpha.list -o two.model --seed 3
	cmp one.model two.model
	git flywheel house train -f alpha.list -o three.model --seed 4
	! cmp -s one.model three.model
}

@test "a house's own text costs fewer bits than another's" {
	git flywheel house train -f alpha.list -o a.model
	git flywheel house train -f beta.list -o b.model
	own=$(bits_of a.model alpha.list)
	other=$(bits_of b.model alpha.list)
	awk -v own="$own" -v other="$other" 'BEGIN { exit !(own > 0 && own < other) }'
}

@test "eval reports every file in JSON, and learns on request" {
	git flywheel house train -f beta.list -o b.model
	run git flywheel house eval b.model -f alpha.list --json
	[ "$status" -eq 0 ]
	static=$(jq .bits_per_token <<<"$output")
	[ "$(jq '.files | length' <<<"$output")" = 6 ]
	[ "$(jq '[.files[].tokens] | add' <<<"$output")" = "$(jq .tokens <<<"$output")" ]
	dynamic=$(git flywheel house eval b.model -f alpha.list --json --dynamic | jq .bits_per_token)
	awk -v static="$static" -v dynamic="$dynamic" 'BEGIN { exit !(dynamic < static) }'
}

@test "score prints bits and tokens for each line, and names a bad one" {
	git flywheel house train -f alpha.list -o a.model
	run git flywheel house score a.model <<-'END'
		{"prompt": "return alpha_check(", "text": "alpha, 3);"}
		{"text": "zebra"}
	END
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ "${lines[0]}" =~ ^[0-9]+\.[0-9]+\ 5$ ]]
	[[ "${lines[1]}" =~ ^[0-9]+\.[0-9]+\ 1$ ]]
	run git flywheel house score a.model <<<'{"prompt": "x"}'
	[ "$status" -eq 128 ]
	[[ "$output" == *'line 1: no "text"'* ]]
	run git flywheel house score a.model <<<'{nonsense'
	[ "$status" -eq 128 ]
	[[ "$output" == *"line 1"* ]]
}

@test "bad files are one clear line each, and nothing is written" {
	git flywheel house train -f alpha.list -o a.model
	echo missing.c >>alpha.list
	run git flywheel house train -f alpha.list -o never.model
	[ "$status" -eq 128 ]
	[[ "$output" == *"missing.c"* ]]
	[ ! -e never.model ]
	run git flywheel house eval nothing.model -f beta.list
	[ "$status" -eq 128 ]
	[[ "$output" == *"nothing.model"* ]]
	head -c 5000 a.model >cut.model
	run git flywheel house eval cut.model -f beta.list
	[ "$status" -eq 128 ]
	[[ "$output" == *"damaged"* ]]
	run git flywheel house eval beta.list -f beta.list
	[ "$status" -eq 128 ]
	[[ "$output" == *"not a model"* ]]
	printf 'x' | dd of=a.model bs=1 seek=6000 conv=notrunc status=none
	run git flywheel house eval a.model -f beta.list
	[ "$status" -eq 128 ]
	[[ "$output" == *"checksum"* ]]
}

@test "wrong words are usage errors" {
	for words in "" "train" "train -f x" "eval" "eval m" "fly m"; do
		# shellcheck disable=SC2086 # the words are meant to split
		run git flywheel house $words
		[ "$status" -eq 129 ]
	done
}

@test "nothing to train on gives a model that spells everything" {
	: >none.list
	git flywheel house train -f none.list -o none.model
	# Two letters and the end, at about eight bits each.
	run git flywheel house score none.model <<<'{"text": "ab"}'
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^[12][0-9]\.[0-9]+\ 1$ ]]
}

@test "update gives the bytes that training gives" {
	git flywheel house train -f alpha.list -o old.model
	head -2 alpha.list >gone
	printf 'int alpha_new(void)\n{\n\treturn alpha_check(7);\n}\n' >alpha/alpha3.c
	cp alpha/alpha3.c alpha/new.c
	printf '%s\n' alpha/new.c alpha/alpha3.c >changed
	git flywheel house update old.model -f changed --gone gone -o updated.model
	{ tail -n +3 alpha.list && echo alpha/new.c; } >clean.list
	git flywheel house train -f clean.list -o clean.model
	cmp updated.model clean.model
	echo alpha/nothing.c >gone
	run git flywheel house update old.model --gone gone -o never.model
	[ "$status" -eq 128 ]
	[[ $output == *"no text 'alpha/nothing.c'"* ]]
	[ ! -e never.model ]
}

@test "predict lists the likeliest tokens" {
	git flywheel house train -f alpha.list -o a.model
	run git flywheel house predict a.model <<<'{"prompt": "{\n\treturn "}'
	[ "$status" -eq 0 ]
	[ "$(jq -r '.[0].token' <<<"$output")" = alpha_check ]
	[ "$(jq '[.[].p] | . == (sort | reverse) and add <= 1.000001' <<<"$output")" = true ]
}

@test "tokens prints a text a line, line breaks as they are spelled" {
	printf 'if x:\n    y(1)\nz\n' >one.py
	printf 'a->b;\n' >two.c
	printf '%s\n' one.py two.c >list
	run git flywheel house tokens -f list
	[ "${lines[0]}" = 'if x : \n> y ( 1 ) \n< z' ]
	[ "${lines[1]}" = 'a -> b ;' ]
}

@test "without ranks the bits are the same" {
	git flywheel house train -f beta.list -o b.model
	git flywheel house eval b.model -f alpha.list --json >with
	git flywheel house eval b.model -f alpha.list --json --no-ranks >without
	run git flywheel house eval b.model -f alpha.list --no-ranks
	[[ ${lines[1]} == *" % novel" && $output != *MRR* ]]
	[ "$(jq .bits_per_token with)" = "$(jq .bits_per_token without)" ]
	[ "$(jq ".mrr_at_10 == 0" without)" = true ]
	[ "$(jq '.top5 >= .top1 and .us_per_token > 0 and .peak_megabytes > 1' with)" = true ]
}
