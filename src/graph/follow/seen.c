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
	struct map names, own, declared;
	struct map members; /* types and what stands in them */
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
	/* Arguments tell methods apart, and nothing else. */
	if (in->kind == SYMBOL_METHOD || in->owner || (parent && parent->kind == SYMBOL_TYPE)) {
		buf_addf(&what, "%u", in->parameters);
		add_field(&what, facts->text + in->signature);
		say(&said->members, facts->text + in->name, &what);
	} else if (in->kind == SYMBOL_TYPE) {
		say(&said->members, facts->text + in->name, &what);
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
	say(from ? &said->members : &said->own, facts->text + in->name, &what);
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
	map_release(&said->members);
}

bool seen_changes(
	const struct facts *old, const struct facts *now, struct map *names, struct map *own)
{
	struct said said[2] = {{.names = MAP_INIT}, {.names = MAP_INIT}};
	struct map members = MAP_INIT;
	bool same;

	say_all(&said[0], old);
	say_all(&said[1], now);
	for (int i = 0; i < 2; i++) {
		add_differences(&said[i].names, &said[1 - i].names, names);
		add_differences(&said[i].declared, &said[1 - i].declared, names);
		add_differences(&said[i].own, &said[1 - i].own, own);
		add_differences(&said[i].members, &said[1 - i].members, &members);
	}
	/* Who finds a constant of this file takes the variable of its name for it. */
	for (size_t i = 0; i < own->count; i++)
		if (map_get_str(&said[0].names, own->entries[i].key) ||
			map_get_str(&said[1].names, own->entries[i].key))
			map_put_str(names, own->entries[i].key, NULL);
	same = !members.count;
	map_release(&members);
	said_release(&said[0]);
	said_release(&said[1]);
	return same;
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
