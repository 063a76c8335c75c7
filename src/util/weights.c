/* A weight a line: the smallest form that a person can read and a program can make anew. */
#include "util/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void weights_read(const char *text, struct map *out)
{
	while (*text) {
		char *tab;
		double weight = strtod(text, &tab);
		const char *end = strchr(tab, '\n');

		if (!end)
			break;
		map_put(out, tab + 1, (size_t)(end - tab - 1), NULL)->value.num =
			lround(weight * WEIGHTS_ONE);
		text = end + 1;
	}
}

double weight_of(const struct map *weights, const char *feature, size_t len)
{
	const struct map_entry *entry = map_get(weights, feature, len);

	return entry ? (double)entry->value.num / WEIGHTS_ONE : 0;
}
