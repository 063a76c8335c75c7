/* Who wrote which lines, and what became of them: derived from talk and history. */
#ifndef FLYWHEEL_STORE_ORIGIN_H
#define FLYWHEEL_STORE_ORIGIN_H

#include "flywheel/store.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An edit that an assistant proposed, for whoever follows its lines. */
struct link_edit {
	int64_t turn, at;
	int position;                                                     /* in the turn */
	const char *session, *tool, *model, *path, *text, *old, *outcome; /* old may be NULL */
};
typedef int (*link_edit_fn)(const struct link_edit *edit, void *payload);
struct link_place {
	int64_t turn, at;
	int position;
	bool rejected; /* by a person */
};
typedef int (*link_place_fn)(const struct link_place *place, void *payload);
/*
 * Where the edits of turns up to one are, in order of (time, turn, position): those that have a
 * time and did not fail.
 */
int talk_link_edits(struct store *store, int64_t last, link_place_fn fn, void *payload);
/* One of them, borrowed during the call; there is no call when it is gone. */
int talk_link_edit(
	struct store *store, const struct link_place *place, link_edit_fn fn, void *payload);
/* What was said in such turns, by id. */
typedef int (*link_turn_fn)(int64_t turn, const char *text, void *payload);
int talk_link_turns(
	struct store *store, int64_t after, int64_t last, link_turn_fn fn, void *payload);
/* The text of one edit; appends nothing where it is gone. */
int talk_link_edit_text(struct store *store, int64_t turn, int position, struct buf *out);

/* How much talk there is, and how much of it came after a turn. */
struct talk_known {
	int64_t turns, edits, last, new_turns, new_edits;
	int64_t outcomes; /* how often it was told later what became of an edit */
};
int talk_link_known(struct store *store, int64_t last, struct talk_known *out);

/* Lines of one origin: an edit, or what a note or trailer of a commit claims of one file. */
struct origin_row {
	int64_t id;   /* from 1, in the order in which they came up */
	int64_t turn; /* 0: no transcript */
	int position;
	int64_t at;
	const char *evidence; /* edit, write, note, trailer */
	const char *path, *tool, *model;
	const void *fate; /* encoded by src/conversation/fate.c */
	size_t fate_len;
};
typedef int (*origin_fn)(const struct origin_row *row, void *payload);
/* By id; with a path those of turns whose edits are linked to it. */
int store_origin_each(struct store *store, const char *path, origin_fn fn, void *payload);
int store_origin_put(struct store *store, const struct origin_row *row);
/* There are only so many; links of edits that have none go too. */
int store_origin_end(struct store *store, int64_t count);

/*
 * States of the walk that makes origins (src/conversation/fate_state.c), each a number of parts
 * from 0. `fn` gets them borrowed; non-zero ends the reading and is returned.
 */
typedef int (*walk_part_fn)(int64_t state, const void *bytes, size_t len, void *payload);
int store_walk_put(struct store *store, int64_t state, int part, const void *bytes, size_t len);
int store_walk_each(struct store *store, int64_t state, walk_part_fn fn, void *payload);
int store_walk_firsts(struct store *store, walk_part_fn fn, void *payload); /* of all, last first */
int store_walk_next(struct store *store, int64_t after, int64_t *state);    /* E_NOTFOUND */
int store_walk_drop(struct store *store, int64_t state);

#endif
