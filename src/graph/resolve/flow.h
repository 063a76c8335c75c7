/*
 * What values a name may hold: functions, types, objects, modules. An analysis after Andersen
 * (1994) over the bindings of all files: nodes hold sets of values, copies carry them on, and
 * members, calls and stores follow what their base turns out to hold. Flow and context are not
 * told apart. Work and sets are bounded; what goes over is left to the plain rules.
 */
#ifndef GRAPH_FLOW_H
#define GRAPH_FLOW_H

#include "graph/memo.h"
#include "graph/resolve/resolver.h"

#define NODE_NONE 0U
#define VALUES_MAX 16 /* of one node: more say nothing */

enum value_tag {
	VALUE_FUNCTION,
	VALUE_BOUND, /* a method with its object */
	VALUE_TYPE,
	VALUE_INSTANCE,
	VALUE_DECLARED, /* an instance by declaration */
	VALUE_FILE,
	VALUE_OBJECT, /* a table, list or tuple */
	VALUE_OUTSIDE /* a place in `packages`; 0: built in */
};
#define VALUE(tag, index) ((uint32_t)(tag) << 29 | (index))
#define VALUE_TAG(value) ((enum value_tag)((value) >> 29))
#define VALUE_INDEX(value) ((value)&0x1fffffffU)

/* The scopes of variables; a symbol is its own scope: a function's locals, a type's fields. */
#define SCOPE_FILE(file) (0x20000000U | (file))
#define SCOPE_OBJECT(object) (0x40000000U | (object))
#define SCOPE_PARAMETER(function) (0x60000000U | (function)) /* names: places */
#define SCOPE_RESULT(function) (0x80000000U | (function))    /* name 0 */

enum node_kind {
	NODE_PLAIN,
	NODE_CONSTANT, /* one value, known from the start */
	NODE_MEMBER,
	NODE_CALL,
	NODE_INDEX,    /* name 0: any */
	NODE_ELEMENT,  /* what a loop takes out of its base */
	NODE_STORE,    /* of `other` into a member of the base */
	NODE_PUT,      /* of `other` into an entry of the base */
	NODE_ARGUMENT, /* `other` is passed to the base; name: its place, or KEYWORD and a name */
	NODE_DECORATE  /* `other` as the base's result */
};
#define KEYWORD 0x80000000U
#define NAME_ALL 0xfffffffeU      /* all entries of an object */
#define NAME_RECEIVER 0xfffffffdU /* set when a function's first parameter is its object */

struct node {
	uint32_t values, copies; /* first of each list, or 0 */
	uint32_t users, next_user;
	uint32_t base, other, name;
	uint8_t kind, count, done; /* of its values, those that were carried on */
};

struct link {
	uint32_t what, next; /* a value or a node; index of the next link, or 0 */
};

struct key {
	uint32_t scope, name, node;
};

/* A function that stands in a list, a tuple or a table that a binding's value has. */
struct entry {
	uint32_t file, binding, function;
};

struct flow {
	struct resolver *self;
	struct entry *entries; /* by file, binding */
	uint32_t entry_count, entry_room;
	uint32_t file, binding; /* that is read now */
	struct node *nodes;
	struct link *links;
	uint32_t node_count, node_room, link_count, link_room;
	struct key *keys; /* of variables and expressions, in the order in which they were met */
	uint32_t key_count, key_room;
	uint32_t *slots; /* a hash of scope and name to a place in `keys` + 1 */
	uint32_t slot_count;
	uint64_t
		*held; /* per symbol, then per file: a bit for each name that is a variable there */
	struct map words;    /* names to numbers from 1 */
	uint32_t places[16]; /* words of the first places: #0, #1; 0: not made yet */
	const char **texts;
	uint32_t *numbers; /* per word: the number of the symbols' name that it is */
	uint32_t text_room;
	uint32_t object_count;
	struct map outside;    /* a package to its place in `packages` */
	const char **packages; /* texts of the facts: they outlive us */
	uint32_t package_count, package_room;
	uint64_t *queue; /* (node, value) that is new there */
	size_t queue_count, queue_room;
	uint32_t **calls;  /* per file, per reference: the node of what it calls, or NULL */
	uint32_t **passed; /* per file, per binding: its value's node, or NULL */
	struct memo types; /* (from, 0, text) of the file at hand to a node */
	struct memo asked; /* (file, word, 0) on the way to an import */
	struct memo read;  /* (from, receiver, text) of the file at hand to a node */
	bool *getters;     /* per symbol: a method that is read like a field */
};

/* bind.c: the scope that names of a place are variables of. */
uint32_t flow_scope(const struct place *place);

/* flow.c: nodes and what they hold. */
/* `expected`: about so many keys. */
void flow_start(struct flow *flow, size_t expected);
uint32_t flow_word(struct flow *flow, const char *text, size_t len);
uint32_t flow_get(const struct flow *flow, uint32_t scope, uint32_t name);
uint32_t flow_put(struct flow *flow, uint32_t scope, uint32_t name);
/* What a name was found to mean outside of the variables of a scope; false: not looked for yet. */
bool flow_known(const struct flow *flow, uint32_t scope, uint32_t name, uint32_t *node);
void flow_know(struct flow *flow, uint32_t scope, uint32_t name, uint32_t node);
/* Makes a node that there is already stand for another scope's name too. */
void flow_alias(struct flow *flow, uint32_t scope, uint32_t name, uint32_t node);
void flow_add(struct flow *flow, uint32_t node, uint32_t value);
void flow_copy(struct flow *flow, uint32_t from, uint32_t to);
uint32_t flow_constant(struct flow *flow, uint32_t value);
uint32_t flow_member(struct flow *flow, uint32_t base, uint32_t name);
uint32_t flow_call(struct flow *flow, uint32_t base);
uint32_t flow_index(struct flow *flow, uint32_t base, uint32_t key);
uint32_t flow_element(struct flow *flow, uint32_t base);
uint32_t flow_object(struct flow *flow);
uint32_t flow_entry(struct flow *flow, uint32_t object, uint32_t key);
uint32_t flow_outside(struct flow *flow, const char *package);
/* A node that follows its base and has no name of its own. */
uint32_t flow_follow(
	struct flow *flow, enum node_kind kind, uint32_t base, uint32_t other, uint32_t name);
uint32_t flow_value_of_symbol(const struct flow *flow, uint32_t symbol);
void flow_solve(struct flow *flow);
/* The slots anew, as many as the keys want. */
void flow_rehash(struct flow *flow);

/* settle.c: keeps of a flow that is solved what flow_targets, flow_passed and flow_has ask for. */
void flow_settle(struct flow *flow);

/* import_name.c: the variable of another file that an import of a name's number names. */
uint32_t flow_imported(struct flow *flow, uint32_t file, uint32_t number, uint32_t word);

/* expression.c: the node of an expression's text; NODE_NONE: nothing is known of it. */
uint32_t flow_expression(struct flow *flow, const struct place *place, const char *text);
uint32_t flow_name(struct flow *flow, const struct place *place, const char *name, size_t len);
/* Copies a node to what is assigned to: a name, a member, an entry, a pattern of them. */
void flow_assign(struct flow *flow, const struct place *place, const char *target, uint32_t node);
/* Makes the variables that a target names. */
void flow_declare(struct flow *flow, const struct place *place, const char *target);

#endif
