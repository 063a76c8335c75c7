/* systemd: a timer and a service of the user's own manager (systemd.timer(5), systemd.service(5)).
 */
#include "schedule/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char service_name[] = "git-flywheel.service", timer_name[] = "git-flywheel.timer";

/* Where the user's units lie; E_NOTFOUND without a home. */
static int unit_path(const char *name, char **out)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = home_dir();

	*out = NULL;
	if (config && *config == '/')
		*out = xstrfmt("%s/systemd/user/%s", config, name);
	else if (home)
		*out = xstrfmt("%s/.config/systemd/user/%s", home, name);
	else
		return fail(E_NOTFOUND, "systemd: HOME is not set");
	return 0;
}

/* One word of a command line: in double quotes, with C escapes; a % would be a specifier. */
static void add_word(struct buf *out, const char *text)
{
	buf_addch(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addch(out, '\\');
		buf_addch(out, *text);
		if (*text == '%')
			buf_addch(out, '%');
	}
	buf_addch(out, '"');
}

/* systemd refuses a program whose path holds quotes or backslashes: a shell starts that one. A
 * leading ":" leaves $ alone. */
static void add_command(struct buf *out, const char *program)
{
	if (strpbrk(program, "\"'\\")) {
		buf_addstr(out, ":/bin/sh -c \"exec \\\"$0\\\" schedule run\" ");
		add_word(out, program);
	} else {
		char *word = xstrfmt(":%s", program);

		add_word(out, word);
		buf_addstr(out, " schedule run");
		free(word);
	}
}

/* KillMode: a worker that was left to its work outlives the tick. */
static void service_text(const struct tick *tick, struct buf *out)
{
	buf_addstr(out, "# Written by `git flywheel schedule start`.\n"
			"[Unit]\n"
			"Description=Turn the git flywheel where it is due\n"
			"Documentation=man:git-flywheel-schedule(1)\n"
			"\n"
			"[Service]\n"
			"Type=oneshot\n"
			"ExecStart=");
	add_command(out, tick->program);
	buf_addstr(out, "\nNice=10\n"
			"KillMode=process\n");
}

static void timer_text(const struct tick *tick, struct buf *out)
{
	buf_addf(out,
		"# Written by `git flywheel schedule start`.\n"
		"[Unit]\n"
		"Description=Each hour: see where the git flywheel is due\n"
		"Documentation=man:git-flywheel-schedule(1)\n"
		"\n"
		"[Timer]\n"
		"OnCalendar=*-*-* *:%02u:00\n"
		"RandomizedDelaySec=5min\n"
		"Persistent=true\n"
		"\n"
		"[Install]\n"
		"WantedBy=timers.target\n",
		tick->minute);
}

struct units {
	char *service, *timer; /* paths */
	struct buf service_text, timer_text;
};

static int units_init(const struct tick *tick, struct units *units)
{
	int rc = unit_path(service_name, &units->service);

	if (!rc)
		rc = unit_path(timer_name, &units->timer);
	buf_init(&units->service_text);
	buf_init(&units->timer_text);
	service_text(tick, &units->service_text);
	timer_text(tick, &units->timer_text);
	return rc;
}

static void units_release(struct units *units)
{
	free(units->service);
	free(units->timer);
	buf_release(&units->service_text);
	buf_release(&units->timer_text);
}

static int reload(const struct tick *tick)
{
	return tool_run((const char *const[]){tick->tool, "--user", "daemon-reload", NULL}, NULL);
}

static int systemd_available(const struct tick *tick)
{
	return tool_run((const char *const[]){tick->tool, "--user", "list-timers", NULL}, NULL);
}

static int systemd_installed(const struct tick *tick, enum unit *unit)
{
	const char *const argv[] = {tick->tool, "--user", "is-enabled", timer_name, NULL};
	struct units units = {0};
	int rc = units_init(tick, &units);

	*unit = UNIT_ABSENT;
	if (!rc && (file_exists(units.service) || file_exists(units.timer)))
		*unit = UNIT_OUTDATED;
	if (!rc && unit_same(units.service, &units.service_text) &&
		unit_same(units.timer, &units.timer_text) && !tool_run(argv, NULL))
		*unit = UNIT_CURRENT;
	units_release(&units);
	return rc;
}

static int systemd_remove(const struct tick *tick)
{
	const char *const argv[] = {tick->tool, "--user", "disable", "--now", timer_name, NULL};
	struct units units = {0};
	int rc = units_init(tick, &units);
	int disabled;

	if (rc)
		goto out;
	disabled = tool_run(argv, NULL);
	unlink(units.timer);
	unlink(units.service);
	rc = reload(tick);
	rc = disabled ? disabled : rc;
out:
	units_release(&units);
	return rc;
}

static int systemd_install(const struct tick *tick)
{
	const char *const argv[] = {tick->tool, "--user", "enable", "--now", timer_name, NULL};
	struct units units = {0};
	int rc = units_init(tick, &units);

	if (!rc)
		rc = unit_write(units.service, &units.service_text);
	if (!rc)
		rc = unit_write(units.timer, &units.timer_text);
	if (!rc)
		rc = reload(tick);
	if (!rc)
		rc = tool_run(argv, NULL);
	if (rc && units.timer) {
		char *why = xstrdup(error_message());

		systemd_remove(tick);
		rc = fail(rc, "%s", why);
		free(why);
	}
	units_release(&units);
	return rc;
}

const struct scheduler scheduler_systemd = {
	.name = "systemd",
	.tool = "systemctl",
	.available = systemd_available,
	.install = systemd_install,
	.remove = systemd_remove,
	.installed = systemd_installed,
};
