/* What the words of a question mean: a path, a line, a symbol, a commit, or just words. */
#include "decision/internal.h"
#include "flywheel/why.h"

#include "flywheel/graph_place.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void why_release(struct why_answer *answer)
{
	free(answer->path);
	free(answer->symbol);
	free(answer->subject);
	free(answer->more);
	memset(answer, 0, sizeof(*answer));
}

/* Resolves "." and ".." and doubled slashes; NULL when the path leaves the tree. */
static char *tidy_path(const char *prefix, const char *path)
{
	struct strings parts = STRINGS_INIT, kept = STRINGS_INIT;
	struct buf out = BUF_INIT;
	bool outside = path[0] == '/';
	char *whole = xstrfmt("%s%s", prefix, path);

	strings_split(&parts, whole, '/');
	for (size_t i = 0; i < parts.count && !outside; i++) {
		const char *part = parts.items[i];

		if (!*part || !strcmp(part, "."))
			continue;
		if (strcmp(part, "..")) {
			strings_add(&kept, part);
		} else {
			outside = !kept.count;
			if (kept.count)
				free(kept.items[--kept.count]);
		}
	}
	for (size_t i = 0; i < kept.count; i++)
		buf_addf(&out, "%s%s", i ? "/" : "", kept.items[i]);
	free(whole);
	strings_release(&parts);
	strings_release(&kept);
	if (!outside)
		return buf_detach(&out);
	buf_release(&out);
	return NULL;
}

static int on_place(const struct symbol_place *place, void *payload)
{
	struct why_answer *answer = payload;

	if (!answer->places++) {
		free(answer->symbol);
		answer->symbol = xstrdup(place->qualified);
		if (!answer->path)
			answer->path = xstrdup(place->path);
		if (!answer->line)
			answer->line = place->line;
	}
	return 0;
}

static int take_commit(struct session *session, const struct oid *id, struct why_answer *out)
{
	struct commit commit;
	int rc = repo_commit_read(session->repo, id, &commit);

	if (rc)
		return rc;
	out->commit = *id;
	free(out->subject);
	out->subject = first_line(commit.message + strspn(commit.message, "\n"), 300);
	out->commit_time = commit.commit_time;
	commit_release(&commit);
	return 0;
}

#define LINES_MAX 16 /* of a range, spread evenly: each is looked for by itself */

struct dated {
	struct oid id;
	int64_t at;
};

static int newest_first(const void *a, const void *b)
{
	const struct dated *one = a, *other = b;

	if (one->at != other->at)
		return one->at < other->at ? 1 : -1;
	return memcmp(one->id.raw, other->id.raw, OID_RAW);
}

static int64_t time_of(struct session *session, const struct oid *id)
{
	struct commit commit = {0};
	int64_t at = 0;

	if (!repo_commit_read(session->repo, id, &commit))
		at = commit.commit_time;
	error_clear();
	commit_release(&commit);
	return at;
}

/* The commits of the lines of a range, each once. */
static int read_range(struct session *session, const struct why_answer *answer, struct dated *found,
	size_t *count)
{
	uint32_t last = answer->last ? answer->last : answer->line, span = last - answer->line;
	uint32_t steps = span < LINES_MAX ? span : LINES_MAX - 1;
	int rc = 0;

	*count = 0;
	for (uint32_t i = 0; i <= steps && !rc; i++) {
		uint32_t line = answer->line + (steps ? (uint32_t)((uint64_t)span * i / steps) : 0);
		struct oid id;
		size_t k = 0;

		rc = why_blame(session, answer->path, line, &id);
		while (!rc && k < *count && !oid_equal(&found[k].id, &id))
			k++;
		if (!rc && k == *count && !oid_is_zero(&id))
			found[(*count)++] = (struct dated){id, time_of(session, &id)};
	}
	if (*count)
		qsort(found, *count, sizeof(*found), newest_first);
	return rc;
}

static int take_line(struct session *session, struct why_answer *out)
{
	struct dated found[LINES_MAX];
	size_t count = 0;
	int rc = read_range(session, out, found, &count);

	if (rc)
		return rc;
	out->kind = WHY_LINE;
	out->uncommitted = !count;
	if (count)
		rc = take_commit(session, &found[0].id, out);
	if (count > 1)
		out->more = xcalloc(count - 1, sizeof(*out->more));
	for (size_t i = 1; i < count; i++)
		out->more[out->more_count++] = found[i].id;
	if (!rc)
		rc = graph_place_at(session, out->path, out->line, 0, on_place, out);
	return rc;
}

static int on_any(const struct decision_view *view, void *payload)
{
	(void)view;
	*(bool *)payload = true;
	return 0;
}

/* A file that HEAD has, or had when something was decided about it; or a folder. */
static bool take_path(struct session *session, char *path, struct why_answer *out)
{
	struct decision_filter filter = {.path = path, .limit = 1};
	struct oid tree, blob;
	char *spec = xstrfmt("HEAD:%s", path);
	bool known = !repo_tree_of(session->repo, "HEAD", &tree) &&
		     !repo_tree_file(session->repo, &tree, path, &blob);

	out->kind = WHY_FILE;
	if (!known && !repo_tree_of(session->repo, spec, &tree)) {
		out->kind = WHY_FOLDER;
		known = true;
	}
	if (!known && store_decision_each(session->store, &filter, on_any, &known))
		known = false;
	free(spec);
	error_clear();
	out->path = known ? path : NULL;
	if (!known)
		free(path);
	return known;
}

/* "12" or "12-20"; false: neither. */
static bool parse_lines(const char *text, uint32_t *first, uint32_t *last)
{
	size_t len = strspn(text, "0123456789");
	const char *second = text[len] == '-' ? text + len + 1 : NULL;

	*last = 0;
	if (!len || len > 9 || (!second && text[len]))
		return false;
	*first = (uint32_t)strtoul(text, NULL, 10);
	if (!second)
		return true;
	len = strspn(second, "0123456789");
	if (!len || len > 9 || second[len])
		return false;
	*last = (uint32_t)strtoul(second, NULL, 10);
	if (!*last)
		*last = 1; /* an empty range, told by the caller */
	return true;
}

static int try_path(
	struct session *session, const char *prefix, const char *words, struct why_answer *out)
{
	const char *colon = strrchr(words, ':');
	char *path = tidy_path(prefix, words);
	uint32_t first = 0, last = 0;

	if (path && take_path(session, path, out))
		return 0;
	if (!colon || colon == words || !parse_lines(colon + 1, &first, &last))
		return E_NOTFOUND;
	path = xstrndup(words, (size_t)(colon - words));
	out->path = tidy_path(prefix, path);
	free(path);
	path = out->path;
	out->path = NULL;
	if (!path || !take_path(session, path, out) || out->kind != WHY_FILE)
		return E_NOTFOUND;
	if (!first || (last && last < first))
		return fail(E_USAGE, first ? "the last line of a range comes after the first"
					   : "lines count from 1");
	out->line = first;
	out->last = last == first ? 0 : last;
	return take_line(session, out);
}

static int try_symbol(struct session *session, const char *words, struct why_answer *out)
{
	size_t len = strlen(words);
	char *name = xstrndup(words, len > 2 && ends_with(words, "()") ? len - 2 : len);
	int rc = graph_place_find(session, name, 0, on_place, out);

	free(name);
	out->kind = WHY_SYMBOL;
	return rc || out->places ? rc : E_NOTFOUND;
}

int why_resolve(
	struct session *session, const char *prefix, const char *words, struct why_answer *out)
{
	struct oid commit;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!*words || strlen(words) > 4096)
		return fail(E_USAGE, "ask about a path, a symbol, a commit or some words");
	rc = try_path(session, prefix, words, out);
	if (rc != E_NOTFOUND)
		return rc;
	why_release(out);
	if (!strpbrk(words, " \t\n")) {
		rc = try_symbol(session, words, out);
		if (rc != E_NOTFOUND)
			return rc;
		if (strlen(words) >= 4 && !repo_resolve(session->repo, words, &commit)) {
			out->kind = WHY_COMMIT;
			return take_commit(session, &commit, out);
		}
	}
	error_clear();
	out->kind = WHY_WORDS;
	return 0;
}

const char *why_kind_name(enum why_kind kind)
{
	static const char *const names[] = {"line", "file", "folder", "symbol", "commit", "words"};

	return names[kind];
}

const char *why_relation_name(enum why_relation relation)
{
	static const char *const names[] = {
		"line", "symbol", "commit", "neighbour", "file", "module", "text"};

	return names[relation];
}
