/* zstd's frames, which know their own length, without the four bytes that all begin with. */
#include "util/compress.h"

#include "util/error.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/series.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#define ZDICT_STATIC_LINKING_ONLY /* for the one training that tries only what it is told */
#include <zdict.h>
#include <zstd.h>

#define LEVEL 1 /* higher ones win three parts in a hundred and take twice as long */
/* A seventh less than 1; 3 takes a twentieth more and half of the time, 6 half as long again. */
#define LEVEL_WITH_DICTIONARY 5
#define WINDOW_LOG 23 /* 8 MiB */
#define HEAD_MAX 18   /* bytes, of a frame's header */
/* A number below is zstd's own to give; it takes two bytes of a piece. */
#define NUMBERS_FROM 32768U

static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};

struct compressor {
	pthread_mutex_t lock;            /* of what packs, which several threads may do */
	ZSTD_CCtx *packing[THREADS_MAX]; /* idle ones; each is made when it is needed */
	unsigned packing_count;
	ZSTD_CDict *known;
	ZSTD_DCtx *unpacking;
	ZSTD_DDict *known_back;
	struct buf dictionary, frame;
};

struct compressor *compressor_new(const void *dictionary, size_t len)
{
	struct compressor *compressor = xcalloc(1, sizeof(*compressor));

	pthread_mutex_init(&compressor->lock, NULL);
	buf_init(&compressor->dictionary);
	buf_init(&compressor->frame);
	if (len)
		buf_add(&compressor->dictionary, dictionary, len);
	return compressor;
}

void compressor_free(struct compressor *compressor)
{
	if (!compressor)
		return;
	while (compressor->packing_count)
		ZSTD_freeCCtx(compressor->packing[--compressor->packing_count]);
	pthread_mutex_destroy(&compressor->lock);
	ZSTD_freeDCtx(compressor->unpacking);
	ZSTD_freeCDict(compressor->known);
	ZSTD_freeDDict(compressor->known_back);
	buf_release(&compressor->dictionary);
	buf_release(&compressor->frame);
	free(compressor);
}

static void *made(void *part)
{
	if (!part)
		abort(); /* as xmalloc does */
	return part;
}

static ZSTD_CCtx *borrow_packing(struct compressor *compressor)
{
	const struct buf *dictionary = &compressor->dictionary;
	ZSTD_CCtx *packing = NULL;

	pthread_mutex_lock(&compressor->lock);
	if (compressor->packing_count)
		packing = compressor->packing[--compressor->packing_count];
	if (dictionary->len && !compressor->known)
		compressor->known = made(
			ZSTD_createCDict(dictionary->ptr, dictionary->len, LEVEL_WITH_DICTIONARY));
	pthread_mutex_unlock(&compressor->lock);
	return packing ? packing : made(ZSTD_createCCtx());
}

static void give_back(struct compressor *compressor, ZSTD_CCtx *packing)
{
	pthread_mutex_lock(&compressor->lock);
	if (compressor->packing_count < THREADS_MAX)
		compressor->packing[compressor->packing_count++] = packing;
	else
		ZSTD_freeCCtx(packing);
	pthread_mutex_unlock(&compressor->lock);
}

static void prepare_unpacking(struct compressor *compressor)
{
	const struct buf *dictionary = &compressor->dictionary;

	if (!compressor->unpacking)
		compressor->unpacking = made(ZSTD_createDCtx());
	if (dictionary->len && !compressor->known_back)
		compressor->known_back = made(ZSTD_createDDict(dictionary->ptr, dictionary->len));
}

void compress_bytes(struct compressor *compressor, const void *bytes, size_t len, struct buf *out)
{
	size_t room = ZSTD_compressBound(len), size;
	ZSTD_CCtx *packing = borrow_packing(compressor);
	char *to;

	buf_reserve(out, room);
	to = out->ptr + out->len;
	if (compressor->known)
		size = ZSTD_compress_usingCDict(packing, to, room, bytes, len, compressor->known);
	else
		size = ZSTD_compressCCtx(packing, to, room, bytes, len, LEVEL);
	give_back(compressor, packing);
	if (ZSTD_isError(size)) /* there is room: it can only want memory */
		abort();
	size -= sizeof(magic);
	memmove(to, to + sizeof(magic), size);
	out->len += size;
	out->ptr[out->len] = '\0';
}

int decompress_bytes(
	struct compressor *compressor, const void *bytes, size_t len, size_t max, struct buf *out)
{
	struct buf *frame = &compressor->frame;
	unsigned long long size;

	buf_clear(frame);
	buf_add(frame, magic, sizeof(magic));
	buf_add(frame, bytes, len);
	size = ZSTD_getFrameContentSize(frame->ptr, frame->len);
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max)
		return fail(E_INVALID, "not what was compressed");
	prepare_unpacking(compressor);
	buf_reserve(out, (size_t)size);
	/* A DDict of NULL is none; a frame that wants another one is an error. */
	if (ZSTD_decompress_usingDDict(compressor->unpacking, out->ptr + out->len, (size_t)size,
		    frame->ptr, frame->len, compressor->known_back) != size)
		return fail(E_INVALID, "not what was compressed");
	out->len += (size_t)size;
	out->ptr[out->len] = '\0';
	return 0;
}

struct unpacker {
	ZSTD_DCtx *context;
	unpacked_fn fn;
	void *payload;
	char *block;
	size_t left; /* 0: at the end of a frame */
};

struct unpacker *unpacker_new(unpacked_fn fn, void *payload)
{
	struct unpacker *unpacker = xcalloc(1, sizeof(*unpacker));

	unpacker->context = made(ZSTD_createDCtx());
	ZSTD_DCtx_setParameter(unpacker->context, ZSTD_d_windowLogMax, WINDOW_LOG);
	unpacker->fn = fn;
	unpacker->payload = payload;
	unpacker->block = xmalloc(ZSTD_DStreamOutSize());
	unpacker->left = 1;
	return unpacker;
}

void unpacker_free(struct unpacker *unpacker)
{
	if (!unpacker)
		return;
	ZSTD_freeDCtx(unpacker->context);
	free(unpacker->block);
	free(unpacker);
}

int unpacker_feed(struct unpacker *unpacker, const void *bytes, size_t len)
{
	ZSTD_inBuffer in = {bytes, len, 0};
	size_t room = ZSTD_DStreamOutSize();
	bool full = false;
	int rc = 0;

	while (!rc && (in.pos < in.size || full)) {
		ZSTD_outBuffer out = {unpacker->block, room, 0};

		unpacker->left = ZSTD_decompressStream(unpacker->context, &out, &in);
		if (ZSTD_isError(unpacker->left))
			return fail(E_INVALID, "not what was compressed");
		full = out.pos == out.size;
		if (out.pos)
			rc = unpacker->fn(unpacker->block, out.pos, unpacker->payload);
	}
	return rc;
}

int unpacker_finish(const struct unpacker *unpacker)
{
	return unpacker->left ? fail(E_INVALID, "the end of what was compressed is missing") : 0;
}

bool is_packed(const void *bytes, size_t len)
{
	return len >= sizeof(magic) && !memcmp(bytes, magic, sizeof(magic));
}

unsigned dictionary_number(const void *dictionary, size_t len)
{
	return len ? ZSTD_getDictID_fromDict(dictionary, len) : 0;
}

unsigned dictionary_wanted(const void *bytes, size_t len)
{
	unsigned char head[HEAD_MAX];

	len = len < sizeof(head) - sizeof(magic) ? len : sizeof(head) - sizeof(magic);
	memcpy(head, magic, sizeof(magic));
	memcpy(head + sizeof(magic), bytes, len);
	return ZSTD_getDictID_fromFrame(head, len + sizeof(magic));
}

void dictionary_learn(
	const void *samples, const size_t *lens, size_t count, size_t room, struct buf *out)
{
	ZDICT_fastCover_params_t how = {.k = 400, /* bytes of a piece of it */
		.d = 8,
		.f = 18,
		.accel = 10,
		.zParams = {.compressionLevel = LEVEL_WITH_DICTIONARY}};
	uint64_t hash = 0;
	size_t total = 0, size;

	for (size_t i = 0; i < count; i++)
		total += lens[i];
	hash = hash_bytes(samples, total, 0);
	how.zParams.dictID = NUMBERS_FROM + (unsigned)(hash % NUMBERS_FROM);
	buf_reserve(out, room);
	size = ZDICT_trainFromBuffer_fastCover(
		out->ptr + out->len, room, samples, lens, (unsigned)count, how);
	if (!ZDICT_isError(size))
		out->len += size;
	out->ptr[out->len] = '\0';
}
