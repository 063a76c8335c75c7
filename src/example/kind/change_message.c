/* From change to message: say in the house's words what a diff does and why. */
#include "example/internal.h"

#include "util/error.h"
#include "util/progress.h"

static int emit_change(struct generator *generator, const struct change *change)
{
	struct origin origin = {.path = change->count == 1 ? change->files[0].path : "",
		.author = change->author,
		.commit = change->id,
		.at = change->time,
		.context = change_gives_reason(change->message) ? EXAMPLE_HAS_DECISION : 0};
	char hex[OID_HEX + 1];

	generator_begin(generator);
	for (size_t i = 0; i < change->count; i++) {
		buf_addf(&generator->prompt, "--- %s\n", change->files[i].path);
		if (!add_diff(generator, &change->files[i], &generator->prompt))
			return 0;
		if (generator->prompt.len > EXAMPLE_CODE_MAX)
			return 0;
	}
	buf_addstr(&generator->prompt, "\nWrite the commit message of this change.\n");
	buf_addstr(&generator->answer, change->message);
	oid_hex(&change->id, hex);
	buf_addf(&generator->source, "commit %.12s", hex);
	return generator_emit(generator, &origin);
}

static int generate(struct generator *generator)
{
	const struct history *history = &generator->history;
	struct progress *progress = progress_start(generator->kind->name, history->count);
	int rc = 0;

	for (size_t i = 0; i < history->count && !rc; i++) {
		progress_set(progress, i);
		rc = interrupted() ? fail(E_STOPPED, "stopped: nothing was changed")
				   : emit_change(generator, &history->changes[i]);
	}
	progress_finish(progress);
	return rc;
}

const struct example_kind kind_change_message = {
	.name = "change-message",
	.summary = "the message of a commit, given its diff",
	.generate = generate,
};
