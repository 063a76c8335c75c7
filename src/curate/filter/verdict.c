/* What a person rejected stays out, whatever the other filters would say. */
#include "curate/internal.h"

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	const struct map_entry *verdict = map_get_str(&curation->verdicts, example->id);

	(void)state;
	return verdict && !verdict->value.num ? "rejected by a person" : NULL;
}

const struct filter filter_verdict = {
	.name = "verdict",
	.summary = "a person rejected it",
	.reject = reject,
};
