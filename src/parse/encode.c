/*
 * The facts of one blob as bytes: a version, the counts, the texts, then rows of LEB128 numbers,
 * positions as differences to the row before. About a twentieth of the source.
 */
#include "parse/internal.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT 4

static void put(struct buf *out, uint64_t number)
{
	while (number >= 0x80) {
		buf_addch(out, (char)(number | 0x80));
		number >>= 7;
	}
	buf_addch(out, (char)number);
}

static void put_definition(struct buf *out, const struct fact_definition *fact, uint32_t last)
{
	put(out, (uint64_t)fact->kind << 2 | fact->visibility);
	put(out, fact->parent + 1U);
	put(out, fact->name);
	put(out, fact->qualified);
	put(out, fact->signature);
	put(out, fact->doc);
	put(out, fact->owner);
	put(out, fact->returns);
	put(out, fact->line);
	put(out, fact->end_line - fact->line);
	put(out, fact->start - last);
	put(out, fact->end - fact->start);
	put(out, fact->cyclomatic);
	put(out, fact->cognitive);
	put(out, fact->nesting);
	put(out, fact->parameters);
	buf_add(out, &fact->body, sizeof(fact->body));
}

static void put_references(struct buf *out, const struct findings *found)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < found->reference_count; i++) {
		const struct fact_reference *at = &found->references[i];

		put(out, (uint64_t)at->arguments << 3 | at->kind);
		put(out, at->from + 1U);
		put(out, at->name);
		put(out, at->receiver);
		put(out, at->line);
		put(out, at->start - last);
		last = at->start;
	}
}

static void put_imports(struct buf *out, const struct findings *found)
{
	for (uint32_t i = 0; i < found->import_count; i++) {
		const struct fact_import *at = &found->imports[i];

		put(out, at->module);
		put(out, at->name);
		put(out, at->alias);
		put(out, (uint64_t)at->line << 1 | at->again);
		put(out, at->start);
	}
}

static void put_bindings(struct buf *out, const struct findings *found)
{
	uint32_t last = 0, line = 0;

	for (uint32_t i = 0; i < found->binding_count; i++) {
		const struct fact_binding *at = &found->bindings[i];

		put(out, at->kind);
		put(out, at->from + 1U);
		put(out, at->name);
		put(out, at->value);
		put(out, at->index);
		put(out, at->line - line);
		put(out, at->start - last);
		last = at->start;
		line = at->line;
	}
}

static void put_comments(struct buf *out, const struct findings *found)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < found->comment_count; i++) {
		const struct fact_comment *at = &found->comments[i];

		put(out, at->line);
		put(out, at->end_line - at->line);
		put(out, at->start - last);
		put(out, at->end - at->start);
		last = at->start;
	}
}

void facts_encode(
	const struct findings *found, enum parse_skip skip, uint32_t lines, struct buf *out)
{
	uint32_t last = 0;

	put(out, FORMAT);
	put(out, skip);
	put(out, lines);
	put(out, found->len);
	put(out, found->definition_count);
	put(out, found->reference_count);
	put(out, found->import_count);
	put(out, found->binding_count);
	put(out, found->comment_count);
	put(out, found->pool.len);
	buf_add(out, found->pool.ptr, found->pool.len);
	for (uint32_t i = 0; i < found->definition_count; i++) {
		put_definition(out, &found->definitions[i].fact, last);
		last = found->definitions[i].fact.start;
	}
	put_references(out, found);
	put_imports(out, found);
	put_bindings(out, found);
	put_comments(out, found);
}

struct reader {
	const unsigned char *at, *end;
	bool bad;
	uint32_t text_len;
};

static uint64_t get(struct reader *in)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (in->at == in->end)
			break;
		number |= (uint64_t)(*in->at & 0x7f) << shift;
		if (!(*in->at++ & 0x80))
			return number;
	}
	in->bad = true;
	return 0;
}

static uint32_t get32(struct reader *in)
{
	return (uint32_t)get(in);
}

static uint32_t get_text(struct reader *in)
{
	uint32_t offset = get32(in);

	in->bad |= offset >= in->text_len;
	return in->bad ? 0 : offset;
}

/* A count of rows of at least `size` bytes each, so that damage cannot ask for all memory. */
static uint32_t get_count(struct reader *in, size_t size)
{
	uint64_t count = get(in);

	in->bad |= count > (size_t)(in->end - in->at) / size;
	return in->bad ? 0 : (uint32_t)count;
}

static uint32_t get_index(struct reader *in, uint32_t below)
{
	uint32_t index = get32(in) - 1U;

	in->bad |= index != PARSE_NONE && index >= below;
	return in->bad ? PARSE_NONE : index;
}

static void get_definition(
	struct reader *in, struct fact_definition *fact, uint32_t index, uint32_t last)
{
	uint32_t kind = get32(in);

	in->bad |= kind >> 2 > SYMBOL_TEST;
	fact->kind = in->bad ? SYMBOL_FUNCTION : (enum symbol_kind)(kind >> 2);
	fact->visibility = (enum visibility)(kind & 3);
	fact->parent = get_index(in, index);
	fact->name = get_text(in);
	fact->qualified = get_text(in);
	fact->signature = get_text(in);
	fact->doc = get_text(in);
	fact->owner = get_text(in);
	fact->returns = get_text(in);
	fact->line = get32(in);
	fact->end_line = fact->line + get32(in);
	fact->start = last + get32(in);
	fact->end = fact->start + get32(in);
	fact->cyclomatic = (uint16_t)get(in);
	fact->cognitive = (uint16_t)get(in);
	fact->nesting = (uint16_t)get(in);
	fact->parameters = (uint16_t)get(in);
	if ((size_t)(in->end - in->at) < sizeof(fact->body)) {
		in->bad = true;
		return;
	}
	memcpy(&fact->body, in->at, sizeof(fact->body));
	in->at += sizeof(fact->body);
}

static void get_references(struct reader *in, struct facts *out)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < out->reference_count && !in->bad; i++) {
		struct fact_reference *at = &out->references[i];
		uint32_t kind = get32(in);

		in->bad |= (kind & 7) > REFERENCE_VALUE || kind >> 3 > UINT16_MAX;
		at->kind = in->bad ? REFERENCE_CALL : (enum reference_kind)(kind & 7);
		at->arguments = (uint16_t)(kind >> 3);
		at->from = get_index(in, out->definition_count);
		at->name = get_text(in);
		at->receiver = get_text(in);
		at->line = get32(in);
		at->start = last + get32(in);
		last = at->start;
	}
}

static void get_bindings(struct reader *in, struct facts *out)
{
	uint32_t last = 0, line = 0;

	for (uint32_t i = 0; i < out->binding_count && !in->bad; i++) {
		struct fact_binding *at = &out->bindings[i];
		uint32_t kind = get32(in);

		in->bad |= kind > BINDING_ELEMENT;
		at->kind = in->bad ? BINDING_NAME : (enum binding_kind)kind;
		at->from = get_index(in, out->definition_count);
		at->name = get_text(in);
		at->value = get_text(in);
		at->index = get32(in);
		at->line = line += get32(in);
		at->start = last + get32(in);
		last = at->start;
	}
}

static void get_imports(struct reader *in, struct facts *out)
{
	for (uint32_t i = 0; i < out->import_count && !in->bad; i++) {
		struct fact_import *at = &out->imports[i];

		at->module = get_text(in);
		at->name = get_text(in);
		at->alias = get_text(in);
		at->line = get32(in);
		at->again = at->line & 1;
		at->line >>= 1;
		at->start = get32(in);
	}
}

static void get_comments(struct reader *in, struct facts *out)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < out->comment_count && !in->bad; i++) {
		struct fact_comment *at = &out->comments[i];

		at->line = get32(in);
		at->end_line = at->line + get32(in);
		at->start = last + get32(in);
		at->end = at->start + get32(in);
		last = at->start;
	}
}

static void get_head(struct reader *in, struct facts *out)
{
	uint32_t skip;

	in->bad |= get(in) != FORMAT;
	skip = get32(in);
	in->bad |= skip > PARSE_COMPLEX;
	out->skip = in->bad ? PARSE_OK : (enum parse_skip)skip;
	out->lines = get32(in);
	out->size = get32(in);
	out->definition_count = get_count(in, 24);
	out->reference_count = get_count(in, 6);
	out->import_count = get_count(in, 5);
	out->binding_count = get_count(in, 7);
	out->comment_count = get_count(in, 4);
	in->text_len = get_count(in, 1);
	in->bad |= !in->text_len;
	if (in->bad)
		return;
	out->text = xmalloc((size_t)in->text_len + 1);
	memcpy(out->text, in->at, in->text_len);
	out->text[in->text_len] = '\0';
	in->at += in->text_len;
	out->definitions = xcalloc(out->definition_count, sizeof(*out->definitions));
	out->references = xcalloc(out->reference_count, sizeof(*out->references));
	out->imports = xcalloc(out->import_count, sizeof(*out->imports));
	out->bindings = xcalloc(out->binding_count, sizeof(*out->bindings));
	out->comments = xcalloc(out->comment_count, sizeof(*out->comments));
}

int facts_decode(const void *bytes, size_t len, struct facts *out)
{
	struct reader in = {.at = bytes, .end = (const unsigned char *)bytes + len};
	uint32_t last = 0;

	memset(out, 0, sizeof(*out));
	get_head(&in, out);
	for (uint32_t i = 0; !in.bad && i < out->definition_count; i++) {
		get_definition(&in, &out->definitions[i], i, last);
		last = out->definitions[i].start;
	}
	if (!in.bad)
		get_references(&in, out);
	if (!in.bad)
		get_imports(&in, out);
	if (!in.bad)
		get_bindings(&in, out);
	if (!in.bad)
		get_comments(&in, out);
	if (!in.bad && in.at == in.end)
		return 0;
	facts_release(out);
	return fail(E_INVALID, "stored facts are damaged: run `git flywheel rebuild`");
}

void facts_release(struct facts *facts)
{
	free(facts->text);
	free(facts->definitions);
	free(facts->references);
	free(facts->imports);
	free(facts->bindings);
	free(facts->comments);
	memset(facts, 0, sizeof(*facts));
}
