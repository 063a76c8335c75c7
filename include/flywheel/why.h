/*
 * "Why is it like this?" The words of the question are taken for a path (with or without a line),
 * then a symbol, then a commit, and else searched for; what is nearest comes first.
 */
#ifndef FLYWHEEL_WHY_H
#define FLYWHEEL_WHY_H

#include "flywheel/decision.h"

enum why_kind { WHY_LINE, WHY_FILE, WHY_FOLDER, WHY_SYMBOL, WHY_COMMIT, WHY_WORDS };
/* How near a decision is to what was asked. */
enum why_relation {
	WHY_OF_LINE,
	WHY_OF_SYMBOL,
	WHY_OF_COMMIT,
	WHY_OF_NEIGHBOUR, /* a symbol that it uses, or that uses it in its file */
	WHY_OF_FILE,
	WHY_OF_MODULE,
	WHY_TEXT
};

struct why_answer {
	enum why_kind kind;
	char *path;    /* from the root of the tree; NULL unless a line, file, folder or symbol */
	uint32_t line; /* 0 unless a line or a symbol */
	uint32_t last; /* of a range of lines; else 0 */
	char *symbol;  /* qualified name of, or around, what was asked; NULL when there is none */
	size_t places; /* symbols of that name, when a symbol was asked */
	bool uncommitted;  /* the line is not committed yet */
	struct oid commit; /* the line's, or the one asked for; zero: none */
	struct oid *more;  /* of a range: those of its other lines, the newest first */
	size_t more_count;
	char *subject; /* of that commit, or NULL */
	int64_t commit_time;
	size_t found; /* decisions handed to fn */
};

typedef int (*why_fn)(enum why_relation relation, const struct decision *decision, void *payload);

/*
 * Fills the answer, then hands over at most `limit` decisions, nearest and newest first, each once.
 * `prefix` is the caller's folder inside the work tree, "" or ending in '/'.
 */
int why_resolve(
	struct session *session, const char *prefix, const char *words, struct why_answer *out);
int why_each(struct session *session, struct why_answer *answer, const char *words, size_t limit,
	why_fn fn, void *payload);
void why_release(struct why_answer *answer);

const char *why_kind_name(enum why_kind kind);
const char *why_relation_name(enum why_relation relation);

/* The commit that wrote a line of a file of the work tree; zero when it is not committed. */
int why_blame(struct session *session, const char *path, uint32_t line, struct oid *commit);

#endif
