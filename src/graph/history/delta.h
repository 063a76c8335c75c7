/* What a commit changed, file by file: the parts that its note is put together from. */
#ifndef GRAPH_DELTA_H
#define GRAPH_DELTA_H

#include "flywheel/facts.h"
#include "flywheel/repo.h"
#include "util/strings.h"

/* A definition of one side only. */
struct lone {
	enum symbol_kind kind;
	uint16_t cyclomatic, cognitive;
	uint64_t body; /* hash of its text */
	char *qualified;
};
struct lones {
	struct lone *items;
	size_t count, capacity;
};

/* One changed path. A side that is missing has no facts. */
struct change {
	char *path;
	bool has_old, has_new;
	struct oid old, new;
	bool compared;
	/* What change_compare finds: */
	bool defined; /* the old side has definitions */
	struct strings lines;
	struct lones removed, added;
};

/* A merge's are what differs from every parent. The caller frees by changes_free, also after an
 * error. E_NOTFOUND: a shallow or partial clone lacks a tree. */
int commit_changes(
	struct repo *repo, const struct commit *commit, struct change **out, size_t *count);
void changes_free(struct change *changes, size_t count);
void change_compare(struct change *change, const struct facts *old, const struct facts *new);
/* Appends the note of all changes of a commit, once each was compared. Uses them up. */
void changes_say(struct change *changes, size_t count, struct buf *out);

/*
 * Compares many changes, in the order of history, on some threads; what was not compared when it
 * was stopped (E_STOPPED) or failed says so.
 */
struct session;
struct languages;
int changes_compare(struct session *session, const struct languages *languages,
	struct change **changes, size_t count);

#endif
