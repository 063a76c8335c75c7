/*
 * The graph note of one commit: which definitions it added, removed, changed and moved, and which
 * calls and imports were gained or lost. A pure function of the commit: callees are named as they
 * are written, because what a name resolved to would depend on the whole tree.
 */
#include "graph/entity.h"
#include "graph/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1000

/* One changed path with the facts of both sides; a side that is missing has none. */
struct change {
	char *path;
	bool has_old, has_new;
	struct oid old, new;
	struct facts before, after;
};
struct changes {
	struct change *items;
	size_t count, capacity;
	struct repo *repo;
	const struct commit *commit;
};

/* A definition that stands on one side only; pairs with the same text are moves. */
struct lone {
	const struct change *change;
	const struct facts *facts;
	const struct fact_definition *fact;
	bool taken;
};
struct lones {
	struct lone *items;
	size_t count, capacity;
};

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct changes *changes = payload;
	struct change *change;

	/* A merge itself changed only what differs from every parent. */
	for (size_t i = 1; i < changes->commit->parent_count; i++) {
		char hex[OID_HEX + 1];
		struct oid tree, blob;
		bool there;
		int rc;

		oid_hex(&changes->commit->parents[i], hex);
		rc = repo_tree_of(changes->repo, hex, &tree);
		if (rc)
			return rc;
		there = !repo_tree_file(changes->repo, &tree, path, &blob);
		if (there ? new &&oid_equal(&blob, new) : !new)
			return 0;
	}
	GROW(changes->items, changes->count, changes->capacity);
	change = &changes->items[changes->count++];
	memset(change, 0, sizeof(*change));
	change->path = xstrdup(path);
	change->has_old = old != NULL;
	change->has_new = new != NULL;
	if (old)
		change->old = *old;
	if (new)
		change->new = *new;
	return 0;
}

static int load_changes(struct session *session, struct fact_source *source,
	const struct commit *commit, struct changes *changes)
{
	struct oid parent;
	char hex[OID_HEX + 1];
	int rc = 0;

	if (commit->parent_count) {
		oid_hex(&commit->parents[0], hex);
		rc = repo_tree_of(session->repo, hex, &parent);
	}
	if (!rc)
		rc = repo_tree_diff(session->repo, commit->parent_count ? &parent : NULL,
			&commit->tree, on_change, changes);
	for (size_t i = 0; i < changes->count && !rc; i++) {
		struct change *change = &changes->items[i];

		if (change->has_old)
			rc = fact_source_read(source, change->path, &change->old, &change->before);
		if (!rc && change->has_new)
			rc = fact_source_read(source, change->path, &change->new, &change->after);
	}
	return rc;
}

static void release_changes(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		free(changes->items[i].path);
		facts_release(&changes->items[i].before);
		facts_release(&changes->items[i].after);
	}
	free(changes->items);
}

static const char *qualified(const struct facts *facts, const struct fact_definition *fact)
{
	return facts->text + fact->qualified;
}

static void add_line(struct strings *lines, char *line)
{
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	strings_add(lines, line);
	free(line);
}

static void line_of_one(struct strings *lines, char sign, const struct lone *lone)
{
	const struct fact_definition *fact = lone->fact;

	add_line(lines, xstrfmt("%c %s %s:%s cyclomatic %u cognitive %u", sign,
				symbol_kind_name(fact->kind), lone->change->path,
				qualified(lone->facts, fact), fact->cyclomatic, fact->cognitive));
}

/* Definitions that changed get a line; those of one side only stand alone. */
static void compare_definitions(const struct change *change, struct strings *lines,
	struct lones *removed, struct lones *added)
{
	const struct facts *old = &change->before, *new = &change->after;
	bool *paired;
	uint32_t *partner = pair_definitions(old, new, &paired);

	for (uint32_t i = 0; i < old->definition_count; i++) {
		const struct fact_definition *was = &old->definitions[i], *is;

		if (partner[i] == PARSE_NONE) {
			GROW(removed->items, removed->count, removed->capacity);
			removed->items[removed->count++] = (struct lone){change, old, was, false};
			continue;
		}
		is = &new->definitions[partner[i]];
		if (definition_differs(old, i, new, partner[i]))
			add_line(lines, xstrfmt("~ %s %s:%s cyclomatic %u -> %u cognitive %u -> %u",
						symbol_kind_name(is->kind), change->path,
						qualified(new, is), was->cyclomatic, is->cyclomatic,
						was->cognitive, is->cognitive));
	}
	for (uint32_t i = 0; i < new->definition_count; i++) {
		if (paired[i])
			continue;
		GROW(added->items, added->count, added->capacity);
		added->items[added->count++] =
			(struct lone){change, new, &new->definitions[i], false};
	}
	free(partner);
	free(paired);
}

/* What went here and came there with the same text was moved or renamed. */
static void match_moves(struct strings *lines, struct lones *removed, struct lones *added)
{
	struct map bodies = MAP_INIT;

	for (size_t i = added->count; i--;) {
		uint64_t body = added->items[i].fact->body;

		map_put(&bodies, (const char *)&body, sizeof(body), NULL)->value.num =
			(int64_t)i + 1;
	}
	for (size_t i = 0; i < removed->count; i++) {
		struct lone *from = &removed->items[i], *to = NULL;
		struct map_entry *entry =
			map_get(&bodies, (const char *)&from->fact->body, sizeof(from->fact->body));

		if (entry && !added->items[entry->value.num - 1].taken)
			to = &added->items[entry->value.num - 1];
		if (!to || to->fact->kind != from->fact->kind) {
			line_of_one(lines, '-', from);
			continue;
		}
		to->taken = true;
		add_line(lines, xstrfmt("> %s %s:%s -> %s:%s", symbol_kind_name(to->fact->kind),
					from->change->path, qualified(from->facts, from->fact),
					to->change->path, qualified(to->facts, to->fact)));
	}
	for (size_t i = 0; i < added->count; i++)
		if (!added->items[i].taken)
			line_of_one(lines, '+', &added->items[i]);
	map_release(&bodies);
}

/* "call path:caller -> callee" and "import path -> module", each once. */
static void list_edges(const char *path, const struct facts *facts, struct strings *out)
{
	for (uint32_t i = 0; i < facts->reference_count; i++) {
		const struct fact_reference *at = &facts->references[i];
		const char *from = at->from == PARSE_NONE
					   ? ""
					   : qualified(facts, &facts->definitions[at->from]);

		if (at->kind == REFERENCE_CALL)
			add_line(out, xstrfmt("call %s%s%s -> %s", path, *from ? ":" : "", from,
					      facts->text + at->name));
	}
	for (uint32_t i = 0; i < facts->import_count; i++)
		add_line(out,
			xstrfmt("import %s -> %s", path, facts->text + facts->imports[i].module));
	strings_sort_unique(out);
}

static void compare_edges(const struct change *change, struct strings *lines)
{
	struct strings old = STRINGS_INIT, new = STRINGS_INIT;
	size_t i = 0, k = 0;

	list_edges(change->path, &change->before, &old);
	list_edges(change->path, &change->after, &new);
	while (i < old.count || k < new.count) {
		int order = i == old.count   ? 1
			    : k == new.count ? -1
					     : strcmp(old.items[i], new.items[k]);

		if (order < 0)
			add_line(lines, xstrfmt("- %s", old.items[i]));
		else if (order > 0)
			add_line(lines, xstrfmt("+ %s", new.items[k]));
		i += order <= 0;
		k += order >= 0;
	}
	strings_release(&old);
	strings_release(&new);
}

/* A file that only changed its path is one move, not one for each thing in it. */
static void match_files(struct changes *changes, struct strings *lines)
{
	for (size_t i = 0; i < changes->count; i++)
		for (size_t k = 0; k < changes->count; k++) {
			struct change *from = &changes->items[i], *to = &changes->items[k];

			if (from->has_new || to->has_old || !from->has_old || !to->has_new ||
				!oid_equal(&from->old, &to->new) || !from->before.definition_count)
				continue;
			add_line(lines, xstrfmt("> file %s -> %s", from->path, to->path));
			facts_release(&from->before);
			facts_release(&to->after);
			to->has_new = false;
			break;
		}
}

int note_text(struct session *session, struct fact_source *facts, const struct commit *commit,
	struct buf *out)
{
	struct changes changes = {.repo = session->repo, .commit = commit};
	struct lones removed = {NULL, 0, 0}, added = {NULL, 0, 0};
	struct strings lines = STRINGS_INIT;
	int rc = load_changes(session, facts, commit, &changes);

	if (!rc)
		match_files(&changes, &lines);
	for (size_t i = 0; i < changes.count && !rc; i++) {
		compare_definitions(&changes.items[i], &lines, &removed, &added);
		compare_edges(&changes.items[i], &lines);
	}
	if (!rc)
		match_moves(&lines, &removed, &added);
	strings_sort_unique(&lines);
	for (size_t i = 0; i < lines.count && i < LINES_MAX; i++) {
		buf_addstr(out, lines.items[i]);
		buf_addch(out, '\n');
	}
	if (lines.count > LINES_MAX)
		buf_addf(out, "... %zu lines more\n", lines.count - LINES_MAX);
	strings_release(&lines);
	free(removed.items);
	free(added.items);
	release_changes(&changes);
	return rc;
}
