/* What the files of `git flywheel decisions` share: the request, and the verbs. */
#ifndef COMMAND_DECISIONS_H
#define COMMAND_DECISIONS_H

#include "flywheel/command.h"
#include "flywheel/decision_life.h"

#include <stdbool.h>

struct decisions_request {
	const struct command *command;
	struct session *session;
	char **words; /* after the verb */
	int count;
	bool json, remove, review, nygard;
	long limit;
	const char *status, *source, *reason, *commit, *adr;
	struct decision_words text;
};

/* Each returns an exit code. */
int decisions_list(struct decisions_request *request);
int decisions_show(struct decisions_request *request);
int decisions_accept(struct decisions_request *request);
int decisions_reject(struct decisions_request *request);
int decisions_forget(struct decisions_request *request);
int decisions_edit(struct decisions_request *request);
int decisions_add(struct decisions_request *request);
int decisions_link(struct decisions_request *request);
int decisions_review(struct decisions_request *request);
int decisions_export(struct decisions_request *request);
int decisions_merge(struct decisions_request *request);

/* Labels of sentences on standard input; needs no repository. argv[0] is "classify". */
int decisions_classify(const struct command *self, int argc, char **argv);

/* "No such decision" is an answer; everything else is a failure. */
int decisions_finish(int rc);
/* Opens the user's editor on `text`; E_STOPPED when it ends badly. */
int decisions_edit_text(struct session *session, struct buf *text);
/* Opens it on these words of a decision, and keeps what comes of it. `id` NULL: a new one. */
int decisions_edit_words(
	struct decisions_request *request, const char *id, const struct decision *decision);

#endif
