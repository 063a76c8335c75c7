/*
 * The text of a decision note: paragraphs of trailers, sorted by id. A long value is folded, and
 * a folded line begins with a blank, so that nothing inside a value can look like a trailer or
 * like the "---" at which other readers of trailers stop. Each paragraph is parsed alone.
 */
#include "decision/internal.h"
#include "flywheel/decision_note.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLD 78

void note_decision_release(struct note_decision *decision)
{
	free(decision->id);
	free(decision->statement);
	free(decision->because);
	free(decision->instead_of);
	free(decision->consequences);
	free(decision->source);
	free(decision->evidence);
	free(decision->status);
	free(decision->carried_from);
	free(decision->raw);
	strings_release(&decision->symbols);
	memset(decision, 0, sizeof(*decision));
}

void note_release(struct decision_note *note)
{
	for (size_t i = 0; i < note->count; i++)
		note_decision_release(&note->list[i]);
	free(note->list);
	strings_release(&note->foreign);
	memset(note, 0, sizeof(*note));
}

void note_add(struct decision_note *note, struct note_decision *decision)
{
	GROW(note->list, note->count, note->capacity);
	note->list[note->count++] = *decision;
	memset(decision, 0, sizeof(*decision));
}

/* Length of the next line of a folded value: up to a blank before the margin, or the first after.
 */
static size_t line_length(const char *text, size_t room)
{
	size_t len = strlen(text), at;

	if (len <= room)
		return len;
	for (at = room; at > 0; at--)
		if (text[at] == ' ')
			return at;
	at = strcspn(text, " ");
	return at;
}

static void add_trailer(struct buf *out, const char *key, const char *value)
{
	size_t room = FOLD - strlen(key) - 2;
	struct buf flat = BUF_INIT;
	const char *rest;

	if (!value || !*value)
		return;
	buf_add_line(&flat, value);
	buf_addf(out, "%s: ", key);
	for (rest = flat.ptr; *rest;) {
		size_t len = line_length(rest, room);

		buf_add(out, rest, len);
		buf_addch(out, '\n');
		rest += len;
		if (*rest == ' ')
			rest++;
		if (*rest)
			buf_addch(out, ' ');
		room = FOLD - 1;
	}
	buf_release(&flat);
}

static void add_symbols(struct buf *out, const struct strings *symbols)
{
	struct buf list = BUF_INIT;

	for (size_t i = 0; i < symbols->count; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", symbols->items[i]);
	add_trailer(out, "Symbols", list.ptr);
	buf_release(&list);
}

void note_format_one(const struct note_decision *decision, struct buf *out)
{
	char when[21];

	if (decision->raw) {
		buf_addf(out, "%s\n", decision->raw);
		return;
	}
	if (decision->statement) {
		add_trailer(out, "Decision", decision->statement);
		add_trailer(out, "Because", decision->because);
		add_trailer(out, "Instead-of", decision->instead_of);
		add_trailer(out, "Consequences", decision->consequences);
		add_symbols(out, &decision->symbols);
		add_trailer(out, "Source", decision->source);
		add_trailer(out, "Evidence", decision->evidence);
		add_trailer(out, "Carried-from", decision->carried_from);
		buf_addf(out, "Confidence: %.2f\n", decision->confidence);
	}
	add_trailer(out, "Status", decision->status);
	if (decision->when) {
		clock_format(decision->when, when);
		add_trailer(out, "When", when);
	}
	add_trailer(out, "Id", decision->id);
}

void note_format(const struct decision_note *note, struct buf *out)
{
	for (size_t i = 0; i < note->count; i++) {
		if (out->len)
			buf_addch(out, '\n');
		note_format_one(&note->list[i], out);
	}
	for (size_t i = 0; i < note->foreign.count; i++)
		buf_addf(out, "%s%s\n", out->len ? "\n" : "", note->foreign.items[i]);
}

static void take_trailer(struct note_decision *decision, const char *key, size_t len, char *value)
{
	const struct {
		const char *key;
		char **field;
	} fields[] = {{"Decision", &decision->statement}, {"Because", &decision->because},
		{"Instead-of", &decision->instead_of}, {"Source", &decision->source},
		{"Consequences", &decision->consequences}, {"Evidence", &decision->evidence},
		{"Carried-from", &decision->carried_from}, {"Status", &decision->status},
		{"Id", &decision->id}};

	if (len == 4 && !memcmp(key, "When", 4) && clock_parse(value, &decision->when)) {
		decision->when = 0; /* a time that is none is no event */
		error_clear();
	}
	if (len == 10 && !memcmp(key, "Confidence", 10))
		decision->confidence = strtod(value, NULL);
	if (len == 7 && !memcmp(key, "Symbols", 7)) {
		struct strings parts = STRINGS_INIT;

		strings_split(&parts, value, ',');
		for (size_t i = 0; i < parts.count; i++)
			strings_add(
				&decision->symbols, parts.items[i] + strspn(parts.items[i], " "));
		strings_release(&parts);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (strlen(fields[i].key) == len && !memcmp(key, fields[i].key, len) &&
			!*fields[i].field) {
			*fields[i].field = value;
			return;
		}
	free(value);
}

/* One trailer with its folded lines; returns what follows it. */
static const char *parse_trailer(struct note_decision *decision, const char *text)
{
	size_t len = strcspn(text, "\n");
	const char *colon = memchr(text, ':', len), *next = text + len;
	struct buf value = BUF_INIT;

	if (colon) {
		const char *start = colon + 1 + strspn(colon + 1, " ");

		if (start < next)
			buf_add(&value, start, (size_t)(next - start));
	}
	while (*next == '\n' && next[1] == ' ') {
		len = strcspn(next + 1, "\n");
		buf_add(&value, next + 1, len);
		next += len + 1;
	}
	if (colon)
		take_trailer(decision, text, (size_t)(colon - text), buf_detach(&value));
	buf_release(&value);
	return *next ? next + 1 : next;
}

static bool is_id(const char *id)
{
	return id && strlen(id) == 12 && strspn(id, "0123456789abcdef") == 12;
}

static void parse_paragraph(const char *text, size_t len, struct decision_note *out)
{
	struct note_decision decision = {0};
	char *copy = xstrndup(text, len);

	for (const char *at = copy; *at;)
		at = parse_trailer(&decision, at);
	decision.raw = copy;
	if (!decision.status)
		decision.status = xstrdup("proposed");
	if (is_id(decision.id) && !strcmp(decision.status, FORGOTTEN)) {
		struct note_decision gone = {
			.id = decision.id, .status = decision.status, .when = decision.when};

		decision.id = decision.status = NULL; /* whoever wrote it may have left words */
		note_decision_release(&decision);
		decision = gone;
	}
	if (is_id(decision.id) && (decision.statement || !strcmp(decision.status, FORGOTTEN))) {
		note_add(out, &decision);
		return;
	}
	strings_add(&out->foreign, copy);
	note_decision_release(&decision);
}

void note_parse(const char *text, struct decision_note *out)
{
	memset(out, 0, sizeof(*out));
	text += strspn(text, "\n");
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		while (len && text[len - 1] == '\n')
			len--;
		if (len)
			parse_paragraph(text, len, out);
		if (!end)
			break;
		text = end + strspn(end, "\n");
	}
}

bool note_is_derived(const struct note_decision *decision)
{
	const char *source = decision->source ? decision->source : "";

	if (decision->when || decision->carried_from)
		return false;
	return !strcmp(source, "adr") ||
	       (!strcmp(source, "commit") && strcmp(decision->status, "accepted") != 0 &&
		       strcmp(decision->status, "rejected") != 0);
}

int note_compare(const struct note_decision *a, const struct note_decision *b)
{
	bool gone_a = !strcmp(a->status, FORGOTTEN), gone_b = !strcmp(b->status, FORGOTTEN);
	struct buf text_a = BUF_INIT, text_b = BUF_INIT;
	int order;

	if (gone_a != gone_b)
		return gone_a ? 1 : -1;
	if (a->when != b->when)
		return a->when > b->when ? 1 : -1;
	note_format_one(a, &text_a);
	note_format_one(b, &text_b);
	order = strcmp(text_a.ptr, text_b.ptr);
	buf_release(&text_a);
	buf_release(&text_b);
	return order;
}

static int by_id(const void *a, const void *b)
{
	const struct note_decision *one = a, *other = b;
	int order = strcmp(one->id, other->id);

	return order ? order : -note_compare(one, other);
}

void note_sort(struct decision_note *note)
{
	size_t kept = 0;

	if (note->count)
		qsort(note->list, note->count, sizeof(*note->list), by_id);
	for (size_t i = 0; i < note->count; i++)
		if (kept && !strcmp(note->list[kept - 1].id, note->list[i].id)) {
			note_decision_release(&note->list[i]);
		} else {
			note->list[kept] = note->list[i];
			if (kept++ != i)
				memset(&note->list[i], 0, sizeof(note->list[i]));
		}
	note->count = kept;
	strings_sort_unique(&note->foreign);
}

/* Both lists as one; `from` is empty afterwards. */
static void pour(struct decision_note *into, struct decision_note *from)
{
	for (size_t i = 0; i < from->count; i++)
		note_add(into, &from->list[i]);
	for (size_t i = 0; i < from->foreign.count; i++)
		strings_add(&into->foreign, from->foreign.items[i]);
	note_release(from);
}

void decision_note_merge(const char *ours, const char *theirs, struct buf *out)
{
	struct decision_note all = {0}, more = {0};

	note_parse(ours, &all);
	note_parse(theirs, &more);
	pour(&all, &more);
	note_sort(&all);
	note_format(&all, out);
	note_release(&all);
}
