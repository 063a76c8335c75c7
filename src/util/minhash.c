/* MinHash signatures, banded LSH over them, and connected components of what is alike. */
#include "util/minhash.h"

#include "util/map.h"
#include "util/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_SHARE 0.99 /* of the pairs at the threshold */
/* Pairs looked at per member of one bucket: a bucket of thousands is one shape, and its members
 * are joined through the earlier ones anyway. */
#define BUCKET_LOOKBACK 64

/* splitmix64 (Steele et al. 2014): the constants of permutation i. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

void signature_init(struct signature *signature)
{
	memset(signature->min, 0xff, sizeof(signature->min));
}

/*
 * Double hashing: permutation i is a + i*b with a last xor-multiply round. It costs one multiply
 * per permutation, which the compiler turns into vector code.
 */
void signature_add(struct signature *signature, uint64_t shingle)
{
	uint64_t mixed = mix(shingle);
	uint32_t a = (uint32_t)mixed, b = (uint32_t)(mixed >> 32) | 1;

	for (uint32_t i = 0; i < MINHASH_SIZE; i++) {
		uint32_t h = a + i * b;

		h = (h ^ (h >> 15)) * 0x2c1b3c6du;
		h ^= h >> 13;
		signature->min[i] = h < signature->min[i] ? h : signature->min[i];
	}
}

double signature_similarity(const struct signature *a, const struct signature *b)
{
	int equal = 0;

	for (int i = 0; i < MINHASH_SIZE; i++)
		equal += a->min[i] == b->min[i];
	return (double)equal / MINHASH_SIZE;
}

size_t lsh_rows(double threshold)
{
	size_t best = 1;

	for (size_t rows = 1; rows <= 32; rows++) {
		double bands = MINHASH_SIZE / rows;

		if (1 - pow(1 - pow(threshold, (double)rows), bands) >= FOUND_SHARE)
			best = rows;
	}
	return best;
}

struct bucket {
	uint64_t hash;
	size_t index;
};

static int by_hash(const void *left, const void *right)
{
	const struct bucket *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* One bucket: each member is compared with those just before it. */
static int compare_bucket(const struct bucket *bucket, size_t count,
	const struct signature *signatures, double threshold, pair_fn fn, void *payload)
{
	int rc = 0;

	for (size_t i = 1; i < count && !rc; i++)
		for (size_t k = i > BUCKET_LOOKBACK ? i - BUCKET_LOOKBACK : 0; k < i && !rc; k++)
			if (signature_similarity(&signatures[bucket[k].index],
				    &signatures[bucket[i].index]) >= threshold)
				rc = fn(bucket[k].index, bucket[i].index, payload);
	return rc;
}

int lsh_pairs(const struct signature *signatures, const uint32_t *group, size_t count,
	double threshold, pair_fn fn, void *payload)
{
	size_t rows = lsh_rows(threshold);
	struct bucket *buckets = xmalloc((count + 1) * sizeof(*buckets));
	int rc = 0;

	for (size_t band = 0; band + rows <= MINHASH_SIZE && !rc; band += rows) {
		for (size_t i = 0; i < count; i++) {
			buckets[i].hash = hash_bytes(signatures[i].min + band,
				rows * sizeof(uint32_t), group ? group[i] : 0);
			buckets[i].index = i;
		}
		if (count)
			qsort(buckets, count, sizeof(*buckets), by_hash);
		for (size_t i = 0, end; i < count && !rc; i = end) {
			for (end = i + 1; end < count && buckets[end].hash == buckets[i].hash;)
				end++;
			rc = compare_bucket(
				buckets + i, end - i, signatures, threshold, fn, payload);
		}
	}
	free(buckets);
	return rc;
}

void components_init(struct components *components, size_t count)
{
	components->count = count;
	components->parent = xmalloc((count + 1) * sizeof(*components->parent));
	for (size_t i = 0; i < count; i++)
		components->parent[i] = i;
}

size_t components_find(struct components *components, size_t element)
{
	while (components->parent[element] != element) {
		components->parent[element] = components->parent[components->parent[element]];
		element = components->parent[element];
	}
	return element;
}

void components_join(struct components *components, size_t a, size_t b)
{
	a = components_find(components, a);
	b = components_find(components, b);
	if (a < b)
		components->parent[b] = a;
	else
		components->parent[a] = b;
}

void components_release(struct components *components)
{
	free(components->parent);
	components->parent = NULL;
}
