#!/bin/sh
# Prints the C table of all languages: embed.sh <node_modules> <name>...
# Each name is a folder here and the suffix of an npm package tree-sitter-<name>.
set -eu
modules=$1
shift
here=$(dirname "$0")
cat <<C
/* Made by src/language/embed.sh: the folders of src/language/, embedded. */
#include "language/internal.h"

C
for name in "$@"; do
	cat <<C
extern const struct TSLanguage *tree_sitter_$name(void);
extern const char language_${name}_conf[], language_${name}_tags[];
__asm__(".section .rodata\\n"
	"language_${name}_conf: .incbin \"$here/$name/language.conf\"\\n.byte 0\\n"
	"language_${name}_tags: .incbin \"$here/$name/tags.scm\"\\n.byte 0\\n"
	".text\\n");

C
done
echo 'const struct language_data language_table[] = {'
for name in "$@"; do
	version=$(sed -n 's/^ *"version": "\([^"]*\)".*/\1/p' "$modules/tree-sitter-$name/package.json")
	echo "	{\"$name\", \"$version\", tree_sitter_$name, language_${name}_conf, language_${name}_tags},"
done
cat <<C
	{NULL, NULL, NULL, NULL, NULL},
};
C
