/* The cue patterns: cues.conf read into compiled regular expressions, and matched. */
#include "decision/internal.h"

#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct loader {
	struct cues *cues;
	struct cue *current;      /* NULL before the first */
	struct buf define, regex; /* shared part; the current cue's pattern */
	int line;
};

static void cue_release(struct cue *cue)
{
	free(cue->id);
	free(cue->sources);
	regex_free(cue->regex);
	strings_release(&cue->words);
	strings_release(&cue->yes);
	strings_release(&cue->no);
}

void cues_free(struct cues *cues)
{
	if (!cues)
		return;
	for (size_t i = 0; i < cues->count; i++)
		cue_release(&cues->list[i]);
	cues_free(cues->consequences);
	free(cues->list);
	free(cues);
}

/* Compiles the pattern of the section that ends here. */
static int finish(struct loader *loader)
{
	struct cue *cue = loader->current;
	struct buf pattern = BUF_INIT;
	int rc;

	if (!cue)
		return 0;
	buf_addstr(&pattern, loader->define.ptr);
	buf_addstr(&pattern, loader->regex.ptr);
	rc = loader->regex.len
		     ? regex_compile(pattern.ptr, REGEX_CASELESS | REGEX_EXTENDED, &cue->regex)
		     : fail(E_INVALID, "no regex");
	if (rc) {
		rc = fail_context(rc, "cues.conf: cue '%s'", cue->id);
	} else {
		cue->decision = regex_group(cue->regex, "decision");
		cue->because = regex_group(cue->regex, "because");
		cue->instead = regex_group(cue->regex, "instead");
		cue->consequence = regex_group(cue->regex, "consequence");
	}
	buf_clear(&loader->regex);
	buf_release(&pattern);
	return rc;
}

static int begin(struct loader *loader, const char *line)
{
	struct cues *cues =
		starts_with(line, "[consequence") ? loader->cues->consequences : loader->cues;
	const char *open = strchr(line, '"'), *close = open ? strchr(open + 1, '"') : NULL;
	int rc = finish(loader);

	if (rc)
		return rc;
	if (!close)
		return fail(E_INVALID, "cues.conf:%d: want [cue \"name\"]", loader->line);
	GROW(cues->list, cues->count, cues->capacity);
	loader->current = &cues->list[cues->count++];
	memset(loader->current, 0, sizeof(*loader->current));
	loader->current->id = xstrndup(open + 1, (size_t)(close - open - 1));
	loader->current->veto = starts_with(line, "[veto");
	return 0;
}

static int take_label(struct cue *cue, const char *value)
{
	static const char *const names[] = {"Decision", "Rationale", "Alternative"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], value)) {
			cue->label = (enum cue_label)i;
			return 0;
		}
	return fail(E_INVALID, "unknown label '%s'", value);
}

static int take_value(struct loader *loader, const char *key, const char *value)
{
	struct cue *cue = loader->current;

	if (!strcmp(key, "define")) {
		buf_addf(&loader->define, "%s\n", value);
		return 0;
	}
	if (!cue)
		return fail(E_INVALID, "'%s' stands before the first cue", key);
	if (!strcmp(key, "label"))
		return take_label(cue, value);
	if (!strcmp(key, "confidence"))
		cue->confidence = strtod(value, NULL);
	else if (!strcmp(key, "pair"))
		cue->pair = !strcmp(value, "yes");
	else if (!strcmp(key, "source"))
		cue->sources = xstrdup(value);
	else if (!strcmp(key, "word"))
		strings_split(&cue->words, value, '|');
	else if (!strcmp(key, "regex"))
		buf_addf(&loader->regex, "%s\n", value);
	else if (!strcmp(key, "yes"))
		strings_add(&cue->yes, value);
	else if (!strcmp(key, "no"))
		strings_add(&cue->no, value);
	else
		return fail(E_INVALID, "unknown key '%s'", key);
	return 0;
}

static int take_line(struct loader *loader, char *line)
{
	char *equals, *key_end, *value;
	int rc;

	while (isspace((unsigned char)*line))
		line++;
	if (!*line || *line == '#' || !strcmp(line, "[cues]"))
		return 0;
	if (*line == '[')
		return begin(loader, line);
	equals = strchr(line, '=');
	if (!equals)
		return fail(E_INVALID, "cues.conf:%d: want key = value", loader->line);
	key_end = equals;
	while (key_end > line && key_end[-1] == ' ')
		key_end--;
	value = equals + 1 + strspn(equals + 1, " ");
	*key_end = '\0';
	rc = take_value(loader, line, value);
	return rc ? fail_context(rc, "cues.conf:%d", loader->line) : 0;
}

int cues_load(const char *text, struct cues **out)
{
	struct loader loader = {.define = BUF_INIT, .regex = BUF_INIT};
	struct strings lines = STRINGS_INIT;
	int rc = 0;

	*out = NULL;
	loader.cues = xcalloc(1, sizeof(*loader.cues));
	loader.cues->consequences = xcalloc(1, sizeof(*loader.cues));
	strings_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.count && !rc; i++) {
		loader.line = (int)i + 1;
		rc = take_line(&loader, lines.items[i]);
	}
	if (!rc)
		rc = finish(&loader);
	if (rc)
		cues_free(loader.cues);
	else
		*out = loader.cues;
	buf_release(&loader.define);
	buf_release(&loader.regex);
	strings_release(&lines);
	return rc;
}

static struct span group_of(const struct span *spans, size_t count, int group)
{
	static const struct span none = {SIZE_MAX, SIZE_MAX};

	return group > 0 && (size_t)group < count ? spans[group] : none;
}

static char *lower_case(const char *text, size_t len)
{
	char *copy = xstrndup(text, len);

	for (size_t i = 0; i < len; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return copy;
}

/* A literal word decides in nanoseconds what the pattern would in microseconds. */
static bool has_word(const struct cue *cue, const char *lower)
{
	for (size_t i = 0; i < cue->words.count; i++)
		if (strstr(lower, cue->words.items[i]))
			return true;
	return !cue->words.count;
}

static bool run_pattern(
	const struct cue *cue, const char *text, size_t len, struct cue_match *match)
{
	struct span spans[48];

	if (!regex_match(cue->regex, text, len, 0, spans, ARRAY_SIZE(spans)))
		return false;
	match->cue = cue;
	match->decision = group_of(spans, ARRAY_SIZE(spans), cue->decision);
	match->because = group_of(spans, ARRAY_SIZE(spans), cue->because);
	match->instead = group_of(spans, ARRAY_SIZE(spans), cue->instead);
	match->consequence = group_of(spans, ARRAY_SIZE(spans), cue->consequence);
	return true;
}

bool cue_test_lower(const struct cue *cue, const char *lower, const char *text, size_t len,
	struct cue_match *match)
{
	return has_word(cue, lower) && run_pattern(cue, text, len, match);
}

bool cue_test(const struct cue *cue, const char *text, size_t len, struct cue_match *match)
{
	char *lower = lower_case(text, len);
	bool found = cue_test_lower(cue, lower, text, len, match);

	free(lower);
	return found;
}

static bool is_vetoed(const struct cues *cues, const char *lower, const char *text, size_t len)
{
	struct cue_match found;

	for (size_t i = 0; i < cues->count; i++)
		if (cues->list[i].veto && has_word(&cues->list[i], lower) &&
			run_pattern(&cues->list[i], text, len, &found))
			return true;
	return false;
}

static enum consequence_form form_of(const struct cue *cue)
{
	return cue->pair ? FORM_PAIR : cue->decision > 0 ? FORM_CLAUSE : FORM_SENTENCE;
}

/* Of which cues the surest is asked for. */
struct wanted {
	const char *source;         /* NULL: of all */
	enum consequence_form form; /* of consequences */
	bool consequences;
};

static bool is_wanted(const struct wanted *wanted, const struct cue *cue)
{
	if (cue->veto || (wanted->consequences && form_of(cue) != wanted->form))
		return false;
	return !cue->sources || !wanted->source || strstr(cue->sources, wanted->source);
}

static bool find_surest(const struct cues *cues, const struct wanted *wanted, const char *text,
	size_t len, struct cue_match *match)
{
	const struct cues *among = wanted->consequences ? cues->consequences : cues;
	const struct cue *best = NULL;
	char *lower = lower_case(text, len);
	struct cue_match found;
	bool sure;

	for (size_t i = 0; i < among->count; i++) {
		const struct cue *cue = &among->list[i];

		if (!is_wanted(wanted, cue) || (best && cue->confidence <= best->confidence))
			continue;
		if (has_word(cue, lower) && run_pattern(cue, text, len, &found)) {
			best = cue;
			*match = found;
		}
	}
	sure = best && !is_vetoed(cues, lower, text, len);
	free(lower);
	return sure;
}

bool cues_match(const struct cues *cues, const char *source, const char *text, size_t len,
	struct cue_match *match)
{
	return find_surest(cues, &(struct wanted){.source = source}, text, len, match);
}

bool cues_match_consequence(const struct cues *cues, enum consequence_form form, const char *text,
	size_t len, struct cue_match *match)
{
	return find_surest(
		cues, &(struct wanted){.form = form, .consequences = true}, text, len, match);
}
