/*
 * The text of a decision note: paragraphs of trailers, sorted by id. A long value is folded, and
 * a folded line begins with a blank, so that nothing inside a value can look like a trailer or
 * like the "---" at which other readers of trailers stop. Each paragraph is parsed alone.
 */
#include "decision/internal.h"

#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLD 78

static void release_one(struct note_decision *decision)
{
	free(decision->id);
	free(decision->statement);
	free(decision->because);
	free(decision->instead_of);
	free(decision->source);
	free(decision->evidence);
	free(decision->status);
	free(decision->raw);
	strings_release(&decision->symbols);
}

void note_release(struct decision_note *note)
{
	for (size_t i = 0; i < note->count; i++)
		release_one(&note->list[i]);
	free(note->list);
	memset(note, 0, sizeof(*note));
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

	if (!*value)
		return;
	for (const char *c = value; *c; c++)
		buf_addch(&flat, *c == '\n' || *c == '\r' ? ' ' : *c);
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

void note_format(const struct decision_note *note, struct buf *out)
{
	for (size_t i = 0; i < note->count; i++) {
		const struct note_decision *decision = &note->list[i];

		if (out->len)
			buf_addch(out, '\n');
		if (decision->raw) {
			buf_addf(out, "%s\n", decision->raw);
			continue;
		}
		add_trailer(out, "Decision", decision->statement);
		add_trailer(out, "Because", decision->because);
		add_trailer(out, "Instead-of", decision->instead_of);
		add_symbols(out, &decision->symbols);
		add_trailer(out, "Source", decision->source);
		add_trailer(out, "Evidence", decision->evidence);
		buf_addf(out, "Confidence: %.2f\n", decision->confidence);
		add_trailer(out, "Status", decision->status);
		add_trailer(out, "Id", decision->id);
	}
}

static void take_trailer(struct note_decision *decision, const char *key, size_t len, char *value)
{
	const struct {
		const char *key;
		char **field;
	} fields[] = {{"Decision", &decision->statement}, {"Because", &decision->because},
		{"Instead-of", &decision->instead_of}, {"Source", &decision->source},
		{"Evidence", &decision->evidence}, {"Status", &decision->status},
		{"Id", &decision->id}};

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

static void parse_paragraph(const char *text, size_t len, struct decision_note *out)
{
	struct note_decision decision = {0};
	char *copy = xstrndup(text, len);

	for (const char *at = copy; *at;)
		at = parse_trailer(&decision, at);
	decision.raw = copy;
	if (!decision.id || !decision.statement) {
		release_one(&decision);
		return;
	}
	if (!decision.status)
		decision.status = xstrdup("proposed");
	GROW(out->list, out->count, out->capacity);
	out->list[out->count++] = decision;
}

void note_parse(const char *text, struct decision_note *out)
{
	memset(out, 0, sizeof(*out));
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

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct note_decision *)a)->id, ((const struct note_decision *)b)->id);
}

void note_sort(struct decision_note *note)
{
	if (note->count)
		qsort(note->list, note->count, sizeof(*note->list), compare);
}
