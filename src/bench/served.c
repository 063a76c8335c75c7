/* A served model as an arm of the benchmark: what the server can do, and whether it is there. */
#include "bench/wire.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT 300 /* seconds: a server may load the model first */
#define PROBE_PROMPT "one two three"
#define PROBE_TEXT " four five"

int wire_post(const struct served *served, const char *path, struct js *body,
	struct http_response *response, struct js **answer)
{
	const char *const headers[] = {"Content-Type: application/json", NULL};
	char *url = xstrfmt("%s/%s", served->url, path);
	struct buf text = BUF_INIT;
	int rc;

	*answer = NULL;
	js_write(body, &text);
	rc = http_request(&(struct http_request){.method = "POST",
				  .url = url,
				  .headers = headers,
				  .body = text.ptr,
				  .len = text.len,
				  .timeout_s = TIMEOUT,
				  .token = served->token},
		response);
	if (!rc && response->status >= 200 && response->status < 300 &&
		js_parse(response->body.ptr, response->body.len, answer))
		rc = fail_context(E_NETWORK, "the model server's answer is no JSON");
	buf_release(&text);
	js_free(body);
	free(url);
	return rc;
}

int wire_ask(const struct served *served, const char *path, struct js *body, struct js **answer)
{
	struct http_response response = {.body = BUF_INIT};
	int rc = wire_post(served, path, body, &response, answer);

	if (!rc)
		rc = http_status_error(&response, "asking the served model");
	http_response_release(&response);
	return rc;
}

struct js *wire_question(const struct served *served, int max_tokens)
{
	struct js *body = js_object();

	js_set_text(body, "model", served->model);
	js_set_number(body, "temperature", 0);
	js_set_number(body, "max_tokens", max_tokens);
	return body;
}

/* 1: echoes log-probabilities, 0: surely not, -: cannot say now. *broke: it failed with 500. */
static int probe_echo(const struct served *served, bool *broke)
{
	struct http_response response = {.body = BUF_INIT};
	struct js *answer = NULL;
	size_t tokens;
	double bits;
	int rc = wire_post(served, "completions", echo_question(served, PROBE_PROMPT, PROBE_TEXT),
		&response, &answer);

	*broke = !rc && response.status == 500;
	if (!rc)
		rc = http_status_error(&response, "probing the served model");
	if (!rc)
		rc = !echo_read(answer, PROBE_PROMPT, PROBE_TEXT, &bits, &tokens);
	else if (rc == E_INVALID || rc == E_NOTFOUND || response.status == 501)
		rc = 0;
	js_free(answer);
	http_response_release(&response);
	return rc;
}

/* One token by chat, where there is none by plain completion. */
static int probe_generation(struct served *served)
{
	struct js *answer = NULL;
	int rc;

	served->mode = "generation";
	for (int chat = 1; chat >= 0; chat--) {
		served->chat = chat;
		rc = wire_ask(served, chat ? "chat/completions" : "completions",
			letter_question(served, "Say A.", 1), &answer);
		js_free(answer);
		/* 400: a model without a chat template. */
		if (rc != E_NOTFOUND && rc != E_INVALID)
			break;
	}
	return rc;
}

static int probe(struct served *served)
{
	bool broke;
	int echo = probe_echo(served, &broke), rc;

	if (echo < 0 && !broke)
		return echo;
	if (echo <= 0) {
		rc = probe_generation(served);
		if (rc || !broke)
			return rc;
		/* Only a server that works, but breaks on this question twice, cannot answer it. */
		echo = probe_echo(served, &broke);
		if (echo <= 0)
			return broke ? 0 : echo;
	}
	served->mode = "likelihood";
	served->chat = false;
	return 0;
}

static void served_fill(
	struct served *served, const char *url, const char *model, const char *token)
{
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	*served = (struct served){
		.url = xstrndup(url, len), .model = xstrdup(model), .token = xstrdup(token)};
}

int served_open(const char *url, const char *model, const char *token, struct served *out)
{
	int rc;

	served_fill(out, url, model, token);
	rc = probe(out);
	if (rc)
		served_release(out);
	return rc;
}

void served_release(struct served *served)
{
	free(served->url);
	free(served->model);
	free(served->token);
	memset(served, 0, sizeof(*served));
}

struct bench_arm served_arm(const char *name, struct served *served)
{
	bool likelihood = !strcmp(served->mode, "likelihood");

	return (struct bench_arm){
		name, served->mode, likelihood ? echo_answer : letter_answer, served};
}

/* 1: in the list, 0: not, or there is no list. */
static int is_listed(const struct served *served)
{
	char *url = xstrfmt("%s/models", served->url);
	struct http_response response;
	struct js *answer = NULL;
	const struct js *list;
	int rc =
		http_request(&(struct http_request){.url = url, .token = served->token}, &response);

	free(url);
	if (rc)
		return rc;
	rc = http_status_error(&response, "listing the server's models");
	if (rc == E_NOTFOUND || rc == E_INVALID)
		rc = 0;
	else if (!rc && !js_parse(response.body.ptr, response.body.len, &answer)) {
		list = js_get(answer, "data");
		for (size_t i = 0; !rc && i < js_count(list); i++) {
			const char *id = js_get_text(js_at(list, i), "id");

			rc = id && !strcmp(id, served->model);
		}
	}
	js_free(answer);
	http_response_release(&response);
	return rc;
}

int served_ready(const char *url, const char *model, const char *token)
{
	struct served served;
	int rc;

	served_fill(&served, url, model, token);
	rc = is_listed(&served);
	if (rc > 0) {
		rc = 0;
	} else if (!rc) {
		/* Some servers take the name of any model they can find and list none. */
		rc = probe_generation(&served);
		if (rc == E_NOTFOUND || rc == E_INVALID)
			rc = fail_context(E_LATER, "'%s' is not served yet", model);
	}
	served_release(&served);
	return rc;
}
