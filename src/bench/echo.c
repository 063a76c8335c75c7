/*
 * Likelihood by a server: it scores a text that we send, as the harness of EleutherAI asks for it
 * (echo, one token more, log-probability of each token), and we add up the choice's part.
 */
#include "bench/wire.h"

#include "util/error.h"
#include "util/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a choice stands behind when it stands alone: a first token has no probability. */
#define NOTHING "\n"

struct js *echo_question(const struct served *served, const char *prompt, const char *text)
{
	struct js *body = wire_question(served, 1);
	char *whole = xstrfmt("%s%s", prompt, text);

	js_set_text(body, "prompt", whole);
	js_set_number(body, "logprobs", 1);
	js_set_bool(body, "echo", true);
	free(whole);
	return body;
}

/* Characters, as the servers count them, of a text as it is sent: bad bytes are U+FFFD there. */
static size_t characters(const char *text)
{
	struct js *sent = js_text(text);
	size_t count = 0;

	for (const char *at = js_as_text(sent); *at; at++)
		count += ((unsigned char)*at & 0xc0) != 0x80;
	js_free(sent);
	return count;
}

static size_t offset_at(const struct js *offsets, size_t i)
{
	return (size_t)js_as_number(js_at(offsets, i), 0);
}

/*
 * A server that counts its start mark among the characters has every offset shifted; the token
 * generated behind our text then seems to stand further on than our text is long.
 */
static size_t shift_of(const struct js *offsets, size_t count, size_t length)
{
	size_t last = count ? offset_at(offsets, count - 1) : 0;

	return last > length ? last - length : 0;
}

int echo_read(
	const struct js *answer, const char *prompt, const char *text, double *bits, size_t *tokens)
{
	const struct js *logprobs = js_get(js_at(js_get(answer, "choices"), 0), "logprobs");
	const struct js *offsets = js_get(logprobs, "text_offset");
	const struct js *values = js_get(logprobs, "token_logprobs");
	size_t count = js_count(offsets), start = characters(prompt);
	size_t end = start + characters(text), shift = shift_of(offsets, count, end);
	double sum = 0;

	*bits = 0;
	*tokens = 0;
	/* A server that ignores `echo` gives the generated token alone. */
	if (count < 2 || js_count(values) != count || offset_at(offsets, 0) >= start + shift)
		return fail(E_UNSUPPORTED, "the server does not echo log-probabilities");
	start += shift;
	end += shift;
	for (size_t i = 0; i < count && offset_at(offsets, i) < end; i++) {
		size_t from = offset_at(offsets, i);
		size_t next = i + 1 < count ? offset_at(offsets, i + 1) : end;
		double value = js_as_real(js_at(values, i), NAN);

		/* A token that begins in the prompt and reaches into the choice is the choice's. */
		if (from < start && next <= start)
			continue;
		/* The first of all has no probability, even where the choice melted into it. */
		if (!i && isnan(value))
			continue;
		if (isnan(value))
			return fail(E_UNSUPPORTED, "the server gave a token no log-probability");
		sum += value;
		(*tokens)++;
	}
	if (!*tokens)
		return fail(E_UNSUPPORTED, "the server's text offsets do not reach the choice");
	*bits = sum / log(2);
	return 0;
}

static int measure(const struct served *served, const char *prompt, const char *text, double *bits,
	size_t *tokens)
{
	struct js *answer = NULL;
	int rc = wire_ask(served, "completions", echo_question(served, prompt, text), &answer);

	if (!rc)
		rc = echo_read(answer, prompt, text, bits, tokens);
	js_free(answer);
	return rc;
}

int echo_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload)
{
	struct served *served = payload;
	const char *prompt = *item->prompt ? item->prompt : NOTHING;

	for (int i = 0; i < BENCH_CHOICES; i++) {
		double given, alone = 0;
		size_t tokens, ignored;
		int rc = measure(served, prompt, item->choices[i], &given, &tokens);

		if (!rc && !item->variants)
			rc = measure(served, NOTHING, item->choices[i], &alone, &ignored);
		if (rc)
			return rc;
		scores[i] = item->variants ? given : (given - alone) / (double)tokens;
	}
	served->asked++;
	return 0;
}
