/* Asking a forge: tokens, pages, conditional requests and limits, the same for all of them. */
#ifndef CONVERSATION_FORGE_H
#define CONVERSATION_FORGE_H

#include "conversation/internal.h"
#include "util/js.h"

#define FORGE_PAGE 100

/* How a forge says what it is; a static table each. */
struct forge_kind {
	const char *name;       /* the source's: "github" */
	const char *title;      /* for messages: "GitHub" */
	const char *url;        /* setting of the API's address */
	const char *repository; /* setting of the repository's name there */
	const char *host;       /* whose API stands at `api` */
	const char *api;
	const char *path;        /* of the API on a host of one's own: "/api/v3" */
	const char *environment; /* variable that may hold a token */
	const char *accept;      /* header */
};

struct forge {
	const struct forge_kind *kind;
	struct harvest *harvest;
	char *api, *repository; /* "https://api.github.com", "owner/name" */
	struct buf token;
	const char *place; /* whose state is kept */
};
/* The place to read, "<api> <repository>"; tells nothing where it is not to be known. */
int forge_find(const struct forge_kind *kind, struct harvest *harvest, place_fn fn, void *payload);
int forge_open(struct forge *forge, const struct forge_kind *kind, struct harvest *harvest,
	const char *place);
void forge_close(struct forge *forge);

/* What was kept of a place under a name; NULL: nothing. The caller frees. */
char *forge_state(const struct forge *forge, const char *name);
int forge_state_set(const struct forge *forge, const char *name, const char *value);

/* One answer: a JSON value, or none (the same as last time). */
struct forge_answer {
	struct js *value; /* NULL: 304 */
	struct buf next;  /* the URL of the next page, or empty */
	struct buf etag;
};
/*
 * GET, with `etag` (may be NULL) as what is known. Waits out nothing: E_LATER when the forge wants
 * to be left alone, and then nothing is asked until it said. E_NOTFOUND; E_DENIED; E_NETWORK after
 * two more tries; E_INVALID for what is no JSON.
 */
int forge_get(struct forge *forge, const char *url, const char *etag, struct forge_answer *answer);
void forge_answer_release(struct forge_answer *answer);

/*
 * A list that is sorted by the time of the last change, from the last time on. Does not count
 * pages, which shift while things change, but asks again from the newest time seen; it only turns
 * a page where a whole one has one time. `format` has the URL with "%s" for the time. What was
 * read is saved after each page. `fn` is told of each element, perhaps twice.
 */
typedef int (*forge_item_fn)(struct forge *forge, const struct js *item, void *payload);
struct forge_list {
	const char *name;           /* of its state */
	const char *before, *after; /* of the time in the URL; the URL from the API on */
	const char *updated;        /* the member that holds the time */
};
int forge_each(struct forge *forge, const struct forge_list *list, forge_item_fn fn, void *payload);
/* All pages of a list that hangs on one thing; one that is gone is no error. */
int forge_all(struct forge *forge, const char *path, forge_item_fn fn, void *payload);

/*
 * What was deleted there is in no list of changes. Once a week a list is gone through as a whole,
 * from where the last call had to stop: a stored record that should be on a page and is not is
 * asked for by itself, and forgotten when the forge does not know it.
 */
struct forge_kept {
	const char *name;   /* of its state */
	const char *list;   /* the URL from the API on: all there is, oldest first */
	const char *record; /* how records begin, before the forge's id */
	const char *one;    /* the URL of one, before its id */
};
int forge_recheck(struct forge *forge, const struct forge_kept *kept);
/* Forgets a record that nobody can see at `url` any more. */
int forge_verify(struct forge *forge, const char *url, const char *record);
/* Whether a week has gone since `name` was checked; the first time it counts as done. */
bool forge_is_due(struct forge *forge, const char *name);
int forge_set_checked(struct forge *forge, const char *name);

int64_t forge_time(const struct js *object, const char *key); /* 0 where it is none */
void forge_escape(const char *text, struct buf *out);         /* for a URL */

#endif
