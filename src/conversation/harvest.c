/* Takes raw turns from the sources: scrubs them, passes over what is known, stores the rest. */
#include "conversation/harvest.h"

#include "flywheel/repo.h"
#include "flywheel/scrub.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)64 << 10) /* bytes kept of one turn's or edit's text, after scrubbing */
#define RAW_MAX ((size_t)256 << 10) /* bytes of it that are looked at */
#define ID_MAX 100

void harvest_malformed(struct harvest *harvest)
{
	harvest->report->malformed++;
}

struct session *harvest_session(struct harvest *harvest)
{
	return harvest->session;
}

int harvest_interrupted(void)
{
	return interrupted() ? fail(E_STOPPED, "interrupted: what was read so far is kept") : 0;
}

int harvest_unlock(struct harvest *harvest)
{
	harvest->unsaved = 0;
	return harvest->options.dry_run ? 0 : store_commit(harvest->session->store);
}

int harvest_lock(struct harvest *harvest)
{
	return harvest->options.dry_run ? 0 : store_begin(harvest->session->store);
}

/* ---- scrubbing ---- */

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
	size_t len = strnlen(text, RAW_MAX + 4);

	if (len > RAW_MAX)
		len = utf8_valid_prefix(text, RAW_MAX);
	buf_clear(&harvest->clean);
	if (scrub_text(harvest->scrubber, text, len, &harvest->clean, count_finding, findings)) {
		error_clear();
		return NULL;
	}
	len = harvest->clean.len;
	if (len > TEXT_MAX)
		len = utf8_valid_prefix(harvest->clean.ptr, TEXT_MAX);
	return xstrndup(harvest->clean.ptr, len);
}

static char *scrub_optional(struct harvest *harvest, const char *text, size_t *findings)
{
	return text ? scrub(harvest, text, findings) : xstrdup("");
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

static char *safe_id_optional(struct harvest *harvest, const char *id)
{
	return id && *id ? safe_id(harvest, id) : xstrdup("");
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

/* ---- one turn ---- */

/* A turn made clean; all of it is owned. */
struct clean_turn {
	struct talk_turn turn;
	struct talk_edit *edits;
	struct talk_anchor *anchors;
	size_t edit_count, anchor_count, findings;
	bool failed; /* a text could not be scrubbed */
	struct strings owned;
};

static const char *keep(struct clean_turn *clean, char *text)
{
	const char *kept;

	if (!text) {
		clean->failed = true;
		return "";
	}
	strings_add(&clean->owned, text);
	kept = clean->owned.items[clean->owned.count - 1];
	free(text);
	return kept;
}

static void clean_release(struct clean_turn *clean)
{
	free(clean->edits);
	free(clean->anchors);
	strings_release(&clean->owned);
}

/* From the repository's root, clean; NULL when it lies elsewhere. */
static const char *clean_path(struct harvest *harvest, struct clean_turn *clean,
	const struct raw_turn *raw, const char *path)
{
	struct buf relative = BUF_INIT;
	const char *found = NULL;
	bool ours;

	if (raw->folder) {
		ours = owner_relative(&harvest->owner, raw->folder, path, &relative);
	} else {
		ours = *path && *path != '/' && !starts_with(path, "../") && !strstr(path, "/../");
		buf_addstr(&relative, path);
	}
	if (ours)
		found = keep(clean, scrub(harvest, relative.ptr, &clean->findings));
	buf_release(&relative);
	return found;
}

/* Edits of this repository's files. */
static void clean_edits(
	struct harvest *harvest, const struct raw_turn *raw, struct clean_turn *clean)
{
	clean->edits = xcalloc(raw->edit_count + 1, sizeof(*clean->edits));
	for (size_t i = 0; i < raw->edit_count && !clean->failed; i++) {
		const struct raw_edit *edit = &raw->edits[i];
		const char *path = clean_path(harvest, clean, raw, edit->path);
		size_t *findings = &clean->findings;

		if (!path)
			continue;
		clean->edits[clean->edit_count++] = (struct talk_edit){
			.path = path,
			.text = keep(clean, scrub(harvest, edit->text, findings)),
			.old = edit->old ? keep(clean, scrub(harvest, edit->old, findings)) : NULL,
			.call = keep(clean, safe_id_optional(harvest, edit->call)),
			.action = keep(clean, scrub_optional(harvest, edit->action, findings)),
			.outcome = edit->outcome ? edit->outcome : "",
		};
	}
}

static bool is_commit_id(const char *text)
{
	size_t len = strlen(text);

	return len >= 7 && len <= OID_HEX && strspn(text, "0123456789abcdef") == len;
}

static void clean_anchors(
	struct harvest *harvest, const struct raw_turn *raw, struct clean_turn *clean)
{
	clean->anchors = xcalloc(raw->anchor_count + 1, sizeof(*clean->anchors));
	for (size_t i = 0; i < raw->anchor_count && !clean->failed; i++) {
		const struct raw_anchor *anchor = &raw->anchors[i];
		const char *path =
			anchor->path ? clean_path(harvest, clean, raw, anchor->path) : NULL;
		const char *commit =
			anchor->commit && is_commit_id(anchor->commit) ? anchor->commit : "";

		if (path || *commit)
			clean->anchors[clean->anchor_count++] = (struct talk_anchor){
				0, anchor->line, anchor->last, path ? path : "", commit};
	}
}

static void clean_make(struct harvest *harvest, const struct raw_turn *raw, const char *record,
	struct clean_turn *out)
{
	bool person = !strcmp(raw->role, "user");
	const char *tool = person ? "" : raw->tool ? raw->tool : harvest->source->name;

	memset(out, 0, sizeof(*out));
	out->turn = (struct talk_turn){
		.at = raw->at,
		.record = record,
		.source = harvest->source->name,
		.role = raw->role,
		.session = keep(out, safe_id(harvest, raw->session ? raw->session : "")),
		.branch = keep(out, scrub_optional(harvest, raw->branch, &out->findings)),
		.text = keep(out, scrub(harvest, raw->text, &out->findings)),
		.parent = keep(out, safe_id_optional(harvest, raw->parent)),
		.tool = keep(out, scrub(harvest, tool, &out->findings)),
		.model = keep(out, scrub_optional(harvest, raw->model, &out->findings)),
	};
	clean_edits(harvest, raw, out);
	clean_anchors(harvest, raw, out);
}

/* `again`: in the place of what was stored of it before. */
static int store_turn(struct harvest *harvest, const struct clean_turn *clean, bool again)
{
	bool added = true;
	int rc = 0;

	if (!harvest->options.dry_run)
		rc = talk_writer_add(harvest->writer, &clean->turn, clean->edits, clean->edit_count,
			clean->anchors, clean->anchor_count, &added);
	if (rc || !added)
		return rc;
	if (!again) {
		harvest->report->turns++;
		harvest->report->edits += clean->edit_count;
		harvest->report->findings += clean->findings;
	}
	return ++harvest->unsaved >= harvest->batch ? harvest_save(harvest) : 0;
}

/* `known`: it is stored already and may have grown. */
static int take_turn(
	struct harvest *harvest, const struct raw_turn *raw, const char *record, bool known)
{
	struct clean_turn clean;
	bool changed = true;
	int rc = 0;

	clean_make(harvest, raw, record, &clean);
	if (clean.failed) {
		harvest->report->dropped++;
	} else if (*clean.turn.text || clean.edit_count || clean.anchor_count) {
		if (known)
			rc = talk_drop_changed(harvest->session->store, record, clean.turn.text,
				clean.edit_count, &changed);
		if (!rc && changed)
			rc = store_turn(harvest, &clean, known);
	}
	clean_release(&clean);
	return rc;
}

/*
 * In a dry run nothing is stored that could tell of a record: hashes of them are kept, eight bytes
 * each, in a table of open addressing. False: it was here before.
 */
static bool note_first(struct harvest *harvest, const char *record)
{
	uint64_t hash = hash_bytes(record, strlen(record), 1) | 1; /* 0 is a free slot */
	size_t at;

	if (harvest->seen_count * 2 >= harvest->seen_slots) {
		uint64_t *old = harvest->seen;
		size_t slots = harvest->seen_slots;

		harvest->seen_slots = slots ? slots * 2 : 1024;
		harvest->seen = xcalloc(harvest->seen_slots, sizeof(*harvest->seen));
		for (size_t i = 0; i < slots; i++) {
			if (!old[i])
				continue;
			for (at = old[i] >> 1; harvest->seen[at & (harvest->seen_slots - 1)]; at++)
				;
			harvest->seen[at & (harvest->seen_slots - 1)] = old[i];
		}
		free(old);
	}
	for (at = hash >> 1; harvest->seen[at & (harvest->seen_slots - 1)]; at++)
		if (harvest->seen[at & (harvest->seen_slots - 1)] == hash)
			return false;
	harvest->seen[at & (harvest->seen_slots - 1)] = hash;
	harvest->seen_count++;
	return true;
}

static bool is_known(struct harvest *harvest, const char *record)
{
	return (harvest->options.dry_run && !note_first(harvest, record)) ||
	       talk_writer_knows(harvest->writer, record);
}

static int open_scrubber(struct harvest *harvest)
{
	return harvest->scrubber ? 0
				 : scrubber_make(harvest->session, !harvest->options.dry_run,
					   &harvest->scrubber);
}

int harvest_turn(struct harvest *harvest, const struct raw_turn *raw)
{
	char *record;
	bool known;
	int rc = 0;

	if (raw->at < harvest->options.since) {
		harvest->left_out = true;
		return 0;
	}
	rc = open_scrubber(harvest);
	if (rc)
		return rc;
	record = record_id(harvest, raw);
	known = is_known(harvest, record);
	if (!known || (raw->open && !harvest->options.dry_run))
		rc = take_turn(harvest, raw, record, known);
	free(record);
	return rc;
}

bool harvest_has_session(struct harvest *harvest, const char *session)
{
	char *id;
	bool known;

	if (open_scrubber(harvest)) {
		error_clear();
		return false;
	}
	id = safe_id(harvest, session);
	known = talk_has_session(harvest->session->store, id, harvest->source->name);
	free(id);
	return known;
}

bool harvest_knows(struct harvest *harvest, const char *beginning)
{
	return talk_has_beginning(harvest->session->store, beginning);
}

int harvest_outcome(struct harvest *harvest, const char *call, const char *outcome)
{
	int rc = harvest->options.dry_run || !call ? 0 : open_scrubber(harvest);
	char *id;

	if (rc || harvest->options.dry_run || !call)
		return rc;
	id = safe_id_optional(harvest, call);
	rc = talk_writer_outcome(harvest->writer, id, outcome);
	free(id);
	return rc;
}

int harvest_retract(struct harvest *harvest, const char *session, const char *record)
{
	int rc = harvest->options.dry_run ? 0 : open_scrubber(harvest);
	char *session_id, *id;

	if (rc || harvest->options.dry_run)
		return rc;
	session_id = safe_id(harvest, session);
	id = safe_id(harvest, record);
	rc = talk_drop_from(harvest->session->store, session_id, id);
	free(session_id);
	free(id);
	return rc;
}

int harvest_forget(struct harvest *harvest, const char *record)
{
	int rc = harvest->options.dry_run ? 0 : open_scrubber(harvest);
	char *id;

	if (rc || harvest->options.dry_run)
		return rc;
	id = safe_id(harvest, record);
	rc = talk_drop_record(harvest->session->store, id);
	free(id);
	return rc;
}

/* ---- watermarks ---- */

int harvest_save(struct harvest *harvest)
{
	struct store *store = harvest->session->store;
	int rc = harvest->options.dry_run ? 0 : store_commit(store);

	harvest->unsaved = 0;
	return rc || harvest->options.dry_run ? rc : store_begin(store);
}

bool harvest_watermark(struct harvest *harvest, const char *place, struct watermark *out)
{
	char hex[DIGEST_HEX + 1];

	digest_bytes(place, strlen(place), hex);
	return talk_watermark_get(harvest->session->store, harvest->source->name, hex, out);
}

int harvest_checkpoint(struct harvest *harvest, const char *place, const struct watermark *mark)
{
	char hex[DIGEST_HEX + 1];
	int rc = 0;

	if (harvest->options.dry_run)
		return 0;
	digest_bytes(place, strlen(place), hex);
	/* What was left out today must be found by a later call. */
	if (!harvest->left_out)
		rc = talk_watermark_set(harvest->session->store, harvest->source->name, hex, mark);
	return rc ? rc : harvest_save(harvest);
}
