#!/bin/sh
# Prints the C table of all languages: embed.sh <node_modules> <name>...
# Each name is a folder here and the suffix of an npm package tree-sitter-<name>, unless its
# language.conf names another `grammar`. The tags of an included language stand before its own.
set -eu
modules=$1
shift
here=$(dirname "$0")
cat <<C
/* Made by src/language/embed.sh: the folders of src/language/, embedded. */
#include "language/internal.h"

C

setting() { [ ! -e "$here/$1/language.conf" ] || sed -n "s/^[[:space:]]*$2 = //p" "$here/$1/language.conf"; }

tags() {
	included=$(setting "$1" include)
	[ -z "$included" ] || (tags "$included")
	printf '\t".incbin \\"%s/%s/tags.scm\\"\\n"\n' "$here" "$1"
}

tags_text() {
	included=$(setting "$1" include)
	[ -z "$included" ] || (tags_text "$included")
	cat "$here/$1/tags.scm"
}

# Of all that a language is described by: hashing it whenever the program starts would cost more
# than reading it.
digest() { { cat "$here/$1/language.conf" && printf '\0' && tags_text "$1"; } | sha256sum | cut -c1-64; }

for name in "$@"; do
	cat <<C
extern const struct TSLanguage *tree_sitter_$name(void);
extern const char language_${name}_conf[], language_${name}_tags[];
__asm__(".section .rodata\\n"
	"language_${name}_conf: .incbin \"$here/$name/language.conf\"\\n.byte 0\\n"
	"language_${name}_tags:\\n"
$(tags "$name")
	".byte 0\\n"
	".text\\n");

C
done
echo 'const struct language_data language_table[] = {'
for name in "$@"; do
	grammar=$(setting "$name" grammar)
	grammar=${grammar:-tree-sitter-$name}
	version=$(sed -n 's/^ *"version": "\([^"]*\)".*/\1/p' "$modules/${grammar%%/*}/package.json")
	echo "	{\"$name\", \"$version\", tree_sitter_$name, language_${name}_conf, language_${name}_tags,"
	echo "		\"$(digest "$name")\"},"
done
cat <<C
	{NULL, NULL, NULL, NULL, NULL, NULL},
};
C
