/* Following lines through one commit: what its files share. */
#ifndef CONVERSATION_FATE_WALK_H
#define CONVERSATION_FATE_WALK_H

#include "conversation/fate.h"

struct text_lines {
	struct buf text;
	uint32_t *start; /* offset of each line */
	uint32_t count, capacity;
};
bool text_read(struct repo *repo, const struct oid *blob, struct text_lines *out);
bool fate_text(struct fates *fates, const struct oid *blob, struct text_lines *out);
void text_index(struct text_lines *lines);
const char *line_text(const struct text_lines *lines, uint32_t number, size_t *len);
void text_release(struct text_lines *lines);
/* A byte for each line that only the old, and only the new text has. The caller frees both. */
int text_compare(const struct text_lines *old, const struct text_lines *new, unsigned char **gone,
	unsigned char **come);

/*
 * The version of a blob, made where it is not known from as many of the newest ones; borrowed until
 * the next call.
 */
int version_of(struct fates *fates, struct fate_path *path, const struct oid *blob,
	const struct text_lines *text, uint32_t most, struct version **out);

struct added {
	uint64_t hash;
	uint32_t line; /* from 0, in the new text */
	bool trivial, taken;
};
/* One file that a commit changed. */
struct change {
	char *path;
	struct oid old, new;
	bool has_old, has_new;
	uint32_t number;  /* in fates.paths, FATE_NONE: not followed */
	bool open;        /* the rest is filled */
	uint32_t *owners; /* of the new lines */
	uint32_t count;   /* of them */
	struct added *added;
	uint32_t added_count;
	uint32_t *removed; /* lines that lost their place; FATE_NONE once they have another */
	uint32_t removed_count;
};
struct changes {
	struct change *list;
	size_t count, capacity;
};

/* Line numbers by hash; the last one in is the first one out. */
void stack_push(struct map *map, uint64_t hash, uint32_t line);
uint32_t stack_pop(struct map *map, uint64_t hash); /* FATE_NONE: there is none */
void stacks_release(struct map *map);

/* fate_match.c: whose are the added lines of one file? */
void match_pending(
	struct fates *fates, struct change *change, const struct commit *commit, bool *any);
int match_similar(struct fates *fates, struct change *change, const struct commit *commit);
void match_lost(struct fates *fates, struct change *change);
/* Some edit up to a time is still to be held against the text as it was before. */
bool is_due(const struct fates *fates, const struct fate_path *path, int64_t until);
/* Does so; the text may be NULL. */
void activate(struct fates *fates, struct fate_path *path, const struct text_lines *before,
	int64_t until);

#endif
