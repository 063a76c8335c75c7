/* From the bindings of all files to what the names of calls may hold. */
#include "graph/resolve/flow.h"

#include "util/memory.h"
#include "util/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct place place_of(const struct flow *flow, uint32_t file, uint32_t from)
{
	const struct source_file *source = &flow->self->snapshot->files[file];

	return (struct place){file, from == PARSE_NONE ? GRAPH_NONE : source->first_symbol + from,
		source->language, false};
}

uint32_t flow_scope(const struct place *place)
{
	return place->from == GRAPH_NONE ? SCOPE_FILE(place->file) : place->from;
}

/* The definition that a decorator stands before. */
static uint32_t decorated(
	const struct flow *flow, const struct place *place, const char *name, uint32_t line)
{
	const struct graph_symbol *symbols = flow->self->graph->symbols;
	struct span span = named_in(flow->self->whole, name, place->file);

	for (uint32_t i = 0; i < span.count; i++)
		if (symbols[span.symbols[i]].parent == place->from &&
			symbols[span.symbols[i]].end_line >= line)
			return span.symbols[i];
	return GRAPH_NONE;
}

/* "@property", "@util.memoized_property": a method that is read like a field. */
static bool is_getter(const char *decorator)
{
	return ends_with(decorator, "property") || ends_with(decorator, ".getter");
}

static void declare(struct flow *flow, uint32_t file, const struct fact_binding *at)
{
	const char *text = flow->self->snapshot->files[file].facts.text;
	struct place place = place_of(flow, file, at->from);
	uint32_t symbol;

	switch (at->kind) {
	case BINDING_TYPE:
	case BINDING_CALL:
	case BINDING_ELEMENT:
		flow_declare(flow, &place, text + at->name);
		break;
	case BINDING_PARAMETER:
		if (place.from == GRAPH_NONE || !at->name)
			break;
		flow_alias(flow, SCOPE_PARAMETER(place.from), at->index,
			flow_put(flow, place.from,
				flow_word(flow, text + at->name, strlen(text + at->name))));
		if (!at->index && language_is_receiver(place.language, text + at->name))
			flow_put(flow, SCOPE_PARAMETER(place.from), NAME_RECEIVER);
		break;
	case BINDING_NAME:
		if (text[at->value] != '@') {
			flow_declare(flow, &place, text + at->name);
		} else if (is_getter(text + at->value)) {
			symbol = decorated(flow, &place, text + at->name, at->line);
			if (symbol != GRAPH_NONE)
				flow->getters[symbol] = true;
		}
		break;
	default:
		break;
	}
}

static uint32_t find_declared(struct flow *flow, const struct place *place, const char *text)
{
	uint32_t type = type_around(flow->self, place->from);
	struct answer answer;

	if (type != GRAPH_NONE && language_is_receiver(place->language, text)) /* Self, static */
		return flow_constant(flow, VALUE(VALUE_DECLARED, type));
	answer = find_type(flow->self, place, text);
	if (answer.to != GRAPH_NONE && answer.confidence <= EDGE_LIKELY)
		return flow_constant(flow, VALUE(VALUE_DECLARED, answer.to));
	/* A type that is nowhere in the tree is outside of it. */
	return answer.to == GRAPH_NONE ? flow_outside(flow, answer.package) : NODE_NONE;
}

/*
 * The node of an expression of the file's texts. The same text means the same for all that stands
 * in one definition, unless a list or a table is made: each time a new one.
 */
static uint32_t read_text(struct flow *flow, const struct place *place, const char *text)
{
	uint32_t at = (uint32_t)(text - flow->self->snapshot->files[place->file].facts.text);
	uint32_t objects = flow->object_count, round = flow->read.round, node;

	if (memo_get(&flow->read, place->from, PARSE_NONE, at, &node))
		return node;
	node = flow_expression(flow, place, text);
	if (flow->object_count == objects && flow->read.round == round)
		memo_put(&flow->read, place->from, PARSE_NONE, at, node);
	return node;
}

/* The node of a type that one of the file's texts declares. */
static uint32_t declared_type(struct flow *flow, const struct place *place, const char *text)
{
	uint32_t at = (uint32_t)(text - flow->self->snapshot->files[place->file].facts.text);
	uint32_t from = is_placeless(place->language, text) ? GRAPH_NONE : place->from, node;

	if (memo_get(&flow->types, from, 0, at, &node))
		return node;
	node = find_declared(flow, place, text);
	memo_put(&flow->types, from, 0, at, node);
	return node;
}

/* The innermost decorator stands last and is applied first: each takes what the next one gives. */
static void decorate(struct flow *flow, uint32_t file, uint32_t at)
{
	const struct facts *facts = &flow->self->snapshot->files[file].facts;
	const struct fact_binding *first = &facts->bindings[at];
	const char *name = facts->text + first->name;
	struct place place = place_of(flow, file, first->from);
	uint32_t symbol = decorated(flow, &place, name, first->line), node, last = at;

	if (symbol == GRAPH_NONE || flow->getters[symbol])
		return;
	while (last + 1 < facts->binding_count &&
		facts->bindings[last + 1].start < flow->self->graph->symbols[symbol].start)
		last++;
	node = flow_constant(flow, flow_value_of_symbol(flow, symbol));
	for (uint32_t i = last + 1; i-- > at;) {
		const struct fact_binding *binding = &facts->bindings[i];
		const char *value = facts->text + binding->value;
		uint32_t next;

		if (binding->kind != BINDING_NAME || *value != '@' ||
			binding->name != first->name || binding->from != first->from)
			continue;
		next = read_text(flow, &place, value + 1);
		if (!next)
			continue;
		node = flow_follow(flow, NODE_DECORATE, next, node, 0);
	}
	flow_copy(flow, node,
		flow_put(flow, flow_scope(&place), flow_word(flow, name, strlen(name))));
}

static uint32_t pass(struct flow *flow, const struct place *place, const struct fact_binding *at,
	const char *callee, const char *value)
{
	uint32_t base, node, place_or_name = at->index;
	size_t len = 0;

	while (isalnum((unsigned char)value[len]) || value[len] == '_')
		len++;
	if (len && value[len + strspn(value + len, " ")] == '=') { /* k=value */
		place_or_name = KEYWORD | flow_word(flow, value, len);
		value += len + strspn(value + len, " ") + 1;
	}
	base = read_text(flow, place, callee);
	node = read_text(flow, place, value);
	flow_follow(flow, NODE_ARGUMENT, base, node, place_or_name);
	return node;
}

/* The value's node, where it is an expression. */
static uint32_t bind(struct flow *flow, uint32_t file, uint32_t index)
{
	const struct facts *facts = &flow->self->snapshot->files[file].facts;
	const struct fact_binding *at = &facts->bindings[index];
	const char *name = facts->text + at->name, *value = facts->text + at->value;
	struct place place = place_of(flow, file, at->from);
	uint32_t node = NODE_NONE;

	if (!*value)
		return NODE_NONE;
	if (at->kind == BINDING_TYPE) {
		flow_assign(flow, &place, name, declared_type(flow, &place, value));
		return NODE_NONE;
	}
	if (at->kind == BINDING_NAME && *value == '@') {
		if (!index || facts->bindings[index - 1].name != at->name ||
			facts->text[facts->bindings[index - 1].value] != '@')
			decorate(flow, file, index);
		return NODE_NONE;
	}
	if (at->kind == BINDING_ARGUMENT)
		return pass(flow, &place, at, name, value);
	node = read_text(flow, &place, value);
	if (at->kind == BINDING_CALL)
		flow_assign(flow, &place, name, flow_call(flow, node));
	else if (at->kind == BINDING_ELEMENT)
		flow_assign(flow, &place, name, flow_element(flow, node));
	else if (at->kind != BINDING_RETURN)
		flow_assign(flow, &place, name, node);
	else if (place.from != GRAPH_NONE)
		flow_copy(flow, node, flow_put(flow, SCOPE_RESULT(place.from), 0));
	return at->kind == BINDING_CALL ? NODE_NONE : node;
}

/* What functions are declared to give. */
static void bind_results(struct flow *flow, uint32_t file)
{
	const struct source_file *source = &flow->self->snapshot->files[file];

	for (uint32_t i = 0; i < source->facts.definition_count; i++) {
		const struct fact_definition *fact = &source->facts.definitions[i];
		struct place place = place_of(flow, file, i);

		if (fact->returns)
			flow_copy(flow,
				declared_type(flow, &place, source->facts.text + fact->returns),
				flow_put(flow, SCOPE_RESULT(source->first_symbol + i), 0));
	}
}

static bool is_plain(const char *name)
{
	while (isalnum((unsigned char)*name) || *name == '_' || *name == '$' || *name < 0)
		name++;
	return !*name;
}

/* The node of what a call calls. Of a plain name only where it is a variable. */
static uint32_t callee(struct flow *flow, uint32_t file, const struct fact_reference *at)
{
	const struct facts *facts = &flow->self->snapshot->files[file].facts;
	const char *name = facts->text + at->name;
	struct place place = place_of(flow, file, at->from);
	uint32_t objects = flow->object_count, node;

	if (!at->receiver)
		return is_plain(name) ? flow_name(flow, &place, name, strlen(name))
				      : read_text(flow, &place, name);
	if (memo_get(&flow->read, place.from, at->receiver, at->name, &node))
		return node;
	node = read_text(flow, &place, facts->text + at->receiver);
	node = flow_member(flow, node, flow_word(flow, name, strlen(name)));
	if (flow->object_count == objects)
		memo_put(&flow->read, place.from, at->receiver, at->name, node);
	return node;
}

static void bind_calls(struct flow *flow, uint32_t file)
{
	const struct facts *facts = &flow->self->snapshot->files[file].facts;

	flow->calls[file] = xcalloc(facts->reference_count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = 0; i < facts->reference_count; i++)
		if (facts->references[i].kind == REFERENCE_CALL ||
			facts->references[i].kind == REFERENCE_NEW)
			flow->calls[file][i] = callee(flow, file, &facts->references[i]);
}

static void bind_file(struct flow *flow, uint32_t file)
{
	uint32_t count = flow->self->snapshot->files[file].facts.binding_count;

	flow->passed[file] = xcalloc(count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++) {
		flow->file = file;
		flow->binding = i;
		flow->passed[file][i] = bind(flow, file, i);
	}
}

/* Languages whose queries give bindings; of others the plain rules are all there is. */
static bool *languages_with_bindings(const struct snapshot *snapshot)
{
	bool *bound = xcalloc(languages_count(snapshot->languages) + 1, sizeof(bool));

	for (uint32_t i = 0; i < snapshot->count; i++)
		if (snapshot->files[i].facts.binding_count)
			bound[language_index(snapshot->files[i].language)] = true;
	return bound;
}

struct flow *flow_new(struct resolver *self)
{
	const struct snapshot *snapshot = self->snapshot;
	struct flow *flow = xcalloc(1, sizeof(*flow));
	bool *bound = languages_with_bindings(snapshot);
	size_t expected = 0;

	flow->self = self;
	flow->getters = xcalloc(self->graph->symbol_count + (size_t)1, sizeof(bool));
	flow->calls = xcalloc(snapshot->count + (size_t)1, sizeof(*flow->calls));
	flow->passed = xcalloc(snapshot->count + (size_t)1, sizeof(*flow->passed));
	for (uint32_t file = 0; file < snapshot->count; file++)
		expected += snapshot->files[file].facts.binding_count;
	flow_start(flow, 2 * expected);
	for (uint32_t file = 0; file < snapshot->count; file++)
		for (uint32_t i = 0; i < snapshot->files[file].facts.binding_count; i++)
			declare(flow, file, &snapshot->files[file].facts.bindings[i]);
	for (uint32_t file = 0; file < snapshot->count && !self->stopped; file++) {
		if (snapshot->files[file].skipped || !is_wanted_file(self, file) ||
			!bound[language_index(snapshot->files[file].language)])
			continue;
		memo_forget(&flow->read);
		memo_forget(&flow->types);
		see_from(self, file);
		bind_results(flow, file);
		bind_file(flow, file);
		flow->binding = PARSE_NONE;
		bind_calls(flow, file);
		self->stopped = interrupted();
	}
	if (!self->stopped)
		flow_solve(flow);
	if (!self->stopped)
		flow_settle(flow);
	free(bound);
	return flow;
}

void flow_free(struct flow *flow)
{
	if (!flow)
		return;
	for (uint32_t i = 0; i < flow->self->snapshot->count; i++) {
		free(flow->calls[i]);
		free(flow->passed[i]);
	}
	free(flow->calls);
	free(flow->passed);
	free(flow->getters);
	free(flow->nodes);
	free(flow->links);
	free(flow->keys);
	free(flow->slots);
	free(flow->held);
	free(flow->queue);
	free(flow->texts);
	free(flow->numbers);
	free(flow->entries);
	free(flow->packages);
	memo_release(&flow->asked);
	memo_release(&flow->read);
	memo_release(&flow->types);
	map_release(&flow->outside);
	map_release(&flow->words);
	free(flow);
}

static bool all_declared(const struct flow *flow, uint32_t node)
{
	if (!node || flow->nodes[node].count != 1)
		return false;
	switch (VALUE_TAG(flow->links[flow->nodes[node].values].what)) {
	case VALUE_DECLARED:
	case VALUE_TYPE:
	case VALUE_FILE:
		return true;
	default:
		return false;
	}
}

/* Whether all that a node holds is no object of a type of ours. */
static bool is_outside(const struct flow *flow, uint32_t at)
{
	for (uint32_t i = flow->nodes[at].values; i; i = flow->links[i].next) {
		enum value_tag tag = VALUE_TAG(flow->links[i].what);

		if (tag != VALUE_OUTSIDE && tag != VALUE_OBJECT && tag != VALUE_FILE)
			return false;
	}
	return flow->nodes[at].count > 0;
}

/* Overloads, the branches of a condition: one definition stands for those of its name. */
static bool is_again(const struct flow *flow, uint32_t a, uint32_t b)
{
	const struct graph_symbol *symbols = flow->self->graph->symbols;

	return a == b ||
	       (symbols[a].file == symbols[b].file && symbols[a].parent == symbols[b].parent &&
		       !strcmp(symbols[a].qualified, symbols[b].qualified));
}

static void add_target(const struct flow *flow, uint32_t value, struct targets *out)
{
	uint32_t to = VALUE_INDEX(value), at = out->count;

	switch (VALUE_TAG(value)) {
	case VALUE_FUNCTION:
	case VALUE_BOUND:
		break;
	case VALUE_TYPE:
		to = constructor_of(flow->self, to);
		break;
	case VALUE_OUTSIDE:
		if (!out->package && to)
			out->package = flow->packages[to];
		return;
	default:
		return;
	}
	for (uint32_t i = 0; i < out->count; i++)
		if (is_again(flow, out->answers[i].to, to)) {
			if (out->answers[i].to < to)
				out->answers[i].to = to;
			return;
		}
	if (out->count == TARGETS_MAX) {
		out->many = true;
		return;
	}
	for (; at && out->answers[at - 1].to > to; at--)
		out->answers[at] = out->answers[at - 1];
	out->answers[at] = (struct answer){to, EDGE_LIKELY, NULL};
	out->count++;
}

void flow_targets(const struct flow *flow, uint32_t file, uint32_t reference, struct targets *out)
{
	const struct node *node;
	uint32_t at;

	memset(out, 0, sizeof(*out));
	if (!flow || !flow->calls[file])
		return;
	at = flow->calls[file][reference];
	node = &flow->nodes[at];
	if (!at)
		return;
	for (uint32_t i = node->values; i; i = flow->links[i].next)
		add_target(flow, flow->links[i].what, out);
	out->many |= node->count == VALUES_MAX;
	if (out->many) { /* too much is known to say anything */
		memset(out, 0, sizeof(*out));
		return;
	}
	out->known = node->count > 0;
	out->variable = out->known && node->kind == NODE_PLAIN;
	if (node->kind == NODE_MEMBER) {
		out->known |= is_outside(flow, node->base);
		if (out->count == 1 && all_declared(flow, node->base))
			out->answers[0].confidence = EDGE_RESOLVED;
	}
}

uint32_t flow_passed(const struct flow *flow, uint32_t file, uint32_t binding)
{
	uint32_t at = flow && flow->passed[file] ? flow->passed[file][binding] : NODE_NONE, value;
	const struct facts *facts = &flow->self->snapshot->files[file].facts;
	const char *text = facts->text + facts->bindings[binding].value, *name;
	size_t len = strlen(text), name_len;

	if (!at || flow->nodes[at].count != 1)
		return GRAPH_NONE;
	value = flow->links[flow->nodes[at].values].what;
	if (VALUE_TAG(value) != VALUE_FUNCTION && VALUE_TAG(value) != VALUE_BOUND)
		return GRAPH_NONE;
	name = flow->self->graph->symbols[VALUE_INDEX(value)].name;
	name_len = strlen(name);
	if (len < name_len || strcmp(text + len - name_len, name) != 0 ||
		(len > name_len && !strchr(".:= ", text[len - name_len - 1])))
		return GRAPH_NONE;
	return VALUE_INDEX(value);
}

bool flow_hides(
	const struct flow *flow, const struct place *place, const char *name, uint32_t definition)
{
	const struct graph_symbol *symbols = flow->self->graph->symbols;
	const struct map_entry *word = map_get_str(&flow->words, name);

	/* Where methods are called by plain names, variables have names of their own. */
	if (!word || language_implicit_receiver(place->language) ||
		language_is_receiver(place->language, name))
		return false;
	for (uint32_t at = place->from; at != GRAPH_NONE; at = symbols[at].parent) {
		if (symbols[definition].parent == at)
			return false;
		if (symbols[at].kind != SYMBOL_TYPE &&
			flow_get(flow, at, (uint32_t)word->value.num))
			return true;
	}
	return false;
}
