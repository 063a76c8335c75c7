/* git flywheel init: the sidecar, the hooks and the first index. */
#include "flywheel/command.h"

#include "flywheel/graph.h"
#include "flywheel/graph_index.h"
#include "flywheel/hook.h"
#include "flywheel/push.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const state_words[] = {
	[HOOK_CURRENT] = "already there",
	[HOOK_WRITTEN] = "written",
	[HOOK_CHAINED] = "written; your own runs first, kept as",
	[HOOK_FOREIGN] = "not ours to write, see below",
	[HOOK_EDITED] = "edited by hand since we wrote it: left alone",
	[HOOK_COLLISION] = "left alone, because this file is in the way:",
};

static void print_hooks(const struct hook_report *report)
{
	struct buf advice = BUF_INIT;
	bool foreign = false;

	for (size_t i = 0; i < HOOK_COUNT; i++) {
		enum hook_state state = report->states[i];

		printf("  %-13s %s", report->names[i], state_words[state]);
		if (state == HOOK_CHAINED || state == HOOK_COLLISION)
			printf(" %s.before-flywheel", report->names[i]);
		putchar('\n');
		foreign |= state == HOOK_FOREIGN;
	}
	if (!foreign)
		return;
	hooks_advice(report, &advice);
	printf("\n%s\nWithout it nothing is lost: every command first catches up with HEAD.\n",
		advice.ptr);
	buf_release(&advice);
}

static int install_hooks(struct session *session, bool skip)
{
	struct hook_report report = {0};
	char *program = NULL, *trampoline = NULL;
	int rc;

	if (skip) {
		printf("  %-13s none, as asked: every command catches up with HEAD by itself\n",
			"hooks");
		return 0;
	}
	rc = hook_programs(&program, &trampoline);
	if (!rc)
		rc = hooks_install(session->repo, program, trampoline, &report);
	if (!rc)
		print_hooks(&report);
	hook_report_release(&report);
	free(program);
	free(trampoline);
	return rc;
}

static int first_index(struct session *session)
{
	struct graph_report report = {0};
	struct oid head;
	int rc = repo_head(session->repo, &head);

	if (rc == E_NOTFOUND) {
		printf("  %-13s empty: it starts with the first commit\n", "index");
		return 0;
	}
	if (!rc)
		rc = graph_catch_up(session);
	if (!rc)
		rc = graph_report(session, &report);
	if (!rc)
		printf("  %-13s %zu definitions and %zu edges in %zu files\n", "index",
			report.counts.symbols, report.counts.edges, report.counts.files);
	graph_report_release(&report);
	return rc;
}

/* Before anything is written: hooks run in a work tree, which a bare repository has not. */
static int refuse_bare(bool no_hooks)
{
	struct repo *repo = NULL;
	int rc = repo_open(".", &repo);

	if (!rc && !repo_work_dir(repo) && !no_hooks)
		rc = fail(E_UNSUPPORTED,
			"a bare repository gets no hooks: run `git flywheel init --no-hooks`, and "
			"`git flywheel index` after each fetch or push");
	repo_free(repo);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool no_hooks = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "no-hooks", NULL, "write no hooks", &no_hooks},
		OPTIONS_END,
	};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "init takes no arguments: run it inside the repository");
	rc = refuse_bare(no_hooks);
	if (rc)
		return command_fail(rc);
	code = session_open(&session, true);
	if (code)
		return code;
	interrupt_watch();
	printf("  %-13s %s/flywheel.db, private to you\n", "sidecar", store_folder(session.store));
	rc = push_watch(&session, clock_now());
	if (!rc)
		rc = install_hooks(&session, no_hooks);
	fflush(stdout);
	if (!rc)
		rc = first_index(&session);
	if (rc) {
		code = command_fail(rc);
	} else {
		puts("\nNext:\n"
		     "  git flywheel why <file>    why the code is as it is\n"
		     "  git flywheel cycle         one whole revolution: data, training, exam, "
		     "verdict\n"
		     "\nUndo: git flywheel uninstall");
	}
	session_close(&session);
	return code;
}

const struct command command_init = {
	.name = "init",
	.summary = "set up the flywheel in this repository",
	.usage = "init [--no-hooks]",
	.group = "start",
	.run = run,
};
