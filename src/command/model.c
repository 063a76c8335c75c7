/* git flywheel model: the id that production serves. */
#include "flywheel/command.h"

#include "flywheel/gate.h"
#include "flywheel/store.h"
#include "flywheel/store_run.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>

static void print_json(const struct production *production, const char *id, const char *file)
{
	struct js *object = js_object();
	struct buf text = BUF_INIT;

	js_set_text(object, "model", id);
	js_set_text(object, "tag", *production->tag ? production->tag : NULL);
	js_set_text(object, "file", file);
	js_write_pretty(object, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(object);
}

/* Single quotes, so that a shell's eval takes any folder name as it is. */
static void print_env(const char *name, const char *value)
{
	printf("%s='", name);
	for (; value && *value; value++)
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	puts("'");
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false, env = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "env", NULL, "print FLYWHEEL_MODEL, _TAG and _FILE for a shell",
			&env},
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &json}, OPTIONS_END};
	struct production production = {0};
	struct model_row row = {0};
	struct session session;
	const char *id;
	char *file = NULL;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left || (json && env))
		return command_usage(self, "model takes --env or --json and nothing else");
	code = session_open(&session, false);
	if (code)
		return code;
	rc = gate_production(&session, &production);
	if (rc) {
		session_close(&session);
		return command_fail(rc);
	}
	id = *production.model ? production.model : "generic";
	if (*production.model && !model_row_get(session.store, id, &row))
		file = path_join(store_folder(session.store), row.file);
	if (json) {
		print_json(&production, id, file);
	} else if (env) {
		print_env("FLYWHEEL_MODEL", id);
		print_env("FLYWHEEL_MODEL_TAG", production.tag);
		print_env("FLYWHEEL_MODEL_FILE", file);
	} else {
		puts(id);
	}
	free(file);
	model_row_release(&row);
	production_release(&production);
	session_close(&session);
	return EXIT_OK;
}

const struct command command_model = {
	.name = "model",
	.summary = "print the model that production serves",
	.usage = "model [--env | --json]",
	.group = "look",
	.run = run,
};
