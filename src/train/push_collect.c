/* The spool of noted pushes: read into the sidecar, then gone. The form is in doc/formats.md. */
#include "flywheel/push.h"

#include "flywheel/store_push.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/spool.h"
#include "util/strings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE_MAX ((size_t)2 << 20)

struct note {
	char *text;       /* cut into the lines below */
	char **lines;     /* of refs; the last one is NULL */
	const char *name; /* of the file */
	const char *remote, *url;
	int64_t pid, pid_start;
};

static const char *value_of(char *line, const char *key)
{
	return line && starts_with(line, key) ? line + strlen(key) : NULL;
}

static int parse(struct note *note)
{
	char *at = note->text, *line = spool_line(&at), *process;
	size_t count = 0, capacity = 0;

	if (!line || strcmp(line, "flywheel-push 1") != 0)
		return fail(E_INVALID, "it is of another version");
	process = spool_line(&at);
	note->remote = value_of(spool_line(&at), "remote ");
	note->url = note->remote ? value_of(spool_line(&at), "url ") : NULL;
	if (!note->url ||
		sscanf(process, "process %" SCNd64 " %" SCNd64, &note->pid, &note->pid_start) != 2)
		return fail(E_INVALID, "its head is malformed");
	while ((line = spool_line(&at)) && strcmp(line, "end") != 0) {
		GROW(note->lines, count + 1, capacity);
		note->lines[count++] = line;
	}
	if (!line || *at)
		return fail(E_INVALID, "it does not end as it should");
	GROW(note->lines, count, capacity);
	note->lines[count] = NULL;
	return 0;
}

/* "<local ref> <object> <remote ref> <object>", from its end: a local ref may hold spaces. */
static int parse_ref(char *line, struct oid *oid, const char **ref)
{
	char *parts[3];

	for (int i = 2; i >= 0; i--) {
		parts[i] = strrchr(line, ' ');
		if (!parts[i])
			return fail(E_INVALID, "a line of it has too few words");
		*parts[i]++ = '\0';
	}
	*ref = parts[1];
	return oid_parse(parts[0], oid);
}

static int add_row(
	struct session *session, const struct note *note, const char *ref, const struct oid *oid)
{
	struct push_row row = {.remote = (char *)(uintptr_t)note->remote,
		.url = (char *)(uintptr_t)note->url,
		.ref = (char *)(uintptr_t)ref,
		.pid = note->pid,
		.pid_start = note->pid_start,
		.at = clock_now(),
		.state = PUSH_WAITING,
		.spool = xstrfmt("%s %s", note->name, ref)};
	int rc;

	memcpy(row.oid, oid->raw, PUSH_OID);
	rc = push_row_add(session->store, &row);
	free(row.spool);
	return rc;
}

/* Deleted refs, tags and whatever else is no branch have nothing to train on. */
static int add_rows(struct session *session, const struct note *note)
{
	static const struct oid zero;
	const char *ref;
	struct oid oid;
	int rc = 0;

	if (!note->lines[0])
		return add_row(session, note, "", &zero);
	for (size_t i = 0; note->lines[i] && !rc; i++) {
		rc = parse_ref(note->lines[i], &oid, &ref);
		if (!rc && !oid_is_zero(&oid) && starts_with(ref, "refs/heads/"))
			rc = add_row(session, note, ref, &oid);
	}
	return rc;
}

/* A malformed note leaves no row behind: it is checked as a whole before the first is added. */
static int check(const char *text, struct note *note)
{
	const char *ref;
	struct oid oid;
	int rc;

	note->text = xstrdup(text);
	rc = parse(note);
	for (size_t i = 0; !rc && note->lines[i]; i++) {
		char *line = xstrdup(note->lines[i]);

		rc = parse_ref(line, &oid, &ref);
		free(line);
	}
	return rc;
}

/* E_INVALID, E_TOOBIG: malformed. E_NOTFOUND: somebody else has read it meanwhile. */
static int take(struct session *session, const char *path, const char *name)
{
	struct note note = {.name = name};
	struct buf text = BUF_INIT;
	int rc = file_read(path, NOTE_MAX, &text);

	if (!rc)
		rc = strlen(text.ptr) == text.len ? check(text.ptr, &note)
						  : fail(E_INVALID, "it holds a NUL");
	if (!rc)
		rc = add_rows(session, &note);
	buf_release(&text);
	free(note.lines);
	free(note.text);
	return rc;
}

static void say_bad(const char *path, const char *name, push_log_fn log, void *payload)
{
	char *line =
		xstrfmt("the note of a push '%s' is set aside as .bad: %s", name, error_message());

	spool_set_aside(path);
	if (log)
		log(line, payload);
	free(line);
}

int push_collect(struct session *session, push_log_fn log, void *payload)
{
	char *folder = path_join(store_folder(session->store), "spool");
	struct strings names = STRINGS_INIT, taken = STRINGS_INIT;
	int rc = spool_list(folder, "push-", &names);

	if (rc || !names.count)
		goto out;
	rc = store_begin(session->store);
	for (size_t i = 0; i < names.count && !rc; i++) {
		char *path = path_join(folder, names.items[i]);

		rc = take(session, path, names.items[i]);
		if (!rc)
			strings_add(&taken, path);
		if (rc == E_INVALID || rc == E_TOOBIG)
			say_bad(path, names.items[i], log, payload);
		if (rc == E_INVALID || rc == E_TOOBIG || rc == E_NOTFOUND)
			rc = 0;
		free(path);
	}
	if (rc)
		store_rollback(session->store);
	else
		rc = store_commit(session->store);
	for (size_t i = 0; i < taken.count && !rc; i++)
		unlink(taken.items[i]);
out:
	strings_release(&names);
	strings_release(&taken);
	free(folder);
	return rc;
}
