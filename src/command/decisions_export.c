/* git flywheel decisions export: decisions as records (ADRs) in a folder. */
#include "command/decisions.h"

#include "command/print_decision.h"
#include "util/error.h"
#include "util/strings.h"

#include <stdio.h>
#include <string.h>

struct exporting {
	struct decisions_request *request;
	struct strings ids;
	struct js *list;
};

/* Records that the folder, or another one, holds already are not written a second time. */
static int on_accepted(const struct decision *decision, void *payload)
{
	struct exporting *exporting = payload;

	if (!strcmp(decision->status, "accepted") && strcmp(decision->source, "adr") != 0)
		strings_add(&exporting->ids, decision->id);
	return 0;
}

static int write_one(struct exporting *exporting, const char *id)
{
	struct decisions_request *request = exporting->request;
	struct buf path = BUF_INIT;
	struct js *object;
	int rc = decision_export(request->session, id, request->adr, request->nygard, &path);

	if (!rc && request->json) {
		object = js_object();
		js_set_text(object, "id", id);
		js_set_text(object, "path", path.ptr);
		js_add(exporting->list, object);
	} else if (!rc) {
		print_text(path.ptr);
		putchar('\n');
	}
	buf_release(&path);
	return rc;
}

int decisions_export(struct decisions_request *request)
{
	struct exporting exporting = {.request = request};
	struct buf out = BUF_INIT;
	int rc = 0;

	if (!request->adr)
		return command_usage(request->command, "export wants --adr <folder>");
	exporting.list = js_array();
	for (int i = 0; i < request->count; i++)
		strings_add(&exporting.ids, request->words[i]);
	if (!request->count)
		rc = decision_each(request->session, NULL, on_accepted, &exporting);
	for (size_t i = 0; i < exporting.ids.count && !rc; i++)
		rc = write_one(&exporting, exporting.ids.items[i]);
	if (!rc && request->json) {
		js_write_pretty(exporting.list, &out);
		puts(out.ptr);
	} else if (!rc && !exporting.ids.count) {
		puts("no accepted decision to export: name some by id, or accept them first");
	}
	js_free(exporting.list);
	buf_release(&out);
	if (!rc && !exporting.ids.count) {
		strings_release(&exporting.ids);
		return EXIT_NO;
	}
	strings_release(&exporting.ids);
	return decisions_finish(rc);
}
