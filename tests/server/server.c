/*
 * wire-server: a loopback server that speaks the wire formats which git flywheel's remote trainers
 * and inference servers speak, errors included. Chaos tests talk to it.
 *
 *   wire-server [--port <n>] [--port-file <file>] [--log <file>]
 *
 * /w/<name>/... is a world (world.h); POST /w/<name>/control makes or changes it by a JSON object:
 *
 *   seed, faults {rate, serve, budget}, down     what goes wrong
 *   result, polls, milliseconds, restart_after, restart     what becomes of a job
 *   token, token_file, token_requests, denied_status        who may ask
 *   base, likelihood, lora, exam, base_skill, tuned_skill   what a model answers
 *   forge {page, left, reset, wait, shift, items}           what a forge holds (forge.c)
 *
 * GET /w/<name>/control tells what happened there. Runs until SIGTERM, in one thread.
 */
#include "world.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/file.h"
#include "util/options.h"
#include "util/strings.h"
#include "util/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BODY ((size_t)256 << 20)
#define DELAY_SECONDS 0.03

struct server {
	struct map worlds, exams;
	FILE *log;
	struct exchange *delayed; /* newest first */
};

/* One request on its way. */
struct exchange {
	struct server *server;
	struct request request;
	struct answer answer;
	enum fault fault;
	bool served;
	double due; /* of a delayed answer */
	struct MHD_Connection *connection;
	struct exchange *next;
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static struct world *find_world(struct server *server, const char *url, const char **rest)
{
	const char *name = starts_with(url, "/w/") ? url + 3 : "";
	size_t len = strcspn(name, "/");
	struct map_entry *entry;
	bool added = false;

	if (!len)
		return NULL;
	*rest = name + len;
	if (strcmp(*rest, "/control") != 0) {
		entry = map_get(&server->worlds, name, len);
		return entry ? entry->value.ptr : NULL;
	}
	entry = map_put(&server->worlds, name, len, &added);
	if (added)
		entry->value.ptr = world_new(entry->key, &server->exams);
	return entry->value.ptr;
}

/* The tests' own door: no fault ever stands in it. */
static void control(struct world *world, const struct request *request, struct answer *out)
{
	struct js *wishes = NULL;
	int rc = 0;

	if (!strcmp(request->method, "POST")) {
		rc = js_parse(request->body.ptr, request->body.len, &wishes);
		if (!rc)
			rc = world_control(world, wishes);
		js_free(wishes);
	}
	if (rc)
		answer_text(out, 400, "%s", error_message());
	else
		answer_json(out, 200, world_report(world));
}

static void serve(struct exchange *exchange, const char *url)
{
	struct server *server = exchange->server;
	struct request *request = &exchange->request;
	struct world *world = find_world(server, url, &request->path);

	if (!world)
		answer_text(&exchange->answer, 404, "no such world");
	else if (!strcmp(request->path, "/control"))
		control(world, request, &exchange->answer);
	else
		exchange->fault = world_serve(world, request, &exchange->answer);
	if (server->log)
		fprintf(server->log, "%s %s %zu -> %u %s\n", request->method, url,
			request->body.len, exchange->answer.status, fault_name(exchange->fault));
}

/* Half the body, then the end of the connection, under a Content-Length that promised it all. */
static ssize_t read_half(void *payload, uint64_t position, char *out, size_t max)
{
	const struct exchange *exchange = payload;
	size_t half = exchange->answer.body.len / 2;

	if (position >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (max > half - position)
		max = half - position;
	memcpy(out, exchange->answer.body.ptr + position, max);
	return (ssize_t)max;
}

static enum MHD_Result send_answer(struct exchange *exchange)
{
	const struct answer *answer = &exchange->answer;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (exchange->fault == FAULT_TRUNCATE && answer->body.len > 1)
		response = MHD_create_response_from_callback(
			answer->body.len, 4096, read_half, exchange, NULL);
	else
		response = MHD_create_response_from_buffer(
			answer->body.len, answer->body.ptr, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	if (answer->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	if (answer->retry_after >= 0) {
		char *seconds = xstrfmt("%ld", answer->retry_after);

		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
		free(seconds);
	}
	for (size_t i = 0; i < answer->headers.count; i++)
		MHD_add_response_header(response, answer->headers.entries[i].key,
			answer->headers.entries[i].value.ptr);
	result = MHD_queue_response(exchange->connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result take_argument(
	void *payload, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct map_entry *entry = map_put_str(payload, name, NULL);

	(void)kind;
	free(entry->value.ptr);
	entry->value.ptr = xstrdup(value ? value : "");
	return MHD_YES;
}

static void take_address(struct exchange *exchange, const char *url)
{
	const char *host = MHD_lookup_connection_value(
		exchange->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
	size_t world = starts_with(url, "/w/") ? 3 + strcspn(url + 3, "/") : 0;

	exchange->request.base = xstrfmt("http://%s%.*s", host ? host : "", (int)world, url);
	exchange->request.known = MHD_lookup_connection_value(
		exchange->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
	MHD_get_connection_values(exchange->connection, MHD_GET_ARGUMENT_KIND, take_argument,
		&exchange->request.query);
}

static void release_values(struct map *map)
{
	for (size_t i = 0; i < map->count; i++)
		free(map->entries[i].value.ptr);
	map_release(map);
}

static enum MHD_Result finish(struct exchange *exchange, const char *url)
{
	const char *header = MHD_HTTP_HEADER_AUTHORIZATION;
	struct MHD_Connection *connection = exchange->connection;
	struct request *request = &exchange->request;

	request->authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, header);
	request->origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
	request->agent = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_USER_AGENT);
	take_address(exchange, url);
	serve(exchange, url);
	exchange->served = true;
	if (exchange->fault == FAULT_DROP || exchange->fault == FAULT_DROP_AFTER)
		return MHD_NO;
	if (exchange->fault != FAULT_DELAY)
		return send_answer(exchange);
	exchange->due = clock_monotonic() + DELAY_SECONDS;
	exchange->next = exchange->server->delayed;
	exchange->server->delayed = exchange;
	MHD_suspend_connection(connection);
	return MHD_YES;
}

static enum MHD_Result handle(void *payload, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **state)
{
	struct exchange *exchange = *state;

	(void)version;
	if (!exchange) {
		*state = exchange = xcalloc(1, sizeof(*exchange));
		exchange->server = payload;
		exchange->connection = connection;
		exchange->request.method = method;
		exchange->answer.retry_after = -1;
		buf_init(&exchange->request.body);
		buf_init(&exchange->answer.body);
		return MHD_YES;
	}
	if (*size) {
		if (exchange->request.body.len + *size > MAX_BODY)
			return MHD_NO;
		buf_add(&exchange->request.body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (exchange->served) /* resumed after its delay */
		return send_answer(exchange);
	return finish(exchange, url);
}

static void completed(void *payload, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *state;

	(void)payload;
	(void)connection;
	(void)code;
	if (!exchange)
		return;
	for (struct exchange **link = &exchange->server->delayed; *link; link = &(*link)->next) {
		if (*link == exchange) {
			*link = exchange->next;
			break;
		}
	}
	buf_release(&exchange->request.body);
	buf_release(&exchange->answer.body);
	release_values(&exchange->request.query);
	release_values(&exchange->answer.headers);
	free((char *)(uintptr_t)exchange->request.base);
	free(exchange);
	*state = NULL;
}

/* Lets go of what has waited long enough; milliseconds to sleep, -1: without end. */
static int resume_delayed(struct server *server)
{
	double now = clock_monotonic(), next = -1;
	bool resumed = false;

	for (struct exchange **link = &server->delayed; *link;) {
		struct exchange *exchange = *link;

		if (exchange->due <= now) {
			*link = exchange->next;
			MHD_resume_connection(exchange->connection);
			resumed = true;
			continue;
		}
		if (next < 0 || exchange->due < next)
			next = exchange->due;
		link = &exchange->next;
	}
	if (resumed)
		return 0;
	return next < 0 ? -1 : (int)((next - now) * 1000) + 1;
}

static void run(struct MHD_Daemon *daemon, struct server *server)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd ready = {.fd = info->epoll_fd, .events = POLLIN};

	while (!stopping) {
		int wait = resume_delayed(server);
		MHD_UNSIGNED_LONG_LONG timeout;

		if (MHD_get_timeout(daemon, &timeout) == MHD_YES &&
			(wait < 0 || timeout < (MHD_UNSIGNED_LONG_LONG)wait))
			wait = (int)timeout;
		if (poll(&ready, 1, wait) < 0 && errno != EINTR)
			return;
		MHD_run(daemon);
		if (server->log)
			fflush(server->log);
	}
}

static struct MHD_Daemon *listen_on(unsigned port, struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, (uint16_t)port, NULL,
		NULL, handle, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_NOTIFY_COMPLETED, completed,
		NULL, MHD_OPTION_END);
}

static int write_port(struct MHD_Daemon *daemon, const char *path)
{
	char *text = xstrfmt(
		"%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	int rc = path ? file_write(path, text, strlen(text), 0644) : 0;

	if (!path)
		fputs(text, stdout);
	fflush(stdout);
	free(text);
	return rc;
}

static void server_release(struct server *server)
{
	for (size_t i = 0; i < server->worlds.count; i++)
		world_free(server->worlds.entries[i].value.ptr);
	map_release(&server->worlds);
	exams_release(&server->exams);
	if (server->log)
		fclose(server->log);
}

int main(int argc, char **argv)
{
	const char *port = "0", *port_file = NULL, *log = NULL;
	struct sigaction action = {.sa_handler = stop};
	struct server server = {0};
	struct MHD_Daemon *daemon;
	int rc;

	for (int i = 1; i < argc; i++) {
		const char **value = !strcmp(argv[i], "--port")        ? &port
				     : !strcmp(argv[i], "--port-file") ? &port_file
				     : !strcmp(argv[i], "--log")       ? &log
								       : NULL;

		if (!value || i + 1 == argc) {
			fputs("usage: wire-server [--port <n>] [--port-file <file>] [--log "
			      "<file>]\n",
				stderr);
			return 2;
		}
		*value = argv[++i];
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	server.log = log ? fopen(log, "a") : NULL;
	daemon = listen_on((unsigned)strtoul(port, NULL, 10), &server);
	rc = daemon ? write_port(daemon, port_file)
		    : fail(E_IO, "cannot listen: %s", strerror(errno));
	if (!rc)
		run(daemon, &server);
	if (daemon)
		MHD_stop_daemon(daemon);
	server_release(&server);
	if (rc)
		fprintf(stderr, "wire-server: %s\n", error_message());
	return rc ? 1 : 0;
}
