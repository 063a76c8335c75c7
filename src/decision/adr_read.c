/*
 * Architecture decision records of HEAD's tree: Nygard's headings (Status, Context, Decision) and
 * MADR's (Context and Problem Statement, Considered Options, Decision Outcome).
 */
#define _GNU_SOURCE
#include "decision/life.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RECORD_MAX (256 << 10)
#define PART_MAX 1500 /* bytes kept of a section */

static const char *const folders[] = {"adr/", "doc/adr/", "docs/adr/", "doc/adrs/", "docs/adrs/",
	"doc/decisions/", "docs/decisions/", "docs/architecture/adr/", "doc/architecture/adr/",
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
	char id[13]; /* of the decision that was exported, or "" */
	struct buf status, context, decision, options, consequences; /* under the headings */
};

static void record_release(struct record *record)
{
	free(record->title);
	buf_release(&record->status);
	buf_release(&record->context);
	buf_release(&record->decision);
	buf_release(&record->options);
	buf_release(&record->consequences);
}

static struct buf *section_of(struct record *record, const char *heading)
{
	if (!strncasecmp(heading, "status", 6))
		return &record->status;
	if (!strncasecmp(heading, "context", 7) || !strncasecmp(heading, "problem", 7))
		return &record->context;
	if (!strncasecmp(heading, "decision outcome", 16) || !strcasecmp(heading, "decision"))
		return &record->decision;
	if (!strncasecmp(heading, "considered", 10) || !strncasecmp(heading, "alternatives", 12) ||
		!strncasecmp(heading, "options", 7))
		return &record->options;
	if (strcasestr(heading, "consequences"))
		return &record->consequences;
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

/* "Title" above "=====" is "# Title", above "-----" it is "## Title"; 0: no heading. */
static size_t underlined(const struct strings *lines, size_t at)
{
	const char *below = at + 1 < lines->count ? lines->items[at + 1] : "";
	size_t len = strcspn(below, "\r");

	if (len < 3 || !lines->items[at][0] || strchr("-*+ #>", lines->items[at][0]))
		return 0;
	if (strspn(below, "=") == len)
		return 1;
	return strspn(below, "-") == len || strspn(below, "~") == len ? 2 : 0;
}

/* "status: accepted" at the top, in a list or not, and the id that our export leaves. */
static bool take_head(struct record *record, const char *line)
{
	const char *field = line + strspn(line, "<!-*+ ");

	if (!strncasecmp(field, "status:", 7)) {
		if (!record->status.len)
			buf_addf(&record->status, "%s\n", field + 7);
		return true;
	}
	if (strncmp(field, "decision: ", 10) != 0)
		return false;
	field += 10;
	if (strspn(field, "0123456789abcdef") == 12)
		memcpy(record->id, field, 12);
	return true;
}

static void take_heading(
	struct record *record, size_t level, const char *heading, struct buf **section)
{
	if (level == 1 && !record->title)
		record->title = xstrdup(without_number(heading));
	else if (level <= 2 || strcasestr(heading, "consequences"))
		*section = section_of(record, heading);
}

static void read_record(const char *text, struct record *record)
{
	struct strings lines = STRINGS_INIT;
	struct buf *section = NULL;
	bool front = starts_with(text, "---\n") || starts_with(text, "---\r");

	strings_split(&lines, text, '\n');
	for (size_t i = front ? 1 : 0; i < lines.count; i++) {
		char *line = lines.items[i];
		size_t level = strspn(line, "#"), under = front ? 0 : underlined(&lines, i);

		line[strcspn(line, "\r")] = '\0';
		if (front && starts_with(line, "---")) {
			front = false;
		} else if (!front && level && line[level] == ' ') {
			take_heading(
				record, level, line + level + strspn(line + level, " "), &section);
		} else if (under) {
			take_heading(record, under, line, &section);
			i++;
		} else if (!((front || !section) && take_head(record, line)) && section) {
			buf_addf(section, "%s\n", line);
		}
	}
	strings_release(&lines);
}

static const char *status_of(const struct record *record)
{
	if (strcasestr(record->status.ptr, "superseded") ||
		strcasestr(record->status.ptr, "superceded") ||
		strcasestr(record->status.ptr, "replaced by"))
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

/* Of a text without line ends: no more than a sentence says, and no closing mark. */
static char *tidy(const char *text, size_t len)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > ' ')
			buf_addch(&out, text[i]);
		else if (out.len && out.ptr[out.len - 1] != ' ')
			buf_addch(&out, ' ');
	while (out.len && strchr(" .", out.ptr[out.len - 1]))
		buf_truncate(&out, out.len - 1);
	return buf_detach(&out);
}

/* MADR: Chosen option: "X", because Y. Only the first paragraph. */
static void take_outcome(struct decision_draft *draft, const char *section)
{
	const char *chosen = strcasestr(section, "chosen option:"), *end, *start, *because;
	const char *paragraph = chosen ? strstr(chosen, "\n\n") : NULL;
	const char *stop = paragraph ? paragraph : section + strlen(section);

	if (!chosen) {
		because = strstr(draft->evidence, "because ");
		if (because) {
			free(draft->because);
			draft->because = tidy(because + 8, strlen(because + 8));
		}
		return;
	}
	start = chosen + strlen("chosen option:");
	start += strspn(start, " *\n");
	end = *start == '"' ? strstr(start + 1, "\",") : NULL;
	if (*start == '"' && !end)
		end = strchr(start + 1, '"');
	start += *start == '"';
	because = strstr(end ? end : start, "because ");
	if (because && because < stop) {
		free(draft->because);
		draft->because = tidy(because + 8, (size_t)(stop - because - 8));
	}
	if (!end || end > stop)
		end = because && because < stop ? because : stop;
	while (end > start && strchr(" \",.*\n", end[-1]))
		end--;
	free(draft->statement);
	draft->statement = tidy(start, (size_t)(end - start));
}

/* A list as one text; of options those that were not chosen. */
static char *listed(const struct buf *section, const char *chosen)
{
	struct strings lines = STRINGS_INIT;
	struct buf out = BUF_INIT;
	bool open = false;

	strings_split(&lines, section->ptr, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i] + strspn(lines.items[i], " ");
		size_t digits = strspn(line, "0123456789");
		bool item = *line && (strchr("-*+", *line) || (digits && line[digits] == '.'));
		const char *name = item ? line + digits + 1 : line;

		name += item ? strspn(name, " [\"*") : 0;
		if (item)
			open = *name && !(chosen && !strncasecmp(name, chosen, strlen(chosen)));
		if (!*line || (!item && !open) || !*name || *line == '#')
			continue;
		if (!open || out.len + strlen(name) > PART_MAX)
			continue;
		while (item && out.len && out.ptr[out.len - 1] == '.')
			buf_truncate(&out, out.len - 1);
		if (out.len)
			buf_addstr(&out, item ? "; " : " ");
		buf_add(&out, name, strcspn(name, chosen ? "]\"" : ""));
	}
	while (out.len && out.ptr[out.len - 1] == '.')
		buf_truncate(&out, out.len - 1);
	strings_release(&lines);
	return buf_detach(&out);
}

/* As a list, or as its first sentences. */
static char *consequences_of(const struct record *record)
{
	char *list = listed(&record->consequences, NULL);

	if (*list)
		return list;
	free(list);
	return opening(&record->consequences);
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
	take_outcome(draft, record->decision.ptr);
	draft->instead_of = listed(&record->options, draft->statement);
	draft->consequences = consequences_of(record);
	draft->cue = "record";
	draft->confidence = 0.95;
	if (record->id[0])
		memcpy(draft->id, record->id, sizeof(draft->id));
	else
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

/* What a link "(0005-x.md)" or a number, "ADR-5", in a status stands for: "<folder>/#5" for both.
 */
static char *target_of(const char *path, const char *text)
{
	const char *slash = strrchr(path, '/'), *link = strstr(text, "](");
	const char *digit = link ? link + 2 : strpbrk(text, "0123456789\n");
	size_t len;

	if (link) { /* a sibling's name begins with its number; another name counts as it is */
		len = strcspn(digit, ")#");
		if (len > 2 && !strncmp(digit, "./", 2)) {
			digit += 2;
			len -= 2;
		}
		return xstrfmt("%.*s/%.*s", (int)(slash - path), path, (int)len, digit);
	}
	if (!digit || !isdigit((unsigned char)*digit))
		return NULL;
	return xstrfmt("%.*s/#%ld", (int)(slash - path), path, strtol(digit, NULL, 10));
}

/* "Superseded by ADR-5" here, "Supersedes ADR-3" there. */
static int read_references(struct store *store, const char *path, const struct record *record)
{
	static const struct {
		const char *words, *relation;
	} kinds[] = {{"superseded by", "superseded"}, {"replaced by", "superseded"},
		{"supersedes", "supersedes"}, {"supercedes", "supersedes"},
		{"superceded by", "superseded"}};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !rc; i++) {
		const char *at = strcasestr(record->status.ptr, kinds[i].words);
		char *line = at ? xstrndup(at, strcspn(at, "\n")) : NULL;
		char *target = line ? target_of(path, line + strlen(kinds[i].words)) : NULL;

		if (target)
			rc = store_refer_put(store, path, kinds[i].relation, target);
		free(target);
		free(line);
	}
	return rc;
}

static int read_file(struct scan *scan, const char *path, const struct oid *blob)
{
	struct record record = {NULL, "", BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	struct decision_row row = {.source = "adr"};
	struct strings files = STRINGS_INIT;
	struct decision_draft draft;
	struct buf text = BUF_INIT;
	char *origin = xstrfmt("%s:1", path);
	int rc = store_decision_drop_file(scan->miner->session->store, "adr", path);

	if (!rc)
		rc = store_refer_drop(scan->miner->session->store, path);
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
		if (!rc)
			rc = read_references(scan->miner->session->store, path, &record);
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
			rc = store_refer_drop(miner->session->store, NULL);
		if (!rc)
			rc = repo_tree_walk(repo, &new, on_file, &scan);
	}
	free(mark);
	return rc ? rc : store_mined_set(miner->session->store, "adr", scan.head);
}
