/*
 * The model's inside. A prediction goes through a chain of components, from the weakest kind of
 * context to the longest and, for each kind, first what the house has written and then what the
 * text at hand has shown (the cache): P = (1 - escape) * hits / total + escape * P of the component
 * before. Below the first component stands the spelling of the token. Every step is a
 * distribution, so the whole is one.
 */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "flywheel/model.h"
#include "model/counts.h"
#include "model/lexer.h"
#include "model/place.h"
#include "model/suffix.h"
#include "model/table.h"
#include "util/buf.h"
#include "util/map.h"

#define MODEL_END 0u /* the symbol that ends and starts every text and every spelling */
#define MODEL_NOVEL UINT32_MAX
#define MODEL_COMMON 500 /* a token that the house has more often says nothing about where */
#define SPELL_ORDER 6    /* contexts of 0..5 letters */

enum evidence { SOURCE_HOUSE, SOURCE_NEAR, SOURCE_CACHE, SOURCE_COUNT };
/* Above all contexts: the names of the text at hand, and those near by, wherever they stand. */
#define KIND_NAMES CONTEXT_COUNT
#define KIND_COUNT (CONTEXT_COUNT + 1)
#define NAMES_KEY UINT64_C(1)                  /* no context has it */
#define COMPONENTS (KIND_COUNT * SOURCE_COUNT) /* number: kind * SOURCE_COUNT + source */

/* Escapes are learned for kinds of contexts: by log2 of the total and by how varied it is. */
#define BUCKET_LEVELS 12
#define BUCKET_SHARES 6
#define BUCKETS (BUCKET_LEVELS * BUCKET_SHARES)

/* What a place shows to the blend (blend.h): a row for each component that knows it, and more. */
#define BLEND_WIDTH 16
#define BLEND_OF_PLACE 5
#define BLEND_SEEN (COMPONENTS + BLEND_OF_PLACE)

#define NORMS 101 /* percentiles of what a line of the house costs, 0 to 100 */

/* How many different symbols follow a wide range, remembered. */
struct distinct_memo {
	struct range range;
	uint32_t depth, distinct;
};

struct model_facts {
	uint64_t tokens; /* without the end marks */
	int64_t seed;
	uint32_t depth, buckets, vocabulary, letters, stream, texts, slots, reserved;
};

struct model {
	struct model_facts facts;
	struct suffixes tokens;
	struct suffixes letters; /* over the vocabulary: "\0word\0word\0" */
	struct table sparse[PLACE_SPARSE];
	const uint32_t *offsets; /* [vocabulary + 1] into the letters; token 0 is "" */
	const uint64_t *marks;   /* [vocabulary] hash of the letters */
	const uint8_t *gaps;     /* [stream / 4 + 1] an enum model_gap for each, in two bits */
	const uint32_t *slots;   /* token by hash; 0 is free */
	const float *escape;     /* [COMPONENTS * BUCKETS] */
	const float *blend;      /* [BLEND_SIZE] */
	const float *norms;      /* [NORMS] bits a token of the lines that were left out, rising */
	const uint32_t *starts;  /* [texts + 1] where each text starts, and the end */
	const char *names;       /* each with its NUL */
	size_t names_len;
	void *map; /* the file, or NULL while it is being built */
	size_t map_len;

	struct map extra;      /* novel tokens met since; number: facts.vocabulary + index */
	struct counts learned; /* texts learned and forgotten since */
	int64_t learned_tokens;
	double *spelled; /* log2 P of a token's letters; 0 is not computed yet */
	uint32_t spelled_len;
	struct distinct_memo *token_memo, *letter_memo;
	struct predictor *predictor; /* made when it is needed; so is the next */
	struct near *near;
};

void model_start(struct model *model); /* the parts that live in memory */
void model_stop(struct model *model);

/* Tokens and their numbers. */
uint32_t model_lookup(const struct model *model, const char *text, size_t len);
uint32_t model_intern(struct model *model, const char *text, size_t len);
const char *model_text(const struct model *model, uint32_t id, size_t *len);
uint64_t model_mark(const struct model *model, uint32_t id);
uint32_t model_vocabulary(const struct model *model); /* with the novel ones */
/* A word that is not everywhere in the house: what a text is about. */
bool model_is_name(const struct model *model, uint32_t id);
enum model_gap model_gap_at(const struct model *model, uint32_t position);

/* log2 P of a token's letters and its end, by an n-gram over the distinct tokens. */
double spell_letters(struct model *model, const char *text, size_t len);
double spell_token(struct model *model, uint32_t id);
uint32_t distinct_in(
	const struct suffixes *s, struct distinct_memo *memo, struct range range, unsigned depth);

/* Where a text stands, and the house's ranges for the last 0..lengths-1 tokens. */
struct walk {
	struct place place;
	unsigned lengths;
	struct range house[PLACE_REACH + 1];
};

/* How often a component passed on and stayed in this text of late, and how often it usually would.
 */
struct tuning {
	double passed, usually_passed, stayed, usually_stayed;
	double odds; /* of the escape against the usual one; 1 at first */
};

/* What is counted beside the house. */
struct shown {
	struct counts near;  /* of what the house has that is like this text */
	struct counts cache; /* of this text */
	struct tuning tuning[COMPONENTS];
};
static inline const struct counts *shown_by(const struct shown *shown, enum evidence source)
{
	return source == SOURCE_NEAR ? &shown->near : &shown->cache;
}

/* One component at a place. */
struct part {
	double weight;      /* of hits / total; those of all parts and the rest make 1 */
	double usual;       /* escape, as it was learned, and */
	double escape;      /* as this text has it */
	struct range house; /* suffixes, or entries of a table */
	uint32_t counted;   /* the context in the counts of the source, or in what was learned */
	uint32_t total;     /* 0: the context was never seen */
	uint16_t bucket;
};

/* What a place predicts, before any one token is asked about. */
struct frame {
	uint64_t keys[CONTEXT_COUNT];
	struct part parts[COMPONENTS];
	double rest; /* of the spelling */
	uint16_t rows[BLEND_SEEN];
	unsigned row_count, known; /* known: those of components, which come first */
};

/* `at_start`: the text starts here; otherwise it is a fragment and nothing is known before it. */
void walk_start(const struct model *model, bool at_start, struct walk *walk);
/* The ranges of the last tokens with `id` behind them; their widths are the hits of `id`. */
void walk_look(const struct model *model, const struct walk *walk, uint32_t id,
	struct range found[PLACE_REACH + 1]);
/* Steps over `id`; `found` is what walk_look said. */
void walk_step(const struct model *model, struct walk *walk, uint32_t id,
	const struct range found[PLACE_REACH + 1]);
void frame_open(struct model *model, const struct shown *shown, const struct walk *walk,
	struct frame *frame);
/* How often each component has `id`; `found` may be NULL: it is looked up. */
void frame_hits(const struct model *model, const struct shown *shown, const struct frame *frame,
	const struct range *found, uint32_t id, uint32_t hits[COMPONENTS]);
/* Lets the escapes follow the text: `id` came, which has these hits. */
void frame_tune(const struct frame *frame, const uint32_t hits[COMPONENTS], double spelled,
	struct tuning tuning[COMPONENTS]);
/* P from the counts alone, without the spelling. */
double frame_sum(const struct frame *frame, const uint32_t hits[COMPONENTS]);
double frame_counts(const struct model *model, const struct shown *shown, const struct frame *frame,
	const struct range *found, uint32_t id);
double frame_bits(double counted, double rest, double spelled); /* -log2 of the whole */
/* Counts `id` in the cache, in every context of the frame. */
void frame_remember(
	const struct model *model, const struct frame *frame, struct counts *cache, uint32_t id);

/* Adds a text to what was learned `by` times, which is 1 or -1; ids are those of the model.
 * `wanted` (NULL: all) says which of its places count, the end's included; that of all is
 * learned_tokens. */
void overlay_add(
	struct model *model, const uint32_t *ids, size_t count, int by, const bool *wanted);

/* The likeliest tokens of a place, by the counts alone; ties go to the smaller number. */
#define PREDICT_MAX 32
struct prediction {
	uint32_t id;
	double p;
};
struct prediction_wish {
	unsigned most;      /* 1 to PREDICT_MAX */
	double floor;       /* a token of a lower P may be left out */
	uint32_t skip;      /* a token that is not to be given; MODEL_END never is */
	const char *begins; /* letters that a token must begin with */
	size_t begins_len;
};
struct predictor;
void predictor_free(struct predictor *predictor);
void near_free(struct near *near);
/* Exact: no token of at least the floor that is left out has a higher P than the last given. */
unsigned predict(struct model *model, const struct shown *shown, const struct frame *frame,
	const struct prediction_wish *wish, struct prediction *out);

/* Learns escapes, how they blend, and norms from texts of the model's own stream, each left out in
 * its turn. */
struct model_span {
	uint32_t start, end; /* in the stream */
};
void fit_default(float *escapes);
void fit_model(struct model *model, const struct model_span *texts, size_t count, float *escapes,
	float *blend, float *norms);

/* The file's sections, in this order; those of a table are repeated for each sparse context. */
enum model_section {
	SECTION_FACTS,
	SECTION_OFFSETS,
	SECTION_LETTERS,
	SECTION_LETTER_SUFFIX,
	SECTION_LETTER_SHARED,
	SECTION_LETTER_FIRST,
	SECTION_SLOTS,
	SECTION_MARKS,
	SECTION_STREAM,
	SECTION_GAPS,
	SECTION_SUFFIX,
	SECTION_SHARED,
	SECTION_FIRST,
	SECTION_ESCAPES,
	SECTION_BLEND,
	SECTION_NORMS,
	SECTION_TEXTS, /* uint32_t[texts + 1]: where each starts in the stream, and the end */
	SECTION_NAMES, /* the texts' names, each with its NUL */
	SECTION_DIRECTORY,
	SECTION_ENTRIES,
	SECTION_COUNTS,
	SECTION_SUMS,
	SECTION_OVERFLOW,
	SECTION_COUNT = SECTION_DIRECTORY + 5 * PLACE_SPARSE
};
struct model_bytes {
	const void *bytes;
	size_t len;
};
int model_file_write(
	const char *path, const struct model_bytes sections[SECTION_COUNT], char sha256[65]);

#endif
