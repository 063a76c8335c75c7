/* Command-line options as a table; help is printed from the same table. */
#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

enum option_kind {
	OPTION_FLAG,   /* value: bool * */
	OPTION_TEXT,   /* value: const char ** (borrowed from argv) */
	OPTION_NUMBER, /* value: long * */
};

struct option_spec {
	enum option_kind kind;
	char letter;          /* 0 for none */
	const char *name;     /* without the dashes */
	const char *argument; /* name of the value in the help; NULL for flags */
	const char *help;
	void *value;
};

#define OPTIONS_END                                                                                \
	{                                                                                          \
		0, 0, NULL, NULL, NULL, NULL                                                       \
	}

/*
 * Takes the options out of argv (argv[0] is skipped); what is left moves to the front, its number
 * is returned. Everything after "--" is left alone. E_USAGE with a message on a bad option.
 */
int options_parse(int argc, char **argv, const struct option_spec *specs);
void options_print(FILE *out, const struct option_spec *specs);

#endif
