/*
 * The model's inside. A prediction goes through a chain of components, from the shortest context
 * to the longest and, for each length, first what the house has written and then what the text at
 * hand has shown (the cache): P = (1 - escape) * hits / total + escape * P of the component before.
 * Below the first component stands the spelling of the token. Every step is a distribution, so the
 * whole is one.
 */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "flywheel/model.h"
#include "model/suffix.h"
#include "model/trie.h"
#include "util/buf.h"
#include "util/map.h"

#define MODEL_ORDER 6 /* contexts of 0..5 tokens, in the text and in the spelling of a token */
#define MODEL_END 0u  /* the symbol that ends and starts every text and every spelling */
#define MODEL_NOVEL UINT32_MAX

enum model_source { SOURCE_HOUSE, SOURCE_CACHE, SOURCE_COUNT };
#define COMPONENTS (MODEL_ORDER * SOURCE_COUNT) /* number: length * SOURCE_COUNT + source */

/* Escapes are learned for kinds of contexts: by log2 of the total and by how varied it is. */
#define BUCKET_LEVELS 12
#define BUCKET_SHARES 6
#define BUCKETS (BUCKET_LEVELS * BUCKET_SHARES)

/* How many different symbols follow a wide range, remembered. */
struct distinct_memo {
	struct range range;
	uint32_t depth, distinct;
};

struct model_facts {
	uint64_t tokens; /* without the end marks */
	int64_t seed;
	uint32_t order, depth, buckets, vocabulary, letters, stream, texts, slots;
};

struct model {
	struct model_facts facts;
	struct suffixes tokens;
	struct suffixes letters; /* over the vocabulary: "\0word\0word\0" */
	const uint32_t *offsets; /* [vocabulary + 1] into the letters; token 0 is "" */
	const uint32_t *slots;   /* token by hash; 0 is free */
	const double *escape;    /* [COMPONENTS * BUCKETS] */
	void *map;               /* the file, or NULL while it is being built */
	size_t map_len;

	struct map extra;    /* novel tokens met since; number: facts.vocabulary + index */
	struct trie learned; /* texts learned since */
	double *spelled;     /* log2 P of a token's letters; 0 is not computed yet */
	uint32_t spelled_len;
	struct distinct_memo *token_memo, *letter_memo;
};

void model_start(struct model *model); /* the parts that live in memory */
void model_stop(struct model *model);

/* Tokens and their numbers. */
uint32_t model_lookup(const struct model *model, const char *text, size_t len);
uint32_t model_intern(struct model *model, const char *text, size_t len);
const char *model_text(const struct model *model, uint32_t id, size_t *len);
uint32_t model_vocabulary(const struct model *model); /* with the novel ones */

/* log2 P of a token's letters and its end, by an n-gram over the distinct tokens. */
double spell_letters(struct model *model, const char *text, size_t len);
double spell_token(struct model *model, uint32_t id);
uint32_t distinct_in(
	const struct suffixes *s, struct distinct_memo *memo, struct range range, unsigned depth);

/* Where a text stands: the contexts of every length, in every source. */
struct walk {
	unsigned lengths; /* contexts of 0..lengths-1 tokens are known */
	struct range house[MODEL_ORDER];
	uint32_t learned[MODEL_ORDER], cache[MODEL_ORDER];
};

/* What a place predicts, before any one token is asked about. */
struct frame {
	double weight[COMPONENTS];  /* of each component's hits / total; they and rest make 1 */
	double rest;                /* of the spelling */
	uint32_t total[COMPONENTS]; /* 0: the context was never seen */
	uint16_t bucket[COMPONENTS];
};

/* `at_start`: the text starts here; otherwise it is a fragment and nothing is known before it. */
void walk_start(const struct model *model, bool at_start, struct walk *walk);
/* The contexts that end in `id`, one token longer each; their widths are the hits of `id`. */
void walk_look(const struct model *model, const struct trie *cache, const struct walk *walk,
	uint32_t id, struct walk *found);
/* Counts `id` in the cache and steps over it. */
void walk_step(struct walk *walk, struct trie *cache, uint32_t id, const struct walk *found);
void frame_open(struct model *model, const struct trie *cache, const struct walk *walk,
	struct frame *frame);
uint32_t frame_hits(const struct model *model, const struct trie *cache, const struct walk *found,
	unsigned component);
/* P from the counts alone, without the spelling. */
double frame_counts(const struct model *model, const struct trie *cache, const struct frame *frame,
	const struct walk *found);
double frame_bits(double counted, double rest, double spelled); /* -log2 of the whole */

/* The rank of a token, 1 to RANK_MAX; 0 when it is lower or was never seen. A ranker serves one
 * model as long as that learns nothing. */
#define RANK_MAX 10
struct ranker;
struct ranker *ranker_new(struct model *model);
unsigned ranker_rank(struct ranker *ranker, const struct trie *cache, const struct walk *walk,
	const struct frame *frame, uint32_t id);
void ranker_free(struct ranker *ranker);

/* Learns escapes[COMPONENTS * BUCKETS] from texts that `model` has not seen. */
struct model_span {
	uint32_t start, end; /* in the stream */
};
void fit_default(double *escapes);
void fit_escapes(struct model *model, const uint32_t *stream, const struct model_span *texts,
	size_t count, double *escapes);

/* The file's sections, in this order. */
enum model_section {
	SECTION_FACTS,
	SECTION_OFFSETS,
	SECTION_LETTERS,
	SECTION_LETTER_SUFFIX,
	SECTION_LETTER_SHARED,
	SECTION_LETTER_FIRST,
	SECTION_SLOTS,
	SECTION_STREAM,
	SECTION_SUFFIX,
	SECTION_SHARED,
	SECTION_FIRST,
	SECTION_ESCAPES,
	SECTION_TEXTS, /* uint32_t[texts + 1]: where each starts in the stream, and the end */
	SECTION_NAMES, /* the texts' names, each with its NUL */
	SECTION_COUNT
};
struct model_bytes {
	const void *bytes;
	size_t len;
};
int model_file_write(
	const char *path, const struct model_bytes sections[SECTION_COUNT], char sha256[65]);

#endif
