/* git flywheel dataset: frozen datasets, and their rows in the formats of other trainers. */
#include "flywheel/command.h"

#include "flywheel/curate.h"
#include "flywheel/store.h"
#include "flywheel/store_example.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_MAX ((size_t)1 << 30)

struct wishes {
	bool json;
	const char *format, *output;
};

static int print_row(const struct dataset_row *row, void *payload)
{
	char when[21];

	(void)payload;
	clock_format(row->at, when);
	printf("%.12s  %s  %8zu of %zu kept\n", row->sha256, when, row->kept, row->raw);
	return 0;
}

static int add_row(const struct dataset_row *row, void *payload)
{
	struct js *item = js_object();
	char when[21];

	clock_format(row->at, when);
	js_set_text(item, "sha256", row->sha256);
	js_set_text(item, "at", when);
	js_set_number(item, "raw", (int64_t)row->raw);
	js_set_number(item, "kept", (int64_t)row->kept);
	js_add(payload, item);
	return 0;
}

static int list(struct session *session, const struct wishes *wishes)
{
	struct js *array = js_array();
	struct buf out = BUF_INIT;
	int rc;

	if (wishes->json) {
		rc = store_dataset_each(session->store, add_row, array);
		js_write_pretty(array, &out);
		puts(out.ptr);
	} else {
		rc = store_dataset_each(session->store, print_row, NULL);
	}
	buf_release(&out);
	js_free(array);
	return rc;
}

/* The manifest as it stands, without its list of examples unless JSON is asked for. */
static int show(struct session *session, const char *sha256, const struct wishes *wishes)
{
	char *path = xstrfmt("%s/datasets/%s.manifest.json", store_folder(session->store), sha256);
	const char *const keys[] = {"head", "cutoff", "suite"};
	struct buf text = BUF_INIT;
	struct js *manifest = NULL;
	int rc = file_read(path, MANIFEST_MAX, &text);

	if (!rc && wishes->json) {
		fputs(text.ptr, stdout);
	} else if (!rc) {
		rc = js_parse(text.ptr, text.len, &manifest);
		printf("dataset    %s\n", sha256);
		for (size_t i = 0; !rc && i < ARRAY_SIZE(keys); i++)
			printf("%-10s %s\n", keys[i], js_get_text(manifest, keys[i]));
		if (!rc)
			printf("examples   %zu\n", js_count(js_get(manifest, "examples")));
		text.len = 0;
		if (!rc)
			js_write_pretty(js_get(manifest, "funnel"), &text);
		if (!rc)
			printf("%s\n", text.ptr);
	}
	js_free(manifest);
	buf_release(&text);
	free(path);
	return rc;
}

static int export(struct session *session, const char *sha256, const struct wishes *wishes)
{
	struct buf out = BUF_INIT;
	int rc = dataset_export(session, sha256, wishes->format ? wishes->format : "chat", &out);

	if (!rc && wishes->output)
		rc = file_write(wishes->output, out.ptr, out.len, 0600);
	else if (!rc && fwrite(out.ptr, 1, out.len, stdout) != out.len)
		rc = fail(E_IO, "cannot write: %s", strerror(errno));
	buf_release(&out);
	return rc;
}

static int act(
	struct session *session, const char *what, const char *prefix, const struct wishes *wishes)
{
	char sha256[65];
	int rc;

	if (!strcmp(what, "list"))
		return list(session, wishes);
	rc = prefix ? dataset_resolve(session, prefix, sha256) : dataset_newest(session, sha256);
	if (rc)
		return rc;
	return !strcmp(what, "show") ? show(session, sha256, wishes)
				     : export(session, sha256, wishes);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &wishes.json},
		{OPTION_TEXT, 0, "format", "name",
			"chat (the default), trl, sharegpt, alpaca or jsonl", &wishes.format},
		{OPTION_TEXT, 'o', "output", "file", "write to a file", &wishes.output},
		OPTIONS_END};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	const char *what = left > 0 ? argv[0] : "list";
	int rc;

	if (left < 0)
		return code;
	if (left > 2 || (strcmp(what, "list") && strcmp(what, "show") && strcmp(what, "export")))
		return command_usage(self, "want list, show or export");
	code = session_open(&session, false);
	if (code)
		return code;
	rc = act(&session, what, left > 1 ? argv[1] : NULL, &wishes);
	if (rc)
		code = command_fail(rc);
	session_close(&session);
	return code;
}

const struct command command_dataset = {
	.name = "dataset",
	.summary = "list, show or export frozen datasets",
	.usage = "dataset [list | show [<digest>] | export [--format <name>] [-o <file>] "
		 "[<digest>]]",
	.group = "turn",
	.run = run,
};
