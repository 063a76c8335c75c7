/*
 * The facts of a text out of those of one that is near. Only what stands between the seams around
 * an edit is parsed, in its place, with as much again beside it; the rest is moved. That is what a
 * whole parse gives where the parser comes to both seams as it did, and the seams are seams again,
 * which is seen in what was parsed. Else nothing is said, and the whole has to be parsed.
 */
#include "parse/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_MAX (1u << 20) /* bytes of a text: a longer one may be too much work */

/* What is made anew, and what is parsed with it. `bytes` and `lines`: how far the text has moved
 * behind it, and that before it; modulo 2^32. */
struct section {
	uint32_t from, first, end, to; /* of the old text */
	uint32_t before, bytes, lines;
};

struct sections {
	struct section *items;
	size_t count, room;
};

/* Whatever facts have in common. */
struct rows {
	const char *items;
	uint32_t count;
	size_t size, start; /* of a row; where it says its start */
};

static uint32_t start_of(const struct rows *rows, uint32_t at)
{
	uint32_t start;

	memcpy(&start, rows->items + at * rows->size + rows->start, sizeof(start));
	return start;
}

/* The first that begins at `start` or behind it. */
static uint32_t first_from(const struct rows *rows, uint32_t start)
{
	uint32_t low = 0, high = rows->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (start_of(rows, middle) < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum { ROWS = 6 };

static void rows_of(const struct findings *found, struct rows rows[ROWS])
{
	rows[0] = (struct rows){(const char *)found->definitions, found->definition_count,
		sizeof(*found->definitions), offsetof(struct raw_definition, fact.start)};
	rows[1] = (struct rows){(const char *)found->references, found->reference_count,
		sizeof(*found->references), offsetof(struct fact_reference, start)};
	rows[2] = (struct rows){(const char *)found->imports, found->import_count,
		sizeof(*found->imports), offsetof(struct fact_import, start)};
	rows[3] = (struct rows){(const char *)found->bindings, found->binding_count,
		sizeof(*found->bindings), offsetof(struct fact_binding, start)};
	rows[4] = (struct rows){(const char *)found->comments, found->comment_count,
		sizeof(*found->comments), offsetof(struct fact_comment, start)};
	rows[5] = (struct rows){
		(const char *)found->seams, found->seam_count, sizeof(*found->seams), 0};
}

/* The nearest seam before a place, or the text's beginning. */
static uint32_t seam_before(const struct facts *facts, uint32_t place)
{
	const struct rows seams = {
		(const char *)facts->seams, facts->seam_count, sizeof(uint32_t), 0};
	uint32_t at = first_from(&seams, place);

	return at ? facts->seams[at - 1] : 0;
}

/* The nearest seam behind a place, or the text's end. */
static uint32_t seam_behind(const struct facts *facts, uint32_t place)
{
	const struct rows seams = {
		(const char *)facts->seams, facts->seam_count, sizeof(uint32_t), 0};
	uint32_t at = first_from(&seams, place + 1);

	return at < facts->seam_count ? facts->seams[at] : facts->size;
}

static uint32_t newlines(const char *text, size_t len)
{
	uint32_t count = 0;

	for (const char *at = text, *end = text + len; (at = memchr(at, '\n', (size_t)(end - at)));
		at++)
		count++;
	return count;
}

/* Sections whose parts meet are one. */
static void add_edit(struct sections *all, const struct facts *facts, const struct text_edit *edit)
{
	struct section *last = all->count ? &all->items[all->count - 1] : NULL;
	uint32_t first = seam_before(facts, edit->old_start), from = seam_before(facts, first);

	if (!last || from >= last->to) {
		GROW(all->items, all->count, all->room);
		last = &all->items[all->count++];
		*last = (struct section){
			.from = from, .first = first, .before = edit->new_start - edit->old_start};
	}
	last->end = seam_behind(facts, edit->old_end);
	last->to = seam_behind(facts, last->end);
	last->bytes = edit->new_end - edit->old_end;
}

/* What was parsed of both texts, which may differ where the texts do not. */
struct pair {
	const char *old, *new; /* the texts */
	const char *parsed_old, *parsed_new;
	uint32_t old_len, new_len;
};

/* Whether what is parsed of both is the same from `old` on, and in the new text from `new` on. */
static bool is_same(const struct pair *pair, uint32_t old, uint32_t new, uint32_t len)
{
	return !memcmp(pair->parsed_old + old, pair->parsed_new + new, len);
}

static uint32_t lines_gained(const struct pair *pair, const struct section *section)
{
	uint32_t first = section->first + section->before, end = section->end + section->bytes;

	return newlines(pair->new + first, end - first) -
	       newlines(pair->old + section->first, section->end - section->first);
}

/* Whether the seams are within a guard: then its `#endif` is the last, see seam.c. */
static bool is_guarded(const struct pair *pair, const struct facts *facts)
{
	const char *end = pair->parsed_old + facts->size;
	const char *at = pair->parsed_old + facts->seams[facts->seam_count - 1];

	if (*at != '#')
		return false;
	for (at++; at < end && (*at == ' ' || *at == '\t');)
		at++;
	return end - at >= 5 && !memcmp(at, "endif", 5);
}

/* A guard's head and tail are parsed along, so that what is between comes in the state it did. */
static void add_edits(struct sections *all, const struct pair *pair, const struct facts *facts)
{
	const struct text_edit none = {0, 0, 0, 0};
	const struct text_edit end = {pair->old_len, pair->old_len, pair->new_len, pair->new_len};
	bool guarded = is_guarded(pair, facts);
	size_t count;
	struct text_edit *edits =
		edits_between(pair->old, pair->old_len, pair->new, pair->new_len, &count);

	if (guarded && count)
		add_edit(all, facts, &none);
	for (size_t i = 0; i < count; i++)
		add_edit(all, facts, &edits[i]);
	if (guarded && count)
		add_edit(all, facts, &end);
	free(edits);
}

/* False: they differ elsewhere too, or in most places. */
static bool find_sections(const struct pair *pair, const struct facts *facts, struct sections *all)
{
	uint32_t at = 0, new = 0, lines = 0, parsed = 0;
	bool good = true;

	add_edits(all, pair, facts);
	for (size_t i = 0; i < all->count && good; i++) {
		struct section *section = &all->items[i];

		good = is_same(pair, at, new, section->first - at);
		lines += lines_gained(pair, section);
		section->lines = lines;
		at = section->end;
		new = section->end + section->bytes;
		parsed += section->to - section->from;
	}
	return good && all->count && is_same(pair, at, new, pair->old_len - at) &&
	       parsed < pair->old_len / 2;
}

/* The parts of the new text that are parsed; from the seam before each to the one behind. */
static void include(TSParser *parser, const struct pair *pair, const struct sections *all)
{
	TSRange *ranges = xcalloc(all->count + 1, sizeof(*ranges));
	uint32_t at = 0, row = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct section *section = &all->items[i];
		uint32_t start = section->from + section->before;
		uint32_t end = section->to + section->bytes;

		row += newlines(pair->new + at, start - at);
		ranges[i].start_byte = start;
		ranges[i].start_point = (TSPoint){row, 0};
		row += newlines(pair->new + start, end - start);
		ranges[i].end_byte = end;
		ranges[i].end_point = (TSPoint){row, 0};
		at = end;
	}
	ts_parser_set_included_ranges(parser, ranges, (uint32_t)all->count);
	free(ranges);
}

static bool parse_sections(const struct grammar *grammar, const struct pair *pair,
	const struct sections *all, struct findings *some)
{
	TSParser *parser = ts_parser_new();
	uint64_t steps = 0;
	uint32_t parsed = 0;
	TSTree *tree;
	bool good;

	for (size_t i = 0; i < all->count; i++)
		parsed += all->items[i].to + all->items[i].bytes - all->items[i].from -
			  all->items[i].before;
	ts_parser_set_language(parser, ts_parser_language(grammar->parser));
	include(parser, pair, all);
	tree = parse_tree(parser, pair->parsed_new, pair->new_len, NULL, &steps);
	good = tree && !ts_node_has_error(ts_tree_root_node(tree)) &&
	       steps <= 1 + parsed / BYTES_A_STEP &&
	       findings_take_seams(grammar, some, tree, steps);
	ts_parser_delete(parser);
	return good;
}

/* Whether as much begins between two places as in the old text, each in its place. */
static bool is_as_before(
	const struct rows *was, const struct rows *is, uint32_t from, uint32_t to, uint32_t bytes)
{
	uint32_t a = first_from(was, from), b = first_from(is, from + bytes);
	uint32_t count = first_from(was, to) - a;

	if (first_from(is, to + bytes) - b != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (start_of(was, a + i) + bytes != start_of(is, b + i))
			return false;
	return true;
}

/* That the seams are where they were, and beside them is what was there. */
static bool is_proved(
	const struct findings *old, const struct findings *some, const struct section *section)
{
	struct rows was[ROWS], is[ROWS];

	rows_of(old, was);
	rows_of(some, is);
	for (int i = 0; i + 1 < ROWS; i++)
		if (!is_as_before(
			    &was[i], &is[i], section->from, section->first, section->before) ||
			!is_as_before(&was[i], &is[i], section->end, section->to, section->bytes))
			return false;
	return (!section->first || is_as_before(&was[5], &is[5], section->first, section->first + 1,
					   section->before)) &&
	       (section->end == old->len || is_as_before(&was[5], &is[5], section->end,
						    section->end + 1, section->bytes));
}

/* Rows that are added to others: how far they move, whose texts theirs are, and where those lie now
 * by their offset before, or NULL: that is asked each time. */
struct adding {
	struct findings *to;
	const char *pool;
	const uint32_t *texts;
	uint32_t bytes, lines, definitions;
};

static void say(const struct adding *by, uint32_t *text)
{
	const char *said = by->pool + *text;

	*text = by->texts ? by->texts[*text] : findings_text(by->to, said, strlen(said));
}

static uint32_t moved(const struct adding *by, uint32_t definition)
{
	return definition == PARSE_NONE ? PARSE_NONE : definition + by->definitions;
}

static void add_definition(const struct adding *by, struct raw_definition raw)
{
	struct findings *to = by->to;
	struct fact_definition *fact = &raw.fact;

	fact->parent = moved(by, fact->parent);
	say(by, &fact->name);
	say(by, &fact->qualified);
	say(by, &fact->signature);
	say(by, &fact->owner);
	say(by, &fact->returns);
	fact->line += by->lines;
	fact->end_line += by->lines;
	fact->start += by->bytes;
	fact->end += by->bytes;
	fact->doc_start += by->bytes;
	fact->doc_end += by->bytes;
	GROW(to->definitions, to->definition_count, to->definition_room);
	to->definitions[to->definition_count++] = raw;
}

static void add_reference(const struct adding *by, struct fact_reference reference)
{
	struct findings *to = by->to;

	reference.from = moved(by, reference.from);
	say(by, &reference.name);
	say(by, &reference.receiver);
	reference.line += by->lines;
	reference.start += by->bytes;
	GROW(to->references, to->reference_count, to->reference_room);
	to->references[to->reference_count++] = reference;
}

static void add_import(const struct adding *by, struct fact_import import)
{
	struct findings *to = by->to;

	say(by, &import.module);
	say(by, &import.name);
	say(by, &import.alias);
	import.line += by->lines;
	import.start += by->bytes;
	GROW(to->imports, to->import_count, to->import_room);
	to->imports[to->import_count++] = import;
}

static void add_binding(const struct adding *by, struct fact_binding binding)
{
	struct findings *to = by->to;

	binding.from = moved(by, binding.from);
	say(by, &binding.name);
	say(by, &binding.value);
	binding.line += by->lines;
	binding.start += by->bytes;
	GROW(to->bindings, to->binding_count, to->binding_room);
	to->bindings[to->binding_count++] = binding;
}

static void add_comment(const struct adding *by, struct fact_comment comment)
{
	struct findings *to = by->to;

	comment.line += by->lines;
	comment.end_line += by->lines;
	comment.start += by->bytes;
	comment.end += by->bytes;
	GROW(to->comments, to->comment_count, to->comment_room);
	to->comments[to->comment_count++] = comment;
}

static void add_seam(const struct adding *by, uint32_t seam)
{
	struct findings *to = by->to;

	GROW(to->seams, to->seam_count, to->seam_room);
	to->seams[to->seam_count++] = seam + by->bytes;
}

/* What begins between two places. */
static void add(struct adding *by, const struct findings *from, uint32_t start, uint32_t end)
{
	struct rows rows[ROWS];
	uint32_t first[ROWS], last[ROWS];

	rows_of(from, rows);
	for (int i = 0; i < ROWS; i++) {
		first[i] = first_from(&rows[i], start);
		last[i] = first_from(&rows[i], end);
	}
	by->definitions = by->to->definition_count - first[0];
	for (uint32_t i = first[0]; i < last[0]; i++)
		add_definition(by, from->definitions[i]);
	for (uint32_t i = first[1]; i < last[1]; i++)
		add_reference(by, from->references[i]);
	for (uint32_t i = first[2]; i < last[2]; i++)
		add_import(by, from->imports[i]);
	for (uint32_t i = first[3]; i < last[3]; i++)
		add_binding(by, from->bindings[i]);
	for (uint32_t i = first[4]; i < last[4]; i++)
		add_comment(by, from->comments[i]);
	for (uint32_t i = first[5]; i < last[5]; i++)
		add_seam(by, from->seams[i]);
}

/* Facts as findings, which borrow all but their definitions. */
static struct findings found_before(const struct facts *facts)
{
	struct findings found = {.len = facts->size,
		.definitions =
			xcalloc(facts->definition_count + (size_t)1, sizeof(*found.definitions)),
		.references = facts->references,
		.imports = facts->imports,
		.bindings = facts->bindings,
		.comments = facts->comments,
		.seams = facts->seams,
		.definition_count = facts->definition_count,
		.reference_count = facts->reference_count,
		.import_count = facts->import_count,
		.binding_count = facts->binding_count,
		.comment_count = facts->comment_count,
		.seam_count = facts->seam_count};

	for (uint32_t i = 0; i < facts->definition_count; i++)
		found.definitions[i].fact = facts->definitions[i];
	return found;
}

/* Names the old texts again; returns where they lie by their offset before. The caller frees. */
static uint32_t *take_texts(struct findings *all, const struct facts *facts)
{
	uint32_t *texts = xcalloc(facts->text_len + (size_t)1, sizeof(*texts));

	for (uint32_t at = 0; at < facts->text_len;) {
		size_t len = strlen(facts->text + at);

		texts[at] = findings_text(all, facts->text + at, len);
		at += (uint32_t)len + 1;
	}
	return texts;
}

static void join(const struct facts *facts, const struct findings *old, const struct findings *some,
	const struct sections *sections, struct findings *all)
{
	uint32_t *texts = take_texts(all, facts), at = 0;
	struct adding kept = {.to = all, .pool = facts->text, .texts = texts};
	struct adding made = {.to = all, .pool = some->pool.ptr};

	for (size_t i = 0; i < sections->count; i++) {
		const struct section *section = &sections->items[i];

		add(&kept, old, at, section->first);
		add(&made, some, section->first + section->before, section->end + section->bytes);
		kept.bytes = section->bytes;
		kept.lines = section->lines;
		at = section->end;
	}
	add(&kept, old, at, UINT32_MAX);
	free(texts);
}

/* All but the texts has been seen to be fit. */
static bool make(const struct grammar *grammar, const struct pair *pair, const struct facts *facts,
	struct buf *out)
{
	struct findings some = {.workshop = grammar->workshop};
	struct findings all = {.text = pair->new, .len = pair->new_len, .pool = BUF_INIT};
	struct findings old = found_before(facts);
	struct sections sections = {NULL, 0, 0};
	bool good = find_sections(pair, facts, &sections);

	findings_empty(&some, pair->new, pair->new_len);
	pool_enter(grammar->workshop->pool);
	good = good && parse_sections(grammar, pair, &sections, &some);
	pool_leave(grammar->workshop->pool);
	if (good)
		findings_build(&some, grammar->separator);
	for (size_t i = 0; i < sections.count && good; i++)
		good = is_proved(&old, &some, &sections.items[i]);
	if (good) {
		join(facts, &old, &some, &sections, &all);
		facts_encode(&all, PARSE_OK, content_lines(pair->new, pair->new_len), out);
	}
	free(old.definitions);
	free(sections.items);
	findings_release(&some);
	findings_release(&all);
	return good;
}

bool parse_near(struct grammar *grammar, const struct near_text *near, const char *text, size_t len,
	struct buf *out)
{
	struct buf old = BUF_INIT, new = BUF_INIT;
	struct pair pair = {.old = near->text,
		.new = text,
		.old_len = (uint32_t)near->len,
		.new_len = (uint32_t)len};
	bool good;

	if (!grammar->local || near->facts->skip != PARSE_OK || !near->facts->seam_count ||
		near->len != near->facts->size || near->len > NEAR_MAX || len > NEAR_MAX ||
		content_check(text, len) != PARSE_OK)
		return false;
	pair.parsed_old = source_blank(grammar, near->text, near->len, &old) ? old.ptr : near->text;
	pair.parsed_new = source_blank(grammar, text, len, &new) ? new.ptr : text;
	good = make(grammar, &pair, near->facts, out);
	buf_release(&old);
	buf_release(&new);
	return good;
}
