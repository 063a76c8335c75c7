/*
 * A web server inside the test's own process, on a free port of 127.0.0.1. What it says is up to
 * the test's answer function, which gets the whole request and runs on the server's thread.
 */
#ifndef TESTS_UNIT_SERVER_H
#define TESTS_UNIT_SERVER_H

#include "test.h"

#include "util/buf.h"
#include "util/memory.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asked {
	const char *method, *path; /* without the query */
	struct buf body;
	struct MHD_Connection *connection;
};

typedef enum MHD_Result (*answer_fn)(const struct asked *asked, void *payload);

struct server {
	struct MHD_Daemon *daemon;
	answer_fn answer;
	void *payload;
	char base[64]; /* http://127.0.0.1:<port> */
};

static inline const char *asked_header(const struct asked *asked, const char *name)
{
	return MHD_lookup_connection_value(asked->connection, MHD_HEADER_KIND, name);
}

/* Answers with a text; `header` ("Name", "value") may be NULL. */
static inline enum MHD_Result say(const struct asked *asked, unsigned status, const char *text,
	const char *header, const char *value)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (header)
		MHD_add_response_header(response, header, value);
	result = MHD_queue_response(asked->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result serve(void *payload, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *bytes, size_t *len, void **state)
{
	struct server *server = payload;
	struct asked *asked = *state;

	(void)version;
	if (!asked) {
		*state = asked = xcalloc(1, sizeof(*asked));
		buf_init(&asked->body);
		return MHD_YES;
	}
	if (*len) {
		buf_add(&asked->body, bytes, *len);
		*len = 0;
		return MHD_YES;
	}
	asked->method = method;
	asked->path = path;
	asked->connection = connection;
	return server->answer(asked, server->payload);
}

static void served(void *payload, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct asked *asked = *state;

	(void)payload, (void)connection, (void)code;
	if (asked)
		buf_release(&asked->body);
	free(asked);
	*state = NULL;
}

/* With a key and a certificate (PEM) it speaks TLS. */
static inline void server_start(struct server *server, answer_fn answer, void *payload,
	const char *key, const char *certificate)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key},
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)certificate},
		{MHD_OPTION_END, 0, NULL}};

	server->answer = answer;
	server->payload = payload;
	server->daemon = MHD_start_daemon(flags | (key ? MHD_USE_TLS : 0), 0, NULL, NULL, serve,
		server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, served, NULL,
		MHD_OPTION_ARRAY, key ? tls : tls + 2, MHD_OPTION_END);
	assert_non_null(server->daemon);
	snprintf(server->base, sizeof(server->base), "http%s://127.0.0.1:%u", key ? "s" : "",
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

static inline void server_stop(struct server *server)
{
	MHD_stop_daemon(server->daemon);
}

#endif
