/* Starting and stopping: the table of schedulers, and which of them is used. */
#define _GNU_SOURCE
#include "schedule/internal.h"

#include "flywheel/config.h"
#include "flywheel/hook.h"
#include "util/error.h"
#include "util/file.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define EVERY_DEFAULT "12h"

const struct scheduler *const schedulers[] = {
	&scheduler_systemd,
	&scheduler_crontab,
	&scheduler_launchd,
	NULL,
};

/* Each user of each machine has a minute of their own, never the full hour, so that a company's
 * machines do not all ask one server at once. */
static unsigned own_minute(void)
{
	struct buf seed = BUF_INIT;
	char host[256] = "";
	unsigned minute;

	if (file_read("/etc/machine-id", 256, &seed)) {
		error_clear();
		gethostname(host, sizeof(host) - 1);
		buf_addstr(&seed, host);
	}
	buf_addf(&seed, " %lu", (unsigned long)getuid());
	minute = 1 + (unsigned)(hash_bytes(seed.ptr, seed.len, 0) % 59);
	buf_release(&seed);
	return minute;
}

static int tool_of(const struct scheduler *scheduler, char **out)
{
	const char *fakes = getenv("FLYWHEEL_TEST_SCHEDULER");
	struct strings list = STRINGS_INIT;
	size_t len = strlen(scheduler->name);

	*out = NULL;
	if (!fakes) {
		*out = xstrdup(scheduler->tool);
		return 0;
	}
	strings_split(&list, fakes, ',');
	for (size_t i = 0; i < list.count && !*out; i++)
		if (starts_with(list.items[i], scheduler->name) && list.items[i][len] == ':')
			*out = xstrdup(list.items[i] + len + 1);
	strings_release(&list);
	return *out ? 0 : fail(E_NOTFOUND, "%s: not found", scheduler->tool);
}

int tick_init(const struct scheduler *scheduler, struct tick *tick)
{
	char *trampoline = NULL;
	int rc;

	memset(tick, 0, sizeof(*tick));
	tick->minute = own_minute();
	rc = tool_of(scheduler, &tick->tool);
	if (!rc)
		rc = hook_programs(&tick->program, &trampoline);
	free(trampoline);
	if (!rc && strpbrk(tick->program, "\n\r"))
		rc = fail(E_UNSUPPORTED, "the path of git-flywheel holds a line break, which no "
					 "scheduler can take: install it elsewhere");
	if (rc)
		tick_release(tick);
	return rc;
}

void tick_release(struct tick *tick)
{
	free(tick->tool);
	free(tick->program);
	memset(tick, 0, sizeof(*tick));
}

int tool_run(const char *const *argv, struct buf *out)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	const struct process_options options = {.env = env, .timeout_s = TOOL_SECONDS};
	struct buf errors = BUF_INIT;
	int rc = process_run(argv, &options, out, &errors);
	char *line = first_line(errors.ptr, 300);

	if (rc == 127)
		rc = fail(E_NOTFOUND, "%s: not found", path_base(argv[0]));
	else if (rc > 0)
		rc = fail(E_FAIL, "%s failed: %s", path_base(argv[0]),
			*line ? line : "it does not say why");
	free(line);
	buf_release(&errors);
	return rc;
}

bool unit_same(const char *path, const struct buf *text)
{
	struct buf held = BUF_INIT;
	bool same = !file_read(path, text->len, &held) && held.len == text->len &&
		    !memcmp(held.ptr, text->ptr, text->len);

	error_clear();
	buf_release(&held);
	return same;
}

int unit_write(const char *path, const struct buf *text)
{
	char *folder = xstrndup(path, (size_t)(path_base(path) - path) - 1);
	int rc = 0;

	if (!unit_same(path, text)) {
		rc = file_mkdirs(folder, 0755);
		if (!rc)
			rc = file_write(path, text->ptr, text->len, 0644);
	}
	free(folder);
	return rc;
}

/*
 * One start or stop of a user at a time: one that empties the list must not remove the tick of one
 * that fills it. The home folder itself is locked, which leaves no file; where that cannot be done
 * (some network file systems) there is no lock. -1: none.
 */
static int lock_user(void)
{
	const char *home = home_dir();
	int fd = home ? open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	while (fd >= 0 && flock(fd, LOCK_EX) && errno == EINTR)
		;
	return fd;
}

/* Which state the unit of this scheduler is in; UNIT_ABSENT where it cannot be used. */
static enum unit unit_of(const struct scheduler *scheduler)
{
	enum unit unit = UNIT_ABSENT;
	struct tick tick;

	if (tick_init(scheduler, &tick) || scheduler->installed(&tick, &unit))
		unit = UNIT_ABSENT;
	error_clear();
	tick_release(&tick);
	return unit;
}

static const struct scheduler *in_use(enum unit *unit)
{
	for (size_t i = 0; schedulers[i]; i++) {
		*unit = unit_of(schedulers[i]);
		if (*unit != UNIT_ABSENT)
			return schedulers[i];
	}
	return NULL;
}

const struct scheduler *scheduler_in_use(enum unit *unit, unsigned *minute)
{
	*minute = own_minute();
	return in_use(unit);
}

static int check_available(const struct scheduler *scheduler)
{
	struct tick tick;
	int rc = tick_init(scheduler, &tick);

	if (!rc)
		rc = scheduler->available(&tick);
	tick_release(&tick);
	return rc;
}

static const struct scheduler *by_name(const char *name)
{
	for (size_t i = 0; schedulers[i]; i++)
		if (!strcmp(schedulers[i]->name, name))
			return schedulers[i];
	return NULL;
}

/* "auto": the one that is used already, else the first that can be. */
static int choose(const char *name, const struct scheduler **out)
{
	struct buf reasons = BUF_INIT;
	enum unit unit;
	int rc;

	if (strcmp(name, "auto")) {
		*out = by_name(name);
		if (!*out)
			return fail(E_USAGE,
				"'%s' is no scheduler: systemd, crontab, launchd or auto", name);
		rc = check_available(*out);
		return rc ? fail_context(rc, "cannot use %s", name) : 0;
	}
	*out = in_use(&unit);
	if (*out && !check_available(*out))
		return 0;
	for (size_t i = 0; schedulers[i]; i++) {
		*out = schedulers[i];
		if (!check_available(*out)) {
			buf_release(&reasons);
			error_clear();
			return 0;
		}
		buf_addf(&reasons, "%s%s", reasons.len ? "; " : "", error_message());
	}
	*out = NULL;
	rc = fail(E_NOTFOUND, "no scheduler can be used here: %s", reasons.ptr);
	buf_release(&reasons);
	return rc;
}

static int remove_unit(const struct scheduler *scheduler, bool *removed)
{
	struct tick tick;
	int rc;

	if (unit_of(scheduler) == UNIT_ABSENT)
		return 0;
	*removed = true;
	rc = tick_init(scheduler, &tick);
	if (!rc)
		rc = scheduler->remove(&tick);
	tick_release(&tick);
	return rc;
}

/* One tick only: what another scheduler had of ours goes. */
static int install(const struct scheduler *scheduler, bool *written)
{
	bool removed;
	struct tick tick;
	enum unit unit;
	int rc = tick_init(scheduler, &tick);

	if (!rc)
		rc = scheduler->installed(&tick, &unit);
	if (!rc && unit != UNIT_CURRENT) {
		rc = scheduler->install(&tick);
		*written = true;
	}
	tick_release(&tick);
	for (size_t i = 0; schedulers[i] && !rc; i++)
		if (schedulers[i] != scheduler)
			rc = remove_unit(schedulers[i], &removed);
	return rc;
}

/* A tick that was written for a repository that could not be entered goes again. */
static int take_back(const struct scheduler *scheduler, int code)
{
	char *why = xstrdup(error_message());
	bool removed;

	remove_unit(scheduler, &removed);
	code = fail(code, "%s", why);
	free(why);
	return code;
}

static int enter(struct repo *repo, struct schedule_change *out)
{
	struct strings list = STRINGS_INIT;
	int rc = git_run(repo_git_dir(repo),
		(const char *const[]){"config", "--local", "flywheel.every", out->every, NULL},
		NULL, 0, NULL);

	if (!rc)
		rc = repositories_list(&list);
	if (!rc && !strings_contains(&list, out->repository)) {
		rc = repositories_add(out->repository);
		out->listed = !rc;
	}
	out->left = list.count + out->listed;
	strings_release(&list);
	return rc;
}

int schedule_start(
	struct session *session, const char *name, const char *every, struct schedule_change *out)
{
	const struct scheduler *scheduler = NULL;
	const char *set = config_text(session->config, "every");
	int64_t seconds;
	int lock, rc;

	memset(out, 0, sizeof(*out));
	out->minute = own_minute();
	out->repository = repository_path(session->repo);
	out->every = xstrdup(every ? every : *set ? set : EVERY_DEFAULT);
	rc = every_parse(out->every, &seconds);
	if (!rc && !seconds)
		rc = fail(E_INVALID, "an empty time is no schedule: want 30m, 12h or 1d");
	if (rc)
		return rc;
	lock = lock_user();
	rc = choose(name, &scheduler);
	if (!rc)
		rc = install(scheduler, &out->unit);
	if (!rc) {
		out->scheduler = scheduler->name;
		rc = enter(session->repo, out);
		if (rc && out->unit)
			rc = take_back(scheduler, rc);
	}
	if (lock >= 0)
		close(lock);
	return rc;
}

/* git exits with 5 when it is not set: then all is as it should be. */
static void unset_every(struct repo *repo)
{
	if (git_run(repo_git_dir(repo),
		    (const char *const[]){
			    "config", "--local", "--unset-all", "flywheel.every", NULL},
		    NULL, 0, NULL))
		error_clear();
}

int schedule_stop(struct repo *repo, struct schedule_change *out)
{
	struct strings list = STRINGS_INIT;
	int lock = lock_user();
	int rc;

	memset(out, 0, sizeof(*out));
	out->minute = own_minute();
	out->repository = repository_path(repo);
	rc = repositories_list(&list);
	out->listed = strings_contains(&list, out->repository);
	out->left = list.count - out->listed;
	if (!rc && out->listed)
		rc = repositories_remove(out->repository);
	if (!rc)
		unset_every(repo);
	/* After the list: a tick that cannot be removed finds no repository, and does nothing. */
	for (size_t i = 0; schedulers[i] && !rc && !out->left; i++) {
		bool removed = false;

		rc = remove_unit(schedulers[i], &removed);
		if (removed) {
			out->scheduler = schedulers[i]->name;
			out->unit = true;
		}
	}
	if (lock >= 0)
		close(lock);
	strings_release(&list);
	return rc;
}

void schedule_change_release(struct schedule_change *change)
{
	free(change->repository);
	free(change->every);
	memset(change, 0, sizeof(*change));
}
