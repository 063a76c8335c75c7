/* git flywheel decisions --review: what nobody has judged, one key each. */
#include "command/decisions.h"

#include "command/print_decision.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct review {
	struct decisions_request *request;
	struct strings ids;    /* to be judged */
	struct strings judged; /* the ids that this review judged, for undo */
	struct termios saved;
	bool raw;
	size_t at;
};

/* One key without Enter; from a pipe, one byte that is no line end. EOF is `q`. */
static char read_key(struct review *review)
{
	struct termios one = review->saved;
	char key = 'q';
	ssize_t got;

	if (review->raw) {
		one.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		one.c_cc[VMIN] = 1;
		one.c_cc[VTIME] = 0;
		tcsetattr(0, TCSADRAIN, &one);
	}
	fflush(stdout);
	do
		got = read(0, &key, 1);
	while (got == 1 && (key == '\n' || key == '\r'));
	if (review->raw)
		tcsetattr(0, TCSADRAIN, &review->saved);
	return got == 1 && !interrupted() ? key : 'q';
}

static int on_open(const struct decision *decision, void *payload)
{
	struct review *review = payload;
	const struct decisions_request *request = review->request;

	if (!strcmp(decision->status, "proposed") &&
		(!request->source || !strcmp(request->source, decision->source)))
		strings_add(&review->ids, decision->id);
	return 0;
}

static int on_asked(const struct decision *decision, void *payload)
{
	struct review *review = payload;

	printf("\n%zu of %zu\n", review->at + 1, review->ids.count);
	print_decision(review->request->session, NULL, decision);
	for (size_t i = 0; decision->files[i] && i < 3; i++) {
		printf("  %-10s ", i ? "" : "files");
		print_text(decision->files[i]);
		putchar('\n');
	}
	return 0;
}

static int on_edited(const struct decision *decision, void *payload)
{
	struct review *review = payload;

	return decisions_edit_words(review->request, decision->id, decision);
}

static void print_keys(void)
{
	puts("a accept, r reject, e edit (and accept), s skip for now, u undo, q quit");
}

static int say(struct review *review, const char *id, const char *verdict)
{
	int rc = decision_judge(review->request->session, id, verdict, "");

	if (rc)
		return rc;
	strings_add(&review->judged, id);
	puts(verdict);
	review->at++;
	return 0;
}

/* Back to the one before; its verdict is taken back, words that were edited stay. */
static int undo(struct review *review)
{
	char *id;
	int rc;

	if (!review->judged.count) {
		puts("nothing to undo");
		return 0;
	}
	id = review->judged.items[--review->judged.count];
	rc = decision_judge(review->request->session, id, "proposed", "");
	for (size_t i = 0; i < review->ids.count; i++)
		if (!strcmp(review->ids.items[i], id))
			review->at = i;
	puts("taken back");
	free(id);
	return rc;
}

static int edit(struct review *review, const char *id)
{
	int rc = decision_find(review->request->session, id, on_edited, review);

	if (rc == E_STOPPED || rc == E_INVALID) { /* the editor was left: asked again */
		printf("%s\n", error_message());
		error_clear();
		return 0;
	}
	if (rc)
		return rc;
	return say(review, id, "accepted");
}

/* E_STOPPED: the person has enough. */
static int ask(struct review *review, const char *id)
{
	int rc = decision_find(review->request->session, id, on_asked, review);

	if (rc)
		return rc;
	fputs("[a/r/e/s/u/q/?] ", stdout);
	switch (read_key(review)) {
	case 'a':
		return say(review, id, "accepted");
	case 'r':
		return say(review, id, "rejected");
	case 'e':
		puts("edit");
		return edit(review, id);
	case 's':
		puts("skipped");
		review->at++;
		return 0;
	case 'u':
		return undo(review);
	case 'q':
	case 3: /* Ctrl-C */
	case 4: /* Ctrl-D */
		putchar('\n');
		return E_STOPPED;
	default:
		putchar('\n');
		print_keys();
		return 0;
	}
}

/* The last one can be undone, too. True: there is more to ask again. */
static bool ask_at_end(struct review *review, int *rc)
{
	if (!review->judged.count || review->at < review->ids.count)
		return false;
	fputs("\nthat was the last one [u/q] ", stdout);
	if (read_key(review) != 'u') {
		putchar('\n');
		return false;
	}
	*rc = undo(review);
	return !*rc;
}

int decisions_review(struct decisions_request *request)
{
	struct review review = {.request = request};
	int rc;

	if (request->json)
		return command_usage(request->command, "a review is for people: no --json");
	rc = decision_each(request->session, NULL, on_open, &review);
	review.raw = isatty(0) && !tcgetattr(0, &review.saved);
	if (!rc && review.ids.count)
		print_keys();
	do
		while (!rc && review.at < review.ids.count)
			rc = ask(&review, review.ids.items[review.at]);
	while (!rc && ask_at_end(&review, &rc));
	if (!rc && !review.ids.count)
		puts("nothing to judge: every decision in force has its verdict");
	else if (!rc || rc == E_STOPPED)
		printf("%zu judged, %zu left; the next review goes on with these\n",
			review.judged.count, review.ids.count - review.judged.count);
	if (rc == E_STOPPED)
		error_clear();
	strings_release(&review.ids);
	strings_release(&review.judged);
	return rc && rc != E_STOPPED ? command_fail(rc) : EXIT_OK;
}
