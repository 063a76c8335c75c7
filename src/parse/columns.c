/* The columns of the encoded facts. A change needs a new FACTS_FORMAT and PARSER_VERSION. */
#include "parse/columns.h"

#include "util/memory.h"

#define AT(of, field) offsetof(struct fact_##of, field)

/* What is not like the row before comes apart from what is, and texts of one sort together. */
static const struct column definitions[] = {
	{AT(definition, kind), COLUMN_CHOICE, SYMBOL_TEST},
	{AT(definition, visibility), COLUMN_CHOICE, VISIBLE_FILE},
	{AT(definition, parent), COLUMN_INDEX, true},
	{AT(definition, name), COLUMN_TEXT, 0},
	{AT(definition, qualified), COLUMN_SUFFIXED, AT(definition, name)},
	{AT(definition, signature), COLUMN_TEXT, 0},
	{AT(definition, owner), COLUMN_TEXT, 0},
	{AT(definition, returns), COLUMN_TEXT, 0},
	{AT(definition, line), COLUMN_STEP, 0},
	{AT(definition, end_line), COLUMN_AFTER, AT(definition, line)},
	{AT(definition, start), COLUMN_STEP, 0},
	{AT(definition, end), COLUMN_AFTER, AT(definition, start)},
	{AT(definition, doc_end), COLUMN_NEAR, AT(definition, start)},
	{AT(definition, doc_start), COLUMN_BEFORE, AT(definition, doc_end)},
	{AT(definition, cyclomatic), COLUMN_SHORT, 0},
	{AT(definition, cognitive), COLUMN_SHORT, 0},
	{AT(definition, nesting), COLUMN_SHORT, 0},
	{AT(definition, parameters), COLUMN_SHORT, 0},
	{AT(definition, body), COLUMN_HASH, 0},
};
static const struct column references[] = {
	{AT(reference, kind), COLUMN_CHOICE, REFERENCE_VALUE},
	{AT(reference, arguments), COLUMN_SHORT, 0},
	{AT(reference, from), COLUMN_INDEX, false},
	{AT(reference, name), COLUMN_TEXT, 0},
	{AT(reference, receiver), COLUMN_TEXT, 0},
	{AT(reference, line), COLUMN_STEP, 0},
	{AT(reference, start), COLUMN_STEP, 0},
};
static const struct column imports[] = {
	{AT(import, module), COLUMN_TEXT, 0},
	{AT(import, name), COLUMN_TEXT, 0},
	{AT(import, alias), COLUMN_TEXT, 0},
	{AT(import, again), COLUMN_FLAG, 0},
	{AT(import, line), COLUMN_STEP, 0},
	{AT(import, start), COLUMN_STEP, 0},
};
static const struct column bindings[] = {
	{AT(binding, kind), COLUMN_CHOICE, BINDING_ELEMENT},
	{AT(binding, from), COLUMN_INDEX, false},
	{AT(binding, name), COLUMN_TEXT, 0},
	{AT(binding, value), COLUMN_TEXT, 0},
	{AT(binding, index), COLUMN_SHORT, 0},
	{AT(binding, line), COLUMN_STEP, 0},
	{AT(binding, start), COLUMN_STEP, 0},
};
static const struct column comments[] = {
	{AT(comment, line), COLUMN_STEP, 0},
	{AT(comment, end_line), COLUMN_AFTER, AT(comment, line)},
	{AT(comment, start), COLUMN_STEP, 0},
	{AT(comment, end), COLUMN_AFTER, AT(comment, start)},
};

const struct table fact_tables[TABLES] = {
	[TABLE_DEFINITIONS] = {definitions, ARRAY_SIZE(definitions)},
	[TABLE_REFERENCES] = {references, ARRAY_SIZE(references)},
	[TABLE_IMPORTS] = {imports, ARRAY_SIZE(imports)},
	[TABLE_BINDINGS] = {bindings, ARRAY_SIZE(bindings)},
	[TABLE_COMMENTS] = {comments, ARRAY_SIZE(comments)},
};
