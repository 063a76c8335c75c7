/* Answering: ring after ring around what was asked, the nearest first. */
#include "decision/internal.h"
#include "decision/lines.h"
#include "flywheel/why.h"

#include "flywheel/graph.h"
#include "flywheel/graph_place.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEIGHBOURS 64 /* symbols that are asked for; a hub has hundreds */
#define ENOUGH 1      /* ends a query: nothing more is wanted */
#define FEW_FILES 12  /* a decision on more files than this is about the module, not the file */

struct ring {
	struct reading reading;
	struct map seen; /* ids handed over */
	struct why_answer *answer;
	enum why_relation relation;
	bool in_force;        /* this pass: those in force, or the others */
	bool narrow, wide;    /* only decisions on few files; only those on many */
	uint32_t first, last; /* only comments on these lines; last 0: no such constraint */
	size_t left;
	why_fn fn;
	void *payload;
};

static int on_decision(const struct decision *decision, void *payload)
{
	struct ring *ring = payload;

	return ring->fn(ring->relation, decision, ring->payload);
}

/* Is it a comment that stands between the first and the last line? */
static bool is_within(const struct ring *ring, const struct decision_view *view)
{
	const char *colon = strrchr(view->row.origin, ':');
	unsigned long line = colon ? strtoul(colon + 1, NULL, 10) : 0;

	return !strcmp(view->row.source, "comment") && line >= ring->first && line <= ring->last;
}

static int on_view(const struct decision_view *view, void *payload)
{
	struct ring *ring = payload;
	bool in_force, added;

	if (!ring->left)
		return ENOUGH;
	if ((ring->last && !is_within(ring, view)) ||
		(ring->narrow && view->files.count > FEW_FILES) ||
		(ring->wide && view->files.count <= FEW_FILES))
		return 0;
	in_force = decision_in_force(reading_status(&ring->reading, view));
	if (in_force != ring->in_force)
		return 0;
	map_put_str(&ring->seen, view->row.id, &added);
	if (!added)
		return 0;
	ring->left--;
	ring->answer->found++;
	return reading_visit(&ring->reading, view, on_decision, ring);
}

/* One ring: what holds before what does not. */
static int visit(
	struct ring *ring, enum why_relation relation, const struct decision_filter *filter)
{
	int rc;

	if (!ring->left)
		return 0;
	ring->relation = relation;
	ring->in_force = true;
	rc = store_decision_each(ring->reading.session->store, filter, on_view, ring);
	ring->in_force = false;
	if (!rc && ring->left)
		rc = store_decision_each(ring->reading.session->store, filter, on_view, ring);
	return rc == ENOUGH ? 0 : rc;
}

static int visit_symbol(struct ring *ring, const char *qualified)
{
	const char *name = name_last(qualified);
	int rc = visit(ring, WHY_OF_SYMBOL, &(struct decision_filter){.name = qualified});

	if (!rc && name != qualified)
		rc = visit(ring, WHY_OF_SYMBOL, &(struct decision_filter){.name = name});
	return rc;
}

struct lines {
	uint32_t first, last;
};

static int on_place(const struct symbol_place *place, void *payload)
{
	*(struct lines *)payload = (struct lines){place->line, place->end_line};
	return 0;
}

/* Comments inside the symbol that covers the line. */
static int visit_inside(struct ring *ring, const char *path, uint32_t line)
{
	struct lines lines = {0, 0};
	int rc = graph_place_at(ring->reading.session, path, line, 0, on_place, &lines);

	ring->first = lines.first;
	ring->last = lines.last;
	if (!rc && lines.last)
		rc = visit(ring, WHY_OF_SYMBOL,
			&(struct decision_filter){.path = path, .every = true});
	ring->last = 0;
	return rc;
}

struct neighbours {
	struct strings paths, names;
};

static int on_neighbour(const struct symbol_place *place, void *payload)
{
	struct neighbours *found = payload;

	strings_add(&found->paths, place->path);
	strings_add(&found->names, place->name);
	return 0;
}

/* A third of the room at most: what stands further off must not push out the file's own. */
static int visit_neighbours(struct ring *ring, const char *path, uint32_t line)
{
	struct neighbours found = {STRINGS_INIT, STRINGS_INIT};
	size_t kept = ring->left - ring->left / 3;
	int rc = graph_place_near(
		ring->reading.session, path, line, NEIGHBOURS, on_neighbour, &found);

	ring->left -= kept;
	for (size_t i = 0; !rc && i < found.names.count; i++)
		rc = visit(ring, WHY_OF_NEIGHBOUR,
			&(struct decision_filter){
				.path = found.paths.items[i], .name = found.names.items[i]});
	ring->left += kept;
	strings_release(&found.paths);
	strings_release(&found.names);
	return rc;
}

#define NAMES_MAX 3 /* former names of a file that are asked for */

/* What was decided about a file while it had another name. */
static int visit_former(struct ring *ring, const char *path)
{
	char *name = xstrdup(path), *former = NULL;
	int rc = 0;

	for (int i = 0; i < NAMES_MAX && !rc && name && ring->left; i++) {
		if (file_former(ring->reading.session, name, &former))
			error_clear(); /* nothing is known of its history */
		free(name);
		name = former;
		if (name)
			rc = visit(ring, WHY_OF_FILE, &(struct decision_filter){.path = name});
	}
	free(name);
	return rc;
}

static int visit_file(struct ring *ring, const char *path)
{
	struct decision_filter file = {.path = path}, module = {0};
	char *folder = graph_module(path), *prefix = xstrfmt("%s/", folder);
	int rc;

	ring->narrow = true;
	rc = visit(ring, WHY_OF_FILE, &file);
	if (!rc)
		rc = visit_former(ring, path);
	ring->narrow = false;
	ring->wide = true;
	if (!rc)
		rc = visit(ring, WHY_OF_MODULE, &file);
	ring->wide = false;
	module.path = prefix;
	if (!rc && strcmp(folder, "."))
		rc = visit(ring, WHY_OF_MODULE, &module);
	free(prefix);
	free(folder);
	return rc;
}

static int visit_folder(struct ring *ring, const char *path)
{
	char *prefix = xstrfmt("%s/", path);
	int rc = visit(
		ring, WHY_OF_MODULE, &(struct decision_filter){.path = *path ? prefix : NULL});

	free(prefix);
	return rc;
}

static int visit_line(struct ring *ring, const struct why_answer *answer)
{
	struct decision_filter commit = {.commit = &answer->commit};
	int rc = 0;

	/* The comment on the line itself or right above it. */
	ring->first = answer->line > 2 ? answer->line - 2 : 1;
	ring->last = answer->last ? answer->last : answer->line;
	rc = visit(
		ring, WHY_OF_LINE, &(struct decision_filter){.path = answer->path, .every = true});
	ring->last = 0;
	if (!rc && !oid_is_zero(&answer->commit))
		rc = visit(ring, WHY_OF_LINE, &commit);
	for (size_t i = 0; i < answer->more_count && !rc; i++) {
		commit.commit = &answer->more[i];
		rc = visit(ring, WHY_OF_LINE, &commit);
	}
	if (!rc)
		rc = visit_inside(ring, answer->path, answer->line);
	if (!rc && answer->symbol)
		rc = visit_symbol(ring, answer->symbol);
	if (!rc)
		rc = visit_neighbours(ring, answer->path, answer->line);
	return rc ? rc : visit_file(ring, answer->path);
}

int why_each(struct session *session, struct why_answer *answer, const char *words, size_t limit,
	why_fn fn, void *payload)
{
	struct ring ring = {.answer = answer, .left = limit, .fn = fn, .payload = payload};
	int rc = 0;

	reading_init(&ring.reading, session);
	switch (answer->kind) {
	case WHY_LINE:
		rc = visit_line(&ring, answer);
		break;
	case WHY_FILE:
		rc = visit_file(&ring, answer->path);
		break;
	case WHY_FOLDER:
		rc = visit_folder(&ring, answer->path);
		break;
	case WHY_SYMBOL:
		rc = visit_symbol(&ring, answer->symbol);
		if (!rc)
			rc = visit_inside(&ring, answer->path, answer->line);
		if (!rc)
			rc = visit_neighbours(&ring, answer->path, answer->line);
		if (!rc)
			rc = visit_file(&ring, answer->path);
		break;
	case WHY_COMMIT:
		rc = visit(
			&ring, WHY_OF_COMMIT, &(struct decision_filter){.commit = &answer->commit});
		break;
	case WHY_WORDS:
		rc = visit(&ring, WHY_TEXT, &(struct decision_filter){.words = words});
		break;
	}
	reading_release(&ring.reading);
	map_release(&ring.seen);
	return rc;
}
