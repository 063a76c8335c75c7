/* Straight-line code teaches typing. It must branch, or carry a decision, or both ends of calls. */
#include "curate/internal.h"

#include "flywheel/config.h"

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	const unsigned reasons = EXAMPLE_HAS_DECISION | EXAMPLE_HAS_REVIEW | EXAMPLE_IS_HANDWRITTEN;
	const unsigned both = EXAMPLE_HAS_CALLERS | EXAMPLE_HAS_CALLEES;

	(void)state;
	if (!example->cyclomatic || example->context & reasons || (example->context & both) == both)
		return NULL;
	if (example->cyclomatic < config_number(curation->session->config, "minComplexity"))
		return "too simple, and neither a decision nor callers and callees to make up for "
		       "it";
	return NULL;
}

const struct filter filter_complexity = {
	.name = "complexity",
	.summary = "less than flywheel.minComplexity, with nothing to make up for it",
	.reject = reject,
};
