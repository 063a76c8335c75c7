/* The OpenAI wire protocol as the benchmark speaks it: one question, one JSON answer. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include "flywheel/http.h"
#include "flywheel/served.h"
#include "util/js.h"

/*
 * Posts `body` (taken) to <url>/<path>; 0 for any status. *answer is the JSON of a 2xx status, NULL
 * otherwise. E_NETWORK when a 2xx answer is no JSON: it came from something in between.
 */
int wire_post(const struct served *served, const char *path, struct js *body,
	struct http_response *response, struct js **answer);
/* The same, with any status but 2xx an error. */
int wire_ask(const struct served *served, const char *path, struct js *body, struct js **answer);
/* {"model", "temperature": 0, "max_tokens"}: what every question begins with. */
struct js *wire_question(const struct served *served, int max_tokens);

/* A question whose answer holds the log-probabilities of prompt and text. */
struct js *echo_question(const struct served *served, const char *prompt, const char *text);
/*
 * Log-probability in bits of `text` behind `prompt`, and how many tokens it took. E_UNSUPPORTED:
 * the answer lacks what that needs.
 */
int echo_read(const struct js *answer, const char *prompt, const char *text, double *bits,
	size_t *tokens);
int echo_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload);

/* Asks for a letter. */
int letter_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload);
/* The choice that a reply names, or -1: a reply that has to be interpreted names none. */
int letter_of(const char *reply);
/* A question by chat, or by plain completion. */
struct js *letter_question(const struct served *served, const char *text, int max_tokens);

#endif
