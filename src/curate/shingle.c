/* Shingles of text: runs of the house model's tokens, so that layout is not content. */
#include "curate/internal.h"

#include "flywheel/model.h"

#include <string.h>

static int on_shingle(uint64_t shingle, void *payload)
{
	signature_add(payload, shingle);
	return 0;
}

void signature_add_text(struct signature *signature, const char *text, size_t len)
{
	text_shingles(text, len, SHINGLE_TOKENS, on_shingle, signature);
}

#define SHINGLE_MAX 32

struct shingling {
	uint64_t window[SHINGLE_MAX];
	size_t n, seen;
	shingle_fn fn;
	void *payload;
};

static int on_token(const char *token, size_t len, size_t offset, void *payload)
{
	struct shingling *s = payload;

	(void)offset;
	if (!len || (unsigned char)token[0] <= ' ') /* line breaks: layout is not content */
		return 0;
	memmove(s->window, s->window + 1, (s->n - 1) * sizeof(*s->window));
	s->window[s->n - 1] = hash_bytes(token, len, 0);
	if (++s->seen < s->n)
		return 0;
	return s->fn(hash_bytes(s->window, s->n * sizeof(*s->window), 1), s->payload);
}

int text_shingles(const char *text, size_t len, size_t n, shingle_fn fn, void *payload)
{
	struct shingling s = {.n = n < SHINGLE_MAX ? n : SHINGLE_MAX, .fn = fn, .payload = payload};
	int rc = model_tokenize(text, len, on_token, &s);

	if (!rc && s.seen && s.seen < s.n)
		rc = fn(hash_bytes(s.window, s.n * sizeof(*s.window), 1), payload);
	return rc;
}
