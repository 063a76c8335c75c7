/* The tips of what is quiet, in the sidecar as a line each. */
#include "conversation/quiet.h"

#include "conversation/fate.h"
#include "flywheel/store_decision.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK "link-quiet"
#define TIPS_MAX 64 /* the youngest; what only an older one leads to is walked again */

struct tip {
	struct oid id;
	int64_t at;
};

static int youngest_first(const void *a, const void *b)
{
	const struct tip *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	return memcmp(x->id.raw, y->id.raw, OID_RAW);
}

static struct tip *list_tips(const struct quiet *quiet, size_t *count)
{
	struct tip *list = xcalloc(quiet->tips.count + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < quiet->tips.count; i++) {
		const struct map_entry *entry = &quiet->tips.entries[i];

		if (!entry->value.num)
			continue;
		memcpy(list[*count].id.raw, entry->key, OID_RAW);
		list[(*count)++].at = entry->value.num;
	}
	qsort(list, *count, sizeof(*list), youngest_first);
	if (*count > TIPS_MAX)
		*count = TIPS_MAX;
	return list;
}

static void set_time(struct quiet *quiet, const struct oid *id, int64_t at)
{
	map_put(&quiet->tips, (const char *)id->raw, OID_RAW, NULL)->value.num = at > 0 ? at : 1;
	if (at > quiet->newest)
		quiet->newest = at;
}

/* "<version> <notes> <newest>", then "<id> <time>" a line. */
void quiet_load(struct session *session, const struct oid *notes, struct quiet *out)
{
	char *text = NULL, hex[OID_HEX + 1];
	long long newest, at;
	int version, used = 0;
	struct oid id;

	*out = (struct quiet){.tips = MAP_INIT};
	if (repo_is_shallow(session->repo)) /* what is cut off may come, and be claimed */
		return;
	if (store_mined_get(session->store, MARK, &text)) {
		error_clear();
		return;
	}
	if (sscanf(text, "%d %40s %lld%n", &version, hex, &newest, &used) == 3 &&
		version == CLAIMS_VERSION && !oid_parse(hex, &id) && oid_equal(&id, notes)) {
		out->newest = newest;
		for (const char *line = text + used;
			sscanf(line, "%40s %lld%n", hex, &at, &used) == 2 && !oid_parse(hex, &id);
			line += used)
			set_time(out, &id, at);
	}
	error_clear();
	free(text);
}

int quiet_save(struct session *session, const struct oid *notes, const struct quiet *quiet)
{
	struct buf text = BUF_INIT;
	char hex[OID_HEX + 1];
	struct tip *list;
	size_t count;
	int rc;

	if (!quiet->changed || repo_is_shallow(session->repo))
		return 0;
	list = list_tips(quiet, &count);
	oid_hex(notes, hex);
	buf_addf(&text, "%d %s %lld\n", CLAIMS_VERSION, hex, (long long)quiet->newest);
	for (size_t i = 0; i < count; i++) {
		oid_hex(&list[i].id, hex);
		buf_addf(&text, "%s %lld\n", hex, (long long)list[i].at);
	}
	rc = store_mined_set(session->store, MARK, text.ptr);
	buf_release(&text);
	free(list);
	return rc;
}

void quiet_add(struct quiet *quiet, const struct commit *commit)
{
	for (size_t i = 0; i < commit->parent_count; i++) {
		struct map_entry *parent =
			map_get(&quiet->tips, (const char *)commit->parents[i].raw, OID_RAW);

		if (parent)
			parent->value.num = 0;
	}
	set_time(quiet, &commit->id, commit->commit_time);
	quiet->changed = true;
}

struct oid *quiet_tips(const struct quiet *quiet, size_t *count)
{
	struct tip *list = list_tips(quiet, count);
	struct oid *ids = xcalloc(*count + 1, sizeof(*ids));

	for (size_t i = 0; i < *count; i++)
		ids[i] = list[i].id;
	free(list);
	return ids;
}

void quiet_release(struct quiet *quiet)
{
	map_release(&quiet->tips);
}
