/*
 * The facts of one blob as bytes, about half of its length: the number of the format, the counts,
 * the texts in the order in which they are first named, and the rows column by column. A text is
 * named by how long ago it was first named, because what is spoken of comes again soon.
 */
#include "parse/columns.h"
#include "parse/internal.h"

#include "util/memory.h"
#include "util/number.h"
#include "util/strings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct writer {
	struct findings *found;
	struct buf rows, texts;
	uint32_t *known; /* per offset in the pool: the number of its text from 1, or 0 */
	uint32_t count, room;
};

/* 0 is the empty text, 1 a new one, 2 the last new one, 3 the one before it, ... */
static void put_text(struct writer *out, uint32_t offset)
{
	const char *text = out->found->pool.ptr + offset;

	if (!*text) {
		number_put(&out->rows, 0);
	} else if (out->known[offset]) {
		number_put(&out->rows, out->count - out->known[offset] + 2U);
	} else {
		out->known[offset] = ++out->count;
		number_put(&out->rows, 1);
		buf_add(&out->texts, text, strlen(text) + 1);
	}
}

/* Qualified names are put together from a few beginnings. */
static uint32_t prefix_of(struct findings *found, uint32_t text, uint32_t suffix)
{
	const char *whole = found->pool.ptr + text, *end = found->pool.ptr + suffix;
	size_t len = strlen(whole), left = len - strlen(end);

	assert(left <= len && !strcmp(whole + left, end));
	return findings_text(found, whole, left);
}

/* The signature with marks for the name, where it stands alone, and for what is returned. */
static uint32_t short_signature(struct findings *found, const struct fact_definition *fact)
{
	const char *whole = found->pool.ptr + fact->signature, *name, *returns, *at;
	size_t len;

	name = found->pool.ptr + fact->name;
	returns = found->pool.ptr + fact->returns;
	buf_clear(&found->joined);
	len = strlen(name);
	for (at = strstr(whole, name); at; at = strstr(at + 1, name))
		if ((at == whole || !is_word_byte(at[-1])) && !is_word_byte(at[len]))
			break;
	if (at) {
		buf_add(&found->joined, whole, (size_t)(at - whole));
		buf_addch(&found->joined, SAYS_NAME);
		whole = at + len;
	}
	buf_addstr(&found->joined, whole);
	len = strlen(returns);
	at = len ? strstr(found->joined.ptr, returns) : NULL;
	if (at) {
		size_t start = (size_t)(at - found->joined.ptr), end = start + len;

		found->joined.ptr[start] = SAYS_RETURNS;
		memmove(found->joined.ptr + start + 1, found->joined.ptr + end,
			found->joined.len - end);
		buf_truncate(&found->joined, found->joined.len - len + 1);
	}
	return findings_text(found, found->joined.ptr, found->joined.len);
}

static uint32_t field(const char *row, size_t offset)
{
	uint32_t number;

	memcpy(&number, row + offset, sizeof(number));
	return number;
}

static uint32_t lengths(const struct writer *out, const struct column *column, const char *row)
{
	const char *pool = out->found->pool.ptr;
	size_t len = strlen(pool + field(row, column->of));

	len += column->also ? strlen(pool + field(row, column->also)) : 0;
	return (uint32_t)len;
}

static void put_hash(struct writer *out, const char *at)
{
	uint64_t hash;

	memcpy(&hash, at, sizeof(hash));
	for (unsigned shift = 0; shift < BODY_BITS; shift += 8)
		buf_addch(&out->rows, (char)(hash >> shift));
}

static void put_column(struct writer *out, const struct column *column, const char *row,
	uint32_t count, size_t stride)
{
	uint32_t last = 0, number;
	uint16_t narrow;

	for (uint32_t i = 0; i < count; i++, row += stride) {
		switch (column->kind) {
		case COLUMN_SHORT:
			memcpy(&narrow, row + column->offset, sizeof(narrow));
			number_put(&out->rows, narrow);
			break;
		case COLUMN_CHOICE:
			number_put(&out->rows, (unsigned char)row[column->offset]);
			break;
		case COLUMN_COUNTED:
			memcpy(&narrow, row + column->also, sizeof(narrow));
			number_put(&out->rows,
				narrow * (column->of + 1) + (unsigned char)row[column->offset]);
			break;
		case COLUMN_FLAG:
			number_put(&out->rows, row[column->offset] != 0);
			break;
		case COLUMN_HASH:
			put_hash(out, row + column->offset);
			break;
		case COLUMN_TEXT:
		case COLUMN_SUFFIXED:
		case COLUMN_SIGNATURE:
			put_text(out, field(row, column->offset));
			break;
		case COLUMN_AFTER:
		case COLUMN_LENGTH:
			number_put(&out->rows, field(row, column->offset) - field(row, column->of));
			break;
		case COLUMN_BEFORE:
			number_put(&out->rows, field(row, column->of) - field(row, column->offset));
			break;
		case COLUMN_NEAR:
			number_put_step(
				&out->rows, field(row, column->of), field(row, column->offset));
			break;
		case COLUMN_PAST:
			number = field(row, column->offset);
			number_put_step(&out->rows, last, number);
			last = number + lengths(out, column, row);
			break;
		case COLUMN_BEHIND:
			number_put_step(&out->rows, last, field(row, column->offset));
			last = field(row, column->of);
			break;
		case COLUMN_STEP:
		case COLUMN_INDEX:
			number = field(row, column->offset) + (column->kind == COLUMN_INDEX);
			number_put_step(&out->rows, last, number);
			last = number;
			break;
		}
	}
}

static void put_rows(
	struct writer *out, unsigned table, const void *rows, uint32_t count, size_t stride)
{
	for (size_t i = 0; i < fact_tables[table].count; i++)
		put_column(out, &fact_tables[table].columns[i], rows, count, stride);
}

static void put_all(struct writer *out)
{
	struct findings *found = out->found;

	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct fact_definition *fact = &found->definitions[i].fact;

		fact->qualified = prefix_of(found, fact->qualified, fact->name);
		fact->signature = short_signature(found, fact);
		if (fact->doc_start == fact->doc_end) /* none, in the fewest bits */
			fact->doc_start = fact->doc_end = fact->start;
	}
	out->known = xcalloc(found->pool.len + 1, sizeof(*out->known));
	put_rows(out, TABLE_DEFINITIONS, found->definitions, found->definition_count,
		sizeof(*found->definitions));
	put_rows(out, TABLE_REFERENCES, found->references, found->reference_count,
		sizeof(*found->references));
	put_rows(out, TABLE_IMPORTS, found->imports, found->import_count, sizeof(*found->imports));
	put_rows(out, TABLE_BINDINGS, found->bindings, found->binding_count,
		sizeof(*found->bindings));
	put_rows(out, TABLE_COMMENTS, found->comments, found->comment_count,
		sizeof(*found->comments));
	put_rows(out, TABLE_SEAMS, found->seams, found->seam_count, sizeof(*found->seams));
}

void facts_encode(struct findings *found, enum parse_skip skip, uint32_t lines, struct buf *out)
{
	struct writer writer = {.found = found, .rows = BUF_INIT, .texts = BUF_INIT};

	put_all(&writer);
	number_put(out, FACTS_FORMAT);
	number_put(out, skip);
	number_put(out, lines);
	number_put(out, found->len);
	number_put(out, found->definition_count);
	number_put(out, found->reference_count);
	number_put(out, found->import_count);
	number_put(out, found->binding_count);
	number_put(out, found->comment_count);
	number_put(out, found->seam_count);
	number_put(out, writer.count);
	number_put(out, writer.texts.len);
	buf_add(out, writer.texts.ptr, writer.texts.len);
	buf_add(out, writer.rows.ptr, writer.rows.len);
	free(writer.known);
	buf_release(&writer.rows);
	buf_release(&writer.texts);
}
