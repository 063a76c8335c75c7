/* pattern-adherence: the lines that the house accepted against near variants it did not write. */
#include "bench/internal.h"

#include "bench/code.h"

#include <string.h>

/* Enough in it that there is more than one way to write it. */
static bool wanted(const char *line, size_t len)
{
	struct words words = {0};
	size_t names = 0;

	words_read(&words, line, len);
	for (size_t i = 0; i < words.count; i++)
		names += words.items[i].role != ROLE_NONE;
	words_release(&words);
	return names >= 3 && (memchr(line, '(', len) || memchr(line, '=', len));
}

static int list(struct material *material, struct candidates *out)
{
	list_fresh_lines(material, wanted, out);
	return 0;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct buf *text;
	struct place place;
	size_t from;

	/* A line that the house has elsewhere would be told by that alone. */
	if (!material_is_unseen(material, candidate->a, candidate->b) ||
		place_of(material, candidate, &place))
		return NO_ITEM;
	text = material_text(material, place.file);
	from = material->head->symbols[place.symbol].start;
	draft_from(draft, material, &place, place.start);
	draft_answer(draft, text->ptr + place.start, place.end - place.start);
	mutate(text->ptr + place.start, place.end - place.start, text->ptr + from,
		place.start - from, false, draft);
	return 0;
}

const struct category category_pattern = {
	.name = "pattern-adherence",
	.about = "the accepted line of a later change against near variants",
	.list = list,
	.make = make,
};
