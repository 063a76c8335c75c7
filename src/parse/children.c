/*
 * Reading the children of a node. The only file that looks into tree-sitter's own structures, whose
 * version is pinned: a cursor keeps the way back to the root, and looks every field and alias up
 * anew at each step, which took a third of the time of a query.
 */
#include "parse/children.h"

#include "util/memory.h"

#include <src/language.h>
#include <src/subtree.h>
#include <src/tree.h>
#include <stdlib.h>
#include <string.h>

/* A node whose children are children of what it stands in: the grammar gave it no name. */
struct hidden {
	Subtree parent;
	uint32_t child, structural; /* the next one, and its number without extras */
	TSFieldId field;            /* of what stands around it */
	const TSSymbol *aliases;    /* by structural number, or NULL */
	const TSFieldMapEntry *fields, *fields_end;
};

void children_release(struct children *children)
{
	free(children->open);
	free(children->kids);
	memset(children, 0, sizeof(*children));
}

static void enter(
	struct children *children, const TSLanguage *language, Subtree parent, TSFieldId field)
{
	struct hidden *into;
	uint16_t production = parent.ptr->production_id;

	GROW(children->open, children->depth, children->room);
	into = &children->open[children->depth++];
	*into = (struct hidden){.parent = parent,
		.field = field,
		.aliases = ts_language_alias_sequence(language, production)};
	ts_language_field_map(language, production, &into->fields, &into->fields_end);
}

/* Its own, else that of the hidden nodes around it, the nearest first. */
static TSFieldId field_of(const struct hidden *in)
{
	for (const TSFieldMapEntry *at = in->fields; at < in->fields_end; at++)
		if (!at->inherited && at->child_index == in->structural)
			return at->field_id;
	return in->field;
}

static void fill(struct kid *kid, const TSTree *tree, const Subtree *child, Length at,
	TSSymbol alias, TSFieldId field)
{
	const TSLanguage *language = tree->language;
	TSSymbol symbol = alias ? alias : ts_subtree_symbol(*child);

	*kid = (struct kid){
		.node = {{at.bytes, at.extent.row, at.extent.column, alias}, child, tree},
		.symbol = symbol < language->symbol_count ? language->public_symbol_map[symbol]
							  : symbol, /* an error's */
		.kid_count = ts_subtree_visible_child_count(*child),
		.field = field,
		.named = alias ? language->symbol_metadata[alias].named : ts_subtree_named(*child)};
}

uint32_t children_fill(struct children *children, TSNode parent, struct kid *kids, uint32_t count)
{
	const TSTree *tree = parent.tree;
	Subtree top = *(const Subtree *)parent.id;
	Length at = {parent.context[0], {parent.context[1], parent.context[2]}};
	uint32_t found = 0;

	children->depth = 0;
	if (ts_subtree_child_count(top))
		enter(children, tree->language, top, 0);
	while (children->depth && found < count) {
		struct hidden *in = &children->open[children->depth - 1];
		const Subtree *child;
		TSSymbol alias = 0;
		TSFieldId field = 0;

		if (in->child == in->parent.ptr->child_count) {
			children->depth--;
			continue;
		}
		child = &ts_subtree_children(in->parent)[in->child];
		if (in->child++) /* the first begins where its parent does */
			at = length_add(at, ts_subtree_padding(*child));
		if (!ts_subtree_extra(*child)) {
			alias = in->aliases ? in->aliases[in->structural] : 0;
			field = field_of(in);
			in->structural++;
		}
		if (!alias && !ts_subtree_visible(*child) &&
			ts_subtree_visible_child_count(*child)) {
			enter(children, tree->language, *child, field);
			continue;
		}
		if (alias || ts_subtree_visible(*child))
			fill(&kids[found++], tree, child, at, alias, field);
		at = length_add(at, ts_subtree_size(*child));
	}
	return found;
}

const struct kid *children_read(struct children *children, TSNode parent, uint32_t *count)
{
	*count = ts_node_child_count(parent);
	if (*count > children->kid_room) {
		children->kid_room = *count * 2;
		children->kids =
			xrealloc(children->kids, children->kid_room * sizeof(*children->kids));
	}
	*count = children_fill(children, parent, children->kids, *count);
	return children->kids;
}
