/*
 * Remotes: what git last saw there, as the remote-tracking refs and their logs tell, and what they
 * say when asked. Only remote_ask() touches the network.
 */
#ifndef FLYWHEEL_REMOTE_H
#define FLYWHEEL_REMOTE_H

#include "flywheel/repo.h"
#include "util/strings.h"

int remote_names(struct repo *repo, struct strings *names); /* sorted */

/*
 * The ref here that follows `ref` of a remote, by the remote's fetch refspecs. E_NOTFOUND: it is no
 * configured remote (a URL), or that ref is not fetched from it.
 */
int remote_tracking(struct repo *repo, const char *remote, const char *ref, struct buf *out);
/* The remote's default branch as last seen, "refs/heads/main". E_NOTFOUND: not known. */
int remote_default_branch(struct repo *repo, const char *remote, struct buf *out);

/* Whether a push is on record as having brought this commit to what `tracking` follows. */
bool remote_got_by_push(struct repo *repo, const char *tracking, const struct oid *commit);
/* The commit that `tracking` is at, when it was a push that brought it there. E_NOTFOUND. */
int remote_last_push(struct repo *repo, const char *tracking, struct oid *commit);

/*
 * Asks over the network what `ref` is now: the remote by its name, or `url` where the name is none
 * or where it is pushed to another place than fetched from. No prompts, at most a minute.
 * E_NETWORK: no answer, whatever the cause; E_NOTFOUND: it has no such ref.
 */
int remote_ask(
	struct repo *repo, const char *remote, const char *url, const char *ref, struct oid *out);

#endif
