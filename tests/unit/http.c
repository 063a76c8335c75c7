/* http: what arrives at a server, what comes back whole, cut or late, and what is never sent. */
#include "server.h"

#include "flywheel/http.h"
#include "util/error.h"
#include "util/file.h"
#include "util/process.h"
#include "util/strings.h"

#include <arpa/inet.h>
#include <glob.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "s3cr3t-t0k3n"

struct fixture {
	struct server server;
	char folder[64], url[128], host[64];
	struct http_response response;
};

/* A body that promises 1000 bytes and breaks off after ten. */
static ssize_t broken_body(void *payload, uint64_t at, char *out, size_t max)
{
	(void)payload;
	if (at || max < 10)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memset(out, 'x', 10);
	return 10;
}

static enum MHD_Result say_broken(const struct asked *asked)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(1000, 64, broken_body, NULL, NULL);
	enum MHD_Result result = MHD_queue_response(asked->connection, 200, response);

	MHD_destroy_response(response);
	return result;
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

/* Says what was asked: method, the headers that matter, the body. */
static enum MHD_Result say_echo(const struct asked *asked)
{
	const char *const names[] = {MHD_HTTP_HEADER_CONTENT_LENGTH, MHD_HTTP_HEADER_CONTENT_TYPE,
		MHD_HTTP_HEADER_AUTHORIZATION, MHD_HTTP_HEADER_USER_AGENT, MHD_HTTP_HEADER_ORIGIN,
		MHD_HTTP_HEADER_EXPECT, "X-Ours"};
	struct buf text = BUF_INIT;
	enum MHD_Result result;

	buf_addf(&text, "%s", asked->method);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		buf_addf(&text, "|%s", or_dash(asked_header(asked, names[i])));
	buf_addf(&text, "|%s", asked->body.ptr);
	result = say(asked, 200, text.ptr, NULL, NULL);
	buf_release(&text);
	return result;
}

static enum MHD_Result answer(const struct asked *asked, void *payload)
{
	const struct timespec long_time = {2, 0};
	const char *path = asked->path;
	char date[64];
	time_t soon = time(NULL) + 90;
	struct tm tm;

	(void)payload;
	if (!strcmp(path, "/echo"))
		return say_echo(asked);
	if (!strcmp(path, "/broken"))
		return say_broken(asked);
	if (!strcmp(path, "/slow"))
		nanosleep(&long_time, NULL);
	if (!strcmp(path, "/big"))
		return say(asked, 200, "0123456789012345678901234567890123456789", NULL, NULL);
	if (!strcmp(path, "/later"))
		return say(
			asked, 429, "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "7");
	if (!strcmp(path, "/far"))
		return say(asked, 503, "", "Retry-After", "99999999");
	if (!strcmp(path, "/ms"))
		return say(asked, 503, "", "Retry-After-Ms", "1500");
	if (!strcmp(path, "/date")) {
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&soon, &tm));
		return say(asked, 503, "", "Retry-After", date);
	}
	if (!strcmp(path, "/move"))
		return say(asked, 302, "", "Location", "/big");
	if (!strcmp(path, "/circle"))
		return say(asked, 302, "", "Location", "/circle");
	if (!strcmp(path, "/away"))
		return say(asked, 302, "", "Location", "http://example.com/");
	if (!strcmp(path, "/denied"))
		return say(asked, 401, "bad token " TOKEN "\nsecond line", NULL, NULL);
	if (!strncmp(path, "/status/", 8))
		return say(asked, (unsigned)strtoul(path + 8, NULL, 10), "", NULL, NULL);
	return say(asked, 200, "fine", NULL, NULL);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/flywheel-http-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	server_start(&f->server, answer, f, NULL, NULL);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	server_stop(&f->server);
	file_remove_tree(f->folder);
	http_response_release(&f->response);
	free(f);
	return 0;
}

static int ask(struct fixture *f, struct http_request request, const char *path)
{
	http_response_release(&f->response);
	snprintf(f->url, sizeof(f->url), "%s%s", f->server.base, path);
	request.url = f->url;
	return http_request(&request, &f->response);
}

static int get(struct fixture *f, const char *path)
{
	return ask(f, (struct http_request){0}, path);
}

static void request_arrives_as_asked(void **state)
{
	struct fixture *f = *state;
	const char *const headers[] = {"X-Ours: yes", NULL};
	const char *const typed[] = {"Content-Type: application/json", NULL};

	assert_int_equal(get(f, "/echo"), 0);
	assert_int_equal(f->response.status, 200);
	assert_string_equal(f->response.body.ptr, "GET|-|-|-|git-flywheel/" VERSION "|-|-|-|");
	assert_int_equal(f->response.retry_after_s, -1);
	assert_int_equal(
		ask(f, (struct http_request){.headers = headers, .token = TOKEN}, "/echo"), 0);
	assert_string_equal(
		f->response.body.ptr, "GET|-|-|Bearer " TOKEN "|git-flywheel/" VERSION "|-|-|yes|");
	assert_int_equal(
		ask(f,
			(struct http_request){
				.method = "POST", .headers = typed, .body = "{}", .len = 2},
			"/echo"),
		0);
	assert_string_equal(f->response.body.ptr,
		"POST|2|application/json|-|git-flywheel/" VERSION "|-|-|-|{}");
	assert_int_equal(ask(f, (struct http_request){.method = "POST"}, "/echo"), 0);
	assert_string_equal(f->response.body.ptr, "POST|0|-|-|git-flywheel/" VERSION "|-|-|-|");
	assert_int_equal(ask(f, (struct http_request){.method = "DELETE"}, "/echo"), 0);
	assert_string_equal(f->response.body.ptr, "DELETE|-|-|-|git-flywheel/" VERSION "|-|-|-|");
}

static void header_with_a_line_break_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *const headers[] = {"X-Ours: yes\r\nX-Theirs: no", NULL};

	assert_int_equal(ask(f, (struct http_request){.headers = headers}, "/"), E_INVALID);
	assert_int_equal(ask(f, (struct http_request){.token = "a\nb"}, "/"), E_INVALID);
	assert_null(strstr(error_message(), "a\nb"));
}

static void file_goes_up_and_comes_down(void **state)
{
	struct fixture *f = *state;
	char *up = path_join(f->folder, "up"), *down = path_join(f->folder, "down");
	struct buf text = BUF_INIT;

	assert_int_equal(file_write(up, "payload", 7, 0600), 0);
	assert_int_equal(
		ask(f, (struct http_request){.method = "PUT", .body_file = up, .save_to = down},
			"/echo"),
		0);
	assert_int_equal(f->response.body.len, 0);
	assert_int_equal(file_read(down, 1000, &text), 0);
	assert_string_equal(text.ptr, "PUT|7|-|-|git-flywheel/" VERSION "|-|-|-|payload");
	assert_int_equal(
		ask(f, (struct http_request){.body_file = f->folder, .method = "PUT"}, "/"), E_IO);
	buf_release(&text);
	free(up);
	free(down);
}

/* A redirect's own headers are gone with it. */
static void headers_are_of_the_last_answer(void **state)
{
	struct fixture *f = *state;
	struct buf value = BUF_INIT;

	assert_int_equal(ask(f, (struct http_request){0}, "/later"), 0);
	assert_true(http_header(&f->response, "retry-after", &value));
	assert_string_equal(value.ptr, "7");
	assert_false(http_header(&f->response, "Retry", &value));
	assert_false(http_header(&f->response, "ETag", &value));
	assert_int_equal(ask(f, (struct http_request){0}, "/move"), 0);
	assert_false(http_header(&f->response, "Location", &value));
	buf_release(&value);
}

/* Whatever goes wrong, the old file stays and nothing lies beside it. */
static void target_is_old_or_whole(void **state)
{
	struct fixture *f = *state;
	char *down = path_join(f->folder, "down"), *pattern = path_join(f->folder, "down.*");
	struct http_request request = {.save_to = down};
	struct buf text = BUF_INIT;
	glob_t found;

	assert_int_equal(file_write(down, "old", 3, 0600), 0);
	assert_int_equal(ask(f, request, "/broken"), E_NETWORK);
	assert_non_null(strstr(error_message(), "cut short"));
	request.max = 30;
	assert_int_equal(ask(f, request, "/big"), E_TOOBIG);
	assert_int_equal(ask(f, request, "/status/404"), 0);
	assert_int_equal(f->response.status, 404);
	request.max = 0;
	assert_int_equal(ask(f, request, "/denied"), 0);
	assert_int_equal(f->response.status, 401);
	assert_true(starts_with(f->response.body.ptr, "bad token"));
	assert_int_equal(file_read(down, 1000, &text), 0);
	assert_string_equal(text.ptr, "old");
	assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
	request.save_to = "/nowhere/at/all";
	assert_int_equal(ask(f, request, "/big"), E_IO);
	buf_release(&text);
	free(down);
	free(pattern);
}

static void answer_has_a_cap(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, (struct http_request){.max = 40}, "/big"), 0);
	assert_int_equal(f->response.body.len, 40);
	assert_int_equal(ask(f, (struct http_request){.max = 39}, "/big"), E_TOOBIG);
	assert_int_equal(f->response.body.len, 0);
	assert_int_equal(get(f, "/broken"), E_NETWORK);
}

static void exchange_has_an_end(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, (struct http_request){.timeout_s = 1}, "/slow"), E_NETWORK);
	assert_non_null(strstr(error_message(), "in time"));
}

static void nobody_there_is_the_network(void **state)
{
	struct http_response response;

	(void)state;
	assert_int_equal(
		http_request(&(struct http_request){.url = "http://127.0.0.1:1/secret"}, &response),
		E_NETWORK);
	assert_non_null(strstr(error_message(), "127.0.0.1:1"));
	assert_null(strstr(error_message(), "secret"));
}

static void server_says_when(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/later"), 0);
	assert_int_equal(f->response.retry_after_s, 7);
	assert_int_equal(get(f, "/far"), 0);
	assert_int_equal(f->response.retry_after_s, HTTP_RETRY_AFTER_MAX);
	assert_int_equal(get(f, "/ms"), 0);
	assert_int_equal(f->response.retry_after_s, 2);
	assert_int_equal(get(f, "/date"), 0);
	assert_in_range(f->response.retry_after_s, 87, 91);
}

static void status_is_an_error_in_the_servers_words(void **state)
{
	static const struct {
		const char *path;
		int code;
	} cases[] = {{"/status/200", 0}, {"/status/204", 0}, {"/status/400", E_INVALID},
		{"/status/401", E_DENIED}, {"/status/403", E_DENIED}, {"/status/404", E_NOTFOUND},
		{"/status/408", E_NETWORK}, {"/status/409", E_NETWORK}, {"/status/413", E_INVALID},
		{"/status/425", E_NETWORK}, {"/status/429", E_NETWORK}, {"/status/500", E_NETWORK},
		{"/status/503", E_NETWORK}};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(get(f, cases[i].path), 0);
		assert_int_equal(http_status_error(&f->response, "x"), cases[i].code);
	}
	assert_int_equal(get(f, "/later"), 0);
	assert_int_equal(http_status_error(&f->response, "asking the model"), E_NETWORK);
	assert_string_equal(error_message(), "asking the model: HTTP 429: slow down");
	/* A server that repeats the token does not get it into our messages. */
	assert_int_equal(ask(f, (struct http_request){.token = TOKEN}, "/denied"), 0);
	assert_int_equal(http_status_error(&f->response, "x"), E_DENIED);
	assert_string_equal(error_message(), "x: HTTP 401: bad token ************");
}

static void redirect_takes_no_token_along(void **state)
{
	struct fixture *f = *state;
	const char *const headers[] = {"api-key: " TOKEN, NULL};

	assert_int_equal(get(f, "/move"), 0);
	assert_int_equal(f->response.status, 200);
	assert_int_equal(f->response.body.len, 40);
	assert_int_equal(ask(f, (struct http_request){.token = TOKEN}, "/move"), 0);
	assert_int_equal(f->response.status, 302);
	assert_int_equal(http_status_error(&f->response, "x"), E_INVALID);
	assert_int_equal(ask(f, (struct http_request){.headers = headers}, "/move"), 0);
	assert_int_equal(f->response.status, 302);
	assert_int_equal(
		ask(f, (struct http_request){.method = "POST", .body = "x", .len = 1}, "/move"), 0);
	assert_int_equal(f->response.status, 302);
	assert_int_equal(get(f, "/circle"), E_NETWORK);
	assert_int_equal(get(f, "/away"), E_INVALID); /* plain http to elsewhere */
}

static void only_safe_addresses(void **state)
{
	static const char *const good[] = {"https://example.com/x", "HTTPS://EXAMPLE.com",
		"http://127.0.0.1:8000/v1", "http://127.9.8.7/", "http://localhost/",
		"http://[::1]:80/", "HTTP://LOCALHOST"};
	static const char *const bad[] = {"", "example.com", "http://example.com/",
		"http://128.0.0.1/", "http://localhost.example.com/",
		"http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/",
		"http://me:pw@localhost/", "https://me@example.com/", "ftp://localhost/",
		"file:///etc/passwd", "gopher://127.0.0.1/", "http://[::2]/", "http://10.0.0.1/",
		"http:///x", "https://exa mple.com/", "http://0.0.0.0/"};
	struct http_response response;
	char *origin = http_origin("https://example.com:8443/secret?x=y");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(http_url_check(good[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(http_url_check(bad[i]), E_INVALID);
		assert_int_equal(
			http_request(&(struct http_request){.url = bad[i]}, &response), E_INVALID);
	}
	assert_int_equal(http_url_check("http://example.com/"), E_INVALID);
	assert_non_null(strstr(error_message(), "ssh tunnel"));
	assert_string_equal(origin, "https://example.com:8443");
	assert_null(http_origin("nonsense"));
	free(origin);
}

/* A server of one answer, whatever that is; returns its port. */
static unsigned say_once(const char *bytes, pid_t *child)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client;
	char question[4096];

	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	*child = fork();
	if (!*child) {
		client = accept(listener, NULL, NULL);
		if (read(client, question, sizeof(question)) > 0 &&
			write(client, bytes, strlen(bytes)) >= 0)
			close(client);
		_exit(0);
	}
	close(listener);
	return ntohs(address.sin_port);
}

static void broken_answer_is_the_network(void **state)
{
	static const char *const broken[] = {"", "no HTTP at all\r\n\r\n", "HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		struct http_response response;
		char url[64];
		pid_t child;

		snprintf(url, sizeof(url), "http://127.0.0.1:%u/", say_once(broken[i], &child));
		assert_int_equal(
			http_request(&(struct http_request){.url = url}, &response), E_NETWORK);
		assert_int_equal(response.body.len, 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
}

/* The environment must not send what stays on this machine through another. */
static void loopback_is_never_proxied(void **state)
{
	struct fixture *f = *state;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_int_equal(get(f, "/"), 0);
	unsetenv("http_proxy");
}

static void unknown_certificate_is_refused(void **state)
{
	struct fixture *f = *state;
	char *key = path_join(f->folder, "key"), *cert = path_join(f->folder, "cert");
	const char *const argv[] = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1", "-addext",
		"subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", key, "-out", cert, NULL};
	struct buf keys = BUF_INIT, certs = BUF_INIT;
	struct server server;
	struct http_response response;

	if (process_run(argv, &(struct process_options){0}, NULL, NULL)) {
		free(key);
		free(cert);
		skip();
	}
	assert_int_equal(file_read(key, 10000, &keys), 0);
	assert_int_equal(file_read(cert, 10000, &certs), 0);
	server_start(&server, answer, f, keys.ptr, certs.ptr);
	assert_int_equal(
		http_request(&(struct http_request){.url = server.base, .token = TOKEN}, &response),
		E_NETWORK);
	assert_non_null(strstr(error_message(), "certificate"));
	server_stop(&server);
	buf_release(&keys);
	buf_release(&certs);
	free(key);
	free(cert);
}

/* A helper that knows one host, and notes what it is told to forget. */
static void credential_is_found_and_forgotten(void **state)
{
	struct fixture *f = *state;
	char *config = path_join(f->folder, ".gitconfig"), *helper = path_join(f->folder, "helper");
	char *note = path_join(f->folder, "note"), *text;
	struct buf token = BUF_INIT, told = BUF_INIT;

	text = xstrfmt("#!/bin/sh\nin=$(cat)\ncase $1 in\nget) case $in in *host=known:8443*) "
		       "echo username=token; echo password=" TOKEN ";; esac;;\n"
		       "erase) echo \"$in\" >%s;; esac\n",
		note);
	assert_int_equal(file_write(helper, text, strlen(text), 0700), 0);
	free(text);
	text = xstrfmt("[credential]\n\thelper = %s\n[core]\n\taskPass = /bin/true\n", helper);
	assert_int_equal(file_write(config, text, strlen(text), 0600), 0);
	free(text);
	setenv("HOME", f->folder, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	assert_int_equal(credential_get(f->folder, "https://known:8443/v1", &token), 0);
	assert_string_equal(token.ptr, TOKEN);
	buf_clear(&token);
	assert_int_equal(credential_get(NULL, "https://other/v1", &token), E_NOTFOUND);
	assert_non_null(strstr(error_message(), "https://other"));
	assert_non_null(strstr(error_message(), "git credential approve"));
	assert_int_equal(token.len, 0);
	assert_int_equal(credential_reject(f->folder, "https://known:8443/v1", TOKEN), 0);
	assert_int_equal(file_read(note, 1000, &told), 0);
	assert_non_null(strstr(told.ptr, "host=known:8443\n"));
	assert_non_null(strstr(told.ptr, "password=" TOKEN));
	buf_release(&token);
	buf_release(&told);
	free(config);
	free(helper);
	free(note);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(request_arrives_as_asked),
		WITH_SERVER(header_with_a_line_break_is_refused),
		WITH_SERVER(file_goes_up_and_comes_down),
		WITH_SERVER(headers_are_of_the_last_answer),
		WITH_SERVER(target_is_old_or_whole),
		WITH_SERVER(answer_has_a_cap),
		WITH_SERVER(exchange_has_an_end),
		cmocka_unit_test(nobody_there_is_the_network),
		WITH_SERVER(server_says_when),
		WITH_SERVER(status_is_an_error_in_the_servers_words),
		WITH_SERVER(redirect_takes_no_token_along),
		cmocka_unit_test(only_safe_addresses),
		cmocka_unit_test(broken_answer_is_the_network),
		WITH_SERVER(loopback_is_never_proxied),
		WITH_SERVER(unknown_certificate_is_refused),
		WITH_SERVER(credential_is_found_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
