/* zstd's frames, which know their own length. */
#include "util/compress.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <zstd.h>

#define LEVEL 1 /* higher ones win three parts in a hundred and take twice as long */

struct compressor {
	ZSTD_CCtx *context;
};

struct compressor *compressor_new(void)
{
	struct compressor *compressor = xcalloc(1, sizeof(*compressor));

	compressor->context = ZSTD_createCCtx();
	if (!compressor->context)
		abort(); /* as xmalloc does */
	return compressor;
}

void compressor_free(struct compressor *compressor)
{
	if (!compressor)
		return;
	ZSTD_freeCCtx(compressor->context);
	free(compressor);
}

void compress_bytes(struct compressor *compressor, const void *bytes, size_t len, struct buf *out)
{
	size_t room = ZSTD_compressBound(len), size;

	buf_reserve(out, room);
	size = ZSTD_compressCCtx(compressor->context, out->ptr + out->len, room, bytes, len, LEVEL);
	if (ZSTD_isError(size)) /* there is room: it can only want memory */
		abort();
	out->len += size;
	out->ptr[out->len] = '\0';
}

int decompress_bytes(const void *bytes, size_t len, size_t max, struct buf *out)
{
	unsigned long long size = ZSTD_getFrameContentSize(bytes, len);

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max)
		return fail(E_INVALID, "not what was compressed");
	buf_reserve(out, (size_t)size);
	if (ZSTD_decompress(out->ptr + out->len, (size_t)size, bytes, len) != size)
		return fail(E_INVALID, "not what was compressed");
	out->len += (size_t)size;
	out->ptr[out->len] = '\0';
	return 0;
}
