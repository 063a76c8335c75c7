/* error-handling: the real check or release against checks turned, moved or left out. */
#include "bench/internal.h"

#include "bench/code.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len > n && !memcmp(line, word, n) && !is_name_char(line[n]);
}

static bool holds(const char *line, size_t len, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= len; i++)
		if (!memcmp(line + i, part, n))
			return true;
	return false;
}

/* Raising, catching, leaving early, testing for failure, giving back. */
static bool wanted(const char *line, size_t len)
{
	static const char *const signs[] = {"== NULL", "!= NULL", "== -1", "!= -1", "< 0",
		"is None", "is not None", "_ERR", "_OK", "errno", "Error", "!= 0"};
	static const char *const acts[] = {"goto", "except", "raise", "assert", "throw", "catch"};
	static const char *const releases[] = {"free", "close", "release", "destroy",
		"decrRefCount", "unlock", "unref", "cleanup", "delete"};

	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (begins(line, len, acts[i]))
			return true;
	if (begins(line, len, "if") || begins(line, len, "elif") || begins(line, len, "return")) {
		if (holds(line, len, "if (!") || holds(line, len, "if not "))
			return true;
		for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
			if (holds(line, len, signs[i]))
				return true;
	}
	for (size_t i = 0; i < sizeof(releases) / sizeof(*releases); i++) {
		size_t call = 0;

		/* A call whose name ends in the verb: `zfree(`, `conn.close(`. */
		while (call < len && (is_name_char(line[call]) || strchr(".->", line[call])))
			call++;
		if (call < len && line[call] == '(' && holds(line, call, releases[i]))
			return true;
	}
	return false;
}

static int list(struct material *material, struct candidates *out)
{
	list_fresh_lines(material, wanted, out);
	return 0;
}

struct around {
	const struct place *place;
	uint32_t last; /* line of the function */
	int following;
	struct draft *draft;
};

/* The check left out: what the function goes on with; and the file's other checks and releases. */
static void add_line(const struct statement *statement, void *payload)
{
	struct around *around = payload;
	const char *text = statement->line + statement->indent;
	size_t len = statement->len - statement->indent;

	if (statement->number > around->place->line && statement->number <= around->last &&
		around->following++ < 3)
		draft_other(around->draft, text, len, 0);
	else if (wanted(text, len))
		draft_other(around->draft, text, len, 1);
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	struct around around = {.draft = draft};
	const struct graph_symbol *symbol;
	const struct buf *text;
	struct place place;
	size_t from;

	if (place_of(material, candidate, &place))
		return NO_ITEM;
	text = material_text(material, place.file);
	symbol = material->head->symbols + place.symbol;
	from = symbol->start;
	draft_from(draft, material, &place, place.start);
	draft_answer(draft, text->ptr + place.start, place.end - place.start);
	/* Half of each: the check turned, or another line of the function or file in its place. */
	if (candidate->order & 1 && material_is_unseen(material, place.file, place.line)) {
		mutate(text->ptr + place.start, place.end - place.start, text->ptr + from,
			place.start - from, true, draft);
		return 0;
	}
	around.place = &place;
	around.last = symbol->end_line;
	each_statement(text->ptr, text->len,
		has_semicolons(material->head->files[place.file].language), add_line, &around);
	return 0;
}

const struct category category_errors = {
	.name = "error-handling",
	.about = "the real check or release against it turned, moved or left out",
	.list = list,
	.make = make,
};
