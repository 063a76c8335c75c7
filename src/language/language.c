/* Reading the embedded language.conf files, and finding the language of a path. */
#include "flywheel/language.h"
#include "language/internal.h"

#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

/* Part of every language's version: raise it when the same query gives other facts. */
#define PARSER_VERSION "14"

struct language {
	const struct language_data *data;
	size_t index;
	struct strings extensions, files, receivers, interpreters, ancestors, wrappers, builtins,
		roots;
	char *name, *separator, *package, *constructor, *family;
	enum language_import import;
	enum language_scope scope;
	bool implicit_receiver, extension_methods, transitive, fragments, macros;
	char version[DIGEST_HEX + 1];
};

struct languages {
	struct language *items;
	size_t count;
	struct map extensions, files; /* to struct language */
};

static char *trimmed(const char *text, size_t len)
{
	while (len && strchr(" \t\r", text[len - 1]))
		len--;
	while (len && strchr(" \t", *text)) {
		text++;
		len--;
	}
	return xstrndup(text, len);
}

static void replace(char **slot, const char *value)
{
	free(*slot);
	*slot = xstrdup(value);
}

/* In the order of enum language_import and enum language_scope. */
static const char *const imports[] = {
	"path", "dotted", "relative", "qualified", "crate", "package", NULL};
static const char *const scopes[] = {"global", "file", "folder", "namespace", NULL};

static int word_of(const char *const *words, const char *value)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return -1;
}

static int set(struct language *language, const char *key, const char *value)
{
	bool yes = !strcmp(value, "true");
	int at;

	if (!strcmp(key, "name"))
		replace(&language->name, value);
	else if (!strcmp(key, "extension"))
		strings_add(&language->extensions, value);
	else if (!strcmp(key, "file"))
		strings_add(&language->files, value);
	else if (!strcmp(key, "interpreter"))
		strings_add(&language->interpreters, value);
	else if (!strcmp(key, "receiver"))
		strings_add(&language->receivers, value);
	else if (!strcmp(key, "ancestor"))
		strings_add(&language->ancestors, value);
	else if (!strcmp(key, "builtin"))
		strings_split(&language->builtins, value, ' ');
	else if (!strcmp(key, "wrapper"))
		strings_add(&language->wrappers, value);
	else if (!strcmp(key, "constructor"))
		replace(&language->constructor, value);
	else if (!strcmp(key, "family"))
		replace(&language->family, value);
	else if (!strcmp(key, "root"))
		strings_add(&language->roots, value);
	else if (!strcmp(key, "separator"))
		replace(&language->separator, value);
	else if (!strcmp(key, "package"))
		replace(&language->package, value);
	else if (!strcmp(key, "implicitReceiver"))
		language->implicit_receiver = yes;
	else if (!strcmp(key, "extensionMethods"))
		language->extension_methods = yes;
	else if (!strcmp(key, "fragments"))
		language->fragments = yes;
	else if (!strcmp(key, "macros"))
		language->macros = yes;
	else if (!strcmp(key, "importTransitive"))
		language->transitive = yes;
	else if (!strcmp(key, "import") && (at = word_of(imports, value)) >= 0)
		language->import = (enum language_import)at;
	else if (!strcmp(key, "scope") && (at = word_of(scopes, value)) >= 0)
		language->scope = (enum language_scope)at;
	else if (strcmp(key, "grammar") != 0 && strcmp(key, "include") != 0) /* the build's */
		return fail(E_INVALID, "language %s: language.conf: '%s = %s' is not known",
			language->data->name, key, value);
	return 0;
}

static int read_line(struct language *language, const char *line, size_t len)
{
	const char *hash = memchr(line, '#', len), *equals;
	char *key, *value;
	int rc;

	len = hash ? (size_t)(hash - line) : len;
	equals = memchr(line, '=', len);
	if (!equals)
		return 0;
	key = trimmed(line, (size_t)(equals - line));
	value = trimmed(equals + 1, len - (size_t)(equals - line) - 1);
	rc = set(language, key, value);
	free(key);
	free(value);
	return rc;
}

static int read_conf(struct language *language)
{
	int rc = 0;

	for (const char *line = language->data->conf; *line && !rc;) {
		const char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);

		rc = read_line(language, line, len);
		line += len + (end != NULL);
	}
	if (!rc && (!language->name || strcmp(language->name, language->data->name)))
		rc = fail(E_INVALID, "language %s: language.conf: name must be the folder's",
			language->data->name);
	return rc;
}

static void compute_version(struct language *language)
{
	struct digest *digest = digest_new();

	digest_addstr(digest, PARSER_VERSION);
	digest_addstr(digest, language->data->name);
	digest_addstr(digest, language->data->version);
	digest_addstr(digest, language->data->digest);
	digest_finish(digest, language->version);
}

static void register_names(struct languages *languages, struct language *language)
{
	for (size_t i = 0; i < language->extensions.count; i++)
		map_put_str(&languages->extensions, language->extensions.items[i], NULL)
			->value.ptr = language;
	for (size_t i = 0; i < language->files.count; i++)
		map_put_str(&languages->files, language->files.items[i], NULL)->value.ptr =
			language;
}

/* The lists are handed out as NULL-terminated arrays. */
static void terminate(struct strings *list)
{
	GROW(list->items, list->count, list->capacity);
	list->items[list->count] = NULL;
}

int languages_load(struct languages **out)
{
	struct languages *languages = xcalloc(1, sizeof(*languages));
	int rc = 0;

	*out = NULL;
	while (language_table[languages->count].name)
		languages->count++;
	languages->items = xcalloc(languages->count + 1, sizeof(*languages->items));
	for (size_t i = 0; i < languages->count && !rc; i++) {
		struct language *language = &languages->items[i];

		language->data = &language_table[i];
		language->index = i;
		language->separator = xstrdup("");
		language->package = xstrdup("");
		language->constructor = xstrdup("");
		language->family = xstrdup(language->data->name);
		rc = read_conf(language);
		compute_version(language);
		terminate(&language->receivers);
		terminate(&language->roots);
		terminate(&language->extensions);
		register_names(languages, language);
	}
	if (rc)
		languages_free(languages);
	else
		*out = languages;
	return rc;
}

void languages_free(struct languages *languages)
{
	if (!languages)
		return;
	for (size_t i = 0; i < languages->count; i++) {
		struct language *language = &languages->items[i];

		strings_release(&language->extensions);
		strings_release(&language->files);
		strings_release(&language->receivers);
		strings_release(&language->roots);
		strings_release(&language->interpreters);
		strings_release(&language->ancestors);
		strings_release(&language->wrappers);
		strings_release(&language->builtins);
		free(language->name);
		free(language->separator);
		free(language->package);
		free(language->constructor);
		free(language->family);
	}
	map_release(&languages->extensions);
	map_release(&languages->files);
	free(languages->items);
	free(languages);
}

size_t languages_count(const struct languages *languages)
{
	return languages->count;
}

const struct language *languages_at(const struct languages *languages, size_t index)
{
	return &languages->items[index];
}

const struct language *languages_find(const struct languages *languages, const char *path)
{
	const char *base = path_base(path), *dot = strrchr(base, '.');
	const struct map_entry *entry = map_get_str(&languages->files, base);

	if (!entry && dot && dot > base)
		entry = map_get_str(&languages->extensions, dot + 1);
	return entry ? entry->value.ptr : NULL;
}

/* "#!/usr/bin/env -S python3.11 -u": the last part of the first word that is no option or env. */
const struct language *languages_of_script(
	const struct languages *languages, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len), *at = text + 2;

	end = end ? end : text + len;
	if (len < 3 || text[0] != '#' || text[1] != '!')
		return NULL;
	while (at < end) {
		const char *base = at, *stop;

		while (at < end && !strchr(" \t\r", *at))
			if (*at++ == '/')
				base = at;
		for (stop = at; stop > base && strchr("0123456789.", stop[-1]);)
			stop--;
		while (at < end && strchr(" \t\r", *at))
			at++;
		if (stop == base || *base == '-' || (stop - base == 3 && !memcmp(base, "env", 3)))
			continue;
		for (size_t i = 0; i < languages->count; i++)
			for (size_t k = 0; k < languages->items[i].interpreters.count; k++) {
				const char *name = languages->items[i].interpreters.items[k];

				if (strlen(name) == (size_t)(stop - base) &&
					!memcmp(name, base, (size_t)(stop - base)))
					return &languages->items[i];
			}
		return NULL;
	}
	return NULL;
}

const struct language *languages_named(const struct languages *languages, const char *name)
{
	for (size_t i = 0; i < languages->count; i++)
		if (!strcmp(languages->items[i].name, name))
			return &languages->items[i];
	return NULL;
}

const char *language_name(const struct language *language)
{
	return language->data->name;
}

const char *language_version(const struct language *language)
{
	return language->version;
}

size_t language_index(const struct language *language)
{
	return language->index;
}

enum language_import language_import(const struct language *language)
{
	return language->import;
}

enum language_scope language_scope(const struct language *language)
{
	return language->scope;
}

bool language_implicit_receiver(const struct language *language)
{
	return language->implicit_receiver;
}

bool language_extension_methods(const struct language *language)
{
	return language->extension_methods;
}

bool language_import_transitive(const struct language *language)
{
	return language->transitive;
}

bool language_is_receiver(const struct language *language, const char *name)
{
	return strings_contains(&language->receivers, name);
}

bool language_is_ancestor(const struct language *language, const char *name)
{
	return strings_contains(&language->ancestors, name);
}

bool language_is_builtin(const struct language *language, const char *name)
{
	return strings_contains(&language->builtins, name);
}

bool language_is_wrapper(const struct language *language, const char *name)
{
	return strings_contains(&language->wrappers, name);
}

bool language_binds(const struct language *language)
{
	return strstr(language->data->tags, "@binding.") != NULL;
}

bool language_related(const struct language *a, const struct language *b)
{
	return a == b || (a && b && !strcmp(a->family, b->family));
}

const char *language_separator(const struct language *language)
{
	return language->separator;
}

const char *language_constructor(const struct language *language)
{
	return language->constructor;
}

const char *language_package(const struct language *language)
{
	return language->package;
}

const char *const *language_extensions(const struct language *language)
{
	return (const char *const *)language->extensions.items;
}

bool language_has_roots(const struct language *language)
{
	return language->roots.count > 0;
}

bool language_is_root(const struct language *language, const char *folder, size_t len)
{
	for (size_t i = 0; i < language->roots.count; i++)
		if (strlen(language->roots.items[i]) == len &&
			!memcmp(language->roots.items[i], folder, len))
			return true;
	return false;
}

static int grammar_beside(
	const struct language *language, const struct grammar *beside, struct grammar **out)
{
	struct grammar_source source = {
		.name = language->data->name,
		.tags = language->data->tags,
		.language = language->data->grammar,
		.separator = language->separator,
		.receivers = (const char *const *)language->receivers.items,
		.fragments = language->fragments,
		.macros = language->macros,
	};

	return grammar_open(&source, beside, out);
}

int language_grammar(const struct language *language, struct grammar **out)
{
	return grammar_beside(language, NULL, out);
}

struct grammars {
	size_t count;
	struct grammar *last;       /* opened; NULL: none yet */
	struct grammar *of_index[]; /* by language; NULL: not opened */
};

struct grammars *grammars_new(const struct languages *languages)
{
	size_t count = languages_count(languages);
	struct grammars *grammars =
		xcalloc(1, sizeof(*grammars) + count * sizeof(*grammars->of_index));

	grammars->count = count;
	return grammars;
}

void grammars_free(struct grammars *grammars)
{
	if (!grammars)
		return;
	for (size_t i = 0; i < grammars->count; i++)
		grammar_free(grammars->of_index[i]);
	free(grammars);
}

int grammars_of(struct grammars *grammars, const struct language *language, struct grammar **out)
{
	struct grammar **slot = &grammars->of_index[language_index(language)];
	int rc = *slot ? 0 : grammar_beside(language, grammars->last, slot);

	if (*slot)
		grammars->last = *slot;
	*out = *slot;
	return rc;
}
