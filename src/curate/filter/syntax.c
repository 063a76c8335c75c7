/* Code that does not parse by itself to the definition that it claims to be is not shown. */
#include "curate/internal.h"

#include "flywheel/language.h"
#include "util/memory.h"
#include "util/name.h"

#include <stdlib.h>
#include <string.h>

struct parsers {
	struct languages *languages;
	struct grammars *grammars;
	struct buf facts;
};

static int open_state(struct curation *curation, void **state)
{
	struct parsers *parsers = xcalloc(1, sizeof(*parsers));
	int rc = languages_load(&parsers->languages);

	(void)curation;
	buf_init(&parsers->facts);
	if (!rc)
		parsers->grammars = grammars_new(parsers->languages);
	*state = parsers;
	return rc;
}

static struct grammar *grammar_for(struct parsers *parsers, const char *path)
{
	const struct language *language = languages_find(parsers->languages, path);
	struct grammar *grammar = NULL;

	if (language)
		grammars_of(parsers->grammars, language, &grammar);
	return grammar;
}

static bool defines(const struct facts *facts, const char *name)
{
	for (uint32_t i = 0; i < facts->definition_count; i++)
		if (!strcmp(facts->text + facts->definitions[i].name, name))
			return true;
	return false;
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	struct parsers *parsers = state;
	struct grammar *grammar;
	struct facts facts;
	bool good;

	(void)curation;
	if (!example_is_code(example) || !*example->symbol)
		return NULL;
	grammar = grammar_for(parsers, example->path);
	if (!grammar)
		return NULL;
	buf_clear(&parsers->facts);
	parse_text(grammar, example->answer, strlen(example->answer), &parsers->facts);
	if (facts_decode(parsers->facts.ptr, parsers->facts.len, &facts))
		return "does not parse";
	good = facts.skip == PARSE_OK && defines(&facts, name_last(example->symbol));
	facts_release(&facts);
	return good ? NULL : "does not parse to the definition that it is";
}

static void close_state(void *state)
{
	struct parsers *parsers = state;

	if (!parsers)
		return;
	grammars_free(parsers->grammars);
	languages_free(parsers->languages);
	buf_release(&parsers->facts);
	free(parsers);
}

const struct filter filter_syntax = {
	.name = "syntax",
	.summary = "code that does not parse by itself",
	.open = open_state,
	.reject = reject,
	.close = close_state,
};
