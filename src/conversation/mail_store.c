/* A message as a turn: threads are conversations, and the files of a patch are edits by a person.
 */
#include "conversation/mail.h"
#include "conversation/raw.h"

#include "flywheel/config.h"
#include "flywheel/store_talk_link.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

int mail_places(struct harvest *harvest, const char *setting, place_fn fn, void *payload)
{
	const struct config *config = harvest_session(harvest)->config;
	const struct strings *paths = config ? config_list(config, setting) : NULL;
	int rc = 0;

	for (size_t i = 0; paths && i < paths->count && !rc; i++) {
		const char *path = paths->items[i];
		bool home = starts_with(path, "~/") && home_dir();
		char *full = home ? path_join(home_dir(), path + 2) : xstrdup(path);

		rc = fn(full, payload);
		free(full);
	}
	return rc;
}

/* "+++ b/src/a.c\t2026-..." is src/a.c; "/dev/null" is nothing. */
static const char *path_of(struct raw_draft *draft, const char *line)
{
	size_t len;

	line += strlen("+++ ");
	len = strcspn(line, "\t\r\n");
	if (len > 2 && line[1] == '/' && (line[0] == 'a' || line[0] == 'b'))
		return raw_keep(draft, line + 2, len - 2);
	return len == 9 && !strncmp(line, "/dev/null", 9) ? NULL : raw_keep(draft, line, len);
}

static void add_file(struct raw_draft *draft, const char *path, struct buf *old, struct buf *new)
{
	struct raw_edit edit = {.path = path, .action = "patch"};

	if (path && (old->len || new->len)) {
		edit.old = old->len ? raw_keep(draft, old->ptr, old->len) : NULL;
		edit.text = raw_keep(draft, new->ptr, new->len);
		raw_add_edit(draft, &edit);
	}
	buf_clear(old);
	buf_clear(new);
}

/* Hunks of a unified diff: ' ' stands on both sides. A signature below is none of it. */
static void add_patch(struct raw_draft *draft, const char *patch)
{
	struct buf old = BUF_INIT, new = BUF_INIT;
	const char *path = NULL;
	bool hunk = false;

	for (size_t len; *patch; patch += len + (patch[len] == '\n')) {
		len = strcspn(patch, "\n");
		if (!strncmp(patch, "-- \n", 4) || !strncmp(patch, "-- \r\n", 5))
			break;
		if (!strncmp(patch, "+++ ", 4)) {
			add_file(draft, path, &old, &new);
			path = path_of(draft, patch);
			hunk = false;
		} else if (!strncmp(patch, "@@ ", 3)) {
			hunk = true;
		} else if (!strncmp(patch, "diff --git ", 11) || !strncmp(patch, "--- ", 4)) {
			hunk = false;
		} else if (hunk && len) {
			if (*patch != '+')
				buf_addf(&old, "%.*s\n", (int)len - 1, patch + 1);
			if (*patch != '-')
				buf_addf(&new, "%.*s\n", (int)len - 1, patch + 1);
		}
	}
	add_file(draft, path, &old, &new);
	buf_release(&old);
	buf_release(&new);
}

/* A client that sends no References: the thread is that of the message it answers. */
static const char *session_of(struct harvest *harvest, const struct mail *mail, struct buf *known)
{
	struct session *session = harvest_session(harvest);

	if (*mail->parent && !strcmp(mail->parent, mail->root) &&
		!talk_link_session_of(session->store, mail->parent, known) && known->len)
		return known->ptr;
	return mail->root;
}

int mail_store(struct harvest *harvest, const struct mail *mail)
{
	struct buf known = BUF_INIT, text = BUF_INIT;
	struct raw_draft draft;
	int rc;

	raw_init(&draft);
	/* A thread's subject once; that of a patch says what its commit will say. */
	if (!*mail->parent || mail->patch.len)
		buf_addf(&text, "%s\n\n", mail->subject.ptr);
	buf_addstr(&text, mail->text.ptr);
	buf_trim(&text);
	raw_add_text(&draft, text.ptr);
	if (mail->patch.len)
		add_patch(&draft, mail->patch.ptr);
	draft.turn.record = mail->id;
	draft.turn.parent = *mail->parent ? mail->parent : NULL;
	draft.turn.session = session_of(harvest, mail, &known);
	draft.turn.role = "user";
	draft.turn.at = mail->at;
	draft.turn.open = true; /* the file may have ended in the midst of it */
	rc = raw_store(&draft, harvest);
	raw_release(&draft);
	buf_release(&known);
	buf_release(&text);
	return rc;
}
