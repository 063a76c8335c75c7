/* Is the index what a clean one would be? Everything is parsed again and compared line by line. */
#include "graph/internal.h"

#include "flywheel/graph_index.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10

struct check {
	struct session *session;
	const struct graph *graph;
	struct rows *rows;
	struct store_facts *facts;
	uint32_t next; /* file of the clean graph */
	struct strings *differences;
	size_t total;
	struct buf stored, clean;
	const char *path; /* of the file whose rows are read */
};

/* A row's line up to its first tab says enough to a person. */
static void differ(struct check *check, const char *what, const char *line)
{
	char *text;

	check->total++;
	if (check->differences->count >= SHOWN)
		return;
	text = xstrfmt("%s: %.*s", what, (int)strcspn(line, "\t"), line);
	strings_add(check->differences, text);
	free(text);
}

static int on_edge(const struct store_graph_edge *edge, void *payload)
{
	struct check *check = payload;

	line_edge(&check->stored, check->path, edge);
	return 0;
}

static int add_stored(struct check *check, const struct store_graph_file *file)
{
	struct store_graph_symbol symbol;
	struct facts facts;
	int rc = stored_facts(check->facts, file, &facts);

	for (uint32_t i = 0; i < facts.definition_count && !rc; i++) {
		fact_row(&facts, i, &symbol);
		line_symbol(&check->stored, file->path, &symbol);
	}
	if (!rc)
		rc = stored_edges(check->session, file, &facts, on_edge, check);
	facts_release(&facts);
	return rc;
}

static bool has_line(const struct buf *lines, const char *line)
{
	for (const char *at = lines->ptr; at < lines->ptr + lines->len; at += strlen(at) + 1)
		if (!strcmp(at, line))
			return true;
	return false;
}

static void compare_lines(struct check *check)
{
	if (check->stored.len == check->clean.len &&
		!memcmp(check->stored.ptr, check->clean.ptr, check->stored.len))
		return;
	for (const char *at = check->stored.ptr; at < check->stored.ptr + check->stored.len;
		at += strlen(at) + 1)
		if (!has_line(&check->clean, at))
			differ(check, "only in the index", at);
	for (const char *at = check->clean.ptr; at < check->clean.ptr + check->clean.len;
		at += strlen(at) + 1)
		if (!has_line(&check->stored, at))
			differ(check, "missing in the index", at);
}

static int on_file(const struct store_graph_file *file, void *payload)
{
	struct check *check = payload;
	const struct graph_file *files = check->graph->files;
	int rc;

	while (check->next < check->graph->file_count &&
		strcmp(files[check->next].path, file->path) < 0)
		differ(check, "missing in the index", files[check->next++].path);
	if (check->next == check->graph->file_count ||
		strcmp(files[check->next].path, file->path) != 0) {
		differ(check, "only in the index", file->path);
		return 0;
	}
	check->path = file->path;
	buf_clear(&check->stored);
	buf_clear(&check->clean);
	line_file(&check->stored, file);
	rc = add_stored(check, file);
	if (rc)
		return rc;
	rows_lines(check->rows, check->next++, &check->clean);
	compare_lines(check);
	return 0;
}

int graph_verify(struct session *session, struct strings *differences, size_t *total)
{
	struct check check = {.session = session,
		.differences = differences,
		.stored = BUF_INIT,
		.clean = BUF_INIT};
	struct whole *whole = NULL;
	struct oid head, tree;
	char hex[OID_HEX + 1];
	int rc = repo_head(session->repo, &head), error;

	*total = 0;
	if (rc)
		return rc;
	oid_hex(&head, hex);
	rc = repo_tree_of(session->repo, hex, &tree);
	if (!rc)
		rc = whole_open(session, &tree, false, &whole);
	if (rc)
		return rc;
	check.graph = &whole->graph;
	check.rows = rows_new(check.graph);
	check.facts = store_facts_open(session->store);
	rc = store_graph_files(session->store, on_file, &check);
	error = store_facts_close(check.facts);
	rc = rc ? rc : error;
	for (; !rc && check.next < check.graph->file_count; check.next++)
		differ(&check, "missing in the index", check.graph->files[check.next].path);
	*total = check.total;
	rows_free(check.rows);
	buf_release(&check.stored);
	buf_release(&check.clean);
	graph_free(&whole->graph);
	return rc;
}
