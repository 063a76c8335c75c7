/* Numbers as bytes, small ones short: LEB128, and with a sign folded in for differences. */
#ifndef UTIL_NUMBER_H
#define UTIL_NUMBER_H

#include "util/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_MAX 10 /* bytes */

static inline void number_put(struct buf *out, uint64_t number)
{
	buf_reserve(out, NUMBER_MAX);
	for (; number >= 0x80; number >>= 7)
		out->ptr[out->len++] = (char)(number | 0x80);
	out->ptr[out->len++] = (char)number;
	out->ptr[out->len] = '\0';
}

/* From one number to the next, whichever is larger. */
static inline void number_put_step(struct buf *out, uint32_t from, uint32_t to)
{
	int64_t step = (int64_t)to - from;

	number_put(out, step < 0 ? (uint64_t)(-step) * 2 - 1 : (uint64_t)step * 2);
}

/* Bytes that are read as numbers; `bad` once they end too early. */
struct numbers {
	const unsigned char *at, *end;
	bool bad;
};

static inline uint64_t number_get(struct numbers *in)
{
	uint64_t number = 0;

	if (in->at < in->end && *in->at < 0x80) /* most are */
		return *in->at++;

	for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
		number |= (uint64_t)(*in->at & 0x7f) << shift;
		if (!(*in->at++ & 0x80))
			return number;
	}
	in->bad = true;
	return 0;
}

static inline uint32_t number_get32(struct numbers *in)
{
	return (uint32_t)number_get(in);
}

static inline uint32_t number_get_step(struct numbers *in, uint32_t from)
{
	uint64_t step = number_get(in);

	return from + (uint32_t)(step & 1 ? -(step / 2 + 1) : step / 2);
}

#endif
