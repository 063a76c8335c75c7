/* Facts out of the bytes that encode.c makes. Whatever stands there: an error, or facts that are
 * safe to walk. */
#include "parse/columns.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/number.h"

#include <stdlib.h>
#include <string.h>

struct reader {
	struct numbers in;
	uint32_t *texts; /* offsets of those named so far */
	uint32_t named, count;
	uint32_t next, end; /* where the next new one begins, and the last one ends */
	struct buf text;
	uint32_t definitions; /* their number */
};

static uint32_t get_text(struct reader *from)
{
	uint32_t number = number_get32(&from->in);

	if (!number)
		return 0;
	if (number == 1 && from->named < from->count && from->next < from->end) {
		from->texts[from->named++] = from->next;
		from->next += (uint32_t)strlen(from->text.ptr + from->next) + 1;
		return from->texts[from->named - 1];
	}
	if (number >= 2 && number - 2 < from->named)
		return from->texts[from->named - 1 - (number - 2)];
	from->in.bad = true;
	return 0;
}

/* The same prefix and name come one after the other where a name is defined again. */
static uint32_t get_suffixed(struct reader *from, uint32_t suffix)
{
	uint32_t prefix = get_text(from), offset = (uint32_t)from->text.len;
	size_t len, more;

	if (!prefix || from->in.bad)
		return suffix;
	len = strlen(from->text.ptr + prefix);
	more = strlen(from->text.ptr + suffix);
	if (from->text.len + len + more + 1 > FACTS_MAX) {
		from->in.bad = true;
		return suffix;
	}
	buf_reserve(&from->text, len + more + 1);
	buf_add(&from->text, from->text.ptr + prefix, len);
	buf_add(&from->text, from->text.ptr + suffix, more + 1);
	return offset;
}

static void add_part(struct reader *from, uint32_t text, size_t len)
{
	buf_reserve(&from->text, len);
	buf_add(&from->text, from->text.ptr + text, len);
}

/* Up to a mark or the end. */
static uint32_t plain_length(const struct reader *from, uint32_t text)
{
	const unsigned char *start = (const unsigned char *)from->text.ptr + text, *at = start;

	while (*at && *at != SAYS_NAME && *at != SAYS_RETURNS)
		at++;
	return (uint32_t)(at - start);
}

/* Of its own where it names what others do not. */
static uint32_t get_signature(struct reader *from, uint32_t name, uint32_t returns)
{
	uint32_t text = get_text(from), offset = (uint32_t)from->text.len;
	uint32_t len = plain_length(from, text);

	if (!from->text.ptr[text + len])
		return text;
	while (from->text.ptr[text + len] && from->text.len <= FACTS_MAX) {
		uint32_t part = from->text.ptr[text + len] == SAYS_NAME ? name : returns;

		add_part(from, text, len);
		add_part(from, part, strlen(from->text.ptr + part));
		text += len + 1;
		len = plain_length(from, text);
	}
	from->in.bad |= from->text.len > FACTS_MAX;
	add_part(from, text, len);
	buf_addch(&from->text, '\0');
	return offset;
}

static uint32_t field(const char *row, size_t offset)
{
	uint32_t number;

	memcpy(&number, row + offset, sizeof(number));
	return number;
}

static void set_field(char *row, size_t offset, uint32_t number)
{
	memcpy(row + offset, &number, sizeof(number));
}

static void set_short(char *row, size_t offset, uint64_t number)
{
	uint16_t narrow = (uint16_t)number;

	memcpy(row + offset, &narrow, sizeof(narrow));
}

static unsigned get_choice(struct reader *from, size_t most)
{
	uint64_t choice = number_get(&from->in);

	from->in.bad |= choice > most;
	return from->in.bad ? 0 : (unsigned)choice;
}

static void get_hash(struct reader *from, char *out)
{
	uint64_t hash = 0;

	if ((size_t)(from->in.end - from->in.at) < BODY_BITS / 8) {
		from->in.bad = true;
		return;
	}
	for (unsigned shift = 0; shift < BODY_BITS; shift += 8)
		hash |= (uint64_t)*from->in.at++ << shift;
	memcpy(out, &hash, sizeof(hash));
}

static void get_counted(struct reader *from, const struct column *column, char *row)
{
	uint64_t number = number_get(&from->in);

	row[column->offset] = (char)(number % (column->of + 1));
	set_short(row, column->also, number / (column->of + 1));
}

static uint32_t lengths(const struct reader *from, const struct column *column, const char *row)
{
	const char *text = from->text.ptr;
	size_t len = strlen(text + field(row, column->of));

	len += column->also ? strlen(text + field(row, column->also)) : 0;
	return (uint32_t)len;
}

static uint32_t get_step(
	struct reader *from, const struct column *column, char *row, uint32_t *last)
{
	uint32_t number = number_get_step(&from->in, *last);

	*last = number;
	if (column->kind == COLUMN_PAST)
		*last += lengths(from, column, row);
	if (column->kind == COLUMN_BEHIND) {
		*last += field(row, column->of);
		set_field(row, column->of, *last);
	}
	return number;
}

static void get_column(
	struct reader *from, const struct column *column, char *row, uint32_t count, size_t stride)
{
	uint32_t last = 0, number = 0;

	for (uint32_t i = 0; i < count && !from->in.bad; i++, row += stride) {
		switch (column->kind) {
		case COLUMN_SHORT:
			set_short(row, column->offset, number_get(&from->in));
			continue;
		case COLUMN_CHOICE:
			row[column->offset] = (char)get_choice(from, column->of);
			continue;
		case COLUMN_COUNTED:
			get_counted(from, column, row);
			continue;
		case COLUMN_FLAG:
			row[column->offset] = number_get(&from->in) == 1;
			continue;
		case COLUMN_HASH:
			get_hash(from, row + column->offset);
			continue;
		case COLUMN_TEXT:
			number = get_text(from);
			break;
		case COLUMN_SUFFIXED:
			number = get_suffixed(from, field(row, column->of));
			break;
		case COLUMN_SIGNATURE:
			number = get_signature(
				from, field(row, column->of), field(row, column->also));
			break;
		case COLUMN_LENGTH:
			number = number_get32(&from->in);
			break;
		case COLUMN_AFTER:
			number = field(row, column->of) + number_get32(&from->in);
			break;
		case COLUMN_BEFORE:
			number = field(row, column->of) - number_get32(&from->in);
			break;
		case COLUMN_NEAR:
			number = number_get_step(&from->in, field(row, column->of));
			break;
		case COLUMN_STEP:
		case COLUMN_PAST:
		case COLUMN_BEHIND:
			number = get_step(from, column, row, &last);
			break;
		case COLUMN_INDEX:
			last = number_get_step(&from->in, last);
			number = last - 1U;
			from->in.bad |= number != PARSE_NONE &&
					number >= (column->of ? i : from->definitions);
			break;
		}
		set_field(row, column->offset, number);
	}
}

static void get_rows(struct reader *from, unsigned table, void *rows, uint32_t count, size_t stride)
{
	for (size_t i = 0; i < fact_tables[table].count; i++)
		get_column(from, &fact_tables[table].columns[i], rows, count, stride);
}

/* A count of what takes at least `size` bytes each, so that damage cannot ask for all memory. */
static uint32_t get_count(struct reader *from, size_t size)
{
	uint64_t count = number_get(&from->in);

	from->in.bad |= count > (size_t)(from->in.end - from->in.at) / size;
	return from->in.bad ? 0 : (uint32_t)count;
}

/* The texts, behind an empty one. */
static void get_texts(struct reader *from)
{
	uint32_t len;

	from->count = get_count(from, 1);
	len = get_count(from, 1);
	from->in.bad |= len && from->in.at[len - 1]; /* the last one has no end */
	if (from->in.bad)
		return;
	buf_add(&from->text, "", 1);
	buf_add(&from->text, from->in.at, len);
	from->in.at += len;
	from->next = 1;
	from->end = len + 1;
	from->texts = xcalloc(from->count + (size_t)1, sizeof(*from->texts));
}

static void get_head(struct reader *from, struct facts *out)
{
	out->skip = (enum parse_skip)get_choice(from, PARSE_COMPLEX);
	out->lines = number_get32(&from->in);
	out->size = number_get32(&from->in);
	out->definition_count = get_count(from, fact_tables[TABLE_DEFINITIONS].count);
	out->reference_count = get_count(from, fact_tables[TABLE_REFERENCES].count);
	out->import_count = get_count(from, fact_tables[TABLE_IMPORTS].count);
	out->binding_count = get_count(from, fact_tables[TABLE_BINDINGS].count);
	out->comment_count = get_count(from, fact_tables[TABLE_COMMENTS].count);
	out->seam_count = get_count(from, fact_tables[TABLE_SEAMS].count);
	from->definitions = out->definition_count;
	get_texts(from);
	if (from->in.bad)
		return;
	out->definitions = xcalloc(out->definition_count, sizeof(*out->definitions));
	out->references = xcalloc(out->reference_count, sizeof(*out->references));
	out->imports = xcalloc(out->import_count, sizeof(*out->imports));
	out->bindings = xcalloc(out->binding_count, sizeof(*out->bindings));
	out->comments = xcalloc(out->comment_count, sizeof(*out->comments));
	out->seams = xcalloc(out->seam_count, sizeof(*out->seams));
}

static bool get_all(struct reader *from, struct facts *out)
{
	get_head(from, out);
	if (from->in.bad)
		return false;
	get_rows(from, TABLE_DEFINITIONS, out->definitions, out->definition_count,
		sizeof(*out->definitions));
	get_rows(from, TABLE_REFERENCES, out->references, out->reference_count,
		sizeof(*out->references));
	get_rows(from, TABLE_IMPORTS, out->imports, out->import_count, sizeof(*out->imports));
	get_rows(from, TABLE_BINDINGS, out->bindings, out->binding_count, sizeof(*out->bindings));
	get_rows(from, TABLE_COMMENTS, out->comments, out->comment_count, sizeof(*out->comments));
	get_rows(from, TABLE_SEAMS, out->seams, out->seam_count, sizeof(*out->seams));
	return !from->in.bad && from->in.at == from->in.end;
}

int facts_decode(const void *bytes, size_t len, struct facts *out)
{
	struct reader from = {
		.in = {bytes, (const unsigned char *)bytes + len, false}, .text = BUF_INIT};
	bool good;

	memset(out, 0, sizeof(*out));
	good = number_get(&from.in) == FACTS_FORMAT && get_all(&from, out);
	free(from.texts);
	if (good) {
		buf_fit(&from.text);
		out->text_len = (uint32_t)from.text.len;
		out->text = buf_detach(&from.text);
		return 0;
	}
	buf_release(&from.text);
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
	free(facts->seams);
	memset(facts, 0, sizeof(*facts));
}
