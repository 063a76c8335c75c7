/* The files of a tree that are code, by their names and by the rules of the tree. */
#include "graph/internal.h"

#include "flywheel/graph_code.h"
#include "flywheel/language.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define RULES_MAX (1 << 20)

struct rules_file {
	char *path;
	struct oid blob;
	size_t depth;
};

struct code_walk {
	struct session *session;
	struct languages *languages;
	struct ignore *ignore;
	struct rules_file *rules;
	size_t rule_count, rule_capacity;
	graph_code_fn fn;
	void *payload;
};

static int find_rules(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	struct code_walk *walk = payload;
	struct rules_file *rules;

	(void)mode;
	if (!ignore_is_rules(path))
		return 0;
	GROW(walk->rules, walk->rule_count, walk->rule_capacity);
	rules = &walk->rules[walk->rule_count++];
	*rules = (struct rules_file){xstrdup(path), *blob, 0};
	for (; *path; path++)
		rules->depth += *path == '/';
	return 0;
}

/* Rules of a folder come after those of its parents. */
static int by_depth(const void *left, const void *right)
{
	const struct rules_file *a = left, *b = right;

	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	return strcmp(a->path, b->path);
}

static void load_rules(struct code_walk *walk)
{
	struct buf text = BUF_INIT;

	if (walk->rule_count)
		qsort(walk->rules, walk->rule_count, sizeof(*walk->rules), by_depth);
	for (size_t i = 0; i < walk->rule_count; i++) {
		buf_clear(&text);
		if (!repo_blob_read(walk->session->repo, &walk->rules[i].blob, RULES_MAX, &text))
			ignore_add(walk->ignore, walk->rules[i].path, text.ptr);
		free(walk->rules[i].path);
	}
	free(walk->rules);
	buf_release(&text);
}

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	struct code_walk *walk = payload;

	(void)mode;
	if (!languages_find(walk->languages, path) || ignore_reason(walk->ignore, path))
		return 0;
	return walk->fn(path, blob, walk->payload);
}

int graph_each_code(
	struct session *session, const struct oid *tree, graph_code_fn fn, void *payload)
{
	struct code_walk walk = {.session = session, .fn = fn, .payload = payload};
	int rc = languages_load(&walk.languages);

	if (rc)
		return rc;
	walk.ignore = ignore_new();
	rc = repo_tree_walk(session->repo, tree, find_rules, &walk);
	load_rules(&walk);
	if (!rc)
		rc = repo_tree_walk(session->repo, tree, on_file, &walk);
	ignore_free(walk.ignore);
	languages_free(walk.languages);
	return rc;
}
