/*
 * public-inbox: a list's archive as a git repository, of which every commit adds one message: the
 * file "m" (version 2), or a file named by a hash (version 1). A folder with git/0.git, git/1.git
 * beneath it is one, too.
 */
#include "conversation/mail.h"

#include "flywheel/repo.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define SAVE_EVERY 500 /* messages */

struct epochs {
	place_fn fn;
	void *payload;
};

/* An archive of several epochs, or a repository itself. */
static int find_epochs(const char *path, void *payload)
{
	const struct epochs *epochs = payload;
	bool any = false;
	int rc = 0;

	for (int i = 0; !rc; i++) {
		char *epoch = xstrfmt("%s/git/%d.git", path, i);
		bool there = file_is_dir(epoch);

		if (there)
			rc = epochs->fn(epoch, epochs->payload);
		any |= there;
		free(epoch);
		if (!there)
			break;
	}
	return rc || any ? rc : epochs->fn(path, epochs->payload);
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct epochs epochs = {fn, payload};

	return mail_places(harvest, "publicInbox", find_epochs, &epochs);
}

static bool belongs(struct harvest *harvest, const char *path)
{
	(void)harvest;
	return file_is_dir(path);
}

struct reading {
	struct harvest *harvest;
	struct repo *archive;
	const char *place;
	struct buf text;
	size_t unsaved;
	struct oid tree; /* of the commit before */
	bool has_parent;
};

static int take_blob(struct reading *reading, const struct oid *blob)
{
	struct mail mail;
	int rc;

	buf_clear(&reading->text);
	rc = repo_blob_read(reading->archive, blob, 8 * MAIL_MAX, &reading->text);
	if (rc) { /* over the cap, or not there in a partial clone */
		error_clear();
		harvest_malformed(reading->harvest);
		return 0;
	}
	if (mail_parse(reading->text.ptr, reading->text.len, &mail))
		rc = mail_store(reading->harvest, &mail);
	else
		harvest_malformed(reading->harvest);
	mail_release(&mail);
	return rc;
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	/* Version 2 writes every message into one file, and ids of what is to be forgotten in "d".
	 */
	bool one = !strcmp(path, "m");

	return new && (one || !old) && strcmp(path, "d") != 0 ? take_blob(payload, new) : 0;
}

static int save(struct reading *reading, const struct oid *id)
{
	struct watermark mark = {0};

	oid_hex(id, mark.tail);
	reading->unsaved = 0;
	/* Marks are hashes of 64 digits; a commit's id has 40. */
	memset(mark.tail + OID_HEX, '0', TALK_HASH - 1 - OID_HEX);
	mark.tail[TALK_HASH - 1] = '\0';
	return harvest_checkpoint(reading->harvest, reading->place, &mark);
}

static int on_commit(const struct commit *commit, void *payload)
{
	struct reading *reading = payload;
	int rc = harvest_interrupted();

	if (!rc)
		rc = repo_tree_diff(reading->archive, reading->has_parent ? &reading->tree : NULL,
			&commit->tree, on_change, reading);
	reading->tree = commit->tree; /* an archive's history is a line */
	reading->has_parent = true;
	if (!rc && ++reading->unsaved >= SAVE_EVERY)
		rc = save(reading, &commit->id);
	return rc;
}

static int read_place(struct harvest *harvest, const char *place)
{
	struct reading reading = {.harvest = harvest, .place = place, .text = BUF_INIT};
	struct log_options options = {.oldest_first = true};
	struct watermark mark;
	struct oid head, last;
	int rc = repo_open(place, &reading.archive);

	if (!rc)
		rc = repo_head(reading.archive, &head);
	if (!rc && harvest_watermark(harvest, place, &mark)) {
		mark.tail[OID_HEX] = '\0';
		if (!oid_parse(mark.tail, &last) &&
			(oid_equal(&last, &head) ||
				repo_is_ancestor(reading.archive, &last, &head)))
			options.hide = &last;
		error_clear();
	}
	if (!rc && options.hide && !repo_tree_of(reading.archive, mark.tail, &reading.tree))
		reading.has_parent = true;
	options.from = &head;
	if (!rc)
		rc = repo_log(reading.archive, &options, on_commit, &reading);
	if (!rc)
		rc = save(&reading, &head);
	repo_free(reading.archive);
	buf_release(&reading.text);
	return rc;
}

const struct conversation_source source_public_inbox = {
	.name = "public-inbox",
	.title = "mail in public-inbox archives",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_place,
};
