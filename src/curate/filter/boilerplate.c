/* Data and licence text: the shape of the lines gives it away. */
#include "curate/internal.h"

#include <ctype.h>
#include <string.h>

#define AVERAGE_LINE 100
#define LONGEST_LINE 1000
#define ALPHABETIC_PERCENT 25

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	size_t lines = 0, longest = 0, alphabetic = 0, visible = 0, length = 0;

	(void)curation;
	(void)state;
	for (const char *at = example->answer; *at;) {
		size_t line = strcspn(at, "\n");

		for (size_t i = 0; i < line; i++) {
			visible += !isspace((unsigned char)at[i]);
			alphabetic += isalpha((unsigned char)at[i]) || (unsigned char)at[i] >= 0x80;
		}
		longest = line > longest ? line : longest;
		length += line - strspn(at, " \t");
		lines++;
		at += line + (at[line] == '\n');
	}
	if (longest > LONGEST_LINE)
		return "a line of more than 1000 characters";
	/* Prose has paragraphs on one line; code that long is data. */
	if (example_is_code(example) && lines && length / lines > AVERAGE_LINE)
		return "lines of more than 100 characters on average";
	if (alphabetic * 100 < visible * ALPHABETIC_PERCENT)
		return "less than 25 % letters: data";
	if (strstr(example->answer, "All rights reserved") ||
		strstr(example->answer, "WITHOUT WARRANTY") ||
		strstr(example->answer, "SPDX-License-Identifier"))
		return "licence text";
	return NULL;
}

const struct filter filter_boilerplate = {
	.name = "boilerplate",
	.summary = "data or licence text by the shape of its lines",
	.reject = reject,
};
