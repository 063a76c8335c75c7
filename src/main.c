/* The command table and dispatch, nothing else. */
#include "flywheel/command.h"

#include <stdio.h>
#include <string.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

extern const struct command command_bench;
extern const struct command command_init;
extern const struct command command_assess;
extern const struct command command_cycle;
extern const struct command command_promote;
extern const struct command command_rollback;
extern const struct command command_schedule;
extern const struct command command_status;
extern const struct command command_history;
extern const struct command command_model;
extern const struct command command_models;
extern const struct command command_backup;
extern const struct command command_house;
extern const struct command command_complete;
extern const struct command command_fit;
extern const struct command command_curate;
extern const struct command command_dataset;
extern const struct command command_decisions;
extern const struct command command_graph;
extern const struct command command_index;
extern const struct command command_jobs;
extern const struct command command_parse;
extern const struct command command_rebuild;
extern const struct command command_harvest;
extern const struct command command_scrub;
extern const struct command command_survival;
extern const struct command command_talk;
extern const struct command command_train;
extern const struct command command_uninstall;
extern const struct command command_why;
extern const struct command command_worker;

static const struct command *const commands[] = {
	&command_init,
	&command_why,
	&command_talk,
	&command_fit,
	&command_complete,
	&command_decisions,
	&command_assess,
	&command_cycle,
	&command_train,
	&command_jobs,
	&command_promote,
	&command_rollback,
	&command_schedule,
	&command_status,
	&command_history,
	&command_survival,
	&command_model,
	&command_models,
	&command_bench,
	&command_backup,
	&command_house,
	&command_curate,
	&command_dataset,
	&command_graph,
	&command_index,
	&command_parse,
	&command_rebuild,
	&command_harvest,
	&command_scrub,
	&command_uninstall,
	&command_worker,
	NULL,
};

int main(int argc, char **argv)
{
	if (argc < 2) {
		command_list(stderr, commands);
		return EXIT_BAD_USAGE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return command_help(commands, 1, argv);
	if (!strcmp(argv[1], "help"))
		return command_help(commands, argc - 1, argv + 1);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "version")) {
		puts("git-flywheel " VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, argv[1]))
			return commands[i]->run(commands[i], argc - 1, argv + 1);
	fprintf(stderr, "git-flywheel: '%s' is not a command: see `git flywheel -h`\n", argv[1]);
	return EXIT_BAD_USAGE;
}
