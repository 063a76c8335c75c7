/*
 * How well new lines fit the house: what each costs under a model of the code as it was before,
 * against what the house's own lines cost and what a model of other people's code says.
 */
#ifndef FLYWHEEL_FIT_H
#define FLYWHEEL_FIT_H

#include "flywheel/repo.h"
#include "flywheel/session.h"

#include <stdbool.h>
#include <stdint.h>

struct fit_line {
	const char *path;
	uint32_t line; /* from 1, in the new text */
	const char *text;
	size_t len; /* without the line break */
	unsigned tokens;
	double house;        /* bits a token */
	double generic;      /* the same under the generic baseline; negative: there is none */
	double share;        /* of the house's own lines that cost at most as much, 0 to 1 */
	size_t odd, odd_len; /* the token that surprised most: offset in `text`, bytes */
	double odd_bits;
	const char *instead; /* what the house would have gone on with; NULL: no idea */
	size_t instead_at;   /* from this offset in `text` */
	double instead_p;
	const char *as; /* "path:line" where it does so, or NULL */
};
typedef int (*fit_line_fn)(const struct fit_line *line, void *payload);

struct fit;
int fit_open(struct session *session, struct fit **out);
void fit_free(struct fit *fit);
/* The lines that `to` adds to `from`, which may be NULL: all. Lines of fewer than three tokens say
 * nothing and are left out. `instead`: ask what the house would have written. */
int fit_change(struct fit *fit, const struct oid *from, const struct oid *to, bool instead,
	fit_line_fn fn, void *payload);
/* All lines of a text that is, or will be, at `path` in a tree, whose own version is forgotten. */
int fit_text(struct fit *fit, const struct oid *tree, const char *path, const char *text,
	size_t len, bool instead, fit_line_fn fn, void *payload);

#endif
