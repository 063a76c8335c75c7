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

/* The first parameter of an extension method behind its `this`; NULL for any other. */
static const char *extended(const struct resolver *self, uint32_t symbol)
{
	const struct graph_symbol *at = &self->graph->symbols[symbol];
	const char *first = strchr(at->signature, '(');

	if (!first || !language_extension_methods(self->snapshot->files[at->file].language))
		return NULL;
	first += 1 + strspn(first + 1, " ");
	return starts_with(first, "this ") ? first + strlen("this ") : NULL;
}

bool is_extension(const struct resolver *self, uint32_t symbol)
{
	return extended(self, symbol) != NULL;
}

/*
 * Whether a method takes so many arguments: 2 exactly, 1 perhaps, 0 not. What an extension method
 * is called on counts as one where it is called like any static method.
 */
static int fit(const struct resolver *self, uint32_t symbol, uint32_t arguments, bool on_receiver)
{
	const struct graph_symbol *at = &self->graph->symbols[symbol];
	uint32_t parameters = at->parameters + (!on_receiver && is_extension(self, symbol));

	if (parameters == arguments)
		return 2;
	return (arguments + 1 >= parameters && is_open(at)) ||
	       (arguments < parameters && has_defaults(self, symbol));
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
		int how;

		if (symbols[at].kind == SYMBOL_TYPE || symbols[at].kind == SYMBOL_CONSTANT ||
			!is_method(self, at) ||
			!same_type(self, self->owners[at], self->owners[symbol]))
			continue;
		how = fit(self, at, arguments, false);
		if (how == 2 && !fits.exact_count++)
			fits.exact = at;
		else if (how == 1 && !fits.open_count++)
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

/* Whether a receiver is surely what the method extends: a literal string is a `string`. */
static bool surely_extends(const struct resolver *self, uint32_t symbol, const char *receiver)
{
	const char *type = extended(self, symbol);

	return receiver[strspn(receiver, "$@")] == '"' && type && starts_with(type, "string ");
}

/* Extension methods are seen in the namespace of their type, those inside, and where it is used. */
static bool sees_extension(const struct resolver *self, const struct place *place, uint32_t symbol)
{
	const struct facts *facts = &self->snapshot->files[place->file].facts;
	const struct graph_symbol *symbols = self->graph->symbols,
				  *type = &symbols[self->owners[symbol]];
	size_t name = strlen(type->name), len = strlen(type->qualified);

	len = len > name ? len - name - 1 : 0; /* of the namespace */
	if (!len || (place->from != GRAPH_NONE &&
			    !strncmp(symbols[place->from].qualified, type->qualified, len + 1)))
		return true;
	for (uint32_t i = 0; i < facts->import_count; i++) {
		const char *module = facts->text + facts->imports[i].module;

		if (strlen(module) == len && !memcmp(module, type->qualified, len))
			return true;
	}
	return false;
}

struct answer find_extension(const struct resolver *self, const struct place *place,
	const char *receiver, const char *name, uint16_t arguments)
{
	struct tally tallies[3] = {{0}, {0}, {0}};
	uint32_t counts[3] = {0, 0, 0};
	struct span span = {NULL, 0};
	uint32_t around = type_around(self, place->from);
	struct answer answer;
	int how;

	if (arguments && language_extension_methods(place->language))
		span = named(self->whole, name);
	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t at = span.symbols[i];

		if (!is_extension(self, at) || self->owners[at] == GRAPH_NONE ||
			!sees_extension(self, place, at) ||
			(fact_of(self, at)->visibility == VISIBLE_TYPE &&
				!same_type(self, self->owners[at], around)))
			continue;
		how = fit(self, at, arguments - 1U, true);
		counts[how]++;
		tally_add(self, &tallies[how], place->file, at);
	}
	how = counts[2] ? 2 : 1;
	answer = tally_answer(&tallies[how],
		language_is_builtin(place->language, name) ? EDGE_AMBIGUOUS : EDGE_LIKELY,
		EDGE_AMBIGUOUS);
	if (answer.confidence == EDGE_LIKELY && counts[how] == 1 &&
		surely_extends(self, answer.to, receiver))
		answer.confidence = EDGE_RESOLVED;
	return answer;
}
