/* The queries of the code graph. */
#include "flywheel/store_graph.h"
#include "flywheel/store_pack.h"
#include "store/graph_name.h"
#include "store/packs.h"
#include "store/query.h"

#include "util/map.h"
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

/* Six bytes of a blob's id find it: an index of whole ids would say each again. */
#define IS_BLOB "substr(blob, 1, 6) = substr(?1, 1, 6) AND blob = ?1 AND version = ?2"

struct store_facts {
	struct store *store;
	struct query *read, *remove, *write;
	struct buf packed;
	int rc; /* the first error of packing */
};

struct store_facts *store_facts_open(struct store *store)
{
	struct store_facts *facts = xcalloc(1, sizeof(*facts));

	facts->store = store;
	buf_init(&facts->packed);
	facts->read = query_open(store, "SELECT facts FROM blob_fact WHERE " IS_BLOB);
	facts->remove = query_open(store, "DELETE FROM blob_fact WHERE " IS_BLOB);
	facts->write =
		query_open(store, "INSERT INTO blob_fact(blob, version, facts) VALUES(?1, ?2, ?3)");
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
		int rc = packs_get(facts->store, STORE_FACTS, bytes, len, out);

		facts->rc = facts->rc ? facts->rc : rc;
		found = !rc;
	}
	query_reset(facts->read);
	return found;
}

void store_facts_write(struct store_facts *facts, const unsigned char *blob, int64_t version,
	const void *bytes, size_t len)
{
	int rc;

	buf_clear(&facts->packed);
	rc = store_pack(facts->store, STORE_FACTS, bytes, len, &facts->packed);
	if (rc)
		facts->rc = facts->rc ? facts->rc : rc;
	else
		store_facts_put(facts, blob, version, facts->packed.ptr, facts->packed.len);
}

void store_facts_put(struct store_facts *facts, const unsigned char *blob, int64_t version,
	const void *packed, size_t len)
{
	query_bind_blob(facts->remove, 1, blob, 20);
	query_bind_number(facts->remove, 2, version);
	query_run(facts->remove);
	query_bind_blob(facts->write, 1, blob, 20);
	query_bind_number(facts->write, 2, version);
	query_bind_blob(facts->write, 3, packed, len);
	query_run(facts->write);
}

int store_facts_close(struct store_facts *facts)
{
	int rc, error;

	if (!facts)
		return 0;
	rc = query_close(facts->read);
	error = query_close(facts->remove);
	rc = rc ? rc : error;
	error = query_close(facts->write);
	rc = rc ? rc : error;
	rc = rc ? rc : facts->rc;
	buf_release(&facts->packed);
	free(facts);
	return rc;
}

#define FILE_COLUMNS                                                                               \
	"id, path, blob, language, skipped, lines, digest, version, symbols, calls0, calls1, "     \
	"calls2, calls3, imports0, imports1, imports2, imports3, edges"

/* An index of paths would say each again: it is one of their hashes. */
#define IS_PATH "path = ?1 AND path_hash = ?2"

static int64_t path_hash(const char *path)
{
	return (int64_t)(hash_bytes(path, strlen(path), 0) & INT32_MAX);
}

static void bind_path(struct query *query, int at, const char *path)
{
	query_bind_text(query, at, path);
	query_bind_number(query, at + 1, path_hash(path));
}

static int each_file(struct query *query, store_graph_file_fn fn, void *payload)
{
	int rc = 0, error;

	while (!rc && query_next(query)) {
		struct store_graph_file file = {.id = query_number(query, 0),
			.path = query_text(query, 1),
			.language = query_text(query, 3),
			.skipped = query_text(query, 4),
			.lines = (uint32_t)query_number(query, 5),
			.version = query_number(query, 7),
			.symbols = (uint32_t)query_number(query, 8),
			.edges = (uint32_t)query_number(query, 17)};
		size_t len = 0;
		const void *bytes = query_blob(query, 2, &len);

		memcpy(file.blob, bytes, len < sizeof(file.blob) ? len : sizeof(file.blob));
		bytes = query_blob(query, 6, &len);
		if (len == sizeof(file.digest)) /* else somebody changed it, and it differs */
			memcpy(file.digest, bytes, len);
		for (int i = 0; i < 4; i++) {
			file.calls[i] = (uint32_t)query_number(query, 9 + i);
			file.imports[i] = (uint32_t)query_number(query, 13 + i);
		}
		rc = fn(&file, payload);
	}
	error = query_close(query);
	return rc ? rc : error;
}

int store_graph_files(struct store *store, store_graph_file_fn fn, void *payload)
{
	return each_file(query_open(store, "SELECT " FILE_COLUMNS " FROM graph_file ORDER BY path"),
		fn, payload);
}

int store_graph_paths(struct store *store, store_graph_file_fn fn, void *payload)
{
	struct query *query = query_open(
		store, "SELECT id, path, blob, version, language, skipped FROM graph_file");
	int rc = 0, error;

	while (!rc && query_next(query)) {
		struct store_graph_file file = {.id = query_number(query, 0),
			.path = query_text(query, 1),
			.version = query_number(query, 3),
			.language = query_text(query, 4),
			.skipped = query_text(query, 5)};
		size_t len = 0;
		const void *bytes = query_blob(query, 2, &len);

		memcpy(file.blob, bytes, len < sizeof(file.blob) ? len : sizeof(file.blob));
		rc = fn(&file, payload);
	}
	error = query_close(query);
	return rc ? rc : error;
}

int store_graph_file(struct store *store, const char *path, store_graph_file_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT " FILE_COLUMNS " FROM graph_file WHERE " IS_PATH);

	bind_path(query, 1, path);
	return each_file(query, fn, payload);
}

int store_graph_mentions(struct store *store,
	int (*fn)(const char *path, const void *mentions, size_t len, void *payload), void *payload)
{
	struct query *query = query_open(
		store, "SELECT path, names FROM graph_mention JOIN graph_file ON id = file");
	int rc = 0, error;

	while (!rc && query_next(query)) {
		size_t len;
		const void *names = query_blob(query, 1, &len);

		rc = fn(query_text(query, 0), names, len, payload);
	}
	error = query_close(query);
	return rc ? rc : error;
}

static int on_defining(int64_t file, void *payload)
{
	buf_addf(payload, ",%lld", (long long)file);
	return 0;
}

int store_graph_defining(struct store *store, uint32_t name, store_graph_file_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT " FILE_COLUMNS " FROM graph_file "
				  "WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY path");
	struct buf files = BUF_INIT;
	int rc, error;

	buf_addstr(&files, "[-1"); /* no file's */
	rc = names_files(store, &name, 1, on_defining, &files);
	buf_addch(&files, ']');
	query_bind_text(query, 1, files.ptr);
	error = each_file(query, fn, payload);
	buf_release(&files);
	return rc ? rc : error;
}

int store_graph_definers(struct store *store, const uint32_t *names, size_t count,
	int (*fn)(int64_t file, void *payload), void *payload)
{
	return names_files(store, names, count, fn, payload);
}

int store_graph_edges(struct store *store, int64_t file, struct buf *out)
{
	struct query *query = query_open(store, "SELECT edges FROM graph_edge WHERE file = ?1");
	size_t len;
	const void *bytes;
	int rc = 0, error;

	query_bind_number(query, 1, file);
	if (query_next(query)) {
		bytes = query_blob(query, 0, &len);
		if (len)
			rc = packs_get(store, STORE_EDGES, bytes, len, out);
	}
	error = query_close(query);
	return rc ? rc : error;
}

int store_graph_count(struct store *store, struct store_graph_counts *out)
{
	struct query *query = query_open(store,
		"SELECT count(*), count(language), sum(symbols), sum(calls0), sum(calls1), "
		"sum(calls2), sum(calls3), sum(imports0), sum(imports1), sum(imports2), "
		"sum(imports3), sum(edges) FROM graph_file");
	int rc;

	memset(out, 0, sizeof(*out));
	if (query_next(query)) {
		out->files = (size_t)query_number(query, 0);
		out->parsed = (size_t)query_number(query, 1);
		out->symbols = (size_t)query_number(query, 2);
		out->edges = (size_t)query_number(query, 11);
		for (int i = 0; i < 4; i++) {
			out->calls[i] = (size_t)query_number(query, 3 + i);
			out->imports[i] = (size_t)query_number(query, 7 + i);
		}
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
	return query_close(query);
}

struct store_graph {
	struct store *store;
	struct query *find, *file, *edges, *remove, *remove_edges, *mentions, *remove_mentions;
	struct name_changes names;
	int rc; /* the first error of names */
};

struct store_graph *store_graph_open(struct store *store)
{
	struct store_graph *graph = xcalloc(1, sizeof(*graph));

	graph->store = store;
	graph->find = query_open(store, "SELECT id FROM graph_file WHERE " IS_PATH);
	graph->file = query_open(store,
		"INSERT OR REPLACE INTO graph_file(" FILE_COLUMNS
		", path_hash) VALUES(?1, ?2, ?3, ?4, ?5, "
		"?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)");
	graph->edges =
		query_open(store, "INSERT OR REPLACE INTO graph_edge(file, edges) VALUES(?1, ?2)");
	graph->remove = query_open(store, "DELETE FROM graph_file WHERE id = ?1");
	graph->remove_edges = query_open(store, "DELETE FROM graph_edge WHERE file = ?1");
	graph->mentions = query_open(
		store, "INSERT OR REPLACE INTO graph_mention(file, names) VALUES(?1, ?2)");
	graph->remove_mentions = query_open(store, "DELETE FROM graph_mention WHERE file = ?1");
	return graph;
}

void store_graph_remove(struct store_graph *graph, int64_t file)
{
	query_bind_number(graph->remove, 1, file);
	query_run(graph->remove);
	query_bind_number(graph->remove_edges, 1, file);
	query_run(graph->remove_edges);
	store_graph_mention(graph, file, NULL, 0);
}

void store_graph_mention(struct store_graph *graph, int64_t file, const void *names, size_t len)
{
	struct query *query = len ? graph->mentions : graph->remove_mentions;

	query_bind_number(query, 1, file);
	if (len)
		query_bind_blob(query, 2, names, len);
	query_run(query);
}

static void bind_count(struct query *query, int at, const uint32_t counts[4])
{
	for (int i = 0; i < 4; i++)
		query_bind_number(query, at + i, counts[i]);
}

int64_t store_graph_put(struct store_graph *graph, const struct store_graph_file *file,
	const void *edges, size_t len)
{
	struct query *query = graph->file;
	int64_t id = 0;

	bind_path(graph->find, 1, file->path);
	if (query_next(graph->find))
		id = query_number(graph->find, 0);
	query_reset(graph->find);
	if (id)
		query_bind_number(query, 1, id);
	else
		query_bind_null(query, 1);
	query_bind_text(query, 2, file->path);
	query_bind_blob(query, 3, file->blob, sizeof(file->blob));
	query_bind_text(query, 4, file->language);
	query_bind_text(query, 5, file->skipped);
	query_bind_number(query, 6, file->lines);
	query_bind_blob(query, 7, file->digest, sizeof(file->digest));
	query_bind_number(query, 8, file->version);
	query_bind_number(query, 9, file->symbols);
	bind_count(query, 10, file->calls);
	bind_count(query, 14, file->imports);
	query_bind_number(query, 18, file->edges);
	query_bind_number(query, 19, path_hash(file->path));
	query_run(query);
	if (!id)
		id = store_last_id(graph->store);
	query_bind_number(graph->edges, 1, id);
	query_bind_blob(graph->edges, 2, edges ? edges : "", len);
	query_run(graph->edges);
	return id;
}

void store_graph_add_name(struct store_graph *graph, int64_t file, uint32_t name)
{
	names_change(&graph->names, file, name, true);
}

void store_graph_remove_name(struct store_graph *graph, int64_t file, uint32_t name)
{
	names_change(&graph->names, file, name, false);
}

void store_graph_forget_names(struct store_graph *graph, int64_t file)
{
	int rc = names_forget(graph->store, file);

	graph->rc = graph->rc ? graph->rc : rc;
}

int store_graph_close(struct store_graph *graph)
{
	struct query *all[7];
	int rc;

	if (!graph)
		return 0;
	rc = names_apply(graph->store, &graph->names);
	graph->rc = graph->rc ? graph->rc : rc;
	rc = 0;
	all[0] = graph->find;
	all[1] = graph->file;
	all[2] = graph->edges;
	all[3] = graph->remove;
	all[4] = graph->remove_edges;
	all[5] = graph->mentions;
	all[6] = graph->remove_mentions;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		int error = query_close(all[i]);

		rc = rc ? rc : error;
	}
	rc = rc ? rc : graph->rc;
	free(graph);
	return rc;
}
