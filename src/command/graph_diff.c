/* What two commits differ in, told in definitions. */
#include "command/graph_request.h"

#include "flywheel/graph_diff.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_side(const struct entity *entity, const struct entity_side *side)
{
	print_foreign("", side->path, "");
	if (!entity->whole_file) {
		printf(":%u ", side->line);
		print_foreign("", side->qualified, "");
	}
}

static void print_entity(const struct entity *entity)
{
	const struct entity_side *old = &entity->old, *new = &entity->new;
	bool twice = entity->change == ENTITY_MOVED || entity->change == ENTITY_RENAMED;

	printf("%-7s %s ", entity_change_name(entity->change),
		entity->whole_file ? "file" : symbol_kind_name(entity->kind));
	if (twice) {
		print_side(entity, old);
		fputs(" -> ", stdout);
	}
	print_side(entity, new->path ? new : old);
	if (twice && entity->edited)
		printf(", edited: %d %% alike", (int)(entity->likeness * 100));
	if (old->path && new->path && old->cyclomatic != new->cyclomatic)
		printf(", cyclomatic %u -> %u", old->cyclomatic, new->cyclomatic);
	putchar('\n');
}

static struct js *side_json(const struct entity_side *side)
{
	struct js *out;

	if (!side->path)
		return js_null();
	out = js_object();
	js_set_text(out, "path", side->path);
	js_set_text(out, "qualified", side->qualified);
	js_set_number(out, "line", side->line);
	js_set_number(out, "endLine", side->end_line);
	js_set_number(out, "cyclomatic", side->cyclomatic);
	js_set_number(out, "cognitive", side->cognitive);
	return out;
}

static struct js *entity_json(const struct entity *entity)
{
	struct js *out = js_object();

	js_set_text(out, "change", entity_change_name(entity->change));
	js_set_text(out, "kind", entity->whole_file ? "file" : symbol_kind_name(entity->kind));
	js_set_bool(out, "edited", entity->edited);
	js_set_real(out, "likeness", entity->likeness);
	js_set(out, "old", side_json(&entity->old));
	js_set(out, "new", side_json(&entity->new));
	return out;
}

static void tell(const struct graph_request *request, const struct graph_diff *diff)
{
	struct js *all = request->json ? js_array() : NULL;
	size_t counts[ENTITY_RENAMED + 1] = {0};

	for (size_t i = 0; i < diff->count; i++) {
		counts[diff->items[i].change]++;
		if (all)
			js_add(all, entity_json(&diff->items[i]));
		else
			print_entity(&diff->items[i]);
	}
	if (all) {
		print_json(all);
		return;
	}
	for (int change = 0; change <= ENTITY_RENAMED; change++)
		printf("%s%zu %s", change ? ", " : "", counts[change],
			entity_change_name((enum entity_change)change));
	putchar('\n');
}

/* "A B", "A..B", or one commit: it against its first parent, a root against nothing. */
static int find_trees(
	const struct graph_request *request, struct oid *from, struct oid *to, bool *root)
{
	struct repo *repo = request->session.repo;
	const char *dots = strstr(request->words[0], ".."), *second = NULL;
	char *first = NULL;
	struct commit commit = {.parents = NULL};
	struct oid id;
	int rc;

	*root = false;
	if (request->count == 2) {
		first = xstrdup(request->words[0]);
		second = request->words[1];
	} else if (dots) {
		first = xstrndup(request->words[0], (size_t)(dots - request->words[0]));
		second = dots + 2;
	}
	if (first) {
		rc = repo_tree_of(repo, *first ? first : "HEAD", from);
		if (!rc)
			rc = repo_tree_of(repo, *second ? second : "HEAD", to);
		free(first);
		return rc;
	}
	rc = repo_resolve(repo, request->words[0], &id);
	if (!rc)
		rc = repo_commit_read(repo, &id, &commit);
	if (rc)
		return rc;
	*to = commit.tree;
	*root = !commit.parent_count;
	if (commit.parent_count) {
		char hex[OID_HEX + 1];

		oid_hex(&commit.parents[0], hex);
		rc = repo_tree_of(repo, hex, from);
	}
	commit_release(&commit);
	return rc;
}

int graph_ask_diff(struct graph_request *request)
{
	struct graph_diff *diff = NULL;
	struct oid from, to;
	bool root;
	int code = session_open(&request->session, false), rc;

	if (code)
		return code;
	rc = find_trees(request, &from, &to, &root);
	if (!rc)
		rc = graph_diff_open(&request->session, root ? NULL : &from, &to, &diff);
	if (!rc)
		tell(request, diff);
	code = rc ? command_fail(rc) : EXIT_OK;
	graph_diff_free(diff);
	session_close(&request->session);
	return code;
}
