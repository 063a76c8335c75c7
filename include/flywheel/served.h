/*
 * The benchmark's arm of a model behind an OpenAI-compatible server. How it can be asked is found
 * out once: "likelihood" where the server gives the log-probabilities of a text that we send
 * (/completions with echo), else "generation", where it names a letter. The modes measure different
 * things: compare scores within one only.
 */
#ifndef FLYWHEEL_SERVED_H
#define FLYWHEEL_SERVED_H

#include "flywheel/bench.h"

#include <stdbool.h>
#include <stddef.h>

struct served { /* read only */
	char *url, *model, *token;
	const char *mode;  /* "likelihood" or "generation" */
	bool chat;         /* generation through /chat/completions, else through /completions */
	size_t asked;      /* items so far */
	size_t unanswered; /* of those, without a letter: counted as wrong. Kept answers: see tally
			    */
};

/*
 * Asks which mode works. `url` is the base with its version ("http://127.0.0.1:8000/v1"), `model`
 * the server's name of it, `token` may be NULL. E_NETWORK and E_DENIED when the server does not
 * say: a server that is busy must not pass for one that cannot. E_NOTFOUND: it has no such model.
 */
int served_open(const char *url, const char *model, const char *token, struct served *out);
void served_release(struct served *served);
/* `name`, under which answers are kept, is the model's id and not the server's name: borrowed. */
struct bench_arm served_arm(const char *name, struct served *served);

/* 0 when the server lists the model or answers for it; E_LATER when it is up and does not yet. */
int served_ready(const char *url, const char *model, const char *token);

#endif
