/* The graph into the sidecar: only the files whose symbols or edges differ are written. */
#include "graph/follow/names.h"
#include "graph/internal.h"
#include "graph/row/pack.h"

#include "flywheel/store_pack.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 256 /* files */

/* The sidecar's files, to be compared with the graph's. */
struct old_files {
	struct store_graph_file *items; /* own their paths, and have no other text */
	size_t count, capacity;
};

struct writing {
	struct session *session;
	const struct whole *whole;
	struct rows *rows;
	struct packer *packer;
	struct store_graph *store;
	struct store_facts *facts;
	int64_t *versions; /* by language */
	struct buf edges, mentions;
};

static int on_old_file(const struct store_graph_file *file, void *payload)
{
	struct old_files *old = payload;

	GROW(old->items, old->count, old->capacity);
	old->items[old->count] = *file;
	old->items[old->count].path = xstrdup(file->path);
	old->items[old->count].language = old->items[old->count].skipped = NULL;
	old->count++;
	return 0;
}

/* What the names of a file were and are; `old` NULL: it is new, `now` NULL: it goes. */
static void write_names(struct writing *writing, int64_t id, const struct store_graph_file *old,
	const struct facts *now)
{
	struct facts before = {.text = NULL};

	if (old && stored_facts(writing->facts, old, &before))
		store_graph_forget_names(writing->store, id); /* what they were is not known */
	names_write(writing->store, id, &before, now);
	facts_release(&before);
}

static void remove_file(struct writing *writing, const struct store_graph_file *old)
{
	write_names(writing, old->id, old, NULL);
	store_graph_remove(writing->store, old->id);
}

static int64_t version_of(const struct writing *writing, uint32_t file)
{
	const struct source_file *source = &writing->whole->snapshot.files[file];

	/* A file that is skipped for what it holds has facts that say so, and no symbols. */
	return source->skipped ? 0 : writing->versions[language_index(source->language)];
}

static void put_file(struct writing *writing, uint32_t file, const unsigned char *digest,
	const struct store_graph_file *old)
{
	const struct source_file *source = &writing->whole->snapshot.files[file];
	struct store_graph_file row;
	int64_t id;

	rows_file(writing->rows, file, &row);
	row.version = version_of(writing, file);
	memcpy(row.digest, digest, sizeof(row.digest));
	buf_clear(&writing->edges);
	if (row.edges)
		edges_pack(writing->packer, file, &writing->edges);
	id = store_graph_put(writing->store, &row, writing->edges.ptr, writing->edges.len);
	write_names(writing, id, old, &source->facts);
	buf_clear(&writing->mentions);
	if (!source->skipped)
		mentions_of(writing->whole->snapshot.languages, source->language, &source->facts,
			&writing->mentions);
	store_graph_mention(writing->store, id, writing->mentions.ptr, writing->mentions.len);
}

/* In a new sidecar: what edges have in common, from those of some files all over the tree. */
static int learn(struct writing *writing, const struct old_files *old)
{
	uint32_t count = writing->whole->graph.file_count, step = count / SAMPLES + 1, some = 0;
	struct buf pieces[SAMPLES] = {BUF_INIT};
	int rc;

	if (old->count >= count / 2)
		return 0;
	for (uint32_t i = 0; i < count; i += step) {
		if (!rows_edge_count(writing->rows, i))
			continue;
		buf_init(&pieces[some]);
		edges_pack(writing->packer, i, &pieces[some++]);
	}
	rc = store_learn(writing->session->store, STORE_EDGES, pieces, some, (size_t)some * step);
	while (some)
		buf_release(&pieces[--some]);
	return rc;
}

/* Both lists are sorted by path: what only the sidecar has goes, what differs is replaced. */
static void write_files(struct writing *writing, const struct old_files *old)
{
	const struct graph *graph = &writing->whole->graph;
	unsigned char digest[HASH_WIDE];
	size_t at = 0;

	for (uint32_t i = 0; i < graph->file_count; i++) {
		const struct store_graph_file *same = NULL;

		while (at < old->count && strcmp(old->items[at].path, graph->files[i].path) < 0)
			remove_file(writing, &old->items[at++]);
		if (at < old->count && !strcmp(old->items[at].path, graph->files[i].path))
			same = &old->items[at++];
		rows_digest(writing->rows, i, digest);
		if (!same || same->version != version_of(writing, i) ||
			memcmp(same->digest, digest, sizeof(digest)) != 0)
			put_file(writing, i, digest, same);
	}
	while (at < old->count)
		remove_file(writing, &old->items[at++]);
}

static int find_versions(struct writing *writing)
{
	const struct languages *languages = writing->whole->snapshot.languages;
	size_t count = languages_count(languages);
	int rc = 0;

	writing->versions = xcalloc(count + 1, sizeof(*writing->versions));
	for (size_t i = 0; i < count && !rc; i++)
		rc = store_version_id(writing->session->store,
			language_version(languages_at(languages, i)), false, &writing->versions[i]);
	return rc;
}

int graph_write(struct session *session, const struct whole *whole)
{
	struct writing writing = {
		.session = session, .whole = whole, .edges = BUF_INIT, .mentions = BUF_INIT};
	struct old_files old = {NULL, 0, 0};
	int rc = find_versions(&writing), error;

	writing.rows = rows_new(&whole->graph);
	writing.packer = packer_new(whole, writing.rows);
	writing.store = store_graph_open(session->store);
	writing.facts = store_facts_open(session->store);
	if (!rc)
		rc = store_graph_files(session->store, on_old_file, &old);
	if (!rc)
		rc = learn(&writing, &old);
	if (!rc)
		write_files(&writing, &old);
	error = store_facts_close(writing.facts);
	rc = rc ? rc : error;
	error = store_graph_close(writing.store);
	for (size_t i = 0; i < old.count; i++)
		free((char *)old.items[i].path);
	free(old.items);
	free(writing.versions);
	buf_release(&writing.edges);
	buf_release(&writing.mentions);
	packer_free(writing.packer);
	rows_free(writing.rows);
	return rc ? rc : error;
}
