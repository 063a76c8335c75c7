/*
 * How likely a token is from its letters: an n-gram over the bytes of the distinct tokens, so that
 * a name nobody has written yet has a fair price. Smoothing: Witten & Bell 1991, in a chain.
 */
#include "model/internal.h"

#include "util/memory.h"

#include <math.h>
#include <string.h>

#define SYMBOLS 256 /* bytes 1..255 and the end */

double spell_letters(struct model *model, const char *text, size_t len)
{
	const struct suffixes *s = &model->letters;
	struct range context[SPELL_ORDER] = {{0, s->count}};
	unsigned lengths = 2; /* of no letter, and of the start */
	double bits = 0;

	context[1] = suffixes_extend(s, context[0], 0, MODEL_END);
	for (size_t i = 0; i <= len; i++) {
		uint32_t symbol = i < len ? (unsigned char)text[i] : MODEL_END;
		struct range found[SPELL_ORDER] = {{0, 0}};
		double p = 1.0 / SYMBOLS;
		unsigned known = 0;

		for (; known < lengths && context[known].lo < context[known].hi; known++) {
			double total = context[known].hi - context[known].lo;
			double distinct = distinct_in(s, model->letter_memo, context[known], known);

			found[known] = suffixes_extend(s, context[known], known, symbol);
			p = (found[known].hi - found[known].lo + distinct * p) / (total + distinct);
		}
		bits += log2(p);
		lengths = known < SPELL_ORDER ? known + 1 : SPELL_ORDER;
		memcpy(context + 1, found, (SPELL_ORDER - 1) * sizeof(*context));
	}
	return bits;
}

double spell_token(struct model *model, uint32_t id)
{
	uint32_t known = model->spelled_len;
	const char *text;
	size_t len;

	if (id >= known) {
		model->spelled_len = model_vocabulary(model) + 1024;
		model->spelled =
			xrealloc(model->spelled, model->spelled_len * sizeof(*model->spelled));
		memset(model->spelled + known, 0,
			(model->spelled_len - known) * sizeof(*model->spelled));
	}
	if (model->spelled[id] == 0) {
		text = model_text(model, id, &len);
		model->spelled[id] = spell_letters(model, text, len);
	}
	return model->spelled[id];
}
