/*
 * Somebody else's program as the trainer: one word is appended to its arguments, what it needs is
 * in its environment. It decides where training happens; we hold its result against its digests.
 */
#include "flywheel/config.h"
#include "flywheel/manifest.h"
#include "flywheel/repo.h"
#include "train/internal.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TRY_LATER 75 /* EX_TEMPFAIL of sysexits.h */
#define TIMEOUT 600  /* seconds for one word: it starts and asks, it does not train */
#define VARIABLES 7
#define MAX_OUTPUT ((size_t)64 << 20)
#define MESSAGE_MAX 4000

static int command_check(struct session *session)
{
	const struct strings *program = config_list(session->config, "command");

	if (!program->count || !*program->items[0])
		return fail(E_INVALID,
			"flywheel.command is not set: name your program, and each of "
			"its arguments with `git config --add flywheel.command`");
	return artifacts_check(session);
}

/* Owned texts, NULL-terminated. */
static void fill_environment(const struct train_job *job, char *env[VARIABLES + 1])
{
	const struct config *config = job->session->config;
	const struct package *package = job->package;

	env[0] = xstrfmt("FLYWHEEL_KEY=%s", job->key);
	env[1] = xstrfmt("FLYWHEEL_PACKAGE=%s", package ? package->path : "");
	env[2] = xstrfmt("FLYWHEEL_PACKAGE_SHA256=%s", package ? package->sha256 : "");
	env[3] = xstrfmt("FLYWHEEL_DATASET=%s", job->dataset);
	env[4] = xstrfmt("FLYWHEEL_BASE=%s", config_text(config, "base"));
	env[5] = xstrfmt("FLYWHEEL_ARTIFACTS=%s", config_text(config, "artifacts"));
	env[6] = xstrfmt("FLYWHEEL_SEED=%jd", (intmax_t)job->seed);
	env[VARIABLES] = NULL;
}

static int judge(const struct train_job *job, const char *word, int status, const char *errors)
{
	const char *program = config_list(job->session->config, "command")->items[0];
	char *line;

	if (status <= 0)
		return status;
	if (status == 127)
		return fail(E_INVALID, "flywheel.command: no program '%s'", program);
	line = first_line(errors, 300);
	if (!*line) {
		free(line);
		line = xstrfmt("exit status %d", status);
	}
	status =
		fail(status == TRY_LATER ? E_NETWORK : E_INVALID, "%s %s: %s", program, word, line);
	free(line);
	return status;
}

static int ask(const struct train_job *job, const char *word, struct buf *out)
{
	const struct strings *program = config_list(job->session->config, "command");
	const char **argv = xcalloc(program->count + 2, sizeof(*argv));
	const char *work = repo_work_dir(job->session->repo);
	struct buf errors = BUF_INIT;
	char *env[VARIABLES + 1];
	struct process_options options = {
		.folder = work ? work : repo_common_dir(job->session->repo),
		.env = (const char *const *)env,
		.elsewhere = true,
		.timeout_s = TIMEOUT,
		.max_output = MAX_OUTPUT};
	int rc;

	fill_environment(job, env);
	for (size_t i = 0; i < program->count; i++)
		argv[i] = program->items[i];
	argv[program->count] = word;
	rc = process_run(argv, &options, out, &errors);
	rc = judge(job, word, rc, errors.ptr);
	for (size_t i = 0; i < VARIABLES; i++)
		free(env[i]);
	buf_release(&errors);
	free(argv);
	return rc;
}

static int take_state(const char *text, enum remote_state *state, struct buf *message)
{
	static const char *const words[] = {
		"absent", "waiting", "running", "succeeded", "failed", "stopped"};
	size_t len = strcspn(text, " \t\r\n");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && !strncmp(words[i], text, len)) {
			*state = (enum remote_state)i; /* in the order of the enum */
			text += len + strspn(text + len, " \t");
			buf_add(message, text, strnlen(text, MESSAGE_MAX));
			buf_trim(message);
			return 0;
		}
	return fail(E_INVALID,
		"flywheel.command: poll printed '%.*s': want absent, waiting, running, succeeded, "
		"failed or stopped",
		(int)(len < 40 ? len : 40), text);
}

static int command_poll(const struct train_job *job, enum remote_state *state, struct buf *message)
{
	struct buf out = BUF_INIT;
	int rc = ask(job, "poll", &out);

	if (!rc)
		rc = take_state(out.ptr, state, message);
	buf_release(&out);
	return rc;
}

/* Asked first, and again after a failure: as with any other trainer, a key has one job. */
static int command_submit(const struct train_job *job)
{
	enum remote_state state = REMOTE_ABSENT;
	struct buf message = BUF_INIT;
	char *words = NULL;
	int rc = command_poll(job, &state, &message);

	if (!rc && state == REMOTE_ABSENT) {
		rc = ask(job, "submit", NULL);
		words = rc ? xstrdup(error_message()) : NULL;
		buf_clear(&message);
		if (rc && !command_poll(job, &state, &message) && state != REMOTE_ABSENT)
			rc = 0;
		if (rc)
			fail(rc, "%s", words);
	}
	free(words);
	buf_release(&message);
	return rc;
}

static int command_log(const struct train_job *job, struct buf *out)
{
	struct buf text = BUF_INIT;
	int rc = ask(job, "log", &text);

	if (!rc)
		log_tail(text.ptr, out);
	buf_release(&text);
	return rc;
}

static int command_cancel(const struct train_job *job)
{
	return ask(job, "cancel", NULL);
}

/* The program may fetch the result first; one that has nothing to do just ends well. */
static int command_collect(const struct train_job *job, struct train_artifact *out)
{
	int rc = ask(job, "collect", NULL);

	memset(out, 0, sizeof(*out));
	return rc ? rc : manifest_collect(job, "command", out);
}

static int command_describe(const struct train_job *job, struct buf *out)
{
	const struct strings *program = config_list(job->session->config, "command");
	char *env[VARIABLES + 1];

	buf_addstr(out, "destination\t");
	for (size_t i = 0; i < program->count; i++)
		buf_addf(out, "%s%s", i ? " " : "", program->items[i]);
	buf_addstr(
		out, " submit\nentrypoint\tyours; the package expects python3 train.py job.json\n");
	fill_environment(job, env);
	for (size_t i = 0; i < VARIABLES; i++) {
		buf_addf(out, "environment\t%s\n", env[i]);
		free(env[i]);
	}
	buf_addf(
		out, "results\t%s/%s/\n", config_text(job->session->config, "artifacts"), job->key);
	return 0;
}

const struct trainer trainer_command = {
	.name = "command",
	.summary = "a program of yours (flywheel.command)",
	.remote = true,
	.check = command_check,
	.submit = command_submit,
	.poll = command_poll,
	.log = command_log,
	.cancel = command_cancel,
	.collect = command_collect,
	.describe = command_describe,
};
