/* Straight-line code teaches typing: it must branch, or carry a decision, or be a house pattern. */
#include "curate/internal.h"

#include "flywheel/config.h"

#include <string.h>

/* Where the answer is structure or a test, straight-line code is as good as any. */
static bool teaches_code(const struct example *example)
{
	return strcmp(example->kind, "call-chain") && strcmp(example->kind, "module-edge") &&
	       strcmp(example->kind, "explain") && strcmp(example->kind, "test");
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	const unsigned reasons = EXAMPLE_HAS_DECISION | EXAMPLE_HAS_REVIEW |
				 EXAMPLE_IS_HANDWRITTEN | EXAMPLE_HAS_FAMILY;
	const unsigned both = EXAMPLE_HAS_CALLERS | EXAMPLE_HAS_CALLEES;

	(void)state;
	if (!example->cyclomatic || example->context & reasons)
		return NULL;
	if (!teaches_code(example) && (example->context & both))
		return NULL;
	if (example->cyclomatic < config_number(curation->session->config, "minComplexity"))
		return "too simple, and no decision or family to make up for it";
	return NULL;
}

const struct filter filter_complexity = {
	.name = "complexity",
	.summary = "less than flywheel.minComplexity, with nothing to make up for it",
	.reject = reject,
};
