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

#define RANK_SLACK 2  /* how far one rank of the right answer may run ahead of another */
#define LABEL_SLACK 6 /* a label's credit from which on it is right no more */

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

/* Notes a text without white space, quotes and case; false when its like was noted before. */
static bool is_news(struct map *seen, const char *text)
{
	char plain[CHOICE_BYTES + 1];
	size_t len = 0;
	bool added;

	for (; *text && len < CHOICE_BYTES; text++)
		if (!isspace((unsigned char)*text) && *text != '"' && *text != '\'')
			plain[len++] = (char)tolower((unsigned char)*text);
	map_put(seen, plain, len, &added);
	return added;
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

/* Whether the prompt's last line holds a choice: copying is no understanding. */
static bool gives_away(const struct draft *draft, const char *choice)
{
	const char *line, *end = draft->prompt.ptr + draft->prompt.len;

	while (end > draft->prompt.ptr && isspace((unsigned char)end[-1]))
		end--;
	for (line = end; line > draft->prompt.ptr && line[-1] != '\n'; line--)
		;
	return has_word(line, (size_t)(end - line), choice);
}

/* What drops the right answer drops a wrong one too: the sieve must not tell them apart. */
static bool cannot_stand(const struct draft *draft, const char *text)
{
	return !*text || strlen(text) > CHOICE_BYTES || unlike_length(text, draft->answer) ||
	       gives_away(draft, text);
}

/*
 * What tells a choice from the others without any understanding: a name that the cutoff never had
 * (a trained model finds it unlikely whatever the prompt), or that the prompt already holds (any
 * model with a cache finds it likely). Wrong answers must be like the right one in both.
 */
struct trait {
	bool unseen, absent;
};

static struct trait trait_of(
	const struct prior *prior, const struct map *prompt_names, const char *text)
{
	struct trait trait = {.unseen = prior_unseen(prior, text, strlen(text)) > 0};
	struct piece piece;
	size_t at = 0;

	while (!trait.absent && code_piece(text, strlen(text), &at, &piece))
		trait.absent = piece.kind == PIECE_NAME &&
			       !map_get(prompt_names, text + piece.start, piece.end - piece.start);
	return trait;
}

static void read_names(struct map *names, const struct buf *text)
{
	struct piece piece;
	size_t at = 0;

	while (code_piece(text->ptr, text->len, &at, &piece)) {
		if (piece.kind == PIECE_NAME)
			map_put(names, text->ptr + piece.start, piece.end - piece.start, NULL);
		/* Words of a comment or a string are looked at one by one. */
		if (piece.kind == PIECE_COMMENT || piece.kind == PIECE_STRING)
			at = piece.start + 1;
	}
}

/* Drops what cannot stand beside the answer; leaves the closest in likelihood first in a tier. */
static void weigh_pool(struct draft *draft, const struct prior *prior, double truth)
{
	struct map seen = MAP_INIT, names = MAP_INIT;
	struct trait right;
	size_t kept = 0;

	is_news(&seen, draft->answer);
	read_names(&names, &draft->prompt);
	right = trait_of(prior, &names, draft->answer);
	for (size_t i = 0; i < draft->count; i++) {
		struct draft_choice *other = draft->others + i;
		struct trait wrong = trait_of(prior, &names, other->text);

		if (wrong.unseen != right.unseen || wrong.absent != right.absent ||
			cannot_stand(draft, other->text) || !is_news(&seen, other->text)) {
			free(other->text);
			continue;
		}
		other->bits = prior_bits(prior, other->text, strlen(other->text)) - truth;
		draft->others[kept++] = *other;
	}
	draft->count = kept;
	if (kept)
		qsort(draft->others, kept, sizeof(*draft->others), compare_choices);
	map_release(&seen);
	map_release(&names);
}

static size_t least_of(const size_t counts[BENCH_CHOICES])
{
	size_t least = counts[0];

	for (int i = 1; i < BENCH_CHOICES; i++)
		least = counts[i] < least ? counts[i] : least;
	return least;
}

/* What taking an item with these ranks costs in evenness; SIZE_MAX: too much. */
static size_t cost(const struct balance *balance, int likely, int longer)
{
	if (balance->likely[likely] > least_of(balance->likely) + RANK_SLACK ||
		balance->longer[longer] > least_of(balance->longer) + RANK_SLACK)
		return SIZE_MAX;
	return balance->likely[likely] + balance->longer[longer];
}

static bool is_likelier(const struct draft_choice *other)
{
	return other->bits < 0;
}

static bool is_longer(const char *other, const char *truth)
{
	size_t x = strlen(other), y = strlen(truth);

	return x != y ? x > y : strcmp(other, truth) > 0;
}

struct pick {
	size_t cells[2][2]; /* how many to take: [likelier][longer] */
	size_t cost;
	const struct draft_choice *others[BENCH_CHOICES - 1];
};

/* Which corner of the pool to take how many from, so that both ranks stay even. */
static void plan_pick(const size_t have[2][2], const struct balance *balance, struct pick *pick)
{
	for (int r = 0; r < BENCH_CHOICES; r++)
		for (int l = 0; l < BENCH_CHOICES; l++)
			for (int both = r + l > 3 ? r + l - 3 : 0; both <= r && both <= l; both++) {
				size_t now = cost(balance, r, l);
				size_t none = (size_t)(3 - r - l + both);

				if (now >= pick->cost || have[1][1] < (size_t)both ||
					have[1][0] < (size_t)(r - both) ||
					have[0][1] < (size_t)(l - both) || have[0][0] < none)
					continue;
				*pick = (struct pick){.cost = now};
				pick->cells[1][1] = (size_t)both;
				pick->cells[1][0] = (size_t)(r - both);
				pick->cells[0][1] = (size_t)(l - both);
				pick->cells[0][0] = none;
			}
}

static void pick_from_pool(struct draft *draft, const struct prior *prior,
	const struct balance *balance, struct pick *pick)
{
	double truth = prior_bits(prior, draft->answer, strlen(draft->answer));
	size_t have[2][2] = {{0}};
	int n = 0;

	weigh_pool(draft, prior, truth);
	for (size_t i = 0; i < draft->count; i++)
		have[is_likelier(draft->others + i)]
		    [is_longer(draft->others[i].text, draft->answer)]++;
	plan_pick((const size_t(*)[2])have, balance, pick);
	for (size_t i = 0; pick->cost != SIZE_MAX && i < draft->count; i++) {
		const struct draft_choice *other = draft->others + i;
		size_t *left =
			&pick->cells[is_likelier(other)][is_longer(other->text, draft->answer)];

		if (*left) {
			--*left;
			pick->others[n++] = other;
		}
	}
}

static void pick_triple(struct draft *draft, const struct prior *prior,
	const struct balance *balance, struct pick *pick)
{
	double truth = prior_bits(prior, draft->answer, strlen(draft->answer));

	for (size_t i = 0; i + 2 < draft->count; i += 3) {
		struct draft_choice *three = draft->others + i;
		struct map seen = MAP_INIT;
		int likely = 0, longer = 0;
		size_t now;
		bool fits = is_news(&seen, draft->answer);

		for (int k = 0; k < 3; k++) {
			fits = fits && !cannot_stand(draft, three[k].text) &&
			       is_news(&seen, three[k].text);
			three[k].bits =
				prior_bits(prior, three[k].text, strlen(three[k].text)) - truth;
			likely += is_likelier(three + k);
			longer += is_longer(three[k].text, draft->answer);
		}
		map_release(&seen);
		now = cost(balance, likely, longer);
		if (fits && now < pick->cost)
			*pick = (struct pick){.cost = now, .others = {three, three + 1, three + 2}};
	}
}

static int64_t credit_of(const struct balance *balance, const char *label)
{
	const struct map_entry *entry = map_get_str(&balance->credit, label);

	return entry ? entry->value.num : 0;
}

/* The labels that were right most often without having been wrong; the nearest tier first. */
static void pick_labels(struct draft *draft, const struct balance *balance, struct pick *pick)
{
	if (credit_of(balance, draft->answer) > LABEL_SLACK)
		return;
	for (size_t i = 0; i < draft->count; i++) /* qsort puts the smallest first */
		draft->others[i].bits = 1e6 - (double)credit_of(balance, draft->others[i].text);
	if (draft->count)
		qsort(draft->others, draft->count, sizeof(*draft->others), compare_choices);
	for (size_t i = 0, n = 0; i < draft->count && n < BENCH_CHOICES - 1; i++) {
		if (!strcmp(draft->others[i].text, draft->answer))
			continue;
		pick->others[n++] = draft->others + i;
		if (n == BENCH_CHOICES - 1)
			pick->cost = 0;
	}
}

void balance_note(
	struct balance *balance, const struct material *material, const struct bench_item *item)
{
	const char *truth = item->choices[item->answer];
	double bits = prior_bits(material->prior, truth, strlen(truth));
	int likely = 0, longer = 0;

	for (int i = 0; i < BENCH_CHOICES; i++) {
		const char *text = item->choices[i];

		map_put_str(&balance->credit, text, NULL)->value.num += i == item->answer ? 3 : -1;
		if (i == item->answer)
			continue;
		likely += prior_bits(material->prior, text, strlen(text)) < bits;
		longer += is_longer(text, truth);
	}
	balance->likely[likely]++;
	balance->longer[longer]++;
}

int draft_finish(struct draft *draft, int category, const struct material *material,
	const struct balance *balance, struct bench_item *out)
{
	struct pick pick = {.cost = SIZE_MAX};

	if (!draft->answer || !*draft->answer || strlen(draft->answer) > CHOICE_BYTES ||
		gives_away(draft, draft->answer))
		return NO_ITEM;
	if (draft->labels)
		pick_labels(draft, balance, &pick);
	else if (draft->triples)
		pick_triple(draft, material->prior, balance, &pick);
	else
		pick_from_pool(draft, material->prior, balance, &pick);
	if (pick.cost == SIZE_MAX)
		return NO_ITEM;
	memset(out, 0, sizeof(*out));
	out->category = category;
	out->variants = draft->triples;
	out->choices[0] = xstrdup(draft->answer);
	for (int i = 1; i < BENCH_CHOICES; i++)
		out->choices[i] = xstrdup(pick.others[i - 1]->text);
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
