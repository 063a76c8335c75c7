/* crontab(1): a marked region in the user's own table; every other byte of it stays. */
#define _GNU_SOURCE
#include "schedule/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char begin_line[] = "# BEGIN git flywheel schedule\n";
static const char end_line[] = "# END git flywheel schedule\n";

/*
 * The command goes through cron, which ends it at a % without a backslash, and through a shell. In
 * single quotes the backslash before a % is cron's alone; the quotes are closed and opened before
 * it, because cron would take a backslash of the path just there for its own.
 */
static void add_program(struct buf *out, const char *path)
{
	buf_addch(out, '\'');
	for (; *path; path++)
		if (*path == '\'')
			buf_addstr(out, "'\\''");
		else if (*path == '%')
			buf_addstr(out, "''\\%");
		else
			buf_addch(out, *path);
	buf_addch(out, '\'');
}

static void region_text(const struct tick *tick, struct buf *out)
{
	buf_addstr(out, begin_line);
	buf_addstr(out, "# `git flywheel schedule start` wrote these lines, and\n"
			"# `git flywheel schedule stop` removes them.\n");
	buf_addf(out, "%u * * * * ", tick->minute);
	add_program(out, tick->program);
	buf_addstr(out, " schedule run\n");
	buf_addstr(out, end_line);
}

/* A user without a table has an empty one. Anything else that cannot be read is an error, because
 * what was not read would be lost when we write. */
static int read_table(const struct tick *tick, struct buf *out)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	const char *const argv[] = {tick->tool, "-l", NULL};
	const struct process_options options = {.env = env, .timeout_s = TOOL_SECONDS};
	struct buf errors = BUF_INIT;
	int rc = process_run(argv, &options, out, &errors);
	char *line = first_line(errors.ptr, 300);

	if (rc == 127)
		rc = fail(E_NOTFOUND, "crontab: not found");
	else if (rc > 0 && !out->len &&
		 (strstr(errors.ptr, "no crontab") || strstr(errors.ptr, "No such file")))
		rc = 0;
	else if (rc > 0)
		rc = fail(E_FAIL, "crontab -l failed: %s", *line ? line : "it does not say why");
	free(line);
	buf_release(&errors);
	return rc;
}

/* The next line that is `line`, at or after `from`; NULL: none. */
static const char *find_line(const char *text, const char *from, const char *line)
{
	const char *at = from;

	while ((at = strstr(at, line)) && at > text && at[-1] != '\n')
		at++;
	return at;
}

/* Splits the table: `region` gets ours, all of it where there are several, `rest` the others'. */
static int split_table(const struct buf *table, struct buf *region, struct buf *rest)
{
	const char *at = table->ptr, *begin, *end;

	if (strlen(table->ptr) != table->len)
		return fail(E_INVALID, "the crontab holds a NUL byte: repair it with `crontab -e`");
	while ((begin = find_line(table->ptr, at, begin_line))) {
		end = find_line(table->ptr, begin, end_line);
		if (!end)
			return fail(E_INVALID,
				"the crontab has our line '%.*s' but not the one that ends it: "
				"repair it with `crontab -e`",
				(int)strlen(begin_line) - 1, begin_line);
		end += strlen(end_line);
		buf_add(rest, at, (size_t)(begin - at));
		buf_add(region, begin, (size_t)(end - begin));
		at = end;
	}
	buf_addstr(rest, at);
	return 0;
}

/* By a file: fed through a pipe, a table would be cut where our process was killed. */
static int load_file(const struct tick *tick, const char *path)
{
	return tool_run((const char *const[]){tick->tool, path, NULL}, NULL);
}

static int save(const struct buf *text, const char *what, char **path)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	*path = xstrfmt("%s/git-flywheel-%s-XXXXXX", folder && *folder ? folder : "/tmp", what);
	fd = mkstemp(*path);
	if (fd < 0) {
		int code = fail(E_IO, "cannot create '%s': %s", *path, strerror(errno));

		free(*path);
		*path = NULL;
		return code;
	}
	close(fd);
	return file_write(*path, text->ptr, text->len, 0600);
}

/* Puts the old table back where a failure has left another; the copy stays where that fails. */
static int restore(const struct tick *tick, const struct buf *old, char **copy)
{
	char *why = xstrdup(error_message());
	struct buf now = BUF_INIT;
	bool same = !read_table(tick, &now) && now.len == old->len &&
		    !memcmp(now.ptr, old->ptr, old->len);
	int rc;

	if (same || !load_file(tick, *copy)) {
		rc = fail(E_FAIL, "%s; the crontab is as it was", why);
	} else {
		rc = fail(E_FAIL, "%s, and the crontab could not be put back: it is kept in '%s'",
			why, *copy);
		free(*copy);
		*copy = NULL;
	}
	buf_release(&now);
	free(why);
	return rc;
}

static int write_table(const struct tick *tick, const struct buf *old, const struct buf *new)
{
	char *copy = NULL, *wanted = NULL;
	struct buf now = BUF_INIT;
	int rc = save(old, "crontab-before", &copy);

	if (!rc)
		rc = save(new, "crontab", &wanted);
	if (rc)
		goto out;
	rc = new->len ? load_file(tick, wanted)
		      : tool_run((const char *const[]){tick->tool, "-r", NULL}, NULL);
	if (!rc)
		rc = read_table(tick, &now);
	if (!rc && (now.len != new->len || memcmp(now.ptr, new->ptr, new->len)))
		rc = fail(E_FAIL, "crontab did not take the lines that it was given");
	if (rc)
		rc = restore(tick, old, &copy);
out:
	if (copy)
		unlink(copy);
	if (wanted)
		unlink(wanted);
	buf_release(&now);
	free(copy);
	free(wanted);
	return rc;
}

static int crontab_available(const struct tick *tick)
{
	struct buf table = BUF_INIT;
	int rc = read_table(tick, &table);

	buf_release(&table);
	return rc;
}

static int crontab_installed(const struct tick *tick, enum unit *unit)
{
	struct buf table = BUF_INIT, region = BUF_INIT, rest = BUF_INIT, want = BUF_INIT;
	int rc = read_table(tick, &table);

	*unit = UNIT_ABSENT;
	if (!rc)
		rc = split_table(&table, &region, &rest);
	region_text(tick, &want);
	if (!rc && region.len)
		*unit = strcmp(region.ptr, want.ptr) ? UNIT_OUTDATED : UNIT_CURRENT;
	buf_release(&table);
	buf_release(&region);
	buf_release(&rest);
	buf_release(&want);
	return rc;
}

static int change(const struct tick *tick, bool with_region)
{
	struct buf table = BUF_INIT, region = BUF_INIT, rest = BUF_INIT;
	int rc = read_table(tick, &table);

	if (!rc)
		rc = split_table(&table, &region, &rest);
	/* cron ignores a last line without an end, and crontab refuses it. */
	if (!rc && with_region && rest.len && rest.ptr[rest.len - 1] != '\n')
		buf_addch(&rest, '\n');
	if (!rc && with_region)
		region_text(tick, &rest);
	if (!rc)
		rc = write_table(tick, &table, &rest);
	buf_release(&table);
	buf_release(&region);
	buf_release(&rest);
	return rc;
}

static int crontab_install(const struct tick *tick)
{
	return change(tick, true);
}

static int crontab_remove(const struct tick *tick)
{
	return change(tick, false);
}

const struct scheduler scheduler_crontab = {
	.name = "crontab",
	.tool = "crontab",
	.available = crontab_available,
	.install = crontab_install,
	.remove = crontab_remove,
	.installed = crontab_installed,
};
