/* A subcommand: one file in src/command/, one record, one row in main.c. */
#ifndef FLYWHEEL_COMMAND_H
#define FLYWHEEL_COMMAND_H

#include "flywheel/session.h"

#include <stdbool.h>
#include <stdio.h>

struct option_spec;

enum exit_code { EXIT_OK = 0, EXIT_NO = 1, EXIT_BROKEN = 128, EXIT_BAD_USAGE = 129 };

struct command {
	const char *name;
	const char *summary; /* one line, for the list */
	const char *usage;   /* what follows "git flywheel " */
	const char *group;   /* heading in the help: "start", "look", "turn", "plumbing" */
	/* argv[0] is the command's name. Returns an enum exit_code. */
	int (*run)(const struct command *self, int argc, char **argv);
};

/*
 * Takes options as options_parse does; prints help for -h. Returns the number of words left in
 * argv, or -1 with `*code` set to what the command should return.
 */
int command_options(const struct command *self, int argc, char **argv,
	const struct option_spec *specs, int *code);

/* Opens repository, settings and sidecar; prints the error and returns EXIT_BROKEN, or 0. */
int session_open(struct session *session, bool create);
/* Like session_open; then brings the index to HEAD, as every reporting command must. */
int session_open_current(struct session *session);
void session_close(struct session *session);

/* The caller's folder inside the work tree, "" or with a trailing slash. The caller frees. */
char *command_prefix(struct session *session);

/* "git-flywheel: <message>" on stderr; returns the exit code that goes with the error. */
int command_fail(int error);
/* Prints text that is not ours, each line indented, with terminal escapes made harmless. */
void command_print_foreign(const char *text, const char *indent);
int command_usage(const struct command *self, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* `git flywheel help` and the list of commands, from main.c's table, which ends in NULL. */
int command_help(const struct command *const *commands, int argc, char **argv);
void command_list(FILE *out, const struct command *const *commands);

#endif
