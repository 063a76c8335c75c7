/* Decisions as records: MADR's headings, or Nygard's, in a form that adr_read.c reads back. */
#include "decision/internal.h"
#include "flywheel/decision_life.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLUG_MAX 50
#define RECORD_MAX (256 << 10)

struct folder {
	const char *path, *id;
	long last;   /* highest number there */
	char *found; /* name of the record of this decision, or NULL */
};

static bool is_of(const char *path, const char *id)
{
	struct buf text = BUF_INIT;
	char *mark = xstrfmt("decision: %s", id);
	bool found = !file_read(path, RECORD_MAX, &text) && strstr(text.ptr, mark);

	error_clear();
	free(mark);
	buf_release(&text);
	return found;
}

static int look(struct folder *folder)
{
	DIR *dir = opendir(folder->path);
	struct dirent *entry;

	if (!dir && errno != ENOENT)
		return fail(E_IO, "cannot read '%s': %s", folder->path, strerror(errno));
	while (dir && (entry = readdir(dir))) {
		long number = strtol(entry->d_name, NULL, 10);
		char *path;

		if (!isdigit((unsigned char)entry->d_name[0]) || !ends_with(entry->d_name, ".md"))
			continue;
		if (number > folder->last && number < 100000)
			folder->last = number;
		path = path_join(folder->path, entry->d_name);
		if (!folder->found && is_of(path, folder->id))
			folder->found = xstrdup(entry->d_name);
		free(path);
	}
	if (dir)
		closedir(dir);
	return 0;
}

/* "0007-keep-the-index-in-one-file.md" */
static char *name_of(long number, const char *statement)
{
	struct buf slug = BUF_INIT;
	char *name;

	for (const char *c = statement; *c && slug.len < SLUG_MAX; c++)
		if (isalnum((unsigned char)*c))
			buf_addch(&slug, (char)tolower((unsigned char)*c));
		else if (slug.len && slug.ptr[slug.len - 1] != '-')
			buf_addch(&slug, '-');
	while (slug.len && slug.ptr[slug.len - 1] == '-')
		buf_truncate(&slug, slug.len - 1);
	name = xstrfmt("%04ld-%s.md", number, slug.len ? slug.ptr : "decision");
	buf_release(&slug);
	return name;
}

/* Each part of "a; b" on a line of its own. */
static void add_items(struct buf *out, const char *list)
{
	while (*list) {
		const char *end = strstr(list, "; ");
		size_t len = end ? (size_t)(end - list) : strlen(list);

		buf_addf(out, "* %.*s\n", (int)len, list);
		list += len + (end ? 2 : 0);
	}
}

static void add_origin(struct buf *out, const struct decision *decision)
{
	char hex[OID_HEX + 1];

	oid_hex(&decision->commit, hex);
	if (oid_is_zero(&decision->commit))
		buf_addf(out, "Taken from a %s:\n\n", decision->source);
	else
		buf_addf(out, "Taken from commit %.12s:\n\n", hex);
	buf_addf(out, "> %s\n", decision->evidence);
}

/* What the reader knows as a status; why it is so is told by the other record. */
static const char *status_of(const struct decision *decision)
{
	return !strcmp(decision->status, "contradicted") || !strcmp(decision->status, "stale")
		       ? "deprecated"
		       : decision->status;
}

static void write_madr(struct buf *out, const struct decision *decision, const char *date)
{
	buf_addf(out, "---\nstatus: %s\ndate: %s\ndecision: %s\n---\n\n# %s\n\n",
		status_of(decision), date, decision->id, decision->statement);
	if (*decision->because)
		buf_addf(out, "## Context and Problem Statement\n\n%s\n\n", decision->because);
	if (*decision->instead_of) {
		buf_addf(out, "## Considered Options\n\n* %s\n", decision->statement);
		add_items(out, decision->instead_of);
		buf_addch(out, '\n');
	}
	buf_addf(out, "## Decision Outcome\n\nChosen option: \"%s\"%s%s.\n\n", decision->statement,
		*decision->because ? ", because " : "", decision->because);
	if (*decision->consequences) {
		buf_addstr(out, "### Consequences\n\n");
		add_items(out, decision->consequences);
		buf_addch(out, '\n');
	}
	buf_addstr(out, "## More Information\n\n");
	add_origin(out, decision);
}

static void write_nygard(
	struct buf *out, const struct decision *decision, const char *date, long number)
{
	char *status = xstrdup(status_of(decision));

	status[0] = (char)toupper((unsigned char)status[0]);
	buf_addf(out, "<!-- decision: %s -->\n\n# %ld. %s\n\nDate: %s\n\n", decision->id, number,
		decision->statement, date);
	buf_addf(out, "## Status\n\n%s\n\n## Context\n\n%s\n\n", status,
		*decision->because ? decision->because : "Not told.");
	buf_addf(out, "## Decision\n\n%s.\n\n", decision->statement);
	if (*decision->instead_of) {
		buf_addstr(out, "## Alternatives\n\n");
		add_items(out, decision->instead_of);
		buf_addch(out, '\n');
	}
	buf_addstr(out, "## Consequences\n\n");
	add_items(out, decision->consequences);
	buf_addstr(out, "\n## Origin\n\n");
	add_origin(out, decision);
	free(status);
}

struct exporting {
	const char *folder;
	bool nygard;
	struct buf *path;
};

static int on_found(const struct decision *decision, void *payload)
{
	struct exporting *exporting = payload;
	struct folder folder = {.path = exporting->folder, .id = decision->id};
	struct buf text = BUF_INIT;
	char date[21], *name, *path;
	long number;
	int rc = look(&folder);

	if (rc)
		return rc;
	clock_format(decision->at, date);
	date[10] = '\0';
	number = folder.found ? strtol(folder.found, NULL, 10) : folder.last + 1;
	name = folder.found ? folder.found : name_of(number, decision->statement);
	path = path_join(exporting->folder, name);
	if (exporting->nygard)
		write_nygard(&text, decision, date, number);
	else
		write_madr(&text, decision, date);
	rc = file_mkdirs(exporting->folder, 0777);
	if (!rc)
		rc = file_write(path, text.ptr, text.len, 0666);
	if (!rc)
		buf_addstr(exporting->path, path);
	free(name);
	free(path);
	buf_release(&text);
	return rc;
}

int decision_export(
	struct session *session, const char *id, const char *folder, bool nygard, struct buf *path)
{
	struct exporting exporting = {folder, nygard, path};

	return decision_find(session, id, on_found, &exporting);
}
