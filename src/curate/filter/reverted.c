/* A change that was taken back taught the house something, but not what it says. */
#include "curate/internal.h"

#include "flywheel/repo.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define REVERTS "This reverts commit "
#define HEX_MIN 7

/* Abbreviated ids are kept as written: a commit is looked up by its first digits. */
static int on_commit(const struct commit *commit, void *payload)
{
	for (const char *at = strstr(commit->message, REVERTS); at; at = strstr(at, REVERTS)) {
		char hex[OID_HEX + 1];
		size_t len = 0;

		at += strlen(REVERTS);
		while (len < OID_HEX && isxdigit((unsigned char)at[len]))
			len++;
		if (len < HEX_MIN)
			continue;
		memcpy(hex, at, HEX_MIN);
		map_put(payload, hex, HEX_MIN, NULL)->value.ptr = NULL;
	}
	return 0;
}

static int open_state(struct curation *curation, void **state)
{
	struct log_options options = {.from = &curation->split->head};
	struct map *reverted = xcalloc(1, sizeof(*reverted));

	*state = reverted;
	return repo_log(curation->session->repo, &options, on_commit, reverted);
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	char hex[OID_HEX + 1];

	(void)curation;
	if (!example_is_change(example))
		return NULL;
	oid_hex(&example->commit, hex);
	return map_get(state, hex, HEX_MIN) ? "reverted later" : NULL;
}

static void close_state(void *state)
{
	if (state)
		map_release(state);
	free(state);
}

const struct filter filter_reverted = {
	.name = "reverted",
	.summary = "a commit that a later one reverts",
	.open = open_state,
	.reject = reject,
	.close = close_state,
};
