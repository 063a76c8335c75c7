/* Running a grammar and its query over a text, within a budget of steps. */
#include "parse/children.h"
#include "parse/internal.h"

#include "flywheel/scrub.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

/*
 * The callback comes once in a hundred steps of tree-sitter, once in 60 to 250 bytes of a text.
 * Counting them instead of reading a clock makes the outcome the same on every machine. Where the
 * parser is lost it copies the list of all that it skipped at each token, in few steps of its own:
 * 200 KB of bare numbers take it 1,300 and 20 seconds. So what it copies counts as well.
 */
#define STEPS_MIN 20000u /* some 0.4 s */
#define COPIED_A_STEP (16u << 10)
#define TAGS_BUDGET 50000000u /* looks at nodes */
#define SIGNATURE_MAX 240
#define ARGUMENTS_MAX 14   /* of a call, where their number tells overloads apart */
#define NAME_MAX_BYTES 120 /* of a receiver, of a bound value */

struct budget {
	uint64_t steps, copied; /* left; already before */
};

static bool count_parse(TSParseState *state)
{
	struct budget *budget = state->payload;

	return --budget->steps <= (pool_huge() - budget->copied) / COPIED_A_STEP;
}

struct source {
	const char *text;
	uint32_t len;
};

static const char *read_source(void *payload, uint32_t at, TSPoint point, uint32_t *read)
{
	const struct source *source = payload;

	(void)point;
	*read = at < source->len ? source->len - at : 0;
	return source->text + (at < source->len ? at : source->len);
}

static uint32_t part_text(struct findings *found, const struct part *part)
{
	return part->set ? findings_text(found, found->text + part->start, part->end - part->start)
			 : 0;
}

/* The text of a part with what its query puts before and behind it. */
static uint32_t whole_text(
	const struct grammar *grammar, struct findings *found, const struct part *part)
{
	struct buf *text = &found->joined;

	if (!part->set || (!part->prefix && !part->suffix))
		return part_text(found, part);
	buf_clear(text);
	buf_add(text, part->prefix, part->prefix_len);
	if (part->prefix_joined)
		buf_addstr(text, grammar->separator);
	buf_add(text, found->text + part->start, part->end - part->start);
	buf_add(text, part->suffix, part->suffix_len);
	return findings_text(found, text->ptr, text->len);
}

static bool is_receiver(const struct grammar *grammar, const char *word, uint32_t len)
{
	for (size_t i = 0; grammar->receivers && grammar->receivers[i]; i++)
		if (strlen(grammar->receivers[i]) == len &&
			!memcmp(grammar->receivers[i], word, len))
			return true;
	return false;
}

/* A type that is also a receiver's name may stand before it: PHP's `self $other`. */
static uint32_t parameter_start(const char *text, TSNode node)
{
	uint32_t start = ts_node_start_byte(node);
	TSNode name;

	if (!memchr(text + start, '$', ts_node_end_byte(node) - start))
		return start;
	name = ts_node_child_by_field_name(node, "name", 4);
	return !ts_node_is_null(name) && text[ts_node_start_byte(name)] == '$'
		       ? ts_node_start_byte(name)
		       : start;
}

/* Its first word is that of something to be passed: not `void`, not the receiver. */
static bool is_parameter(const struct grammar *grammar, const char *text, const struct kid *kid)
{
	uint32_t start, end = ts_node_end_byte(kid->node), len = 0;

	/* A type beside its name: C#'s `params T[] more`. */
	if (!kid->named || ts_node_is_extra(kid->node) ||
		(grammar->type && kid->field == grammar->type))
		return false;
	start = parameter_start(text, kid->node);
	while (start < end && !is_word_byte(text[start]))
		start++;
	while (start + len < end && is_word_byte(text[start + len]))
		len++;
	if (!len || (len == 4 && start + len == end && !memcmp(text + start, "void", 4)))
		return false;
	return !is_receiver(grammar, text + start, len);
}

static uint16_t count_parameters(
	const struct grammar *grammar, struct children *children, const char *text, TSNode list)
{
	uint32_t kid_count, count;
	const struct kid *kids = children_read(children, list, &kid_count);

	count = !kid_count; /* `x => x + 1` has one without a list */
	for (uint32_t i = 0; i < kid_count; i++)
		count += is_parameter(grammar, text, &kids[i]);
	return count > UINT16_MAX ? UINT16_MAX : (uint16_t)count;
}

/* Before its body, and before the comments that stand there. */
static uint32_t signature_end(const struct grammar *grammar, struct children *children,
	const struct findings *found, TSNode node)
{
	uint32_t start = ts_node_start_byte(node), end = ts_node_end_byte(node), count, at = 0;
	const struct kid *kids = children_read(children, node, &count);
	const char *line;

	while (at < count && (!grammar->body || kids[at].field != grammar->body))
		at++;
	if (at < count) {
		while (at && ts_node_is_extra(kids[at - 1].node)) /* a comment */
			at--;
		return at ? ts_node_end_byte(kids[at - 1].node) : start;
	}
	line = memchr(found->text + start, '\n', end - start);
	return line ? (uint32_t)(line - found->text) : end;
}

/* The head of a definition on one line: white space squeezed, cut at a character. */
static uint32_t squeezed_text(struct findings *found, const char *head, size_t end)
{
	char text[SIGNATURE_MAX];
	size_t len = 0, start = 0;
	bool blank = false;

	for (; start < end && len + 2 < sizeof(text); start++) {
		char c = head[start];

		if ((unsigned char)c <= ' ') { /* control bytes have a meaning in facts */
			blank = len > 0;
			continue;
		}
		if (blank)
			text[len++] = ' ';
		blank = false;
		text[len++] = c;
	}
	while (start < end && len && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	while (start < end && len && (unsigned char)text[len - 1] >= 0xc0)
		len--;
	while (len && strchr(" :{\\", text[len - 1]))
		len--;
	return findings_text(found, text, len);
}

/* Whether secrets were taken out of the text; without a scrubber all of it is one. */
static bool is_scrubbed(struct workshop *workshop, const char *text, size_t len, struct buf *clean)
{
	struct scrubber *scrubber = workshop_scrubber(workshop);

	if (scrubber && !scrub_count_secrets(scrubber, text, len))
		return false;
	if (!scrubber || scrub_text(scrubber, text, len, clean, NULL, NULL))
		buf_clear(clean);
	return true;
}

/* A default value may be a secret. */
static uint32_t signature_text(struct findings *found, uint32_t start, uint32_t end)
{
	const char *head = found->text + start;
	size_t len = start < end ? end - start : 0;
	struct buf clean = BUF_INIT;
	uint32_t offset;

	if ((memchr(head, '"', len) || memchr(head, '\'', len)) &&
		is_scrubbed(found->workshop, head, len, &clean)) {
		head = clean.ptr;
		len = clean.len;
	}
	offset = squeezed_text(found, head, len);
	buf_release(&clean);
	return offset;
}

struct taking {
	const struct grammar *grammar;
	struct findings *found;
	struct children children; /* read of definitions */
};

static void add_definition(
	struct taking *taking, TSNode node, uint8_t kind, const struct part *parts)
{
	const struct grammar *grammar = taking->grammar;
	struct findings *found = taking->found;
	struct raw_definition *raw;
	struct fact_definition *fact;
	uint32_t body_start;

	if (!parts[ROLE_NAME].set || parts[ROLE_NAME].start == parts[ROLE_NAME].end)
		return;
	GROW(found->definitions, found->definition_count, found->definition_room);
	raw = &found->definitions[found->definition_count++];
	memset(raw, 0, sizeof(*raw));
	fact = &raw->fact;
	fact->kind = kind;
	fact->parent = PARSE_NONE;
	fact->name = part_text(found, &parts[ROLE_NAME]);
	fact->owner = whole_text(grammar, found, &parts[ROLE_OWNER]);
	fact->returns = part_text(found, &parts[ROLE_RETURNS]);
	fact->start = ts_node_start_byte(node);
	fact->end = ts_node_end_byte(node);
	fact->line = ts_node_start_point(node).row + 1;
	fact->end_line = ts_node_end_point(node).row + (ts_node_end_point(node).column > 0);
	body_start = signature_end(grammar, &taking->children, found, node);
	fact->signature = signature_text(found, fact->start, body_start);
	if (parts[ROLE_PARAMETERS].set)
		fact->parameters = count_parameters(
			grammar, &taking->children, found->text, parts[ROLE_PARAMETERS].node);
	raw->open = parts[ROLE_OPEN].set;
	if (parts[ROLE_DOC].set) {
		raw->doc_start = parts[ROLE_DOC].start;
		raw->doc_end = parts[ROLE_DOC].end;
	}
}

/* Plus one, and no more than a byte of the facts holds. */
static uint16_t count_arguments(const struct part *parts)
{
	TSNode list = parts[ROLE_ARGUMENTS].node;
	uint32_t count = ts_node_named_child_count(list), comments = 0;

	for (uint32_t i = 0; i < count && i < ARGUMENTS_MAX; i++)
		comments += ts_node_is_extra(ts_node_named_child(list, i));
	count -= comments;
	return count < ARGUMENTS_MAX ? (uint16_t)(count + 1) : 0;
}

static void add_reference(const struct grammar *grammar, struct findings *found, uint8_t kind,
	TSNode node, const struct part *parts)
{
	struct fact_reference *reference;
	const struct part *name = &parts[ROLE_NAME];

	/* A call of a long expression's value: it names nothing that could be looked up. */
	if (!name->set || name->start == name->end || name->end - name->start >= NAME_MAX_BYTES)
		return;
	GROW(found->references, found->reference_count, found->reference_room);
	reference = &found->references[found->reference_count++];
	reference->kind = kind | (parts[ROLE_RECEIVER].bare ? REFERENCE_BARE : 0);
	reference->from = PARSE_NONE;
	reference->name = part_text(found, name);
	reference->start = name->start;
	reference->line = ts_node_start_point(name->node).row + 1;
	/* One name for many: the constants of a Java enum are made by the enum's constructor. */
	if (name->end <= ts_node_start_byte(node)) {
		reference->start = ts_node_start_byte(node);
		reference->line = ts_node_start_point(node).row + 1;
	}
	reference->arguments = parts[ROLE_ARGUMENTS].set ? count_arguments(parts) : 0;
	/* A long receiver is an expression: it names nothing that could be looked up. */
	reference->receiver = 0;
	if (parts[ROLE_RECEIVER].set &&
		parts[ROLE_RECEIVER].end - parts[ROLE_RECEIVER].start < NAME_MAX_BYTES)
		reference->receiver = whole_text(grammar, found, &parts[ROLE_RECEIVER]);
	else if (parts[ROLE_RECEIVER].set)
		reference->receiver = findings_text(found, "?", 1);
}

/* Place among the named nodes beside it: of an argument, of a parameter. A lone `*` is neither. */
static uint16_t index_of(const char *text, TSNode node)
{
	uint16_t index = 0;

	for (TSNode at = ts_node_prev_named_sibling(node);
		!ts_node_is_null(at) && index < UINT16_MAX; at = ts_node_prev_named_sibling(at))
		index += !ts_node_is_extra(at) &&
			 (ts_node_end_byte(at) - ts_node_start_byte(at) > 1 ||
				 is_word_byte(text[ts_node_start_byte(at)]));
	return index;
}

/* A text too long to be a name stays away: it could not be looked up. */
static uint32_t short_text(
	const struct grammar *grammar, struct findings *found, const struct part *part)
{
	return part->set && part->end - part->start < NAME_MAX_BYTES
		       ? whole_text(grammar, found, part)
		       : 0;
}

static void add_binding(const struct grammar *grammar, struct findings *found, uint8_t kind,
	TSNode node, const struct part *parts)
{
	struct fact_binding *binding;
	bool counted = kind == BINDING_PARAMETER || kind == BINDING_ARGUMENT;

	GROW(found->bindings, found->binding_count, found->binding_room);
	binding = &found->bindings[found->binding_count++];
	binding->kind = kind | (parts[ROLE_VALUE].bare ? BINDING_BARE : 0);
	binding->from = PARSE_NONE;
	binding->name = short_text(grammar, found, &parts[ROLE_NAME]);
	binding->value = short_text(grammar, found, &parts[ROLE_VALUE]);
	if (kind == BINDING_ARGUMENT && !binding->name) /* of a callee too long to be a name */
		found->binding_count--;
	binding->index = counted ? index_of(found->text, node) : 0;
	binding->line = ts_node_start_point(node).row + 1;
	binding->start = ts_node_start_byte(node);
}

static void add_import(
	const struct grammar *grammar, struct findings *found, bool again, const struct part *parts)
{
	struct fact_import *import;

	if (!parts[ROLE_MODULE].set || parts[ROLE_MODULE].start == parts[ROLE_MODULE].end)
		return;
	GROW(found->imports, found->import_count, found->import_room);
	import = &found->imports[found->import_count++];
	import->module = whole_text(grammar, found, &parts[ROLE_MODULE]);
	import->name = whole_text(grammar, found, &parts[ROLE_NAME]);
	import->alias = part_text(found, &parts[ROLE_ALIAS]);
	import->start = parts[ROLE_MODULE].start;
	import->line = ts_node_start_point(parts[ROLE_MODULE].node).row + 1;
	import->again = again;
}

static void add_mark(struct findings *found, enum role role, uint8_t detail, TSNode node)
{
	struct raw_mark *mark;
	uint32_t start = ts_node_start_byte(node), end = ts_node_end_byte(node);

	GROW(found->marks, found->mark_count, found->mark_room);
	mark = &found->marks[found->mark_count++];
	*mark = (struct raw_mark){.start = start,
		.end = end,
		.line = ts_node_end_point(node).row + 1,
		.detail = detail,
		.kind = MARK_SECTION};
	if (role == ROLE_LOCAL)
		mark->kind = MARK_LOCAL;
	else if (role == ROLE_WORD)
		mark->kind = MARK_WORD;
	else if (role == ROLE_CLOSE)
		mark->kind = MARK_CLOSE;
	if (role == ROLE_LOCAL || role == ROLE_WORD)
		mark->name = findings_text(found, found->text + start, end - start);
}

static void add_span(const struct grammar *grammar, struct findings *found, enum role role,
	uint8_t detail, TSNode node)
{
	uint32_t start = ts_node_start_byte(node), end = ts_node_end_byte(node);

	(void)grammar;
	if (role == ROLE_DECISION) {
		GROW(found->decisions, found->decision_count, found->decision_room);
		found->decisions[found->decision_count++] =
			(struct raw_decision){start, end, detail};
	} else if (role == ROLE_COMMENT) {
		GROW(found->comments, found->comment_count, found->comment_room);
		found->comments[found->comment_count++] =
			(struct fact_comment){ts_node_start_point(node).row + 1,
				ts_node_end_point(node).row + (ts_node_end_point(node).column > 0),
				start, end};
	} else if (role == ROLE_VISIBILITY) {
		GROW(found->visibilities, found->visibility_count, found->visibility_room);
		found->visibilities[found->visibility_count++] =
			(struct raw_visibility){start, end, detail};
	}
}

static void on_match(const TSQueryMatch *match, void *payload)
{
	struct taking *taking = payload;
	const struct grammar *grammar = taking->grammar;
	struct findings *found = taking->found;
	struct part parts[ROLE_COUNT];
	enum role role = ROLE_HELPER;
	uint8_t detail = 0;
	TSNode node = {0};

	for (int i = ROLE_NAME; i < ROLE_COUNT; i++)
		parts[i].set = parts[i].bare = false;
	for (uint16_t i = 0; i < match->capture_count; i++) {
		const TSQueryCapture *capture = &match->captures[i];
		uint8_t its = grammar->roles[capture->index];

		if (its >= ROLE_NAME && !parts[its].set)
			parts[its] = (struct part){.set = true,
				.node = capture->node,
				.start = ts_node_start_byte(capture->node),
				.end = ts_node_end_byte(capture->node),
				.bare = grammar->details[capture->index] > 0};
		if (its == ROLE_HELPER || its >= ROLE_NAME || role != ROLE_HELPER)
			continue;
		role = its;
		detail = grammar->details[capture->index];
		node = capture->node;
	}
	if (role == ROLE_HELPER || !predicates_hold(grammar, match, found->text, parts))
		return;
	if (role == ROLE_DEFINITION)
		add_definition(taking, node, detail, parts);
	else if (role == ROLE_REFERENCE)
		add_reference(grammar, found, detail, node, parts);
	else if (role == ROLE_IMPORT)
		add_import(grammar, found, detail, parts);
	else if (role == ROLE_BINDING)
		add_binding(grammar, found, detail, node, parts);
	else if (role == ROLE_SCOPE)
		add_definition(taking, node, SYMBOL_SCOPE | detail, parts);
	else if (role >= ROLE_SECTION && role <= ROLE_CLOSE)
		add_mark(found, role, detail, node);
	else
		add_span(grammar, found, role, detail, node);
}

bool seams_afford(uint64_t steps, uint64_t looks)
{
	return steps <= STEPS_MIN / 2 && looks <= TAGS_BUDGET / 2;
}

TSTree *parse_tree(
	TSParser *parser, const char *text, uint32_t len, const TSTree *old, uint64_t *steps)
{
	struct source source = {text, len};
	const uint64_t most = STEPS_MIN + len / BYTES_A_STEP;
	struct budget budget = {most, pool_huge()};
	TSInput input = {&source, read_source, TSInputEncodingUTF8, NULL};
	TSParseOptions options = {&budget, count_parse};
	TSTree *tree = ts_parser_parse_with_options(parser, old, input, options);

	if (!tree)
		ts_parser_reset(parser);
	if (steps)
		*steps += most - budget.steps + (pool_huge() - budget.copied) / COPIED_A_STEP;
	return tree;
}

bool findings_take(const struct grammar *grammar, struct findings *found, TSTree *tree,
	const struct tags_units *units)
{
	struct taking taking = {.grammar = grammar, .found = found};
	bool done = tags_run(
		grammar->tags, ts_tree_root_node(tree), TAGS_BUDGET, on_match, &taking, units);

	children_release(&taking.children);
	return done;
}

void findings_empty(struct findings *found, const char *text, size_t len)
{
	struct workshop *workshop = found->workshop;

	findings_release(found);
	*found = (struct findings){.text = text,
		.len = (uint32_t)len,
		.pool = BUF_INIT,
		.workshop = workshop,
		.joined = BUF_INIT};
	findings_text(found, "", 0);
}

bool source_blank(const struct grammar *grammar, const char *text, size_t len, struct buf *out)
{
	return (grammar->fragments && fragments_blank(text, len, out)) ||
	       (grammar->macros && macros_blank(text, len, out));
}

/* The tree is not deleted: it goes as a whole, which takes no walk over it. */
static enum parse_skip run(struct grammar *grammar, struct findings *found)
{
	struct buf blanked = BUF_INIT;
	bool blank = source_blank(grammar, found->text, found->len, &blanked), done;
	uint64_t steps = 0;
	TSParser *parser;
	TSTree *tree;

	pool_enter(grammar->workshop->pool);
	parser = ts_parser_new();
	ts_parser_set_language(parser, ts_parser_language(grammar->parser));
	tree = parse_tree(parser, blank ? blanked.ptr : found->text, found->len, NULL, &steps);
	done = tree && findings_take_seams(grammar, found, tree, steps);
	ts_parser_delete(parser); /* for what a scanner may hold elsewhere */
	pool_leave(grammar->workshop->pool);
	buf_release(&blanked);
	return done ? PARSE_OK : PARSE_COMPLEX;
}

void parse_text(struct grammar *grammar, const char *text, size_t len, struct buf *out)
{
	enum parse_skip skip = len > INT32_MAX ? PARSE_COMPLEX : content_check(text, len);
	struct findings found = {.pool = BUF_INIT, .workshop = grammar->workshop};

	findings_empty(&found, text, len);
	if (skip == PARSE_OK)
		skip = run(grammar, &found);
	if (skip == PARSE_OK)
		findings_build(&found, grammar->separator);
	else /* half of a file's facts would look like all of them */
		findings_empty(&found, text, len);
	facts_encode(&found, skip, content_lines(text, len), out);
	findings_release(&found);
}
