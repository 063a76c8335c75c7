/* Candidates: which rules can match at all, and where; what they match; whether that is likely. */
#include "scrub/find.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define BEHIND 16 /* bytes behind a run that its rule's pattern may look at */

void finder_init(struct finder *finder, struct scrub_rules *rules)
{
	finder->rules = rules;
	finder->prefilter = prefilter_new();
	for (size_t i = 0; i < rules->count; i++) {
		const struct scrub_rule *rule = &rules->items[i];

		for (size_t k = 0; k < rule->keywords.count; k++)
			prefilter_add(finder->prefilter, rule->keywords.items[k], (uint32_t)i);
		if (!rule->pattern && rule->form == &form_name)
			finder->name_rule = (uint32_t)i;
		if (!rule->pattern && rule->form == &form_user)
			finder->user_rule = (uint32_t)i;
		if (rule->judged)
			finder->judge_rule = (uint32_t)i;
	}
	prefilter_build(finder->prefilter);
	view_init(&finder->escapes);
	view_init(&finder->wrapped);
	finder->scanned = xcalloc(rules->count + 1, sizeof(*finder->scanned));
	finder->names = names_new(&rules->common);
	judge_init(&finder->judge, judge_tsv);
}

void finder_release(struct finder *finder)
{
	judge_release(&finder->judge);
	names_free(finder->names);
	prefilter_free(finder->prefilter);
	view_release(&finder->escapes);
	view_release(&finder->wrapped);
	free(finder->scanned);
	free(finder->found);
}

/* Where a part of the text in hand stands in the window. */
static struct span in_window(const struct finder *finder, struct span span)
{
	if (finder->whole.end)
		return finder->whole;
	if (finder->through && span.end > span.start) {
		size_t last = finder->through->from[span.end - 1];

		span.start = finder->through->from[span.start];
		span.end =
			last + view_escape_length(finder->window + last, finder->window_len - last);
	}
	return span;
}

static void add_candidate(struct finder *finder, uint32_t rule, struct span match, struct span span,
	enum plausible plausible)
{
	const struct form *form = finder->rules->items[rule].form;
	struct span own;

	if (plausible == PLAUSIBLE_NO || span.end <= span.start)
		return;
	own = in_window(finder, span);
	/* A fake certifies itself by the bytes that stand there, not by what they decode to. */
	if (finder->window != finder->text && form == &form_key &&
		key_is_ours(finder->window + own.start, own.end - own.start))
		plausible = PLAUSIBLE_OURS;
	GROW(finder->found, finder->found_count, finder->found_capacity);
	finder->found[finder->found_count++] =
		(struct candidate){own, in_window(finder, match), rule, plausible};
}

static size_t line_start(const char *text, size_t at, size_t most)
{
	size_t limit = at > most ? at - most : 0;

	while (at > limit && text[at - 1] != '\n')
		at--;
	return at;
}

/* Does the beginning of the line say what this is a key of? */
static bool in_context(const struct scrub_rule *rule, const char *text, size_t start)
{
	size_t from = line_start(text, start, CONTEXT_REACH);

	return !rule->context || regex_test(rule->context, text + from, start - from);
}

static bool is_allowed(const struct scrub_rules *rules, const struct scrub_rule *rule,
	const char *text, struct span match, struct span secret)
{
	size_t len = secret.end - secret.start;

	for (size_t i = 0; i < rule->allow_patterns.count; i++)
		if (regex_test(rule->allow[i], text + secret.start, len))
			return true;
	if (rule->allow_match &&
		regex_test(rule->allow_match, text + match.start, match.end - match.start))
		return true;
	return rules_allow(rules, text + secret.start, len);
}

/* What a rule matched: a candidate, if its place and its form are likely. Returns where to go on.
 */
static size_t take_match(
	struct finder *finder, uint32_t index, const struct span *spans, size_t count, size_t start)
{
	const struct scrub_rule *rule = &finder->rules->items[index];
	struct span span = spans[0];

	/* The rule's group; where it has several alternatives, the one that took part. */
	for (size_t i = rule->group; i < count; i++)
		if (spans[i].start != SIZE_MAX) {
			span = spans[i];
			break;
		}
	if (in_context(rule, finder->text, spans[0].start) &&
		!is_allowed(finder->rules, rule, finder->text, spans[0], span))
		add_candidate(finder, index, spans[0], span,
			rule->form->plausible(rule, finder->text, finder->len, span));
	return spans[0].end > start ? spans[0].end : start + 1;
}

/* A pattern that cannot be used finds nothing, which is no answer. */
static bool is_ready(struct finder *finder, struct scrub_rule *rule)
{
	bool ready = rule->pattern ? rule->regex != NULL : rule->allow != NULL;

	if (!ready && rule_compile(rule)) {
		error_clear();
		finder->gave_up = true;
		return false;
	}
	return true;
}

/* Tries a rule on text[start..end). A match that a cut end may have shortened is tried again. */
static size_t try_rule(
	struct finder *finder, uint32_t index, size_t start, size_t end, size_t limit)
{
	struct scrub_rule *rule = &finder->rules->items[index];
	struct span spans[8];

	if (!is_ready(finder, rule))
		return end;
	while (regex_match(rule->regex, finder->text, end, start, spans, ARRAY_SIZE(spans))) {
		if (spans[0].end == end && end < limit) {
			end = limit - end > rule->reach ? end + rule->reach : limit;
			start = spans[0].start;
			continue;
		}
		start = take_match(finder, index, spans, ARRAY_SIZE(spans), start);
	}
	finder->gave_up = finder->gave_up || regex_gave_up(rule->regex);
	return end;
}

/* Tries a rule that has no keywords where its bytes stand in a row; it may look a little behind. */
static void try_runs(struct finder *finder, uint32_t index)
{
	struct scrub_rule *rule = &finder->rules->items[index];
	struct span run = {0, 0}, spans[8];

	while (run_find(rule->run_of, rule->run, finder->text, finder->len, run.end, &run)) {
		size_t start = run.start;
		size_t end = finder->len - run.end > BEHIND ? run.end + BEHIND : finder->len;

		if (!is_ready(finder, rule))
			return;
		while (start < run.end && regex_match(rule->regex, finder->text, end, start, spans,
						  ARRAY_SIZE(spans)))
			start = spans[0].start < run.end
					? take_match(finder, index, spans, ARRAY_SIZE(spans), start)
					: run.end;
		finder->gave_up = finder->gave_up || regex_gave_up(rule->regex);
	}
}

static size_t line_end(const char *text, size_t len, size_t at)
{
	const char *end = at < len ? memchr(text + at, '\n', len - at) : NULL;

	return end ? (size_t)(end - text) : len;
}

/*
 * Most keywords are plain words in plain sentences: without `=` or `:` near them they are none.
 * Which of those bytes follow is asked by many rules of one keyword, and counted once.
 */
static bool is_followed(struct finder *finder, const struct scrub_rule *rule, size_t end)
{
	const char *text = finder->text;
	size_t most = finder->len - end > THEN_REACH ? end + THEN_REACH : finder->len;

	if (finder->followed_at != end) {
		finder->followed_at = end;
		finder->followed = 0;
		for (size_t i = end; i < most && text[i] != '\n'; i++)
			finder->followed |= finder->rules->then_bit[(unsigned char)text[i]];
	}
	return (finder->followed & rule->then) != 0;
}

static void near_keyword(uint32_t index, size_t end, void *payload)
{
	struct finder *finder = payload;
	const struct scrub_rule *rule = &finder->rules->items[index];
	size_t start, limit;

	if ((finder->secrets_only && !rule->form->secret) || end <= finder->scanned[index])
		return;
	if (rule->then && !is_followed(finder, rule, end))
		return;
	if (rule->judged) {
		judge_near(&finder->judge, finder->text, finder->len, end);
		return;
	}
	start = line_start(finder->text, end, rule->back);
	if (start < finder->scanned[index])
		start = finder->scanned[index];
	if (rule->lines) {
		limit = finder->len;
		end = limit - end > rule->reach ? end + rule->reach : limit;
	} else {
		/* To the end of the line, however long: no rule looks at a byte twice. */
		end = limit = line_end(finder->text, finder->len, end);
	}
	finder->scanned[index] = try_rule(finder, index, start, end, limit);
}

static void near_name(struct span span, bool user, void *payload)
{
	struct finder *finder = payload;
	uint32_t index = user ? finder->user_rule : finder->name_rule;
	const struct scrub_rule *rule = &finder->rules->items[index];

	add_candidate(finder, index, span, span,
		rule->form->plausible(rule, finder->text, finder->len, span));
}

/* The values that the judge takes for secrets, if their rule and their form allow it. */
static void ask_judge(struct finder *finder)
{
	struct judge *judge = &finder->judge;

	for (size_t i = 0; i < judge->count; i++) {
		const struct judged *item = &judge->items[i];
		struct span match[2] = {{item->name.start, item->value.end}, item->value};

		judge_score(judge, finder->text, finder->len, &judge->items[i]);
		if (item->score > JUDGE_FINDS &&
			is_ready(finder, &finder->rules->items[finder->judge_rule]))
			take_match(finder, finder->judge_rule, match, 2, match[0].start);
	}
}

static void search(struct finder *finder, const char *text, size_t len)
{
	finder->text = text;
	finder->len = len;
	finder->followed_at = SIZE_MAX;
	memset(finder->scanned, 0, finder->rules->count * sizeof(*finder->scanned));
	judge_clear(&finder->judge);
	prefilter_scan(finder->prefilter, text, len, near_keyword, finder);
	for (uint32_t i = 0; i < finder->rules->count; i++) {
		const struct scrub_rule *rule = &finder->rules->items[i];

		if (!rule->pattern || rule->keywords.count ||
			(!rule->form->secret && finder->secrets_only))
			continue;
		if (rule->run)
			try_runs(finder, i);
		else
			try_rule(finder, i, 0, len, len);
	}
	ask_judge(finder);
}

/* Secrets in base64 or hexadecimal: the whole run is the finding. */
static void search_wrapped(struct finder *finder, const char *text, size_t len)
{
	bool secrets_only = finder->secrets_only;
	struct span run;
	size_t at = 0;

	finder->secrets_only = true;
	while (view_wrapped(&finder->wrapped, text, len, &at, &run)) {
		finder->whole = in_window(finder, run);
		search(finder, finder->wrapped.text.ptr, finder->wrapped.text.len);
		finder->whole.end = 0;
	}
	finder->secrets_only = secrets_only;
}

void finder_find(struct finder *finder, const char *text, size_t len, bool secrets_only)
{
	finder->window = text;
	finder->window_len = len;
	finder->secrets_only = secrets_only;
	finder->gave_up = false;
	finder->found_count = 0;
	finder->through = NULL;
	search(finder, text, len);
	if (!secrets_only)
		names_scan(finder->names, text, len, near_name, finder);
	search_wrapped(finder, text, len);
	view_escapes(&finder->escapes, text, len);
	if (!finder->escapes.text.len)
		return;
	finder->through = &finder->escapes;
	search(finder, finder->escapes.text.ptr, finder->escapes.text.len);
	search_wrapped(finder, finder->escapes.text.ptr, finder->escapes.text.len);
	finder->through = NULL;
}
