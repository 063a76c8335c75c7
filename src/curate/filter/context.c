/* An example teaches reasoning when it shows what stands around the answer, or why it is so. */
#include "curate/internal.h"

#include "flywheel/config.h"

#define HARD 5 /* times the minimum complexity: code that earns its place by difficulty */

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	const unsigned any = EXAMPLE_HAS_CALLERS | EXAMPLE_HAS_CALLEES | EXAMPLE_HAS_DECISION |
			     EXAMPLE_HAS_REVIEW | EXAMPLE_IS_HANDWRITTEN | EXAMPLE_HAS_FAMILY;

	(void)state;
	if (example->context & any)
		return NULL;
	if (example->cyclomatic >= HARD * config_number(curation->session->config, "minComplexity"))
		return NULL;
	if (example_is_change(example))
		return "a change that says what, not why";
	return "nothing around it: neither callers nor callees, and no decision";
}

const struct filter filter_context = {
	.name = "context",
	.summary = "neither structure nor a decision, and not hard enough to do without",
	.reject = reject,
};
