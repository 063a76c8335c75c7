/* Which definitions of two versions of a file are the same. */
#include "graph/entity.h"

#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>

uint32_t *pair_definitions(const struct facts *old, const struct facts *new, bool **taken)
{
	uint32_t *partner = xcalloc(old->definition_count + (size_t)1, sizeof(*partner));
	uint32_t *next = xcalloc(new->definition_count + (size_t)1, sizeof(*next));
	struct map names = MAP_INIT;

	*taken = xcalloc(new->definition_count + (size_t)1, sizeof(**taken));
	for (uint32_t i = new->definition_count; i--;) {
		struct map_entry *entry =
			map_put_str(&names, new->text + new->definitions[i].qualified, NULL);

		next[i] = (uint32_t)entry->value.num;
		entry->value.num = i + 1;
	}
	for (uint32_t i = 0; i < old->definition_count; i++) {
		const struct fact_definition *was = &old->definitions[i];
		struct map_entry *entry = map_get_str(&names, old->text + was->qualified);
		uint32_t at = entry ? (uint32_t)entry->value.num : 0;

		while (at && ((*taken)[at - 1] || new->definitions[at - 1].kind != was->kind))
			at = next[at - 1];
		partner[i] = at ? at - 1 : PARSE_NONE;
		if (at)
			(*taken)[at - 1] = true;
	}
	map_release(&names);
	free(next);
	return partner;
}

bool definition_differs(const struct facts *old, uint32_t a, const struct facts *new, uint32_t b)
{
	uint32_t i = a + 1, k = b + 1;
	bool inner = false;

	if (old->definitions[a].body == new->definitions[b].body)
		return false;
	while (i < old->definition_count && old->definitions[i].start < old->definitions[a].end) {
		inner |= k >= new->definition_count ||
			 old->definitions[i].body != new->definitions[k].body;
		i++;
		k++;
	}
	inner |= k < new->definition_count &&new->definitions[k].start < new->definitions[b].end;
	return !inner;
}
