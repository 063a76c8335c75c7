/* The table of sources, and the harvest that reads them: every file in transactions of its own. */
#include "conversation/internal.h"
#include "conversation/scrubber.h"

#include "flywheel/repo.h"
#include "flywheel/store_talk.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)64 << 10) /* bytes kept of one turn's or edit's text, after scrubbing */
#define ID_MAX 100

static const struct conversation_source *const sources[] = {
	&source_claude_code,
	NULL,
};

struct harvest {
	struct session *session;
	const struct conversation_source *source;
	struct scrubber *scrubber; /* opened with the first turn: it reads the history's names */
	struct owner owner;
	struct harvest_report *report;
	struct map seen; /* records, in a dry run, which stores none */
	bool dry_run;
	struct buf clean;
};

/* ---- for the sources ---- */

const char *harvest_worktree(struct harvest *harvest, const char *folder)
{
	return owner_find(&harvest->owner, folder);
}

const char *harvest_worktree_of_slug(struct harvest *harvest, const char *slug)
{
	return owner_find_slug(&harvest->owner, slug);
}

void harvest_malformed(struct harvest *harvest)
{
	harvest->report->malformed++;
}

static int count_finding(const struct scrub_finding *finding, const char *pseudonym, void *payload)
{
	size_t *count = payload;

	(void)finding;
	(void)pseudonym;
	++*count;
	return 0;
}

/* Clean text of the caller's, cut at the limit; NULL when it could not be scrubbed. */
static char *scrub(struct harvest *harvest, const char *text, size_t *findings)
{
	size_t len;

	buf_clear(&harvest->clean);
	if (scrub_text(harvest->scrubber, text, strlen(text), &harvest->clean, count_finding,
		    findings)) {
		error_clear();
		return NULL;
	}
	len = harvest->clean.len;
	if (len > TEXT_MAX)
		len = utf8_valid_prefix(harvest->clean.ptr, TEXT_MAX);
	return xstrndup(harvest->clean.ptr, len);
}

/* An id is kept as it is when it looks like one and has nothing to hide; otherwise it is hashed. */
static char *safe_id(struct harvest *harvest, const char *id)
{
	char hex[DIGEST_HEX + 1], *clean = NULL;
	size_t findings = 0, len = strlen(id);
	bool plain = len && len <= ID_MAX;

	for (size_t i = 0; i < len && plain; i++)
		plain = isalnum((unsigned char)id[i]) || strchr("-_", id[i]);
	if (plain)
		clean = scrub(harvest, id, &findings);
	if (clean && !findings)
		return clean;
	free(clean);
	digest_bytes(id, len, hex);
	return xstrdup(hex);
}

static char *record_id(struct harvest *harvest, const struct raw_turn *turn)
{
	char hex[DIGEST_HEX + 1], *when;
	struct digest *digest;

	if (turn->record && *turn->record)
		return safe_id(harvest, turn->record);
	digest = digest_new();
	when = xstrfmt("%lld", (long long)turn->at);
	digest_addstr(digest, turn->session ? turn->session : "");
	digest_addstr(digest, when);
	digest_addstr(digest, turn->role);
	digest_addstr(digest, turn->text);
	digest_finish(digest, hex);
	free(when);
	return xstrdup(hex);
}

static bool is_known(struct harvest *harvest, const char *record)
{
	bool added = true;

	if (harvest->dry_run)
		map_put_str(&harvest->seen, record, &added);
	return !added || talk_has_record(harvest->session->store, record);
}

struct clean_edit {
	char *path, *text;
};

/* Edits of this repository's files, scrubbed. False: one could not be scrubbed. */
static bool clean_edits(struct harvest *harvest, const struct raw_turn *turn,
	struct clean_edit *edits, size_t *count, size_t *findings)
{
	bool ok = true;

	for (size_t i = 0; i < turn->edit_count && ok; i++) {
		struct buf path = BUF_INIT;

		if (owner_relative(&harvest->owner, turn->folder, turn->edits[i].path, &path)) {
			edits[*count].path = scrub(harvest, path.ptr, findings);
			edits[*count].text = scrub(harvest, turn->edits[i].text, findings);
			ok = edits[*count].path && edits[*count].text;
			++*count;
		}
		buf_release(&path);
	}
	return ok;
}

static int store_turn(struct harvest *harvest, const struct talk_turn *turn,
	const struct clean_edit *edits, size_t count)
{
	int64_t id = 0;
	int rc = 0;

	if (!harvest->dry_run)
		rc = talk_add_turn(harvest->session->store, turn, &id);
	for (size_t i = 0; i < count && id && !rc; i++)
		rc = talk_add_edit(harvest->session->store, id, edits[i].path, edits[i].text);
	if (rc || (!id && !harvest->dry_run))
		return rc;
	harvest->report->turns++;
	harvest->report->edits += count;
	return 0;
}

static int take_turn(struct harvest *harvest, const struct raw_turn *raw, const char *record)
{
	struct clean_edit *edits = xcalloc(raw->edit_count + 1, sizeof(*edits));
	size_t count = 0, findings = 0;
	char *session = safe_id(harvest, raw->session ? raw->session : "");
	char *text = scrub(harvest, raw->text, &findings);
	char *branch = scrub(harvest, raw->branch ? raw->branch : "", &findings);
	int rc = 0;

	if (!clean_edits(harvest, raw, edits, &count, &findings) || !text || !branch) {
		harvest->report->dropped++;
	} else if (*text || count) {
		const struct talk_turn turn = {0, raw->at, record, harvest->source->name, session,
			raw->role, branch, text};

		harvest->report->findings += findings;
		rc = store_turn(harvest, &turn, edits, count);
	}
	for (size_t i = 0; i < count; i++) {
		free(edits[i].path);
		free(edits[i].text);
	}
	free(edits);
	free(session);
	free(text);
	free(branch);
	return rc;
}

int harvest_turn(struct harvest *harvest, const struct raw_turn *raw)
{
	char *record;
	int rc = 0;

	if (!harvest->scrubber)
		rc = scrubber_make(harvest->session, !harvest->dry_run, &harvest->scrubber);
	if (rc)
		return rc;
	record = record_id(harvest, raw);
	if (!is_known(harvest, record))
		rc = take_turn(harvest, raw, record);
	free(record);
	return rc;
}

/* ---- watermarks ---- */

bool harvest_watermark(struct harvest *harvest, const char *path, struct watermark *out)
{
	char hex[DIGEST_HEX + 1];

	digest_bytes(path, strlen(path), hex);
	return talk_watermark_get(harvest->session->store, harvest->source->name, hex, out);
}

int harvest_checkpoint(struct harvest *harvest, const char *path, const struct watermark *mark)
{
	struct store *store = harvest->session->store;
	char hex[DIGEST_HEX + 1];
	int rc;

	if (harvest->dry_run)
		return 0;
	digest_bytes(path, strlen(path), hex);
	rc = talk_watermark_set(store, harvest->source->name, hex, mark);
	if (!rc)
		rc = store_commit(store);
	return rc ? rc : store_begin(store);
}

/* ---- driving ---- */

static int add_path(const char *path, void *payload)
{
	strings_add(payload, path);
	return 0;
}

/* A file that cannot be read (gone, not ours to read) is passed over: the next may be fine. */
static int read_one(struct harvest *harvest, const char *path)
{
	struct store *store = harvest->session->store;
	struct watermark mark;
	int rc = 0;

	if (!harvest_watermark(harvest, path, &mark) && !harvest->source->belongs(harvest, path))
		return 0;
	if (!harvest->dry_run)
		rc = store_begin(store);
	if (rc)
		return rc;
	harvest->report->files++;
	rc = harvest->source->read(harvest, path);
	if (harvest->dry_run)
		return rc;
	if (!rc)
		return store_commit(store);
	store_rollback(store);
	return rc;
}

static int read_source(struct harvest *harvest)
{
	struct strings paths = STRINGS_INIT;
	struct progress *progress = NULL;
	int rc = harvest->source->find(add_path, &paths);

	if (!rc && paths.count)
		progress = progress_start("harvest", paths.count);
	for (size_t i = 0; i < paths.count && !rc; i++) {
		rc = read_one(harvest, paths.items[i]);
		if (rc == E_NOTFOUND) {
			error_clear();
			rc = 0;
		}
		progress_set(progress, i + 1);
	}
	progress_finish(progress);
	strings_release(&paths);
	return rc;
}

static void harvest_release(struct harvest *harvest)
{
	owner_release(&harvest->owner);
	scrubber_free(harvest->scrubber);
	map_release(&harvest->seen);
	buf_release(&harvest->clean);
}

static int check_source(const char *name)
{
	for (size_t i = 0; sources[i]; i++)
		if (!name || !strcmp(sources[i]->name, name))
			return 0;
	return fail(E_USAGE, "no source named '%s': see `git flywheel harvest --list`", name);
}

int conversation_harvest(
	struct session *session, const char *source, bool dry_run, struct harvest_report *report)
{
	struct harvest harvest = {.session = session, .report = report, .dry_run = dry_run};
	int rc = check_source(source);

	memset(report, 0, sizeof(*report));
	buf_init(&harvest.clean);
	if (!rc)
		rc = owner_open(session->repo, &harvest.owner);
	for (size_t i = 0; sources[i] && !rc; i++) {
		if (source && strcmp(sources[i]->name, source))
			continue;
		harvest.source = sources[i];
		rc = read_source(&harvest);
	}
	harvest_release(&harvest);
	return rc;
}

int conversation_sources(struct session *session, source_fn fn, void *payload)
{
	struct harvest_report report = {0};
	struct harvest harvest = {.session = session, .report = &report, .dry_run = true};
	int rc = owner_open(session->repo, &harvest.owner);

	buf_init(&harvest.clean);
	for (size_t i = 0; sources[i] && !rc; i++) {
		struct source_listing listing = {sources[i]->name, sources[i]->title, 0, 0};
		struct strings paths = STRINGS_INIT;

		harvest.source = sources[i];
		rc = sources[i]->find(add_path, &paths);
		for (size_t k = 0; k < paths.count && !rc; k++)
			listing.ours += sources[i]->belongs(&harvest, paths.items[k]);
		listing.files = paths.count;
		strings_release(&paths);
		if (!rc)
			rc = fn(&listing, payload);
	}
	harvest_release(&harvest);
	return rc;
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
		stored->role, stored->branch, stored->text};

	return each->fn(&turn, each->payload);
}

int conversation_each(struct session *session, turn_fn fn, void *payload)
{
	struct each each = {fn, payload};

	return talk_each_turn(session->store, hand_on, &each);
}
