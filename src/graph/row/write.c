/* The graph into the sidecar: only the files whose symbols or edges differ are written. */
#include "graph/follow/names.h"
#include "graph/internal.h"
#include "graph/row/pack.h"

#include "flywheel/store_pack.h"
#include "util/memory.h"
#include "util/series.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 256 /* files */

/* The sidecar's files, to be compared with the graph's. */
struct old_files {
	struct store_graph_file *items; /* own their paths, and have no other text */
	size_t count, capacity;
};

/* What a file's rows are made of, from when it is compared to when it is written. */
struct piece {
	const struct store_graph_file *old; /* of its path, or NULL */
	unsigned char digest[HASH_WIDE];
	bool differs;
	struct buf edges, packed, mentions;
};

struct writing {
	struct session *session;
	const struct whole *whole;
	struct rows *rows;
	struct old_files old;
	struct piece *pieces; /* per file */
	size_t old_next;      /* of those, the next that is not looked at */
	struct store_graph *store;
	struct store_facts *facts;
	int64_t *versions; /* by language */
	bool learns;
};

/* What a thread has of its own. */
struct hand {
	struct packer *packer;
	struct buf scratch;
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

static void *hand_begin(void *payload)
{
	struct writing *writing = payload;
	struct hand *hand = xcalloc(1, sizeof(*hand));

	hand->packer = packer_new(writing->whole, writing->rows);
	buf_init(&hand->scratch);
	return hand;
}

static void hand_end(void *own, void *payload)
{
	struct hand *hand = own;

	(void)payload;
	packer_free(hand->packer);
	buf_release(&hand->scratch);
	free(hand);
}

/* Whether a file's rows differ from those that there are, and then its edges as bytes. */
static int compare_file(size_t at, void *own, void *payload)
{
	struct writing *writing = payload;
	struct piece *piece = &writing->pieces[at];
	struct hand *hand = own;
	uint32_t file = (uint32_t)at;

	rows_digest(writing->rows, file, &hand->scratch, piece->digest);
	piece->differs = !piece->old || piece->old->version != version_of(writing, file) ||
			 memcmp(piece->old->digest, piece->digest, sizeof(piece->digest)) != 0;
	if ((piece->differs || writing->learns) && rows_edge_count(writing->rows, file)) {
		buf_clear(&hand->scratch);
		edges_pack(hand->packer, file, &hand->scratch);
		buf_add(&piece->edges, hand->scratch.ptr, hand->scratch.len);
	}
	return 0;
}

static int pack_file(size_t at, void *own, void *payload)
{
	struct writing *writing = payload;
	const struct source_file *source = &writing->whole->snapshot.files[at];
	struct piece *piece = &writing->pieces[at];
	int rc = 0;

	(void)own;
	if (!piece->differs)
		return 0;
	if (piece->edges.len)
		rc = store_pack(writing->session->store, STORE_EDGES, piece->edges.ptr,
			piece->edges.len, &piece->packed);
	if (!source->skipped)
		mentions_of(writing->whole->snapshot.languages, source->language, &source->facts,
			&piece->mentions);
	return rc;
}

static void piece_release(struct piece *piece)
{
	buf_release(&piece->edges);
	buf_release(&piece->packed);
	buf_release(&piece->mentions);
}

static void put_file(struct writing *writing, uint32_t file)
{
	const struct piece *piece = &writing->pieces[file];
	struct store_graph_file row;
	int64_t id;

	rows_file(writing->rows, file, &row);
	row.version = version_of(writing, file);
	memcpy(row.digest, piece->digest, sizeof(row.digest));
	id = store_graph_put(writing->store, &row, piece->packed.ptr, piece->packed.len);
	write_names(writing, id, piece->old, &writing->whole->snapshot.files[file].facts);
	store_graph_mention(writing->store, id, piece->mentions.ptr, piece->mentions.len);
}

/* The sidecar's files up to this path; those before it are not in the graph. */
static const struct store_graph_file *pass_old(
	struct writing *writing, const char *path, bool remove)
{
	const struct store_graph_file *at = writing->old.items + writing->old_next;
	const struct store_graph_file *end = writing->old.items + writing->old.count;

	for (; at < end && (!path || strcmp(at->path, path) < 0); at++)
		if (remove)
			remove_file(writing, at);
	writing->old_next = (size_t)(at - writing->old.items);
	return at < end && path && !strcmp(at->path, path)
		       ? &writing->old.items[writing->old_next++]
		       : NULL;
}

static int write_file(size_t at, void *payload)
{
	struct writing *writing = payload;

	pass_old(writing, writing->whole->graph.files[at].path, true);
	if (writing->pieces[at].differs)
		put_file(writing, (uint32_t)at);
	piece_release(&writing->pieces[at]);
	return 0;
}

/* In a new sidecar: what edges have in common, from those of some files all over the tree. */
static int learn(struct writing *writing)
{
	uint32_t count = writing->whole->graph.file_count, step = count / SAMPLES + 1, some = 0;
	struct buf samples[SAMPLES];

	for (uint32_t i = 0; writing->learns && i < count; i += step)
		if (writing->pieces[i].edges.len)
			samples[some++] = writing->pieces[i].edges; /* borrowed */
	return store_learn(
		writing->session->store, STORE_EDGES, samples, some, (size_t)some * step);
}

/* Both lists are sorted by path: what only the sidecar has goes, what differs is replaced. */
static int write_files(struct writing *writing)
{
	const struct graph *graph = &writing->whole->graph;
	struct series series = {
		graph->file_count, hand_begin, hand_end, compare_file, NULL, writing};
	int rc;

	writing->learns = writing->old.count < graph->file_count / 2;
	writing->pieces = xcalloc(graph->file_count + (size_t)1, sizeof(*writing->pieces));
	for (uint32_t i = 0; i < graph->file_count; i++) {
		struct piece *piece = &writing->pieces[i];

		piece->old = pass_old(writing, graph->files[i].path, false);
		buf_init(&piece->edges);
		buf_init(&piece->packed);
		buf_init(&piece->mentions);
	}
	writing->old_next = 0;
	rc = series_run(&series);
	if (!rc)
		rc = learn(writing);
	series = (struct series){graph->file_count, NULL, NULL, pack_file, write_file, writing};
	if (!rc)
		rc = series_run(&series);
	if (!rc)
		pass_old(writing, NULL, true);
	for (uint32_t i = 0; i < graph->file_count; i++)
		piece_release(&writing->pieces[i]);
	free(writing->pieces);
	return rc;
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
	struct writing writing = {.session = session, .whole = whole};
	int rc = find_versions(&writing), error;

	writing.rows = rows_new(&whole->graph);
	writing.store = store_graph_open(session->store);
	writing.facts = store_facts_open(session->store);
	if (!rc)
		rc = store_graph_files(session->store, on_old_file, &writing.old);
	if (!rc)
		rc = write_files(&writing);
	error = store_facts_close(writing.facts);
	rc = rc ? rc : error;
	error = store_graph_close(writing.store);
	for (size_t i = 0; i < writing.old.count; i++)
		free((char *)writing.old.items[i].path);
	free(writing.old.items);
	free(writing.versions);
	rows_free(writing.rows);
	return rc ? rc : error;
}
