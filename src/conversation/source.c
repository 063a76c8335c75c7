/* The table of sources, who may be read, and the harvest that reads them place by place. */
#include "conversation/harvest.h"

#include "flywheel/config.h"
#include "flywheel/scrub.h"
#include "flywheel/store_decision.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct conversation_source *const sources[] = {
	&source_claude_code,
	&source_codex,
	&source_gemini,
	&source_copilot_chat,
	&source_copilot_cli,
	&source_cursor,
	&source_continue,
	&source_cline,
	&source_roo_code,
	&source_opencode,
	&source_goose,
	&source_amp,
	&source_zed,
	&source_aider,
	/* These repeat what others tell: they come after them. */
	&source_specstory,
	&source_entire,
	&source_git_ai,
	&source_mbox,
	&source_public_inbox,
	&source_github,
	&source_gitlab,
	NULL,
};

/* Talk that stays in git: the miner of decisions reads it there, and nothing of it is stored. */
static const struct mined {
	const char *name, *title, *source; /* source: as rows of decisions name it */
} mined[] = {
	{"commit-messages", "commit messages, their trailers and reverts", "commit"},
	{"code-comments", "comments that state reasons", "comment"},
	{"adr", "architecture decision records", "adr"},
};

/* ---- for the sources ---- */

const char *harvest_worktree(struct harvest *harvest, const char *folder)
{
	return owner_find(&harvest->owner, folder);
}

const char *harvest_claim(
	struct harvest *harvest, const char *folder, const char *commit, const char *remote)
{
	return owner_claim(&harvest->owner, folder, commit, remote);
}

void harvest_adopt(struct harvest *harvest, const char *folder)
{
	owner_adopt(&harvest->owner, folder);
}

const char *harvest_worktree_of_slug(struct harvest *harvest, const char *slug)
{
	return owner_find_slug(&harvest->owner, slug);
}

const struct strings *harvest_worktrees(struct harvest *harvest)
{
	return &harvest->owner.roots;
}

/* ---- consent ---- */

/* Without settings (a caller that reads no configuration) only what is local is read. */
static bool is_allowed(const struct session *session, const struct conversation_source *source)
{
	char *key;
	bool allowed;

	if (!session->config)
		return source->reach != REACH_REMOTE;
	key = xstrfmt("harvest.%s", source->name);
	allowed = config_bool(session->config, key);
	free(key);
	return allowed;
}

static int check_named(const struct session *session, const char *name)
{
	for (size_t i = 0; sources[i]; i++)
		if (!strcmp(sources[i]->name, name))
			return is_allowed(session, sources[i])
				       ? 0
				       : fail(E_DENIED,
						 "'%s' is not to be read: allow it with `git "
						 "config flywheel.harvest.%s true`",
						 name, name);
	for (size_t i = 0; i < ARRAY_SIZE(mined); i++)
		if (!strcmp(mined[i].name, name))
			return fail(E_USAGE,
				"'%s' is read from git itself: see `git flywheel decisions`", name);
	return fail(E_USAGE, "no source named '%s': see `git flywheel harvest --list`", name);
}

/* ---- driving ---- */

static int add_place(const char *place, void *payload)
{
	strings_add(payload, place);
	return 0;
}

/*
 * Every commit starts a pass, and a forge must not be asked as often; a rebase would ask a hundred
 * times. The time is kept of every try, so that a forge that fails is not asked more often either.
 */
static int may_ask(struct harvest *harvest, const char *place, bool *may)
{
	struct store *store = harvest->session->store;
	char hex[DIGEST_HEX + 1], *key, *text = NULL;
	int64_t now = clock_now(), interval = 0, last;
	int rc = 0;

	*may = true;
	if (harvest->source->reach != REACH_REMOTE || harvest->options.dry_run)
		return 0;
	if (harvest->options.unattended && harvest->session->config)
		rc = duration_parse(
			config_text(harvest->session->config, "harvest.interval"), &interval);
	if (rc)
		return fail_context(rc, "flywheel.harvest.interval");
	digest_bytes(place, strlen(place), hex);
	key = xstrfmt("harvest.%s.%.16s.asked", harvest->source->name, hex);
	if (store_meta_get(store, key, &text))
		error_clear();
	last = text ? strtoll(text, NULL, 10) : 0;
	free(text);
	if (harvest->options.unattended && last <= now && now < last + interval) {
		*may = false; /* a time to come is of a clock that was set back */
	} else {
		text = xstrfmt("%lld", (long long)now);
		rc = store_meta_set(store, key, text);
		free(text);
	}
	free(key);
	return rc;
}

static bool belongs(struct harvest *harvest, const char *place)
{
	return !harvest->source->belongs || harvest->source->belongs(harvest, place);
}

static int read_one(struct harvest *harvest, const char *place)
{
	struct store *store = harvest->session->store;
	struct watermark mark;
	bool may;
	int rc = may_ask(harvest, place, &may);

	if (rc || !may)
		return rc;
	if (!harvest_watermark(harvest, place, &mark) && !belongs(harvest, place))
		return 0;
	if (!harvest->options.dry_run)
		rc = store_begin(store);
	if (rc)
		return rc;
	harvest->report->files++;
	harvest->left_out = false;
	harvest->unsaved = 0;
	rc = harvest->source->read(harvest, place);
	if (harvest->options.dry_run)
		return rc;
	if (!rc)
		return store_commit(store);
	store_rollback(store);
	return rc;
}

/*
 * A place that cannot be read (gone, not ours to read) is passed over: the next may be fine. So is
 * another machine's, with words: what it says must not keep this machine's talk from being read.
 */
static int pass_over(struct harvest *harvest, int rc)
{
	struct harvest_report *report = harvest->report;
	bool remote = harvest->source->reach == REACH_REMOTE;
	bool told = remote ? !harvest->options.source : rc == E_DENIED;

	if (rc == E_STOPPED || rc == E_IO || rc == E_LOCKED || (rc != E_NOTFOUND && !told))
		return rc;
	if (rc && told) {
		report->passed++;
		snprintf(report->problem, sizeof(report->problem), "%s: %s", harvest->source->name,
			error_message());
	}
	error_clear();
	return 0;
}

static int read_source(struct harvest *harvest)
{
	struct strings places = STRINGS_INIT;
	struct progress *progress = NULL;
	int rc = harvest->source->find(harvest, add_place, &places);

	if (!rc && places.count)
		progress = progress_start("harvest", places.count);
	for (size_t i = 0; i < places.count && !rc; i++) {
		rc = pass_over(harvest, read_one(harvest, places.items[i]));
		progress_set(progress, i + 1);
	}
	progress_finish(progress);
	strings_release(&places);
	return rc;
}

#define BATCH 2000 /* turns in one transaction */

/* FLYWHEEL_TEST_BATCH: fewer, so that a test can kill between any two turns. */
static size_t batch_size(void)
{
	const char *text = getenv("FLYWHEEL_TEST_BATCH");
	long number = text ? strtol(text, NULL, 10) : 0;

	return number > 0 ? (size_t)number : BATCH;
}

static int harvest_open(struct harvest *harvest, struct session *session,
	const struct harvest_options *options, struct harvest_report *report)
{
	memset(harvest, 0, sizeof(*harvest));
	memset(report, 0, sizeof(*report));
	harvest->session = session;
	harvest->report = report;
	harvest->batch = batch_size();
	if (options)
		harvest->options = *options;
	buf_init(&harvest->clean);
	harvest->writer = talk_writer_open(session->store);
	return owner_open(session->repo, &harvest->owner);
}

static int harvest_close(struct harvest *harvest, int rc)
{
	int closed = talk_writer_close(harvest->writer);

	owner_release(&harvest->owner);
	scrubber_free(harvest->scrubber);
	free(harvest->seen);
	buf_release(&harvest->clean);
	return rc ? rc : closed;
}

int conversation_harvest(struct session *session, const struct harvest_options *options,
	struct harvest_report *report)
{
	const char *name = options ? options->source : NULL;
	struct harvest harvest;
	int rc = harvest_open(&harvest, session, options, report);

	if (!rc && name)
		rc = check_named(session, name);
	for (size_t i = 0; sources[i] && !rc; i++) {
		if (name ? strcmp(sources[i]->name, name) != 0 : !is_allowed(session, sources[i]))
			continue;
		harvest.source = sources[i];
		rc = read_source(&harvest);
	}
	return harvest_close(&harvest, rc);
}

/* ---- what there is ---- */

static int count_place(struct harvest *harvest, const char *place, struct source_listing *listing)
{
	const struct conversation_source *source = harvest->source;
	struct session_count count = {1, 0};
	int rc = 0;

	if (source->count)
		rc = source->count(harvest, place, &count);
	else
		count.ours = belongs(harvest, place);
	if (rc == E_NOTFOUND || rc == E_INVALID || rc == E_DENIED) {
		error_clear();
		rc = 0;
		count = (struct session_count){0, 0};
	}
	listing->places++;
	listing->sessions += count.all;
	listing->ours += count.ours;
	return rc;
}

/* A remote that has no consent is not asked how much it holds. */
static int list_source(struct harvest *harvest, source_fn fn, void *payload)
{
	const struct conversation_source *source = harvest->source;
	struct source_listing listing = {.name = source->name,
		.title = source->title,
		.reach = source->reach,
		.allowed = is_allowed(harvest->session, source)};
	struct strings places = STRINGS_INIT;
	int rc = 0;

	if (source->reach != REACH_REMOTE || listing.allowed)
		rc = source->find(harvest, add_place, &places);
	for (size_t i = 0; i < places.count && !rc; i++)
		rc = count_place(harvest, places.items[i], &listing);
	strings_release(&places);
	return rc ? rc : fn(&listing, payload);
}

static int list_mined(struct session *session, source_fn fn, void *payload)
{
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(mined) && !rc; i++) {
		struct source_listing listing = {.name = mined[i].name,
			.title = mined[i].title,
			.reach = REACH_REPOSITORY,
			.allowed = true,
			.mined = true};

		rc = store_decision_count_source(session->store, mined[i].source, &listing.ours);
		if (!rc)
			rc = fn(&listing, payload);
	}
	return rc;
}

int conversation_sources(struct session *session, source_fn fn, void *payload)
{
	const struct harvest_options options = {.dry_run = true};
	struct harvest_report report;
	struct harvest harvest;
	int rc = harvest_open(&harvest, session, &options, &report);

	for (size_t i = 0; sources[i] && !rc; i++) {
		harvest.source = sources[i];
		rc = list_source(&harvest, fn, payload);
	}
	rc = harvest_close(&harvest, rc);
	return rc ? rc : list_mined(session, fn, payload);
}

/* ---- reading what is stored ---- */

struct each {
	turn_fn fn;
	void *payload;
};

static int hand_on(const struct talk_turn *stored, void *payload)
{
	const struct each *each = payload;
	const struct turn turn = {stored->id, stored->at, stored->source, stored->session,
		stored->role, stored->branch, stored->text, stored->tool, stored->model};

	return each->fn(&turn, each->payload);
}

int conversation_each(struct session *session, turn_fn fn, void *payload)
{
	struct each each = {fn, payload};

	return talk_each_turn(session->store, hand_on, &each);
}
