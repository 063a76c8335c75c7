/*
 * Files of mail: messages one after the other, each behind a line "From ". A message is read when
 * the next one begins or the file ends; the watermark stands before one that is not whole.
 */
#include "conversation/mail.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	return mail_places(harvest, "mbox", fn, payload);
}

static bool belongs(struct harvest *harvest, const char *path)
{
	(void)harvest;
	return file_exists(path);
}

static int take(struct harvest *harvest, struct buf *message, bool *any)
{
	struct mail mail;
	int rc = 0;

	if (*any) {
		if (mail_parse(message->ptr, message->len, &mail))
			rc = mail_store(harvest, &mail);
		else
			harvest_malformed(harvest);
		mail_release(&mail);
	}
	buf_clear(message);
	*any = false;
	return rc;
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct buf message = BUF_INIT;
	struct lines *lines = NULL;
	const char *line;
	bool any = false;
	size_t len;
	int rc = lines_open(harvest, path, &lines);

	while (!rc && lines_next(lines, &line, &len)) {
		size_t quotes = strspn(line, ">");

		if (!strncmp(line, "From ", 5)) {
			rc = take(harvest, &message, &any);
			any = true;
			lines_hold(lines);
			if (!rc)
				rc = harvest_interrupted();
		} else if (any && message.len + len < MAIL_MAX) {
			/* ">From " was "From " before it came into the file. */
			bool quoted = quotes && !strncmp(line + quotes, "From ", 5);

			buf_add(&message, line + quoted, len - quoted);
			buf_addch(&message, '\n');
		}
	}
	if (!rc)
		rc = take(harvest, &message, &any);
	if (lines)
		rc = lines_close(lines, rc);
	buf_release(&message);
	return rc;
}

const struct conversation_source source_mbox = {
	.name = "mbox",
	.title = "mail in files",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
