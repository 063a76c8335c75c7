/*
 * What a model said of texts that it was asked about: facts, because asking again costs, and may
 * give something else. Kept by the digest of the text, which stays in git or among the turns.
 */
#ifndef FLYWHEEL_STORE_ANSWER_H
#define FLYWHEEL_STORE_ANSWER_H

#include "flywheel/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `text` is 64 hex digits, `notes` a JSON array. The last answer replaces an earlier one. */
int store_answer_put(
	struct store *store, const char *text, const char *model, const char *notes, int64_t at);
/* E_NOTFOUND: the text was never asked about. The caller frees. */
int store_answer_get(struct store *store, const char *text, char **notes);
int store_answer_count(struct store *store, size_t *count);

#endif
