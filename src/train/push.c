/* Whether what was pushed arrived, and whether that branch is trained on. */
#include "flywheel/push.h"

#include "flywheel/config.h"
#include "flywheel/refs.h"
#include "flywheel/remote.h"
#include "flywheel/store_push.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define HEADS "refs/heads/"
#define WATCHED "push.watched" /* set when the tracking refs' logs were first looked at */
#define LONGEST_WAIT 900
#define GIVE_UP ((int64_t)14 * CLOCK_DAY)
#define GIVE_UP_ATTEMPTS 100 /* a clock that jumps does not give up for us */

/* Seconds between looks after a push has ended; the last only where its end is not known. */
static const int rechecks[] = {2, 10, 60, 300, 3600};

enum finding {
	FOUND_ARRIVED,
	FOUND_ABSENT,      /* the remote has something else there */
	FOUND_UNREACHABLE, /* error_message() says why */
	FOUND_PUSHING,     /* git is still at it */
	FOUND_UNTOLD,      /* which refs is not known: the logs will tell */
	FOUND_UNWANTED
};

struct arrival {
	push_arrived_fn fn;
	void *payload;
	int64_t now;
};

bool push_wanted(struct session *session, const char *remote, const char *ref)
{
	const struct strings *globs = config_list(session->config, "trainBranch");
	struct buf head = BUF_INIT;
	bool wanted = false;

	if (!starts_with(ref, HEADS))
		return false;
	for (size_t i = 0; i < globs->count && !wanted; i++)
		wanted = !fnmatch(globs->items[i], ref + strlen(HEADS), 0);
	if (globs->count)
		return wanted;
	if (!remote_default_branch(session->repo, remote, &head) ||
		!remote_default_branch(session->repo, "origin", &head))
		wanted = !strcmp(ref, head.ptr);
	else
		wanted = !strcmp(ref, HEADS "main") || !strcmp(ref, HEADS "master");
	buf_release(&head);
	return wanted;
}

/* The same process, not one that has its number now; a dead one that nobody waits for is dead. */
static bool lives(int64_t pid, int64_t start)
{
	char *path = xstrfmt("/proc/%lld/stat", (long long)pid);
	struct buf stat = BUF_INIT;
	const char *at = NULL;
	bool same = false;

	if (pid > 0 && start > 0 && !file_read(path, 4096, &stat))
		at = strrchr(stat.ptr, ')'); /* fields 3, 4, ... follow */
	if (at && !starts_with(at, ") Z")) {
		for (int field = 2; at && field < 22; field++)
			at = strchr(at + 1, ' ');
		same = at && strtoll(at + 1, NULL, 10) == start;
	}
	buf_release(&stat);
	free(path);
	return same;
}

static size_t looks(const struct push_row *push)
{
	return ARRAY_SIZE(rechecks) - (push->pid_start ? 1 : 0);
}

/*
 * git moves the tracking ref before it ends, so the answer is here; but a connection that broke
 * after the remote took the push leaves it unmoved, and so the last look asks the remote itself.
 */
static enum finding look(struct session *session, const struct push_row *push)
{
	struct buf tracking = BUF_INIT;
	struct oid commit, there;
	enum finding finding = FOUND_ABSENT;
	bool ask = (size_t)push->attempts >= looks(push);
	int rc;

	if (*push->ref && !push_wanted(session, push->remote, push->ref))
		return FOUND_UNWANTED;
	if (lives(push->pid, push->pid_start))
		return FOUND_PUSHING;
	if (!*push->ref)
		return FOUND_UNTOLD;
	memcpy(commit.raw, push->oid, OID_RAW);
	if (remote_tracking(session->repo, push->remote, push->ref, &tracking))
		ask = true;
	else if ((!ref_read(session->repo, tracking.ptr, &there) &&
			 repo_is_ancestor(session->repo, &commit, &there)) ||
		 remote_got_by_push(session->repo, tracking.ptr, &commit))
		finding = FOUND_ARRIVED;
	if (finding != FOUND_ARRIVED && ask) {
		rc = remote_ask(session->repo, push->remote, push->url, push->ref, &there);
		if (!rc && repo_is_ancestor(session->repo, &commit, &there))
			finding = FOUND_ARRIVED;
		else if (rc && rc != E_NOTFOUND)
			finding = FOUND_UNREACHABLE;
	}
	buf_release(&tracking);
	return finding;
}

static void set(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

static void end(struct push_row *push, const char *state, const char *reason)
{
	set(&push->state, state);
	set(&push->reason, reason);
}

static void wait_longer(struct push_row *push, int64_t now, int64_t seconds)
{
	push->next_at = now + seconds;
	push->attempts++;
}

static void apply(struct push_row *push, enum finding finding, int64_t now)
{
	char *reason;

	switch (finding) {
	case FOUND_ARRIVED:
		end(push, PUSH_ARRIVED, "");
		break;
	case FOUND_UNWANTED:
		end(push, PUSH_IGNORED, "its branch is not trained on");
		break;
	case FOUND_PUSHING:
		/* A long push is looked at less often. */
		push->next_at = now + (now - push->at < 60 ? 1 : 10);
		break;
	case FOUND_UNTOLD:
	case FOUND_ABSENT:
		if ((size_t)push->attempts < looks(push))
			wait_longer(push, now, rechecks[push->attempts]);
		else if (finding == FOUND_ABSENT)
			end(push, PUSH_LOST,
				"it was rejected or failed: the remote does not have it");
		else
			end(push, PUSH_IGNORED, "which refs were pushed is not known");
		break;
	case FOUND_UNREACHABLE:
		reason = xstrdup(error_message());
		wait_longer(push, now,
			push->attempts < 9 ? (int64_t)2 << push->attempts : LONGEST_WAIT);
		set(&push->reason, reason);
		if (now - push->at > GIVE_UP && push->attempts > GIVE_UP_ATTEMPTS)
			end(push, PUSH_LOST, reason);
		free(reason);
		break;
	}
}

/* One transaction: a commit that is called arrived and a run for it are never without each other.
 */
static int settle(
	struct session *session, const struct push_row *push, const struct arrival *arrival)
{
	bool arrived = !strcmp(push->state, PUSH_ARRIVED), known = false;
	struct oid commit;
	int rc = store_begin(session->store);

	memcpy(commit.raw, push->oid, OID_RAW);
	if (!rc && arrived)
		rc = push_has_arrived(session->store, push->oid, &known);
	if (!rc)
		rc = push->id ? push_row_update(session->store, push)
			      : push_row_add(session->store, push);
	if (!rc && arrived && !known)
		rc = arrival->fn(session, &commit, push->ref, push->remote, arrival->payload);
	if (rc)
		store_rollback(session->store);
	else
		rc = store_commit(session->store);
	return rc;
}

/* -- pushes that no hook saw ------------------------------------------------------------------ */

struct search {
	struct session *session;
	const struct arrival *arrival;
	const char *remote, *literal; /* what stands before the first wildcard of a glob */
	size_t prefix;                /* length of what `literal` is tracked as */
	bool first;                   /* what was pushed before we watched starts nothing */
};

static int check_log(const struct search *search, const char *ref, const char *tracking)
{
	struct session *session = search->session;
	struct push_row push = {0};
	char hex[OID_HEX + 1];
	struct oid commit;
	bool known = false;
	int rc;

	if (!push_wanted(session, search->remote, ref) ||
		remote_last_push(session->repo, tracking, &commit))
		return 0;
	rc = push_is_known(session->store, ref, commit.raw, &known);
	if (!rc && !known)
		rc = push_has_arrived(session->store, commit.raw, &known);
	if (rc || known)
		return rc;
	push.remote = xstrdup(search->remote);
	push.url = xstrdup("");
	push.ref = xstrdup(ref);
	push.at = push.next_at = search->arrival->now;
	memcpy(push.oid, commit.raw, PUSH_OID);
	oid_hex(&commit, hex);
	push.spool = xstrfmt("%s %s", tracking, hex);
	if (search->first)
		end(&push, PUSH_IGNORED, "it was pushed before anybody watched");
	else
		end(&push, PUSH_ARRIVED, "");
	rc = settle(session, &push, search->arrival);
	push_row_release(&push);
	return rc;
}

static int check_tracking(const char *tracking, const struct oid *target, void *payload)
{
	const struct search *search = payload;
	char *ref = xstrfmt(HEADS "%s%s", search->literal, tracking + search->prefix);
	int rc = 0;

	(void)target;
	if (strcmp(ref, HEADS "HEAD") != 0)
		rc = check_log(search, ref, tracking);
	free(ref);
	return rc;
}

/* A branch by its name, or all that begin with what stands before a glob's first wildcard. */
static int search_glob(struct search *search, const char *glob)
{
	size_t len = strcspn(glob, "*?[\\");
	char *literal = xstrndup(glob, len), *ref = xstrfmt(HEADS "%s", literal);
	struct buf tracking = BUF_INIT;
	int rc = 0;

	if (!remote_tracking(search->session->repo, search->remote, ref, &tracking)) {
		search->literal = literal;
		search->prefix = tracking.len;
		rc = glob[len] ? refs_each(search->session->repo, tracking.ptr, check_tracking,
					 search)
			       : check_log(search, ref, tracking.ptr);
	}
	buf_release(&tracking);
	free(literal);
	free(ref);
	return rc;
}

static int search_remote(struct search *search)
{
	const struct strings *globs = config_list(search->session->config, "trainBranch");
	struct buf head = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < globs->count && !rc; i++)
		rc = search_glob(search, globs->items[i]);
	if (globs->count)
		return rc;
	if (!remote_default_branch(search->session->repo, search->remote, &head))
		rc = search_glob(search, head.ptr + strlen(HEADS));
	else
		rc = search_glob(search, "main");
	if (!rc && !head.len)
		rc = search_glob(search, "master");
	buf_release(&head);
	return rc;
}

/*
 * A push made while our hook was not there, or whose note was lost. Only the newest of each branch:
 * what it holds includes what came before.
 */
static int search_logs(struct session *session, const struct arrival *arrival, bool first)
{
	struct search search = {.session = session, .arrival = arrival, .first = first};
	struct strings remotes = STRINGS_INIT;
	int rc = remote_names(session->repo, &remotes);

	for (size_t i = 0; i < remotes.count && !rc; i++) {
		search.remote = remotes.items[i];
		rc = search_remote(&search);
	}
	strings_release(&remotes);
	return rc;
}

int push_watch(struct session *session, int64_t now)
{
	const struct arrival nobody = {NULL, NULL, now};
	char *watched = NULL;
	int rc = store_meta_get(session->store, WATCHED, &watched);

	free(watched);
	if (rc != E_NOTFOUND)
		return rc;
	rc = search_logs(session, &nobody, true);
	return rc ? rc : store_meta_set(session->store, WATCHED, "1");
}

int push_confirm(
	struct session *session, int64_t now, push_arrived_fn fn, void *payload, int64_t *next)
{
	const struct arrival arrival = {fn, payload, now};
	int64_t after = 0, count;
	int rc = push_watch(session, now);

	*next = 0;
	while (!rc) {
		struct push_row push = {0};
		int found = push_row_due(session->store, now, rechecks[4], after, &push);

		if (found == E_NOTFOUND)
			break;
		rc = found;
		if (!rc) {
			after = push.id;
			apply(&push, look(session, &push), now);
			rc = settle(session, &push, &arrival);
		}
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "interrupted");
		push_row_release(&push);
	}
	if (!rc)
		rc = search_logs(session, &arrival, false);
	if (!rc)
		rc = push_waiting(session->store, &count, next);
	return rc;
}
