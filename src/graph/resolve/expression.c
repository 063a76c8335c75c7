/*
 * Reads the text of an expression as far as it says what a name may hold: names, members, calls,
 * subscripts, tuples, lists, tables, choices. The notations of all languages are read alike.
 */
#include "graph/resolve/flow.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NESTING_MAX 24

struct reader {
	struct flow *flow;
	const struct place *place;
	const char *at;
	int depth;
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c < 0;
}

static void skip_blank(struct reader *in)
{
	while (*in->at == ' ' || *in->at == '\t' || *in->at == '\r' || *in->at == '\n')
		in->at++;
}

/* By what a text begins with, most of what it might be is told apart at once. */
static inline bool is_any(char c, const char *any)
{
	while (*any && *any != c)
		any++;
	return *any;
}

static bool take(struct reader *in, const char *text)
{
	size_t len;

	skip_blank(in);
	if (*in->at != *text) /* nearly always */
		return false;
	len = strlen(text);
	if (strncmp(in->at, text, len) != 0 || (is_name(text[len - 1]) && is_name(in->at[len])))
		return false;
	in->at += len;
	return true;
}

static void skip_string(struct reader *in)
{
	char quote = *in->at++;

	while (*in->at && *in->at != quote)
		in->at += in->at[0] == '\\' && in->at[1] ? 2 : 1;
	in->at += *in->at == quote;
}

/* Past the closing bracket of the one that stands here. */
static void skip_bracket(struct reader *in)
{
	int depth = 0;

	do {
		if (is_name(*in->at)) {
			in->at++;
			continue;
		}
		if (strchr("\"'`", *in->at)) {
			skip_string(in);
			continue;
		}
		depth += strchr("([{", *in->at) != NULL;
		depth -= strchr(")]}", *in->at) != NULL;
		in->at++;
	} while (*in->at && depth);
}

/* To the next comma or closing bracket of this level. */
static void skip_item(struct reader *in)
{
	while (*in->at && !strchr(",)]}", *in->at)) {
		if (is_name(*in->at))
			in->at++;
		else if (strchr("([{", *in->at))
			skip_bracket(in);
		else if (strchr("\"'`", *in->at))
			skip_string(in);
		else
			in->at++;
	}
}

static uint32_t read_choice(struct reader *in);

static uint32_t method_around(const struct resolver *self, uint32_t symbol)
{
	while (symbol != GRAPH_NONE && !is_method(self, symbol))
		symbol = self->graph->symbols[symbol].parent;
	return symbol;
}

/* self, this: an object of the type around, a variable of the method around. */
static uint32_t receiver_node(struct flow *flow, const struct place *place, const char *name)
{
	uint32_t type = type_around(flow->self, place->from), node, count;
	uint32_t method = method_around(flow->self, place->from);

	if (type == GRAPH_NONE || method == GRAPH_NONE)
		return NODE_NONE;
	count = flow->node_count;
	node = flow_put(flow, method, flow_word(flow, name, strlen(name)));
	if (node >= count || !flow->nodes[node].count) {
		flow_add(flow, node, VALUE(VALUE_DECLARED, type));
		/* cls, static: the type itself. */
		if (strcmp(name, "self") != 0 && strcmp(name, "this") != 0)
			flow_add(flow, node, VALUE(VALUE_TYPE, type));
	}
	return node;
}

static uint32_t field_in_bases(const struct flow *flow, uint32_t type, uint32_t word)
{
	struct span line = ancestors_of(flow->self, type);
	uint32_t node = flow_get(flow, type, word);

	for (uint32_t i = 1; i < line.count && !node; i++)
		node = flow_get(flow, line.symbols[i], word);
	return node;
}

/* The variable that a name is in the scopes around the place. */
static uint32_t variable_around(const struct flow *flow, const struct place *place, uint32_t word)
{
	const struct resolver *self = flow->self;
	bool implicit = language_implicit_receiver(place->language);
	uint32_t node = NODE_NONE, steps = 0;

	/* Owners are found by name, so that hostile input can make a circle of them. */
	for (uint32_t at = place->from; at != GRAPH_NONE && !node && steps++ < MAX_SCOPES;) {
		bool type = self->graph->symbols[at].kind == SYMBOL_TYPE;

		if (!type || at == place->from)
			node = flow_get(flow, at, word);
		if (!node && type && implicit)
			node = field_in_bases(flow, at, word);
		at = self->owners[at] != GRAPH_NONE ? self->owners[at]
						    : self->graph->symbols[at].parent;
	}
	return node ? node : flow_get(flow, SCOPE_FILE(place->file), word);
}

bool flow_has(const struct flow *flow, const struct place *place, const char *name)
{
	const struct map_entry *word = flow ? map_get_str(&flow->words, name) : NULL;

	return word && variable_around(flow, place, (uint32_t)word->value.num);
}

static uint32_t either(struct flow *flow, uint32_t a, uint32_t b)
{
	uint32_t node;

	if (!a || !b)
		return a ? a : b;
	node = flow_put(flow, SCOPE_OBJECT(flow_object(flow)), 0);
	flow_copy(flow, a, node);
	flow_copy(flow, b, node);
	return node;
}

static uint32_t node_of_import(struct flow *flow, const struct place *place, const char *name)
{
	struct meaning meaning = find_imported(flow->self, place->file, name);

	if (meaning.symbol != GRAPH_NONE)
		return flow_constant(flow, flow_value_of_symbol(flow, meaning.symbol));
	if (meaning.file != GRAPH_NONE) {
		uint32_t module = flow_constant(flow, VALUE(VALUE_FILE, meaning.file));

		if (language_import(place->language) != LANGUAGE_IMPORT_RELATIVE)
			return module;
		/* What require() gives is the module, or what it has as its default. */
		return either(
			flow, module, flow_member(flow, module, flow_word(flow, "default", 7)));
	}
	return meaning.package ? flow_outside(flow, meaning.package) : NODE_NONE;
}

/* \\App\\Models\\User */
static struct answer find_path(struct flow *flow, const struct place *place, const char *path)
{
	const char *last = strrchr(path, '\\') + 1;
	char *qualifier = xstrndup(path, (size_t)(last - path - 1));
	struct answer answer = find_qualified(
		flow->self, place, qualifier + strspn(qualifier, "\\"), last, WANT_ANY);

	free(qualifier);
	return answer;
}

/* A name that is no variable around the place: imported, or a definition. */
static uint32_t named_outside(
	struct flow *flow, const struct place *place, const char *name, uint32_t word)
{
	uint32_t node = flow_imported(flow, place->file, import_name(flow->self, name), word);
	const struct graph_symbol *symbol;
	struct answer answer;

	if (node)
		return node;
	answer = strchr(name, '\\') ? find_path(flow, place, name)
				    : find_plain(flow->self, place, name, WANT_ANY);
	if (answer.to == GRAPH_NONE)
		return answer.package ? flow_outside(flow, answer.package)
				      : node_of_import(flow, place, name);
	if (answer.confidence > EDGE_LIKELY)
		return NODE_NONE;
	symbol = &flow->self->graph->symbols[answer.to];
	return symbol->kind == SYMBOL_CONSTANT
		       ? flow_get(flow, SCOPE_FILE(symbol->file), word)
		       : flow_constant(flow, flow_value_of_symbol(flow, answer.to));
}

/* Whether what a name means may hang on where in its file it stands. */
static bool hangs_on_place(const struct flow *flow, const struct place *place, uint32_t word)
{
	struct span span = {NULL, 0};

	if (language_implicit_receiver(place->language))
		return true;
	if (language_scope(place->language) != LANGUAGE_SCOPE_FILE)
		return !is_placeless(place->language, flow->texts[word]);
	if (flow->numbers[word] != NAME_UNKNOWN)
		span = named_in(flow->self->whole, flow->texts[word], place->file);
	for (uint32_t i = 0; i < span.count; i++)
		if (flow->self->graph->symbols[span.symbols[i]].parent != GRAPH_NONE)
			return true;
	return false;
}

uint32_t flow_name(struct flow *flow, const struct place *place, const char *text, size_t len)
{
	uint32_t word = flow_word(flow, text, len), node = NODE_NONE, scope;
	const char *name = flow->texts[word];
	struct place outside = *place;

	if (*name == '@') { /* Ruby's fields */
		scope = type_around(flow->self, place->from);
		return scope == GRAPH_NONE ? NODE_NONE : flow_put(flow, scope, word);
	}
	if (language_is_receiver(place->language, name))
		node = receiver_node(flow, place, name);
	if (!node)
		node = variable_around(flow, place, word);
	if (node)
		return node;
	if (!hangs_on_place(flow, place, word))
		outside.from = GRAPH_NONE;
	scope = outside.from == GRAPH_NONE ? flow->self->graph->symbol_count + place->file
					   : outside.from;
	if (flow_known(flow, scope, word, &node))
		return node;
	node = named_outside(flow, &outside, name, word);
	flow_know(flow, scope, word, node);
	return node;
}

/* The key of a subscript: 'a' and "a" are the word a, 1 is the word #1, all else is 0. */
static uint32_t read_key(struct reader *in)
{
	const char *start;
	uint32_t word = 0;

	skip_blank(in);
	start = in->at;
	if (*start == '"' || *start == '\'') {
		skip_string(in);
		if (in->at > start + 2)
			word = flow_word(in->flow, start + 1, (size_t)(in->at - start - 2));
	} else if (isdigit((unsigned char)*start)) {
		char text[16] = "#";
		size_t len = strspn(start, "0123456789");

		in->at += len;
		if (len < sizeof(text) - 2) {
			memcpy(text + 1, start, len);
			word = flow_word(in->flow, text, len + 1);
		}
	}
	skip_blank(in);
	if (*in->at != ']' && *in->at != ':')
		word = 0;
	return word;
}

static uint32_t place_key(struct flow *flow, uint32_t place)
{
	bool few = place < ARRAY_SIZE(flow->places);
	uint32_t word = few ? flow->places[place] : 0;
	char *text;

	if (word)
		return word;
	text = xstrfmt("#%u", place);
	word = flow_word(flow, text, strlen(text));
	free(text);
	if (few)
		flow->places[place] = word;
	return word;
}

static void note_entry(struct flow *flow, uint32_t node)
{
	uint32_t value;

	if (flow->nodes[node].kind != NODE_CONSTANT || flow->binding == PARSE_NONE)
		return;
	value = flow->links[flow->nodes[node].values].what;
	if (VALUE_TAG(value) != VALUE_FUNCTION)
		return;
	GROW(flow->entries, flow->entry_count, flow->entry_room);
	flow->entries[flow->entry_count++] =
		(struct entry){flow->file, flow->binding, VALUE_INDEX(value)};
}

/* Of what nothing is known there is no entry: one is made when it is asked for. */
static void put_item(struct flow *flow, uint32_t object, uint32_t key, uint32_t node)
{
	if (!node)
		return;
	note_entry(flow, node);
	flow_copy(flow, node, flow_entry(flow, object, key));
}

/* A tuple or a list, up to its closing bracket. `first` was read already, if `given`. */
static uint32_t read_items(struct reader *in, char close, bool given, uint32_t first)
{
	uint32_t object = flow_object(in->flow), count = 0;

	if (given) {
		put_item(in->flow, object, place_key(in->flow, count++), first);
	}
	for (skip_blank(in); *in->at && *in->at != close && *in->at != '='; skip_blank(in)) {
		uint32_t item = read_choice(in);

		put_item(in->flow, object, place_key(in->flow, count++), item);
		if (take(in, "for")) { /* a comprehension: what it makes is its item */
			flow_copy(in->flow, item, flow_entry(in->flow, object, 0));
			while (*in->at && *in->at != close)
				skip_item(in), in->at += *in->at && *in->at != close;
		}
		skip_item(in);
		if (*in->at != ',')
			break;
		in->at++;
	}
	in->at += *in->at == close && close;
	return flow_constant(in->flow, VALUE(VALUE_OBJECT, object));
}

static uint32_t read_table(struct reader *in)
{
	uint32_t object = flow_object(in->flow);

	for (skip_blank(in); *in->at && *in->at != '}'; skip_blank(in)) {
		const char *start = in->at;
		uint32_t key = read_key(in), item;

		if (in->at == start) {
			while (is_name(*in->at))
				in->at++;
			if (in->at > start)
				key = flow_word(in->flow, start, (size_t)(in->at - start));
			skip_blank(in);
		}
		if (*in->at == ':') {
			in->at++;
			item = read_choice(in);
		} else {
			in->at = start;
			item = read_choice(in);
		}
		put_item(in->flow, object, key, item);
		skip_item(in);
		if (*in->at != ',')
			break;
		in->at++;
	}
	in->at += *in->at == '}';
	return flow_constant(in->flow, VALUE(VALUE_OBJECT, object));
}

static uint32_t read_primary(struct reader *in)
{
	const char *start;
	uint32_t node;

	skip_blank(in);
	start = in->at;
	if (*in->at == '(') {
		in->at++;
		node = read_choice(in);
		skip_blank(in);
		if (*in->at == ',') {
			in->at++;
			return read_items(in, ')', true, node);
		}
		skip_item(in);
		in->at += *in->at == ')';
		return node;
	}
	if (*in->at == '[' || *in->at == '{') {
		in->at++;
		return in->at[-1] == '[' ? read_items(in, ']', false, 0) : read_table(in);
	}
	if (strchr("\"'`", *in->at) && *in->at) {
		skip_string(in);
		return flow_outside(in->flow, NULL);
	}
	if (isdigit((unsigned char)*in->at)) {
		in->at += strspn(in->at, "0123456789abcdefxABCDEFXL_.");
		return flow_outside(in->flow, NULL);
	}
	in->at += strspn(in->at, "@"); /* Ruby's fields */
	while (is_name(*in->at))
		in->at++;
	return in->at > start ? flow_name(in->flow, in->place, start, (size_t)(in->at - start))
			      : NODE_NONE;
}

/* Type arguments before a call: "<K, V>(". */
static bool skip_type_arguments(struct reader *in)
{
	const char *at = in->at;
	int depth = 0;

	do {
		depth += *at == '<';
		depth -= *at == '>';
		if (!is_name(*at) && !strchr("<>, .:[]?&*", *at))
			return false;
		at++;
	} while (*at && depth);
	if (*at != '(' && *at != '{')
		return false;
	in->at = at;
	return true;
}

static uint32_t read_member(struct reader *in, uint32_t node)
{
	const char *start;

	skip_blank(in);
	start = in->at;
	while (is_name(*in->at))
		in->at++;
	if (in->at == start)
		return NODE_NONE;
	return flow_member(in->flow, node, flow_word(in->flow, start, (size_t)(in->at - start)));
}

static uint32_t read_postfix(struct reader *in)
{
	uint32_t node = read_primary(in);

	for (;;) {
		skip_blank(in);
		if (is_any(*in->at, "-:?!") &&
			(take(in, "->") || take(in, "::") || take(in, "?.") || take(in, "!.") ||
				take(in, "?->"))) {
			node = read_member(in, node);
		} else if (*in->at == '.' && in->at[1] != '.') {
			in->at++;
			node = read_member(in, node);
		} else if (*in->at == '(' || (*in->at == '{' && is_name(in->at[-1]))) {
			skip_bracket(in);
			node = flow_call(in->flow, node);
		} else if (*in->at == '[') {
			const char *start = in->at++;
			uint32_t key = read_key(in);

			in->at = start;
			skip_bracket(in);
			node = flow_index(in->flow, node, key);
		} else if (*in->at != '<' || !skip_type_arguments(in)) {
			return node;
		}
	}
}

/* An expression up to a comma or a closing bracket. */
static uint32_t read_choice(struct reader *in)
{
	static const char *const before[] = {"await", "new", "yield", "async", "..."};
	uint32_t node = NODE_NONE, other;

	if (in->depth >= NESTING_MAX)
		return NODE_NONE;
	in->depth++;
	skip_blank(in);
	for (size_t i = is_any(*in->at, "any.") ? 0 : SIZE_MAX; i < ARRAY_SIZE(before); i++)
		if (take(in, before[i]))
			i = (size_t)-1;
	skip_blank(in);
	in->at += strspn(in->at, "*&");
	node = read_postfix(in);
	skip_blank(in);
	if (is_any(*in->at, "oa|?&") &&
		(take(in, "or") || take(in, "||") || take(in, "??") || take(in, "?:") ||
			take(in, "and") || take(in, "&&"))) {
		node = either(in->flow, node, read_choice(in));
	} else if (take(in, "if")) { /* a if c else b */
		read_postfix(in);
		while (*in->at && !strchr(",)]}", *in->at) && !take(in, "else"))
			in->at++;
		node = either(in->flow, node, read_choice(in));
	} else if (*in->at == '?') { /* c ? a : b */
		in->at++;
		node = read_choice(in);
		other = take(in, ":") ? read_choice(in) : NODE_NONE;
		node = either(in->flow, node, other);
	} else if (*in->at == '=' && in->at[1] != '=' && in->at[1] != '>') {
		in->at++;
		node = read_choice(in);
	} else if (*in->at && !strchr(",)]}:;", *in->at) && strncmp(in->at, "for ", 4) != 0) {
		skip_item(in); /* a sum, a comparison: no name's value */
		node = NODE_NONE;
	}
	in->depth--;
	return node;
}

uint32_t flow_expression(struct flow *flow, const struct place *place, const char *text)
{
	struct reader in = {flow, place, text, 0};
	uint32_t node = read_choice(&in);

	skip_blank(&in);
	if (*in.at == ',') { /* a tuple without brackets, maybe one that is assigned to */
		in.at++;
		node = read_items(&in, '\0', true, node);
		if (*in.at == '=')
			return flow_expression(flow, place, in.at + 1);
	}
	return node;
}

/* Splits a target at its commas: calls `fn` for each with its place, brackets taken off. */
static bool split_pattern(const char *target, size_t *start, size_t *end)
{
	struct reader in = {NULL, NULL, target + *start, 0};

	while (*in.at && strchr(" \t\r\n,", *in.at))
		in.at++;
	*start = (size_t)(in.at - target);
	skip_item(&in);
	*end = (size_t)(in.at - target);
	return *end > *start;
}

static bool is_pattern(const char *target)
{
	size_t start = 0, end = 0;

	return strchr("([", *target) || (split_pattern(target, &start, &end) && target[end] == ',');
}

static void each_part(struct flow *flow, const struct place *place, const char *target,
	uint32_t node, void (*fn)(struct flow *, const struct place *, const char *, uint32_t))
{
	size_t start = strchr("([", *target) && *target ? 1 : 0, end;
	uint32_t index = 0;

	while (split_pattern(target, &start, &end)) {
		char *part = xstrndup(target + start, end - start);

		fn(flow, place, part,
			node ? flow_index(flow, node, place_key(flow, index)) : NODE_NONE);
		index++;
		free(part);
		start = end;
	}
}

/* Where the last ".member" or "[key]" of a target begins, or 0. */
static size_t last_step(const char *target)
{
	size_t len = strlen(target), at = len;
	int depth = 0;

	if (len && target[len - 1] == ']') {
		do {
			at--;
			depth += target[at] == ']';
			depth -= target[at] == '[';
		} while (at && depth);
		return at;
	}
	while (at && is_name(target[at - 1]))
		at--;
	while (at && strchr(".>:-?", target[at - 1]))
		at--;
	return at;
}

static void declare_part(
	struct flow *flow, const struct place *place, const char *target, uint32_t node)
{
	(void)node;
	flow_declare(flow, place, target);
}

/* self.x = ...: x is a field of the type around. */
static void declare_field(
	struct flow *flow, const struct place *place, const char *target, size_t len)
{
	uint32_t type = type_around(flow->self, place->from);
	char *name = xstrndup(target, len);
	const char *field = target + len + strspn(target + len, ".->");
	size_t end = 0;

	while (is_name(field[end]))
		end++;
	if (type != GRAPH_NONE && end && !field[end] && language_is_receiver(place->language, name))
		flow_put(flow, type, flow_word(flow, field, end));
	free(name);
}

void flow_declare(struct flow *flow, const struct place *place, const char *target)
{
	size_t len = 0;

	target += strspn(target, " \t\r\n*&");
	while (is_name(target[len]))
		len++;
	if (len && !target[len])
		flow_put(flow, flow_scope(place), flow_word(flow, target, len));
	else if (len && (target[len] == '.' || target[len] == '-'))
		declare_field(flow, place, target, len);
	else if (is_pattern(target))
		each_part(flow, place, target, NODE_NONE, declare_part);
}

/* Entries of a variable that nothing was said to hold yet: of an object of its own. */
static void ensure_object(struct flow *flow, uint32_t node)
{
	for (uint32_t i = flow->nodes[node].values; i; i = flow->links[i].next)
		if (VALUE_TAG(flow->links[i].what) == VALUE_OBJECT)
			return;
	flow_add(flow, node, VALUE(VALUE_OBJECT, flow_object(flow)));
}

void flow_assign(struct flow *flow, const struct place *place, const char *target, uint32_t node)
{
	size_t len = strlen(target), step;
	uint32_t base;
	char *text;

	while (len && strchr(" \t\r\n", target[len - 1]))
		len--;
	text = xstrndup(target, len);
	target = text + strspn(text, " \t\r\n*&");
	step = last_step(target);
	if (!node || !*target) {
		free(text);
		return;
	}
	if (*target == '@') {
		flow_copy(flow, node, flow_name(flow, place, target, strlen(target)));
	} else if (is_pattern(target)) {
		each_part(flow, place, target, node, flow_assign);
	} else if (!step) {
		flow_copy(flow, node,
			flow_put(flow, flow_scope(place), flow_word(flow, target, strlen(target))));
	} else {
		char *before = xstrndup(target, step);
		struct reader in = {flow, place, target + step, 0};

		base = flow_expression(flow, place, before);
		if (*in.at == '[') {
			in.at++;
			if (base)
				ensure_object(flow, base);
			flow_follow(flow, NODE_PUT, base, node, read_key(&in));
		} else {
			in.at += strspn(in.at, ".>:-?");
			flow_follow(flow, NODE_STORE, base, node,
				flow_word(flow, in.at, strlen(in.at)));
		}
		free(before);
	}
	free(text);
}
