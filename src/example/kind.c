/* The table of kinds. Order decides nothing but the order of work: examples are kept by id. */
#include "example/internal.h"

const struct example_kind *const example_kinds[] = {
	&kind_function,
	&kind_explain,
	&kind_chain,
	&kind_edge,
	&kind_middle,
	&kind_check,
	&kind_test,
	&kind_pattern,
	&kind_change_intent,
	&kind_change_message,
	&kind_decision,
	&kind_handwritten,
	NULL,
};
