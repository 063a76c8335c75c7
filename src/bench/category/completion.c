/* completion: the next name or the next line of a change made after the cutoff. */
#include "bench/internal.h"

#include "bench/code.h"

#include <string.h>

static int list(struct material *material, struct candidates *out)
{
	list_fresh_lines(material, NULL, out);
	return 0;
}

/* A name of the line that stood above it already: one that can be known. */
static const struct word *pick_name(const struct words *words, const char *line, const char *scope,
	size_t scope_len, uint64_t random)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = words->items + (random + i) % words->count;
		size_t size = word->piece.end - word->piece.start;
		char name[128];

		if (!word->role || !word->piece.start || size < 3 || size >= sizeof(name))
			continue;
		memcpy(name, line + word->piece.start, size);
		name[size] = '\0';
		if (has_word(scope, scope_len, name) && !has_word(line, word->piece.start, name))
			return word;
	}
	return NULL;
}

static int next_name(
	struct material *material, const struct place *place, uint64_t random, struct draft *draft)
{
	const struct buf *text = material_text(material, place->file);
	const char *line = text->ptr + place->start;
	size_t body = material->head->symbols[place->symbol].start;
	struct words words = {0}, around = {0};
	const struct word *word;
	int rc = NO_ITEM;

	words_read(&words, line, place->end - place->start);
	word = words.count ? pick_name(&words, line, text->ptr, place->start, random) : NULL;
	if (word) {
		draft_from(draft, material, place, place->start + word->piece.start);
		draft_answer(draft, line + word->piece.start, word->piece.end - word->piece.start);
		words_read(&around, text->ptr, text->len);
		for (size_t i = around.count; i--;) {
			const struct word *other = around.items + i;

			/* What comes after the line is unknown when it is written. */
			if (other->role == word->role && other->piece.end <= place->start)
				draft_other(draft, text->ptr + other->piece.start,
					other->piece.end - other->piece.start,
					other->piece.start >= body ? 0 : 1);
		}
		rc = 0;
	}
	words_release(&words);
	words_release(&around);
	return rc;
}

struct nearby {
	struct draft *draft;
	const char *line; /* the right one, without its indent */
	size_t first, depth;
};

/* Other lines of the file at the same depth; best those that begin with the same word. */
static void add_nearby(const struct statement *statement, void *payload)
{
	struct nearby *nearby = payload;
	size_t size = statement->len - statement->indent;
	const char *text = statement->line + statement->indent;
	bool alike =
		nearby->first && nearby->first < size && !memcmp(text, nearby->line, nearby->first);

	if (statement->indent == nearby->depth)
		draft_other(nearby->draft, text, size, alike ? 0 : 1);
}

static int next_line(struct material *material, const struct place *place, struct draft *draft)
{
	const struct buf *text = material_text(material, place->file);
	struct nearby nearby = {draft, text->ptr + place->start, 0, 0};

	while (is_name_char(nearby.line[nearby.first]))
		nearby.first++;
	for (const char *c = nearby.line; c > text->ptr && c[-1] != '\n'; c--)
		nearby.depth++;
	draft_from(draft, material, place, place->start);
	draft_answer(draft, nearby.line, place->end - place->start);
	each_statement(text->ptr, text->len,
		has_semicolons(material->head->files[place->file].language), add_nearby, &nearby);
	return 0;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	struct place place;

	if (place_of(material, candidate, &place))
		return NO_ITEM;
	/* Half of each; the order's low bits are as good as a coin. */
	return candidate->order & 1 ? next_name(material, &place, candidate->order >> 1, draft)
				    : next_line(material, &place, draft);
}

const struct category category_completion = {
	.name = "completion",
	.about = "the next name or line of a later change",
	.list = list,
	.make = make,
};
