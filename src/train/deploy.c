/*
 * Bringing a trained model to the inference server that the benchmark asks: a stage of its own,
 * because servers fail and change apart from trainers.
 */
#include "flywheel/deploy.h"
#include "train/internal.h"

#include "flywheel/config.h"
#include "flywheel/http.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define DEPLOY_TIMEOUT 900 /* seconds; a server may load tens of gigabytes */

/* "{id}" and "{artifact}" filled in. Caller frees. */
static char *fill_in(const char *template, const struct model_row *model)
{
	struct buf out = BUF_INIT;

	while (*template) {
		if (starts_with(template, "{id}")) {
			buf_addstr(&out, model->id);
			template += strlen("{id}");
		} else if (starts_with(template, "{artifact}")) {
			buf_addstr(&out, model->uri);
			template += strlen("{artifact}");
		} else {
			buf_addch(&out, *template ++);
		}
	}
	return buf_detach(&out);
}

int server_check(struct session *session)
{
	const struct config *config = session->config;
	const char *how = config_text(config, "server.deploy");

	if (!*config_text(config, "server.url"))
		return fail(E_INVALID,
			"flywheel.server.url is not set: the OpenAI-compatible server "
			"that is to answer the benchmark, as http://127.0.0.1:8000/v1");
	if (!*config_text(config, "server.base"))
		return fail(E_INVALID,
			"flywheel.server.base is not set: the name of the base model "
			"on %s, which the tuned one must beat",
			config_text(config, "server.url"));
	if (strcmp(how, "none") && strcmp(how, "vllm") && strcmp(how, "command"))
		return fail(E_INVALID, "flywheel.server.deploy is '%s': want none, vllm or command",
			how);
	if (!strcmp(how, "command") && !config_list(config, "server.deployCommand")->count)
		return fail(E_INVALID, "flywheel.server.deployCommand is not set: the program that "
				       "brings a model to the server");
	return 0;
}

void server_release(struct server *server)
{
	if (!server)
		return;
	free(server->url);
	free(server->model);
	free(server->token);
	memset(server, 0, sizeof(*server));
}

/* The key of an inference server: FLYWHEEL_SERVER_TOKEN, or what git's helpers keep for it. */
static char *find_token(const char *url)
{
	const char *given = getenv("FLYWHEEL_SERVER_TOKEN");
	struct buf token = BUF_INIT;

	if (given && *given)
		return xstrdup(given);
	if (credential_get(NULL, url, &token) || !token.len) {
		error_clear(); /* most such servers want none */
		buf_release(&token);
		return NULL;
	}
	return buf_detach(&token);
}

int server_of(struct session *session, const struct model_row *model, struct server *out)
{
	static char none[] = "";
	const struct model_row base = {.id = none, .uri = none};
	const struct config *config = session->config;
	int rc = server_check(session);

	memset(out, 0, sizeof(*out));
	if (rc)
		return rc;
	out->url = fill_in(config_text(config, "server.url"), model ? model : &base);
	out->model = model ? fill_in(config_text(config, "server.model"), model)
			   : xstrdup(config_text(config, "server.base"));
	out->token = find_token(out->url);
	return 0;
}

/* vLLM with VLLM_ALLOW_RUNTIME_LORA_UPDATING: the adapter is loaded under the model's id. */
static int deploy_vllm(const struct server *server, const struct model_row *model)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	char *url = xstrfmt("%s/load_lora_adapter", server->url);
	struct js *body = js_object();
	struct buf text = BUF_INIT;
	struct http_response response = {0};
	struct http_request request = {.method = "POST",
		.url = url,
		.headers = headers,
		.token = server->token,
		.timeout_s = DEPLOY_TIMEOUT};
	int rc;

	js_set_text(body, "lora_name", server->model);
	js_set_text(body, "lora_path", model->uri);
	js_write(body, &text);
	request.body = text.ptr;
	request.len = text.len;
	rc = http_request(&request, &response);
	/* Loaded already, by us before a kill: that is what was wanted. */
	if (!rc && !(response.status == 400 && strstr(response.body.ptr, "already")))
		rc = http_status_error(&response, "loading the adapter");
	http_response_release(&response);
	buf_release(&text);
	js_free(body);
	free(url);
	return rc;
}

/* Exit code 75 (EX_TEMPFAIL of sysexits.h) means: try again later. */
static int deploy_command(
	struct session *session, const struct server *server, const struct model_row *model)
{
	const struct strings *words = config_list(session->config, "server.deployCommand");
	const char **argv = xcalloc(words->count + 1, sizeof(*argv));
	char *env[] = {xstrfmt("FLYWHEEL_MODEL=%s", model->id),
		xstrfmt("FLYWHEEL_ARTIFACT=%s", model->uri),
		xstrfmt("FLYWHEEL_ARTIFACT_SHA256=%s", model->sha256),
		xstrfmt("FLYWHEEL_SERVER_URL=%s", server->url),
		xstrfmt("FLYWHEEL_SERVER_MODEL=%s", server->model), NULL};
	struct process_options options = {
		.env = (const char *const *)env, .timeout_s = DEPLOY_TIMEOUT};
	struct buf error = BUF_INIT;
	char *line;
	int rc;

	for (size_t i = 0; i < words->count; i++)
		argv[i] = words->items[i];
	rc = process_run(argv, &options, NULL, &error);
	line = first_line(error.ptr, 200);
	if (rc > 0)
		rc = fail(rc == 75 ? E_NETWORK : E_FAIL, "'%s' ended with %d%s%s", argv[0], rc,
			*line ? ": " : "", line);
	free(line);
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	buf_release(&error);
	free(argv);
	return rc;
}

int model_deploy(struct session *session, const struct model_row *model)
{
	const char *how = config_text(session->config, "server.deploy");
	struct server server = {0};
	int rc;

	if (!*model->uri)
		return 0; /* an embedded model is served by this program */
	rc = server_of(session, model, &server);
	if (!rc && !strcmp(how, "vllm"))
		rc = deploy_vllm(&server, model);
	else if (!rc && !strcmp(how, "command"))
		rc = deploy_command(session, &server, model);
	server_release(&server);
	return rc;
}

int deploy_stage(struct revolution *revolution)
{
	struct session *session = revolution->session;
	struct model_row model = {0};
	struct server server = {0};
	char *host = NULL;
	int rc = model_row_get(session->store, revolution->row.model, &model);

	if (!rc)
		rc = model_deploy(session, &model);
	if (!rc)
		rc = server_of(session, &model, &server);
	if (!rc) {
		host = http_origin(server.url);
		buf_addf(&revolution->said, "%s answers as %s", host ? host : "the server",
			server.model);
	}
	free(host);
	server_release(&server);
	model_row_release(&model);
	return rc;
}
