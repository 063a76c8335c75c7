/*
 * What was edited between two versions of a text: lines that both have once hold the rest in place
 * (patience diff, Bram Cohen), and between two of them what differs is one edit. It need not be the
 * shortest list: a parser only asks that all outside of it is the same.
 */
#include "parse/internal.h"

#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct line {
	uint32_t start, len;
	uint64_t hash;
};

struct lines {
	const char *text;
	struct line *items;
	size_t count, room;
};

/* A line that stands once on each side. */
struct anchor {
	uint32_t old, new;
	size_t before; /* the one before it in the longest chain, + 1 */
};

struct diff {
	struct lines old, new;
	struct text_edit *edits;
	size_t count, room;
};

static void split(struct lines *lines, const char *text, uint32_t start, uint32_t end)
{
	lines->text = text;
	while (start < end) {
		const char *stop = memchr(text + start, '\n', end - start);
		uint32_t len = stop ? (uint32_t)(stop - text) + 1 - start : end - start;

		GROW(lines->items, lines->count, lines->room);
		lines->items[lines->count++] =
			(struct line){start, len, hash_bytes(text + start, len, 0)};
		start += len;
	}
}

static bool same_line(const struct diff *diff, size_t old, size_t new)
{
	const struct line *a = &diff->old.items[old], *b = &diff->new.items[new];

	return a->hash == b->hash && a->len == b->len &&
	       !memcmp(diff->old.text + a->start, diff->new.text + b->start, a->len);
}

static uint32_t place_of(const struct lines *lines, size_t at, uint32_t end)
{
	return at < lines->count ? lines->items[at].start : end;
}

/* One edit, less what is the same at both of its ends. */
static void add_edit(struct diff *diff, struct text_edit edit)
{
	const char *old = diff->old.text, *new = diff->new.text;

	while (edit.old_start < edit.old_end && edit.new_start < edit.new_end &&
		old[edit.old_start] == new[edit.new_start]) {
		edit.old_start++;
		edit.new_start++;
	}
	while (edit.old_start < edit.old_end && edit.new_start < edit.new_end &&
		old[edit.old_end - 1] == new[edit.new_end - 1]) {
		edit.old_end--;
		edit.new_end--;
	}
	if (edit.old_start == edit.old_end && edit.new_start == edit.new_end)
		return;
	GROW(diff->edits, diff->count, diff->room);
	diff->edits[diff->count++] = edit;
}

/* How often each line stands on a side, and where. */
struct tally {
	uint64_t hash;
	uint32_t old, new, at; /* counts; the place of the old one */
};

static struct tally *tally_of(struct tally *slots, size_t mask, uint64_t hash)
{
	size_t at = (size_t)hash & mask;

	while ((slots[at].old || slots[at].new) && slots[at].hash != hash)
		at = (at + 1) & mask;
	slots[at].hash = hash;
	return &slots[at];
}

/* Lines that stand once on each side, in the new order. */
static size_t find_pairs(const struct diff *diff, struct anchor *pairs)
{
	size_t size = 64, count = 0;
	struct tally *slots;

	while (size < 2 * (diff->old.count + diff->new.count))
		size *= 2;
	slots = xcalloc(size, sizeof(*slots));
	for (size_t i = 0; i < diff->old.count; i++) {
		struct tally *tally = tally_of(slots, size - 1, diff->old.items[i].hash);

		tally->old++;
		tally->at = (uint32_t)i;
	}
	for (size_t i = 0; i < diff->new.count; i++)
		tally_of(slots, size - 1, diff->new.items[i].hash)->new ++;
	for (size_t i = 0; i < diff->new.count; i++) {
		const struct tally *tally = tally_of(slots, size - 1, diff->new.items[i].hash);

		if (tally->old == 1 && tally->new == 1 && same_line(diff, tally->at, i))
			pairs[count++] = (struct anchor){tally->at, (uint32_t)i, 0};
	}
	free(slots);
	return count;
}

/* The longest chain of pairs that rises on both sides, moved to the front. */
static size_t keep_chain(struct anchor *pairs, size_t count)
{
	size_t *ends = xcalloc(count + 1, sizeof(*ends)), length = 0, at;
	struct anchor *chain;

	for (size_t i = 0; i < count; i++) {
		size_t low = 0, high = length;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (pairs[ends[middle]].old < pairs[i].old)
				low = middle + 1;
			else
				high = middle;
		}
		pairs[i].before = low ? ends[low - 1] + 1 : 0;
		ends[low] = i;
		length += low == length;
	}
	chain = xcalloc(length + 1, sizeof(*chain));
	at = length ? ends[length - 1] + 1 : 0;
	for (size_t i = length; i--; at = pairs[at - 1].before)
		chain[i] = pairs[at - 1];
	memcpy(pairs, chain, length * sizeof(*pairs));
	free(chain);
	free(ends);
	return length;
}

/* What stands between two anchors, less the same lines beside them. */
static void add_gap(struct diff *diff, struct anchor from, struct anchor to, const uint32_t ends[2])
{
	while (from.old < to.old && from.new < to.new &&same_line(diff, from.old, from.new)) {
		from.old++;
		from.new ++;
	}
	while (from.old < to.old && from.new < to.new &&same_line(diff, to.old - 1, to.new - 1)) {
		to.old--;
		to.new --;
	}
	add_edit(diff, (struct text_edit){.old_start = place_of(&diff->old, from.old, ends[0]),
			       .old_end = place_of(&diff->old, to.old, ends[0]),
			       .new_start = place_of(&diff->new, from.new, ends[1]),
			       .new_end = place_of(&diff->new, to.new, ends[1])});
}

static bool begins_line(const char *text, uint32_t at)
{
	return !at || text[at - 1] == '\n';
}

struct text_edit *edits_between(
	const char *old, uint32_t old_len, const char *new, uint32_t new_len, size_t *count)
{
	uint32_t shorter = old_len < new_len ? old_len : new_len, first = 0, last = 0;
	uint32_t ends[2];
	struct diff diff = {.edits = NULL};
	struct anchor from = {0, 0, 0}, to, *pairs;
	size_t chain;

	while (first < shorter && old[first] == new[first])
		first++;
	while (last < shorter - first && old[old_len - 1 - last] == new[new_len - 1 - last])
		last++;
	while (first && old[first - 1] != '\n')
		first--;
	while (last && !(begins_line(old, old_len - last) && begins_line(new, new_len - last)))
		last--;
	ends[0] = old_len - last;
	ends[1] = new_len - last;
	split(&diff.old, old, first, ends[0]);
	split(&diff.new, new, first, ends[1]);
	pairs = xcalloc(diff.new.count + 1, sizeof(*pairs));
	chain = keep_chain(pairs, find_pairs(&diff, pairs));
	for (size_t i = 0; i < chain; i++) {
		add_gap(&diff, from, pairs[i], ends);
		from = (struct anchor){pairs[i].old + 1, pairs[i].new + 1, 0};
	}
	to = (struct anchor){(uint32_t)diff.old.count, (uint32_t)diff.new.count, 0};
	add_gap(&diff, from, to, ends);
	free(pairs);
	free(diff.old.items);
	free(diff.new.items);
	*count = diff.count;
	return diff.edits;
}
