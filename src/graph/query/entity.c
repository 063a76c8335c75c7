/* Which definitions of two versions of a file are the same. */
#include "graph/query/entity.h"

#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static bool is_named_alike(const struct facts *old, const struct facts *new, uint32_t at)
{
	return at < new->definition_count &&
	       old->definitions[at].kind == new->definitions[at].kind &&
	       !strcmp(old->text + old->definitions[at].qualified,
		       new->text + new->definitions[at].qualified);
}

/* As far as both lists say the same in the same order, they are paired without looking names up. */
uint32_t *pair_definitions(const struct facts *old, const struct facts *new, bool **taken)
{
	uint32_t *partner = xcalloc(old->definition_count + (size_t)1, sizeof(*partner));
	uint32_t *next = xcalloc(new->definition_count + (size_t)1, sizeof(*next));
	struct map names = MAP_INIT;
	uint32_t same = 0;

	*taken = xcalloc(new->definition_count + (size_t)1, sizeof(**taken));
	while (same < old->definition_count && is_named_alike(old, new, same)) {
		(*taken)[same] = true;
		partner[same] = same;
		same++;
	}
	for (uint32_t i = new->definition_count; i-- > same;) {
		struct map_entry *entry =
			map_put_str(&names, new->text + new->definitions[i].qualified, NULL);

		next[i] = (uint32_t)entry->value.num;
		entry->value.num = i + 1;
	}
	for (uint32_t i = same; i < old->definition_count; i++) {
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
