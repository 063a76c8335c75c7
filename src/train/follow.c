/*
 * The stages of a run whose trainer is elsewhere: package and upload, then a job that is submitted
 * once and asked for until it has ended. Each call does one step and returns.
 */
#include "flywheel/deploy.h"
#include "flywheel/package.h"
#include "flywheel/queue.h"
#include "flywheel/revolution.h"
#include "train/internal.h"

#include "flywheel/config.h"
#include "flywheel/store.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MONTH ((int64_t)30 * CLOCK_DAY)
#define POLL_FIRST 5 /* seconds between questions, growing with the age of the job */
#define POLL_LAST 60
#define SETTLE 600 /* seconds that a shared folder may take to show what a job left there */

static const char *const states[] = {
	"absent", "waiting", "running", "succeeded", "failed", "stopped", "unstarted"};

/*
 * The same run gives the same key in every process: the remote job's identity must not depend on
 * who survived. The clone's random part keeps two clones of one repository apart.
 */
static int make_key(struct revolution *revolution)
{
	struct session *session = revolution->session;
	char hex[DIGEST_HEX + 1];
	char *clone = NULL, *text = NULL, *key;
	int rc;

	if (*revolution->row.key)
		return 0;
	rc = store_identity(session->store, &clone);
	if (rc)
		return rc;
	text = xstrfmt(
		"%s\n%lld\n%s", clone, (long long)revolution->row.id, revolution->row.dataset);
	digest_bytes(text, strlen(text), hex);
	key = xstrfmt("flywheel-%.16s", hex);
	run_set(&revolution->row.key, key);
	free(key);
	free(text);
	free(clone);
	return 0;
}

static int describe_job(struct revolution *revolution, struct train_job *out)
{
	int rc = make_key(revolution);

	*out = (struct train_job){.session = revolution->session,
		.split = &revolution->split,
		.key = revolution->row.key,
		.dataset = revolution->row.dataset,
		.seed = config_number(revolution->session->config, "seed")};
	return rc;
}

int revolution_job(struct revolution *revolution, struct package *package, struct train_job *out)
{
	int rc = describe_job(revolution, out);

	memset(package, 0, sizeof(*package));
	if (rc || !trainer_find(revolution->row.trainer)->remote)
		return rc;
	rc = package_make(out, package);
	out->package = package;
	return rc;
}

static int check_month(struct revolution *revolution, double cost)
{
	const struct config *config = revolution->session->config;
	double cap = config_real(config, "maxCostMonth"), spent = 0;
	int rc = 0;

	if (cap > 0)
		rc = run_cost_since(revolution->session->store, clock_now() - MONTH, &spent);
	if (!rc && cap > 0 && spent + cost > cap)
		rc = fail(E_INVALID,
			"training may cost %.2f and the last 30 days cost %.2f: together over the "
			"%.2f of flywheel.maxCostMonth",
			cost, spent, cap);
	return rc;
}

int upload_stage(struct revolution *revolution)
{
	const struct trainer *trainer = NULL;
	struct package package = {0};
	struct train_job job;
	double hours = 0, cost = 0;
	int rc = trainer_configured(revolution->session, &trainer);

	if (!rc)
		rc = server_check(revolution->session);
	if (!rc)
		rc = revolution_job(revolution, &package, &job);
	if (!rc)
		rc = train_cost_check(revolution->session, &package);
	if (!rc)
		rc = train_estimate(revolution->session, &package, &hours, &cost);
	if (!rc)
		rc = check_month(revolution, cost);
	if (!rc && trainer->upload)
		rc = trainer->upload(&job);
	if (!rc) {
		revolution->row.cost = cost;
		buf_addf(&revolution->said, "%zu rows, %zu KiB to %s as %s", package.rows,
			package.bytes / 1024, trainer->name, revolution->row.key);
	}
	package_release(&package);
	package_sweep(revolution->session); /* it is made again, the same, to be submitted */
	return rc;
}

static int later(struct revolution *revolution, const char *why)
{
	int64_t now = clock_now(), age = now - revolution->row.submitted;
	int64_t pause = age / 20;

	pause = pause < POLL_FIRST ? POLL_FIRST : pause > POLL_LAST ? POLL_LAST : pause;
	revolution->row.next_at = now + pause;
	return fail(E_LATER, "%s", why);
}

/* What the job has cost so far; over the cap it is stopped, and the run fails with the reason. */
static int charge(
	struct revolution *revolution, const struct trainer *trainer, const struct train_job *job)
{
	const struct config *config = revolution->session->config;
	double price = config_real(config, "costPerHour"), cap = config_real(config, "maxCost");
	double hours = (double)(clock_now() - revolution->row.submitted) / 3600.0;
	int rc = 0;

	if (price <= 0 || hours <= 0)
		return 0;
	revolution->row.cost = hours * price;
	if (cap <= 0 || revolution->row.cost <= cap)
		return 0;
	if (trainer->cancel)
		rc = trainer->cancel(job);
	return rc ? rc
		  : fail(E_INVALID,
			    "stopped after %.2f hours: that cost %.2f, over the %.2f of "
			    "flywheel.maxCost",
			    hours, revolution->row.cost, cap);
}

/* Only here the package is needed: to make it is to read and scan every row again. */
static int submit(struct revolution *revolution, const struct trainer *trainer)
{
	struct package package = {0};
	struct train_job job;
	int rc = revolution_job(revolution, &package, &job);

	if (!rc)
		rc = trainer->submit(&job);
	package_release(&package);
	package_sweep(revolution->session);
	if (rc)
		return rc;
	revolution->row.submitted = clock_now();
	run_set(&revolution->row.remote, "waiting");
	return run_save(revolution->session->store, &revolution->row);
}

static int collect(
	struct revolution *revolution, const struct trainer *trainer, const struct train_job *job)
{
	struct train_artifact artifact = {0};
	int rc = trainer->collect(job, &artifact);

	if (!rc)
		rc = revolution_take(revolution, &artifact, job->seed);
	train_artifact_release(&artifact);
	return rc;
}

/* The job has ended well; its result may still be on its way through a shared folder. */
static int settle(
	struct revolution *revolution, const struct trainer *trainer, const struct train_job *job)
{
	int64_t now = clock_now(), since = now;
	char *said;
	int rc;

	if (starts_with(revolution->row.remote, "succeeded at "))
		since = strtoll(revolution->row.remote + strlen("succeeded at "), NULL, 10);
	said = xstrfmt("succeeded at %lld", (long long)since);
	run_set(&revolution->row.remote, said);
	free(said);
	rc = collect(revolution, trainer, job);
	if (rc != E_NOTFOUND || now - since > SETTLE)
		return rc;
	return later(revolution, "the job is done, its result is not there yet");
}

static int follow(
	struct revolution *revolution, const struct trainer *trainer, const struct train_job *job)
{
	enum remote_state state = REMOTE_ABSENT;
	struct buf message = BUF_INIT;
	char *line = NULL;
	int rc = trainer->poll(job, &state, &message);

	if (!rc && state == REMOTE_SUCCEEDED) {
		rc = settle(revolution, trainer, job);
		goto out;
	}
	if (rc)
		goto out;
	line = first_line(message.ptr, 200);
	run_set(&revolution->row.remote, states[state]);
	if (state == REMOTE_WAITING || state == REMOTE_RUNNING) {
		rc = charge(revolution, trainer, job);
		if (!rc)
			rc = later(revolution, *line ? line : states[state]);
		goto out;
	}
	if (state == REMOTE_UNSTARTED) {
		rc = later(revolution, *line ? line : states[state]);
		revolution->row.submitted = 0;
		goto out;
	}
	/* Ended, or forgotten with the cluster: what it left behind says more than the status. */
	rc = collect(revolution, trainer, job);
	if (rc == E_NOTFOUND)
		rc = fail(E_FAIL, "the job %s is %s%s%s: `git flywheel jobs log %lld`", job->key,
			states[state], *line ? ": " : "", line, (long long)revolution->row.id);
out:
	free(line);
	buf_release(&message);
	return rc;
}

static int train_elsewhere(struct revolution *revolution, const struct trainer *trainer)
{
	struct train_job job;
	int rc = describe_job(revolution, &job);

	if (!rc && !revolution->row.submitted)
		rc = submit(revolution, trainer);
	return rc ? rc : follow(revolution, trainer, &job);
}

int train_stage(struct revolution *revolution)
{
	const struct trainer *trainer = trainer_find(revolution->row.trainer);
	struct train_job job = {.session = revolution->session,
		.split = &revolution->split,
		.key = revolution->row.key,
		.dataset = revolution->row.dataset,
		.seed = config_number(revolution->session->config, "seed")};

	if (!trainer)
		return fail(E_INVALID, "run %lld wants a trainer '%s', which is not known here",
			(long long)revolution->row.id, revolution->row.trainer);
	return trainer->remote ? train_elsewhere(revolution, trainer)
			       : collect(revolution, trainer, &job);
}

int revolution_stop(struct revolution *revolution)
{
	const struct trainer *trainer = trainer_find(revolution->row.trainer);
	struct train_job job = {.session = revolution->session,
		.split = &revolution->split,
		.key = revolution->row.key,
		.dataset = revolution->row.dataset};

	/* Also when nothing says that it was submitted: the answer may have been lost. */
	if (!trainer || !trainer->cancel || !*revolution->row.key || *revolution->row.model)
		return 0;
	return trainer->cancel(&job);
}
