/* The queries of the code graph. */
#include "flywheel/store_graph.h"
#include "store/query.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

int store_version_id(struct store *store, const char *version, bool create, int64_t *id)
{
	struct query *query = query_open(store, "SELECT id FROM parse_version WHERE version = ?1");
	int rc;

	*id = 0;
	query_bind_text(query, 1, version);
	if (query_next(query))
		*id = query_number(query, 0);
	rc = query_close(query);
	if (rc || *id || !create)
		return rc;
	query = query_open(store, "INSERT INTO parse_version(version) VALUES(?1)");
	query_bind_text(query, 1, version);
	query_run(query);
	*id = store_last_id(store);
	return query_close(query);
}

int store_versions_keep(struct store *store, const int64_t *ids, size_t count)
{
	struct query *query = query_open(store, "SELECT id FROM parse_version");
	struct query *facts = query_open(store, "DELETE FROM blob_fact WHERE version = ?1");
	struct query *version = query_open(store, "DELETE FROM parse_version WHERE id = ?1");
	int rc = 0, error;

	while (query_next(query)) {
		int64_t id = query_number(query, 0);
		bool keep = false;

		for (size_t i = 0; i < count; i++)
			keep |= ids[i] == id;
		if (keep)
			continue;
		query_bind_number(facts, 1, id);
		query_bind_number(version, 1, id);
		query_run(facts);
		query_run(version);
	}
	rc = query_close(query);
	error = query_close(facts);
	rc = rc ? rc : error;
	error = query_close(version);
	return rc ? rc : error;
}

struct store_facts {
	struct query *read, *write;
};

struct store_facts *store_facts_open(struct store *store)
{
	struct store_facts *facts = xcalloc(1, sizeof(*facts));

	facts->read =
		query_open(store, "SELECT facts FROM blob_fact WHERE blob = ?1 AND version = ?2");
	facts->write = query_open(
		store, "INSERT OR REPLACE INTO blob_fact(blob, version, facts) VALUES(?1, ?2, ?3)");
	return facts;
}

bool store_facts_read(
	struct store_facts *facts, const unsigned char *blob, int64_t version, struct buf *out)
{
	bool found;

	query_bind_blob(facts->read, 1, blob, 20);
	query_bind_number(facts->read, 2, version);
	found = query_next(facts->read);
	if (found) {
		size_t len;
		const void *bytes = query_blob(facts->read, 0, &len);

		buf_add(out, bytes, len);
	}
	query_reset(facts->read);
	return found;
}

void store_facts_write(struct store_facts *facts, const unsigned char *blob, int64_t version,
	const void *bytes, size_t len)
{
	query_bind_blob(facts->write, 1, blob, 20);
	query_bind_number(facts->write, 2, version);
	query_bind_blob(facts->write, 3, bytes, len);
	query_run(facts->write);
}

int store_facts_close(struct store_facts *facts)
{
	int rc, error;

	if (!facts)
		return 0;
	rc = query_close(facts->read);
	error = query_close(facts->write);
	free(facts);
	return rc ? rc : error;
}

int store_graph_files(struct store *store, store_graph_file_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT id, path, blob, language, skipped, lines, digest FROM graph_file "
		"ORDER BY path");
	int rc = 0, error;

	while (!rc && query_next(query)) {
		struct store_graph_file file = {.id = query_number(query, 0),
			.path = query_text(query, 1),
			.language = query_text(query, 3),
			.skipped = query_text(query, 4),
			.lines = (uint32_t)query_number(query, 5)};
		size_t len = 0;
		const void *bytes = query_blob(query, 2, &len);

		memcpy(file.blob, bytes, len < sizeof(file.blob) ? len : sizeof(file.blob));
		bytes = query_blob(query, 6, &len);
		if (len == sizeof(file.digest)) /* else it is of an older kind, and differs */
			memcpy(file.digest, bytes, len);
		rc = fn(&file, payload);
	}
	error = query_close(query);
	return rc ? rc : error;
}

int store_graph_symbols(struct store *store, int64_t file, store_graph_symbol_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT position, parent, kind, name, qualified, signature, doc, line, end_line, "
		"start, end, cyclomatic, cognitive, nesting, parameters, body FROM graph_symbol "
		"WHERE file = ?1 ORDER BY position");
	int rc = 0, error;

	query_bind_number(query, 1, file);
	while (!rc && query_next(query)) {
		struct store_graph_symbol symbol = {.position = (uint32_t)query_number(query, 0),
			.parent = query_is_null(query, 1) ? -1 : query_number(query, 1),
			.kind = (uint32_t)query_number(query, 2),
			.name = query_text(query, 3),
			.qualified = query_text(query, 4),
			.signature = query_text(query, 5),
			.doc = query_text(query, 6),
			.line = (uint32_t)query_number(query, 7),
			.end_line = (uint32_t)query_number(query, 8),
			.start = (uint32_t)query_number(query, 9),
			.end = (uint32_t)query_number(query, 10),
			.cyclomatic = (uint32_t)query_number(query, 11),
			.cognitive = (uint32_t)query_number(query, 12),
			.nesting = (uint32_t)query_number(query, 13),
			.parameters = (uint32_t)query_number(query, 14),
			.body = query_number(query, 15)};

		rc = fn(&symbol, payload);
	}
	error = query_close(query);
	return rc ? rc : error;
}

int store_graph_edges(struct store *store, int64_t file, store_graph_edge_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT e.position, e.source, e.kind, e.confidence, e.line, "
				  "e.start, p.text, s.text, "
				  "n.text FROM graph_edge e JOIN graph_text n ON n.id = e.name "
				  "LEFT JOIN graph_text p ON p.id = e.to_path "
				  "LEFT JOIN graph_text s ON s.id = e.to_symbol WHERE e.file = ?1 "
				  "ORDER BY e.position");
	int rc = 0, error;

	query_bind_number(query, 1, file);
	while (!rc && query_next(query)) {
		struct store_graph_edge edge = {.position = (uint32_t)query_number(query, 0),
			.from = query_is_null(query, 1) ? -1 : query_number(query, 1),
			.kind = (uint32_t)query_number(query, 2),
			.confidence = (uint32_t)query_number(query, 3),
			.line = (uint32_t)query_number(query, 4),
			.start = (uint32_t)query_number(query, 5),
			.to_path = query_text(query, 6),
			.to_symbol = query_text(query, 7),
			.name = query_text(query, 8)};

		rc = fn(&edge, payload);
	}
	error = query_close(query);
	return rc ? rc : error;
}

static int count_edges(struct store *store, struct store_graph_counts *out)
{
	struct query *query =
		query_open(store, "SELECT kind, confidence, count(*) FROM graph_edge "
				  "WHERE kind < 2 GROUP BY 1, 2"); /* calls and imports */

	while (query_next(query)) {
		size_t *list = query_number(query, 0) ? out->imports : out->calls;

		list[query_number(query, 1) & 3] = (size_t)query_number(query, 2);
	}
	return query_close(query);
}

int store_graph_count(struct store *store, struct store_graph_counts *out)
{
	struct query *query = query_open(store,
		"SELECT count(*), count(language), (SELECT count(*) FROM graph_symbol) "
		"FROM graph_file");
	int rc;

	memset(out, 0, sizeof(*out));
	if (query_next(query)) {
		out->files = (size_t)query_number(query, 0);
		out->parsed = (size_t)query_number(query, 1);
		out->symbols = (size_t)query_number(query, 2);
	}
	rc = query_close(query);
	if (rc)
		return rc;
	query = query_open(store,
		"SELECT skipped, count(*) FROM graph_file WHERE skipped IS NOT NULL "
		"GROUP BY 1 ORDER BY 1");
	while (out->skipped_count < STORE_SKIP_REASONS && query_next(query)) {
		const char *reason = query_text(query, 0);
		size_t len = strlen(reason), at = out->skipped_count++;

		len = len < sizeof(out->skipped[at].reason) ? len
							    : sizeof(out->skipped[at].reason) - 1;
		memcpy(out->skipped[at].reason, reason, len);
		out->skipped[at].files = (size_t)query_number(query, 1);
	}
	rc = query_close(query);
	return rc ? rc : count_edges(store, out);
}

struct store_graph {
	struct store *store;
	struct query *remove[3], *file, *symbol, *edge, *text, *find;
};

struct store_graph *store_graph_open(struct store *store)
{
	struct store_graph *graph = xcalloc(1, sizeof(*graph));

	graph->store = store;
	graph->remove[0] = query_open(store, "DELETE FROM graph_edge WHERE file = ?1");
	graph->remove[1] = query_open(store, "DELETE FROM graph_symbol WHERE file = ?1");
	graph->remove[2] = query_open(store, "DELETE FROM graph_file WHERE id = ?1");
	graph->file = query_open(store,
		"INSERT INTO graph_file(path, blob, language, skipped, lines, digest) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
	graph->symbol = query_open(store, "INSERT INTO graph_symbol VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
					  "?7, ?8, ?9, ?10, ?11, ?12, "
					  "?13, ?14, ?15, ?16, ?17)");
	graph->edge = query_open(
		store, "INSERT INTO graph_edge VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
	graph->text = query_open(store, "INSERT INTO graph_text(text) VALUES(?1)");
	graph->find = query_open(store, "SELECT id FROM graph_text WHERE text = ?1");
	return graph;
}

void store_graph_remove(struct store_graph *graph, int64_t file)
{
	for (size_t i = 0; i < ARRAY_SIZE(graph->remove); i++) {
		query_bind_number(graph->remove[i], 1, file);
		query_run(graph->remove[i]);
	}
}

int64_t store_graph_add_file(struct store_graph *graph, const struct store_graph_file *file)
{
	query_bind_text(graph->file, 1, file->path);
	query_bind_blob(graph->file, 2, file->blob, sizeof(file->blob));
	query_bind_text(graph->file, 3, file->language);
	query_bind_text(graph->file, 4, file->skipped);
	query_bind_number(graph->file, 5, file->lines);
	query_bind_blob(graph->file, 6, file->digest, sizeof(file->digest));
	query_run(graph->file);
	return store_last_id(graph->store);
}

void store_graph_add_symbol(
	struct store_graph *graph, int64_t file, const struct store_graph_symbol *symbol)
{
	struct query *query = graph->symbol;

	query_bind_number(query, 1, file);
	query_bind_number(query, 2, symbol->position);
	if (symbol->parent >= 0)
		query_bind_number(query, 3, symbol->parent);
	else
		query_bind_null(query, 3);
	query_bind_number(query, 4, symbol->kind);
	query_bind_text(query, 5, symbol->name);
	query_bind_text(query, 6, symbol->qualified);
	query_bind_text(query, 7, symbol->signature);
	query_bind_text(query, 8, symbol->doc);
	query_bind_number(query, 9, symbol->line);
	query_bind_number(query, 10, symbol->end_line);
	query_bind_number(query, 11, symbol->start);
	query_bind_number(query, 12, symbol->end);
	query_bind_number(query, 13, symbol->cyclomatic);
	query_bind_number(query, 14, symbol->cognitive);
	query_bind_number(query, 15, symbol->nesting);
	query_bind_number(query, 16, symbol->parameters);
	query_bind_number(query, 17, symbol->body);
	query_run(query);
}

/* The id of a text: names and targets repeat tens of times each. */
static void bind_shared(struct store_graph *graph, int at, const char *text)
{
	int64_t id = 0;

	if (!text) {
		query_bind_null(graph->edge, at);
		return;
	}
	query_bind_text(graph->find, 1, text);
	if (query_next(graph->find))
		id = query_number(graph->find, 0);
	query_reset(graph->find);
	if (!id) {
		query_bind_text(graph->text, 1, text);
		query_run(graph->text);
		id = store_last_id(graph->store);
	}
	query_bind_number(graph->edge, at, id);
}

void store_graph_add_edge(
	struct store_graph *graph, int64_t file, const struct store_graph_edge *edge)
{
	struct query *query = graph->edge;

	query_bind_number(query, 1, file);
	query_bind_number(query, 2, edge->position);
	if (edge->from >= 0)
		query_bind_number(query, 3, edge->from);
	else
		query_bind_null(query, 3);
	query_bind_number(query, 4, edge->kind);
	query_bind_number(query, 5, edge->confidence);
	query_bind_number(query, 6, edge->line);
	query_bind_number(query, 7, edge->start);
	bind_shared(graph, 8, edge->to_path);
	bind_shared(graph, 9, edge->to_symbol);
	bind_shared(graph, 10, edge->name);
	query_run(query);
}

int store_graph_close(struct store_graph *graph)
{
	struct query *all[8];
	int rc = 0;

	if (!graph)
		return 0;
	memcpy(all, graph->remove, sizeof(graph->remove));
	all[3] = graph->file;
	all[4] = graph->symbol;
	all[5] = graph->edge;
	all[6] = graph->text;
	all[7] = graph->find;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		int error = query_close(all[i]);

		rc = rc ? rc : error;
	}
	free(graph);
	return rc;
}
