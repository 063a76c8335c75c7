/* Which of several methods of one name a call means: the one with as many parameters. */
#include "graph/resolve/resolver.h"

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

/* Whether it takes any number at its end (`Object... rest`, `params int[] rest`). */
static bool is_open(const struct graph_symbol *symbol)
{
	return strstr(symbol->signature, "...") || strstr(symbol->signature, "params ");
}

/* Whether it may take fewer, because some have a default (`int n = 0`): one that is defined outside
 * its type has them where it is declared. */
static bool has_defaults(const struct resolver *self, uint32_t symbol)
{
	const struct graph_symbol *at = &self->graph->symbols[symbol];
	const struct graph_symbol *type = &self->graph->symbols[self->owners[symbol]];
	const char *open = strchr(at->signature, '(');

	return (open && strchr(open, '=')) || type->file != at->file || at->start < type->start ||
	       at->end > type->end;
}

/* Of the methods of one name beside a symbol: those with so many parameters, those that may have.
 */
struct fits {
	uint32_t exact, exact_count, open, open_count;
};

static struct fits find_fits(const struct resolver *self, uint32_t symbol, uint32_t arguments)
{
	const struct graph_symbol *symbols = self->graph->symbols;
	struct span span = named(self->whole, symbols[symbol].name);
	struct fits fits = {GRAPH_NONE, 0, GRAPH_NONE, 0};

	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t at = span.symbols[i];

		if (symbols[at].kind == SYMBOL_TYPE || symbols[at].kind == SYMBOL_CONSTANT ||
			!is_method(self, at) ||
			!same_type(self, self->owners[at], self->owners[symbol]))
			continue;
		if (symbols[at].parameters == arguments && !fits.exact_count++)
			fits.exact = at;
		else if (symbols[at].parameters != arguments &&
			 ((arguments + 1 >= symbols[at].parameters && is_open(&symbols[at])) ||
				 (arguments < symbols[at].parameters && has_defaults(self, at))) &&
			 !fits.open_count++)
			fits.open = at;
	}
	return fits;
}

struct answer find_overload(const struct resolver *self, struct answer answer, uint16_t arguments)
{
	struct fits fits = {GRAPH_NONE, 0, GRAPH_NONE, 0};
	uint32_t at = answer.to;

	if (!arguments || at == GRAPH_NONE || answer.confidence == EDGE_AMBIGUOUS ||
		!is_method(self, at) || self->owners[at] == GRAPH_NONE)
		return answer;
	for (int depth = 0; depth < MAX_DEPTH && at != GRAPH_NONE; depth++) {
		uint32_t type = self->owners[at];

		fits = find_fits(self, at, arguments - 1U);
		if (fits.exact_count + fits.open_count)
			break;
		at = type == GRAPH_NONE
			     ? GRAPH_NONE
			     : inherited_member(self, type, self->graph->symbols[at].name);
	}
	if (!(fits.exact_count + fits.open_count))
		return answer;
	answer.to = fits.exact_count ? fits.exact : fits.open;
	if (fits.exact_count + fits.open_count > 1 && answer.confidence == EDGE_RESOLVED)
		answer.confidence = EDGE_LIKELY;
	return answer;
}
