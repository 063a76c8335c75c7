/* What of a file others can see, and which names a part of a file looks at. */
#include "graph/follow/seen.h"

#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A name's history in a file is a hash over all that is said of it there, in order. */
static void say(struct map *said, const char *name, const struct buf *what)
{
	struct map_entry *entry = map_put_str(said, name, NULL);

	entry->value.num = (int64_t)hash_bytes(what->ptr, what->len, (uint64_t)entry->value.num);
}

static void add_field(struct buf *out, const char *text)
{
	buf_add(out, text, strlen(text) + 1);
}

/* What one version of a file says. */
struct said {
	struct map names, own, declared, types, fields, methods;
};

/* What a definition is to whoever finds it by its name; lines and complexity say nothing there. */
static void say_definition(struct said *said, const struct facts *facts, uint32_t at)
{
	const struct fact_definition *in = &facts->definitions[at];
	const struct fact_definition *parent =
		in->parent == PARSE_NONE ? NULL : &facts->definitions[in->parent];
	struct buf what = BUF_INIT;

	buf_addf(&what, "definition %d %d %d", (int)in->kind, (int)in->visibility,
		parent ? (int)parent->kind : -1);
	add_field(&what, parent ? facts->text + parent->qualified : "");
	add_field(&what, facts->text + in->qualified);
	add_field(&what, facts->text + in->owner);
	add_field(&what, facts->text + in->returns);
	if (in->kind == SYMBOL_TYPE) {
		say(&said->types, facts->text + in->name, &what);
	} else if (in->kind == SYMBOL_METHOD || in->owner ||
		   (parent && parent->kind == SYMBOL_TYPE)) {
		/* Arguments tell methods apart, and nothing else. */
		buf_addf(&what, "%u", in->parameters);
		add_field(&what, facts->text + in->signature);
		say(&said->methods, facts->text + in->name, &what);
	}
	say(&said->names, facts->text + in->name, &what);
	buf_release(&what);
}

static void say_variable(struct said *said, const struct facts *facts, uint32_t at)
{
	const struct fact_binding *in = &facts->bindings[at];
	const struct fact_definition *from =
		in->from == PARSE_NONE ? NULL : &facts->definitions[in->from];
	struct buf what = BUF_INIT;

	if (from && from->kind != SYMBOL_TYPE)
		return;
	buf_addf(&what, "variable %d %u", (int)in->kind, in->index);
	add_field(&what, from ? facts->text + from->qualified : "");
	add_field(&what, facts->text + in->value);
	say(from ? &said->fields : &said->own, facts->text + in->name, &what);
	buf_release(&what);
}

static void say_all(struct said *said, const struct facts *facts)
{
	for (uint32_t i = 0; i < facts->definition_count; i++)
		say_definition(said, facts, i);
	for (uint32_t i = 0; i < facts->binding_count; i++)
		say_variable(said, facts, i);
	for (uint32_t i = 0; i < facts->reference_count; i++)
		if (facts->references[i].kind == REFERENCE_DECLARATION)
			map_put_str(&said->declared, facts->text + facts->references[i].name, NULL);
}

static void add_differences(const struct map *a, const struct map *b, struct map *names)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct map_entry *in = &a->entries[i];
		const struct map_entry *other = map_get(b, in->key, in->len);

		if (!other || other->value.num != in->value.num)
			map_put(names, in->key, in->len, NULL);
	}
}

static void said_release(struct said *said)
{
	map_release(&said->names);
	map_release(&said->own);
	map_release(&said->declared);
	map_release(&said->types);
	map_release(&said->fields);
	map_release(&said->methods);
}

void seen_release(struct seen *seen)
{
	map_release(&seen->names);
	map_release(&seen->types);
	map_release(&seen->fields);
}

bool seen_changes(
	const struct facts *old, const struct facts *now, struct seen *seen, struct map *own)
{
	struct said said[2] = {{.names = MAP_INIT}, {.names = MAP_INIT}};
	struct map methods = MAP_INIT;
	bool same;

	say_all(&said[0], old);
	say_all(&said[1], now);
	for (int i = 0; i < 2; i++) {
		add_differences(&said[i].names, &said[1 - i].names, &seen->names);
		add_differences(&said[i].declared, &said[1 - i].declared, &seen->names);
		add_differences(&said[i].types, &said[1 - i].types, &seen->types);
		add_differences(&said[i].fields, &said[1 - i].fields, &seen->fields);
		add_differences(&said[i].own, &said[1 - i].own, own);
		add_differences(&said[i].methods, &said[1 - i].methods, &methods);
	}
	/* Who finds a constant of this file takes the variable of its name for it. */
	for (size_t i = 0; i < own->count; i++)
		if (map_get_str(&said[0].names, own->entries[i].key) ||
			map_get_str(&said[1].names, own->entries[i].key))
			map_put_str(&seen->names, own->entries[i].key, NULL);
	same = !methods.count;
	map_release(&methods);
	said_release(&said[0]);
	said_release(&said[1]);
	return same;
}

/* Whether a text has a word that is one of these. */
static bool says_one(const char *text, const struct map *names)
{
	struct map words = MAP_INIT;
	bool one;

	add_words(&words, text);
	one = map_meets(&words, names);
	map_release(&words);
	return one;
}

void seen_spread(const struct facts *facts, struct seen *seen, struct map *own)
{
	if (!seen->types.count)
		return;
	for (uint32_t i = 0; i < facts->definition_count; i++) {
		const struct fact_definition *at = &facts->definitions[i];

		if (says_one(facts->text + at->returns, &seen->types))
			map_put_str(&seen->names, facts->text + at->name, NULL);
	}
	for (uint32_t i = 0; i < facts->binding_count; i++) {
		const struct fact_binding *at = &facts->bindings[i];
		const char *name = facts->text + at->name;

		if (!says_one(facts->text + at->value, &seen->types))
			continue;
		if (at->from == PARSE_NONE)
			map_put_str(own, name, NULL);
		else if (facts->definitions[at->from].kind == SYMBOL_TYPE)
			map_put_str(&seen->fields, name, NULL);
	}
	for (uint32_t i = 0; i < facts->definition_count && own->count; i++)
		if (map_get_str(own, facts->text + facts->definitions[i].name))
			map_put_str(&seen->names, facts->text + facts->definitions[i].name, NULL);
}

void add_words(struct map *names, const char *text)
{
	while (*text) {
		size_t len = 0;

		while (is_word_byte(text[len]))
			len++;
		if (len)
			map_put(names, text, len, NULL);
		text += len + (text[len] != '\0');
	}
}

/* A test may be named after what it tests, see tests.c. */
static void add_subject(struct map *names, const char *test)
{
	char *subject;

	if (strncmp(test, "test", 4) != 0 && strncmp(test, "Test", 4) != 0)
		return;
	subject = xstrdup(test + 4 + (test[4] == '_'));
	map_put_str(names, subject, NULL);
	*subject = (char)tolower((unsigned char)*subject);
	map_put_str(names, subject, NULL);
	free(subject);
}

void unit_names(const struct units *units, uint32_t unit, struct map *names)
{
	const struct facts *facts = units->facts;
	const struct unit_list *list = &units->definitions;

	for (uint32_t i = list->first[unit]; i < list->first[unit + 1]; i++) {
		const struct fact_definition *at = &facts->definitions[list->items[i]];

		add_words(names, facts->text + at->owner);
		add_words(names, facts->text + at->returns);
		if (at->kind == SYMBOL_TEST)
			add_subject(names, facts->text + at->name);
	}
	list = &units->references;
	for (uint32_t i = list->first[unit]; i < list->first[unit + 1]; i++) {
		const struct fact_reference *at = &facts->references[list->items[i]];

		if (at->kind == REFERENCE_DECLARATION)
			continue;
		add_words(names, facts->text + at->name);
		add_words(names, facts->text + at->receiver);
	}
	list = &units->bindings;
	for (uint32_t i = list->first[unit]; i < list->first[unit + 1]; i++) {
		const struct fact_binding *at = &facts->bindings[list->items[i]];

		add_words(names, facts->text + at->name);
		add_words(names, facts->text + at->value);
	}
}

void unit_calls(const struct units *units, uint32_t unit, struct map *names)
{
	const struct unit_list *list = &units->references;

	for (uint32_t i = list->first[unit]; i < list->first[unit + 1]; i++) {
		const struct fact_reference *at = &units->facts->references[list->items[i]];

		if (at->kind == REFERENCE_CALL || at->kind == REFERENCE_NEW)
			add_words(names, units->facts->text + at->name);
		add_words(names, units->facts->text + at->receiver);
	}
}

static bool is_word(const char *text)
{
	while (is_word_byte(*text))
		text++;
	return !*text;
}

bool language_is_plain(const struct language *language)
{
	return language_scope(language) == LANGUAGE_SCOPE_GLOBAL &&
	       !*language_separator(language) && language_import(language) == LANGUAGE_IMPORT_PATH;
}

bool unit_is_plain(const struct units *units, uint32_t unit, const struct language *language)
{
	const struct facts *facts = units->facts;
	const struct unit_list *references = &units->references, *bindings = &units->bindings;

	if (!language_is_plain(language))
		return false;
	for (uint32_t i = references->first[unit]; i < references->first[unit + 1]; i++) {
		const struct fact_reference *at = &facts->references[references->items[i]];

		if (at->kind == REFERENCE_BASE || !is_word(facts->text + at->name) ||
			(at->receiver && (at->kind != REFERENCE_CALL ||
						 !strcmp(facts->text + at->name, "new"))))
			return false;
	}
	for (uint32_t i = bindings->first[unit]; i < bindings->first[unit + 1]; i++)
		if (facts->bindings[bindings->items[i]].kind != BINDING_TYPE)
			return false;
	return true;
}
