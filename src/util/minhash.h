/*
 * How alike sets are, without comparing all pairs. MinHash (Broder 1997): the share of equal
 * positions in two signatures estimates the Jaccard similarity of the sets, with a standard error
 * of sqrt(s(1-s)/256), 0.03 at most.
 */
#ifndef UTIL_MINHASH_H
#define UTIL_MINHASH_H

#include <stddef.h>
#include <stdint.h>

#define MINHASH_SIZE 256
struct signature {
	uint32_t min[MINHASH_SIZE];
};
void signature_init(struct signature *signature);
void signature_add(struct signature *signature, uint64_t element);
double signature_similarity(const struct signature *a, const struct signature *b);

/*
 * Locality-sensitive hashing: signatures that agree on all rows of some band are compared. Rows
 * are as many as still find 99 of 100 pairs at the threshold. Pairs are given as indexes, a < b,
 * each at least once; `group` (may be NULL) keeps pairs within equal numbers.
 */
typedef int (*pair_fn)(size_t a, size_t b, void *payload);
size_t lsh_rows(double threshold);
int lsh_pairs(const struct signature *signatures, const uint32_t *group, size_t count,
	double threshold, pair_fn fn, void *payload);

/* Disjoint sets, for connected components: the lowest element stands for its set. */
struct components {
	size_t *parent;
	size_t count;
};
void components_init(struct components *components, size_t count);
size_t components_find(struct components *components, size_t element);
void components_join(struct components *components, size_t a, size_t b);
void components_release(struct components *components);

#endif
