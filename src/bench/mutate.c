/* Variants of a statement that a hurried hand could have written and the house did not accept. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SWAPS 12 /* other names tried for each name of the statement */
#define MAX_EDITS 32 /* changes of a line that pairs are made of */

struct edit {
	size_t first, last; /* words of the line that it replaces */
	char *with;
	bool turn; /* a condition, value or order; otherwise a name, wherever the line has it */
};

struct edits {
	const char *line;
	size_t len, count;
	struct words words;
	struct edit items[MAX_EDITS];
};

static void add_edit(
	struct edits *edits, size_t first, size_t last, const char *with, size_t len, bool turn)
{
	if (edits->count < MAX_EDITS)
		edits->items[edits->count++] =
			(struct edit){first, last, xstrndup(with, len), turn};
}

static bool same_word(const struct edits *edits, size_t a, size_t b)
{
	const struct piece *x = &edits->words.items[a].piece, *y = &edits->words.items[b].piece;

	return x->end - x->start == y->end - y->start &&
	       !memcmp(edits->line + x->start, edits->line + y->start, x->end - x->start);
}

/* Whether an edit replaces a word. */
static bool touches(const struct edits *edits, const struct edit *edit, size_t word)
{
	return (word >= edit->first && word <= edit->last) ||
	       (!edit->turn && same_word(edits, edit->first, word));
}

static void turn_marks(struct edits *edits)
{
	static const char *const turns[][2] = {{"==", "!="}, {"!=", "=="}, {"<", "<="}, {"<=", "<"},
		{">", ">="}, {">=", ">"}, {"<", ">"}, {">", "<"}, {"&&", "||"}, {"||", "&&"},
		{"+=", "-="}, {"-=", "+="}, {"+", "-"}, {"-", "+"}, {"++", "--"}, {"--", "++"},
		{"!", ""}, {"and", "or"}, {"or", "and"}, {"NULL", "0"}, {"True", "False"},
		{"False", "True"}, {"None", "False"}, {"is", "is not"}, {"not", ""}, {"0", "1"},
		{"1", "0"}, {"in", "not in"}};

	for (size_t i = 0; i < edits->words.count; i++) {
		const struct piece *piece = &edits->words.items[i].piece;

		for (size_t t = 0; t < ARRAY_SIZE(turns); t++)
			if (strlen(turns[t][0]) == piece->end - piece->start &&
				!memcmp(turns[t][0], edits->line + piece->start,
					piece->end - piece->start))
				add_edit(edits, i, i, turns[t][1], strlen(turns[t][1]), true);
	}
}

/* `f(a, b)` -> `f(b, a)`: neighbours around a comma that are single names. */
static void swap_arguments(struct edits *edits)
{
	const struct word *words = edits->words.items;
	const char *line = edits->line;

	for (size_t i = 2; i + 2 < edits->words.count; i++) {
		const struct piece *left = &words[i - 1].piece, *right = &words[i + 1].piece;
		struct buf out = BUF_INIT;

		if (line[words[i].piece.start] != ',' || left->kind != PIECE_NAME ||
			right->kind != PIECE_NAME ||
			!strchr(",)", line[words[i + 2].piece.start]) ||
			!strchr("(,", line[words[i - 2].piece.start]) ||
			same_word(edits, i - 1, i + 1))
			continue;
		buf_add(&out, line + right->start, right->end - right->start);
		buf_add(&out, line + left->end, right->start - left->end);
		buf_add(&out, line + left->start, left->end - left->start);
		add_edit(edits, i - 1, i + 1, out.ptr, out.len, true);
		buf_release(&out);
	}
}

/* Other names of the same role, the nearest one above first. */
static void swap_name(
	struct edits *edits, size_t word, const char *scope, const struct words *around, size_t max)
{
	const struct word *name = edits->words.items + word;
	struct map tried = MAP_INIT;

	for (size_t i = 0; i < edits->words.count; i++) /* no name that the line has already */
		map_put(&tried, edits->line + edits->words.items[i].piece.start,
			edits->words.items[i].piece.end - edits->words.items[i].piece.start, NULL);
	max += tried.count;
	for (size_t i = 0; i < word; i++)
		if (same_word(edits, i, word))
			max = 0; /* the first occurrence stood for all */
	for (size_t k = around->count; name->role && k-- && tried.count < max;) {
		const struct word *other = around->items + k;
		bool added = false;

		if (other->role == name->role)
			map_put(&tried, scope + other->piece.start,
				other->piece.end - other->piece.start, &added);
		if (added)
			add_edit(edits, word, word, scope + other->piece.start,
				other->piece.end - other->piece.start, false);
	}
	map_release(&tried);
}

/* The line after one or two edits (`b` may be NULL). */
static void add_variant(
	struct draft *draft, const struct edits *edits, const struct edit *a, const struct edit *b)
{
	struct buf out = BUF_INIT;
	size_t at = 0;

	for (size_t i = 0; i < edits->words.count; i++) {
		const struct edit *edit = touches(edits, a, i)        ? a
					  : b && touches(edits, b, i) ? b
								      : NULL;

		if (!edit)
			continue;
		buf_add(&out, edits->line + at, edits->words.items[i].piece.start - at);
		buf_addstr(&out, edit->with);
		if (edit->turn)
			i = edit->last;
		at = edits->words.items[i].piece.end;
		if (!*edit->with && at < edits->len && edits->line[at] == ' ')
			at++;
	}
	buf_add(&out, edits->line + at, edits->len - at);
	draft_other(draft, out.ptr, out.len, 0);
	buf_release(&out);
}

static bool overlap(const struct edits *edits, const struct edit *a, const struct edit *b)
{
	for (size_t i = 0; i < edits->words.count; i++)
		if (touches(edits, a, i) && touches(edits, b, i))
			return true;
	return false;
}

void mutate(const char *line, size_t len, const char *scope, size_t scope_len, bool turned,
	struct draft *draft)
{
	struct edits edits = {.line = line, .len = len};
	struct words around = {0};
	bool any_turn;

	words_read(&edits.words, line, len);
	words_read(&around, scope, scope_len);
	turn_marks(&edits);
	swap_arguments(&edits);
	any_turn = turned && edits.count;
	for (size_t i = 0; i < edits.words.count; i++)
		swap_name(&edits, i, scope, &around,
			edits.words.count < 12 ? MAX_SWAPS : MAX_SWAPS / 3);
	draft->triples = true;
	for (size_t i = 0; i < edits.count; i++)
		for (size_t k = i + 1; k < edits.count; k++) {
			const struct edit *a = edits.items + i, *b = edits.items + k;

			if (overlap(&edits, a, b) || (any_turn && a->turn == b->turn))
				continue;
			add_variant(draft, &edits, a, NULL);
			add_variant(draft, &edits, b, NULL);
			add_variant(draft, &edits, a, b);
		}
	for (size_t i = 0; i < edits.count; i++)
		free(edits.items[i].with);
	words_release(&edits.words);
	words_release(&around);
}
