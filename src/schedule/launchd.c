/* launchd, on macOS: an agent of the user (launchd.plist(5)). Tested against a stand-in only. */
#define _GNU_SOURCE
#include "schedule/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <unistd.h>

static const char label[] = "org.git-flywheel.schedule";

static int agent_path(char **out)
{
	const char *home = home_dir();

	*out = NULL;
	if (!home)
		return fail(E_NOTFOUND, "launchd: HOME is not set");
	*out = xstrfmt("%s/Library/LaunchAgents/%s.plist", home, label);
	return 0;
}

static void add_xml(struct buf *out, const char *text)
{
	for (; *text; text++)
		if (*text == '&')
			buf_addstr(out, "&amp;");
		else if (*text == '<')
			buf_addstr(out, "&lt;");
		else if (*text == '>')
			buf_addstr(out, "&gt;");
		else
			buf_addch(out, *text);
}

/* AbandonProcessGroup: a worker that was left to its work outlives the tick. */
static void agent_text(const struct tick *tick, struct buf *out)
{
	buf_addf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!-- Written by `git flywheel schedule start`. -->\n"
		"<plist version=\"1.0\">\n"
		"<dict>\n"
		"\t<key>Label</key><string>%s</string>\n"
		"\t<key>ProgramArguments</key>\n"
		"\t<array>\n"
		"\t\t<string>",
		label);
	add_xml(out, tick->program);
	buf_addf(out,
		"</string>\n"
		"\t\t<string>schedule</string>\n"
		"\t\t<string>run</string>\n"
		"\t</array>\n"
		"\t<key>StartCalendarInterval</key>\n"
		"\t<dict><key>Minute</key><integer>%u</integer></dict>\n"
		"\t<key>Nice</key><integer>10</integer>\n"
		"\t<key>LowPriorityIO</key><true/>\n"
		"\t<key>AbandonProcessGroup</key><true/>\n"
		"</dict>\n"
		"</plist>\n",
		tick->minute);
}

static int bootout(const struct tick *tick)
{
	char *target = xstrfmt("gui/%lu/%s", (unsigned long)getuid(), label);
	int rc = tool_run((const char *const[]){tick->tool, "bootout", target, NULL}, NULL);

	free(target);
	return rc;
}

static int launchd_available(const struct tick *tick)
{
	return tool_run((const char *const[]){tick->tool, "list", NULL}, NULL);
}

static int launchd_installed(const struct tick *tick, enum unit *unit)
{
	struct buf text = BUF_INIT;
	char *path = NULL;
	int rc = agent_path(&path);

	*unit = UNIT_ABSENT;
	agent_text(tick, &text);
	if (!rc && file_exists(path))
		*unit = UNIT_OUTDATED;
	if (!rc && unit_same(path, &text) &&
		!tool_run((const char *const[]){tick->tool, "list", label, NULL}, NULL))
		*unit = UNIT_CURRENT;
	buf_release(&text);
	free(path);
	return rc;
}

static int launchd_remove(const struct tick *tick)
{
	char *path = NULL;
	int rc = agent_path(&path);

	/* One that is not loaded cannot be unloaded; what counts is the file, at the next login. */
	if (!rc && bootout(tick))
		error_clear();
	if (!rc)
		unlink(path);
	free(path);
	return rc;
}

static int launchd_install(const struct tick *tick)
{
	char *domain = xstrfmt("gui/%lu", (unsigned long)getuid()), *path = NULL;
	struct buf text = BUF_INIT;
	int rc = agent_path(&path);

	agent_text(tick, &text);
	if (!rc)
		rc = unit_write(path, &text);
	/* An older one of ours has to go first. */
	if (!rc && bootout(tick))
		error_clear();
	if (!rc) {
		rc = tool_run(
			(const char *const[]){tick->tool, "bootstrap", domain, path, NULL}, NULL);
		if (rc)
			unlink(path);
	}
	buf_release(&text);
	free(domain);
	free(path);
	return rc;
}

const struct scheduler scheduler_launchd = {
	.name = "launchd",
	.tool = "launchctl",
	.available = launchd_available,
	.install = launchd_install,
	.remove = launchd_remove,
	.installed = launchd_installed,
};
