/* The token budget: what does not fit a training context would be cut there, unseen by us. */
#include "curate/internal.h"

#include "flywheel/config.h"

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	(void)state;
	return candidate_tokens(example) > config_number(curation->session->config, "maxTokens")
		       ? "over the token budget"
		       : NULL;
}

const struct filter filter_long = {
	.name = "long",
	.summary = "more than flywheel.maxTokens tokens in all",
	.reject = reject,
};
