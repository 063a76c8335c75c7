/* The leaves of a text's tree: what its grammar's lexer took for one token. */
#include "parse/internal.h"

#include <string.h>

/* Text that is data or prose: its inside is not the grammar's business. */
static bool is_whole(TSNode node)
{
	static const char *const words[] = {
		"comment", "string", "char", "regex", "heredoc", "template", "text", "preproc_arg"};
	const char *type = ts_node_type(node);

	if (!ts_node_is_named(node))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(type, words[i]))
			return true;
	return false;
}

int parse_leaves(
	struct grammar *grammar, const char *text, size_t len, parse_leaf_fn fn, void *payload)
{
	TSTree *tree = parse_tree(grammar->parser, text, (uint32_t)len, NULL, NULL);
	TSTreeCursor cursor;
	int rc = 0;
	bool more = tree != NULL;

	if (!tree)
		return 0;
	cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	while (!rc && more) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		bool whole = is_whole(node);

		if (!whole && ts_tree_cursor_goto_first_child(&cursor))
			continue;
		if (ts_node_end_byte(node) > ts_node_start_byte(node))
			rc = fn(ts_node_start_byte(node), ts_node_end_byte(node), whole, payload);
		while (!(more = ts_tree_cursor_goto_next_sibling(&cursor)) &&
			ts_tree_cursor_goto_parent(&cursor)) {
		}
	}
	ts_tree_cursor_delete(&cursor);
	ts_tree_delete(tree);
	return rc;
}
