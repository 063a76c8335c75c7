/* Generation by a server: the choices get letters, and the model has to name one. */
#include "bench/wire.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_TOKENS 4 /* a letter and what servers put around it */

int letter_of(const char *reply)
{
	const char *const blank = " \t\r\n";
	int choice;

	reply += strspn(reply, blank);
	choice = *reply - 'A';
	if (choice < 0 || choice >= BENCH_CHOICES)
		return -1;
	reply++;
	/* "B." and "B)" are letters, "A function" is prose. */
	if (*reply && strchr(".):", *reply))
		return choice;
	return reply[strspn(reply, blank)] ? -1 : choice;
}

struct js *letter_question(const struct served *served, const char *text, int max_tokens)
{
	struct js *body = wire_question(served, max_tokens), *messages, *message;

	if (!served->chat) {
		js_set_text(body, "prompt", text);
		return body;
	}
	messages = js_array();
	message = js_object();
	js_set_text(message, "role", "user");
	js_set_text(message, "content", text);
	js_add(messages, message);
	js_set(body, "messages", messages);
	return body;
}

static char *question_of(const struct served *served, const struct bench_item *item)
{
	struct buf text = BUF_INIT;

	buf_addf(
		&text, "%s\n\nWhich of these goes on from there, or answers it?\n\n", item->prompt);
	for (int i = 0; i < BENCH_CHOICES; i++)
		buf_addf(&text, "%c) %s\n", 'A' + i, item->choices[i]);
	buf_addstr(&text, "\nReply with one letter, A, B, C or D, and nothing else.");
	if (!served->chat)
		buf_addstr(&text, "\nAnswer:");
	return buf_detach(&text);
}

int letter_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload)
{
	struct served *served = payload;
	char *text = question_of(served, item);
	struct js *answer = NULL;
	const struct js *reply;
	const char *words;
	int rc = wire_ask(served, served->chat ? "chat/completions" : "completions",
		letter_question(served, text, REPLY_TOKENS), &answer);

	free(text);
	if (rc)
		return rc;
	reply = js_at(js_get(answer, "choices"), 0);
	words = served->chat ? js_get_text(js_get(reply, "message"), "content")
			     : js_get_text(reply, "text");
	rc = words ? letter_of(words) : -1;
	served->asked++;
	if (rc >= 0) {
		scores[rc] = 1;
		rc = 0;
	} else {
		served->unanswered++;
		rc = BENCH_NO_ANSWER;
	}
	js_free(answer);
	return rc;
}
