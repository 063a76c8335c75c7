/*
 * The graph note of one commit: which definitions it added, removed, changed and moved, and which
 * calls and imports were gained or lost. A pure function of the commit: callees are named as they
 * are written, because what a name resolved to would depend on the whole tree.
 */
#include "graph/history/delta.h"
#include "graph/internal.h"
#include "graph/query/entity.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1000

struct changes {
	struct change *items;
	size_t count, capacity;
	struct repo *repo;
	const struct commit *commit;
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

int commit_changes(
	struct repo *repo, const struct commit *commit, struct change **out, size_t *count)
{
	struct changes changes = {.repo = repo, .commit = commit};
	struct oid parent;
	char hex[OID_HEX + 1];
	int rc = 0;

	if (commit->parent_count) {
		oid_hex(&commit->parents[0], hex);
		rc = repo_tree_of(repo, hex, &parent);
	}
	if (!rc)
		rc = repo_tree_diff(repo, commit->parent_count ? &parent : NULL, &commit->tree,
			on_change, &changes);
	if (rc) {
		changes_free(changes.items, changes.count);
		changes.items = NULL;
		changes.count = 0;
	}
	*out = changes.items;
	*count = changes.count;
	return rc;
}

static void free_lones(struct lones *lones)
{
	for (size_t i = 0; i < lones->count; i++)
		free(lones->items[i].qualified);
	free(lones->items);
	memset(lones, 0, sizeof(*lones));
}

/* What it says is let go, not what it changed. */
static void forget(struct change *change)
{
	strings_release(&change->lines);
	free_lones(&change->removed);
	free_lones(&change->added);
}

void changes_free(struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(changes[i].path);
		forget(&changes[i]);
	}
	free(changes);
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

static void add_lone(
	struct lones *lones, const struct facts *facts, const struct fact_definition *fact)
{
	GROW(lones->items, lones->count, lones->capacity);
	lones->items[lones->count++] = (struct lone){.kind = fact->kind,
		.cyclomatic = fact->cyclomatic,
		.cognitive = fact->cognitive,
		.body = fact->body,
		.qualified = xstrdup(qualified(facts, fact))};
}

/* Definitions that changed get a line; those of one side only stand alone. */
static void compare_definitions(
	struct change *change, const struct facts *old, const struct facts *new)
{
	bool *paired;
	uint32_t *partner = pair_definitions(old, new, &paired);

	for (uint32_t i = 0; i < old->definition_count; i++) {
		const struct fact_definition *was = &old->definitions[i], *is;

		if (partner[i] == PARSE_NONE) {
			add_lone(&change->removed, old, was);
			continue;
		}
		is = &new->definitions[partner[i]];
		if (definition_differs(old, i, new, partner[i]))
			add_line(&change->lines,
				xstrfmt("~ %s %s:%s cyclomatic %u -> %u cognitive %u -> %u",
					symbol_kind_name(is->kind), change->path,
					qualified(new, is), was->cyclomatic, is->cyclomatic,
					was->cognitive, is->cognitive));
	}
	for (uint32_t i = 0; i < new->definition_count; i++)
		if (!paired[i])
			add_lone(&change->added, new, &new->definitions[i]);
	free(partner);
	free(paired);
}

static const char *caller(const struct facts *facts, uint32_t at)
{
	uint32_t from = facts->references[at].from;

	return from == PARSE_NONE ? "" : qualified(facts, &facts->definitions[from]);
}

/* The next call, or the one before. */
static uint32_t skip_to_call(const struct facts *facts, uint32_t at, bool back)
{
	if (back)
		while (at && facts->references[at - 1].kind != REFERENCE_CALL)
			at--;
	else
		while (at < facts->reference_count && facts->references[at].kind != REFERENCE_CALL)
			at++;
	return at;
}

static bool same_call(const struct facts *old, uint32_t a, const struct facts *new, uint32_t b)
{
	return !strcmp(old->text + old->references[a].name, new->text + new->references[b].name) &&
	       !strcmp(caller(old, a), caller(new, b));
}

/* The calls of a version that stand between those that both have at their beginning and end. */
struct calls {
	const struct facts *facts;
	uint32_t first, end;
};

static void narrow(struct calls *old, struct calls *new)
{
	for (;; old->first++, new->first++) {
		old->first = skip_to_call(old->facts, old->first, false);
		new->first = skip_to_call(new->facts, new->first, false);
		if (old->first == old->end || new->first == new->end ||
			!same_call(old->facts, old->first, new->facts, new->first))
			break;
	}
	for (;; old->end--, new->end--) {
		old->end = skip_to_call(old->facts, old->end, true);
		new->end = skip_to_call(new->facts, new->end, true);
		if (old->end <= old->first || new->end <= new->first ||
			!same_call(old->facts, old->end - 1, new->facts, new->end - 1))
			break;
	}
}

static void note_callers(const struct calls *calls, struct map *callers)
{
	for (uint32_t i = calls->first; i < calls->end; i++)
		if (calls->facts->references[i].kind == REFERENCE_CALL)
			map_put_str(callers, caller(calls->facts, i), NULL);
}

/* "call path:caller -> callee" of these callers, each once. */
static void list_calls(
	const char *path, const struct facts *facts, const struct map *callers, struct strings *out)
{
	const char *from = NULL;
	bool wanted = false;

	for (uint32_t i = 0; i < facts->reference_count && callers->count; i++) {
		if (facts->references[i].kind != REFERENCE_CALL)
			continue;
		if (from != caller(facts, i)) { /* most often the last one's */
			from = caller(facts, i);
			wanted = map_get_str(callers, from) != NULL;
		}
		if (wanted)
			add_line(out, xstrfmt("call %s%s%s -> %s", path, *from ? ":" : "", from,
					      facts->text + facts->references[i].name));
	}
	strings_sort_unique(out);
}

static void list_imports(const char *path, const struct facts *facts, struct strings *out)
{
	for (uint32_t i = 0; i < facts->import_count; i++)
		add_line(out,
			xstrfmt("import %s -> %s", path, facts->text + facts->imports[i].module));
	strings_sort_unique(out);
}

/* Says what stands on one side only; takes both lists, in order. */
static void say_difference(struct strings *lines, struct strings *old, struct strings *new)
{
	size_t i = 0, k = 0;

	while (i < old->count || k < new->count) {
		int order = i == old->count   ? 1
			    : k == new->count ? -1
					      : strcmp(old->items[i], new->items[k]);

		if (order < 0)
			add_line(lines, xstrfmt("- %s", old->items[i]));
		else if (order > 0)
			add_line(lines, xstrfmt("+ %s", new->items[k]));
		i += order <= 0;
		k += order >= 0;
	}
	strings_release(old);
	strings_release(new);
}

static void compare_edges(struct change *change, const struct facts *old, const struct facts *new)
{
	struct strings were = STRINGS_INIT, are = STRINGS_INIT;
	struct calls a = {old, 0, old->reference_count}, b = {new, 0, new->reference_count};
	struct map callers = MAP_INIT;

	narrow(&a, &b);
	note_callers(&a, &callers);
	note_callers(&b, &callers);
	list_calls(change->path, old, &callers, &were);
	list_calls(change->path, new, &callers, &are);
	say_difference(&change->lines, &were, &are);
	list_imports(change->path, old, &were);
	list_imports(change->path, new, &are);
	say_difference(&change->lines, &were, &are);
	map_release(&callers);
}

void change_compare(struct change *change, const struct facts *old, const struct facts *new)
{
	change->defined = old->definition_count > 0;
	compare_definitions(change, old, new);
	compare_edges(change, old, new);
}

/* A definition that stands on one side only: with the same text on the other side it was moved. */
struct side {
	const struct change *change;
	const struct lone *lone;
	bool taken;
};
struct sides {
	struct side *items;
	size_t count, capacity;
};

static void add_sides(struct sides *sides, const struct change *change, const struct lones *lones)
{
	for (size_t i = 0; i < lones->count; i++) {
		GROW(sides->items, sides->count, sides->capacity);
		sides->items[sides->count++] = (struct side){change, &lones->items[i], false};
	}
}

static void line_of_one(struct strings *lines, char sign, const struct side *side)
{
	const struct lone *lone = side->lone;

	add_line(lines, xstrfmt("%c %s %s:%s cyclomatic %u cognitive %u", sign,
				symbol_kind_name(lone->kind), side->change->path, lone->qualified,
				lone->cyclomatic, lone->cognitive));
}

/* What went here and came there with the same text was moved or renamed. */
static void match_moves(struct strings *lines, struct sides *removed, struct sides *added)
{
	struct map bodies = MAP_INIT;

	for (size_t i = added->count; i--;) {
		uint64_t body = added->items[i].lone->body;

		map_put(&bodies, (const char *)&body, sizeof(body), NULL)->value.num =
			(int64_t)i + 1;
	}
	for (size_t i = 0; i < removed->count; i++) {
		struct side *from = &removed->items[i], *to = NULL;
		uint64_t body = from->lone->body;
		struct map_entry *entry = map_get(&bodies, (const char *)&body, sizeof(body));

		if (entry && !added->items[entry->value.num - 1].taken)
			to = &added->items[entry->value.num - 1];
		if (!to || to->lone->kind != from->lone->kind) {
			line_of_one(lines, '-', from);
			continue;
		}
		to->taken = true;
		add_line(lines, xstrfmt("> %s %s:%s -> %s:%s", symbol_kind_name(to->lone->kind),
					from->change->path, from->lone->qualified, to->change->path,
					to->lone->qualified));
	}
	for (size_t i = 0; i < added->count; i++)
		if (!added->items[i].taken)
			line_of_one(lines, '+', &added->items[i]);
	map_release(&bodies);
}

/* A file that only changed its path is one move, not one for each thing in it. */
static void match_files(struct change *changes, size_t count, struct strings *lines)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count && !changes[i].has_new && changes[i].defined; k++) {
			struct change *from = &changes[i], *to = &changes[k];

			if (to->has_old || !to->has_new || !oid_equal(&from->old, &to->new))
				continue;
			add_line(lines, xstrfmt("> file %s -> %s", from->path, to->path));
			forget(from);
			forget(to);
			to->has_new = false;
			break;
		}
}

void changes_say(struct change *changes, size_t count, struct buf *out)
{
	struct sides removed = {NULL, 0, 0}, added = {NULL, 0, 0};
	struct strings lines = STRINGS_INIT;

	match_files(changes, count, &lines);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < changes[i].lines.count; k++)
			strings_add(&lines, changes[i].lines.items[k]);
		add_sides(&removed, &changes[i], &changes[i].removed);
		add_sides(&added, &changes[i], &changes[i].added);
	}
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
}

static int read_and_compare(struct fact_source *source, struct change *change)
{
	struct facts before = {.text = NULL}, after = {.text = NULL};
	int rc = 0;

	if (change->has_old)
		rc = fact_source_read(source, change->path, &change->old, &before);
	if (!rc && change->has_new)
		rc = fact_source_read(source, change->path, &change->new, &after);
	if (!rc)
		change_compare(change, &before, &after);
	facts_release(&before);
	facts_release(&after);
	return rc;
}

int note_text(struct session *session, struct fact_source *facts, const struct commit *commit,
	struct buf *out)
{
	struct change *changes;
	size_t count;
	int rc = commit_changes(session->repo, commit, &changes, &count);

	for (size_t i = 0; i < count && !rc; i++)
		rc = read_and_compare(facts, &changes[i]);
	if (!rc)
		changes_say(changes, count, out);
	changes_free(changes, count);
	return rc;
}
