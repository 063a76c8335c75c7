/* Drafting tokens. White space is not in the counts: it is looked up where the house has the same
 * tokens, which is also how the house writes `if (` or `if(`. */
#include "model/draft.h"

#include "util/memory.h"

#include <math.h>
#include <string.h>

#define LOOKS 32 /* places that vote on a gap */

/* The longest context in which the house has what was just passed; 0 when none. */
static unsigned longest(const struct walk *walk)
{
	unsigned k = walk->lengths;

	while (k-- > 1)
		if (walk->house[k].lo < walk->house[k].hi)
			return k;
	return 0;
}

static bool is_word(const char *text, size_t len)
{
	return len && (text[0] == '_' || (unsigned char)text[0] >= 0x80 ||
			      (text[0] >= '0' && text[0] <= '9') ||
			      ((text[0] | 32) >= 'a' && (text[0] | 32) <= 'z'));
}

/* What stands before the token that the reader just passed. */
static enum model_gap gap_of(const struct reader *reader, uint32_t before, uint32_t id)
{
	const struct model *model = reader->model;
	unsigned k = longest(&reader->walk), votes[GAP_LINE + 1] = {0};
	struct range range = reader->walk.house[k];
	size_t len, old_len;
	const char *text, *old;

	for (uint32_t i = range.lo; k > 1 && i < range.hi && i < range.lo + LOOKS; i++)
		votes[model_gap_at(model, suffixes_at(&model->tokens, i) + k - 1)]++;
	if (votes[GAP_LINE] > votes[GAP_BLANK] && votes[GAP_LINE] > votes[GAP_NONE])
		return GAP_LINE;
	if (votes[GAP_BLANK] != votes[GAP_NONE])
		return votes[GAP_BLANK] > votes[GAP_NONE] ? GAP_BLANK : GAP_NONE;
	/* The house never has these two in a row. */
	text = model_text(model, id, &len);
	old = model_text(model, before, &old_len);
	return is_word(text, len) && is_word(old, old_len) ? GAP_BLANK : GAP_NONE;
}

bool draft_step(struct reader *reader, struct draft_path *path, uint32_t id, double p)
{
	uint32_t before = path->count ? path->tokens[path->count - 1].id : MODEL_END;
	struct draft_token *token = &path->tokens[path->count];
	size_t len;
	const char *text = model_text(reader->model, id, &len);

	if (len && text[0] == '\n') {
		path->ended = true;
		return false;
	}
	reader_pass(reader, id);
	*token = (struct draft_token){id, gap_of(reader, before, id), p};
	if (token->gap == GAP_LINE && path->count) {
		path->ended = true;
		return false;
	}
	path->bits -= log2(p);
	path->count++;
	return true;
}

void draft_line(struct reader *reader, struct draft_path *path, double least)
{
	const struct prediction_wish wish = {.most = 1, .floor = least};
	struct prediction next;

	while (path->count < DRAFT_MOST && !path->ended) {
		if (!predict(reader->model, &reader->shown, reader_look(reader), &wish, &next) ||
			next.p < least)
			return;
		draft_step(reader, path, next.id, next.p);
	}
}

char *draft_text(
	const struct model *model, const struct draft_path *path, size_t typed, bool spaced)
{
	struct buf out = BUF_INIT;

	for (unsigned i = 0; i < path->count; i++) {
		size_t len;
		const char *text = model_text(model, path->tokens[i].id, &len);

		if (path->tokens[i].gap != GAP_NONE && (i || (!spaced && !typed)))
			buf_addch(&out, ' ');
		buf_add(&out, text, len);
		if (!i)
			memmove(out.ptr, out.ptr + typed, out.len - typed + 1), out.len -= typed;
	}
	return buf_detach(&out);
}

struct model_source draft_source(const struct reader *reader, unsigned least)
{
	const struct model *model = reader->model;
	unsigned k = longest(&reader->walk);
	struct model_source source = {0};
	uint32_t at, lo = 0, hi = model->facts.texts;

	if (k < least || !k)
		return source;
	at = suffixes_at(&model->tokens, reader->walk.house[k].lo);
	while (lo < hi) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (model->starts[middle + 1] <= at)
			lo = middle + 1;
		else
			hi = middle;
	}
	if (lo == model->facts.texts || at < model->starts[lo])
		return source;
	source.name = model->names;
	source.token = at + k - 1 - model->starts[lo];
	for (uint32_t i = 0; i < lo; i++)
		source.name += strlen(source.name) + 1;
	return source;
}
