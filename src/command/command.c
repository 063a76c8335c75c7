/* What all subcommands share: help, options, the session, errors to exit codes. */
#include "flywheel/command.h"

#include "flywheel/config.h"
#include "flywheel/graph.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static void print_help(FILE *out, const struct command *self, const struct option_spec *specs)
{
	fprintf(out, "usage: git flywheel %s\n\n%s\n", self->usage, self->summary);
	if (specs->name) {
		fputc('\n', out);
		options_print(out, specs);
	}
}

int command_options(const struct command *self, int argc, char **argv,
	const struct option_spec *specs, int *code)
{
	int left;

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			print_help(stdout, self, specs);
			*code = EXIT_OK;
			return -1;
		}
	left = options_parse(argc, argv, specs);
	if (left >= 0)
		return left;
	*code = command_usage(self, "%s", error_message());
	return -1;
}

int command_usage(const struct command *self, const char *format, ...)
{
	va_list args;

	fputs("git-flywheel: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nusage: git flywheel %s\n", self->usage);
	return EXIT_BAD_USAGE;
}

void command_print_foreign(const char *text, const char *indent)
{
	struct buf out = BUF_INIT;

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		buf_addstr(&out, indent);
		buf_add_printable(&out, line, len);
		buf_addch(&out, '\n');
		line += len + (line[len] == '\n');
	}
	fputs(out.ptr, stdout);
	buf_release(&out);
}

int command_fail(int error)
{
	struct buf text = BUF_INIT;

	buf_add_printable(&text, error_message(), strlen(error_message()));
	fprintf(stderr, "git-flywheel: %s\n", text.len ? text.ptr : "failed");
	buf_release(&text);
	return error == E_USAGE ? EXIT_BAD_USAGE : EXIT_BROKEN;
}

int session_open(struct session *session, bool create)
{
	char *folder = NULL;
	int rc;

	memset(session, 0, sizeof(*session));
	rc = repo_open(".", &session->repo);
	if (!rc)
		rc = config_load(session->repo, &session->config);
	if (!rc) {
		folder = path_join(repo_common_dir(session->repo), "flywheel");
		rc = store_open(folder, create, &session->store);
		free(folder);
	}
	if (!rc)
		return 0;
	session_close(session);
	return command_fail(rc);
}

int session_open_current(struct session *session)
{
	int rc = session_open(session, false);

	if (rc)
		return rc;
	rc = graph_catch_up(session);
	if (!rc)
		return 0;
	session_close(session);
	return command_fail(rc);
}

void session_close(struct session *session)
{
	store_close(session->store);
	config_free(session->config);
	repo_free(session->repo);
	memset(session, 0, sizeof(*session));
}

char *command_prefix(struct session *session)
{
	char folder[PATH_MAX];
	const char *root = repo_work_dir(session->repo);
	size_t len = root ? strlen(root) : 0;

	if (!root || !getcwd(folder, sizeof(folder)) || strncmp(folder, root, len) ||
		folder[len] != '/')
		return xstrdup("");
	return xstrfmt("%s/", folder + len + 1);
}
