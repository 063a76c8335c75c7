/* The columns of the encoded facts. A change needs a new FACTS_FORMAT and PARSER_VERSION. */
#include "parse/columns.h"

#include "util/memory.h"

#define AT(of, field) offsetof(struct fact_##of, field)

/* What is not like the row before comes apart from what is, and texts of one sort together. */
static const struct column definitions[] = {
	{AT(definition, kind), COLUMN_CHOICE, SYMBOL_TEST, 0},
	{AT(definition, visibility), COLUMN_CHOICE, VISIBLE_FILE, 0},
	{AT(definition, parent), COLUMN_INDEX, true, 0},
	{AT(definition, name), COLUMN_TEXT, 0, 0},
	{AT(definition, qualified), COLUMN_SUFFIXED, AT(definition, name), 0},
	{AT(definition, owner), COLUMN_TEXT, 0, 0},
	{AT(definition, returns), COLUMN_TEXT, 0, 0},
	{AT(definition, signature), COLUMN_SIGNATURE, AT(definition, name),
		AT(definition, returns)},
	{AT(definition, line), COLUMN_STEP, 0, 0},
	{AT(definition, end_line), COLUMN_AFTER, AT(definition, line), 0},
	{AT(definition, end), COLUMN_LENGTH, AT(definition, start), 0},
	{AT(definition, start), COLUMN_BEHIND, AT(definition, end), 0},
	{AT(definition, doc_end), COLUMN_NEAR, AT(definition, start), 0},
	{AT(definition, doc_start), COLUMN_BEFORE, AT(definition, doc_end), 0},
	{AT(definition, cyclomatic), COLUMN_SHORT, 0, 0},
	{AT(definition, cognitive), COLUMN_SHORT, 0, 0},
	{AT(definition, nesting), COLUMN_SHORT, 0, 0},
	{AT(definition, parameters), COLUMN_SHORT, 0, 0},
	{AT(definition, body), COLUMN_HASH, 0, 0},
};
static const struct column references[] = {
	{AT(reference, kind), COLUMN_COUNTED, REFERENCE_VALUE, AT(reference, arguments)},
	{AT(reference, from), COLUMN_INDEX, false, 0},
	{AT(reference, name), COLUMN_TEXT, 0, 0},
	{AT(reference, receiver), COLUMN_TEXT, 0, 0},
	{AT(reference, line), COLUMN_STEP, 0, 0},
	{AT(reference, start), COLUMN_PAST, AT(reference, name), 0},
};
static const struct column imports[] = {
	{AT(import, module), COLUMN_TEXT, 0, 0},
	{AT(import, name), COLUMN_TEXT, 0, 0},
	{AT(import, alias), COLUMN_TEXT, 0, 0},
	{AT(import, again), COLUMN_FLAG, 0, 0},
	{AT(import, line), COLUMN_STEP, 0, 0},
	{AT(import, start), COLUMN_PAST, AT(import, module), 0},
};
static const struct column bindings[] = {
	{AT(binding, kind), COLUMN_COUNTED, BINDING_ELEMENT, AT(binding, index)},
	{AT(binding, from), COLUMN_INDEX, false, 0},
	{AT(binding, name), COLUMN_TEXT, 0, 0},
	{AT(binding, value), COLUMN_TEXT, 0, 0},
	{AT(binding, line), COLUMN_STEP, 0, 0},
	{AT(binding, start), COLUMN_PAST, AT(binding, name), AT(binding, value)},
};
static const struct column comments[] = {
	{AT(comment, line), COLUMN_STEP, 0, 0},
	{AT(comment, end_line), COLUMN_AFTER, AT(comment, line), 0},
	{AT(comment, end), COLUMN_LENGTH, AT(comment, start), 0},
	{AT(comment, start), COLUMN_BEHIND, AT(comment, end), 0},
};

static const struct column seams[] = {{0, COLUMN_STEP, 0, 0}};

const struct table fact_tables[TABLES] = {
	[TABLE_DEFINITIONS] = {definitions, ARRAY_SIZE(definitions)},
	[TABLE_REFERENCES] = {references, ARRAY_SIZE(references)},
	[TABLE_IMPORTS] = {imports, ARRAY_SIZE(imports)},
	[TABLE_BINDINGS] = {bindings, ARRAY_SIZE(bindings)},
	[TABLE_COMMENTS] = {comments, ARRAY_SIZE(comments)},
	[TABLE_SEAMS] = {seams, ARRAY_SIZE(seams)},
};
