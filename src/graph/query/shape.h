/* Source text as a row of tokens, whatever the language: for what is alike, and what is named. */
#ifndef GRAPH_SHAPE_H
#define GRAPH_SHAPE_H

#include "flywheel/facts.h"
#include "util/minhash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_MARK };
typedef int (*token_fn)(
	enum token_kind kind, const char *text, size_t len, size_t offset, void *payload);
/*
 * Tokens of text[from..to); comments of `facts` (may be NULL) are left out. A language's own
 * subtleties (raw strings, regular expressions) may give odd tokens, but always the same ones.
 */
int each_token(const char *text, size_t from, size_t to, const struct facts *facts, token_fn fn,
	void *payload);

#define SHAPE_SHINGLE 7
struct shape {
	uint64_t hash;
	uint32_t tokens;
	struct signature signature; /* of runs of SHAPE_SHINGLE tokens */
};
/*
 * Names, numbers and strings are one token each, whatever they say; words of control flow and
 * marks count. With `own` only that name is replaced, where it is no
 * member of something else, and all else counts as written.
 */
void shape_init(struct shape *shape, const char *text, size_t from, size_t to,
	const struct facts *facts, const char *own);

#endif
