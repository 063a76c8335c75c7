/* git flywheel help: the list of commands, and the tables that the manual is made from. */
#include "flywheel/command.h"

#include "flywheel/config.h"
#include "util/buf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const groups[][2] = {
	{"start", "start here"},
	{"look", "ask"},
	{"turn", "turn the flywheel"},
	{"plumbing", "plumbing"},
};

void command_list(FILE *out, const struct command *const *commands)
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
}

/* A usage of several lines in one: a line break as the two characters "\\n". */
static void print_folded(const char *usage)
{
	for (; *usage; usage++)
		if (*usage == '\n')
			fputs("\\n", stdout);
		else
			putchar(*usage);
}

/* Tab-separated, for doc/man.sh: heading, name, summary, usage. */
static void print_commands(const struct command *const *commands)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (size_t i = 0; commands[i]; i++)
			if (!strcmp(commands[i]->group, groups[g][0])) {
				printf("%s\t%s\t%s\t", groups[g][1], commands[i]->name,
					commands[i]->summary);
				print_folded(commands[i]->usage);
				putchar('\n');
			}
}

/* Tab-separated, for doc/man.sh: key, type, default, bounds, where it may stand, help. */
static void print_settings(void)
{
	static const char *const types[] = {"true or false", "number", "real", "text", "texts"};

	for (const struct config_record *record = config_records(); record->key; record++) {
		bool bounded = record->type == CONFIG_NUMBER || record->type == CONFIG_REAL;

		printf("flywheel.%s\t%s\t%s\t", record->key, types[record->type], record->value);
		if (bounded)
			printf("%.12g to %.12g", record->min, record->max);
		printf("\t%s\t%s\n", record->tracked ? "tracked" : "", record->help);
	}
}

static int open_manual(const char *name)
{
	struct buf page = BUF_INIT;

	buf_addf(&page, "git-flywheel-%s", name);
	fflush(stdout);
	execlp("man", "man", page.ptr, (char *)NULL);
	fprintf(stderr, "git-flywheel: no man program here: see `git flywheel %s -h`\n", name);
	buf_release(&page);
	return EXIT_BROKEN;
}

int command_help(const struct command *const *commands, int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		command_list(stdout, commands);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--commands")) {
		print_commands(commands);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--settings")) {
		print_settings();
		return EXIT_OK;
	}
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, argv[1]))
			return open_manual(argv[1]);
	fprintf(stderr, "git-flywheel: '%s' is not a command: see `git flywheel -h`\n", argv[1]);
	return EXIT_BAD_USAGE;
}
