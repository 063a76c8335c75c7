#!/bin/sh
# generic.sh <node_modules>: names the files of the generic baseline, one a line, sorted. It is
# code that is no user's own, and already here for other reasons: C from npm packages (SQLite and
# tree-sitter's runtime; grammars' tables are generated and left out), Python from the standard
# library, English from git's release notes and the packages' manuals. What a machine lacks is
# left out, so the baseline differs between machines; its digest says which one it is.
set -eu
export LC_ALL=C
modules=${1:?usage: generic.sh <node_modules>}

c_files()
{
	find "$modules/better-sqlite3/deps/sqlite3" -name '*.[ch]'
	find "$modules/tree-sitter/vendor/tree-sitter/lib/src" -name '*.[ch]' \
		! -path '*/unicode/*' ! -path '*/wasm/*'
	find "$modules" -path '*/src/scanner.c'
}

python_files()
{
	python=/usr/bin/python3
	[ -x "$python" ] || python=python3
	library=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["stdlib"])') || return 0
	find "$library" -maxdepth 1 -name '*.py'
	for package in asyncio collections concurrent ctypes email html http importlib json \
		logging multiprocessing sqlite3 tkinter unittest urllib wsgiref xml; do
		[ ! -d "$library/$package" ] || find "$library/$package" -name '*.py' ! -path '*/test*'
	done
}

english_files()
{
	find "$modules" -name '*.md' -size -200k
	[ ! -d /usr/share/doc/git/RelNotes ] || find /usr/share/doc/git/RelNotes -name '2.[1-4]*.txt'
}

{
	c_files 2>/dev/null
	! command -v python3 >/dev/null || python_files
	english_files
} | sort
