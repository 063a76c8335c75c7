/*
 * From findings to facts: sorts them, merges matches of one node, finds what encloses what, and
 * counts complexity.
 */
#include "parse/columns.h"
#include "parse/internal.h"

#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS 256 /* room at first */

/* The slot that holds the text, or the free one where it belongs. */
static struct text_slot *find_text(
	const struct findings *found, const char *text, size_t len, uint32_t hash)
{
	uint32_t mask = found->known_room - 1, at = hash & mask;

	for (; found->known[at].hash; at = (at + 1) & mask) {
		const struct text_slot *slot = &found->known[at];

		if (slot->hash == hash && slot->len == len &&
			!memcmp(found->pool.ptr + slot->offset, text, len))
			break;
	}
	return &found->known[at];
}

static void widen_texts(struct findings *found)
{
	uint32_t room = found->known_room ? found->known_room * 2 : TEXTS;
	struct text_slot *slots = xcalloc(room, sizeof(*slots));

	for (uint32_t i = 0; i < found->known_room; i++) {
		uint32_t at = found->known[i].hash & (room - 1);

		if (!found->known[i].hash)
			continue;
		while (slots[at].hash)
			at = (at + 1) & (room - 1);
		slots[at] = found->known[i];
	}
	free(found->known);
	found->known = slots;
	found->known_room = room;
}

/* The text may lie in the pool itself, which moves as it grows. */
static uint32_t add_text(struct findings *found, const char *text, size_t len)
{
	size_t offset = found->pool.len;
	bool own = text >= found->pool.ptr && text < found->pool.ptr + offset;
	size_t from = own ? (size_t)(text - found->pool.ptr) : 0;

	buf_reserve(&found->pool, len + 1);
	buf_add(&found->pool, own ? found->pool.ptr + from : text, len);
	buf_addch(&found->pool, '\0');
	return (uint32_t)offset;
}

uint32_t findings_text(struct findings *found, const char *text, size_t len)
{
	uint32_t hash = (uint32_t)hash_bytes(text, len, 0) | 1U << 31;
	struct text_slot *slot;

	if (found->known_count * 2 >= found->known_room)
		widen_texts(found);
	slot = find_text(found, text, len, hash);
	if (!slot->hash) {
		*slot = (struct text_slot){hash, add_text(found, text, len), (uint32_t)len};
		found->known_count++;
	}
	if (found->listening) {
		GROW(found->said, found->said_count, found->said_room);
		found->said[found->said_count++] = slot->offset;
	}
	return slot->offset;
}

void findings_release(struct findings *found)
{
	buf_release(&found->pool);
	free(found->known);
	buf_release(&found->joined);
	free(found->definitions);
	free(found->decisions);
	free(found->references);
	free(found->imports);
	free(found->comments);
	free(found->bindings);
	free(found->visibilities);
	free(found->marks);
	free(found->said);
	free(found->seams);
	memset(found, 0, sizeof(*found));
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* What stands at one place comes in the order of what it says, wherever else that is said. */
typedef int compare_fn(const void *left, const void *right, const char *pool);

static int compare_texts(const char *pool, uint32_t a, uint32_t b)
{
	return a == b ? 0 : strcmp(pool + a, pool + b);
}

static int compare_definitions(const void *left, const void *right, const char *pool)
{
	const struct fact_definition *a = &((const struct raw_definition *)left)->fact;
	const struct fact_definition *b = &((const struct raw_definition *)right)->fact;

	(void)pool;
	return a->start != b->start ? COMPARE(a->start, b->start) : COMPARE(b->end, a->end);
}

static int compare_decisions(const void *left, const void *right, const char *pool)
{
	const struct raw_decision *a = left, *b = right;

	(void)pool;
	if (a->start != b->start)
		return COMPARE(a->start, b->start);
	if (a->end != b->end)
		return COMPARE(b->end, a->end);
	return COMPARE(b->weight, a->weight); /* an else-if is also an if: else-if comes first */
}

static int compare_references(const void *left, const void *right, const char *pool)
{
	const struct fact_reference *a = left, *b = right;

	if (a->start != b->start)
		return COMPARE(a->start, b->start);
	if (a->kind != b->kind)
		return COMPARE(a->kind, b->kind);
	if (a->receiver != b->receiver) /* what says more comes first */
		return compare_texts(pool, b->receiver, a->receiver);
	return compare_texts(pool, a->name, b->name);
}

static int compare_imports(const void *left, const void *right, const char *pool)
{
	const struct fact_import *a = left, *b = right;

	if (a->start != b->start)
		return COMPARE(a->start, b->start);
	return a->name != b->name ? compare_texts(pool, a->name, b->name)
				  : compare_texts(pool, a->alias, b->alias);
}

static int compare_comments(const void *left, const void *right, const char *pool)
{
	(void)pool;
	return COMPARE(((const struct fact_comment *)left)->start,
		((const struct fact_comment *)right)->start);
}

static int compare_visibilities(const void *left, const void *right, const char *pool)
{
	const struct raw_visibility *a = left, *b = right;

	(void)pool;
	return a->start != b->start ? COMPARE(a->start, b->start) : COMPARE(a->end, b->end);
}

static int compare_bindings(const void *left, const void *right, const char *pool)
{
	const struct fact_binding *a = left, *b = right;

	if (a->start != b->start)
		return COMPARE(a->start, b->start);
	if (a->kind != b->kind)
		return COMPARE(a->kind, b->kind);
	return a->name != b->name ? compare_texts(pool, a->name, b->name)
				  : compare_texts(pool, a->value, b->value);
}

struct sorting {
	size_t size; /* of an item; bytes */
	compare_fn *compare;
	const char *pool;
	char *space;
};

/* Merges two runs that stand one behind the other. */
static void merge_runs(const struct sorting *by, char *left, char *middle, const char *end)
{
	const char *a = by->space, *a_end = a + (middle - left), *b = middle;

	memcpy(by->space, left, (size_t)(middle - left));
	for (; a < a_end; left += by->size) {
		const char **from = b < end && by->compare(a, b, by->pool) > 0 ? &b : &a;

		memcpy(left, *from, by->size);
		*from += by->size;
	}
}

/*
 * What compares equal stays in the order of its matches. Most often what was found in the order of
 * the text is in order.
 */
static void sort(
	const struct findings *found, void *items, uint32_t count, size_t size, compare_fn *compare)
{
	struct sorting by = {size, compare, found->pool.ptr, NULL};
	size_t total = count * size, at = size;
	char *first = items;

	while (at < total && compare(first + at - size, first + at, by.pool) <= 0)
		at += size;
	if (at >= total)
		return;
	by.space = xmalloc(total);
	for (size_t run = size; run < total; run *= 2)
		for (size_t left = 0; left + run < total; left += 2 * run) {
			size_t end = left + 2 * run < total ? left + 2 * run : total;
			char *middle = first + left + run;

			if (compare(middle - size, middle, by.pool) > 0)
				merge_runs(&by, first + left, middle, first + end);
		}
	free(by.space);
}

/* The one of the same node and name among those that are kept, or NULL. */
static struct raw_definition *same_definition(
	const struct findings *found, uint32_t kept, const struct raw_definition *raw)
{
	while (kept--) {
		struct raw_definition *at = &found->definitions[kept];

		if (at->fact.start != raw->fact.start || at->fact.end != raw->fact.end)
			return NULL;
		if (at->fact.name == raw->fact.name)
			return at;
	}
	return NULL;
}

/* One definition per (node, name): two patterns may match it, and an optional doc matches twice. */
static void merge_definitions(struct findings *found)
{
	uint32_t kept = 0;

	sort(found, found->definitions, found->definition_count, sizeof(*found->definitions),
		compare_definitions);
	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct raw_definition *raw = &found->definitions[i];
		struct raw_definition *last = same_definition(found, kept, raw);

		if (last) {
			if (raw->fact.kind > last->fact.kind) /* a test is also a function */
				last->fact.kind = raw->fact.kind;
			if (!last->doc_end) {
				last->doc_start = raw->doc_start;
				last->doc_end = raw->doc_end;
			}
			if (raw->fact.parameters > last->fact.parameters)
				last->fact.parameters = raw->fact.parameters;
			if (!last->fact.owner)
				last->fact.owner = raw->fact.owner;
			if (!last->fact.returns)
				last->fact.returns = raw->fact.returns;
			continue;
		}
		found->definitions[kept++] = *raw;
	}
	found->definition_count = kept;
}

static void merge_decisions(struct findings *found)
{
	uint32_t kept = 0;

	sort(found, found->decisions, found->decision_count, sizeof(*found->decisions),
		compare_decisions);
	for (uint32_t i = 0; i < found->decision_count; i++) {
		const struct raw_decision *at = &found->decisions[i];

		if (kept && found->decisions[kept - 1].start == at->start &&
			found->decisions[kept - 1].end == at->end)
			continue;
		found->decisions[kept++] = *at;
	}
	found->decision_count = kept;
}

static bool only_blank(const char *text, uint32_t start, uint32_t end)
{
	for (; start < end; start++)
		if (!strchr(" \t\r\n", text[start]))
			return false;
	return true;
}

/* A run of one-line comments on consecutive lines is one comment to its reader. */
static void merge_comments(struct findings *found)
{
	uint32_t kept = 0;

	sort(found, found->comments, found->comment_count, sizeof(*found->comments),
		compare_comments);
	for (uint32_t i = 0; i < found->comment_count; i++) {
		const struct fact_comment *at = &found->comments[i];
		struct fact_comment *last = kept ? &found->comments[kept - 1] : NULL;
		bool one_line = at->line == at->end_line;

		if (last && at->start < last->end)
			continue;
		if (last && one_line && last->end_line + 1 == at->line &&
			found->text[last->start] == found->text[at->start] &&
			found->text[last->start + 1] == found->text[at->start + 1] &&
			only_blank(found->text, last->end, at->start)) {
			last->end = at->end;
			last->end_line = at->end_line;
			continue;
		}
		found->comments[kept++] = *at;
	}
	found->comment_count = kept;
}

static bool holds_code(enum symbol_kind kind)
{
	return kind == SYMBOL_FUNCTION || kind == SYMBOL_METHOD || kind == SYMBOL_TEST;
}

/* "parent.owner.name" */
static void qualify(struct findings *found, struct fact_definition *fact, const char *separator)
{
	const struct fact_definition *parent =
		fact->parent == PARSE_NONE ? NULL : &found->definitions[fact->parent].fact;
	struct buf *text = &found->joined;

	fact->qualified = fact->name;
	if ((!parent && !fact->owner) || !*separator)
		return;
	buf_clear(text);
	if (parent) {
		buf_addstr(text, found->pool.ptr + parent->qualified);
		buf_addstr(text, separator);
	}
	if (fact->owner) {
		buf_addstr(text, found->pool.ptr + fact->owner);
		buf_addstr(text, separator);
	}
	buf_addstr(text, found->pool.ptr + fact->name);
	fact->qualified = findings_text(found, text->ptr, text->len);
}

/* The doc is the whole run of comments when it is one, or the string that the query marked. */
static void document(const struct findings *found, struct raw_definition *raw)
{
	uint32_t low = 0, high = found->comment_count, start = raw->doc_start, end = raw->doc_end;

	if (!end)
		return;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (found->comments[middle].end <= start)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < found->comment_count && found->comments[low].start <= start) {
		start = found->comments[low].start;
		end = found->comments[low].end;
	}
	raw->fact.doc_start = start;
	raw->fact.doc_end = end;
}

/* The first one of the same node. */
static void take_visibility(const struct findings *found, struct raw_definition *raw)
{
	const struct raw_visibility key = {raw->fact.start, raw->fact.end, 0};
	uint32_t low = 0, high = found->visibility_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_visibilities(&found->visibilities[middle], &key, NULL) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == found->visibility_count ||
		compare_visibilities(&found->visibilities[low], &key, NULL) != 0)
		return;
	raw->fact.visibility = (enum visibility)found->visibilities[low].visibility;
	raw->has_visibility = true;
}

static bool is_scope(const struct fact_definition *fact, enum scope_kind kind)
{
	return (unsigned)fact->kind == (SYMBOL_SCOPE | (unsigned)kind);
}

/* `package a.b;` holds what follows: to the end of what encloses it, or to the next of its kind. */
static void widen_scopes(struct findings *found)
{
	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct fact_definition *fact = &found->definitions[i].fact, *next;

		if (!is_scope(fact, SCOPE_REST))
			continue;
		fact->end = found->len;
		for (uint32_t k = i; k--;)
			if (found->definitions[k].fact.end > fact->start &&
				found->definitions[k].fact.end < fact->end)
				fact->end = found->definitions[k].fact.end;
		for (uint32_t k = i + 1; k < found->definition_count; k++) {
			next = &found->definitions[k].fact;
			if (is_scope(next, SCOPE_REST) && next->start < fact->end)
				fact->end = next->start;
		}
	}
}

static void nest_definitions(struct findings *found, const char *separator)
{
	uint32_t open = PARSE_NONE;

	widen_scopes(found);
	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct raw_definition *raw = &found->definitions[i];
		struct fact_definition *fact = &raw->fact, *parent;

		while (open != PARSE_NONE && found->definitions[open].fact.end <= fact->start)
			open = found->definitions[open].fact.parent;
		fact->parent = open;
		open = i;
		parent = fact->parent == PARSE_NONE ? NULL : &found->definitions[fact->parent].fact;
		if (parent && is_scope(parent, SCOPE_TYPE) && !fact->owner)
			raw->owner = parent->name;
		if (fact->kind == SYMBOL_FUNCTION &&
			(fact->owner || raw->owner ||
				(parent && parent->kind == SYMBOL_TYPE && *separator)))
			fact->kind = SYMBOL_METHOD;
		take_visibility(found, raw);
		if (raw->fact.visibility == VISIBLE_FILE && parent && parent->kind == SYMBOL_TYPE) {
			raw->fact.visibility = VISIBLE_EVERYWHERE; /* a static method's `static` */
			raw->has_visibility = false;
		}
		fact->cyclomatic = holds_code(fact->kind);
		fact->body = hash_bytes(found->text + fact->start, fact->end - fact->start, 0) >>
			     (64 - BODY_BITS);
		qualify(found, fact, separator);
		document(found, raw);
	}
}

/* Scopes have lent their names. What stood in one stands in what encloses it. */
static void drop_scopes(struct findings *found)
{
	uint32_t *places = xcalloc(found->definition_count + (size_t)1, sizeof(*places));
	uint32_t kept = 0;

	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct raw_definition raw = found->definitions[i];
		uint32_t parent = raw.fact.parent;

		parent = parent == PARSE_NONE ? PARSE_NONE : places[parent];
		places[i] = parent;
		if ((unsigned)raw.fact.kind & SYMBOL_SCOPE)
			continue;
		raw.fact.parent = parent;
		if (raw.owner)
			raw.fact.owner = raw.owner;
		places[i] = kept;
		found->definitions[kept++] = raw;
	}
	found->definition_count = kept;
	free(places);
}

uint32_t sweep_to(struct sweep *sweep, uint32_t start)
{
	const struct raw_definition *all = sweep->found->definitions;

	while (sweep->next < sweep->found->definition_count && all[sweep->next].fact.start <= start)
		sweep->open = sweep->next++;
	while (sweep->open != PARSE_NONE && all[sweep->open].fact.end <= start)
		sweep->open = all[sweep->open].fact.parent;
	return sweep->open;
}

/* One name is one reference: `new Foo()` also names a type, and the call says more. */
static void merge_references(struct findings *found)
{
	uint32_t kept = 0;

	sort(found, found->references, found->reference_count, sizeof(*found->references),
		compare_references);
	for (uint32_t i = 0; i < found->reference_count; i++) {
		const struct fact_reference *at = &found->references[i];
		bool again = false;

		/*
		 * `f()()` calls f, and what f gives: two names at one place. An anonymous class
		 * both inherits the type that it names and is made by its constructor.
		 */
		for (uint32_t k = kept; k-- && found->references[k].start == at->start && !again;)
			again = found->references[k].name == at->name &&
				!(found->references[k].kind == REFERENCE_BASE &&
					at->kind == REFERENCE_NEW);
		if (!again)
			found->references[kept++] = *at;
	}
	found->reference_count = kept;
}

static void place_references(struct findings *found)
{
	struct sweep sweep = {found, 0, PARSE_NONE};

	merge_references(found);
	for (uint32_t i = 0; i < found->reference_count; i++)
		found->references[i].from = sweep_to(&sweep, found->references[i].start);
	sort(found, found->bindings, found->binding_count, sizeof(*found->bindings),
		compare_bindings);
	sweep = (struct sweep){found, 0, PARSE_NONE};
	for (uint32_t i = 0; i < found->binding_count; i++)
		found->bindings[i].from = sweep_to(&sweep, found->bindings[i].start);
}

static void add_weight(uint16_t *sum, uint32_t more)
{
	*sum = *sum + more > UINT16_MAX ? UINT16_MAX : (uint16_t)(*sum + more);
}

/* Decisions that enclose the current one, innermost last. */
struct depth {
	const struct raw_decision **open;
	uint32_t count, room;
};

/* Levels of nesting inside the function that starts at `start`. */
static uint32_t level_of(const struct depth *depth, uint32_t start)
{
	uint32_t level = 0;

	for (uint32_t i = depth->count; i-- && depth->open[i]->start >= start;)
		level += decision_weights[depth->open[i]->weight].nests;
	return level;
}

static bool only_nests(const struct decision_weight *weight)
{
	return weight->nests && !weight->cyclomatic && !weight->cognitive;
}

static void count_complexity(struct findings *found)
{
	struct sweep sweep = {found, 0, PARSE_NONE};
	struct depth depth = {NULL, 0, 0};

	merge_decisions(found);
	for (uint32_t i = 0; i < found->decision_count; i++) {
		const struct raw_decision *at = &found->decisions[i], *inner;
		const struct decision_weight *weight = &decision_weights[at->weight];
		uint32_t owner = sweep_to(&sweep, at->start), level;
		struct fact_definition *fact;

		while (depth.count && depth.open[depth.count - 1]->end <= at->start)
			depth.count--;
		inner = depth.count ? depth.open[depth.count - 1] : NULL;
		while (owner != PARSE_NONE && !holds_code(found->definitions[owner].fact.kind))
			owner = found->definitions[owner].fact.parent;
		if (owner != PARSE_NONE) {
			fact = &found->definitions[owner].fact;
			level = level_of(&depth, fact->start);
			/* `f = function` ends as its function does, whose body is f's own. */
			if (!level && only_nests(weight) && fact->end - at->end <= 1)
				continue;
			add_weight(&fact->cyclomatic, weight->cyclomatic);
			if (!weight->run || !inner || inner->weight != at->weight)
				add_weight(&fact->cognitive,
					weight->cognitive + (weight->by_nesting ? level : 0));
			if (weight->nests && level + 1 > fact->nesting)
				fact->nesting =
					level + 1 > UINT16_MAX ? UINT16_MAX : (uint16_t)(level + 1);
		}
		GROW(depth.open, depth.count, depth.room);
		depth.open[depth.count++] = at;
	}
	free(depth.open);
}

void findings_build(struct findings *found, const char *separator)
{
	sort(found, found->visibilities, found->visibility_count, sizeof(*found->visibilities),
		compare_visibilities);
	sort(found, found->imports, found->import_count, sizeof(*found->imports), compare_imports);
	merge_comments(found);
	merge_definitions(found);
	marks_close(found);
	nest_definitions(found, separator);
	marks_sections(found);
	drop_scopes(found);
	place_references(found);
	marks_variables(found);
	count_complexity(found);
}
