/* Regular expressions: the only file that includes PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "util/regex.h"

#include "util/error.h"
#include "util/memory.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	bool gave_up;
};

int regex_compile(const char *pattern, unsigned flags, struct regex **out)
{
	uint32_t options = PCRE2_DOLLAR_ENDONLY;
	PCRE2_SIZE offset = 0;
	PCRE2_UCHAR words[200];
	struct regex *regex;
	pcre2_code *code;
	int error = 0;

	options |= flags & REGEX_CASELESS ? PCRE2_CASELESS : 0;
	options |= flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0;
	options |= flags & REGEX_DOTALL ? PCRE2_DOTALL : 0;
	options |= flags & REGEX_EXTENDED ? PCRE2_EXTENDED : 0;
	*out = NULL;
	code = pcre2_compile(
		(PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, NULL);
	if (!code) {
		pcre2_get_error_message(error, words, sizeof(words));
		return fail(E_INVALID, "bad regular expression '%.200s' at offset %zu: %s", pattern,
			(size_t)offset, (const char *)words);
	}
	/* Without JIT (an odd machine) matching still works, only slower. */
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	regex = xcalloc(1, sizeof(*regex));
	regex->code = code;
	regex->data = pcre2_match_data_create_from_pattern(code, NULL);
	regex->context = pcre2_match_context_create(NULL);
	if (!regex->data || !regex->context)
		abort();
	pcre2_set_match_limit(regex->context, 1000000);
	*out = regex;
	return 0;
}

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_match_context_free(regex->context);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
	free(regex);
}

bool regex_match(struct regex *regex, const char *text, size_t len, size_t start,
	struct span *spans, size_t count)
{
	const PCRE2_SIZE *found;
	int groups;

	if (start > len)
		return false;
	groups = pcre2_match(
		regex->code, (PCRE2_SPTR)text, len, start, 0, regex->data, regex->context);
	regex->gave_up = groups < 0 && groups != PCRE2_ERROR_NOMATCH;
	if (groups < 0)
		return false;
	found = pcre2_get_ovector_pointer(regex->data);
	for (size_t i = 0; i < count; i++) {
		bool set = i < (size_t)groups && found[2 * i] != PCRE2_UNSET;

		spans[i].start = set ? found[2 * i] : SIZE_MAX;
		spans[i].end = set ? found[2 * i + 1] : SIZE_MAX;
	}
	return true;
}

void regex_set_budget(struct regex *regex, uint32_t steps)
{
	pcre2_set_match_limit(regex->context, steps);
}

bool regex_gave_up(const struct regex *regex)
{
	return regex->gave_up;
}

bool regex_test(struct regex *regex, const char *text, size_t len)
{
	return regex_match(regex, text, len, 0, NULL, 0);
}

int regex_group(const struct regex *regex, const char *name)
{
	int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);

	return number > 0 ? number : -1;
}
