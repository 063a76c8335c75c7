/*
 * From references to edges. A name is looked for where its language would see it: what is found in
 * one place only is resolved or likely, several equal candidates are ambiguous, none is external.
 */
#include "graph/resolve/flow.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/series.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct resolver *self, uint32_t file, uint32_t offset)
{
	return self->snapshot->files[file].facts.text + offset;
}

static struct place place_of(const struct resolver *self, uint32_t file, uint32_t from)
{
	const struct source_file *source = &self->snapshot->files[file];

	return (struct place){file, from == PARSE_NONE ? GRAPH_NONE : source->first_symbol + from,
		source->language, false};
}

void see_from(struct resolver *self, uint32_t file)
{
	bool transitive = language_import_transitive(self->snapshot->files[file].language);
	uint32_t count = 0;

	self->looker = file;
	self->look++; /* what was marked before for the same file would end the walk */
	self->queue[count++] = file;
	self->seen[file] = self->look;
	for (uint32_t at = 0; at < count && (at == 0 || transitive); at++) {
		uint32_t from = self->queue[at];

		for (uint32_t i = 0; i < self->snapshot->files[from].facts.import_count; i++) {
			uint32_t target = self->targets[from][i];

			if (target == GRAPH_NONE || self->seen[target] == self->look)
				continue;
			self->seen[target] = self->look;
			self->queue[count++] = target;
		}
	}
}

bool sees(const struct resolver *self, uint32_t file, uint32_t other)
{
	return self->looker == file && self->seen[other] == self->look;
}

struct graph_edge *add_edge(struct resolver *self)
{
	struct edges *edges = self->edges;

	GROW(edges->items, edges->count, edges->room);
	return &edges->items[edges->count++];
}

static void add_imports(struct resolver *self, uint32_t file)
{
	const struct facts *facts = &self->snapshot->files[file].facts;

	for (uint32_t i = 0; i < facts->import_count; i++) {
		uint32_t target = self->targets[file][i];
		const char *module = facts->text + facts->imports[i].module;

		/* `from x import a, b` is one edge to x. */
		if (i && facts->imports[i].start == facts->imports[i - 1].start)
			continue;
		*add_edge(self) = (struct graph_edge){.from = GRAPH_NONE,
			.file = file,
			.to = target,
			.kind = EDGE_IMPORT,
			.confidence =
				target == GRAPH_NONE ? EDGE_EXTERNAL : self->certainty[file][i],
			.line = facts->imports[i].line,
			.start = facts->imports[i].start,
			.name = module,
			.package = target == GRAPH_NONE ? module : NULL};
	}
}

/* What references of one file were found to mean. */
struct found {
	struct memo memo; /* (from, receiver, name and want) to a place in `answers` */
	struct answer *answers;
	uint32_t count, room;
};

static void forget_found(struct found *found)
{
	memo_forget(&found->memo);
	found->count = 0;
}

static struct answer look_for_reference(const struct resolver *self, const struct place *place,
	const struct fact_reference *at, enum want want)
{
	const char *name = text_of(self, place->file, at->name);

	if (want == WANT_TYPE && !at->receiver)
		return find_type(self, place, name);
	if (at->receiver)
		return find_on_receiver(
			self, place, text_of(self, place->file, at->receiver), name, want);
	return find_plain(self, place, name, want);
}

/* The same names in one definition mean the same; in C, in all of a file. */
static struct answer find_reference(const struct resolver *self, const struct place *place,
	const struct fact_reference *at, enum want want)
{
	struct found *found = self->found;
	uint32_t key = at->name << 3 | (uint32_t)place->guided << 2 | (uint32_t)want;
	uint32_t from = place->from, known;
	struct answer answer;

	if (!at->receiver && is_placeless(place->language, text_of(self, place->file, at->name)))
		from = GRAPH_NONE;
	if (memo_get(&found->memo, from, at->receiver, key, &known))
		return found->answers[known];
	answer = look_for_reference(self, place, at, want);
	if (!self->line_of) /* bases are still being found */
		return answer;
	GROW(found->answers, found->count, found->room);
	memo_put(&found->memo, from, at->receiver, key, found->count);
	found->answers[found->count++] = answer;
	return answer;
}

static const struct {
	enum edge_kind kind;
	enum want want;
} edges_of[] = {
	[REFERENCE_CALL] = {EDGE_CALL, WANT_CALL},
	[REFERENCE_BASE] = {EDGE_INHERIT, WANT_TYPE},
	[REFERENCE_NEW] = {EDGE_CALL, WANT_TYPE},
	[REFERENCE_TYPE] = {EDGE_TYPE, WANT_TYPE},
	[REFERENCE_VALUE] = {EDGE_VALUE, WANT_FUNCTION},
};

/* Names of types and of values are many: only those that are known to be ours make an edge. */
static bool makes_edge(enum edge_kind kind, const struct place *place, struct answer answer)
{
	if (kind != EDGE_TYPE && kind != EDGE_VALUE)
		return true;
	return answer.to != GRAPH_NONE && answer.confidence <= EDGE_LIKELY &&
	       answer.to != place->from;
}

static void add_reference(struct resolver *self, const struct place *place,
	const struct fact_reference *at, enum edge_kind kind, struct answer answer)
{
	*add_edge(self) = (struct graph_edge){.from = place->from,
		.file = place->file,
		.to = answer.to,
		.kind = kind,
		.confidence = answer.confidence,
		.line = at->line,
		.start = at->start,
		.name = text_of(self, place->file, at->name),
		.package = answer.package};
}

static bool is_plain(const char *name)
{
	return !strpbrk(name, "([{");
}

/* super(x), this(x), cls(x), new static(x): a constructor of a base, of the type around. */
static struct answer find_constructor(
	const struct resolver *self, const struct place *place, const char *name)
{
	uint32_t type = type_around(self, place->from);
	struct span line = {NULL, 0};

	if (type == GRAPH_NONE || !strcmp(name, "self"))
		return nowhere;
	if (language_is_ancestor(place->language, name)) {
		line = ancestors_of(self, type);
		type = line.count > 1 ? line.symbols[1] : GRAPH_NONE;
	} else if (!language_is_receiver(place->language, name)) {
		return nowhere;
	}
	return (struct answer){type, type == GRAPH_NONE ? EDGE_EXTERNAL : EDGE_RESOLVED, NULL};
}

/* What the language's rules alone say of a call. */
static struct answer rule_of_call(
	const struct resolver *self, const struct place *place, const struct fact_reference *at)
{
	const char *name = text_of(self, place->file, at->name);
	struct answer answer = nowhere;

	if (!is_plain(name))
		return nowhere;
	if (!at->receiver)
		answer = find_constructor(self, place, name);
	if (answer.to == GRAPH_NONE)
		answer = find_reference(self, place, at, edges_of[at->kind].want);
	if (at->kind == REFERENCE_NEW && answer.to == GRAPH_NONE && !answer.package)
		answer = find_reference(self, place, at, WANT_CALL);
	if (answer.to == GRAPH_NONE)
		return answer;
	/* A parameter hides the function of its name that stands further out. */
	if (!at->receiver && flow_hides(self->flow, place, name, answer.to))
		return nowhere;
	if (self->graph->symbols[answer.to].kind == SYMBOL_TYPE)
		answer.to = constructor_of(self, answer.to);
	return answer;
}

/*
 * What the rules leave one answer for is that, and what a name that is defined here was given
 * besides: a decorator's function. Else the values of names are what is known, and better than any
 * method of that name.
 */
static void add_call(struct resolver *self, const struct place *place, uint32_t reference)
{
	const struct facts *facts = &self->snapshot->files[place->file].facts;
	const struct fact_reference *at = &facts->references[reference];
	struct place here = *place;
	struct answer answer, extension = nowhere;
	struct targets targets;
	bool sure;

	flow_targets(self->flow, place->file, reference, &targets);
	here.guided = targets.count || targets.known;
	answer = rule_of_call(self, &here, at);
	sure = answer.to != GRAPH_NONE && answer.confidence == EDGE_RESOLVED;
	if (sure && at->receiver)
		targets.count = 0;
	/* `raise error`: what was made before is made no more. */
	if (at->kind == REFERENCE_NEW && !sure && !targets.count && targets.variable)
		return;
	if (!sure && !targets.count && targets.known)
		answer = (struct answer){GRAPH_NONE, EDGE_EXTERNAL,
			targets.package ? targets.package : answer.package};
	if (at->receiver && at->kind == REFERENCE_CALL && !targets.count &&
		(answer.to == GRAPH_NONE || answer.confidence == EDGE_AMBIGUOUS))
		extension = find_extension(self, place, facts->text + at->receiver,
			facts->text + at->name, at->arguments);
	if (sure || (!targets.count && is_plain(facts->text + at->name)))
		add_reference(self, place, at, EDGE_CALL,
			extension.to != GRAPH_NONE ? extension
						   : find_overload(self, answer, at->arguments));
	for (uint32_t i = 0; i < targets.count; i++)
		if (!sure || targets.answers[i].to != answer.to)
			add_reference(self, place, at, EDGE_CALL,
				find_overload(self, targets.answers[i], at->arguments));
}

static void add_references(struct resolver *self, uint32_t file)
{
	const struct source_file *source = &self->snapshot->files[file];

	for (uint32_t i = 0; i < source->facts.reference_count; i++) {
		const struct fact_reference *at = &source->facts.references[i];
		struct place place = place_of(self, file, at->from);
		enum edge_kind kind = edges_of[at->kind].kind;
		struct answer answer;

		if (at->kind == REFERENCE_DECLARATION)
			continue;
		if (kind == EDGE_CALL) {
			add_call(self, &place, i);
			continue;
		}
		answer = find_reference(self, &place, at, edges_of[at->kind].want);
		if (makes_edge(kind, &place, answer))
			add_reference(self, &place, at, kind, answer);
	}
}

static void add_value(
	struct resolver *self, uint32_t file, const struct fact_binding *at, uint32_t to)
{
	struct place place = place_of(self, file, at->from);

	if (to != GRAPH_NONE && to != place.from)
		*add_edge(self) = (struct graph_edge){.from = place.from,
			.file = file,
			.to = to,
			.kind = EDGE_VALUE,
			.confidence = EDGE_LIKELY,
			.line = at->line,
			.start = at->start,
			.name = self->graph->symbols[to].name};
}

/* Functions that are passed, returned, assigned, kept in tables. */
static void add_values(struct resolver *self)
{
	for (uint32_t file = 0; file < self->snapshot->count; file++) {
		const struct facts *facts = &self->snapshot->files[file].facts;

		for (uint32_t i = 0; i < facts->binding_count; i++)
			add_value(
				self, file, &facts->bindings[i], flow_passed(self->flow, file, i));
	}
	for (uint32_t i = 0; i < self->flow->entry_count; i++) {
		const struct entry *entry = &self->flow->entries[i];

		add_value(self, entry->file,
			&self->snapshot->files[entry->file].facts.bindings[entry->binding],
			entry->function);
	}
}

static void find_imports(struct resolver *self)
{
	for (uint32_t file = 0; file < self->snapshot->count; file++) {
		const struct facts *facts = &self->snapshot->files[file].facts;

		self->targets[file] = xcalloc(facts->import_count + (size_t)1, sizeof(uint32_t));
		self->certainty[file] =
			xcalloc(facts->import_count + (size_t)1, sizeof(enum confidence));
		for (uint32_t i = 0; i < facts->import_count; i++) {
			bool same = i && facts->imports[i].module == facts->imports[i - 1].module;

			self->certainty[file][i] = same ? self->certainty[file][i - 1] : 0;
			self->targets[file][i] =
				same ? self->targets[file][i - 1]
				     : import_find(self->imports, file,
					       facts->text + facts->imports[i].module,
					       &self->certainty[file][i]);
		}
	}
}

static void add_declaration(struct resolver *self, uint32_t file, const char *name)
{
	struct map_entry *entry = map_put_str(&self->declared, name, NULL);

	if (self->declarer_count + 2 > self->declarer_room) {
		self->declarer_room = self->declarer_room ? self->declarer_room * 2 : 64;
		self->declarers = xrealloc(self->declarers, self->declarer_room * sizeof(uint32_t));
	}
	self->declarers[self->declarer_count++] = file;
	self->declarers[self->declarer_count++] = (uint32_t)entry->value.num;
	entry->value.num = self->declarer_count / 2;
}

static void add_base(struct resolver *self, uint32_t file, const struct fact_reference *at)
{
	struct place place = place_of(self, file, at->from);
	struct answer answer;

	if (place.from == GRAPH_NONE || self->graph->symbols[place.from].kind != SYMBOL_TYPE)
		return;
	answer = find_reference(self, &place, at, WANT_TYPE);
	if (answer.to != GRAPH_NONE && answer.to != place.from && answer.confidence <= EDGE_LIKELY)
		bases_add(self, place.from, answer.to);
	else if (answer.to == GRAPH_NONE)
		self->foreign[place.from] = true;
}

static void find_declarations(struct resolver *self)
{
	for (uint32_t file = 0; file < self->snapshot->count; file++) {
		const struct facts *facts = &self->snapshot->files[file].facts;
		bool seen = false;

		for (uint32_t i = 0; i < facts->reference_count; i++) {
			const struct fact_reference *at = &facts->references[i];

			if (at->kind == REFERENCE_DECLARATION)
				add_declaration(self, file, text_of(self, file, at->name));
			if (at->kind != REFERENCE_BASE)
				continue;
			if (!seen)
				see_from(self, file);
			seen = true;
			add_base(self, file, at);
		}
	}
	bases_finish(self);
}

static int compare_edges(const void *left, const void *right)
{
	const struct graph_edge *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->confidence != b->confidence)
		return a->confidence < b->confidence ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static uint32_t bucket_of(const struct graph *graph, const struct graph_edge *edge)
{
	return edge->from == GRAPH_NONE ? graph->symbol_count : edge->from;
}

/* A type or a callback is named many times in a function: the first stands for all. */
static void drop_repeated(struct graph *graph)
{
	uint32_t kept = 0, first = 0, k;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (kept && (graph->edges[kept - 1].from != edge->from ||
				    graph->edges[kept - 1].file != edge->file))
			first = kept;
		k = edge->kind == EDGE_TYPE || edge->kind == EDGE_VALUE ? first : kept;
		while (k < kept &&
			(graph->edges[k].kind != edge->kind || graph->edges[k].to != edge->to))
			k++;
		if (k == kept)
			graph->edges[kept++] = *edge;
		else if (edge->confidence < graph->edges[k].confidence)
			graph->edges[k].confidence = edge->confidence;
	}
	graph->edge_count = kept;
}

/* What a thread looks with has a part of its own: what it saw and found last. */
static void look_begin(struct resolver *self)
{
	size_t files = self->snapshot->count + (size_t)1;

	self->found = xcalloc(1, sizeof(*self->found));
	self->recent = recent_new();
	self->seen = xcalloc(files, sizeof(*self->seen));
	self->queue = xcalloc(files, sizeof(*self->queue));
	self->look = 0;
}

static void look_end(struct resolver *self)
{
	memo_release(&self->found->memo);
	free(self->found->answers);
	free(self->found);
	recent_free(self->recent);
	free(self->seen);
	free(self->queue);
}

static void release(struct resolver *self)
{
	look_end(self);
	for (uint32_t file = 0; file < self->snapshot->count; file++) {
		free(self->targets[file]);
		free(self->certainty[file]);
	}
	free(self->named_imports);
	free(self->first_import);
	free(self->first_any);
	memo_release(&self->import_at);
	map_release(&self->import_names);
	free(self->targets);
	free(self->certainty);
	free(self->owners);
	memo_release(&self->members);
	free(self->has);
	free(self->bases);
	free(self->lines);
	free(self->foreign);
	free(self->spaces);
	free(self->line_of);
	free(self->declarers);
	map_release(&self->declared);
	import_index_free(self->imports);
}

/* Moves each edge to its place; `to` is used up. */
static void move_edges(struct graph *graph, uint32_t *to)
{
	for (uint32_t i = 0; i < graph->edge_count; i++)
		while (to[i] != i) {
			uint32_t place = to[i];
			struct graph_edge edge = graph->edges[place];

			graph->edges[place] = graph->edges[i];
			graph->edges[i] = edge;
			to[i] = to[place];
			to[place] = place;
		}
}

/* By what they leave, by counting; a symbol's few edges are mostly in order then. */
static void sort_edges(struct graph *graph)
{
	uint32_t *to = xmalloc((graph->edge_count + (size_t)1) * sizeof(*to));
	uint32_t *place = xcalloc(graph->symbol_count + (size_t)2, sizeof(*place));
	struct graph_edge *edges = graph->edges;

	for (uint32_t i = 0; i < graph->edge_count; i++)
		place[bucket_of(graph, &edges[i]) + 1]++;
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		place[i + 1] += place[i];
	for (uint32_t i = 0; i < graph->edge_count; i++)
		to[i] = place[bucket_of(graph, &edges[i])]++;
	move_edges(graph, to);
	for (uint32_t i = 0, end; i < graph->edge_count; i = end) {
		bool order = true;

		for (end = i + 1; end < graph->edge_count && edges[end].from == edges[i].from;
			end++)
			order = order && compare_edges(&edges[end - 1], &edges[end]) <= 0;
		if (!order)
			qsort(&edges[i], end - i, sizeof(*edges), compare_edges);
	}
	free(place);
	free(to);
}

bool is_wanted_file(const struct resolver *self, uint32_t file)
{
	return !self->whole->wanted || self->whole->wanted[file];
}

/* A thread's share of the edges. */
struct edge_maker {
	struct resolver resolver; /* a copy, which looks by itself */
	struct edges edges;
};

/* The edges of a file, until they are taken. */
struct edge_making {
	struct resolver *self;
	struct edges *made; /* per file */
};

static void *edges_begin(void *payload)
{
	struct edge_making *making = payload;
	struct edge_maker *maker = xcalloc(1, sizeof(*maker));

	maker->resolver = *making->self;
	maker->resolver.edges = &maker->edges;
	look_begin(&maker->resolver);
	return maker;
}

static void edges_end(void *own, void *payload)
{
	struct edge_maker *maker = own;

	(void)payload;
	look_end(&maker->resolver);
	free(maker->edges.items);
	free(maker);
}

static int edges_make(size_t at, void *own, void *payload)
{
	struct edge_making *making = payload;
	struct edge_maker *maker = own;
	struct edges *made = &making->made[at];
	uint32_t file = (uint32_t)at;

	if (interrupted())
		return fail(E_STOPPED, "stopped");
	if (making->self->snapshot->files[at].skipped || !is_wanted_file(making->self, file))
		return 0;
	maker->edges.count = 0;
	forget_found(maker->resolver.found);
	see_from(&maker->resolver, file);
	add_imports(&maker->resolver, file);
	add_references(&maker->resolver, file);
	if (maker->edges.count) {
		made->count = maker->edges.count;
		made->items = xmalloc(made->count * sizeof(*made->items));
		memcpy(made->items, maker->edges.items, made->count * sizeof(*made->items));
	}
	return 0;
}

static int edges_take(size_t at, void *payload)
{
	struct edge_making *making = payload;
	struct edges *made = &making->made[at];

	for (uint32_t i = 0; i < made->count; i++)
		*add_edge(making->self) = made->items[i];
	free(made->items);
	*made = (struct edges){NULL, 0, 0};
	return 0;
}

static void add_edges(struct resolver *self)
{
	struct edge_making making = {
		self, xcalloc(self->snapshot->count + (size_t)1, sizeof(struct edges))};

	if (!self->stopped)
		self->stopped = series_run(&(struct series){self->snapshot->count, edges_begin,
			edges_end, edges_make, edges_take, &making});
	for (uint32_t i = 0; i < self->snapshot->count; i++)
		free(making.made[i].items);
	free(making.made);
	if (!self->stopped)
		add_values(self);
}

/* Behind those that the graph has. */
static void hand_over(struct graph *graph, struct edges *edges)
{
	if (graph->edge_count && edges->count) {
		graph->edges = xrealloc(graph->edges,
			((size_t)graph->edge_count + edges->count) * sizeof(*graph->edges));
		memcpy(graph->edges + graph->edge_count, edges->items,
			edges->count * sizeof(*edges->items));
	} else if (!graph->edge_count) {
		graph->edges = edges->items;
		edges->items = NULL;
	}
	graph->edge_count += edges->count;
	free(edges->items);
	*edges = (struct edges){NULL, 0, 0};
}

int resolve(struct whole *whole)
{
	struct edges edges = {NULL, 0, 0};
	struct resolver self = {.whole = whole,
		.graph = &whole->graph,
		.snapshot = &whole->snapshot,
		.edges = &edges};
	size_t files = whole->snapshot.count + (size_t)1;

	look_begin(&self);
	self.imports = import_index_new(&whole->snapshot);
	self.targets = xcalloc(files, sizeof(*self.targets));
	self.certainty = xcalloc(files, sizeof(*self.certainty));
	find_imports(&self);
	import_names_build(&self);
	members_build(&self);
	find_spaces(&self);
	self.foreign = xcalloc(whole->graph.symbol_count + (size_t)1, sizeof(bool));
	find_declarations(&self);
	self.flow = flow_new(&self);
	add_edges(&self);
	flow_free(self.flow);
	self.flow = NULL;
	hand_over(&whole->graph, &edges);
	if (!self.stopped) {
		sort_edges(&whole->graph);
		drop_repeated(&whole->graph);
		add_tests(&self);
		hand_over(&whole->graph, &edges);
		sort_edges(&whole->graph);
	}
	release(&self);
	return self.stopped ? fail(E_STOPPED, "stopped") : 0;
}
