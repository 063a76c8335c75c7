/* Which files must be read so that some units are resolved as the whole tree would have them. */
#include "graph/follow/view.h"

#include "graph/resolve/import.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define FILES_MAX 400 /* read for it: more is no less work than the whole */
#define BOUND_MAX 16  /* read to find one that has bindings */

struct view {
	struct whole *whole;
	struct session *session;
	struct store_facts *stored;
	const struct languages *languages;
	const struct view_file *files;
	size_t count;
	int64_t *versions;  /* per file of the tree: of its facts; 0: it has none */
	struct row_id *ids; /* of the files of the tree */
	bool *borrowed;     /* per file of the tree: its facts are the caller's */
	uint32_t *order;    /* files of the tree that were read, as they came */
	uint32_t read, read_room;
	struct map names;   /* that are looked at, and their definitions known */
	struct map called;  /* those of them that are called as they stand */
	struct map reached; /* and those that are called behind a dot */
	bool possible;
};

struct row_id {
	int64_t id;
	uint32_t file;
};

static const struct language *language_at(const struct view *view, uint32_t file)
{
	return view->whole->snapshot.files[file].language;
}

/* A row of the sidecar, until all are in order. */
struct listed {
	struct source_file file; /* first, for its path */
	int64_t id, version;
};

struct listing {
	const struct languages *languages;
	struct listed *items;
	size_t count, room;
};

static int on_row(const struct store_graph_file *row, void *payload)
{
	struct listing *self = payload;
	struct listed *listed;

	GROW(self->items, self->count, self->room);
	listed = &self->items[self->count++];
	*listed = (struct listed){.id = row->id, .version = row->version};
	listed->file.path = xstrdup(row->path);
	listed->file.language =
		row->language ? languages_named(self->languages, row->language) : NULL;
	listed->file.skipped = row->skipped || !listed->file.language ? "skipped" : NULL;
	memcpy(listed->file.blob.raw, row->blob, OID_RAW);
	return 0;
}

static int compare_paths(const void *left, const void *right)
{
	return strcmp(((const struct listed *)left)->file.path,
		((const struct listed *)right)->file.path);
}

/* All paths of the tree, in their order. */
static int list_files(struct view *view)
{
	struct snapshot *snapshot = &view->whole->snapshot;
	struct listing listing = {.languages = view->languages};
	int rc = store_graph_paths(view->session->store, on_row, &listing);

	if (listing.count)
		qsort(listing.items, listing.count, sizeof(*listing.items), compare_paths);
	snapshot->files = xcalloc(listing.count + 1, sizeof(*snapshot->files));
	view->versions = xcalloc(listing.count + 1, sizeof(*view->versions));
	view->ids = xcalloc(listing.count + 1, sizeof(*view->ids));
	for (uint32_t i = 0; i < listing.count; i++) {
		snapshot->files[i] = listing.items[i].file;
		view->versions[i] = listing.items[i].version;
		view->ids[i] = (struct row_id){listing.items[i].id, i};
	}
	snapshot->count = (uint32_t)listing.count;
	free(listing.items);
	return rc;
}

static uint32_t find_file(const struct view *view, const char *path)
{
	const struct snapshot *snapshot = &view->whole->snapshot;
	const struct source_file *found =
		find_by_path(snapshot->files, snapshot->count, sizeof(*snapshot->files), path);

	return found ? (uint32_t)(found - snapshot->files) : GRAPH_NONE;
}

static int read_file(struct view *view, uint32_t at)
{
	struct source_file *file = &view->whole->snapshot.files[at];
	struct store_graph_file row = {.path = file->path, .version = view->versions[at]};

	if (!row.version)
		return 0;
	view->versions[at] = 0; /* read once */
	GROW(view->order, view->read, view->read_room);
	view->order[view->read++] = at;
	view->possible &= view->read < FILES_MAX;
	memcpy(row.blob, file->blob.raw, sizeof(row.blob));
	return stored_facts(view->stored, &row, &file->facts);
}

/* The files whose edges are wanted have their facts already. */
static void take_files(struct view *view)
{
	struct snapshot *snapshot = &view->whole->snapshot;

	view->whole->wanted = xcalloc(snapshot->count + (size_t)1, sizeof(bool));
	view->borrowed = xcalloc(snapshot->count + (size_t)1, sizeof(bool));
	for (size_t i = 0; i < view->count && view->possible; i++) {
		uint32_t at = find_file(view, view->files[i].path);

		view->possible = at != GRAPH_NONE && !snapshot->files[at].skipped;
		if (!view->possible)
			break;
		snapshot->files[at].facts = *view->files[i].facts;
		memcpy(snapshot->files[at].blob.raw, view->files[i].blob, OID_RAW);
		view->whole->wanted[at] = view->borrowed[at] = true;
		view->versions[at] = 0;
		GROW(view->order, view->read, view->read_room);
		view->order[view->read++] = at;
	}
}

/* What these files see through their imports, and theirs. */
static int read_imports(struct view *view)
{
	const struct snapshot *snapshot = &view->whole->snapshot;
	struct import_index *index = import_index_new(snapshot);
	int rc = 0;

	for (uint32_t i = 0; i < view->read && !rc && view->possible; i++) {
		uint32_t from = view->order[i];
		const struct facts *facts = &snapshot->files[from].facts;

		for (uint32_t k = 0; k < facts->import_count && !rc; k++) {
			enum confidence confidence;
			uint32_t to = import_find(
				index, from, facts->text + facts->imports[k].module, &confidence);

			if (to != GRAPH_NONE)
				rc = read_file(view, to);
		}
	}
	import_index_free(index);
	return rc;
}

/* A file of the caller's that is of a related language wants the definitions of a name. */
static bool is_related(const struct view *view, const struct language *language)
{
	for (size_t i = 0; i < view->count; i++)
		if (language_related(language, language_at(view, view->order[i])))
			return true;
	return false;
}

static int compare_ids(const void *left, const void *right)
{
	const struct row_id *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

static int on_definer(int64_t id, void *payload)
{
	struct view *view = payload;
	const struct row_id key = {id, 0};
	const struct row_id *found = bsearch(
		&key, view->ids, view->whole->snapshot.count, sizeof(*view->ids), compare_ids);

	if (!found || view->whole->snapshot.files[found->file].skipped || !view->possible ||
		!is_related(view, language_at(view, found->file)))
		return 0;
	return read_file(view, found->file);
}

/* Reads the definitions of the names from that one on. */
static int read_definers(struct view *view, size_t from)
{
	size_t count = view->names.count - from;
	uint32_t *hashes = xcalloc(count + 1, sizeof(*hashes));
	int rc;

	for (size_t i = 0; i < count; i++)
		hashes[i] = name_hash(view->names.entries[from + i].key);
	rc = store_graph_definers(view->session->store, hashes, count, on_definer, view);
	free(hashes);
	return rc;
}

/* Whose member a definition is may hang on the name of its type. */
static void add_owners(struct view *view, const struct facts *facts)
{
	for (uint32_t i = 0; i < facts->definition_count; i++) {
		const struct fact_definition *at = &facts->definitions[i];

		if (at->owner && map_get_str(&view->names, facts->text + at->name))
			add_words(&view->names, facts->text + at->owner);
	}
}

static void add_calls(struct view *view, const struct units *units, uint32_t unit)
{
	const struct unit_list *list = &units->references;

	for (uint32_t i = list->first[unit]; i < list->first[unit + 1]; i++) {
		const struct fact_reference *at = &units->facts->references[list->items[i]];

		if (at->kind == REFERENCE_CALL)
			map_put_str(at->receiver ? &view->reached : &view->called,
				units->facts->text + at->name, NULL);
	}
}

static void add_names(struct view *view)
{
	for (size_t i = 0; i < view->count; i++)
		for (uint32_t unit = 0; unit < view->files[i].units->count; unit++)
			if (view->files[i].wanted[unit]) {
				unit_names(view->files[i].units, unit, &view->names);
				add_calls(view, view->files[i].units, unit);
			}
}

/* A variable of a file may stand for what is called by its name there: then its type counts. */
static void add_variables(struct view *view)
{
	for (uint32_t i = 0; i < view->read; i++) {
		const struct facts *facts = &view->whole->snapshot.files[view->order[i]].facts;

		for (uint32_t k = 0; k < facts->binding_count && view->borrowed[view->order[i]];
			k++)
			if (facts->bindings[k].from == PARSE_NONE &&
				map_get_str(&view->called, facts->text + facts->bindings[k].name))
				add_words(&view->names, facts->text + facts->bindings[k].value);
	}
}

static int read_names(struct view *view)
{
	size_t known = 0, count;
	int rc = 0;

	if (view->whole->snapshot.count)
		qsort(view->ids, view->whole->snapshot.count, sizeof(*view->ids), compare_ids);
	add_names(view);
	add_variables(view);
	while (known < view->names.count && !rc && view->possible) {
		count = view->names.count;
		rc = read_definers(view, known);
		known = count;
		for (uint32_t i = 0; i < view->read; i++)
			add_owners(view, &view->whole->snapshot.files[view->order[i]].facts);
	}
	return rc;
}

static bool is_member(const struct facts *facts, const struct fact_definition *at)
{
	return at->kind == SYMBOL_METHOD || at->owner ||
	       (at->parent != PARSE_NONE && facts->definitions[at->parent].kind == SYMBOL_TYPE);
}

/*
 * What is called behind a dot is a member of what stands before, or of some type that has one of
 * that name. Where no type has, it is outside whatever stands there.
 */
static bool calls_member(const struct view *view)
{
	for (uint32_t i = 0; i < view->read && view->reached.count; i++) {
		const struct facts *facts = &view->whole->snapshot.files[view->order[i]].facts;

		for (uint32_t k = 0; k < facts->definition_count; k++)
			if (is_member(facts, &facts->definitions[k]) &&
				map_get_str(
					&view->reached, facts->text + facts->definitions[k].name))
				return true;
	}
	return false;
}

static bool has_constant(const struct facts *facts, const char *name)
{
	for (uint32_t i = 0; i < facts->definition_count; i++)
		if (facts->definitions[i].kind == SYMBOL_CONSTANT &&
			!strcmp(facts->text + facts->definitions[i].name, name))
			return true;
	return false;
}

/*
 * Where another file has a constant that is called by its name, and a variable of that name
 * besides, the type of that counts too, as that file sees it: seldom enough to be left to the
 * whole.
 */
static bool calls_variable(const struct view *view)
{
	for (uint32_t i = 0; i < view->read; i++) {
		uint32_t file = view->order[i];
		const struct facts *facts = &view->whole->snapshot.files[file].facts;

		for (uint32_t k = 0; k < facts->binding_count; k++) {
			const char *name = facts->text + facts->bindings[k].name;

			if (facts->bindings[k].from == PARSE_NONE && !view->borrowed[file] &&
				map_get_str(&view->called, name) && has_constant(facts, name))
				return true;
		}
	}
	return false;
}

static bool read_bindings_of(const struct view *view, const struct language *language)
{
	for (uint32_t i = 0; i < view->read; i++)
		if (language_at(view, view->order[i]) == language &&
			view->whole->snapshot.files[view->order[i]].facts.binding_count)
			return true;
	return false;
}

/*
 * Of a language without any binding in the tree no values are followed: see bind.c. A file with one
 * is soon found, if there is any.
 */
static int read_bindings(struct view *view, const struct language *language)
{
	uint32_t tries = 0, count = view->whole->snapshot.count;
	int rc = 0;

	for (uint32_t i = 0;
		i < count && !rc && view->possible && !read_bindings_of(view, language); i++) {
		if (language_at(view, i) != language || !view->versions[i])
			continue;
		rc = tries++ < BOUND_MAX ? read_file(view, i) : 0;
		view->possible &= tries <= BOUND_MAX;
	}
	return rc;
}

static int read_flows(struct view *view)
{
	int rc = 0;

	for (size_t i = 0; i < view->count && !rc && view->possible; i++)
		if (language_binds(language_at(view, view->order[i])))
			rc = read_bindings(view, language_at(view, view->order[i]));
	return rc;
}

static bool are_plain(const struct view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct language *language =
			language_at(view, find_file(view, view->files[i].path));

		for (uint32_t unit = 0; unit < view->files[i].units->count; unit++)
			if (view->files[i].wanted[unit] &&
				!unit_is_plain(view->files[i].units, unit, language))
				return false;
	}
	return true;
}

int view_open(struct session *session, const struct languages *languages,
	struct store_facts *stored, const struct view_file *files, size_t count, struct view **out)
{
	struct view *view = xcalloc(1, sizeof(*view));
	int rc;

	view->whole = xcalloc(1, sizeof(*view->whole));
	view->session = session;
	view->languages = languages;
	view->stored = stored;
	view->files = files;
	view->count = count;
	view->possible = true;
	*out = NULL;
	rc = list_files(view);
	if (!rc)
		take_files(view);
	view->possible = view->possible && are_plain(view);
	if (!rc && view->possible)
		rc = read_imports(view);
	if (!rc && view->possible)
		rc = read_names(view);
	if (!rc && view->possible)
		rc = read_flows(view);
	view->possible = view->possible && !calls_variable(view) && !calls_member(view);
	if (!rc && view->possible) {
		view->whole->snapshot.languages = (struct languages *)languages;
		rc = whole_make(view->whole);
		view->whole->snapshot.languages = NULL; /* the caller's */
	}
	if (rc || !view->possible)
		view_free(view);
	else
		*out = view;
	return rc;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	for (uint32_t i = 0; i < view->whole->snapshot.count && view->borrowed; i++)
		if (view->borrowed[i])
			memset(&view->whole->snapshot.files[i].facts, 0, sizeof(struct facts));
	graph_free(&view->whole->graph);
	map_release(&view->names);
	map_release(&view->called);
	map_release(&view->reached);
	free(view->ids);
	free(view->versions);
	free(view->borrowed);
	free(view->order);
	free(view);
}

const struct whole *view_whole(const struct view *view)
{
	return view->whole;
}
