/* Which of several methods of one name a call means: the one with as many parameters. */
#include "graph/resolver.h"

#include "util/memory.h"

#include <string.h>

/* Of one type: its own, or of another part of it. */
static bool same_type(const struct resolver *self, uint32_t a, uint32_t b)
{
	const struct graph_symbol *symbols = self->graph->symbols;

	return a == b || (a != GRAPH_NONE && b != GRAPH_NONE &&
				 language_related(self->snapshot->files[symbols[a].file].language,
					 self->snapshot->files[symbols[b].file].language) &&
				 !strcmp(symbols[a].qualified, symbols[b].qualified));
}

/* How many methods beside `symbol` have its name and so many parameters; `first` is one. */
static uint32_t fitting(
	const struct resolver *self, uint32_t symbol, uint32_t parameters, uint32_t *first)
{
	const struct graph_symbol *symbols = self->graph->symbols;
	struct span span = named(self->whole, symbols[symbol].name);
	uint32_t count = 0;

	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t at = span.symbols[i];

		if (symbols[at].parameters != parameters || symbols[at].kind == SYMBOL_TYPE ||
			symbols[at].kind == SYMBOL_CONSTANT || !is_method(self, at) ||
			!same_type(self, self->owners[at], self->owners[symbol]))
			continue;
		if (!count++)
			*first = at;
	}
	return count;
}

struct answer find_overload(const struct resolver *self, struct answer answer, uint16_t arguments)
{
	uint32_t at = answer.to, found = GRAPH_NONE, count = 0;

	if (!arguments || at == GRAPH_NONE || answer.confidence == EDGE_AMBIGUOUS ||
		!is_method(self, at) || self->owners[at] == GRAPH_NONE)
		return answer;
	for (int depth = 0; depth < MAX_DEPTH && at != GRAPH_NONE && !count; depth++) {
		uint32_t type = self->owners[at];

		count = fitting(self, at, arguments - 1U, &found);
		at = type == GRAPH_NONE
			     ? GRAPH_NONE
			     : inherited_member(self, type, self->graph->symbols[at].name);
	}
	if (!count)
		return answer;
	answer.to = found;
	if (count > 1 && answer.confidence == EDGE_RESOLVED)
		answer.confidence = EDGE_LIKELY;
	return answer;
}
