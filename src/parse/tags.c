/* Compiling a query file: its patterns as trees, and for each symbol the patterns to try. */
#include "parse/tags.h"

#include "util/buf.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct reader {
	struct tags *tags;
	const char *name, *text, *at;
	struct tags_pattern *pattern; /* that predicates belong to */
	int depth, rc;
};

static int wrong(struct reader *in, const char *what, const char *word, size_t len)
{
	unsigned line = 1;

	for (const char *c = in->text; c < in->at; c++)
		line += *c == '\n';
	if (!in->rc)
		in->rc = fail(E_INVALID, "language %s: tags.scm line %u: %s%s%.*s%s", in->name,
			line, what, len ? " '" : "", (int)len, word, len ? "'" : "");
	return in->rc;
}

static void skip_blank(struct reader *in)
{
	for (;; in->at++) {
		if (*in->at == ';')
			in->at += strcspn(in->at, "\n");
		if (!*in->at || !isspace((unsigned char)*in->at))
			return;
	}
}

static bool take(struct reader *in, char c)
{
	skip_blank(in);
	if (*in->at != c)
		return false;
	in->at++;
	return true;
}

static size_t word_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || (at[len] && strchr("_-.?!", at[len])))
		len++;
	return len;
}

/* Letters of a name, without the quantifier that may stand behind a node's. */
static size_t name_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_' || at[len] == '-' ||
		(at[len] == '.' && isalnum((unsigned char)at[len + 1])))
		len++;
	return len;
}

static uint32_t id_of(struct strings *known, const char *text, size_t len)
{
	for (size_t i = 0; i < known->count; i++)
		if (strlen(known->items[i]) == len && !memcmp(known->items[i], text, len))
			return (uint32_t)i;
	strings_add_len(known, text, len);
	return (uint32_t)known->count - 1;
}

/* Behind the opening quote. The caller frees. */
static char *read_string(struct reader *in)
{
	struct buf text = BUF_INIT;

	for (; *in->at && *in->at != '"'; in->at++) {
		if (*in->at == '\\' && in->at[1]) {
			in->at++;
			buf_addch(&text, *in->at == 'n'   ? '\n'
					 : *in->at == 't' ? '\t'
					 : *in->at == 'r' ? '\r'
					 : *in->at == '0' ? '\0'
							  : *in->at);
		} else {
			buf_addch(&text, *in->at);
		}
	}
	if (*in->at == '"')
		in->at++;
	else
		wrong(in, "a string has no end", "", 0);
	return buf_detach(&text);
}

static void add_step(struct reader *in, TSQueryPredicateStepType type, uint32_t id)
{
	struct tags_pattern *pattern = in->pattern;

	GROW(pattern->steps, pattern->step_count, pattern->step_room);
	pattern->steps[pattern->step_count++] =
		(TSQueryPredicateStep){.type = type, .value_id = id};
}

/* Behind "(#". */
static void read_predicate(struct reader *in)
{
	size_t len = word_length(in->at);

	add_step(in, TSQueryPredicateStepTypeString, id_of(&in->tags->texts, in->at, len));
	in->at += len;
	while (!in->rc && !take(in, ')')) {
		if (take(in, '@')) {
			len = name_length(in->at);
			add_step(in, TSQueryPredicateStepTypeCapture,
				id_of(&in->tags->captures, in->at, len));
			in->at += len;
		} else if (take(in, '"')) {
			char *text = read_string(in);

			add_step(in, TSQueryPredicateStepTypeString,
				id_of(&in->tags->texts, text, strlen(text)));
			free(text);
		} else {
			len = name_length(in->at);
			if (!len) {
				wrong(in, "a predicate has no end", "", 0);
				return;
			}
			add_step(in, TSQueryPredicateStepTypeString,
				id_of(&in->tags->texts, in->at, len));
			in->at += len;
		}
	}
	add_step(in, TSQueryPredicateStepTypeDone, 0);
}

static void read_list(struct reader *in, char end, struct tags_element *of);

static void find_symbol(struct reader *in, const char *word, size_t len, bool named, TSSymbol *out)
{
	*out = ts_language_symbol_for_name(in->tags->language, word, (uint32_t)len, named);
	if (!*out || ts_language_symbol_type(in->tags->language, *out) == TSSymbolTypeSupertype)
		wrong(in, *out ? "supertypes are not supported:" : "unknown node type", word, len);
}

static TSFieldId find_field(struct reader *in, const char *word, size_t len)
{
	TSFieldId field = ts_language_field_id_for_name(in->tags->language, word, (uint32_t)len);

	if (!field)
		wrong(in, "unknown field", word, len);
	return field;
}

/* Behind the name of a node: its children up to ')', with "!field" among them. */
static void read_node(struct reader *in, struct tags_element *out)
{
	size_t len = name_length(in->at);

	out->kind = TAGS_NODE;
	out->named = true;
	if (len == 1 && *in->at == '_')
		out->kind = TAGS_ANY;
	else if (len == 5 && !strncmp(in->at, "ERROR", 5))
		out->symbol = (TSSymbol)-1;
	else
		find_symbol(in, in->at, len, true, &out->symbol);
	in->at += len;
	if (!in->rc)
		read_list(in, ')', out);
}

static void read_without(struct reader *in, struct tags_element *of)
{
	size_t len = name_length(in->at);

	GROW(of->without, of->without_count, of->without_room);
	of->without[of->without_count++] = find_field(in, in->at, len);
	in->at += len;
}

static void read_core(struct reader *in, struct tags_element *out)
{
	skip_blank(in);
	if (take(in, '[')) {
		out->kind = TAGS_CHOICE;
		read_list(in, ']', out);
	} else if (take(in, '"')) {
		char *text = read_string(in);

		out->kind = TAGS_NODE;
		find_symbol(in, text, strlen(text), false, &out->symbol);
		free(text);
	} else if (take(in, '(')) {
		skip_blank(in);
		if (isalpha((unsigned char)*in->at) || *in->at == '_') {
			read_node(in, out);
		} else {
			out->kind = TAGS_GROUP;
			read_list(in, ')', out);
		}
	} else if (*in->at == '_' && name_length(in->at) == 1) {
		out->kind = TAGS_ANY;
		in->at++;
	} else {
		wrong(in, "cannot read", in->at, strcspn(in->at, "\n"));
	}
}

static void add_capture(struct tags_element *to, uint32_t id)
{
	GROW(to->ids, to->id_count, to->id_room);
	to->ids[to->id_count++] = id;
	to->captures = true;
}

/* What stands behind an element. A capture of a choice is one of each that may be chosen. */
static void read_suffix(struct reader *in, struct tags_element *out)
{
	for (;;) {
		skip_blank(in);
		if (*in->at == '?' || *in->at == '*' || *in->at == '+') {
			out->optional |= *in->at != '+';
			out->repeats |= *in->at != '?';
			in->at++;
		} else if (*in->at == '@') {
			size_t len = name_length(++in->at);
			uint32_t id = id_of(&in->tags->captures, in->at, len);

			in->at += len;
			if (out->kind == TAGS_CHOICE)
				for (uint32_t i = 0; i < out->list.count; i++)
					add_capture(&out->list.items[i], id);
			else
				add_capture(out, id);
			out->captures = true;
		} else {
			return;
		}
	}
}

static void read_element(struct reader *in, struct tags_element *out)
{
	size_t len;
	TSFieldId field = 0;

	if (++in->depth > DEPTH_MAX) {
		wrong(in, "too deep", "", 0);
		return;
	}
	skip_blank(in);
	len = name_length(in->at);
	if (len && in->at[len] == ':') {
		field = find_field(in, in->at, len);
		in->at += len + 1;
	}
	if (!in->rc)
		read_core(in, out);
	if (!in->rc)
		read_suffix(in, out);
	out->field = field;
	if (out->kind == TAGS_CHOICE && field)
		for (uint32_t i = 0; i < out->list.count; i++)
			out->list.items[i].field = field;
	for (uint32_t i = 0; i < out->list.count; i++)
		out->captures |= out->list.items[i].captures;
	in->depth--;
}

static struct tags_element *add_element(struct tags_list *list)
{
	struct tags_element *element;

	GROW(list->items, list->count, list->room);
	element = &list->items[list->count++];
	memset(element, 0, sizeof(*element));
	return element;
}

/* The elements up to `end`; predicates among them are the pattern's, "!field" is the node's. */
static void read_list(struct reader *in, char end, struct tags_element *of)
{
	struct tags_list *list = &of->list;
	bool anchored = false;

	while (!in->rc && !take(in, end)) {
		skip_blank(in);
		if (!*in->at) {
			wrong(in, "a bracket is not closed", "", 0);
		} else if (take(in, '.')) {
			anchored = true;
		} else if (take(in, '!')) {
			read_without(in, of);
		} else if (in->at[0] == '(' && in->at[1] == '#') {
			in->at += 2;
			read_predicate(in);
		} else {
			struct tags_element *element = add_element(list);

			element->anchored = anchored;
			anchored = false;
			read_element(in, element);
		}
	}
	list->ends = anchored;
}

static void list_release(struct tags_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		free(list->items[i].ids);
		free(list->items[i].without);
		list_release(&list->items[i].list);
	}
	free(list->items);
}

void tags_free(struct tags *tags)
{
	if (!tags)
		return;
	for (uint32_t i = 0; i < tags->pattern_count; i++) {
		list_release(&tags->patterns[i].list);
		free(tags->patterns[i].steps);
	}
	free(tags->patterns);
	for (uint32_t i = 0; tags->by_symbol && i < tags->symbol_count; i++)
		free(tags->by_symbol[i]);
	free(tags->by_symbol);
	strings_release(&tags->captures);
	strings_release(&tags->texts);
	free(tags);
}

static bool list_may_begin(
	const TSLanguage *language, const struct tags_list *list, TSSymbol symbol);

static bool may_begin(
	const TSLanguage *language, const struct tags_element *element, TSSymbol symbol)
{
	switch (element->kind) {
	case TAGS_NODE:
		return element->symbol == symbol;
	case TAGS_ANY:
		return symbol != (TSSymbol)-1 &&
		       (!element->named ||
			       ts_language_symbol_type(language, symbol) == TSSymbolTypeRegular);
	case TAGS_CHOICE:
		for (uint32_t i = 0; i < element->list.count; i++)
			if (may_begin(language, &element->list.items[i], symbol))
				return true;
		return false;
	default:
		return list_may_begin(language, &element->list, symbol);
	}
}

static bool list_may_begin(
	const TSLanguage *language, const struct tags_list *list, TSSymbol symbol)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (may_begin(language, &list->items[i], symbol))
			return true;
		if (!list->items[i].optional)
			return false;
	}
	return false;
}

/* What a child has that this element fits: adds to what is asked for. */
static void ask_for_child(const struct tags_element *child, struct tags_try *out)
{
	uint64_t either = 0;

	if (child->optional || child->kind == TAGS_GROUP)
		return;
	if (child->field)
		out->fields |= tags_bit(child->field);
	if (child->kind == TAGS_NODE)
		out->symbols |= tags_bit(child->symbol);
	if (child->kind != TAGS_CHOICE)
		return;
	for (uint32_t i = 0; i < child->list.count; i++) {
		if (child->list.items[i].kind != TAGS_NODE)
			return;
		either |= tags_bit(child->list.items[i].symbol);
	}
	out->either = out->either ? out->either : either;
}

/* What every node with this symbol has that the element fits. */
static void ask_for(const TSLanguage *language, const struct tags_element *element, TSSymbol symbol,
	struct tags_try *out)
{
	const struct tags_element *only = element;

	if (element->kind == TAGS_CHOICE) {
		uint32_t count = 0;

		for (uint32_t i = 0; i < element->list.count; i++) {
			if (!may_begin(language, &element->list.items[i], symbol))
				continue;
			only = &element->list.items[i];
			count++;
		}
		if (count != 1)
			return;
	}
	if (only->kind != TAGS_NODE && only->kind != TAGS_ANY)
		return;
	for (uint32_t i = 0; i < only->list.count; i++)
		ask_for_child(&only->list.items[i], out);
}

/* The last slot is for errors, whose symbol is no number of the grammar's. */
static void index_symbols(struct tags *tags)
{
	uint32_t count = ts_language_symbol_count(tags->language);

	tags->symbol_count = count + 1;
	tags->by_symbol = xcalloc(count + 1, sizeof(*tags->by_symbol));
	for (uint32_t i = 0; i <= count; i++) {
		TSSymbol symbol = i == count ? (TSSymbol)-1 : (TSSymbol)i;
		struct tags_try *list = NULL;
		uint32_t found = 0, room = 0;

		for (uint32_t k = 0; k < tags->pattern_count; k++) {
			const struct tags_list *of = &tags->patterns[k].list;

			if (!list_may_begin(tags->language, of, symbol))
				continue;
			GROW(list, found, room);
			list[found] = (struct tags_try){.pattern = k};
			if (!of->items[0].optional)
				ask_for(tags->language, &of->items[0], symbol, &list[found]);
			found++;
		}
		if (!found)
			continue;
		GROW(list, found, room);
		list[found] = (struct tags_try){.pattern = UINT32_MAX};
		tags->by_symbol[i] = list;
	}
}

/* A group at the top is the pattern itself, so that its members may be looked up by symbol. */
static void read_pattern(struct reader *in)
{
	struct tags *tags = in->tags;
	struct tags_element top;

	GROW(tags->patterns, tags->pattern_count, tags->pattern_room);
	in->pattern = &tags->patterns[tags->pattern_count++];
	memset(in->pattern, 0, sizeof(*in->pattern));
	memset(&top, 0, sizeof(top));
	read_element(in, &top);
	if (top.kind == TAGS_GROUP && !top.id_count && !top.optional && !top.repeats) {
		in->pattern->list = top.list;
		return;
	}
	*add_element(&in->pattern->list) = top;
}

int tags_new(const TSLanguage *language, const char *name, const char *text, struct tags **out)
{
	struct tags *tags = xcalloc(1, sizeof(*tags));
	struct reader in = {.tags = tags, .name = name, .text = text, .at = text};

	*out = NULL;
	tags->language = language;
	for (skip_blank(&in); *in.at && !in.rc; skip_blank(&in))
		read_pattern(&in);
	if (in.rc) {
		tags_free(tags);
		return in.rc;
	}
	index_symbols(tags);
	*out = tags;
	return 0;
}
