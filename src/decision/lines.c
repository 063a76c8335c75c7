/*
 * Which commit wrote a line. Along the versions of its file, from HEAD's back, the line is looked
 * for with so many of its neighbours as make it the only one of its kind: in steps that double
 * while it is found, then by halves. Only there, where it is last found, two versions are compared
 * line by line: that tells whether the line is new in the younger one, or had just other neighbours
 * before, and then the search goes on from the older. Some twenty texts are read where git blame
 * compares every version with the next.
 */
#define _GNU_SOURCE
#include "decision/lines.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)8 << 20)
#define WINDOW_MAX 12  /* lines above and below that may be needed to tell a line apart */
#define ROUNDS_MAX 200 /* texts compared; a line that needs more is left to git blame */

struct chain { /* versions of a file, each made out of the next */
	struct version_row *list;
	size_t count, capacity;
};

struct lines {
	const char **start; /* count + 1 of them: the last is the end */
	uint32_t count;
};

struct tracing {
	struct session *session;
	struct chain rows;  /* all of the path, newest first */
	struct chain chain; /* those that led to the version at hand, it first */
	struct buf text;    /* of the version at hand */
	struct lines lines;
	uint32_t line; /* in it, from 1 */
	int rounds;
};

static int on_row(const struct version_row *row, void *payload)
{
	struct chain *chain = payload;

	GROW(chain->list, chain->count, chain->capacity);
	chain->list[chain->count++] = *row;
	return 0;
}

/* The newest row below `number` that made this blob. */
static const struct version_row *row_of(const struct chain *rows, int64_t key, int64_t number)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->list[i].number < number && version_key(&rows->list[i].blob) == key)
			return &rows->list[i];
	return NULL;
}

/* From a blob back, by first parents. Rows are few thousand at most, in falling order. */
static void follow(struct tracing *tracing, int64_t key, int64_t number)
{
	size_t at = 0;

	tracing->chain.count = 0;
	while (key) {
		const struct version_row *row = NULL;

		for (; at < tracing->rows.count && !row; at++)
			if (tracing->rows.list[at].number < number &&
				version_key(&tracing->rows.list[at].blob) == key)
				row = &tracing->rows.list[at];
		if (!row)
			break;
		on_row(row, &tracing->chain);
		key = row->old;
		number = row->number;
	}
}

static int read_text(struct session *session, const struct oid *blob, struct buf *out)
{
	buf_clear(out);
	return repo_blob_read(session->repo, blob, TEXT_MAX, out);
}

static void lines_split(const struct buf *text, struct lines *out)
{
	const char *at = text->ptr, *end = text->ptr + text->len;
	size_t capacity = 0, count = 0;

	free(out->start);
	out->start = NULL;
	while (at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		GROW(out->start, count, capacity);
		out->start[count++] = at;
		at = next ? next + 1 : end;
	}
	GROW(out->start, count, capacity);
	out->start[count] = end;
	out->count = (uint32_t)count;
}

/* Where a run of whole lines stands in a text; NULL when it does not, or `twice` is asked for. */
static const char *find(const struct buf *text, const char *run, size_t len, bool twice)
{
	const char *at = text->ptr, *end = text->ptr + text->len;
	bool seen = false;

	while ((at = memmem(at, (size_t)(end - at), run, len))) {
		if (at == text->ptr || at[-1] == '\n') {
			if (!twice || seen)
				return at;
			seen = true;
		}
		at++;
	}
	return NULL;
}

/* The fewest neighbours that make the line the only one of its kind. */
static void window_of(const struct tracing *tracing, uint32_t *first, uint32_t *last)
{
	const struct lines *lines = &tracing->lines;

	*first = *last = tracing->line - 1;
	for (int i = 0; i < WINDOW_MAX; i++) {
		const char *start = lines->start[*first];
		size_t len = (size_t)(lines->start[*last + 1] - start);

		if (len > 8 && !find(&tracing->text, start, len, true))
			return;
		if (*last + 1 < lines->count)
			++*last;
		if (*first > 0)
			--*first;
	}
}

struct window {
	char *run;
	size_t len, above; /* bytes; lines before the one that is meant */
};

/* Is it in that version? */
static int is_in(struct tracing *tracing, const struct window *window, size_t version, bool *found)
{
	struct buf text = BUF_INIT;
	int rc = read_text(tracing->session, &tracing->chain.list[version].blob, &text);

	*found = !rc && find(&text, window->run, window->len, false);
	buf_release(&text);
	tracing->rounds++;
	return rc;
}

/* The oldest version that holds it, if it held ever since. */
static int search(struct tracing *tracing, const struct window *window, size_t *oldest)
{
	size_t low = 0, high, step = 1;
	bool found = true;
	int rc = 0;

	for (high = 1; high < tracing->chain.count; high += step) {
		rc = is_in(tracing, window, high, &found);
		if (rc || !found)
			break;
		low = high;
		step *= 2;
	}
	if (!rc && found && low + 1 < tracing->chain.count) { /* the last step went too far */
		high = tracing->chain.count - 1;
		rc = is_in(tracing, window, high, &found);
		if (!rc && found)
			low = high;
	}
	if (high > tracing->chain.count)
		high = tracing->chain.count;
	while (!rc && low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		rc = is_in(tracing, window, middle, &found);
		if (!rc && found)
			low = middle;
		else
			high = middle;
	}
	*oldest = low;
	return rc;
}

/* Goes over to a version of the chain that holds the window. */
static int move_to(struct tracing *tracing, const struct window *window, size_t version)
{
	const char *at;
	int rc = 0;

	if (version)
		rc = read_text(
			tracing->session, &tracing->chain.list[version].blob, &tracing->text);
	if (rc || !version)
		return rc;
	lines_split(&tracing->text, &tracing->lines);
	at = find(&tracing->text, window->run, window->len, false);
	tracing->line = (uint32_t)window->above + 1;
	for (const char *c = tracing->text.ptr; at && c < at; c++)
		tracing->line += *c == '\n';
	tracing->chain.count -= version;
	memmove(tracing->chain.list, tracing->chain.list + version,
		tracing->chain.count * sizeof(*tracing->chain.list));
	return 0;
}

struct mapping {
	uint32_t line, old; /* of the younger text; of the older, 0: it is new */
	uint32_t added;     /* lines before it that are new */
	bool is_new;
	uint32_t *removed;
	size_t count, capacity;
};

static int on_diff_line(const struct diff_line *line, void *payload)
{
	struct mapping *mapping = payload;

	if (line->origin == '+' && (uint32_t)line->new_line == mapping->line)
		mapping->is_new = true;
	mapping->added += line->origin == '+' && (uint32_t)line->new_line < mapping->line;
	if (line->origin == '-') {
		GROW(mapping->removed, mapping->count, mapping->capacity);
		mapping->removed[mapping->count++] = (uint32_t)line->old_line;
	}
	return 0;
}

int line_map(const struct buf *old, const struct buf *new, uint32_t line, uint32_t *out)
{
	struct mapping mapping = {.line = line};
	int rc = repo_text_diff(old->ptr, old->len, new->ptr, new->len, 0, on_diff_line, &mapping);

	*out = 0;
	if (!rc && !mapping.is_new) {
		*out = line - mapping.added;
		for (size_t i = 0; i < mapping.count; i++)
			if (mapping.removed[i] <= *out)
				++*out;
	}
	free(mapping.removed);
	return rc;
}

static int take_parent(struct tracing *tracing, int64_t key, uint32_t *line, struct buf *text)
{
	const struct version_row *row = row_of(&tracing->rows, key, tracing->chain.list[0].number);
	int rc;

	*line = 0;
	if (!row)
		return fail(E_NOTFOUND, "history is cut off");
	rc = read_text(tracing->session, &row->blob, text);
	tracing->rounds++;
	return rc ? rc : line_map(text, &tracing->text, tracing->line, line);
}

/* Is the line older than the version at hand? Then goes over to the parent that has it. */
static int step(struct tracing *tracing, bool *older)
{
	const struct version_row row = tracing->chain.list[0];
	const int64_t parents[] = {row.old, row.other};
	struct buf text = BUF_INIT;
	uint32_t line = 0;
	int rc = 0;

	*older = false;
	for (size_t i = 0; i < ARRAY_SIZE(parents) && !rc && !line; i++) {
		if (!parents[i])
			continue;
		rc = take_parent(tracing, parents[i], &line, &text);
		if (!rc && line)
			follow(tracing, parents[i], row.number);
	}
	if (!rc && line) {
		*older = true;
		tracing->line = line;
		buf_clear(&tracing->text);
		buf_add(&tracing->text, text.ptr, text.len);
		lines_split(&tracing->text, &tracing->lines);
	}
	buf_release(&text);
	return rc;
}

/* The name that a file had before the commit that seems to begin it; NULL: it does begin there. */
static int former_name(struct tracing *tracing, const char *path, char **former, struct oid *blob)
{
	char hex[OID_HEX + 1];
	const char *args[] = {"diff-tree", "-r", "-M", "-l400", "--raw", "--no-abbrev",
		"--no-commit-id", "--diff-filter=R", "-z", hex, NULL};
	struct buf out = BUF_INIT;
	int rc;

	*former = NULL;
	oid_hex(&tracing->chain.list[0].commit, hex);
	rc = git_run(repo_git_dir(tracing->session->repo), args, NULL, 0, &out);
	for (char *at = out.ptr, *end = out.ptr + out.len; !rc && at < end && !*former;) {
		char *head = at, *old = head + strlen(head) + 1, *new = old + strlen(old) + 1;

		if (old >= end || new >= end)
			break;
		at = new + strlen(new) + 1;
		if (strcmp(new, path) != 0 || strlen(head) < 15 + OID_HEX)
			continue;
		head[15 + OID_HEX] = '\0';
		if (!oid_parse(head + 15, blob))
			*former = xstrdup(old);
	}
	buf_release(&out);
	return rc;
}

static int on_removed(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	(void)path;
	(void)old;
	*(bool *)payload = *(bool *)payload || !new;
	return 0;
}

/* A commit that removed no file renamed none; that is told faster than renames are. */
static bool may_rename(struct session *session, const struct oid *id)
{
	struct commit commit = {0}, parent = {0};
	bool removed = false;

	if (!repo_commit_read(session->repo, id, &commit) && commit.parent_count &&
		!repo_commit_read(session->repo, &commit.parents[0], &parent) &&
		repo_tree_diff(session->repo, &parent.tree, &commit.tree, on_removed, &removed))
		removed = true;
	error_clear();
	commit_release(&commit);
	commit_release(&parent);
	return removed;
}

static int load(struct tracing *tracing, const char *path)
{
	tracing->rows.count = 0;
	return store_version_each(tracing->session->store, path, on_row, &tracing->rows);
}

/* The file begins here: under another name before? Then its lines are older still. */
static int rename_back(struct tracing *tracing, char **path, bool *older)
{
	const struct version_row row = tracing->chain.list[0];
	struct buf text = BUF_INIT;
	char *former = NULL;
	struct oid blob;
	uint32_t line = 0;
	int rc = 0;

	*older = false;
	if (may_rename(tracing->session, &row.commit))
		rc = former_name(tracing, *path, &former, &blob);
	if (!rc && former)
		rc = read_text(tracing->session, &blob, &text);
	if (!rc && former)
		rc = line_map(&text, &tracing->text, tracing->line, &line);
	if (!rc && line)
		rc = load(tracing, former);
	if (!rc && line) {
		*older = true;
		follow(tracing, version_key(&blob), row.number);
		tracing->line = line;
		buf_clear(&tracing->text);
		buf_add(&tracing->text, text.ptr, text.len);
		lines_split(&tracing->text, &tracing->lines);
		free(*path);
		*path = former;
		former = NULL;
		if (!tracing->chain.count)
			rc = fail(E_NOTFOUND, "history is cut off");
	}
	free(former);
	buf_release(&text);
	return rc;
}

static int trace(struct tracing *tracing, char **path, struct oid *commit)
{
	bool older = true;
	int rc = 0;

	while (!rc && older) {
		uint32_t first, last;
		struct window window;
		size_t oldest = 0;

		if (tracing->rounds > ROUNDS_MAX)
			return fail(E_NOTFOUND, "too many versions");
		window_of(tracing, &first, &last);
		window.above = tracing->line - 1 - first;
		window.len = (size_t)(tracing->lines.start[last + 1] - tracing->lines.start[first]);
		window.run = xmalloc(window.len + 1);
		memcpy(window.run, tracing->lines.start[first], window.len);
		rc = search(tracing, &window, &oldest);
		if (!rc)
			rc = move_to(tracing, &window, oldest);
		free(window.run);
		*commit = tracing->chain.list[0].commit;
		if (!rc)
			rc = step(tracing, &older);
		if (!rc && !older && !tracing->chain.list[0].old)
			rc = rename_back(tracing, path, &older);
	}
	return rc;
}

int line_commit(struct session *session, const char *path, uint32_t line, struct oid *commit)
{
	struct tracing tracing = {.session = session, .line = line, .text = BUF_INIT};
	char *name = xstrdup(path);
	struct oid tree, blob;
	int rc = repo_tree_of(session->repo, "HEAD", &tree);

	if (!rc)
		rc = repo_tree_file(session->repo, &tree, path, &blob);
	if (!rc)
		rc = read_text(session, &blob, &tracing.text);
	if (!rc)
		rc = load(&tracing, path);
	if (!rc)
		follow(&tracing, version_key(&blob), INT64_MAX);
	if (!rc && !tracing.chain.count)
		rc = fail(E_NOTFOUND, "'%s' has no versions here", path);
	if (!rc) {
		lines_split(&tracing.text, &tracing.lines);
		if (!line || line > tracing.lines.count)
			rc = fail(E_INVALID, "'%s' has only %u lines", path, tracing.lines.count);
	}
	if (!rc)
		rc = trace(&tracing, &name, commit);
	free(name);
	free(tracing.rows.list);
	free(tracing.chain.list);
	free(tracing.lines.start);
	buf_release(&tracing.text);
	return rc;
}

int file_former(struct session *session, const char *path, char **former)
{
	struct tracing tracing = {.session = session, .text = BUF_INIT};
	struct oid blob;
	int rc = load(&tracing, path);

	*former = NULL;
	if (!rc && tracing.rows.count) {
		follow(&tracing, version_key(&tracing.rows.list[0].blob), INT64_MAX);
		tracing.chain.list[0] = tracing.chain.list[tracing.chain.count - 1];
		if (!tracing.chain.list[0].old &&
			may_rename(session, &tracing.chain.list[0].commit))
			rc = former_name(&tracing, path, former, &blob);
	}
	free(tracing.rows.list);
	free(tracing.chain.list);
	return rc;
}
