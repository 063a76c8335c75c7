/* The command table and dispatch, nothing else. */
#include "flywheel/command.h"

#include <stdio.h>
#include <string.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

extern const struct command command_backup;

static const struct command *const commands[] = {
	&command_backup,
	NULL,
};

static const char *const groups[][2] = {
	{"start", "start here"},
	{"look", "ask"},
	{"turn", "turn the flywheel"},
	{"plumbing", "plumbing"},
};

static int help(FILE *out)
{
	fputs("usage: git flywheel <command> [<options>]\n", out);
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		fprintf(out, "\n%s\n", groups[g][1]);
		for (size_t i = 0; commands[i]; i++)
			if (!strcmp(commands[i]->group, groups[g][0]))
				fprintf(out, "   %-12s %s\n", commands[i]->name,
					commands[i]->summary);
	}
	fputs("\n`git flywheel <command> -h` lists a command's options; `man git-flywheel` tells "
	      "the whole story.\n",
		out);
	return out == stdout ? EXIT_OK : EXIT_BAD_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr);
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return help(stdout);
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
