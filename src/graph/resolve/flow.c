/* Nodes, the values that they hold, and following these to the end. */
#include "graph/resolve/flow.h"

#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 16         /* of one node: more say nothing */
#define STEPS_MAX (16U << 20) /* values carried in all */
#define STEPS_WATCHED 4096    /* after so many Ctrl-C is looked for */
#define NAME_ELEMENT 0xffffffffU
#define SLOTS_MIN 4096U
#define SLOTS_EXPECTED_MAX (1U << 22)

/* Scopes of expressions: the nodes that they start from. */
#define SCOPE_MEMBER(node) (0xa0000000U | (node))
#define SCOPE_CALL(node) (0xc0000000U | (node))
#define SCOPE_CONSTANT 0xe0000000U
#define SCOPE_KNOWN(scope) (0xe0000001U + (scope)) /* by symbol, then by file */
#define NODE_NOTHING 1U                            /* was looked for in vain */

uint32_t flow_word(struct flow *flow, const char *text, size_t len)
{
	bool added;
	struct map_entry *entry = map_put(&flow->words, text, len, &added);

	if (added) {
		entry->value.num = (int64_t)flow->words.count;
		while (flow->words.count >= flow->text_room) {
			flow->text_room = flow->text_room ? flow->text_room * 2 : 1024;
			flow->texts = xrealloc(flow->texts, flow->text_room * sizeof(*flow->texts));
			flow->numbers =
				xrealloc(flow->numbers, flow->text_room * sizeof(*flow->numbers));
		}
		flow->numbers[entry->value.num] = name_number(flow->self->whole, text, len);
		flow->texts[entry->value.num] = entry->key;
	}
	return (uint32_t)entry->value.num;
}

/* The slot of a key, or the free one where it belongs. */
static uint32_t *slot_of(const struct flow *flow, uint32_t scope, uint32_t name)
{
	uint64_t mixed = ((uint64_t)scope << 32 | name) * 0x9e3779b97f4a7c15U;
	uint32_t mask = flow->slot_count - 1, at = (uint32_t)(mixed >> 32) & mask;

	while (flow->slots[at]) {
		const struct key *key = &flow->keys[flow->slots[at] - 1];

		if (key->name == name && key->scope == scope)
			break;
		at = (at + 1) & mask;
	}
	return &flow->slots[at];
}

void flow_rehash(struct flow *flow)
{
	flow->slot_count = SLOTS_MIN;
	while (flow->slot_count <= flow->key_count * 2)
		flow->slot_count *= 2;
	free(flow->slots);
	flow->slots = xcalloc(flow->slot_count, sizeof(*flow->slots));
	for (uint32_t i = 0; i < flow->key_count; i++)
		*slot_of(flow, flow->keys[i].scope, flow->keys[i].name) = i + 1;
}

/* The key's place, made without a node when it is new. */
static struct key *key_of(struct flow *flow, uint32_t scope, uint32_t name)
{
	uint32_t *slot;

	if (flow->key_count * 2 >= flow->slot_count)
		flow_rehash(flow);
	slot = slot_of(flow, scope, name);
	if (!*slot) {
		GROW(flow->keys, flow->key_count, flow->key_room);
		flow->keys[flow->key_count] = (struct key){scope, name, NODE_NONE};
		*slot = ++flow->key_count;
	}
	return &flow->keys[*slot - 1];
}

static uint32_t new_node(struct flow *flow, enum node_kind kind)
{
	GROW(flow->nodes, flow->node_count, flow->node_room);
	memset(&flow->nodes[flow->node_count], 0, sizeof(*flow->nodes));
	flow->nodes[flow->node_count].kind = (uint8_t)kind;
	return flow->node_count++;
}

#define BIT(name) ((uint64_t)1 << ((name)&63U))

static uint64_t *held_in(const struct flow *flow, uint32_t scope)
{
	if (scope < SCOPE_FILE(0))
		return &flow->held[scope];
	return scope < SCOPE_OBJECT(0)
		       ? &flow->held[flow->self->graph->symbol_count + scope - SCOPE_FILE(0)]
		       : NULL;
}

uint32_t flow_get(const struct flow *flow, uint32_t scope, uint32_t name)
{
	const uint64_t *held = held_in(flow, scope);
	const uint32_t *slot;

	/* Most scopes around a name do not hold it: that is told without a look into the table. */
	if (held && !(*held & BIT(name)))
		return NODE_NONE;
	slot = slot_of(flow, scope, name);
	return *slot ? flow->keys[*slot - 1].node : NODE_NONE;
}

static uint32_t put(struct flow *flow, uint32_t scope, uint32_t name, enum node_kind kind)
{
	struct key *key = key_of(flow, scope, name);

	if (!key->node)
		key->node = new_node(flow, kind);
	return key->node;
}

uint32_t flow_put(struct flow *flow, uint32_t scope, uint32_t name)
{
	uint32_t count = flow->key_count, node = put(flow, scope, name, NODE_PLAIN);
	uint64_t *held = held_in(flow, scope);

	if (held)
		*held |= BIT(name);
	/* A new variable may hide what its name meant before. */
	if (held && flow->key_count > count)
		memo_forget(&flow->read);
	return node;
}

bool flow_known(const struct flow *flow, uint32_t scope, uint32_t name, uint32_t *node)
{
	*node = flow_get(flow, SCOPE_KNOWN(scope), name);
	if (*node == NODE_NONE)
		return false;
	if (*node == NODE_NOTHING)
		*node = NODE_NONE;
	return true;
}

void flow_alias(struct flow *flow, uint32_t scope, uint32_t name, uint32_t node)
{
	key_of(flow, scope, name)->node = node;
}

void flow_know(struct flow *flow, uint32_t scope, uint32_t name, uint32_t node)
{
	flow_alias(flow, SCOPE_KNOWN(scope), name, node ? node : NODE_NOTHING);
}

static uint32_t new_link(struct flow *flow, uint32_t what, uint32_t next)
{
	GROW(flow->links, flow->link_count, flow->link_room);
	flow->links[flow->link_count] = (struct link){what, next};
	return flow->link_count++;
}

void flow_add(struct flow *flow, uint32_t at, uint32_t value)
{
	struct node *node = &flow->nodes[at];

	if (at == NODE_NONE || node->count >= VALUES_MAX)
		return;
	for (uint32_t i = node->values; i; i = flow->links[i].next)
		if (flow->links[i].what == value)
			return;
	node->count++;
	node->values = new_link(flow, value, node->values);
	GROW(flow->queue, flow->queue_count, flow->queue_room);
	flow->queue[flow->queue_count++] = (uint64_t)at << 32 | value;
}

/* Values of a node that were carried on, in order: the others are in the queue. */
static uint32_t done_of(const struct flow *flow, uint32_t at, uint32_t values[VALUES_MAX])
{
	uint32_t place = flow->nodes[at].count, done = flow->nodes[at].done;

	for (uint32_t i = flow->nodes[at].values; i && place; i = flow->links[i].next)
		if (--place < done)
			values[place] = flow->links[i].what;
	return done;
}

void flow_copy(struct flow *flow, uint32_t from, uint32_t to)
{
	uint32_t values[VALUES_MAX], count;

	if (from == NODE_NONE || to == NODE_NONE || from == to)
		return;
	flow->nodes[from].copies = new_link(flow, to, flow->nodes[from].copies);
	count = done_of(flow, from, values);
	for (uint32_t i = 0; i < count; i++)
		flow_add(flow, to, values[i]);
}

uint32_t flow_constant(struct flow *flow, uint32_t value)
{
	uint32_t node = put(flow, SCOPE_CONSTANT, value, NODE_CONSTANT);

	flow_add(flow, node, value);
	return node;
}

uint32_t flow_outside(struct flow *flow, const char *package)
{
	bool added;
	struct map_entry *entry = map_put_str(&flow->outside, package ? package : "", &added);

	if (added) {
		GROW(flow->packages, flow->package_count, flow->package_room);
		flow->packages[flow->package_count] = package;
		entry->value.num = flow->package_count++;
	}
	return flow_constant(flow, VALUE(VALUE_OUTSIDE, (uint32_t)entry->value.num));
}

/* Nodes 0 and 1 hold nothing, link 0 ends a list. */
void flow_start(struct flow *flow, size_t expected)
{
	const struct graph *graph = flow->self->graph;

	flow->slot_count = SLOTS_MIN;
	while (flow->slot_count < expected && flow->slot_count < SLOTS_EXPECTED_MAX)
		flow->slot_count *= 2;
	flow->slots = xcalloc(flow->slot_count, sizeof(*flow->slots));
	flow->held = xcalloc((size_t)graph->symbol_count + graph->file_count, sizeof(*flow->held));
	new_node(flow, NODE_PLAIN);
	new_node(flow, NODE_PLAIN);
	new_link(flow, 0, 0);
	flow_outside(flow, NULL);
}

static void apply(struct flow *flow, uint32_t at, uint32_t value);

/* From now on `at` hears of each value of its base, and of those that it has. */
static void follow(struct flow *flow, uint32_t at)
{
	struct node *node = &flow->nodes[at];
	uint32_t values[VALUES_MAX], count;

	node->next_user = flow->nodes[node->base].users;
	flow->nodes[node->base].users = at;
	count = done_of(flow, node->base, values);
	for (uint32_t i = 0; i < count; i++)
		apply(flow, at, values[i]);
}

static bool is_outside(const struct flow *flow, uint32_t at)
{
	const struct node *node = &flow->nodes[at];

	return node->kind == NODE_CONSTANT &&
	       VALUE_TAG(flow->links[node->values].what) == VALUE_OUTSIDE;
}

static uint32_t expression(
	struct flow *flow, enum node_kind kind, uint32_t scope, uint32_t base, uint32_t name)
{
	uint32_t count = flow->node_count, at;

	if (base == NODE_NONE || is_outside(flow, base))
		return base; /* what comes from outside is outside */
	at = put(flow, scope, name, kind);
	if (at < count) /* known before */
		return at;
	flow->nodes[at].base = base;
	flow->nodes[at].name = name;
	follow(flow, at);
	return at;
}

uint32_t flow_member(struct flow *flow, uint32_t base, uint32_t name)
{
	return expression(flow, NODE_MEMBER, SCOPE_MEMBER(base), base, name);
}

uint32_t flow_call(struct flow *flow, uint32_t base)
{
	return expression(flow, NODE_CALL, SCOPE_CALL(base), base, 0);
}

uint32_t flow_index(struct flow *flow, uint32_t base, uint32_t key)
{
	return expression(flow, NODE_INDEX, SCOPE_CALL(base), base, key ? key : NAME_ALL);
}

uint32_t flow_element(struct flow *flow, uint32_t base)
{
	return expression(flow, NODE_ELEMENT, SCOPE_CALL(base), base, NAME_ELEMENT);
}

uint32_t flow_follow(
	struct flow *flow, enum node_kind kind, uint32_t base, uint32_t other, uint32_t name)
{
	uint32_t at;

	if (base == NODE_NONE || other == NODE_NONE ||
		(kind != NODE_DECORATE && is_outside(flow, base)))
		return NODE_NONE;
	at = new_node(flow, kind);
	flow->nodes[at].base = base;
	flow->nodes[at].other = other;
	flow->nodes[at].name = name;
	follow(flow, at);
	return at;
}

uint32_t flow_object(struct flow *flow)
{
	return flow->object_count++;
}

uint32_t flow_entry(struct flow *flow, uint32_t object, uint32_t key)
{
	uint32_t count = flow->node_count;
	uint32_t all = flow_put(flow, SCOPE_OBJECT(object), NAME_ALL), at;

	if (!key || key == NAME_ALL)
		return all;
	count = flow->node_count;
	at = flow_put(flow, SCOPE_OBJECT(object), key);
	if (at >= count)
		flow_copy(flow, at, all);
	return at;
}

uint32_t flow_value_of_symbol(const struct flow *flow, uint32_t symbol)
{
	return VALUE(flow->self->graph->symbols[symbol].kind == SYMBOL_TYPE ? VALUE_TYPE
									    : VALUE_FUNCTION,
		symbol);
}

static const struct language *language_of_symbol(const struct flow *flow, uint32_t symbol)
{
	return flow->self->snapshot->files[flow->self->graph->symbols[symbol].file].language;
}

/* A member of a type or of its objects: a field of the type or a base, a method, a type inside. */
static void apply_type_member(
	struct flow *flow, uint32_t at, uint32_t type, uint32_t name, bool bound)
{
	struct span line = ancestors_of(flow->self, type);
	uint32_t found = member_numbered(flow->self, type, flow->numbers[name]);

	flow_copy(flow, flow_get(flow, type, name), at);
	for (uint32_t i = 1; i < line.count; i++)
		flow_copy(flow, flow_get(flow, line.symbols[i], name), at);
	/* Foo.new is Foo's: what calling that gives is an object. */
	if (found == GRAPH_NONE && !bound && !strcmp(flow->texts[name], "new"))
		flow_add(flow, at, VALUE(VALUE_TYPE, type));
	if (found == GRAPH_NONE || flow->self->graph->symbols[found].kind == SYMBOL_CONSTANT)
		return;
	if (flow->self->graph->symbols[found].kind == SYMBOL_TYPE)
		flow_add(flow, at, VALUE(VALUE_TYPE, found));
	else if (flow->getters[found]) /* reading it calls it */
		flow_copy(flow, flow_put(flow, SCOPE_RESULT(found), 0), at);
	else
		flow_add(flow, at, VALUE(bound ? VALUE_BOUND : VALUE_FUNCTION, found));
	/* An inherited method sees the members of the type that it is called on. */
	if (bound && flow->self->owners[found] != type &&
		flow_get(flow, SCOPE_PARAMETER(found), NAME_RECEIVER))
		flow_add(flow, flow_get(flow, SCOPE_PARAMETER(found), 0),
			VALUE(VALUE_INSTANCE, type));
}

static void apply_file_member(struct flow *flow, uint32_t at, uint32_t file, uint32_t name)
{
	uint32_t variable = flow_get(flow, SCOPE_FILE(file), name);
	struct meaning meaning;

	if (variable) {
		flow_copy(flow, variable, at);
		return;
	}
	meaning = find_exported(flow->self, file, flow->texts[name]);
	if (meaning.symbol != GRAPH_NONE &&
		flow->self->graph->symbols[meaning.symbol].kind != SYMBOL_CONSTANT)
		flow_add(flow, at, flow_value_of_symbol(flow, meaning.symbol));
	else if (meaning.file != GRAPH_NONE)
		flow_add(flow, at, VALUE(VALUE_FILE, meaning.file));
	else if (meaning.package)
		flow_copy(flow, flow_outside(flow, meaning.package), at);
}

static void apply_member(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t index = VALUE_INDEX(value), name = flow->nodes[at].name;

	switch (VALUE_TAG(value)) {
	case VALUE_TYPE:
		apply_type_member(flow, at, index, name, false);
		break;
	case VALUE_INSTANCE:
	case VALUE_DECLARED:
		apply_type_member(flow, at, index, name, true);
		break;
	case VALUE_FILE:
		apply_file_member(flow, at, index, name);
		break;
	case VALUE_OBJECT:
		flow_copy(flow, flow_entry(flow, index, name), at);
		break;
	case VALUE_OUTSIDE:
		flow_add(flow, at, value);
		break;
	case VALUE_FUNCTION:
	case VALUE_BOUND: /* one that is read like a field; Python says which are */
		if (language_import(language_of_symbol(flow, index)) != LANGUAGE_IMPORT_DOTTED)
			flow_copy(flow,
				flow_member(flow, flow_put(flow, SCOPE_RESULT(index), 0), name),
				at);
		break;
	}
}

static void apply_call(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t index = VALUE_INDEX(value), call;

	switch (VALUE_TAG(value)) {
	case VALUE_FUNCTION:
	case VALUE_BOUND:
		flow_copy(flow, flow_put(flow, SCOPE_RESULT(index), 0), at);
		break;
	case VALUE_TYPE:
		flow_add(flow, at, VALUE(VALUE_INSTANCE, index));
		break;
	case VALUE_INSTANCE:
	case VALUE_DECLARED:
		call = member_of(flow->self, index, "__call__");
		if (call != GRAPH_NONE)
			flow_copy(flow, flow_put(flow, SCOPE_RESULT(call), 0), at);
		break;
	case VALUE_OUTSIDE:
		flow_add(flow, at, value);
		break;
	default:
		break;
	}
}

static void apply_argument(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t function = VALUE_INDEX(value), name = flow->nodes[at].name, parameter;
	enum value_tag tag = VALUE_TAG(value);
	bool bound = tag == VALUE_BOUND || tag == VALUE_TYPE;

	if (tag == VALUE_TYPE)
		function = constructor_of(flow->self, function);
	else if (tag != VALUE_FUNCTION && tag != VALUE_BOUND)
		return;
	if (name & KEYWORD)
		parameter = flow_get(flow, function, name & ~KEYWORD);
	else
		parameter = flow_get(flow, SCOPE_PARAMETER(function),
			name + (bound && flow_get(flow, SCOPE_PARAMETER(function), NAME_RECEIVER)));
	flow_copy(flow, flow->nodes[at].other, parameter);
}

/* A decorator that is not ours gives back what it was given, as nearly all do. */
static void apply_decorator(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t function = VALUE_INDEX(value), other = flow->nodes[at].other;

	if (VALUE_TAG(value) != VALUE_FUNCTION && VALUE_TAG(value) != VALUE_BOUND) {
		flow_copy(flow, other, at);
		return;
	}
	flow_copy(flow, flow_put(flow, SCOPE_RESULT(function), 0), at);
	flow_copy(flow, other,
		flow_get(flow, SCOPE_PARAMETER(function), VALUE_TAG(value) == VALUE_BOUND));
}

static void apply_index(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t name = flow->nodes[at].name, object = VALUE_INDEX(value);

	if (VALUE_TAG(value) != VALUE_OBJECT)
		return;
	flow_copy(flow, flow_entry(flow, object, name), at);
	if (name != NAME_ALL) /* and what stands under a key that is not known */
		flow_copy(flow, flow_put(flow, SCOPE_OBJECT(object), 0), at);
}

/* Of a generator the values that it yields are its results: they are what it gives. */
static void apply_element(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t index = VALUE_INDEX(value), found;

	switch (VALUE_TAG(value)) {
	case VALUE_OBJECT:
		flow_copy(flow, flow_entry(flow, index, 0), at);
		break;
	case VALUE_INSTANCE:
	case VALUE_DECLARED:
		found = member_of(flow->self, index, "__next__");
		if (found != GRAPH_NONE)
			flow_copy(flow, flow_put(flow, SCOPE_RESULT(found), 0), at);
		break;
	default:
		flow_add(flow, at, value);
	}
}

static void apply_store(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t index = VALUE_INDEX(value), name = flow->nodes[at].name, to = NODE_NONE;

	switch (VALUE_TAG(value)) {
	case VALUE_TYPE:
	case VALUE_INSTANCE:
	case VALUE_DECLARED:
		to = flow_put(flow, index, name);
		break;
	case VALUE_FILE:
		to = flow_put(flow, SCOPE_FILE(index), name);
		break;
	case VALUE_OBJECT:
		to = flow_entry(flow, index, name);
		break;
	default:
		break;
	}
	flow_copy(flow, flow->nodes[at].other, to);
}

static void apply_put(struct flow *flow, uint32_t at, uint32_t value)
{
	uint32_t name = flow->nodes[at].name, object = VALUE_INDEX(value), to;

	if (VALUE_TAG(value) != VALUE_OBJECT)
		return;
	to = name ? flow_entry(flow, object, name) : flow_put(flow, SCOPE_OBJECT(object), 0);
	if (!name)
		flow_copy(flow, to, flow_entry(flow, object, 0));
	flow_copy(flow, flow->nodes[at].other, to);
}

static void apply(struct flow *flow, uint32_t at, uint32_t value)
{
	static void (*const rules[])(struct flow *, uint32_t, uint32_t) = {
		[NODE_MEMBER] = apply_member,
		[NODE_CALL] = apply_call,
		[NODE_INDEX] = apply_index,
		[NODE_ELEMENT] = apply_element,
		[NODE_STORE] = apply_store,
		[NODE_PUT] = apply_put,
		[NODE_ARGUMENT] = apply_argument,
		[NODE_DECORATE] = apply_decorator,
	};

	if (rules[flow->nodes[at].kind])
		rules[flow->nodes[at].kind](flow, at, value);
}

void flow_solve(struct flow *flow)
{
	/* New values are appended while earlier ones are carried on. */
	for (size_t i = 0; i < flow->queue_count && i < STEPS_MAX && !flow->self->stopped; i++) {
		uint32_t at = (uint32_t)(flow->queue[i] >> 32), value = (uint32_t)flow->queue[i];

		flow->nodes[at].done++;
		for (uint32_t k = flow->nodes[at].copies; k; k = flow->links[k].next)
			flow_add(flow, flow->links[k].what, value);
		for (uint32_t user = flow->nodes[at].users; user;
			user = flow->nodes[user].next_user)
			apply(flow, user, value);
		if (i % STEPS_WATCHED == 0)
			flow->self->stopped = interrupted();
	}
	free(flow->queue);
	flow->queue = NULL;
	flow->queue_count = flow->queue_room = 0;
}
