/* Secrets that got past everything before: the example goes, nothing is masked. */
#include "curate/internal.h"

#include "flywheel/scrub.h"

#include <string.h>

static int open_state(struct curation *curation, void **state)
{
	struct scrubber *scrubber = NULL;
	int rc = scrubber_open_for_code(curation->session, &scrubber);

	*state = scrubber;
	return rc;
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	(void)curation;
	if (scrub_count_secrets(state, example->prompt, strlen(example->prompt)) ||
		scrub_count_secrets(state, example->answer, strlen(example->answer)))
		return "holds what looks like a secret";
	return NULL;
}

static void close_state(void *state)
{
	scrubber_free(state);
}

const struct filter filter_secret = {
	.name = "secret",
	.summary = "holds what looks like a secret",
	.binding = true,
	.open = open_state,
	.reject = reject,
	.close = close_state,
};
