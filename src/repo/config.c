/* The table of settings, and their values in this repository. */
#define _GNU_SOURCE
#include "flywheel/config.h"
#include "repo/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct config_record records[] = {
	{"enabled", CONFIG_BOOL, "true", 0, 0, false, "false stops hooks and unattended work"},
	{"holdout", CONFIG_REAL, "0.10", 0.01, 0.5, true,
		"share of newest commits never trained on"},
	{"minNew", CONFIG_NUMBER, "20", 0, 1e9, false,
		"newer examples that a promotion without a significant gain needs"},
	{"strict", CONFIG_BOOL, "false", 0, 0, false, "block on any drop of a category's mean"},
	{"itemsPerCategory", CONFIG_NUMBER, "200", 30, 5000, false, "benchmark items per category"},
	{"keep", CONFIG_NUMBER, "3", 1, 100, false, "promoted models kept for rollback"},
	{"seed", CONFIG_NUMBER, "1", 0, 2147483647, false, "seed of everything that samples"},
	{"publish", CONFIG_BOOL, "false", 0, 0, false,
		"decisions mined from private talk may enter notes"},
	{"scrubRules", CONFIG_TEXT, "", 0, 0, false,
		"a file of scrubbing rules of your own, as .flywheel/scrub"},
	{"scrubAllow", CONFIG_LIST, "", 0, 0, false,
		"a pattern: values that match it are no secrets"},
	{"maxFileBytes", CONFIG_NUMBER, "1048576", 1024, 1e9, true, "larger files are not parsed"},
	{"minComplexity", CONFIG_NUMBER, "2", 0, 1000, true,
		"cyclomatic complexity that a code example needs"},
	{"minOutputTokens", CONFIG_NUMBER, "12", 0, 100000, true,
		"shortest answer kept, in tokens"},
	{"maxTokens", CONFIG_NUMBER, "2048", 64, 1e6, true, "longest example kept, in tokens"},
	{"duplicateJaccard", CONFIG_REAL, "0.7", 0.1, 1, true, "similarity of near-duplicates"},
	{"capShare", CONFIG_REAL, "0.05", 0.001, 1, true,
		"largest share of a dataset from one file or author"},
	{"trainer", CONFIG_TEXT, "house", 0, 0, false, "who trains: house, ray or command"},
	{"base", CONFIG_TEXT, "", 0, 0, false,
		"model that a remote trainer starts from, as its machine knows it"},
	{"artifacts", CONFIG_TEXT, "", 0, 0, false,
		"folder or https URL where a remote trainer puts its results"},
	{"form", CONFIG_TEXT, "merged", 0, 0, false, "what it gives back: merged or adapter"},
	{"epochs", CONFIG_REAL, "1", 0.01, 1000, false, "passes over the dataset"},
	{"maxSteps", CONFIG_NUMBER, "-1", -1, 1e9, false, "optimizer steps at most; -1: by epochs"},
	{"learningRate", CONFIG_REAL, "2e-4", 1e-9, 1, false, "of the LoRA weights"},
	{"loraRank", CONFIG_NUMBER, "16", 1, 1024, false, "rank of the LoRA weights"},
	{"maxLength", CONFIG_NUMBER, "1024", 16, 1e6, false, "tokens of one training row at most"},
	{"batch", CONFIG_NUMBER, "4", 1, 4096, false, "rows of an optimizer step"},
	{"ray.url", CONFIG_TEXT, "", 0, 0, false, "address of the Ray dashboard"},
	{"ray.cpus", CONFIG_REAL, "1", 0, 4096, false, "CPUs that the job asks for"},
	{"ray.gpus", CONFIG_REAL, "0", 0, 4096, false, "GPUs that the job asks for"},
	{"ray.pip", CONFIG_LIST, "", 0, 0, false, "a package for the job's environment"},
	{"ray.python", CONFIG_TEXT, "python3", 0, 0, false, "interpreter that runs the job"},
	{"command", CONFIG_LIST, "", 0, 0, false, "your own trainer: program and arguments"},
	{"costPerHour", CONFIG_REAL, "0", 0, 1e6, false, "price of the trainer's hour"},
	{"tokensPerSecond", CONFIG_REAL, "2000", 0.001, 1e9, false,
		"training speed, for estimates of time and cost"},
	{"maxCost", CONFIG_REAL, "0", 0, 1e9, false, "of one run; 0: no cap"},
	{"maxCostMonth", CONFIG_REAL, "0", 0, 1e9, false, "of the last 30 days; 0: no cap"},
	{"server.url", CONFIG_TEXT, "", 0, 0, false,
		"OpenAI-compatible server of trained models; {id} and {artifact} are filled in"},
	{"server.model", CONFIG_TEXT, "{artifact}", 0, 0, false, "a model's name on that server"},
	{"server.base", CONFIG_TEXT, "", 0, 0, false, "the base model's name on that server"},
	{"server.deploy", CONFIG_TEXT, "none", 0, 0, false,
		"how a model gets there: none, vllm or command"},
	{"server.deployCommand", CONFIG_LIST, "", 0, 0, false,
		"your own deployment: program and arguments"},
	{"trainBranch", CONFIG_LIST, "", 0, 0, false,
		"pattern of branches whose push trains; else the remote's default branch"},
	{"trainAfter", CONFIG_NUMBER, "20", 0, 1e9, false,
		"new kept examples that unattended training waits for"},
	{"every", CONFIG_TEXT, "", 0, 0, false, "time between scheduled revolutions, as 12h"},
	{"notifyCommand", CONFIG_LIST, "", 0, 0, false,
		"program and arguments, told of each finished run (JSON on its input)"},
	{"miner.url", CONFIG_TEXT, "", 0, 0, false,
		"OpenAI-compatible server that may read messages and talk for decisions, as "
		"http://127.0.0.1:8000/v1"},
	{"miner.model", CONFIG_TEXT, "", 0, 0, false, "a model's name on that server"},
	{"miner.limit", CONFIG_NUMBER, "20", 1, 10000, false,
		"texts that one background pass asks it about, newest first"},
	{"miner.confidence", CONFIG_REAL, "0.88", 0, 1, true,
		"decisions of which the miner is less sure are not written down"},
	{"notifyUrl", CONFIG_TEXT, "", 0, 0, false, "web hook, told of each finished run"},
	{"harvest.interval", CONFIG_TEXT, "1h", 0, 0, false,
		"time between two background passes that ask a forge, as 30m"},
	{"harvest.claude-code", CONFIG_BOOL, "true", 0, 0, false, "read Claude Code's transcripts"},
	{"harvest.codex", CONFIG_BOOL, "true", 0, 0, false, "read Codex CLI's sessions"},
	{"harvest.gemini", CONFIG_BOOL, "true", 0, 0, false, "read Gemini CLI's chats"},
	{"harvest.copilot-chat", CONFIG_BOOL, "true", 0, 0, false, "read Copilot Chat's sessions"},
	{"harvest.copilot-cli", CONFIG_BOOL, "true", 0, 0, false, "read Copilot CLI's sessions"},
	{"harvest.cursor", CONFIG_BOOL, "true", 0, 0, false, "read Cursor's sessions"},
	{"harvest.continue", CONFIG_BOOL, "true", 0, 0, false, "read Continue's sessions"},
	{"harvest.cline", CONFIG_BOOL, "true", 0, 0, false, "read Cline's tasks"},
	{"harvest.roo-code", CONFIG_BOOL, "true", 0, 0, false, "read Roo Code's tasks"},
	{"harvest.opencode", CONFIG_BOOL, "true", 0, 0, false, "read OpenCode's sessions"},
	{"harvest.goose", CONFIG_BOOL, "true", 0, 0, false, "read Goose's sessions"},
	{"harvest.amp", CONFIG_BOOL, "true", 0, 0, false, "read Amp's threads"},
	{"harvest.zed", CONFIG_BOOL, "true", 0, 0, false, "read threads of Zed's agent"},
	{"harvest.aider", CONFIG_BOOL, "true", 0, 0, false, "read aider's history in the worktree"},
	{"harvest.specstory", CONFIG_BOOL, "true", 0, 0, false,
		"read SpecStory's history in the worktree"},
	{"harvest.entire", CONFIG_BOOL, "true", 0, 0, false,
		"read Entire's checkpoints in the repository"},
	{"harvest.git-ai", CONFIG_BOOL, "true", 0, 0, false,
		"read git-ai's notes in the repository"},
	{"harvest.mbox", CONFIG_BOOL, "true", 0, 0, false,
		"read the mail that flywheel.mbox names"},
	{"mbox", CONFIG_LIST, "", 0, 0, false, "a file of mail about this repository"},
	{"harvest.public-inbox", CONFIG_BOOL, "true", 0, 0, false,
		"read the archives that flywheel.publicInbox names"},
	{"publicInbox", CONFIG_LIST, "", 0, 0, false,
		"a public-inbox archive about this repository"},
	{"harvest.github", CONFIG_BOOL, "false", 0, 0, false,
		"ask GitHub for reviews and comments"},
	{"github.url", CONFIG_TEXT, "", 0, 0, false, "address of its API; else by the remotes"},
	{"github.repository", CONFIG_TEXT, "", 0, 0, false,
		"owner/name there; else by the remotes"},
	{"harvest.gitlab", CONFIG_BOOL, "false", 0, 0, false, "ask GitLab for discussions"},
	{"gitlab.url", CONFIG_TEXT, "", 0, 0, false, "address of its API; else by the remotes"},
	{"gitlab.project", CONFIG_TEXT, "", 0, 0, false, "group/name there; else by the remotes"},
	{NULL, CONFIG_BOOL, NULL, 0, 0, false, NULL},
};

struct config {
	char *values[ARRAY_SIZE(records)];
	struct strings lists[ARRAY_SIZE(records)];
};

const struct config_record *config_records(void)
{
	return records;
}

static int check(const struct config_record *record, const char *value)
{
	char *end = NULL;
	double number;
	int flag;

	if (record->type == CONFIG_BOOL && git_config_parse_bool(&flag, value))
		return fail(
			E_INVALID, "flywheel.%s is '%s': want true or false", record->key, value);
	if (record->type != CONFIG_NUMBER && record->type != CONFIG_REAL)
		return 0;
	number = strtod(value, &end);
	if (end == value || *end || number < record->min || number > record->max)
		return fail(E_INVALID, "flywheel.%s is '%s': want a number from %g to %g",
			record->key, value, record->min, record->max);
	return 0;
}

static int take_value(const git_config_entry *entry, void *payload)
{
	strings_add(payload, entry->value ? entry->value : "");
	return 0;
}

static int take_list(struct config *config, size_t at, git_config *from, const char *name)
{
	int code =
		git_config_get_multivar_foreach(from, name, NULL, take_value, &config->lists[at]);

	return code && code != GIT_ENOTFOUND
		       ? repo_fail(E_FAIL, "cannot read the git configuration")
		       : 0;
}

static int take(struct config *config, git_config *from, bool tracked)
{
	int rc = 0;

	for (size_t i = 0; records[i].key && !rc; i++) {
		char *name = xstrfmt("flywheel.%s", records[i].key);
		git_buf value = GIT_BUF_INIT;

		if (records[i].type == CONFIG_LIST && !tracked)
			rc = take_list(config, i, from, name);
		else if ((records[i].tracked || !tracked) &&
			 !git_config_get_string_buf(&value, from, name)) {
			rc = check(&records[i], value.ptr);
			free(config->values[i]);
			config->values[i] = xstrdup(value.ptr);
		}
		git_buf_dispose(&value);
		free(name);
	}
	return rc;
}

/* `.flywheel/curation`: thresholds that are reviewed like code. A broken file is an error. */
static int take_tracked(struct config *config, const char *work_dir)
{
	char *path = path_join(work_dir, ".flywheel/curation");
	git_config *file = NULL;
	int rc = 0;

	if (file_exists(path)) {
		if (git_config_open_ondisk(&file, path))
			rc = repo_fail(E_INVALID, "cannot read .flywheel/curation");
		else
			rc = take(config, file, true);
	}
	git_config_free(file);
	free(path);
	return rc;
}

struct entries {
	config_entry_fn fn;
	void *payload;
	int rc;
};

static int on_entry(const git_config_entry *entry, void *payload)
{
	struct entries *entries = payload;

	entries->rc = entries->fn(entry->name, entry->value ? entry->value : "", entries->payload);
	return entries->rc ? GIT_EUSER : 0;
}

/* git follows includes wherever they point: a file that came with a clone may have none. */
int config_file_each(const char *path, size_t max, config_entry_fn fn, void *payload)
{
	struct entries entries = {fn, payload, 0};
	struct buf text = BUF_INIT;
	git_config *file = NULL;
	int rc = file_read(path, max, &text);

	if (!rc && strcasestr(text.ptr, "[include"))
		rc = fail(E_INVALID, "includes are not followed");
	if (!rc && git_config_open_ondisk(&file, path))
		rc = repo_fail(E_INVALID, "not a file of settings");
	if (!rc && git_config_foreach(file, on_entry, &entries))
		rc = entries.rc ? entries.rc : repo_fail(E_INVALID, "cannot be read");
	git_config_free(file);
	buf_release(&text);
	return rc;
}

static int take_entry(struct config *config, const char *key, const char *value)
{
	for (size_t i = 0; records[i].key; i++) {
		int rc;

		if (strcasecmp(key, records[i].key))
			continue;
		if (records[i].type == CONFIG_LIST) {
			strings_add(&config->lists[i], value);
			return 0;
		}
		rc = check(&records[i], value);
		if (!rc) {
			free(config->values[i]);
			config->values[i] = xstrdup(value);
		}
		return rc;
	}
	return 0;
}

/*
 * `git -c flywheel.key=value flywheel ...` reaches us through the environment in a form that only
 * git reads; libgit2 does not. git is asked only where there is something to ask for.
 */
static int take_command_line(struct config *config)
{
	struct buf out = BUF_INIT;
	int rc;

	if (!getenv("GIT_CONFIG_PARAMETERS") && !getenv("GIT_CONFIG_COUNT"))
		return 0;
	rc = git_run(NULL, (const char *const[]){"config", "-z", "--show-scope", "--list", NULL},
		NULL, 0, &out);
	for (const char *at = out.ptr; !rc && at < out.ptr + out.len;) {
		const char *entry = at + strlen(at) + 1, *value = strchr(entry, '\n');
		char *key = xstrndup(entry, value ? (size_t)(value - entry) : strlen(entry));

		if (!strcmp(at, "command") && starts_with(key, "flywheel."))
			rc = take_entry(
				config, key + strlen("flywheel."), value ? value + 1 : "true");
		free(key);
		at = entry + strlen(entry) + 1;
	}
	buf_release(&out);
	return rc;
}

int config_load(struct repo *repo, struct config **out)
{
	struct config *config = xcalloc(1, sizeof(*config));
	git_config *all = NULL, *snapshot = NULL;
	int rc = 0;

	*out = NULL;
	for (size_t i = 0; records[i].key; i++)
		config->values[i] = xstrdup(records[i].value);
	if (repo->work_dir)
		rc = take_tracked(config, repo->work_dir);
	if (!rc && (git_repository_config(&all, repo->git) || git_config_snapshot(&snapshot, all)))
		rc = repo_fail(E_FAIL, "cannot read the git configuration");
	if (!rc)
		rc = take(config, snapshot, false);
	if (!rc)
		rc = take_command_line(config);
	git_config_free(snapshot);
	git_config_free(all);
	if (rc)
		config_free(config);
	else
		*out = config;
	return rc;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		free(config->values[i]);
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		strings_release(&config->lists[i]);
	free(config);
}

static size_t index_of(const char *key, enum config_type type)
{
	size_t i = 0;

	while (records[i].key && strcmp(records[i].key, key))
		i++;
	assert(records[i].key && records[i].type == type);
	return i;
}

static const char *value_of(const struct config *config, const char *key, enum config_type type)
{
	return config->values[index_of(key, type)];
}

bool config_bool(const struct config *config, const char *key)
{
	int value = 0;

	git_config_parse_bool(&value, value_of(config, key, CONFIG_BOOL));
	return value != 0;
}

int64_t config_number(const struct config *config, const char *key)
{
	return (int64_t)strtod(value_of(config, key, CONFIG_NUMBER), NULL);
}

double config_real(const struct config *config, const char *key)
{
	return strtod(value_of(config, key, CONFIG_REAL), NULL);
}

const char *config_text(const struct config *config, const char *key)
{
	return value_of(config, key, CONFIG_TEXT);
}

const struct strings *config_list(const struct config *config, const char *key)
{
	return &config->lists[index_of(key, CONFIG_LIST)];
}
