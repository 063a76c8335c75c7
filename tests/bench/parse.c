/*
 * The physical limit of an index: tree-sitter's parse and nothing else.
 * usage: parse LANGUAGE <files   (a path per line)
 */
#include "language/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

#define ROOM ((size_t)1 << 24)

int main(int argc, char **argv)
{
	const struct language_data *at = language_table;
	TSParser *parser = ts_parser_new();
	char *text = malloc(ROOM), path[4096];
	unsigned long long bytes = 0;

	while (at->name && (argc < 2 || strcmp(at->name, argv[1]) != 0))
		at++;
	if (!at->name || !text || !ts_parser_set_language(parser, at->grammar()))
		return 129;
	while (fgets(path, sizeof(path), stdin)) {
		FILE *file;
		size_t len;
		TSTree *tree;

		path[strcspn(path, "\n")] = '\0';
		file = fopen(path, "rb");
		if (!file)
			continue;
		len = fread(text, 1, ROOM, file);
		fclose(file);
		tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)len);
		ts_tree_delete(tree);
		bytes += len;
	}
	printf("%llu\n", bytes);
	ts_parser_delete(parser);
	free(text);
	return 0;
}
