/*
 * The keyword prefilter: one pass over the text finds every keyword of every rule, so that only
 * the rules that can match are tried, and only near their keywords (Aho and Corasick, "Efficient
 * string matching", 1975). Bytes are folded to classes, which keeps the table small.
 */
#include "scrub/internal.h"

#include "util/memory.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NO_KEYWORD UINT32_MAX

struct state {
	uint32_t keyword; /* first of the list of keywords that end here */
	uint32_t shorter; /* longest proper suffix that is a state where a keyword ends; 0 none */
	uint32_t fallback;
};

struct ending {
	uint32_t id, next;
};

#define LANES 4
#define LANE 1024
#define MAX_WARM 64 /* a longer keyword makes scanning slow, not wrong */

struct hit {
	uint32_t state, end;
};

struct prefilter {
	unsigned char class_of[256]; /* 0: in no keyword */
	size_t class_count;
	struct strings keywords;
	uint32_t *ids;
	size_t id_capacity;

	struct state *states;
	size_t state_count, state_capacity;
	uint32_t *next;  /* state x class */
	uint16_t *steps; /* the same in rows of 1 << shift */
	unsigned shift;
	size_t longest; /* bytes of a keyword */
	struct hit *hits;
	struct ending *endings;
};

struct prefilter *prefilter_new(void)
{
	struct prefilter *prefilter = xcalloc(1, sizeof(*prefilter));

	prefilter->class_count = 1;
	return prefilter;
}

void prefilter_free(struct prefilter *prefilter)
{
	if (!prefilter)
		return;
	strings_release(&prefilter->keywords);
	free(prefilter->ids);
	free(prefilter->states);
	free(prefilter->next);
	free(prefilter->steps);
	free(prefilter->hits);
	free(prefilter->endings);
	free(prefilter);
}

void prefilter_add(struct prefilter *prefilter, const char *keyword, uint32_t id)
{
	GROW(prefilter->ids, prefilter->keywords.count, prefilter->id_capacity);
	prefilter->ids[prefilter->keywords.count] = id;
	strings_add(&prefilter->keywords, keyword);
	if (strlen(keyword) > prefilter->longest)
		prefilter->longest = strlen(keyword);
	for (const char *at = keyword; *at; at++) {
		unsigned char lower = (unsigned char)tolower((unsigned char)*at);

		if (prefilter->class_of[lower])
			continue;
		prefilter->class_of[lower] = (unsigned char)prefilter->class_count++;
		prefilter->class_of[toupper(lower)] = prefilter->class_of[lower];
	}
}

static uint32_t add_state(struct prefilter *prefilter)
{
	size_t old = prefilter->state_capacity, count = prefilter->class_count;

	GROW(prefilter->states, prefilter->state_count, prefilter->state_capacity);
	if (prefilter->state_capacity != old) {
		prefilter->next = xrealloc(prefilter->next,
			prefilter->state_capacity * count * sizeof(*prefilter->next));
	}
	prefilter->states[prefilter->state_count] = (struct state){NO_KEYWORD, 0, 0};
	memset(prefilter->next + prefilter->state_count * count, 0,
		count * sizeof(*prefilter->next));
	return (uint32_t)prefilter->state_count++;
}

static void add_keyword(struct prefilter *prefilter, size_t index)
{
	uint32_t state = 0;

	for (const char *at = prefilter->keywords.items[index]; *at; at++) {
		size_t edge =
			state * prefilter->class_count + prefilter->class_of[(unsigned char)*at];

		if (!prefilter->next[edge]) {
			uint32_t fresh = add_state(prefilter);

			prefilter->next[edge] = fresh;
		}
		state = prefilter->next[edge];
	}
	prefilter->endings[index] =
		(struct ending){prefilter->ids[index], prefilter->states[state].keyword};
	prefilter->states[state].keyword = (uint32_t)index;
}

/* Breadth first: a state's fallback is known before its children ask for it. */
static void link_states(struct prefilter *prefilter)
{
	size_t classes = prefilter->class_count, head = 0, tail = 0;
	uint32_t *queue = xmalloc(prefilter->state_count * sizeof(*queue));

	queue[tail++] = 0;
	while (head < tail) {
		uint32_t at = queue[head++], fallback = prefilter->states[at].fallback;

		for (size_t class = 0; class < classes; class ++) {
			uint32_t *child = &prefilter->next[at * classes + class];
			uint32_t other = at ? prefilter->next[fallback * classes + class] : 0;
			const struct state *suffix = &prefilter->states[other];

			if (!*child) {
				*child = other;
				continue;
			}
			prefilter->states[*child].fallback = other;
			prefilter->states[*child].shorter =
				suffix->keyword != NO_KEYWORD ? other : suffix->shorter;
			queue[tail++] = *child;
		}
	}
	free(queue);
}

/* Byte by byte, so the table of steps must be small and hold all that a byte without a keyword
 * needs: the next state, and whether a keyword ends there. */
#define HIT 0x8000u

static void build_steps(struct prefilter *prefilter)
{
	size_t classes = prefilter->class_count;

	for (prefilter->shift = 1; ((size_t)1 << prefilter->shift) < classes; prefilter->shift++)
		;
	prefilter->steps =
		xcalloc(prefilter->state_count << prefilter->shift, sizeof(*prefilter->steps));
	for (size_t state = 0; state < prefilter->state_count; state++)
		for (size_t class = 0; class < classes; class ++) {
			uint32_t next = prefilter->next[state * classes + class];
			const struct state *to = &prefilter->states[next];
			bool hit = to->keyword != NO_KEYWORD || to->shorter;

			prefilter->steps[(state << prefilter->shift) + class] =
				(uint16_t)(next | (hit ? HIT : 0));
		}
}

void prefilter_build(struct prefilter *prefilter)
{
	prefilter->endings = xcalloc(prefilter->keywords.count + 1, sizeof(*prefilter->endings));
	add_state(prefilter);
	for (size_t i = 0; i < prefilter->keywords.count; i++)
		add_keyword(prefilter, i);
	link_states(prefilter);
	assert(prefilter->state_count < HIT);
	build_steps(prefilter);
	free(prefilter->next); /* the steps say all that it does */
	prefilter->next = NULL;
	prefilter->hits = xmalloc(LANES * (LANE + MAX_WARM) * sizeof(*prefilter->hits));
}

static void tell(const struct prefilter *prefilter, uint32_t state, size_t end, prefilter_fn fn,
	void *payload)
{
	for (; state; state = prefilter->states[state].shorter)
		for (uint32_t at = prefilter->states[state].keyword; at != NO_KEYWORD;
			at = prefilter->endings[at].next)
			fn(prefilter->endings[at].id, end, payload);
}

static void scan_plain(const struct prefilter *prefilter, const char *text, size_t from, size_t len,
	prefilter_fn fn, void *payload)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t state = 0;
	size_t i = from > prefilter->longest ? from - prefilter->longest : 0;

	for (; i < len; i++) {
		state = prefilter->steps[(state << prefilter->shift) + prefilter->class_of[at[i]]];
		if (state & HIT) {
			state &= ~HIT;
			if (i >= from)
				tell(prefilter, state, i + 1, fn, payload);
		}
	}
}

/*
 * A step waits for the one before it, so a processor is idle most of the time: four parts of a
 * block are stepped through side by side, each from a little before its begin, and what was hit is
 * told part by part.
 */
static void scan_block(const struct prefilter *prefilter, const char *text, size_t start,
	struct hit *hits, prefilter_fn fn, void *payload)
{
	const unsigned char *at = (const unsigned char *)text + start;
	const uint16_t *steps = prefilter->steps;
	size_t warm = prefilter->longest, count[LANES] = {0};
	uint32_t state[LANES] = {0};
	unsigned shift = prefilter->shift;

	for (size_t i = 0; i < LANE + warm; i++)
		for (size_t lane = 0; lane < LANES; lane++) {
			state[lane] = steps[(state[lane] << shift) +
					    prefilter->class_of[at[lane * LANE + i - warm]]];
			if (state[lane] & HIT) {
				state[lane] &= ~HIT;
				hits[lane * (LANE + MAX_WARM) + count[lane]++] = (struct hit){
					state[lane], (uint32_t)(lane * LANE + i - warm + 1)};
			}
		}
	for (size_t lane = 0; lane < LANES; lane++)
		for (size_t k = 0; k < count[lane]; k++) {
			const struct hit *hit = &hits[lane * (LANE + MAX_WARM) + k];

			if (hit->end > lane * LANE && hit->end <= (lane + 1) * LANE)
				tell(prefilter, hit->state, start + hit->end, fn, payload);
		}
}

void prefilter_scan(const struct prefilter *prefilter, const char *text, size_t len,
	prefilter_fn fn, void *payload)
{
	size_t block = (size_t)LANES * LANE, at = prefilter->longest;

	if (prefilter->longest > MAX_WARM || len < at + block) {
		scan_plain(prefilter, text, 0, len, fn, payload);
		return;
	}
	scan_plain(prefilter, text, 0, at, fn, payload);
	for (; len - at >= block; at += block)
		scan_block(prefilter, text, at, prefilter->hits, fn, payload);
	scan_plain(prefilter, text, at, len, fn, payload);
}
