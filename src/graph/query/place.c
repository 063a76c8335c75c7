/* Symbols of HEAD by name, by line and by their edges, out of the facts of the few files asked. */
#include "flywheel/graph_place.h"

#include "graph/internal.h"
#include "util/memory.h"
#include "util/name.h"

#include <stdlib.h>
#include <string.h>

#define ENOUGH 1 /* ends a query: nothing more is wanted */

struct search {
	struct session *session;
	struct store_facts *stored;
	symbol_place_fn fn;
	void *payload;
	const char *name;
	bool exact; /* the name as it is, not one that ends so */
	size_t left, told;
	uint32_t line, below;
};

static struct symbol_place place_of(const char *path, const struct facts *facts, uint32_t at)
{
	const struct fact_definition *fact = &facts->definitions[at];

	return (struct symbol_place){path, facts->text + fact->name, facts->text + fact->qualified,
		fact->line, fact->end_line};
}

static int tell(struct search *search, const char *path, const struct facts *facts, uint32_t at)
{
	struct symbol_place place = place_of(path, facts, at);
	int rc = search->fn(&place, search->payload);

	search->told++;

	return rc ? rc : --search->left ? 0 : ENOUGH;
}

static int find_in(const struct store_graph_file *file, void *payload)
{
	struct search *search = payload;
	struct facts facts;
	int rc = stored_facts(search->stored, file, &facts);

	for (uint32_t i = 0; i < facts.definition_count && !rc; i++) {
		struct symbol_place place = place_of(file->path, &facts, i);

		if (search->exact ? !strcmp(place.name, search->name) ||
					    !strcmp(place.qualified, search->name)
				  : name_ends(place.qualified, search->name))
			rc = tell(search, file->path, &facts, i);
	}
	facts_release(&facts);
	return rc;
}

static struct search search_new(struct session *session, symbol_place_fn fn, void *payload)
{
	return (struct search){.session = session,
		.stored = store_facts_open(session->store),
		.fn = fn,
		.payload = payload,
		.left = SIZE_MAX};
}

static int search_end(struct search *search, int rc)
{
	int error = store_facts_close(search->stored);

	return rc && rc != ENOUGH ? rc : error;
}

int graph_place_find(
	struct session *session, const char *name, size_t limit, symbol_place_fn fn, void *payload)
{
	struct search search = search_new(session, fn, payload);
	uint32_t last = name_hash(name_last(name)); /* of a qualified name only this is indexed */
	int rc;

	search.name = name;
	search.exact = true;
	if (limit)
		search.left = limit;
	rc = store_graph_defining(session->store, name_hash(name), find_in, &search);
	if (!rc && !search.told && last != name_hash(name))
		rc = store_graph_defining(session->store, last, find_in, &search);
	search.exact = false;
	if (!rc && !search.told)
		rc = store_graph_defining(session->store, last, find_in, &search);
	return search_end(&search, rc);
}

static int each_in(const struct store_graph_file *file, void *payload)
{
	struct search *search = payload;
	struct facts facts;
	int rc = stored_facts(search->stored, file, &facts);

	for (uint32_t i = 0; i < facts.definition_count && !rc; i++)
		rc = tell(search, file->path, &facts, i);
	facts_release(&facts);
	return rc;
}

int graph_place_each(struct session *session, const char *path, symbol_place_fn fn, void *payload)
{
	struct search search = search_new(session, fn, payload);

	return search_end(&search, store_graph_file(session->store, path, each_in, &search));
}

/* The last one that begins above covers it most closely; else the first one below. */
static uint32_t symbol_at(const struct facts *facts, uint32_t line, uint32_t below)
{
	uint32_t best = PARSE_NONE;

	for (uint32_t i = 0; i < facts->definition_count; i++) {
		const struct fact_definition *at = &facts->definitions[i];
		const struct fact_definition *so_far =
			best == PARSE_NONE ? NULL : &facts->definitions[best];

		if (at->end_line < line || at->line > line + below)
			continue;
		if (!so_far || (at->line <= line ? so_far->line > line || at->line >= so_far->line
						 : so_far->line > line && at->line >= so_far->line))
			best = i;
	}
	return best;
}

static int find_at(const struct store_graph_file *file, void *payload)
{
	struct search *search = payload;
	struct facts facts;
	int rc = stored_facts(search->stored, file, &facts);
	uint32_t at = rc ? PARSE_NONE : symbol_at(&facts, search->line, search->below);

	if (at != PARSE_NONE)
		rc = tell(search, file->path, &facts, at);
	facts_release(&facts);
	return rc;
}

int graph_place_at(struct session *session, const char *path, uint32_t line, uint32_t below,
	symbol_place_fn fn, void *payload)
{
	struct search search = search_new(session, fn, payload);

	search.line = line;
	search.below = below;
	return search_end(&search, store_graph_file(session->store, path, find_at, &search));
}

/* A symbol that is near, by what its file calls it; and where it stands, once that is known. */
struct neighbour {
	char *path, *qualified, *name;
	uint32_t line, end_line; /* line 0: not known */
};

struct neighbours {
	struct search *search;
	const struct facts *facts; /* of the file asked for */
	const char *path;
	uint32_t here; /* the symbol */
	struct neighbour *items;
	size_t count, room;
};

static void add_neighbour(
	struct neighbours *self, const char *path, const char *qualified, size_t len)
{
	GROW(self->items, self->count, self->room);
	self->items[self->count++] =
		(struct neighbour){.path = xstrdup(path), .qualified = xstrndup(qualified, len)};
}

static int on_edge(const struct store_graph_edge *edge, void *payload)
{
	struct neighbours *self = payload;
	const char *here = self->facts->text + self->facts->definitions[self->here].qualified;
	const char *from;
	size_t len;

	if (!edge->to_path || !edge->to_symbol || edge->from < 0)
		return 0;
	len = strcspn(edge->to_symbol, "#");
	if (edge->from == (int64_t)self->here)
		add_neighbour(self, edge->to_path, edge->to_symbol, len);
	if (strcmp(edge->to_path, self->path) || strlen(here) != len ||
		strncmp(edge->to_symbol, here, len) != 0)
		return 0;
	from = self->facts->text + self->facts->definitions[edge->from].qualified;
	add_neighbour(self, self->path, from, strlen(from));
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;
	int order = strcmp(a->path, b->path);

	return order ? order : strcmp(a->qualified, b->qualified);
}

static void neighbour_release(struct neighbour *item)
{
	free(item->path);
	free(item->qualified);
	free(item->name);
}

/* Each once, and not the symbol itself. */
static void drop_repeated(struct neighbours *self)
{
	const char *here = self->facts->text + self->facts->definitions[self->here].qualified;
	size_t kept = 0;

	if (self->count)
		qsort(self->items, self->count, sizeof(*self->items), compare_names);
	for (size_t i = 0; i < self->count; i++) {
		struct neighbour *at = &self->items[i];

		if ((kept && !compare_names(at, &self->items[kept - 1])) ||
			(!strcmp(at->path, self->path) && !strcmp(at->qualified, here)))
			neighbour_release(at);
		else
			self->items[kept++] = *at;
	}
	self->count = kept;
}

static int compare_symbols(const void *key, const void *item)
{
	return strcmp(key, ((const struct neighbour *)item)->qualified);
}

/* Sets the place of the neighbours of one file, which stand together. */
static int locate(const struct store_graph_file *file, void *payload)
{
	struct neighbours *self = payload;
	struct neighbour *first = self->items, *end = self->items + self->count;
	struct facts facts;
	int rc = stored_facts(self->search->stored, file, &facts);

	while (first < end && strcmp(first->path, file->path) != 0)
		first++;
	while (end > first && strcmp(end[-1].path, file->path) != 0)
		end--;
	for (uint32_t i = 0; i < facts.definition_count && !rc && first < end; i++) {
		struct symbol_place place = place_of(file->path, &facts, i);
		struct neighbour *at = bsearch(place.qualified, first, (size_t)(end - first),
			sizeof(*first), compare_symbols);

		if (!at || (at->line && at->line <= place.line))
			continue;
		free(at->name);
		at->name = xstrdup(place.name);
		at->line = place.line;
		at->end_line = place.end_line;
	}
	facts_release(&facts);
	return rc;
}

static int compare_places(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;
	int order = strcmp(a->path, b->path);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* Those of the file itself first, then by path and line. */
static int tell_all(struct neighbours *self)
{
	int rc = 0;

	if (self->count)
		qsort(self->items, self->count, sizeof(*self->items), compare_places);
	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; i < self->count && !rc; i++) {
			const struct neighbour *at = &self->items[i];
			struct symbol_place place = {
				at->path, at->name, at->qualified, at->line, at->end_line};

			if (!at->line || own != !strcmp(at->path, self->path))
				continue;
			rc = self->search->fn(&place, self->search->payload);
			if (!rc && !--self->search->left)
				rc = ENOUGH;
		}
	return rc;
}

static int find_near(const struct store_graph_file *file, void *payload)
{
	struct search *search = payload;
	struct facts facts;
	struct neighbours near = {.search = search, .facts = &facts, .path = file->path};
	int rc = stored_facts(search->stored, file, &facts);

	near.here = rc ? PARSE_NONE : symbol_at(&facts, search->line, 0);
	if (near.here != PARSE_NONE) {
		rc = stored_edges(search->session, file, &facts, on_edge, &near);
		drop_repeated(&near);
	}
	for (size_t i = 0; i < near.count && !rc; i++)
		if (!i || strcmp(near.items[i].path, near.items[i - 1].path) != 0)
			rc = store_graph_file(
				search->session->store, near.items[i].path, locate, &near);
	if (!rc)
		rc = tell_all(&near);
	for (size_t i = 0; i < near.count; i++)
		neighbour_release(&near.items[i]);
	free(near.items);
	facts_release(&facts);
	return rc;
}

int graph_place_near(struct session *session, const char *path, uint32_t line, size_t limit,
	symbol_place_fn fn, void *payload)
{
	struct search search = search_new(session, fn, payload);

	search.line = line;
	search.left = limit;
	return search_end(&search, store_graph_file(session->store, path, find_near, &search));
}
