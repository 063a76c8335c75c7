/* Files that are not parsed: why, and whether somebody imports them all the same. */
#include "graph/follow/unparsed.h"

#include "graph/follow/names.h"
#include "graph/resolve/import.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

/* Only the rules in the folders around a path speak of it, those further in after the others. */
static int rules_around(
	struct session *session, const struct oid *tree, const char *path, struct ignore *ignore)
{
	static const char *const names[] = {".flywheelignore", ".gitattributes"};
	int rc = 0;

	for (const char *folder = path; folder && !rc;) {
		for (size_t i = 0; i < ARRAY_SIZE(names) && !rc; i++) {
			char *rules = xstrfmt("%.*s%s", (int)(folder - path), path, names[i]);
			struct oid blob;

			rc = repo_tree_file(session->repo, tree, rules, &blob);
			if (!rc)
				ignore_read(session, rules, &blob, ignore);
			free(rules);
			if (rc == E_NOTFOUND) {
				error_clear();
				rc = 0;
			}
		}
		folder = strchr(folder, '/');
		folder += folder != NULL;
	}
	return rc;
}

int unparsed_reason(struct session *session, const struct languages *languages,
	const struct oid *tree, const char *path, const struct oid *blob, const char **reason)
{
	struct ignore *ignore;
	int rc;

	*reason = NULL;
	if (language_of(session, languages, path, blob))
		return 0;
	ignore = ignore_new();
	rc = rules_around(session, tree, path, ignore);
	*reason = ignore_reason(ignore, path);
	if (!*reason)
		*reason = NO_LANGUAGE;
	ignore_free(ignore);
	return rc;
}

bool unparsed_stays(struct session *session, const struct languages *languages, const char *reason,
	const char *path, const struct oid *blob)
{
	for (int skip = PARSE_BINARY; skip <= PARSE_COMPLEX; skip++)
		if (!strcmp(reason, parse_skip_name((enum parse_skip)skip)))
			return false;
	if (!strcmp(reason, "too large") || !strcmp(reason, "missing"))
		return false;
	return strcmp(reason, NO_LANGUAGE) != 0 || !language_of(session, languages, path, blob);
}

static void spell(struct map *names, const char *path)
{
	char *name = xstrfmt("/%s", path_base(path));

	map_put_str(names, name, NULL);
	free(name);
}

/*
 * With an ending of the language behind it a name is none of a file without language. What else
 * imports ask for is in import.c and its neighbours.
 */
void imports_spelled(const struct language *language, const struct facts *facts, struct map *names)
{
	for (uint32_t i = 0; i < facts->import_count; i++) {
		const char *module = facts->text + facts->imports[i].module;
		char *path;

		if (!import_spells(language, module))
			continue;
		path = xstrdup(module + (*module == '<'));
		if (*module == '@') /* packages/x/src */
			spell(names, "src");
		else
			path[strcspn(path, ">")] = '\0';
		spell(names, path);
		free(path);
	}
}

struct spelling {
	const struct map *wanted;
	struct strings files; /* that may import one */
};

static int on_mentions(const char *path, const void *mentions, size_t len, void *payload)
{
	struct spelling *self = payload;

	if (mentions_hold(mentions, len, self->wanted))
		strings_add(&self->files, path);
	return 0;
}

struct importer {
	const struct languages *languages;
	struct store_facts *stored;
	struct map names;
};

static int on_importer(const struct store_graph_file *row, void *payload)
{
	struct importer *self = payload;
	const struct language *language =
		row->language ? languages_named(self->languages, row->language) : NULL;
	struct facts facts;
	int rc = stored_facts(self->stored, row, &facts);

	if (!rc && language)
		imports_spelled(language, &facts, &self->names);
	facts_release(&facts);
	return rc;
}

/* The filters hold some names by mistake: of those files the facts decide. */
int are_imported(struct session *session, const struct languages *languages,
	struct store_facts *stored, const struct strings *paths, bool *out)
{
	struct map wanted = MAP_INIT;
	struct spelling self = {&wanted, STRINGS_INIT};
	struct importer importer = {languages, stored, MAP_INIT};
	int rc;

	for (size_t i = 0; i < paths->count; i++)
		spell(&wanted, paths->items[i]);
	rc = store_graph_mentions(session->store, on_mentions, &self);
	for (size_t i = 0; i < self.files.count && !rc; i++)
		rc = store_graph_file(session->store, self.files.items[i], on_importer, &importer);
	*out = map_meets(&wanted, &importer.names);
	strings_release(&self.files);
	map_release(&wanted);
	map_release(&importer.names);
	return rc;
}
