/* Reading rules.conf: the scrubber's rules are data, with samples that a test holds them to. */
#include "scrub/internal.h"

#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define REACH 16384
#define LOOK_BACK 256
#define ALLOWED_MIN 16    /* bytes of a value that a hash may let through */
#define USER_BUDGET 20000 /* steps that a pattern which is not ours may take */

bool rules_allow(const struct scrub_rules *rules, const char *value, size_t len)
{
	char hex[DIGEST_HEX + 1];

	if (rules->allowed.count && len >= ALLOWED_MIN) {
		digest_bytes(value, len, hex);
		if (map_get_str(&rules->allowed, hex))
			return true;
	}
	for (size_t i = 0; i < rules->allow_count; i++)
		if (regex_test(rules->allow[i], value, len))
			return true;
	return false;
}

static void rule_release(struct scrub_rule *rule)
{
	free(rule->id);
	regex_free(rule->regex);
	regex_free(rule->allow_match);
	for (size_t i = 0; rule->allow && i < rule->allow_patterns.count; i++)
		regex_free(rule->allow[i]);
	free(rule->allow);
	free(rule->pattern);
	free(rule->allow_match_pattern);
	free(rule->context_pattern);
	regex_free(rule->context);
	strings_release(&rule->allow_patterns);
	strings_release(&rule->keywords);
	strings_release(&rule->samples);
	strings_release(&rule->safe);
}

void rules_release(struct scrub_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		rule_release(&rules->items[i]);
	for (size_t i = 0; i < rules->allow_count; i++)
		regex_free(rules->allow[i]);
	free(rules->allow);
	free(rules->items);
	map_release(&rules->allowed);
	map_release(&rules->common);
	memset(rules, 0, sizeof(*rules));
}

/* In a sample `\n` stands for a line feed; what braces mean is the tests'. */
static void add_sample(struct strings *list, const char *value)
{
	struct buf text = BUF_INIT;

	for (; *value; value++) {
		if (value[0] == '\\' && value[1] == 'n') {
			buf_addch(&text, '\n');
			value++;
		} else {
			buf_addch(&text, *value);
		}
	}
	strings_add_len(list, text.ptr, text.len);
	buf_release(&text);
}

static void add_keywords(struct scrub_rule *rule, const char *value)
{
	struct strings words = STRINGS_INIT;

	strings_split(&words, value, ' ');
	for (size_t i = 0; i < words.count; i++)
		if (*words.items[i])
			strings_add(&rule->keywords, words.items[i]);
	strings_release(&words);
}

static int set_form(struct scrub_rule *rule, const char *value)
{
	rule->form = form_find(value);
	return rule->form ? 0 : fail(E_INVALID, "unknown form '%s'", value);
}

static void set_text(char **slot, const char *value)
{
	free(*slot);
	*slot = xstrdup(value);
}

int rule_compile(struct scrub_rule *rule)
{
	int rc = rule->pattern ? regex_compile(rule->pattern, REGEX_MULTILINE, &rule->regex) : 0;

	rule->allow = xcalloc(rule->allow_patterns.count + 1, sizeof(*rule->allow));
	for (size_t i = 0; i < rule->allow_patterns.count && !rc; i++)
		rc = regex_compile(rule->allow_patterns.items[i], 0, &rule->allow[i]);
	if (!rc && rule->allow_match_pattern)
		rc = regex_compile(rule->allow_match_pattern, 0, &rule->allow_match);
	if (!rc && rule->context_pattern)
		rc = regex_compile(rule->context_pattern, 0, &rule->context);
	if (!rc && rule->user && rule->regex) {
		regex_set_budget(rule->regex, USER_BUDGET);
		for (size_t i = 0; i < rule->allow_patterns.count; i++)
			regex_set_budget(rule->allow[i], USER_BUDGET);
	}
	return rc ? fail_context(rc, "scrubbing rule %s", rule->id) : 0;
}

static int set_then(struct scrub_rules *rules, struct scrub_rule *rule, const char *value)
{
	for (; *value; value++) {
		uint32_t *bit = &rules->then_bit[(unsigned char)*value];

		if (!*bit && rules->then_count == 31)
			return fail(E_INVALID, "too many different bytes in 'then'");
		*bit = *bit ? *bit : 1u << rules->then_count++;
		rule->then |= *bit;
	}
	return 0;
}

void bytes_parse(const char *text, bool out[256])
{
	for (; *text; text++) {
		unsigned char first = (unsigned char)text[0], last = first;

		if (text[1] == '-' && text[2]) {
			last = (unsigned char)text[2];
			text += 2;
		}
		for (int c = first; c <= last; c++)
			out[c] = true;
	}
}

static int set_run(struct scrub_rule *rule, const char *value)
{
	char *bytes;

	rule->run = (size_t)strtoul(value, &bytes, 10);
	if (rule->run < RUN_LEAST || bytes[0] != ' ' || !bytes[1])
		return fail(E_INVALID, "want <number, %d or more> <bytes> in 'run'", RUN_LEAST);
	bytes_parse(bytes + 1, rule->run_of);
	return 0;
}

int rule_set(struct scrub_rules *rules, struct scrub_rule *rule, const char *key, const char *value)
{
	bool yes = !strcmp(value, "true");

	if (!strcmp(key, "form"))
		return set_form(rule, value);
	if (!strcmp(key, "regex"))
		set_text(&rule->pattern, value);
	else if (!strcmp(key, "allow"))
		strings_add(&rule->allow_patterns, value);
	else if (!strcmp(key, "context"))
		set_text(&rule->context_pattern, value);
	else if (!strcmp(key, "allow-match"))
		set_text(&rule->allow_match_pattern, value);
	else if (!strcmp(key, "keywords"))
		add_keywords(rule, value);
	else if (!strcmp(key, "keyword"))
		strings_add(&rule->keywords, value);
	else if (!strcmp(key, "sample"))
		add_sample(&rule->samples, value);
	else if (!strcmp(key, "safe"))
		add_sample(&rule->safe, value);
	else if (!strcmp(key, "group"))
		rule->group = (size_t)strtoul(value, NULL, 10);
	else if (!strcmp(key, "back"))
		rule->back = (size_t)strtoul(value, NULL, 10);
	else if (!strcmp(key, "reach"))
		rule->reach = (size_t)strtoul(value, NULL, 10);
	else if (!strcmp(key, "entropy"))
		rule->entropy = strtod(value, NULL);
	else if (!strcmp(key, "then"))
		return set_then(rules, rule, value);
	else if (!strcmp(key, "run"))
		return set_run(rule, value);
	else if (!strcmp(key, "password"))
		rule->password = yes;
	else if (!strcmp(key, "judged"))
		rule->judged = yes;
	else if (!strcmp(key, "lines"))
		rule->lines = yes;
	else if (!strcmp(key, "uuid"))
		rule->uuid = yes;
	else if (!strcmp(key, "words"))
		rule->words = yes;
	else
		return fail(E_INVALID, "unknown key '%s'", key);
	return 0;
}

struct scrub_rule *rules_add(struct scrub_rules *rules, const char *id, size_t len)
{
	struct scrub_rule *rule;

	GROW(rules->items, rules->count, rules->capacity);
	rule = &rules->items[rules->count++];
	memset(rule, 0, sizeof(*rule));
	rule->id = xstrndup(id, len);
	rule->form = &form_key;
	rule->group = 1;
	rule->reach = REACH;
	rule->back = LOOK_BACK;
	return rule;
}

static void add_common(struct scrub_rules *rules, const char *value)
{
	struct strings words = STRINGS_INIT;

	strings_split(&words, value, ' ');
	for (size_t i = 0; i < words.count; i++)
		if (*words.items[i])
			map_put_str(&rules->common, words.items[i], NULL);
	strings_release(&words);
}

/* `rule` is the section that the line stands in, NULL in [common]. */
static int take_line(struct scrub_rules *rules, struct scrub_rule **rule, char *line)
{
	static const char head[] = "[rule \"";
	char *value = strchr(line, '='), *end;

	if (starts_with(line, head)) {
		end = strchr(line + strlen(head), '"');
		if (!end || strcmp(end, "\"]"))
			return fail(E_INVALID, "want [rule \"<id>\"]");
		*rule = rules_add(rules, line + strlen(head), (size_t)(end - line) - strlen(head));
		return 0;
	}
	if (!strcmp(line, "[common]")) {
		*rule = NULL;
		return 0;
	}
	if (!value)
		return fail(E_INVALID, "want <key> = <value>");
	for (end = value; end > line && isspace((unsigned char)end[-1]); end--)
		;
	*end = '\0';
	for (value++; isspace((unsigned char)*value); value++)
		;
	if (*rule)
		return rule_set(rules, *rule, line, value);
	if (strcmp(line, "words"))
		return fail(E_INVALID, "unknown key '%s' in [common]", line);
	add_common(rules, value);
	return 0;
}

int rules_parse(const char *text, struct scrub_rules *out)
{
	struct strings lines = STRINGS_INIT;
	struct scrub_rule *rule = NULL;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	strings_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.count && !rc; i++) {
		char *line = lines.items[i];

		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#')
			continue;
		rc = take_line(out, &rule, line);
		if (rc)
			rc = fail_context(rc, "scrubbing rules, line %zu", i + 1);
	}
	strings_release(&lines);
	if (rc)
		rules_release(out);
	return rc;
}
