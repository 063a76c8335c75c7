/* Unified diffs of one file of a commit, for the kinds that teach by changes. */
#include "example/internal.h"

#include "flywheel/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DIFF_CONTEXT 3
#define HEADING_MAX 80

struct diffing {
	struct buf *out;
	const struct buf *old;
	size_t limit;
};

/* The last line before `line` that starts in column one with a letter: what git calls the heading.
 */
static void add_heading(const struct buf *text, int line, struct buf *out)
{
	const char *at = text->ptr, *heading = NULL;

	for (int n = 1; n < line && at; n++) {
		if (isalpha((unsigned char)*at) || *at == '_')
			heading = at;
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (heading) {
		size_t len = strcspn(heading, "\r\n");

		buf_addch(out, ' ');
		buf_add(out, heading, len > HEADING_MAX ? HEADING_MAX : len);
	}
}

static int on_line(const struct diff_line *line, void *payload)
{
	struct diffing *diffing = payload;

	if (line->hunk_start) {
		buf_addstr(diffing->out, "@@");
		add_heading(diffing->old, line->old_line ? line->old_line : line->new_line,
			diffing->out);
		buf_addch(diffing->out, '\n');
	}
	buf_addch(diffing->out, line->origin);
	buf_add(diffing->out, line->text, line->len);
	if (!line->len || line->text[line->len - 1] != '\n')
		buf_addch(diffing->out, '\n');
	return diffing->out->len > diffing->limit ? 1 : 0;
}

static bool read_side(struct generator *generator, const struct oid *blob, struct buf *out)
{
	size_t max = (size_t)config_number(generator->session->config, "maxFileBytes");

	if (oid_is_zero(blob))
		return true;
	return !repo_blob_read(generator->session->repo, blob, max, out) &&
	       !memchr(out->ptr, '\0', out->len);
}

bool add_diff(struct generator *generator, const struct change_file *file, struct buf *out)
{
	struct buf old = BUF_INIT, new = BUF_INIT;
	struct diffing diffing = {.out = out, .old = &old, .limit = out->len + EXAMPLE_CODE_MAX};
	size_t before = out->len;
	bool good =
		read_side(generator, &file->old, &old) && read_side(generator, &file->new, &new);

	if (good)
		good = !repo_text_diff(
			old.ptr, old.len, new.ptr, new.len, DIFF_CONTEXT, on_line, &diffing);
	if (!good)
		buf_truncate(out, before);
	buf_release(&old);
	buf_release(&new);
	return good && out->len > before;
}
