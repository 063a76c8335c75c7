/* From a truth and a pool of wrong answers to a sealed four-way question. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RANK_SLACK 2 /* how far one rank of the right answer may run ahead of another */

void draft_release(struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		free(draft->others[i].text);
	free(draft->others);
	free(draft->answer);
	free(draft->path);
	free(draft->symbol);
	free(draft->source);
	buf_release(&draft->prompt);
	memset(draft, 0, sizeof(*draft));
	buf_init(&draft->prompt);
}

static char *trimmed(const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text))
		text++, len--;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return xstrndup(text, len);
}

void draft_answer(struct draft *draft, const char *text, size_t len)
{
	free(draft->answer);
	draft->answer = trimmed(text, len);
}

void draft_other(struct draft *draft, const char *text, size_t len, int tier)
{
	GROW(draft->others, draft->count, draft->capacity);
	draft->others[draft->count++] = (struct draft_choice){trimmed(text, len), tier, 0};
}

/* The same but for white space and case: a reader could not tell which is meant. */
static bool same_text(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, " \t\n\"'");
		b += strspn(b, " \t\n\"'");
		if (!*a || !*b)
			return *a == *b;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
	}
}

/* Lengths so far apart that they tell the answer. */
static bool unlike_length(const char *a, const char *b)
{
	size_t x = strlen(a), y = strlen(b), more = x > y ? x : y, less = x > y ? y : x;

	return more > 2 * less + 8;
}

static int compare_choices(const void *a, const void *b)
{
	const struct draft_choice *x = a, *y = b;

	if (x->tier != y->tier)
		return x->tier < y->tier ? -1 : 1;
	if (fabs(x->bits) != fabs(y->bits))
		return fabs(x->bits) < fabs(y->bits) ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Drops what cannot stand beside the answer; leaves the closest in likelihood first in a tier. */
static void weigh_pool(struct draft *draft, const struct material *material)
{
	double truth = prior_bits(material->prior, draft->answer, strlen(draft->answer));
	size_t kept = 0;

	for (size_t i = 0; i < draft->count; i++) {
		struct draft_choice *other = draft->others + i;
		bool drop = !*other->text || strlen(other->text) > CHOICE_BYTES ||
			    unlike_length(other->text, draft->answer) ||
			    same_text(other->text, draft->answer);

		for (size_t k = 0; !drop && k < kept; k++)
			drop = same_text(other->text, draft->others[k].text);
		if (drop) {
			free(other->text);
			continue;
		}
		other->bits = prior_bits(material->prior, other->text, strlen(other->text)) - truth;
		draft->others[kept++] = *other;
	}
	draft->count = kept;
	if (kept)
		qsort(draft->others, kept, sizeof(*draft->others), compare_choices);
}

static int choose_rank(size_t likelier, size_t rarer, const size_t ranks[BENCH_CHOICES])
{
	int best = -1;
	size_t least = SIZE_MAX;

	for (int r = 0; r < BENCH_CHOICES; r++) {
		least = ranks[r] < least ? ranks[r] : least;
		if (likelier < (size_t)r || rarer < (size_t)(BENCH_CHOICES - 1 - r))
			continue;
		if (best < 0 || ranks[r] < ranks[best])
			best = r;
	}
	return best >= 0 && ranks[best] <= least + RANK_SLACK ? best : -1;
}

/* The prompt's last line must not hold the answer: copying is no understanding. */
static bool gives_away(const struct draft *draft)
{
	const char *line, *end = draft->prompt.ptr + draft->prompt.len;

	while (end > draft->prompt.ptr && isspace((unsigned char)end[-1]))
		end--;
	for (line = end; line > draft->prompt.ptr && line[-1] != '\n'; line--)
		;
	return has_word(line, (size_t)(end - line), draft->answer);
}

int draft_finish(struct draft *draft, int category, const struct material *material,
	size_t ranks[BENCH_CHOICES], struct bench_item *out)
{
	size_t likelier = 0, rarer, taken_up = 0, taken_down = 0;
	int rank, n = 1;

	if (!draft->answer || !*draft->answer || strlen(draft->answer) > CHOICE_BYTES ||
		gives_away(draft))
		return NO_ITEM;
	weigh_pool(draft, material);
	for (size_t i = 0; i < draft->count; i++)
		likelier += draft->others[i].bits < 0;
	rarer = draft->count - likelier;
	rank = choose_rank(likelier, rarer, ranks);
	if (rank < 0)
		return NO_ITEM;
	memset(out, 0, sizeof(*out));
	out->category = category;
	out->choices[0] = xstrdup(draft->answer);
	for (size_t i = 0; i < draft->count && n < BENCH_CHOICES; i++) {
		bool up = draft->others[i].bits < 0;

		if (up ? taken_up >= (size_t)rank : taken_down >= (size_t)(3 - rank))
			continue;
		*(up ? &taken_up : &taken_down) += 1;
		out->choices[n++] = xstrdup(draft->others[i].text);
	}
	ranks[rank]++;
	out->prompt = xstrdup(draft->prompt.ptr);
	out->path = xstrdup(draft->path ? draft->path : "");
	out->symbol = xstrdup(draft->symbol ? draft->symbol : "");
	out->source = xstrdup(draft->source ? draft->source : "");
	item_seal(out);
	return 0;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void item_seal(struct bench_item *item)
{
	char *sorted[BENCH_CHOICES];
	struct digest *digest = digest_new();
	char hex[DIGEST_HEX + 1];
	uint64_t random;

	memcpy(sorted, item->choices, sizeof(sorted));
	qsort(sorted, BENCH_CHOICES, sizeof(*sorted), compare_text);
	digest_addstr(digest, bench_category_name(item->category));
	digest_addstr(digest, item->prompt);
	digest_addstr(digest, item->choices[item->answer]);
	for (int i = 0; i < BENCH_CHOICES; i++)
		digest_addstr(digest, sorted[i]);
	digest_finish(digest, hex);
	memcpy(item->id, hex, 16);
	item->id[16] = '\0';
	/* Another part of the hash: Fisher-Yates from one order that all clones agree on. */
	random = hash_bytes(hex, DIGEST_HEX, 7);
	for (int i = 0; i < BENCH_CHOICES; i++)
		if (!strcmp(sorted[i], item->choices[item->answer])) {
			item->answer = i;
			break;
		}
	memcpy(item->choices, sorted, sizeof(sorted));
	for (int i = BENCH_CHOICES - 1; i > 0; i--) {
		int k = (int)(random % (uint64_t)(i + 1));
		char *held = item->choices[i];

		random /= (uint64_t)(i + 1);
		item->choices[i] = item->choices[k];
		item->choices[k] = held;
		if (item->answer == i)
			item->answer = k;
		else if (item->answer == k)
			item->answer = i;
	}
}

void item_release(struct bench_item *item)
{
	free(item->prompt);
	for (int i = 0; i < BENCH_CHOICES; i++)
		free(item->choices[i]);
	free(item->path);
	free(item->symbol);
	free(item->source);
	memset(item, 0, sizeof(*item));
}
