/* git flywheel scrub: a filter that replaces secrets and personal data; works anywhere. */
#include "flywheel/command.h"

#include "flywheel/scrub.h"
#include "flywheel/config.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_MIN ((size_t)256 << 10) /* bytes scrubbed at a time; more where there is no end */

struct findings {
	const char *text;            /* the window */
	size_t base;                 /* its place in the input */
	size_t at, line, line_start; /* how far lines are counted */
	size_t count;
	bool print, explain, json;
};

static void count_lines(struct findings *findings, size_t offset)
{
	for (; findings->at < offset; findings->at++)
		if (findings->text[findings->at - findings->base] == '\n') {
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
		buf_add_printable(&line, findings->text + finding->start - findings->base, shown);
		buf_addf(&line, "..., %zu bytes)", len);
	}
	puts(line.ptr);
	buf_release(&line);
}

static void print_json(const struct findings *findings, const struct scrub_finding *finding,
	const char *pseudonym, size_t column)
{
	struct js *object = js_object();
	struct buf line = BUF_INIT;

	js_set_text(object, "rule", finding->rule);
	js_set_number(object, "line", (int64_t)findings->line);
	js_set_number(object, "column", (int64_t)column);
	js_set_number(object, "start", (int64_t)finding->start);
	js_set_number(object, "bytes", (int64_t)(finding->end - finding->start));
	js_set_text(object, "pseudonym", pseudonym);
	js_write(object, &line);
	printf("%s\n%s", findings->count > 1 ? "," : "", line.ptr);
	js_free(object);
	buf_release(&line);
}

static int take_finding(const struct scrub_finding *finding, const char *pseudonym, void *payload)
{
	struct findings *findings = payload;
	size_t column;

	count_lines(findings, finding->start);
	column = finding->start - findings->line_start + 1;
	findings->count++;
	if (findings->json)
		print_json(findings, finding, pseudonym, column);
	else
		print_finding(findings, finding, pseudonym, column);
	return 0;
}

/* A repository's rules and names, and its salt where there is a sidecar; works without one too. */
static int open_scrubber(const char *salt, struct scrubber **out)
{
	struct session session = {NULL, NULL, NULL};
	char *folder;
	int rc = 0;

	if (!repo_open(".", &session.repo)) {
		folder = path_join(repo_common_dir(session.repo), "flywheel");
		if (store_open(folder, false, &session.store))
			error_clear();
		free(folder);
		rc = config_load(session.repo, &session.config);
	} else {
		error_clear();
	}
	if (!rc)
		rc = scrubber_open(session.repo ? &session : NULL, out);
	if (!rc && salt)
		scrubber_set_salt(*out, salt);
	config_free(session.config);
	store_close(session.store);
	repo_free(session.repo);
	return rc;
}

/* Fills the window to `size` bytes; fewer are there only at the end of the input. */
static int fill(int fd, struct buf *window, size_t size, bool *last)
{
	while (window->len < size) {
		ssize_t got;

		buf_reserve(window, size - window->len);
		got = read(fd, window->ptr + window->len, size - window->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(E_IO, "cannot read: %s", strerror(errno));
		if (!got) {
			*last = true;
			return 0;
		}
		window->len += (size_t)got;
		window->ptr[window->len] = '\0';
	}
	return 0;
}

static int write_out(const struct buf *clean)
{
	if (fwrite(clean->ptr, 1, clean->len, stdout) != clean->len || fflush(stdout))
		return fail(E_IO, "cannot write the clean text");
	return 0;
}

/* Window by window, so that memory does not grow with the input. */
static int scrub_stream(int fd, struct scrubber *scrubber, struct findings *findings)
{
	struct buf window = BUF_INIT, clean = BUF_INIT;
	size_t size = READ_MIN, done = 0;
	bool last = false;
	int rc = 0;

	while (!rc && (!last || window.len)) {
		rc = fill(fd, &window, size, &last);
		if (rc)
			break;
		findings->text = window.ptr;
		buf_clear(&clean);
		rc = scrub_window(scrubber, window.ptr, window.len, last, findings->base, &clean,
			findings->print ? take_finding : NULL, findings, &done);
		if (rc)
			break;
		if (!findings->print)
			rc = write_out(&clean);
		count_lines(findings, findings->base + done);
		findings->base += done;
		size = done ? READ_MIN : size * 2;
		memmove(window.ptr, window.ptr + done, window.len - done + 1);
		window.len -= done;
	}
	buf_release(&window);
	buf_release(&clean);
	return rc;
}

static int scrub_file(const char *name, struct scrubber *scrubber, struct findings *findings)
{
	int fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO, rc;

	if (fd < 0)
		return fail(E_NOTFOUND, "cannot open '%s': %s", name, strerror(errno));
	if (findings->json)
		putchar('[');
	rc = scrub_stream(fd, scrubber, findings);
	if (findings->json)
		puts("]");
	if (fd != STDIN_FILENO)
		close(fd);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool only_check = false;
	struct findings findings = {.line = 1};
	const char *salt = NULL;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 'c', "check", NULL, "list the findings; exit 1 when there are any",
			&only_check},
		{OPTION_FLAG, 0, "explain", NULL, "list them, and show how each began",
			&findings.explain},
		{OPTION_TEXT, 0, "salt", "text", "make pseudonyms that depend on this text only",
			&salt},
		{OPTION_FLAG, 0, "json", NULL, "list them as JSON", &findings.json},
		OPTIONS_END,
	};
	struct scrubber *scrubber = NULL;
	int code = EXIT_OK, left = command_options(self, argc, argv, specs, &code), rc;

	if (left < 0)
		return code;
	if (left != 1)
		return command_usage(self, "name one file, or - for standard input");
	findings.print = only_check || findings.explain || findings.json;
	rc = open_scrubber(salt, &scrubber);
	if (!rc)
		rc = scrub_file(argv[0], scrubber, &findings);
	if (rc)
		code = command_fail(rc);
	else if (findings.count)
		code = EXIT_NO;
	scrubber_free(scrubber);
	return code;
}

const struct command command_scrub = {
	.name = "scrub",
	.summary = "replace secrets and personal data in a text",
	.usage = "scrub [--check] [--explain] [--salt <text>] [--json] (<file>|-)",
	.group = "plumbing",
	.run = run,
};
