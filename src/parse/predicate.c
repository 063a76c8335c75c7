/*
 * The predicates of queries. tree-sitter's C library leaves them to its user, so here is the one
 * table of those we know. A filter says whether a match stays; a directive changes its parts.
 */
#include "parse/internal.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/regex.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ARGUMENTS 64

struct argument {
	bool is_capture;
	uint32_t capture;
	const char *text; /* borrowed from the query */
	uint32_t len;
};

struct predicate_kind;
struct predicate {
	const struct predicate_kind *kind;
	struct argument *arguments;
	uint32_t count;
	struct regex *regex;
};

struct context {
	const struct grammar *grammar;
	const TSQueryMatch *match;
	const char *text;
	struct part *parts;
};

/* The first node of a capture in this match; false when an optional one took no part. */
static bool captured(const struct context *context, uint32_t capture, TSNode *node)
{
	for (uint16_t i = 0; i < context->match->capture_count; i++)
		if (context->match->captures[i].index == capture) {
			*node = context->match->captures[i].node;
			return true;
		}
	return false;
}

static bool text_of(const struct context *context, const struct argument *argument,
	const char **text, uint32_t *len)
{
	TSNode node;

	*text = argument->text;
	*len = argument->len;
	if (!argument->is_capture)
		return true;
	if (!captured(context, argument->capture, &node))
		return false;
	*text = context->text + ts_node_start_byte(node);
	*len = ts_node_end_byte(node) - ts_node_start_byte(node);
	return true;
}

static bool same(const struct context *context, const struct argument *a, const struct argument *b)
{
	const char *text, *other;
	uint32_t len, other_len;

	return text_of(context, a, &text, &len) && text_of(context, b, &other, &other_len) &&
	       len == other_len && !memcmp(text, other, len);
}

static bool hold_equal(const struct predicate *self, const struct context *context)
{
	return same(context, &self->arguments[0], &self->arguments[1]);
}

static bool hold_not_equal(const struct predicate *self, const struct context *context)
{
	return !hold_equal(self, context);
}

static bool hold_match(const struct predicate *self, const struct context *context)
{
	const char *text;
	uint32_t len;

	return text_of(context, &self->arguments[0], &text, &len) &&
	       regex_test(self->regex, text, len);
}

static bool hold_not_match(const struct predicate *self, const struct context *context)
{
	return !hold_match(self, context);
}

static bool hold_any_of(const struct predicate *self, const struct context *context)
{
	for (uint32_t i = 1; i < self->count; i++)
		if (same(context, &self->arguments[0], &self->arguments[i]))
			return true;
	return false;
}

/* The part that a capture became. NULL when it took no part in the match. */
static struct part *part_of(const struct context *context, const struct argument *argument)
{
	struct part *part = &context->parts[context->grammar->roles[argument->capture]];

	return part->set ? part : NULL;
}

/* Takes what the pattern matches off both ends of the capture's text. */
static bool hold_strip(const struct predicate *self, const struct context *context)
{
	struct part *part = part_of(context, &self->arguments[0]);
	struct span span;
	size_t at = 0;

	if (!part)
		return true;
	if (regex_match(self->regex, context->text + part->start, part->end - part->start, 0, &span,
		    1) &&
		span.start == 0)
		part->start += (uint32_t)span.end;
	while (regex_match(
		self->regex, context->text + part->start, part->end - part->start, at, &span, 1)) {
		if (span.end == part->end - part->start && span.end > span.start) {
			part->end = part->start + (uint32_t)span.start;
			break;
		}
		at = span.end > span.start ? span.end : span.end + 1;
		if (at > part->end - part->start)
			break;
	}
	return true;
}

/* Puts a text before the part, or what another capture holds and the separator of names. */
static bool hold_prepend(const struct predicate *self, const struct context *context)
{
	struct part *part = part_of(context, &self->arguments[0]);

	if (part && text_of(context, &self->arguments[1], &part->prefix, &part->prefix_len))
		part->prefix_joined = self->arguments[1].is_capture;
	return true;
}

static bool hold_append(const struct predicate *self, const struct context *context)
{
	struct part *part = part_of(context, &self->arguments[0]);

	if (part)
		text_of(context, &self->arguments[1], &part->suffix, &part->suffix_len);
	return true;
}

/* Forgets the first capture unless it ends on the line before the second or on its first line. */
static bool hold_select_adjacent(const struct predicate *self, const struct context *context)
{
	struct part *part = part_of(context, &self->arguments[0]);
	TSNode node;

	if (part && captured(context, self->arguments[1].capture, &node) &&
		ts_node_end_point(part->node).row + 1 < ts_node_start_point(node).row)
		part->set = false;
	return true;
}

static const struct predicate_kind {
	const char *name;
	const char *arguments; /* @: capture, s: string, r: pattern, ?: either, +: strings */
	bool (*hold)(const struct predicate *self, const struct context *context);
} kinds[] = {
	{"eq?", "@?", hold_equal},
	{"not-eq?", "@?", hold_not_equal},
	{"match?", "@r", hold_match},
	{"not-match?", "@r", hold_not_match},
	{"any-of?", "@+", hold_any_of},
	{"strip!", "@r", hold_strip},
	{"prepend!", "@?", hold_prepend},
	{"append!", "@s", hold_append},
	{"select-adjacent!", "@@", hold_select_adjacent},
};

static bool fits(const struct predicate *predicate)
{
	const char *want = predicate->kind->arguments;
	uint32_t i = 0;

	for (; *want; want++, i++) {
		if (*want == '+')
			return predicate->count > i;
		if (i >= predicate->count)
			return false;
		if (*want == '@' ? !predicate->arguments[i].is_capture
				 : *want != '?' && predicate->arguments[i].is_capture)
			return false;
	}
	return i == predicate->count;
}

static void predicate_free(struct predicate *predicate)
{
	regex_free(predicate->regex);
	free(predicate->arguments);
	predicate->arguments = NULL;
	predicate->regex = NULL;
}

static struct argument read_argument(const struct tags *tags, const TSQueryPredicateStep *step)
{
	struct argument argument = {.is_capture = step->type == TSQueryPredicateStepTypeCapture,
		.capture = step->value_id};

	if (!argument.is_capture) {
		argument.text = tags->texts.items[step->value_id];
		argument.len = (uint32_t)strlen(argument.text);
	}
	return argument;
}

static int compile_one(const struct tags *tags, const TSQueryPredicateStep *steps, uint32_t count,
	const char *language, struct predicate *out)
{
	struct argument head = read_argument(tags, &steps[0]);
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!head.is_capture && !strcmp(kinds[i].name, head.text))
			out->kind = &kinds[i];
	if (!out->kind)
		return fail(E_INVALID, "language %s: tags.scm: unknown predicate #%s", language,
			head.is_capture ? "@" : head.text);
	if (count > MAX_ARGUMENTS)
		return fail(E_INVALID, "language %s: tags.scm: #%s has too many arguments",
			language, head.text);
	out->count = count - 1;
	out->arguments = xcalloc(count, sizeof(*out->arguments));
	for (uint32_t i = 1; i < count; i++)
		out->arguments[i - 1] = read_argument(tags, &steps[i]);
	if (!fits(out))
		return fail(E_INVALID, "language %s: tags.scm: wrong arguments for #%s", language,
			head.text);
	if (out->kind->arguments[1] == 'r') {
		rc = regex_compile(out->arguments[1].text, 0, &out->regex);
		if (rc)
			return fail_context(rc, "language %s: tags.scm: #%s", language, head.text);
	}
	return 0;
}

int predicates_compile(struct grammar *grammar, uint32_t pattern, const char *language)
{
	const struct tags_pattern *of = &grammar->tags->patterns[pattern];
	const TSQueryPredicateStep *steps = of->steps;
	uint32_t steps_left = of->step_count, first = 0, count = 0;
	struct predicate *list;
	int rc = 0;

	if (!steps_left)
		return 0;
	list = xcalloc(steps_left + 1, sizeof(*list));
	grammar->predicates[pattern] = list;
	for (uint32_t i = 0; i < steps_left && !rc; i++) {
		if (steps[i].type != TSQueryPredicateStepTypeDone)
			continue;
		rc = compile_one(grammar->tags, steps + first, i - first, language, &list[count]);
		count++;
		first = i + 1;
	}
	return rc;
}

void predicates_free(struct grammar *grammar)
{
	uint32_t count = grammar->predicates ? grammar->tags->pattern_count : 0;

	for (uint32_t i = 0; i < count; i++) {
		struct predicate *list = grammar->predicates[i];

		for (uint32_t k = 0; list && list[k].kind; k++)
			predicate_free(&list[k]);
		free(list);
	}
	free(grammar->predicates);
	grammar->predicates = NULL;
}

bool predicates_hold(const struct grammar *grammar, const TSQueryMatch *match, const char *text,
	struct part parts[ROLE_COUNT])
{
	const struct predicate *list = grammar->predicates[match->pattern_index];
	struct context context = {grammar, match, text, parts};

	for (uint32_t i = 0; list && list[i].kind; i++)
		if (!list[i].kind->hold(&list[i], &context))
			return false;
	return true;
}
