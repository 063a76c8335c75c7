/*
 * What stands before the dot: the object itself, a type, an imported module, a namespace. Where
 * that is not known, a method that only one type in sight has is likely meant.
 */
#include "graph/resolve/resolver.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum value_kind { VALUE_NONE, VALUE_TYPE, VALUE_FILE, VALUE_ANCESTORS, VALUE_OUTSIDE };
struct value {
	enum value_kind kind;
	uint32_t at; /* symbol or file */
	const char *package;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c < 0;
}

static struct value value_of_meaning(const struct resolver *self, struct meaning meaning)
{
	if (meaning.symbol != GRAPH_NONE &&
		self->graph->symbols[meaning.symbol].kind == SYMBOL_TYPE)
		return (struct value){VALUE_TYPE, meaning.symbol, NULL};
	if (meaning.file != GRAPH_NONE)
		return (struct value){VALUE_FILE, meaning.file, NULL};
	if (meaning.package)
		return (struct value){VALUE_OUTSIDE, GRAPH_NONE, meaning.package};
	return (struct value){VALUE_NONE, GRAPH_NONE, NULL};
}

static struct value value_of_name(
	const struct resolver *self, const struct place *place, const char *name)
{
	struct answer answer = find_plain(self, place, name, WANT_TYPE);

	if (answer.to != GRAPH_NONE && answer.confidence <= EDGE_LIKELY)
		return (struct value){VALUE_TYPE, answer.to, NULL};
	return value_of_meaning(self, find_imported(self, place->file, name));
}

static struct value value_of_part(const struct resolver *self, struct value value, const char *name)
{
	uint32_t member;

	if (value.kind == VALUE_OUTSIDE)
		return value;
	if (value.kind == VALUE_FILE)
		return value_of_meaning(self, find_exported(self, value.at, name));
	member = value.kind == VALUE_TYPE ? member_of(self, value.at, name) : GRAPH_NONE;
	if (member != GRAPH_NONE && self->graph->symbols[member].kind == SYMBOL_TYPE)
		return (struct value){VALUE_TYPE, member, NULL};
	return (struct value){VALUE_NONE, GRAPH_NONE, NULL};
}

/* "a.B::c": the longest beginning that is imported or a type, then part by part. */
static struct value value_of_path(
	const struct resolver *self, const struct place *place, const char *text)
{
	struct value value = {VALUE_NONE, GRAPH_NONE, NULL};
	size_t len = strlen(text), at = len;
	char *part;

	for (; at && value.kind == VALUE_NONE; at--) {
		if (at < len && is_name(text[at]))
			continue;
		if (at < len && !strchr(".:\\-", text[at]))
			break;
		if (!is_name(text[at - 1]))
			continue;
		part = xstrndup(text, at);
		value = value_of_name(self, place, part);
		free(part);
		if (value.kind != VALUE_NONE)
			break;
	}
	while (text[at] && value.kind != VALUE_NONE) {
		size_t end;

		at += strspn(text + at, ".:\\->");
		for (end = at; is_name(text[end]);)
			end++;
		if (end == at)
			return (struct value){VALUE_NONE, GRAPH_NONE, NULL};
		part = xstrndup(text + at, end - at);
		value = value_of_part(self, value, part);
		free(part);
		at = end;
	}
	return value;
}

static struct value value_of_receiver(
	const struct resolver *self, const struct place *place, const char *receiver)
{
	uint32_t type = GRAPH_NONE;
	bool own = language_is_receiver(place->language, receiver);

	if (own || language_is_ancestor(place->language, receiver)) {
		type = type_around(self, place->from);
		return (struct value){type == GRAPH_NONE ? VALUE_NONE
				      : own              ? VALUE_TYPE
							 : VALUE_ANCESTORS,
			type, NULL};
	}
	return value_of_path(self, place, receiver);
}

/*
 * A method called on something whose type is not known: never better than likely, nor that where
 * built-in types have one of its name. What hands on to another object of the same method is
 * common, what calls itself so is not: it is not the method around.
 */
static struct answer find_any_method(
	const struct resolver *self, const struct place *place, const char *name)
{
	const struct graph *graph = self->graph;
	struct span span = named(self->whole, name);
	struct tally near = {0}, all = {0};

	for (uint32_t i = 0; i < span.count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[span.symbols[i]];

		if (span.symbols[i] == place->from || !is_wanted(symbol, WANT_FUNCTION) ||
			!is_method(self, span.symbols[i]) || is_extension(self, span.symbols[i]) ||
			!language_related(
				self->snapshot->files[symbol->file].language, place->language))
			continue;
		tally_add(self, &all, place->file, span.symbols[i]);
		if (is_in_sight(self, place->file, symbol->file))
			tally_add(self, &near, place->file, span.symbols[i]);
	}
	if (near.count == 1 && !language_is_builtin(place->language, name))
		return tally_answer(&near, EDGE_LIKELY, EDGE_AMBIGUOUS);
	if (near.count)
		return tally_answer(&near, EDGE_AMBIGUOUS, EDGE_AMBIGUOUS);
	return tally_answer(&all, EDGE_AMBIGUOUS, EDGE_AMBIGUOUS);
}

/* "Math", "string": named like a type or built in, and nothing here is called so. */
static bool is_foreign_type(
	const struct resolver *self, const struct place *place, const char *receiver)
{
	const char *end = receiver + strspn(receiver, "\\:");

	const char *start = end;

	while (is_name(*end))
		end++;
	if (*end || (!isupper((unsigned char)*start) &&
			    !language_is_builtin(place->language, receiver)))
		return false;
	return find_plain(self, place, receiver, WANT_ANY).to == GRAPH_NONE &&
	       !flow_has(self->flow, place, receiver);
}

struct answer find_on_receiver(const struct resolver *self, const struct place *place,
	const char *receiver, const char *name, enum want want)
{
	struct value value = value_of_receiver(self, place, receiver);
	struct answer answer = nowhere;
	uint32_t found = GRAPH_NONE;

	if (value.kind == VALUE_OUTSIDE)
		return (struct answer){GRAPH_NONE, EDGE_EXTERNAL, value.package};
	if (value.kind == VALUE_TYPE)
		found = member_of(self, value.at, name);
	else if (value.kind == VALUE_ANCESTORS)
		found = inherited_member(self, value.at, name);
	else if (value.kind == VALUE_FILE)
		found = find_exported(self, value.at, name).symbol;
	if (found != GRAPH_NONE && is_wanted(&self->graph->symbols[found], want))
		return (struct answer){found, EDGE_RESOLVED, NULL};
	/* A module that does not have it, or a type that has it from outside. */
	if (value.kind == VALUE_FILE || value.kind == VALUE_ANCESTORS ||
		(value.kind == VALUE_TYPE && has_foreign_base(self, value.at)))
		return nowhere;
	if (value.kind == VALUE_NONE && *language_separator(place->language) &&
		language_scope(place->language) != LANGUAGE_SCOPE_FILE)
		answer = find_qualified(self, place, receiver, name, want);
	if (answer.to != GRAPH_NONE || want == WANT_TYPE || place->guided ||
		(value.kind == VALUE_NONE && is_foreign_type(self, place, receiver)))
		return answer;
	return find_any_method(self, place, name);
}

struct answer find_type(const struct resolver *self, const struct place *place, const char *text)
{
	static const char *const words[] = {
		"const ", "struct ", "class ", "enum ", "union ", "mut ", "dyn ", "impl ", "new "};
	struct answer answer;
	size_t len, start;
	char *receiver, *name;

	for (bool more = true; more;) {
		more = false;
		text += strspn(text, " \t*&?\\:\"'");
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (starts_with(text, words[i])) {
				text += strlen(words[i]);
				more = true;
			}
	}
	for (len = 0; is_name(text[len]) || (text[len] && strchr(".:\\", text[len]));)
		len++;
	while (len && !is_name(text[len - 1]))
		len--;
	for (start = len; start && is_name(text[start - 1]);)
		start--;
	name = xstrndup(text + start, len - start);
	while (start && !is_name(text[start - 1]))
		start--;
	receiver = xstrndup(text, start);
	if (strchr("<[", text[len]) && text[len] && language_is_wrapper(place->language, name)) {
		free(receiver);
		free(name);
		return find_type(self, place, text + len + 1);
	}
	answer = !*name      ? nowhere
		 : *receiver ? find_on_receiver(self, place, receiver, name, WANT_TYPE)
			     : find_plain(self, place, name, WANT_TYPE);
	free(receiver);
	free(name);
	return answer;
}
