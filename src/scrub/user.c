/*
 * Rules and exceptions of a project (.flywheel/scrub, tracked) and of a user (settings, private).
 *
 * The tracked file comes with a clone, so whoever wrote it may want other people's secrets to pass.
 * It may only add: its rules come after ours and so never own bytes that ours have found; they need
 * a keyword, and a budget bounds what a pattern may cost. A value is let through by its SHA-256
 * alone, which takes knowing the value, and only when it is long: a list of common passwords would
 * let the weak ones of others through. Patterns that let values through are for private settings.
 */
#include "scrub/internal.h"

#include "flywheel/config.h"
#include "flywheel/repo.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define USER_FILE ".flywheel/scrub"
#define FILE_MAX ((size_t)256 << 10)
#define RULES_MAX 200
#define PATTERN_MAX 1000
#define KEYWORD_MIN 3

struct reading {
	struct scrub_rules *rules;
	size_t first; /* rule that is not ours */
};

static bool is_known(const struct scrub_rules *rules, const char *id, size_t len, size_t from)
{
	for (size_t i = from; i < rules->count; i++)
		if (strlen(rules->items[i].id) == len && !strncmp(rules->items[i].id, id, len))
			return true;
	return false;
}

static int take_allow(struct reading *reading, const char *key, const char *value)
{
	char hex[DIGEST_HEX + 1] = "";

	if (strcmp(key, "sha256") != 0)
		return fail(E_INVALID,
			"allow.%s: a tracked file may let a value through by its sha256 only; "
			"patterns go into `git config --add flywheel.scrubAllow`",
			key);
	for (size_t i = 0; value[i] && i < DIGEST_HEX; i++)
		hex[i] = (char)tolower((unsigned char)value[i]);
	if (strlen(value) != DIGEST_HEX || strspn(hex, "0123456789abcdef") != DIGEST_HEX)
		return fail(E_INVALID, "allow.sha256: want 64 hexadecimal digits");
	map_put_str(&reading->rules->allowed, hex, NULL);
	return 0;
}

/* "rule.<id>.<key>" */
static int take_rule(struct reading *reading, const char *name, const char *value)
{
	static const char *const keys[] = {"keyword", "keywords", "regex", "entropy", "allow",
		"uuid", "words", "password", "sample", "safe", NULL};
	struct scrub_rules *rules = reading->rules;
	const char *id = name + strlen("rule."), *key = strrchr(name, '.') + 1;
	size_t len = key > id ? (size_t)(key - 1 - id) : 0;
	bool known = false;

	for (size_t i = 0; keys[i]; i++)
		known = known || !strcmp(keys[i], key);
	if (!len || !known)
		return fail(E_INVALID, "unknown setting '%s'", name);
	if (rules->count == reading->first || !is_known(rules, id, len, rules->count - 1)) {
		if (is_known(rules, id, len, 0))
			return fail(E_INVALID, "there is a rule '%.*s' already", (int)len, id);
		if (rules->count - reading->first == RULES_MAX)
			return fail(E_INVALID, "more than %d rules", RULES_MAX);
		rules_add(rules, id, len)->user = true;
	}
	return rule_set(rules, &rules->items[rules->count - 1], key, value);
}

static int take(const char *name, const char *value, void *payload)
{
	if (starts_with(name, "rule."))
		return take_rule(payload, name, value);
	if (starts_with(name, "allow."))
		return take_allow(payload, name + strlen("allow."), value);
	return fail(E_INVALID, "unknown setting '%s'", name);
}

static int check_rule(struct scrub_rule *rule)
{
	if (!rule->pattern || strlen(rule->pattern) > PATTERN_MAX)
		return fail(E_INVALID, "rule '%s' needs a regex of at most %d bytes", rule->id,
			PATTERN_MAX);
	if (!rule->keywords.count)
		return fail(E_INVALID, "rule '%s' needs a keyword", rule->id);
	for (size_t i = 0; i < rule->keywords.count; i++)
		if (strlen(rule->keywords.items[i]) < KEYWORD_MIN)
			return fail(E_INVALID, "rule '%s': keyword '%s' is shorter than %d bytes",
				rule->id, rule->keywords.items[i], KEYWORD_MIN);
	return rule_compile(rule);
}

static int load_file(struct scrub_rules *rules, const char *path, const char *name)
{
	struct reading reading = {rules, rules->count};
	int rc = file_exists(path) ? config_file_each(path, FILE_MAX, take, &reading) : 0;

	for (size_t i = reading.first; i < rules->count && !rc; i++)
		rc = check_rule(&rules->items[i]);
	return rc ? fail_context(rc, "%s", name) : 0;
}

static int add_allow(struct scrub_rules *rules, const char *pattern)
{
	GROW(rules->allow, rules->allow_count, rules->allow_capacity);
	rules->allow[rules->allow_count] = NULL;
	return regex_compile(pattern, 0, &rules->allow[rules->allow_count++]);
}

int rules_add_user(struct scrub_rules *rules, struct session *session)
{
	const char *work = repo_work_dir(session->repo), *private;
	const struct strings *allowed;
	char *path = work ? path_join(work, USER_FILE) : NULL;
	int rc = path ? load_file(rules, path, USER_FILE) : 0;

	free(path);
	if (rc || !session->config)
		return rc;
	private = config_text(session->config, "scrubRules");
	if (*private)
		rc = load_file(rules, private, "flywheel.scrubRules");
	allowed = config_list(session->config, "scrubAllow");
	for (size_t i = 0; i < allowed->count && !rc; i++)
		rc = add_allow(rules, allowed->items[i]);
	return rc;
}

static void digest_text_file(struct digest *digest, const char *path)
{
	struct buf text = BUF_INIT;

	if (!file_read(path, FILE_MAX, &text))
		digest_addstr(digest, text.ptr);
	error_clear();
	buf_release(&text);
}

void rules_digest_user(struct digest *digest, struct session *session)
{
	const char *work = repo_work_dir(session->repo);
	const struct strings *allowed;
	char *path = work ? path_join(work, USER_FILE) : NULL;

	if (path)
		digest_text_file(digest, path);
	free(path);
	if (!session->config)
		return;
	if (*config_text(session->config, "scrubRules"))
		digest_text_file(digest, config_text(session->config, "scrubRules"));
	allowed = config_list(session->config, "scrubAllow");
	for (size_t i = 0; i < allowed->count; i++)
		digest_addstr(digest, allowed->items[i]);
}
