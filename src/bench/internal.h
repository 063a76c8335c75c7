/*
 * Inside the benchmark: the material that questions are made from, drafts of questions, and the
 * nine categories, each of which lists candidates and turns one candidate into a draft.
 */
#ifndef BENCH_INTERNAL_H
#define BENCH_INTERNAL_H

#include "flywheel/bench.h"
#include "flywheel/graph.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/strings.h"

#define PROMPT_BYTES 1400 /* about 400 tokens: what fits a small model and an impatient reader */
#define CHOICE_BYTES 240
#define FRESH_UNSEEN 2 /* a fresh line whose text by itself the cutoff has nowhere */
#define NO_ITEM 1      /* a candidate that makes no honest question */

/* A token 4-gram model of the tree at the cutoff: how likely a text is before any prompt. */
struct prior;
struct prior *prior_new(void);
void prior_add(struct prior *prior, const char *text, size_t len);
double prior_bits(const struct prior *prior, const char *text, size_t len);
/* Tokens that the cutoff has nowhere (a collision may hide one). */
size_t prior_unseen(const struct prior *prior, const char *text, size_t len);
void prior_free(struct prior *prior);

struct held_file {
	char *path;
	struct oid old, new; /* zero: not there */
};
struct held_commit { /* after the cutoff, one parent at most */
	char hex[OID_HEX + 1];
	char *message;
	struct held_file *files;
	size_t count, capacity;
};

struct choice { /* a decision whose source travels in git */
	char *id, *chosen, *because, *rejected, *path;
	uint32_t held; /* index into commits, or UINT32_MAX: not held out */
};

struct material {
	struct session *session;
	const struct split *split;
	struct graph *head, *cutoff;
	uint64_t seed;
	struct prior *prior;
	struct buf *texts;         /* by file of `head`; read by material_text */
	unsigned char **fresh;     /* by file of `head`: a flag for each line from 1; NULL: none */
	unsigned char *fresh_docs; /* by symbol of `head`: documented, and not so at the cutoff */
	struct map old_bodies;     /* hashes of definitions at the cutoff */
	struct map old_docs;       /* first sentences of their comments */
	struct map old_uses;       /* "path\nname" as written, "path\tpath" of files */
	struct map subjects;       /* prefixes of trained subjects ("area: ..."), with how often */
	struct held_commit *commits; /* oldest first */
	size_t commit_count, commit_capacity, trained;
	struct choice *choices; /* filled by decision-recall */
	size_t choice_count, choice_capacity;
};

int material_open(struct session *session, const struct split *split, struct material *out);
void material_close(struct material *material);
/* Marks the lines of HEAD that stand nowhere at the cutoff; teaches the prior on the way. */
int material_find_fresh(struct material *material);
/* Text of a file at HEAD: borrowed, "" when it cannot be read. */
const struct buf *material_text(struct material *material, uint32_t file);
bool material_is_fresh(const struct material *material, uint32_t file, uint32_t line);
bool material_is_unseen(const struct material *material, uint32_t file, uint32_t line);
bool material_is_new(const struct material *material, uint32_t symbol);
bool material_used(const struct material *material, const char *from, char mark, const char *to);
/* Bytes [*start, return) of a line from 1, without its newline. */
size_t text_line(const struct buf *text, uint32_t line, size_t *start);
/*
 * Appends what an editor would have before `offset`: the path, the enclosing definition's head
 * when it lies further up, and the preceding lines, at most `max` bytes.
 */
void material_context(
	struct material *material, uint32_t file, size_t offset, size_t max, struct buf *out);
/* Opens and ends a comment in the file's language. */
void comment_marks(const struct graph_file *file, const char **open, const char **close);
/* "path:line" at HEAD. */
char *material_place(const struct material *material, uint32_t file, uint32_t line);
uint64_t material_hash(const struct material *material, const char *text, uint64_t salt);
/* The same for something in a file: files that are no tests come first. */
uint64_t material_order(const struct material *material, uint32_t file, uint64_t hash);
bool is_test_path(const char *path);
/* Copied from elsewhere, going by its folder: the house did not write it. */
bool is_foreign_path(const char *path);

/* Questions: the draft's wrong answers are a pool, from which draft_finish picks three. */
struct draft {
	struct buf prompt;
	char *answer;
	struct draft_choice {
		char *text;
		int tier;    /* 0: closest to the truth */
		double bits; /* by the prior, minus the right answer's */
	} * others;
	size_t count, capacity;
	bool triples; /* others stand in threes that belong together */
	bool labels;  /* choices come from a small set that many items share */
	char *path, *symbol, *source;
};
/*
 * How often the right answer of a category came out as the 1st..4th likeliest, and longest; and for
 * a label three times its uses as the right answer minus those as a wrong one: at zero, a fixed
 * preference for any label is right once in four.
 */
struct balance {
	size_t likely[BENCH_CHOICES], longer[BENCH_CHOICES];
	struct map credit;
};
void draft_release(struct draft *draft);
void draft_answer(struct draft *draft, const char *text, size_t len);
void draft_other(struct draft *draft, const char *text, size_t len, int tier);
/*
 * Picks three wrong answers so that the right one's rank by the prior, and by length, is even over
 * a category: nobody who sees the choices alone can do better than guess. NO_ITEM when that
 * cannot be done or the prompt gives the answer away.
 */
int draft_finish(struct draft *draft, int category, const struct material *material,
	const struct balance *balance, struct bench_item *out);
/* Counts an item that was taken. */
void balance_note(
	struct balance *balance, const struct material *material, const struct bench_item *item);
/* Shuffles the choices by the item's hash and names the item. */
void item_seal(struct bench_item *item);
void item_release(struct bench_item *item);

struct candidate {
	uint64_t order; /* seeded hash of what it stands for: the sample */
	uint32_t a, b;
};
struct candidates {
	struct candidate *items;
	size_t count, capacity;
};
void candidates_add(struct candidates *list, uint64_t order, uint32_t a, uint32_t b);

/* A fresh line inside a function, without its indent. */
struct place {
	uint32_t file, line, symbol;
	size_t start, end;
};
typedef bool (*line_fn)(const char *line, size_t len);
/* Candidates (file, line) for every fresh statement that `wanted` (may be NULL) likes. */
void list_fresh_lines(struct material *material, line_fn wanted, struct candidates *out);
int place_of(struct material *material, const struct candidate *candidate, struct place *out);
/* Fills path, symbol and source of a draft, and the prompt up to `offset` with its indent. */
void draft_from(
	struct draft *draft, struct material *material, const struct place *place, size_t offset);

/*
 * Wrong variants of a statement by two changes, A and B (another name in scope, a turned condition,
 * swapped arguments): A alone, B alone, both. With the right one they form a square, in which no
 * corner is more central than another; three lone changes would be outvoted by what they share.
 * `turned`: A turns a condition or a value where the line has any.
 */
void mutate(const char *line, size_t len, const char *scope, size_t scope_len, bool turned,
	struct draft *draft);

struct category {
	const char *name;
	const char *about;                                              /* one line: what it asks */
	int (*list)(struct material *material, struct candidates *out); /* required */
	/* Required. Fills prompt, answer, others and origin; NO_ITEM to pass. */
	int (*make)(
		struct material *material, const struct candidate *candidate, struct draft *draft);
};
extern const struct category category_understanding, category_architecture, category_routing,
	category_intent, category_call_graph, category_pattern, category_errors, category_recall,
	category_completion;

/* Items of the team's own from .flywheel/bench/ at HEAD; E_INVALID names file and line. */
int team_items(struct session *session, const struct split *split, struct bench_suite *suite);
struct bench_item *suite_add(struct bench_suite *suite);

#endif
