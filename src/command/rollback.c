/* git flywheel rollback: the model that served before serves again. */
#include "flywheel/command.h"

#include "flywheel/gate.h"
#include "util/error.h"
#include "util/js.h"
#include "util/options.h"

#include <stdio.h>

static void print_json(const struct production *production, bool moved)
{
	struct js *object = js_object();
	struct buf text = BUF_INIT;

	js_set_text(object, "model", *production->model ? production->model : "generic");
	js_set_text(object, "tag", *production->tag ? production->tag : NULL);
	js_set_bool(object, "moved", moved);
	js_write_pretty(object, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(object);
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false, moved;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &json}, OPTIONS_END};
	struct production production = {0};
	struct session session;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left > 1)
		return command_usage(self, "name one tag, or none for the one before");
	code = session_open(&session, false);
	if (code)
		return code;
	rc = gate_rollback(&session, left ? argv[0] : NULL, &production);
	moved = !rc;
	if (rc == E_EXISTS)
		rc = gate_production(&session, &production);
	if (rc) {
		code = command_fail(rc);
	} else if (json) {
		print_json(&production, moved);
	} else {
		printf("%s%s%s serves %s\n",
			*production.model ? production.model : "the generic base",
			*production.tag ? ", " : "", production.tag, moved ? "now" : "already");
	}
	production_release(&production);
	session_close(&session);
	return code;
}

const struct command command_rollback = {
	.name = "rollback",
	.summary = "let the model before, or a tagged one, serve again",
	.usage = "rollback [<tag>] [--json]",
	.group = "turn",
	.run = run,
};
