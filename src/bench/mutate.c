/* Variants of a statement that a hurried hand could have written and the house did not accept. */
#include "bench/internal.h"

#include "bench/code.h"

#include <string.h>

#define MAX_SWAPS 24 /* other names tried for each name of the statement */

static void add_variant(struct draft *draft, const char *line, size_t len, size_t start, size_t end,
	const char *with, size_t with_len, int tier)
{
	struct buf out = BUF_INIT;

	buf_add(&out, line, start);
	buf_add(&out, with, with_len);
	buf_add(&out, line + end, len - end);
	draft_other(draft, out.ptr, out.len, tier);
	buf_release(&out);
}

/* Another name of the same role, the nearest one above first. */
static void swap_names(const char *line, size_t len, const struct words *words, const char *scope,
	const struct words *around, struct draft *draft)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = words->items + i;
		struct map tried = MAP_INIT;

		for (size_t k = around->count; word->role && k-- && tried.count < MAX_SWAPS;) {
			const struct word *other = around->items + k;
			const char *name = scope + other->piece.start;
			size_t size = other->piece.end - other->piece.start;
			bool added;

			if (other->role != word->role)
				continue;
			map_put(&tried, name, size, &added);
			if (added)
				add_variant(draft, line, len, word->piece.start, word->piece.end,
					name, size, 0);
		}
		map_release(&tried);
	}
}

static void turn_marks(const char *line, size_t len, const struct words *words, struct draft *draft)
{
	static const char *const turns[][2] = {{"==", "!="}, {"!=", "=="}, {"<", "<="}, {"<=", "<"},
		{">", ">="}, {">=", ">"}, {"<", ">"}, {">", "<"}, {"&&", "||"}, {"||", "&&"},
		{"+=", "-="}, {"-=", "+="}, {"+", "-"}, {"-", "+"}, {"++", "--"}, {"--", "++"},
		{"!", ""}, {"and", "or"}, {"or", "and"}, {"NULL", "0"}, {"True", "False"},
		{"False", "True"}, {"None", "False"}, {"is", "is not"}, {"not", ""}, {"0", "1"},
		{"1", "0"}, {"in", "not in"}};

	for (size_t i = 0; i < words->count; i++) {
		const struct piece *piece = &words->items[i].piece;

		for (size_t t = 0; t < sizeof(turns) / sizeof(*turns); t++)
			if (strlen(turns[t][0]) == piece->end - piece->start &&
				!memcmp(turns[t][0], line + piece->start,
					piece->end - piece->start))
				add_variant(draft, line, len, piece->start, piece->end, turns[t][1],
					strlen(turns[t][1]), 0);
	}
}

/* `f(a, b)` -> `f(b, a)`: neighbours around a comma that are single names or members. */
static void swap_arguments(
	const char *line, size_t len, const struct words *words, struct draft *draft)
{
	for (size_t i = 1; i + 2 < words->count; i++) {
		const struct piece *comma = &words->items[i].piece;
		const struct piece *left = &words->items[i - 1].piece;
		const struct piece *right = &words->items[i + 1].piece;
		const struct piece *after = &words->items[i + 2].piece;
		struct buf out = BUF_INIT;

		if (line[comma->start] != ',' || left->kind != PIECE_NAME ||
			right->kind != PIECE_NAME || !strchr(",)", line[after->start]) ||
			(i > 1 && !strchr("(,", line[words->items[i - 2].piece.start])))
			continue;
		buf_add(&out, line, left->start);
		buf_add(&out, line + right->start, right->end - right->start);
		buf_add(&out, line + left->end, right->start - left->end);
		buf_add(&out, line + left->start, left->end - left->start);
		buf_add(&out, line + right->end, len - right->end);
		draft_other(draft, out.ptr, out.len, 0);
		buf_release(&out);
	}
}

void mutate(const char *line, size_t len, const char *scope, size_t scope_len, struct draft *draft)
{
	struct words words = {0}, around = {0};

	words_read(&words, line, len);
	words_read(&around, scope, scope_len);
	turn_marks(line, len, &words, draft);
	swap_arguments(line, len, &words, draft);
	swap_names(line, len, &words, scope, &around, draft);
	words_release(&words);
	words_release(&around);
}
