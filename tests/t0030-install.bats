# install.sh: what it installs works, and what is missing is said in words that help.
load helper

setup() { setup_repo; }

@test "an installed program works by itself: help, manual, hooks" {
	prefix="$BATS_TEST_TMPDIR/prefix"
	env -u MAKEFLAGS "$FLYWHEEL_ROOT/install.sh" --prefix "$prefix" >/dev/null
	export PATH="$prefix/bin:$PATH"
	run git flywheel -h
	[ "$status" = 0 ]
	[ "$(env -u MANPATH man -w git-flywheel)" = "$prefix/share/man/man1/git-flywheel.1" ]
	man -l "$prefix/share/man/man1/git-flywheel-init.1" | grep -q 'git flywheel init'
	commit_file a.c 'int a(void) { return 1; }'
	git flywheel init
	grep -qx "trampoline='$prefix/libexec/git-flywheel/git-flywheel-hook'" .git/hooks/post-commit
	grep -qx "program='$prefix/bin/git-flywheel'" .git/hooks/post-commit
	git commit -q --allow-empty -m "with hooks"
	git flywheel worker --wait
	env -u MAKEFLAGS "$FLYWHEEL_ROOT/install.sh" --uninstall --prefix "$prefix"
	[ -z "$(find "$prefix" -type f)" ]
	run git commit -q --allow-empty -m "program gone"
	[ "$status" = 0 ]
	[ "$output" = "" ]
}

# stub <name> <script>: a program that stands in for the real one.
stub() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

@test "--deps without root says exactly what to ask for" {
	stub dpkg-query 'exit 1'
	stub id 'echo 1000'
	stub apt-get 'echo apt-get was run; exit 1'
	PATH="$BATS_TEST_TMPDIR/bin:$PATH" run "$FLYWHEEL_ROOT/install.sh" --deps
	[ "$status" = 1 ]
	[[ $output == *"sudo apt-get install -y --no-install-recommends git make gcc"*libgit2-dev* ]]
	[[ $output != *"apt-get was run"* ]]
}

@test "--deps with everything there runs no package manager" {
	stub apt-get 'echo apt-get was run; exit 1'
	PATH="$BATS_TEST_TMPDIR/bin:$PATH" run "$FLYWHEEL_ROOT/install.sh" --deps
	[ "$status" = 0 ]
	[ "$output" = "" ]
}

@test "a build without npm says that npm is missing and what to do" {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for tool in sh make gcc cc pkg-config mkdir cp nproc; do
		ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	run env -u MAKEFLAGS PATH="$BATS_TEST_TMPDIR/bin" make -C "$FLYWHEEL_ROOT" \
		BUILD="$BATS_TEST_TMPDIR/build" NPM="$BATS_TEST_TMPDIR/npm" \
		PROGRAM="$BATS_TEST_TMPDIR/git-flywheel"
	[ "$status" != 0 ]
	[[ $output == *"npm is missing"*"./install.sh --deps"* ]]
}
