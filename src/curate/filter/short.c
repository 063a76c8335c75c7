/* An answer of a few tokens teaches a few tokens. */
#include "curate/internal.h"

#include "flywheel/config.h"
#include "flywheel/model.h"

#include <string.h>

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	size_t least = (size_t)config_number(curation->session->config, "minOutputTokens");

	(void)state;
	return model_count_tokens(example->answer, strlen(example->answer)) < least
		       ? "the answer is too short"
		       : NULL;
}

const struct filter filter_short = {
	.name = "short",
	.summary = "an answer of fewer than flywheel.minOutputTokens tokens",
	.reject = reject,
};
