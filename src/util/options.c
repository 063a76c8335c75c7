/* Command-line options. */
#include "util/options.h"

#include "util/error.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec *find_long(const struct option_spec *specs, const char *name)
{
	size_t len = strcspn(name, "=");

	for (; specs->name; specs++)
		if (strlen(specs->name) == len && !strncmp(specs->name, name, len))
			return specs;
	return NULL;
}

static const struct option_spec *find_short(const struct option_spec *specs, char letter)
{
	for (; specs->name; specs++)
		if (specs->letter == letter)
			return specs;
	return NULL;
}

static int store(const struct option_spec *spec, const char *value)
{
	char *end = NULL;

	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)spec->value = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)spec->value = value;
		return 0;
	case OPTION_NUMBER:
		*(long *)spec->value = strtol(value, &end, 10);
		if (!*value || *end)
			return fail(E_USAGE, "--%s wants a number, not '%s'", spec->name, value);
		return 0;
	}
	return 0;
}

int options_parse(int argc, char **argv, const struct option_spec *specs)
{
	int left = 0;

	for (int i = 1; i < argc; i++) {
		const struct option_spec *spec;
		const char *value = NULL, *text = argv[i];

		if (!strcmp(text, "--")) {
			while (++i < argc)
				argv[left++] = argv[i];
			break;
		}
		if (text[0] != '-' || !text[1]) {
			argv[left++] = argv[i];
			continue;
		}
		spec = text[1] == '-' ? find_long(specs, text + 2) : find_short(specs, text[1]);
		if (!spec || (text[1] != '-' && text[2] && spec->kind == OPTION_FLAG))
			return fail(E_USAGE, "unknown option '%s'", text);
		if (text[1] == '-')
			value = strchr(text, '=') ? strchr(text, '=') + 1 : NULL;
		else if (text[2])
			value = text + 2;
		if (spec->kind == OPTION_FLAG && value)
			return fail(E_USAGE, "--%s takes no value", spec->name);
		if (spec->kind != OPTION_FLAG && !value && i + 1 < argc)
			value = argv[++i];
		if (spec->kind != OPTION_FLAG && !value)
			return fail(E_USAGE, "--%s wants a value", spec->name);
		if (store(spec, value))
			return E_USAGE;
	}
	return left;
}

void options_print(FILE *out, const struct option_spec *specs)
{
	for (; specs->name; specs++) {
		char left[64];
		int len = snprintf(left, sizeof(left), "--%s", specs->name);

		if (specs->argument)
			snprintf(left + len, sizeof(left) - (size_t)len, " <%s>", specs->argument);
		fprintf(out, "  %c%c%c %-22s %s\n", specs->letter ? '-' : ' ',
			specs->letter ? specs->letter : ' ', specs->letter ? ',' : ' ', left,
			specs->help);
	}
}
