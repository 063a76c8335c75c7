/*
 * Patches as assistants write them: files after "*** Update File:", hunks of lines with ' ', '-'
 * and '+'; and blocks of search and replace. Each hunk or block is an edit: old text, new text.
 */
#include "conversation/raw.h"

#include "util/memory.h"

#include <string.h>

static size_t line_length(const char *line)
{
	size_t len = strcspn(line, "\n");

	return len && line[len - 1] == '\r' ? len - 1 : len;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* What stands after `head` when the line begins with it; a copy of the draft's. */
static const char *after(struct raw_draft *draft, const char *line, const char *head)
{
	size_t len = strlen(head), all = line_length(line);

	return starts_with(line, head) ? raw_keep(draft, line + len, all - len) : NULL;
}

struct hunk {
	struct buf old, new;
	bool changed;
};

static void hunk_end(struct raw_draft *draft, struct hunk *hunk, const struct raw_edit *like)
{
	struct raw_edit edit = *like;

	if (hunk->changed && like->path) {
		edit.old = hunk->old.len ? raw_keep(draft, hunk->old.ptr, hunk->old.len) : NULL;
		edit.text = raw_keep(draft, hunk->new.ptr, hunk->new.len);
		raw_add_edit(draft, &edit);
	}
	buf_clear(&hunk->old);
	buf_clear(&hunk->new);
	hunk->changed = false;
}

static void hunk_line(struct hunk *hunk, const char *line)
{
	size_t len = line_length(line);

	if (*line != '+' && *line != '-' && *line != ' ')
		return;
	if (*line != '+') {
		buf_add(&hunk->old, line + 1, len - 1);
		buf_addch(&hunk->old, '\n');
	}
	if (*line != '-') {
		buf_add(&hunk->new, line + 1, len - 1);
		buf_addch(&hunk->new, '\n');
	}
	hunk->changed |= *line != ' ';
}

void raw_add_patch(struct raw_draft *draft, const struct raw_edit *like, const char *patch)
{
	struct hunk hunk = {BUF_INIT, BUF_INIT, false};
	struct raw_edit edit = *like;

	edit.path = NULL;
	for (const char *line = patch; *line; line = next_line(line)) {
		const char *path = after(draft, line, "*** Add File: ");
		const char *gone = after(draft, line, "*** Delete File: ");
		const char *moved = after(draft, line, "*** Move to: ");

		if (!path)
			path = after(draft, line, "*** Update File: ");
		if (path || gone || starts_with(line, "@@") || starts_with(line, "*** End"))
			hunk_end(draft, &hunk, &edit);
		if (moved || path)
			edit.path = moved ? moved : path;
		if (gone) {
			struct raw_edit removal = *like;

			removal.path = gone;
			removal.text = "";
			raw_add_edit(draft, &removal);
			edit.path = NULL;
		}
		hunk_line(&hunk, line);
	}
	hunk_end(draft, &hunk, &edit);
	buf_release(&hunk.old);
	buf_release(&hunk.new);
}

bool raw_is_diff(const char *text)
{
	static const char *const heads[] = {"@@ -", "--- ", "Index: ", "diff ", "==="};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (starts_with(text, heads[i]))
			return !i || strstr(text, "\n@@ -");
	return false;
}

void raw_add_diff(struct raw_draft *draft, const struct raw_edit *like, const char *diff)
{
	struct hunk hunk = {BUF_INIT, BUF_INIT, false};
	bool inside = false; /* of a hunk: no more of the head */

	for (const char *line = diff; *line; line = next_line(line)) {
		if (starts_with(line, "@@")) {
			hunk_end(draft, &hunk, like);
			inside = true;
		} else if (inside) {
			hunk_line(&hunk, line);
		}
	}
	hunk_end(draft, &hunk, like);
	buf_release(&hunk.old);
	buf_release(&hunk.new);
}

/* "src/a.c" of "src/a.c", "`src/a.c`", "**src/a.c:**"; NULL when it looks like no path. */
static const char *path_of_line(struct raw_draft *draft, const char *line)
{
	size_t len = line_length(line);

	if (starts_with(line, "```"))
		return NULL;
	while (len && strchr("*`# ", *line)) {
		line++;
		len--;
	}
	while (len && strchr("*`: ", line[len - 1]))
		len--;
	if (!len || len > 1000 || memchr(line, ' ', len))
		return NULL;
	return raw_keep(draft, line, len);
}

enum block { OUTSIDE, SEARCH, REPLACE };

static bool is_rule(const char *line, char c, const char *word)
{
	size_t run = strspn(line, (const char[]){c, '\0'});

	return run >= 5 && run <= 12 && starts_with(line + run, word) &&
	       line_length(line) == run + strlen(word);
}

/* Roo puts ":start_line:12" and a rule before the text that is searched. */
static bool is_hint(const char *line, const struct hunk *hunk)
{
	return !hunk->old.len && (starts_with(line, ":start_line:") ||
					 starts_with(line, ":end_line:") || is_rule(line, '-', ""));
}

static void add_line(struct buf *out, const char *line)
{
	buf_add(out, line, line_length(line));
	buf_addch(out, '\n');
}

void raw_add_blocks(struct raw_draft *draft, const struct raw_edit *like, const char *text)
{
	struct hunk hunk = {BUF_INIT, BUF_INIT, false};
	struct raw_edit edit = *like;
	enum block block = OUTSIDE;

	for (const char *line = text; *line; line = next_line(line)) {
		if (block == OUTSIDE &&
			(is_rule(line, '<', " SEARCH") || is_rule(line, '-', " SEARCH"))) {
			block = SEARCH;
		} else if (block == OUTSIDE) {
			const char *path = like->path ? NULL : path_of_line(draft, line);

			edit.path = path ? path : edit.path;
		} else if (block == SEARCH && is_rule(line, '=', "")) {
			block = REPLACE;
		} else if (block == REPLACE &&
			   (is_rule(line, '>', " REPLACE") || is_rule(line, '+', " REPLACE"))) {
			block = OUTSIDE;
			hunk.changed = true;
			hunk_end(draft, &hunk, &edit);
		} else if (block == REPLACE) {
			add_line(&hunk.new, line);
		} else if (!is_hint(line, &hunk)) {
			add_line(&hunk.old, line);
		}
	}
	buf_release(&hunk.old);
	buf_release(&hunk.new);
}
