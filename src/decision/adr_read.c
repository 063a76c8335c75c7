/*
 * Architecture decision records of HEAD's tree: Nygard's headings (Status, Context, Decision) and
 * MADR's (Context and Problem Statement, Considered Options, Decision Outcome).
 */
#define _GNU_SOURCE
#include "decision/internal.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RECORD_MAX (256 << 10)
#define PART_MAX 400 /* bytes kept of a section */

static const char *const folders[] = {"doc/adr/", "docs/adr/", "doc/decisions/", "docs/decisions/",
	"architecture/decisions/", "doc/architecture/decisions/", "docs/architecture/decisions/",
	NULL};

static bool is_record(const char *path)
{
	const char *base = strrchr(path, '/');

	if (!base ||
		(!ends_with(path, ".md") && !ends_with(path, ".rst") && !ends_with(path, ".txt")) ||
		!strcasecmp(base + 1, "README.md") || !strcasecmp(base + 1, "template.md") ||
		!strcasecmp(base + 1, "index.md"))
		return false;
	for (size_t i = 0; folders[i]; i++)
		if (starts_with(path, folders[i]))
			return true;
	return false;
}

struct record {
	char *title;
	struct buf status, context, decision, options; /* text under the headings */
};

static void record_release(struct record *record)
{
	free(record->title);
	buf_release(&record->status);
	buf_release(&record->context);
	buf_release(&record->decision);
	buf_release(&record->options);
}

static struct buf *section_of(struct record *record, const char *heading)
{
	if (!strncasecmp(heading, "status", 6))
		return &record->status;
	if (!strncasecmp(heading, "context", 7) || !strncasecmp(heading, "problem", 7))
		return &record->context;
	if (!strncasecmp(heading, "decision outcome", 16) || !strcasecmp(heading, "decision"))
		return &record->decision;
	if (!strncasecmp(heading, "considered", 10) || !strncasecmp(heading, "alternatives", 12))
		return &record->options;
	return NULL;
}

/* "1. Use a tree" and "ADR-12: Use a tree" are titled "Use a tree". */
static const char *without_number(const char *title)
{
	const char *at = title;

	if (!strncasecmp(at, "adr", 3))
		at += 3 + strspn(at + 3, " -");
	if (isdigit((unsigned char)*at)) {
		at += strspn(at, "0123456789");
		return at + strspn(at, ".:) -");
	}
	return title;
}

static void read_record(const char *text, struct record *record)
{
	struct strings lines = STRINGS_INIT;
	struct buf *section = NULL;

	strings_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		char *line = lines.items[i];
		size_t level = strspn(line, "#");

		line[strcspn(line, "\r")] = '\0';
		if (level && line[level] == ' ') {
			const char *heading = line + level + strspn(line + level, " ");

			if (level == 1 && !record->title)
				record->title = xstrdup(without_number(heading));
			else if (level <= 2)
				section = section_of(record, heading);
		} else if (!strncasecmp(line, "status:", 7) && !record->status.len) {
			buf_addstr(&record->status, line + 7);
		} else if (section) {
			buf_addf(section, "%s\n", line);
		}
	}
	strings_release(&lines);
}

static const char *status_of(const struct record *record)
{
	if (strcasestr(record->status.ptr, "supersede"))
		return "superseded";
	if (strcasestr(record->status.ptr, "reject") || strcasestr(record->status.ptr, "deprecat"))
		return "rejected";
	return strcasestr(record->status.ptr, "accept") ? "accepted" : "proposed";
}

/* The first sentences of a section, as far as they fit. */
static char *opening(const struct buf *section)
{
	struct strings spans = STRINGS_INIT;
	struct buf out = BUF_INIT;

	text_spans(section->ptr, section->len, &spans);
	for (size_t i = 0; i < spans.count && i < 3; i++) {
		if (out.len + strlen(spans.items[i]) > PART_MAX)
			break;
		buf_addf(&out, "%s%s", out.len ? " " : "", spans.items[i]);
	}
	strings_release(&spans);
	return buf_detach(&out);
}

/* MADR: Chosen option: "X", because Y. */
static void take_outcome(struct decision_draft *draft)
{
	char *chosen = strcasestr(draft->evidence, "chosen option:");
	char *because = strstr(draft->evidence, "because ");

	if (because) {
		free(draft->because);
		draft->because = xstrdup(because + strlen("because "));
		draft->because[strcspn(draft->because, "\n")] = '\0';
	}
	if (chosen) {
		const char *start = chosen + strlen("chosen option:");
		const char *end = because && because > start ? because : start + strlen(start);

		start += strspn(start, " \"*");
		while (end > start && strchr(" \",.*", end[-1]))
			end--;
		free(draft->statement);
		draft->statement = xstrndup(start, (size_t)(end - start));
	}
}

/* The options that were not chosen. */
static char *others(const struct buf *options, const char *chosen)
{
	struct strings lines = STRINGS_INIT;
	struct buf out = BUF_INIT;

	strings_split(&lines, options->ptr, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i] + strspn(lines.items[i], " ");
		const char *name = line + (*line != '\0') + strspn(line + (*line != '\0'), " [\"*");
		size_t len = strcspn(name, "]\"\n");

		if (!*line || !strchr("-*+", *line) || !len ||
			!strncasecmp(name, chosen, strlen(chosen)))
			continue;
		if (out.len + len < PART_MAX)
			buf_addf(&out, "%s%.*s", out.len ? "; " : "", (int)len, name);
	}
	strings_release(&lines);
	return buf_detach(&out);
}

static bool draft_record(const struct record *record, struct decision_draft *draft)
{
	char *decision = opening(&record->decision);

	memset(draft, 0, sizeof(*draft));
	if (!record->title || !*decision) {
		free(decision);
		return false;
	}
	draft->statement = xstrdup(record->title);
	draft->evidence = decision;
	draft->because = opening(&record->context);
	take_outcome(draft);
	draft->instead_of = others(&record->options, draft->statement);
	draft->cue = "record";
	draft->confidence = 0.95;
	decision_id("adr", draft->evidence, draft->id);
	text_names(draft->evidence, &draft->symbols);
	return true;
}

/* The commit that added the file, by git: its own walk is the fastest there is for one path. */
static int introduced(
	struct miner *miner, const char *path, const char *head, struct decision_row *row)
{
	const char *const args[] = {"log", "--no-renames", "--diff-filter=A", "-1",
		"--format=%H %ct", head, "--", path, NULL};
	struct buf out = BUF_INIT;
	int rc = git_run(repo_git_dir(miner->session->repo), args, NULL, 0, &out);

	if (!rc && out.len > OID_HEX) {
		out.ptr[OID_HEX] = '\0';
		rc = oid_parse(out.ptr, &row->commit);
		row->at = strtoll(out.ptr + OID_HEX + 1, NULL, 10);
	}
	buf_release(&out);
	return rc;
}

struct scan {
	struct miner *miner;
	char head[OID_HEX + 1];
};

static int read_file(struct scan *scan, const char *path, const struct oid *blob)
{
	struct record record = {NULL, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	struct decision_row row = {.source = "adr"};
	struct strings files = STRINGS_INIT;
	struct decision_draft draft;
	struct buf text = BUF_INIT;
	char *origin = xstrfmt("%s:1", path);
	int rc = store_decision_drop_file(scan->miner->session->store, "adr", path);

	if (!rc && blob && repo_blob_read(scan->miner->session->repo, blob, RECORD_MAX, &text))
		error_clear(); /* too large, or not here: no record */
	read_record(text.ptr, &record);
	if (!rc && draft_record(&record, &draft)) {
		row.origin = origin;
		row.status = status_of(&record);
		strings_add(&files, path);
		rc = introduced(scan->miner, path, scan->head, &row);
		if (!rc)
			rc = miner_add(scan->miner, &draft, &row, &files);
		decision_draft_release(&draft);
	}
	strings_release(&files);
	record_release(&record);
	buf_release(&text);
	free(origin);
	return rc;
}

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	(void)mode;
	return is_record(path) ? read_file(payload, path, blob) : 0;
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	(void)old;
	return is_record(path) ? read_file(payload, path, new) : 0;
}

int mine_records(struct miner *miner, const struct oid *head)
{
	struct scan scan = {.miner = miner};
	struct repo *repo = miner->session->repo;
	struct oid old, new;
	char *mark = NULL;
	int rc;

	oid_hex(head, scan.head);
	rc = repo_tree_of(repo, scan.head, &new);
	if (!rc && !store_mined_get(miner->session->store, "adr", &mark) &&
		!repo_tree_of(repo, mark, &old))
		rc = repo_tree_diff(repo, &old, &new, on_change, &scan);
	else if (!rc) {
		error_clear();
		rc = store_decision_drop_source(miner->session->store, "adr");
		if (!rc)
			rc = repo_tree_walk(repo, &new, on_file, &scan);
	}
	free(mark);
	return rc ? rc : store_mined_set(miner->session->store, "adr", scan.head);
}
