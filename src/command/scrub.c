/* git flywheel scrub: a filter that replaces secrets and personal data; works anywhere. */
#include "flywheel/command.h"

#include "flywheel/conversation.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)256 << 20)

struct findings {
	const char *text;
	size_t at, line, line_start; /* how far lines are counted */
	size_t count;
	bool explain;
	struct js *array; /* NULL: print */
};

static void place(struct findings *findings, size_t offset)
{
	for (; findings->at < offset; findings->at++)
		if (findings->text[findings->at] == '\n') {
			findings->line++;
			findings->line_start = findings->at + 1;
		}
}

/* The secret itself is never printed, unless --explain asks for how it begins. */
static void print_finding(const struct findings *findings, const struct scrub_finding *finding,
	const char *pseudonym, size_t column)
{
	struct buf line = BUF_INIT;
	size_t len = finding->end - finding->start, shown = len > 16 ? 4 : 1;

	buf_addf(&line, "%zu:%zu: %s -> ", findings->line, column, finding->rule);
	buf_add_printable(&line, pseudonym, strlen(pseudonym) > 100 ? 100 : strlen(pseudonym));
	if (findings->explain) {
		buf_addstr(&line, "   (was ");
		buf_add_printable(&line, findings->text + finding->start, shown);
		buf_addf(&line, "..., %zu bytes)", len);
	}
	puts(line.ptr);
	buf_release(&line);
}

static int take_finding(const struct scrub_finding *finding, const char *pseudonym, void *payload)
{
	struct findings *findings = payload;
	struct js *object;
	size_t column;

	place(findings, finding->start);
	column = finding->start - findings->line_start + 1;
	findings->count++;
	if (!findings->array) {
		print_finding(findings, finding, pseudonym, column);
		return 0;
	}
	object = js_object();
	js_set_text(object, "rule", finding->rule);
	js_set_number(object, "line", (int64_t)findings->line);
	js_set_number(object, "column", (int64_t)column);
	js_set_number(object, "bytes", (int64_t)(finding->end - finding->start));
	js_set_text(object, "pseudonym", pseudonym);
	js_add(findings->array, object);
	return 0;
}

/* The repository's own salt and names where there is a sidecar; outside of one it works too. */
static int open_scrubber(const char *salt, struct scrubber **out)
{
	struct session session = {NULL, NULL, NULL};
	bool inside = false;
	char *folder;
	int rc;

	if (!repo_open(".", &session.repo)) {
		folder = path_join(repo_common_dir(session.repo), "flywheel");
		inside = !store_open(folder, false, &session.store);
		free(folder);
	}
	error_clear();
	rc = scrubber_open(inside ? &session : NULL, out);
	if (!rc && salt)
		scrubber_set_salt(*out, salt);
	store_close(session.store);
	repo_free(session.repo);
	return rc;
}

static int check(
	struct scrubber *scrubber, const struct buf *text, bool explain, bool json, bool *found)
{
	struct findings findings = {.text = text->ptr, .line = 1, .explain = explain};
	struct buf clean = BUF_INIT;
	int rc;

	findings.array = json ? js_array() : NULL;
	rc = scrub_text(scrubber, text->ptr, text->len, &clean, take_finding, &findings);
	if (!rc && json) {
		buf_clear(&clean);
		js_write(findings.array, &clean);
		puts(clean.ptr);
	}
	*found = findings.count > 0;
	js_free(findings.array);
	buf_release(&clean);
	return rc;
}

static int filter(struct scrubber *scrubber, const struct buf *text)
{
	struct buf clean = BUF_INIT;
	int rc = scrub_text(scrubber, text->ptr, text->len, &clean, NULL, NULL);

	if (!rc && (fwrite(clean.ptr, 1, clean.len, stdout) != clean.len || fflush(stdout)))
		rc = fail(E_IO, "cannot write the clean text");
	buf_release(&clean);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool only_check = false, explain = false, json = false, found = false;
	const char *salt = NULL;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 'c', "check", NULL, "list the findings; exit 1 when there are any",
			&only_check},
		{OPTION_FLAG, 0, "explain", NULL, "with --check: show how each finding began",
			&explain},
		{OPTION_TEXT, 0, "salt", "text", "make pseudonyms that depend on this text only",
			&salt},
		{OPTION_FLAG, 0, "json", NULL, "with --check: print JSON", &json},
		OPTIONS_END,
	};
	struct scrubber *scrubber = NULL;
	struct buf text = BUF_INIT;
	int code = EXIT_OK, left = command_options(self, argc, argv, specs, &code), rc;

	if (left < 0)
		return code;
	if (left != 1)
		return command_usage(self, "name one file, or - for standard input");
	rc = file_read(strcmp(argv[0], "-") ? argv[0] : "/dev/stdin", TEXT_MAX, &text);
	if (!rc)
		rc = open_scrubber(salt, &scrubber);
	if (!rc && (only_check || explain || json))
		rc = check(scrubber, &text, explain, json, &found);
	else if (!rc)
		rc = filter(scrubber, &text);
	if (rc)
		code = command_fail(rc);
	else if (found)
		code = EXIT_NO;
	scrubber_free(scrubber);
	buf_release(&text);
	return code;
}

const struct command command_scrub = {
	.name = "scrub",
	.summary = "replace secrets and personal data in a text",
	.usage = "scrub [--check] [--explain] [--salt <text>] [--json] (<file>|-)",
	.group = "plumbing",
	.run = run,
};
