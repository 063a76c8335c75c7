/*
 * Packing facts and edges. Each is short, and most of what a file says other files say as well, so
 * what they have in common is learnt once from some of them: a dictionary for each of the two.
 */
#include "store/packs.h"

#include "store/query.h"
#include "util/compress.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>

#define UNPACKED_MAX ((size_t)1 << 30) /* bytes: more is damage */
#define LEAST ((size_t)96 << 10)       /* bytes to be packed: below it, a dictionary costs more */
#define SHARE 32                       /* of what is to be packed, in a dictionary */
#define ROOM ((size_t)110 << 10)       /* bytes of a dictionary, at most */
#define SAMPLES ((size_t)2 << 20)      /* bytes to learn from, at most */

struct pack {
	struct compressor *compressor; /* NULL: not asked for yet */
	unsigned dictionary;
};

struct packs {
	struct pack kinds[STORE_PACKS];
	struct compressor *plain; /* dictionaries themselves are packed */
	struct buf scratch;
};

struct packs *packs_new(void)
{
	struct packs *packs = xcalloc(1, sizeof(*packs));

	packs->plain = compressor_new(NULL, 0);
	buf_init(&packs->scratch);
	return packs;
}

void packs_forget(struct packs *packs)
{
	for (int i = 0; i < STORE_PACKS; i++) {
		compressor_free(packs->kinds[i].compressor);
		packs->kinds[i] = (struct pack){NULL, 0};
	}
}

void packs_free(struct packs *packs)
{
	if (!packs)
		return;
	packs_forget(packs);
	compressor_free(packs->plain);
	buf_release(&packs->scratch);
	free(packs);
}

static void use(struct pack *pack, const struct buf *dictionary)
{
	compressor_free(pack->compressor);
	pack->compressor = compressor_new(dictionary->ptr, dictionary->len);
	pack->dictionary = dictionary_number(dictionary->ptr, dictionary->len);
}

static int load(struct store *store, enum store_pack kind)
{
	struct packs *packs = store_packs(store);
	struct query *query =
		query_open(store, "SELECT bytes FROM graph_dictionary WHERE kind = ?1");
	struct buf dictionary = BUF_INIT;
	int rc = 0, error;

	query_bind_number(query, 1, kind);
	if (query_next(query)) {
		size_t len;
		const void *bytes = query_blob(query, 0, &len);

		rc = decompress_bytes(packs->plain, bytes, len, ROOM, &dictionary);
	}
	error = query_close(query);
	rc = rc ? rc : error;
	if (!rc)
		use(&packs->kinds[kind], &dictionary);
	buf_release(&dictionary);
	return rc;
}

static int pack_of(struct store *store, enum store_pack kind, struct pack **out)
{
	*out = &store_packs(store)->kinds[kind];
	return (*out)->compressor ? 0 : load(store, kind);
}

int store_pack(
	struct store *store, enum store_pack kind, const void *bytes, size_t len, struct buf *out)
{
	struct pack *pack;
	int rc = pack_of(store, kind, &pack);

	if (!rc)
		compress_bytes(pack->compressor, bytes, len, out);
	return rc;
}

/* Another program may have learnt a dictionary, or another one, since this one looked. */
int packs_get(
	struct store *store, enum store_pack kind, const void *bytes, size_t len, struct buf *out)
{
	unsigned wanted = dictionary_wanted(bytes, len);
	struct pack *pack;
	int rc = pack_of(store, kind, &pack);

	if (!rc && wanted && wanted != pack->dictionary)
		rc = load(store, kind);
	if (!rc)
		rc = decompress_bytes(pack->compressor, bytes, len, UNPACKED_MAX, out);
	return rc ? fail_context(rc, "what is stored is damaged: run `git flywheel rebuild`") : 0;
}

/* Every so many-th piece, such that they are not too long together. */
static void choose(const struct buf *pieces, size_t count, struct buf *samples, size_t *lens,
	size_t *chosen, size_t *total)
{
	size_t step;

	*total = *chosen = 0;
	for (size_t i = 0; i < count; i++)
		*total += pieces[i].len;
	step = *total / SAMPLES + 1;
	for (size_t i = 0; i < count; i += step) {
		buf_add(samples, pieces[i].ptr, pieces[i].len);
		lens[(*chosen)++] = pieces[i].len;
	}
}

static int keep(struct store *store, enum store_pack kind, const struct buf *dictionary)
{
	struct packs *packs = store_packs(store);
	struct query *query = query_open(
		store, "INSERT OR REPLACE INTO graph_dictionary(kind, bytes) VALUES(?1, ?2)");
	int rc;

	buf_clear(&packs->scratch);
	compress_bytes(packs->plain, dictionary->ptr, dictionary->len, &packs->scratch);
	query_bind_number(query, 1, kind);
	query_bind_blob(query, 2, packs->scratch.ptr, packs->scratch.len);
	query_run(query);
	rc = query_close(query);
	if (!rc)
		use(&packs->kinds[kind], dictionary);
	return rc;
}

int store_learn(struct store *store, enum store_pack kind, const struct buf *pieces, size_t count,
	size_t of)
{
	struct buf samples = BUF_INIT, dictionary = BUF_INIT;
	size_t *lens = xcalloc(count + 1, sizeof(*lens)), chosen, total, room;
	struct pack *pack;
	int rc = pack_of(store, kind, &pack);

	if (!rc && !pack->dictionary && count) {
		choose(pieces, count, &samples, lens, &chosen, &total);
		total = total / count * of;
		room = total / SHARE < ROOM ? total / SHARE : ROOM;
		if (total >= LEAST)
			dictionary_learn(samples.ptr, lens, chosen, room, &dictionary);
	}
	if (dictionary.len)
		rc = keep(store, kind, &dictionary);
	free(lens);
	buf_release(&samples);
	buf_release(&dictionary);
	return rc;
}
