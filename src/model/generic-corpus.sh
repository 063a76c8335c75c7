#!/bin/sh
# Lists the files of the generic baseline, sorted: src/model/generic-corpus.sh <node_modules>
#
# Code that is no user's and that every machine has which can build us: Python's standard library,
# SQLite as its npm package carries it (pinned), tree-sitter's runtime and the grammars' scanners.
# Generated parsers are left out: nobody writes such code.
set -eu
export LC_ALL=C

modules=$1
python=/usr/bin/python3
[ -x "$python" ] || python=python3
library=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
{
	find "$modules/better-sqlite3/deps" "$modules/tree-sitter/vendor/tree-sitter/lib/src" \
		"$modules"/tree-sitter-*/src -name '*.[ch]' ! -name parser.c
	find "$library" -name '*.py' ! -path '*/test/*' ! -path '*/tests/*' ! -path '*-packages/*' \
		! -path '*/config-*' ! -path '*/__pycache__/*'
} | sort
