/*
 * Which files define a name: pairs of a hash and a file, in order, in a row for each beginning of a
 * hash. A row of its own for each pair takes three times as much.
 */
#include "store/graph_name.h"

#include "store/query.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/number.h"

#include <stdlib.h>

#define LOW 22 /* bits of a hash in a row; the ones above are the row's key */

#define READ_BUCKET "SELECT pairs FROM graph_name WHERE bucket = ?1"

struct pair {
	uint32_t name;
	int64_t file;
};

struct name_change {
	struct pair pair;
	size_t when;
	bool there;
};

struct pairs {
	struct pair *items;
	size_t count, room;
};

struct bucket_queries {
	struct query *read, *write, *remove;
};

static void add_pair(struct pairs *pairs, uint32_t name, int64_t file)
{
	GROW(pairs->items, pairs->count, pairs->room);
	pairs->items[pairs->count++] = (struct pair){name, file};
}

/* Appends the pairs of a row. */
static int read_pairs(uint32_t bucket, const void *bytes, size_t len, struct pairs *out)
{
	struct numbers in = {bytes, (const unsigned char *)bytes + len, false};
	uint32_t name = bucket << LOW;

	while (in.at < in.end && !in.bad) {
		name += number_get32(&in);
		add_pair(out, name, (int64_t)number_get(&in));
	}
	return in.bad ? fail(E_INVALID, "stored names are damaged: run `git flywheel rebuild`") : 0;
}

static void write_pairs(uint32_t bucket, const struct pairs *pairs, struct buf *out)
{
	uint32_t last = bucket << LOW;

	for (size_t i = 0; i < pairs->count; i++) {
		number_put(out, pairs->items[i].name - last);
		number_put(out, (uint64_t)pairs->items[i].file);
		last = pairs->items[i].name;
	}
}

static struct bucket_queries open_queries(struct store *store)
{
	return (struct bucket_queries){query_open(store, READ_BUCKET),
		query_open(
			store, "INSERT OR REPLACE INTO graph_name(bucket, pairs) VALUES(?1, ?2)"),
		query_open(store, "DELETE FROM graph_name WHERE bucket = ?1")};
}

static int close_queries(struct bucket_queries *queries)
{
	int rc = query_close(queries->read), error = query_close(queries->write);

	rc = rc ? rc : error;
	error = query_close(queries->remove);
	return rc ? rc : error;
}

static int get_bucket(struct query *read, uint32_t bucket, struct pairs *out)
{
	int rc = 0;

	out->count = 0;
	query_bind_number(read, 1, bucket);
	if (query_next(read)) {
		size_t len;
		const void *bytes = query_blob(read, 0, &len);

		rc = read_pairs(bucket, bytes, len, out);
	}
	query_reset(read);
	return rc;
}

static void put_bucket(struct bucket_queries *queries, uint32_t bucket, const struct pairs *pairs)
{
	struct query *query = pairs->count ? queries->write : queries->remove;
	struct buf bytes = BUF_INIT;

	write_pairs(bucket, pairs, &bytes);
	query_bind_number(query, 1, bucket);
	if (pairs->count)
		query_bind_blob(query, 2, bytes.ptr, bytes.len);
	query_run(query);
	buf_release(&bytes);
}

static int compare_pairs(const struct pair *a, const struct pair *b)
{
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

static int compare_changes(const void *left, const void *right)
{
	const struct name_change *a = left, *b = right;
	int order = compare_pairs(&a->pair, &b->pair);

	return order ? order : (a->when > b->when) - (a->when < b->when);
}

void names_change(struct name_changes *changes, int64_t file, uint32_t name, bool there)
{
	GROW(changes->items, changes->count, changes->room);
	changes->items[changes->count] = (struct name_change){{name, file}, changes->count, there};
	changes->count++;
}

/* What a row holds after the changes, of which the last of each pair says how it is. */
static void merge(
	const struct pairs *old, const struct name_change *changes, size_t count, struct pairs *out)
{
	size_t at = 0;

	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct pair *pair = &changes[i].pair;

		if (i + 1 < count && !compare_pairs(pair, &changes[i + 1].pair))
			continue;
		while (at < old->count && compare_pairs(&old->items[at], pair) < 0) {
			add_pair(out, old->items[at].name, old->items[at].file);
			at++;
		}
		if (at < old->count && !compare_pairs(&old->items[at], pair))
			at++;
		if (changes[i].there)
			add_pair(out, pair->name, pair->file);
	}
	for (; at < old->count; at++)
		add_pair(out, old->items[at].name, old->items[at].file);
}

/* In order, which fills pages from end to end instead of splitting them. */
int names_apply(struct store *store, struct name_changes *changes)
{
	struct bucket_queries queries;
	struct pairs old = {NULL, 0, 0}, now = {NULL, 0, 0};
	int rc = 0, error;

	if (!changes->count)
		return 0;
	queries = open_queries(store);
	qsort(changes->items, changes->count, sizeof(*changes->items), compare_changes);
	for (size_t first = 0, next; first < changes->count && !rc; first = next) {
		uint32_t bucket = changes->items[first].pair.name >> LOW;

		next = first;
		while (next < changes->count && changes->items[next].pair.name >> LOW == bucket)
			next++;
		rc = get_bucket(queries.read, bucket, &old);
		if (rc)
			break;
		merge(&old, changes->items + first, next - first, &now);
		put_bucket(&queries, bucket, &now);
	}
	error = close_queries(&queries);
	free(old.items);
	free(now.items);
	free(changes->items);
	*changes = (struct name_changes){NULL, 0, 0};
	return rc ? rc : error;
}

int names_forget(struct store *store, int64_t file)
{
	struct query *query = query_open(store, "SELECT bucket, pairs FROM graph_name");
	struct name_changes changes = {NULL, 0, 0};
	struct pairs pairs = {NULL, 0, 0};
	int rc = 0, error;

	while (!rc && query_next(query)) {
		size_t len;
		const void *bytes = query_blob(query, 1, &len);

		pairs.count = 0;
		rc = read_pairs((uint32_t)query_number(query, 0), bytes, len, &pairs);
		for (size_t i = 0; i < pairs.count; i++)
			if (pairs.items[i].file == file)
				names_change(&changes, file, pairs.items[i].name, false);
	}
	error = query_close(query);
	rc = rc ? rc : error;
	if (!rc)
		rc = names_apply(store, &changes);
	free(changes.items);
	free(pairs.items);
	return rc;
}

int names_files(
	struct store *store, const uint32_t *names, size_t count, name_file_fn fn, void *payload)
{
	struct query *read = query_open(store, READ_BUCKET);
	struct pairs pairs = {NULL, 0, 0};
	int rc = 0, error;

	for (size_t i = 0; i < count && !rc; i++) {
		rc = get_bucket(read, names[i] >> LOW, &pairs);
		for (size_t k = 0; k < pairs.count && !rc; k++)
			if (pairs.items[k].name == names[i])
				rc = fn(pairs.items[k].file, payload);
	}
	error = query_close(read);
	free(pairs.items);
	return rc ? rc : error;
}
