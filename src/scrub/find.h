/*
 * Finding candidates in one window of text: keywords, then rules, then plausibility, then the same
 * once more in what the window hides (view.c). Who owns which bytes is scrub.c's.
 */
#ifndef SCRUB_FIND_H
#define SCRUB_FIND_H

#include "scrub/internal.h"
#include "scrub/judge.h"
#include "util/buf.h"

/* Text made readable, and where each of its bytes stood; `from` has one element more. */
struct view {
	struct buf text;
	size_t *from;
	size_t capacity;
	bool of[256]; /* digits of base64 and of hexadecimal */
};
void view_init(struct view *view);
void view_release(struct view *view);
/*
 * The parts of a text that hold escapes (\n, \", \u0041, %2F), continued lines or string literals
 * glued together, with all that resolved. Empty when there is nothing of the kind.
 */
void view_escapes(struct view *view, const char *text, size_t len);
/* The bytes of the escape that stands at text[0]; 1 when it is none. */
size_t view_escape_length(const char *text, size_t left);
/*
 * The first run of base64 or hexadecimal digits at or after *at that hides readable text: fills
 * `view->text` (not `from`) and the run's place, and moves *at behind it. False: no more.
 */
bool view_wrapped(struct view *view, const char *text, size_t len, size_t *at, struct span *run);

struct candidate {
	struct span span;
	struct span match; /* everything that the rule looked at */
	uint32_t rule;
	enum plausible plausible;
};

struct finder {
	struct scrub_rules *rules;
	struct prefilter *prefilter;
	struct names *names;
	struct judge judge;
	uint32_t name_rule, user_rule, judge_rule;

	struct candidate *found; /* in no order */
	size_t found_count, found_capacity;
	bool gave_up; /* a pattern hit its limit: "nothing" is no answer */

	/* Of the text in hand. */
	const char *text;
	size_t len;
	bool secrets_only;
	size_t followed_at; /* end of the keyword that `followed` is of */
	uint32_t followed;  /* bits of what stands behind it */
	size_t *scanned;    /* per rule: end of what was looked at */
	struct view escapes, wrapped;
	const struct view *through; /* NULL: the text is the window itself */
	const char *window;         /* the text that offsets of findings are of */
	size_t window_len;
	struct span whole; /* a wrapped run in the window; end 0: none */
};
void finder_init(struct finder *finder, struct scrub_rules *rules);
void finder_release(struct finder *finder);
void finder_find(struct finder *finder, const char *text, size_t len, bool secrets_only);

#endif
