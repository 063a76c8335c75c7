# The lint finds what it is there to find: each check must fail on a violation planted for it.
load helper

setup() {
	TREE="$BATS_TEST_TMPDIR/tree"
	mkdir -p "$TREE/tests"
	cp -r "$FLYWHEEL_ROOT"/{src,include,.clang-format} "$TREE"
	mkdir -p "$TREE/doc"
	cp -r "$FLYWHEEL_ROOT/doc/command" "$TREE/doc"
	cd "$TREE" || return 1
}

# fails <check> <words in the finding>
fails() {
	[[ $output == *"not ok "*" - $1"* ]] || { echo "$1 did not fail"; return 1; }
	[[ $output == *"$2"* ]] || { echo "no finding: $2"; return 1; }
}

@test "every check fails on what was planted for it" {
	mkdir -p src/graph src/curate
	cat >src/graph/planted.c <<-'C'
		#include "flywheel/gate.h"

		#include <git2.h>
		#include <stdio.h>
		#include <string.h>

		static int counter;

		int planted(char *out, const char *in)
		{
		  strcpy(out, in);
			printf("%d", counter++);
			return 0;
		}
	C
	{
		echo '/* A long function. */'
		echo 'int too_long(int x);'
		echo 'int too_long(int x)'
		echo '{'
		for i in $(seq 70); do printf '\tx += %d;\n' "$i"; done
		printf '\treturn x;\n}\n'
	} >src/util/long.c
	{ echo '/* A long file. */'; yes '' | head -800; } >src/util/file_long.c
	printf '/* A command without a row. */\n#include "flywheel/command.h"\n\nconst struct command command_stray = {\n\t.name = "stray",\n};\n' \
		>src/command/stray.c
	printf '/* A back end without a row. */\nconst struct filter filter_stray = {\n\t"stray",\n};\n' >src/curate_stray.c
	mv src/curate_stray.c src/curate/stray.c
	printf '#!/bin/sh\necho $1\n' >install.sh
	run "$FLYWHEEL_ROOT/tests/lint/run" "$TREE"
	[ "$status" = 1 ]
	fails confinement 'src/graph/planted.c:3:#include <git2.h>'
	fails confinement 'only src/command/ prints'
	fails include_order 'graph includes flywheel/gate.h'
	fails banned 'strcpy'
	fails format 'src/graph/planted.c'
	fails globals 'counter'
	fails first_comment 'src/graph/planted.c:1'
	fails size 'too_long is 74 lines'
	fails size 'src/util/file_long.c: 801 lines'
	fails tables 'command_stray has no row in src/main.c'
	fails tables 'doc/command/stray.man is missing'
	fails tables 'filter_stray stands in no table'
	fails shell 'SC2086'
}

@test "a test suite that crashes, fails or runs nothing is counted as failed" {
	mkdir -p tests/unit build/tests tests/lint
	cp "$FLYWHEEL_ROOT/tests/run" tests/run
	for name in good bad crash silent; do
		: >"tests/unit/$name.c"
	done
	printf '#!/bin/sh\necho "ok 1 - a"; echo "ok 2 - b"\n' >build/tests/good
	printf '#!/bin/sh\necho "ok 1 - a"; echo "not ok 2 - b"; exit 1\n' >build/tests/bad
	printf '#!/bin/sh\necho "ok 1 - a"; kill -SEGV $$\n' >build/tests/crash
	printf '#!/bin/sh\nexit 0\n' >build/tests/silent
	chmod +x build/tests/*
	unset BUILD
	run tests/run unit
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "4 passed, 3 failed" ]
	rm tests/unit/{bad,crash,silent}.c
	run tests/run unit
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "2 passed, 0 failed" ]
}
