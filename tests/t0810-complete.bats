#!/usr/bin/env bats
# How a text goes on: places, requests, serving, and following the commits.

load helper

setup() {
	setup_repo
	mkdir src
	for i in 1 2 3 4 5 6; do
		for j in 1 2 3 4 5 6; do
			printf 'static int part_%s%s(struct wheel *wheel)\n{\n\tif (!wheel_ready(wheel, %s))\n\t\treturn -1;\n\treturn 0;\n}\n\n' \
				"$i" "$j" "$((i * j))"
		done >"src/part$i.c"
	done
	git add . && tick && git commit -qm "Add the parts of the wheel"
	git flywheel init >/dev/null
}

@test "a place in a file: next token, rest of the line, and where the house does so" {
	printf 'static int mine(struct wheel *wheel)\n{\n\tif (!\n' >src/mine.c
	run git flywheel complete src/mine.c:3
	[ "$status" -eq 0 ]
	[[ ${lines[0]} =~ ^token\ +[01]\.[0-9]+\ \ wheel_ready$ ]]
	[[ $output == *'wheel_ready(wheel,'*'as src/part'*'.c:'* ]]
	# The columns count from 1, in bytes: here the call is half typed.
	printf 'int f(void)\n{\n\treturn wheel_re\n}\n' >src/mine.c
	run git flywheel complete --json src/mine.c:3:17
	[ "$status" -eq 0 ]
	[ "$(jq -r .tokens[0].token <<<"$output")" = wheel_ready ]
	[ "$(jq -r .tokens[0].insert <<<"$output")" = ady ]
	[ "$(jq -r .lines[0].insert <<<"$output" | cut -c1-10)" = "ady(wheel," ]
}

@test "the place it names has what it says" {
	printf 'static int mine(struct wheel *wheel)\n{\n\tif (!' >text
	as=$(git flywheel complete --json <text | jq -r .lines[0].as)
	[[ $as == src/part?.c:* ]]
	sed -n "${as##*:}p" "${as%:*}" | grep -q 'wheel_ready(wheel'
}

@test "what stands behind decides what fits in between" {
	run git flywheel complete --json <<<'{"prefix": "{\n\tif (!", "suffix": "(wheel, 4))\n\t\treturn -1;\n"}'
	[ "$(jq -r .middle.insert <<<"$output")" = wheel_ready ]
	run git flywheel complete --json <<<'{"prefix": "{\n\tif (!wheel_ready", "suffix": "(wheel, 4))\n\t\treturn -1;\n"}'
	[ "$(jq -r .middle.insert <<<"$output")" = "" ]
}

@test "serve answers each line, keeps ids, and goes on after nonsense" {
	printf '%s\n' '{"id": 7, "prefix": "return "}' 'nonsense' '{"id": "x"}' \
		'{"id": "b", "text": "if (!\n", "line": 1, "column": 6}' \
		'{"text": "a", "line": 9}' >requests
	git flywheel complete --serve <requests >answers
	[ "$(wc -l <answers)" -eq 5 ]
	[ "$(sed -n 1p answers | jq .id)" = 7 ]
	[ "$(sed -n 2p answers | jq -r '.error != null')" = true ]
	[[ $(sed -n 3p answers | jq -r .error) == *prefix* ]]
	[ "$(sed -n 4p answers | jq -r .id)" = b ]
	[[ $(sed -n 5p answers | jq -r .error) == "there is no line 9" ]]
}

@test "the model follows the commits, forgotten code included" {
	ask() { git flywheel complete --json <<<'{"prefix": "{\n\tif (!"}' | jq -r .tokens[0].token; }
	[ "$(ask)" = wheel_ready ]
	first=$(ls .git/flywheel/models)
	sed -i s/wheel_ready/wheel_turns/ src/*.c
	tick && git commit -qam "Say that wheels turn"
	[ "$(ask)" = wheel_turns ]
	# Little changed: the file is the old one, and what differs is learned when it is opened.
	[ "$(ls .git/flywheel/models)" = "$first" ]
}

@test "another model answers outside a repository" {
	ls "$PWD"/src/*.c >list
	git flywheel house train -f list -o "$BATS_TEST_TMPDIR/m"
	cd /
	run git-flywheel complete -m "$BATS_TEST_TMPDIR/m" --json <<<'{"prefix": "{\n\tif (!"}'
	[ "$(jq -r .tokens[0].token <<<"$output")" = wheel_ready ]
}

@test "bad places and bad words" {
	printf 'a\nb\n' >file
	for place in file:9 file:1:7 file:0 missing:1; do
		run git flywheel complete "$place"
		[ "$status" -eq 128 ]
	done
	[[ $output == *missing* ]]
	run git flywheel complete file:1 file:2
	[ "$status" -eq 129 ]
	run git flywheel complete --serve file
	[ "$status" -eq 129 ]
	run git flywheel complete -m nothing.model file
	[ "$status" -eq 128 ]
}
