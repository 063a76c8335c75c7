/* One decision on the terminal and as JSON. */
#include "command/print_decision.h"

#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 400

void print_text(const char *text)
{
	struct buf out = BUF_INIT;
	size_t len = strlen(text), cut = len > LINE_MAX_BYTES ? LINE_MAX_BYTES : len;

	cut = utf8_valid_prefix(text, cut);
	buf_add_printable(&out, text, cut ? cut : len);
	fputs(out.ptr, stdout);
	if (cut && cut < len)
		fputs(" ...", stdout);
	buf_release(&out);
}

static void print_field(const char *label, const char *text)
{
	if (!*text)
		return;
	printf("  %-10s ", label);
	print_text(text);
	putchar('\n');
}

static void print_origin(struct session *session, const struct decision *decision)
{
	char hex[OID_HEX + 1], date[21];
	struct commit commit;

	clock_format(decision->at, date);
	date[10] = '\0';
	if (oid_is_zero(&decision->commit)) {
		printf("  %-10s %s ", "from", decision->source);
		print_text(decision->origin);
		if (decision->at)
			printf(", %s %s",
				strcmp(decision->source, "comment") ? "on" : "in place by", date);
		putchar('\n');
		return;
	}
	oid_hex(&decision->commit, hex);
	printf("  %-10s %s %.12s %s ", "from", decision->source, hex, date);
	if (!repo_commit_read(session->repo, &decision->commit, &commit)) {
		char *subject = first_line(commit.message + strspn(commit.message, "\n"), 200);

		print_text(subject);
		free(subject);
		commit_release(&commit);
	} else {
		error_clear();
	}
	putchar('\n');
}

void print_decision(struct session *session, const char *relation, const struct decision *decision)
{
	print_text(decision->statement);
	putchar('\n');
	print_field("because", decision->because);
	print_field("instead of", decision->instead_of);
	print_field("follows", decision->consequences);
	print_field("says", decision->evidence);
	print_origin(session, decision);
	printf("  %-10s %s, %s, confidence %.2f", "id", decision->id, decision->status,
		decision->confidence);
	if (relation)
		printf(", of the %s", relation);
	putchar('\n');
	if (*decision->by)
		print_field(!strcmp(decision->status, "stale") ? "changed" : "by", decision->by);
	print_field("verdict", decision->reason);
}

static struct js *list_json(const char *const *list)
{
	struct js *array = js_array();

	for (size_t i = 0; list[i]; i++)
		js_add(array, js_text(list[i]));
	return array;
}

struct js *decision_json(const struct decision *decision)
{
	struct js *object = js_object();
	char hex[OID_HEX + 1];

	oid_hex(&decision->commit, hex);
	js_set_text(object, "id", decision->id);
	js_set_text(object, "decision", decision->statement);
	js_set_text(object, "because", decision->because);
	js_set_text(object, "instead_of", decision->instead_of);
	js_set_text(object, "consequences", decision->consequences);
	js_set_text(object, "evidence", decision->evidence);
	js_set_text(object, "source", decision->source);
	js_set_text(object, "origin", decision->origin);
	js_set_text(object, "status", decision->status);
	js_set_text(object, "by", *decision->by ? decision->by : NULL);
	js_set_text(object, "reason", decision->reason);
	js_set_text(object, "commit", oid_is_zero(&decision->commit) ? NULL : hex);
	js_set_number(object, "at", decision->at);
	js_set_real(object, "confidence", decision->confidence);
	js_set(object, "files", list_json(decision->files));
	js_set(object, "symbols", list_json(decision->symbols));
	return object;
}
