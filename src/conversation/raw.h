/*
 * A turn in the making: what the readers of all tools share. Tools name their editing tools and the
 * arguments of them differently, but mean one of four things: old and new text, whole new text, a
 * patch, or blocks of search and replace.
 */
#ifndef CONVERSATION_RAW_H
#define CONVERSATION_RAW_H

#include "conversation/internal.h"

struct raw_draft {
	struct raw_turn turn; /* text, edits and anchors are set by raw_store() */
	struct buf text;
	struct buf reply; /* of a person, within the assistant's record */
	int64_t reply_at; /* 0: as the turn */
	struct raw_edit *edits;
	size_t edit_count, edit_capacity, own_count; /* own_count: the first ones are copies */
	struct raw_anchor *anchors;
	size_t anchor_count, anchor_capacity;
	struct strings owned; /* texts of edits that stand in no record */
};

void raw_init(struct raw_draft *draft);
void raw_release(struct raw_draft *draft);
void raw_clear(struct raw_draft *draft); /* empty again; the turn's members are NULL */
const char *raw_keep(struct raw_draft *draft, const char *text, size_t len); /* a copy of its own */

/* Adds what was said, after an empty line where something stands. NULL adds nothing. */
void raw_add_text(struct raw_draft *draft, const char *text);
/* `edit` is borrowed until raw_store(); without a path or a new text it is left out. */
void raw_add_edit(struct raw_draft *draft, const struct raw_edit *edit);
void raw_add_anchor(struct raw_draft *draft, const struct raw_anchor *anchor);
/* Adds what a call of a tool was to write; a tool that writes nothing adds nothing. `arguments` is
 * an object, or a text that holds one; `name`, `call` and `outcome` may be NULL. */
void raw_add_call(struct raw_draft *draft, const char *name, const char *call,
	const struct js *arguments, const char *outcome);
/* Adds a question with its choices, each a line after "- ": {"question","options":[text or
 * {"label","description"}]}, or as other tools name these. `words`: the question, where it stands
 * elsewhere; or NULL. What is no such object adds nothing. Decisions are read from that form. */
void raw_add_question(struct raw_draft *draft, const char *words, const struct js *question);
/* Adds what a person answered to it, or why it was refused; `question` NULL: known from before. */
void raw_add_reply(struct raw_draft *draft, const char *question, const char *answer);
/* Content as text or as blocks of Anthropic's form: text, tool_use; the rest is passed over. */
void raw_add_content(struct raw_draft *draft, const struct js *content);
/* The turn goes to the harvest unless it is empty, and after it, as a turn of its own whose record
 * is that one's with RAW_REPLY, what a person replied in it; then the draft is cleared. */
#define RAW_REPLY "-reply"
int raw_store(struct raw_draft *draft, struct harvest *harvest);

/* An id from up to three parts, of which the last ones may be NULL: what has none of its own. */
const char *raw_id(
	struct raw_draft *draft, const char *tool, const char *a, const char *b, const char *c);
/* ISO 8601, or seconds or milliseconds since 1970 as number or text; otherwise `otherwise`. */
int64_t raw_time(const struct js *value, int64_t otherwise);

/* True for the name of a tool that writes files, whoever's it is. */
bool raw_is_writer(const char *name);
/* Copies what the edits so far have borrowed: what it stands in may go. */
void raw_own(struct raw_draft *draft);

/* ---- patches, patch.c ---- */

/* "*** Begin Patch" with its files: a deleted file is an edit to "". */
void raw_add_patch(struct raw_draft *draft, const struct raw_edit *like, const char *patch);
/* A unified diff of the one file in `like`, whatever its own head says. */
bool raw_is_diff(const char *text);
void raw_add_diff(struct raw_draft *draft, const struct raw_edit *like, const char *diff);
/* Blocks of <<<<<<< SEARCH, =======, >>>>>>> REPLACE (or the ------- and +++++++ form), for the
 * path in `like`; NULL there: the line before each block names it. */
void raw_add_blocks(struct raw_draft *draft, const struct raw_edit *like, const char *text);

#endif
