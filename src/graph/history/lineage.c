/*
 * Comparing both sides of many changes. The changes of one path follow each other: each version of
 * the file is parsed out of the one before it, and read once. Paths go to threads, long ones first.
 */
#include "graph/crew.h"
#include "graph/history/delta.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define HELD 2    /* versions of a file: history goes forth and back between branches */
#define READS 256 /* after so many the repository forgets */

/* The changes of one path, in the order of history. */
struct lineage {
	const struct language *language; /* NULL: the two sides are of different ones */
	struct change **changes;
	size_t count, capacity;
};

struct lineages {
	struct lineage *items;
	size_t count, capacity, next, done;
};

/* A version that was parsed; NULL: it has no facts. */
struct held {
	struct oid blob;
	struct version *version;
};

/* A thread's. */
struct comparer {
	struct crew_member *member;
	struct held held[HELD]; /* the last that was asked for first */
	size_t held_count;
};

static void add_to_lineage(struct lineages *lineages, struct map *known, struct change *change,
	const struct language *language)
{
	struct buf key = BUF_INIT;
	struct map_entry *entry;
	struct lineage *lineage;
	bool added;

	buf_addf(&key, "%zu %s", language ? language_index(language) + 1 : 0, change->path);
	entry = map_put_str(known, key.ptr, &added);
	if (added) {
		entry->value.num = (int64_t)lineages->count;
		GROW(lineages->items, lineages->count, lineages->capacity);
		lineages->items[lineages->count++] = (struct lineage){.language = language};
	}
	lineage = &lineages->items[entry->value.num];
	GROW(lineage->changes, lineage->count, lineage->capacity);
	lineage->changes[lineage->count++] = change;
	buf_release(&key);
}

static int compare_lengths(const void *left, const void *right)
{
	const struct lineage *a = left, *b = right;

	return (a->count < b->count) - (a->count > b->count);
}

static const struct language *language_on(
	const struct crew *crew, const struct change *change, const struct oid *blob)
{
	return language_of(crew->session, crew->languages, change->path, blob);
}

/* What is of no language has nothing to compare. */
static void list_lineages(
	struct lineages *lineages, const struct crew *crew, struct change **changes, size_t count)
{
	struct map known = MAP_INIT;

	for (size_t i = 0; i < count; i++) {
		struct change *change = changes[i];
		const struct language *old, *new;

		old = change->has_old ? language_on(crew, change, &change->old) : NULL;
		new = change->has_new ? language_on(crew, change, &change->new) : NULL;
		if (!old && !new)
			change->compared = true;
		else
			add_to_lineage(lineages, &known, change,
				old && new &&old != new ? NULL
				: old                   ? old
							: new);
	}
	map_release(&known);
	if (lineages->count)
		qsort(lineages->items, lineages->count, sizeof(*lineages->items), compare_lengths);
}

/* Too large, or missing in a partial clone: no text, as in a whole tree. */
static bool read_text(struct crew_member *member, const struct oid *blob)
{
	int rc;

	pthread_mutex_lock(&member->crew->lock);
	rc = crew_read(member, blob);
	pthread_mutex_unlock(&member->crew->lock);
	if (rc)
		error_clear();
	return !rc;
}

static struct version *nearest(const struct comparer *self)
{
	for (size_t i = 0; i < self->held_count; i++)
		if (self->held[i].version)
			return self->held[i].version;
	return NULL;
}

/* To the front; the last one goes when there are too many. */
static const struct facts *facts_at(
	struct comparer *self, struct grammar *grammar, const struct oid *blob)
{
	static const struct facts none = {.text = NULL};
	struct held found = {.blob = *blob};
	size_t at = 0;

	while (at < self->held_count && !oid_equal(&self->held[at].blob, blob))
		at++;
	if (at < self->held_count) {
		found = self->held[at];
	} else {
		if (read_text(self->member, blob))
			found.version = version_parse(grammar, self->member->text.ptr,
				self->member->text.len, nearest(self));
		if (self->held_count == HELD)
			version_free(self->held[--at].version);
		else
			self->held_count++;
	}
	memmove(self->held + 1, self->held, at * sizeof(found));
	self->held[0] = found;
	return found.version ? version_facts(found.version) : &none;
}

static void compare_versions(struct comparer *self, struct grammar *grammar, struct change *change)
{
	static const struct facts none = {.text = NULL};
	const struct facts *new = change->has_new ? facts_at(self, grammar, &change->new) : &none;
	const struct facts *old = change->has_old ? facts_at(self, grammar, &change->old) : &none;

	change_compare(change, old, new);
	change->compared = true;
}

/* Of a script that became one of another language: both versions as wholes. */
static int compare_strangers(struct crew_member *member, struct change *change)
{
	const struct oid *blobs[] = {&change->old, &change->new};
	struct facts facts[2] = {{.text = NULL}, {.text = NULL}};
	struct crew *crew = member->crew;
	int rc = 0;

	for (int i = 0; i < 2 && !rc; i++) {
		const struct language *language;
		struct grammar *grammar = NULL;
		struct buf bytes = BUF_INIT;

		pthread_mutex_lock(&crew->lock);
		language = language_on(crew, change, blobs[i]);
		pthread_mutex_unlock(&crew->lock);
		if (language)
			rc = grammars_of(member->grammars, language, &grammar);
		if (grammar && read_text(member, blobs[i])) {
			parse_text(grammar, member->text.ptr, member->text.len, &bytes);
			rc = facts_decode(bytes.ptr, bytes.len, &facts[i]);
		}
		buf_release(&bytes);
	}
	if (!rc)
		change_compare(change, &facts[0], &facts[1]);
	change->compared = !rc;
	facts_release(&facts[0]);
	facts_release(&facts[1]);
	return rc;
}

/* False: to be left as it is. */
static bool step(struct crew *crew, int rc)
{
	struct lineages *lineages = crew->payload;
	bool goes_on;

	pthread_mutex_lock(&crew->lock);
	progress_set(crew->progress, ++lineages->done);
	if (!rc && interrupted())
		rc = fail(E_STOPPED, "stopped; the same command goes on");
	if (rc)
		crew_stop(crew, rc);
	goes_on = !crew->rc;
	pthread_mutex_unlock(&crew->lock);
	return goes_on;
}

static void follow(struct comparer *self, const struct lineage *lineage)
{
	struct crew *crew = self->member->crew;
	struct grammar *grammar = NULL;
	size_t i = 0;
	int rc = 0;

	if (lineage->language)
		rc = grammars_of(self->member->grammars, lineage->language, &grammar);
	if (rc) {
		step(crew, rc);
		return;
	}
	if (!grammar) {
		while (i < lineage->count &&
			step(crew, compare_strangers(self->member, lineage->changes[i])))
			i++;
		return;
	}
	versions_begin(grammar);
	do
		compare_versions(self, grammar, lineage->changes[i]);
	while (step(crew, 0) && ++i < lineage->count);
	while (self->held_count)
		version_abandon(self->held[--self->held_count].version);
	versions_end(grammar);
}

static const struct lineage *take(struct crew *crew)
{
	struct lineages *lineages = crew->payload;
	const struct lineage *lineage = NULL;

	pthread_mutex_lock(&crew->lock);
	if (!crew->rc && lineages->next < lineages->count)
		lineage = &lineages->items[lineages->next++];
	pthread_mutex_unlock(&crew->lock);
	return lineage;
}

static void work(struct crew_member *member)
{
	struct comparer self = {.member = member};
	const struct lineage *lineage;

	while ((lineage = take(member->crew)))
		follow(&self, lineage);
}

int changes_compare(struct session *session, const struct languages *languages,
	struct change **changes, size_t count)
{
	struct lineages lineages = {.items = NULL};
	struct crew crew = {session, languages, .forget_every = READS, .payload = &lineages};

	list_lineages(&lineages, &crew, changes, count);
	crew_work(&crew, "Comparing versions", count, lineages.count, work);
	for (size_t i = 0; i < lineages.count; i++)
		free(lineages.items[i].changes);
	free(lineages.items);
	return crew_end(&crew);
}
