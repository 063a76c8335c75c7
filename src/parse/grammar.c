/* Compiling a language's tags. A capture or predicate that we do not know is an error at once. */
#include "parse/internal.h"

#include "flywheel/scrub.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

const struct decision_weight decision_weights[] = {
	{"branch", 1, 1, true, true, false},
	{"elseif", 1, 1, false, false, false},
	{"else", 0, 1, false, false, false},
	{"loop", 1, 1, true, true, false},
	{"switch", 0, 1, true, true, false},
	{"case", 1, 0, false, false, false},
	{"catch", 1, 1, true, true, false},
	{"ternary", 1, 1, true, true, false},
	{"clause", 1, 0, false, false, false},
	{"and", 1, 1, false, false, true},
	{"or", 1, 1, false, false, true},
	{"jump", 0, 1, false, false, false},
	{"nest", 0, 0, false, true, false},
	{NULL, 0, 0, false, false, false},
};

static const struct {
	const char *name;
	enum role role;
	uint8_t detail;
} captures[] = {
	{"definition.function", ROLE_DEFINITION, SYMBOL_FUNCTION},
	{"definition.method", ROLE_DEFINITION, SYMBOL_METHOD},
	{"definition.type", ROLE_DEFINITION, SYMBOL_TYPE},
	{"definition.constant", ROLE_DEFINITION, SYMBOL_CONSTANT},
	{"definition.test", ROLE_DEFINITION, SYMBOL_TEST},
	{"declaration.function", ROLE_REFERENCE, REFERENCE_DECLARATION},
	{"reference.call", ROLE_REFERENCE, REFERENCE_CALL},
	{"reference.bare", ROLE_REFERENCE, REFERENCE_WEAK | REFERENCE_CALL},
	{"reference.mention", ROLE_REFERENCE, REFERENCE_WEAK | REFERENCE_TYPE},
	{"reference.base", ROLE_REFERENCE, REFERENCE_BASE},
	{"reference.new", ROLE_REFERENCE, REFERENCE_NEW},
	{"reference.type", ROLE_REFERENCE, REFERENCE_TYPE},
	{"reference.value", ROLE_REFERENCE, REFERENCE_VALUE},
	{"reference.import", ROLE_IMPORT, 0},
	{"reference.reexport", ROLE_IMPORT, 1},
	{"binding.type", ROLE_BINDING, BINDING_TYPE},
	{"binding.name", ROLE_BINDING, BINDING_NAME},
	{"binding.call", ROLE_BINDING, BINDING_CALL},
	{"binding.parameter", ROLE_BINDING, BINDING_PARAMETER},
	{"binding.argument", ROLE_BINDING, BINDING_ARGUMENT},
	{"binding.return", ROLE_BINDING, BINDING_RETURN},
	{"binding.element", ROLE_BINDING, BINDING_ELEMENT},
	{"scope.namespace", ROLE_SCOPE, SCOPE_NAMESPACE},
	{"scope.rest", ROLE_SCOPE, SCOPE_REST},
	{"scope.type", ROLE_SCOPE, SCOPE_TYPE},
	{"visible.everywhere", ROLE_VISIBILITY, VISIBLE_EVERYWHERE},
	{"visible.file", ROLE_VISIBILITY, VISIBLE_FILE},
	{"visible.type", ROLE_VISIBILITY, VISIBLE_TYPE},
	{"visible.family", ROLE_VISIBILITY, VISIBLE_FAMILY},
	{"section.public", ROLE_SECTION, VISIBLE_EVERYWHERE},
	{"section.family", ROLE_SECTION, VISIBLE_FAMILY},
	{"section.type", ROLE_SECTION, VISIBLE_TYPE},
	{"local", ROLE_LOCAL, 0},
	{"reference.none", ROLE_WORD, 0},
	{"close", ROLE_CLOSE, 0},
	{"comment", ROLE_COMMENT, 0},
	{"name", ROLE_NAME, 0},
	{"doc", ROLE_DOC, 0},
	{"parameters", ROLE_PARAMETERS, 0},
	{"module", ROLE_MODULE, 0},
	{"alias", ROLE_ALIAS, 0},
	{"receiver", ROLE_RECEIVER, 0},
	{"receiver.bare", ROLE_RECEIVER, 1},
	{"owner", ROLE_OWNER, 0},
	{"returns", ROLE_RETURNS, 0},
	{"value", ROLE_VALUE, 0},
	{"arguments", ROLE_ARGUMENTS, 0},
	{"value.bare", ROLE_VALUE, 1},
	{"open", ROLE_OPEN, 0},
};

static bool find_role(const char *name, uint8_t *role, uint8_t *detail)
{
	if (name[0] == '_') {
		*role = ROLE_HELPER;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(captures); i++)
		if (!strcmp(captures[i].name, name)) {
			*role = captures[i].role;
			*detail = captures[i].detail;
			return true;
		}
	for (uint8_t i = 0; decision_weights[i].name; i++)
		if (!strncmp(name, "decision.", 9) && !strcmp(decision_weights[i].name, name + 9)) {
			*role = ROLE_DECISION;
			*detail = i;
			return true;
		}
	return false;
}

static int assign_roles(struct grammar *grammar, const char *language)
{
	uint32_t count = (uint32_t)grammar->tags->captures.count;

	grammar->roles = xcalloc(count + 1, 1);
	grammar->details = xcalloc(count + 1, 1);
	for (uint32_t i = 0; i < count; i++) {
		const char *name = grammar->tags->captures.items[i];

		if (!find_role(name, &grammar->roles[i], &grammar->details[i]))
			return fail(E_INVALID, "language %s: tags.scm: unknown capture @%s",
				language, name);
	}
	return 0;
}

/* Sections, variables and what a grammar leaves open reach from one definition to the next. */
static bool is_local(const struct grammar *grammar)
{
	for (size_t i = 0; i < grammar->tags->captures.count; i++) {
		uint8_t role = grammar->roles[i];

		if ((role >= ROLE_SECTION && role <= ROLE_CLOSE) || role == ROLE_OPEN ||
			(role == ROLE_SCOPE && grammar->details[i] == SCOPE_REST))
			return false;
	}
	return true;
}

static void workshop_leave(struct workshop *workshop)
{
	if (!workshop || --workshop->users)
		return;
	scrubber_free(workshop->scrubber);
	pool_free(workshop->pool);
	free(workshop);
}

struct scrubber *workshop_scrubber(struct workshop *workshop)
{
	if (!workshop->scrubber && scrubber_open_for_code(NULL, &workshop->scrubber))
		error_clear();
	return workshop->scrubber;
}

static struct workshop *workshop_join(const struct grammar *beside)
{
	struct workshop *workshop = beside ? beside->workshop : xcalloc(1, sizeof(*workshop));

	if (!workshop->users++)
		workshop->pool = pool_new(); /* before the first use of tree-sitter */
	return workshop;
}

int grammar_open(
	const struct grammar_source *source, const struct grammar *beside, struct grammar **out)
{
	struct grammar *grammar = xcalloc(1, sizeof(*grammar));
	int rc = 0;

	*out = NULL;
	grammar->workshop = workshop_join(beside);
	grammar->separator = xstrdup(source->separator);
	grammar->receivers = source->receivers;
	grammar->fragments = source->fragments;
	grammar->macros = source->macros;
	grammar->parser = ts_parser_new();
	if (!ts_parser_set_language(grammar->parser, source->language()))
		rc = fail(E_INVALID, "language %s: the grammar does not fit this tree-sitter",
			source->name);
	if (!rc) {
		grammar->body = ts_language_field_id_for_name(source->language(), "body", 4);
		grammar->type = ts_language_field_id_for_name(source->language(), "type", 4);
		grammar->guard =
			ts_language_symbol_for_name(source->language(), "preproc_ifdef", 13, true);
	}
	if (!rc)
		rc = tags_new(source->language(), source->name, source->tags, &grammar->tags);
	if (!rc)
		rc = assign_roles(grammar, source->name);
	grammar->local = !rc && is_local(grammar);
	if (!rc) {
		uint32_t count = grammar->tags->pattern_count;

		grammar->predicates = xcalloc(count + 1, sizeof(*grammar->predicates));
		for (uint32_t i = 0; i < count && !rc; i++)
			rc = predicates_compile(grammar, i, source->name);
	}
	if (rc)
		grammar_free(grammar);
	else
		*out = grammar;
	return rc;
}

void grammar_free(struct grammar *grammar)
{
	if (!grammar)
		return;
	predicates_free(grammar);
	tags_free(grammar->tags);
	ts_parser_delete(grammar->parser);
	workshop_leave(grammar->workshop);
	free(grammar->separator);
	free(grammar->roles);
	free(grammar->details);
	free(grammar);
}
