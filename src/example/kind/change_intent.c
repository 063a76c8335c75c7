/* From intent to change: a commit's message and the lines as they were give the diff hunk. */
#include "example/internal.h"

#include "util/error.h"
#include "util/progress.h"
#include "util/strings.h"

#include <string.h>

#define HUNKS_MAX 8 /* per file and commit */

/* Adds the lines of a hunk that stood there before, and counts those that changed. */
static size_t add_before(const char *hunk, size_t len, struct buf *out)
{
	size_t changed = 0;

	for (const char *end = hunk + len; hunk < end;) {
		size_t line = strcspn(hunk, "\n");

		if (*hunk == ' ' || *hunk == '-') {
			buf_add(out, hunk + 1, line - 1);
			buf_addch(out, '\n');
		}
		changed += *hunk == '+' || *hunk == '-';
		hunk += line + 1;
	}
	return changed;
}

static int emit_hunk(struct generator *generator, const struct change *change,
	const struct change_file *file, const char *hunk, size_t len)
{
	struct origin origin = {.path = file->path,
		.author = change->author,
		.commit = change->id,
		.blob = file->new,
		.at = change->time,

		.context = change_gives_reason(change->message) ? EXAMPLE_HAS_DECISION : 0};
	char hex[OID_HEX + 1];

	generator_begin(generator);
	oid_hex(&change->id, hex);
	buf_addf(&generator->source, "commit %.12s, %s", hex, file->path);
	buf_addf(&generator->prompt, "%s\n\nIn %s, before the change:\n", change->message,
		file->path);
	if (!add_before(hunk, len, &generator->prompt))
		return 0;
	buf_addstr(&generator->prompt, "\nWrite this change as a diff.\n");
	buf_add(&generator->answer, hunk, len);
	return generator_emit(generator, &origin);
}

static int emit_file(
	struct generator *generator, const struct change *change, const struct change_file *file)
{
	struct buf diff = BUF_INIT;
	size_t hunks = 0, at = 0;
	int rc = 0;

	if (!oid_is_zero(&file->new) && add_diff(generator, file, &diff))
		while (at < diff.len && hunks++ < HUNKS_MAX && !rc) {
			const char *next = strstr(diff.ptr + at + 1, "\n@@");
			size_t end = next ? (size_t)(next - diff.ptr) + 1 : diff.len;

			rc = emit_hunk(generator, change, file, diff.ptr + at, end - at);
			at = end;
		}
	buf_release(&diff);
	return rc;
}

static int generate(struct generator *generator)
{
	const struct history *history = &generator->history;
	struct progress *progress = progress_start(generator->kind->name, history->count);
	int rc = 0;

	for (size_t i = 0; i < history->count && !rc; i++) {
		progress_set(progress, i);
		if (interrupted())
			rc = fail(E_STOPPED, "stopped: nothing was changed");
		for (size_t k = 0; k < history->changes[i].count && !rc; k++)
			rc = emit_file(
				generator, &history->changes[i], &history->changes[i].files[k]);
	}
	progress_finish(progress);
	return rc;
}

const struct example_kind kind_change_intent = {
	.name = "change-intent",
	.summary = "a commit's message and the old lines give the change",
	.generate = generate,
};
