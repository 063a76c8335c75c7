/*
 * One HTTP exchange. Each has an easy handle of its own: no connection, cookie or setting outlives
 * a call. curl_easy_init() initialises libcurl once per process behind a lock of its own (7.84 and
 * later), so we need neither a flag nor a call at start that most commands would pay for nothing.
 */
#include "http/internal.h"
#include "http/library.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "unknown"
#endif
#define CONNECT_TIMEOUT 10 /* seconds */
#define STALL_BYTES 100    /* a second: a slow modem does more */
#define STALL_TIME 60      /* seconds */
#define MAX_REDIRECTS 5
#define HEADERS_MAX ((size_t)64 << 10) /* curl itself gives up at 300 KiB */

struct exchange {
	const struct http_request *request;
	struct http_response *response;
	struct address address;
	struct library library;
	CURL *curl;
	struct curl_slist *headers;
	size_t max, got;
	char *beside; /* temporary file of save_to */
	FILE *in, *out;
	off_t size;  /* of body_file, as promised to the server */
	bool headed; /* the empty line behind the headers has come */
	bool secure; /* https brought us here: plain http must not take over */
	int rc;      /* what went wrong on our side of the transfer */
	char detail[CURL_ERROR_SIZE];
};

/* The file beside the target, made when the first bytes of a good answer arrive or it ends. */
static int open_beside(struct exchange *x)
{
	int fd;

	x->beside = xstrfmt("%s.XXXXXX", x->request->save_to);
	fd = mkstemp(x->beside);
	x->out = fd < 0 ? NULL : fdopen(fd, "wb");
	if (x->out)
		return 0;
	if (fd >= 0)
		close(fd);
	return fail(E_IO, "cannot create '%s': %s", x->beside, strerror(errno));
}

static bool is_saved(struct exchange *x)
{
	long status = 0;

	x->library.easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	return x->request->save_to && status >= 200 && status < 300;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *payload)
{
	struct exchange *x = payload;
	size_t len = size * count;

	if (len > x->max - x->got) {
		x->rc = fail(E_TOOBIG, "the answer of %s is larger than %zu bytes", x->address.host,
			x->max);
		return 0;
	}
	x->got += len;
	if (!is_saved(x)) {
		buf_add(&x->response->body, bytes, len);
		return len;
	}
	if (!x->out)
		x->rc = open_beside(x);
	if (!x->rc && fwrite(bytes, 1, len, x->out) != len)
		x->rc = fail(E_IO, "cannot write '%s': %s", x->beside, strerror(errno));
	return x->rc ? 0 : len;
}

/* A connection that breaks among the headers is a whole answer to curl, and none to us. */
static size_t take_header(char *line, size_t size, size_t count, void *payload)
{
	struct exchange *x = payload;

	size_t len = size * count;

	if (len >= 5 && !memcmp(line, "HTTP/", 5)) { /* 100 Continue has headers of its own */
		x->headed = false;
		buf_clear(&x->response->headers);
	} else if (len && (*line == '\r' || *line == '\n')) {
		x->headed = true;
	} else if (len + x->response->headers.len <= HEADERS_MAX) {
		buf_add(&x->response->headers, line, len);
		buf_trim(&x->response->headers);
		buf_addch(&x->response->headers, '\n');
	}
	return len;
}

static size_t give_file(char *bytes, size_t size, size_t count, void *payload)
{
	struct exchange *x = payload;
	size_t got = fread(bytes, 1, size * count, x->in);

	if (got || (!ferror(x->in) && ftello(x->in) == x->size))
		return got;
	x->rc = fail(E_IO, "cannot read '%s': %s", x->request->body_file,
		ferror(x->in) ? strerror(errno) : "it became shorter");
	return CURL_READFUNC_ABORT;
}

static int seek_file(void *payload, curl_off_t offset, int origin)
{
	struct exchange *x = payload;

	return fseeko(x->in, (off_t)offset, origin) ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

static int watch(
	void *payload, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	struct exchange *x = payload;

	(void)down_total, (void)down, (void)up_total, (void)up;
	if (!interrupted())
		return 0;
	x->rc = fail(E_STOPPED, "stopped while speaking to %s", x->address.host);
	return 1;
}

static bool has_break(const char *text)
{
	return text[strcspn(text, "\r\n")] != '\0';
}

static int add_header(struct exchange *x, const char *header)
{
	struct curl_slist *list;

	if (has_break(header))
		return fail(E_INVALID, "a header for %s holds a line break", x->address.host);
	list = x->library.slist_append(x->headers, header);
	if (!list)
		return fail(E_FAIL, "out of memory");
	x->headers = list;
	return 0;
}

static int add_headers(struct exchange *x)
{
	const struct http_request *request = x->request;
	bool typed = false;
	/* Expect: waiting a second for "100 Continue" helps nobody here. */
	int rc = add_header(x, "Expect:");

	for (size_t i = 0; !rc && request->headers && request->headers[i]; i++) {
		typed |= !strncasecmp(request->headers[i], "Content-Type:", 13);
		rc = add_header(x, request->headers[i]);
	}
	if (!rc && !typed) /* curl would call every body a form */
		rc = add_header(x, "Content-Type:");
	if (!rc && request->token) {
		char *bearer = xstrfmt("Authorization: Bearer %s", request->token);

		rc = add_header(x, bearer);
		free(bearer);
	}
	x->library.easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
	return rc;
}

static int set_body_file(struct exchange *x)
{
	struct stat st;

	x->in = fopen(x->request->body_file, "rb");
	if (!x->in || fstat(fileno(x->in), &st) || !S_ISREG(st.st_mode))
		return fail(E_IO, "cannot open '%s': %s", x->request->body_file,
			x->in ? "not a file" : strerror(errno));
	x->size = st.st_size;
	x->library.easy_setopt(x->curl, CURLOPT_UPLOAD, 1L);
	x->library.easy_setopt(x->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->size);
	x->library.easy_setopt(x->curl, CURLOPT_READFUNCTION, give_file);
	x->library.easy_setopt(x->curl, CURLOPT_READDATA, x);
	x->library.easy_setopt(x->curl, CURLOPT_SEEKFUNCTION, seek_file);
	x->library.easy_setopt(x->curl, CURLOPT_SEEKDATA, x);
	return 0;
}

static int set_body(struct exchange *x)
{
	const struct http_request *request = x->request;
	const char *method = request->method ? request->method : "GET";
	int rc = 0;

	if (request->body_file) {
		rc = set_body_file(x);
	} else if (request->body || !strcmp(method, "POST") || !strcmp(method, "PUT")) {
		x->library.easy_setopt(x->curl, CURLOPT_POST, 1L);
		x->library.easy_setopt(
			x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->len);
		x->library.easy_setopt(
			x->curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	} else if (!strcmp(method, "HEAD")) {
		x->library.easy_setopt(x->curl, CURLOPT_NOBODY, 1L);
	}
	x->library.easy_setopt(x->curl, CURLOPT_CUSTOMREQUEST, method);
	return rc;
}

static void set_limits(struct exchange *x)
{
	const struct http_request *request = x->request;
	CURL *curl = x->curl;

	x->max = request->max ? request->max : HTTP_MAX;
	x->library.easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE,
		(curl_off_t)(x->max > INT64_MAX ? INT64_MAX : x->max));
	x->library.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT);
	x->library.easy_setopt(
		curl, CURLOPT_TIMEOUT, request->timeout_s > 0 ? request->timeout_s : HTTP_TIMEOUT);
	/* Files only: a model may think for minutes before its first byte. */
	if (request->body_file || request->save_to) {
		x->library.easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
		x->library.easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_TIME);
	}
}

static int set_up(struct exchange *x, const char *url)
{
	CURL *curl = x->curl;
	int rc;

	/* TLS verification, no redirects, no .netrc and no cookies are what curl starts with. */
	x->library.easy_setopt(curl, CURLOPT_URL, url);
	x->library.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	x->library.easy_setopt(curl, CURLOPT_USERAGENT, "git-flywheel/" VERSION);
	x->library.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	x->library.easy_setopt(curl, CURLOPT_ERRORBUFFER, x->detail);
	x->library.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	x->library.easy_setopt(curl, CURLOPT_WRITEDATA, x);
	x->library.easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	x->library.easy_setopt(curl, CURLOPT_HEADERDATA, x);
	x->library.easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	x->library.easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
	x->library.easy_setopt(curl, CURLOPT_XFERINFODATA, x);
	/* A proxy would carry plain loopback traffic to another machine. */
	if (x->address.loopback)
		x->library.easy_setopt(curl, CURLOPT_NOPROXY, "*");
	set_limits(x);
	rc = set_body(x);
	return rc ? rc : add_headers(x);
}

static int translate(const struct exchange *x, CURLcode code)
{
	const char *detail = *x->detail ? x->detail : x->library.easy_strerror(code);
	const char *host = x->address.host;

	if (x->rc)
		return x->rc;
	switch (code) {
	case CURLE_OK:
		if (!x->headed)
			return fail(E_NETWORK, "the answer of %s was cut short", host);
		return 0;
	case CURLE_URL_MALFORMAT:
		return fail(E_INVALID, "cannot ask %s: %s", host, detail);
	case CURLE_FILESIZE_EXCEEDED:
		return fail(E_TOOBIG, "the answer of %s is larger than %zu bytes", host, x->max);
	case CURLE_PEER_FAILED_VERIFICATION:
		return fail(E_NETWORK, "the certificate of %s does not verify: %s", host, detail);
	case CURLE_OPERATION_TIMEDOUT:
		return fail(E_NETWORK, "%s did not answer in time: %s", host, detail);
	case CURLE_PARTIAL_FILE:
		return fail(E_NETWORK, "the answer of %s was cut short: %s", host, detail);
	default: /* an answer that is no HTTP, too: something in between may have given it */
		return fail(E_NETWORK, "cannot reach %s: %s", host, detail);
	}
}

/* Where the transfer writes to a closed connection, this thread alone must not get SIGPIPE. */
static CURLcode perform(struct exchange *x)
{
	const struct timespec now = {0, 0};
	sigset_t pipe, pending, old;
	CURLcode code;
	bool was_pending;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe, &old);
	code = x->library.easy_perform(x->curl);
	while (!was_pending && sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return code;
}

static const char *header_of(const struct exchange *x, const char *name)
{
	struct curl_header *header = NULL;

	return x->library.easy_header(x->curl, name, 0, CURLH_HEADER, -1, &header) ? NULL
										   : header->value;
}

/* Seconds or a date; the date counts from the server's own clock, because ours may be off. */
static long retry_after(const struct exchange *x)
{
	const char *ms = header_of(x, "Retry-After-Ms"), *after = header_of(x, "Retry-After");
	const char *date;
	double seconds;
	char *end;

	if (ms) {
		seconds = strtod(ms, &end) / 1000;
	} else if (after) {
		seconds = strtod(after, &end);
		if (end == after || *end) {
			time_t then = x->library.getdate(after, NULL), now = time(NULL);

			if (then < 0)
				return -1;
			date = header_of(x, "Date");
			if (date && x->library.getdate(date, NULL) >= 0)
				now = x->library.getdate(date, NULL);
			seconds = then > now ? (double)(then - now) : 0;
		}
	} else {
		return -1;
	}
	if (!(seconds >= 0))
		return -1;
	return (long)ceil(fmin(seconds, HTTP_RETRY_AFTER_MAX));
}

static int keep_file(struct exchange *x)
{
	int rc = x->out ? 0 : open_beside(x); /* an empty answer is a whole one */

	if (!rc && (fflush(x->out) || fsync(fileno(x->out))))
		rc = fail(E_IO, "cannot write '%s': %s", x->beside, strerror(errno));
	if (!rc && rename(x->beside, x->request->save_to))
		rc = fail(E_IO, "cannot rename to '%s': %s", x->request->save_to, strerror(errno));
	if (!rc) {
		free(x->beside);
		x->beside = NULL;
	}
	return rc;
}

/* A server may repeat our token in its complaint, and complaints are shown and logged. */
static void hide_token(struct buf *body, const char *token)
{
	size_t len = token ? strlen(token) : 0;

	if (!len)
		return;
	for (char *at = body->ptr; (at = strstr(at, token)); at += len)
		memset(at, '*', len);
}

/* One request to one address; *redirect is where the server points, or NULL. */
static int exchange_once(struct exchange *x, const char *url, char **redirect)
{
	char *target = NULL;
	int rc = address_parse(url, &x->address);

	if (!rc)
		rc = library_load(&x->library);
	if (rc)
		return rc;
	if (x->secure && strcmp(x->address.scheme, "https"))
		return fail(E_INVALID, "a redirect from https to http is refused");
	x->secure = !strcmp(x->address.scheme, "https");
	x->curl = x->library.easy_init();
	if (!x->curl)
		return fail(E_FAIL, "libcurl cannot start");
	rc = set_up(x, url);
	if (!rc)
		rc = translate(x, perform(x));
	if (rc)
		return rc;
	x->library.easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->response->status);
	x->library.easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &target);
	x->response->retry_after_s = retry_after(x);
	if (is_saved(x))
		rc = keep_file(x);
	else if (x->response->status >= 300)
		hide_token(&x->response->body, x->request->token);
	*redirect = xstrdup(target);
	return rc;
}

static void exchange_release(struct exchange *x)
{
	if (x->curl)
		x->library.easy_cleanup(x->curl);
	if (x->headers)
		x->library.slist_free_all(x->headers);
	address_release(&x->address);
	if (x->in)
		fclose(x->in);
	if (x->out)
		fclose(x->out);
	if (x->beside)
		unlink(x->beside);
	free(x->beside);
}

static bool may_follow(const struct http_request *request)
{
	return !request->token && !request->body && !request->body_file && !request->headers &&
	       (!request->method || !strcmp(request->method, "GET"));
}

int http_request(const struct http_request *request, struct http_response *out)
{
	char *url = xstrdup(request->url), *next = NULL;
	bool secure = false;
	int rc = 0;

	*out = (struct http_response){.body = BUF_INIT, .headers = BUF_INIT, .retry_after_s = -1};
	for (int hop = 0; !rc; hop++) {
		struct exchange x = {.request = request, .response = out, .secure = secure};

		buf_clear(&out->body);
		rc = exchange_once(&x, url, &next);
		secure = x.secure;
		exchange_release(&x);
		free(url);
		url = next;
		next = NULL;
		if (rc || !url || !may_follow(request))
			break;
		if (hop == MAX_REDIRECTS)
			rc = fail(E_NETWORK, "redirected more than %d times", MAX_REDIRECTS);
	}
	free(url);
	if (rc)
		http_response_release(out);
	return rc;
}

void http_response_release(struct http_response *response)
{
	buf_release(&response->body);
	buf_release(&response->headers);
	*response =
		(struct http_response){.body = BUF_INIT, .headers = BUF_INIT, .retry_after_s = -1};
}

bool http_header(const struct http_response *response, const char *name, struct buf *out)
{
	size_t len = strlen(name), end;

	for (const char *line = response->headers.ptr; *line; line += end + (line[end] == '\n')) {
		end = strcspn(line, "\n");
		if (end > len && line[len] == ':' && !strncasecmp(line, name, len)) {
			line += len + 1;
			end -= len + 1;
			while (end && (*line == ' ' || *line == '\t')) {
				line++;
				end--;
			}
			buf_add(out, line, end);
			return true;
		}
	}
	return false;
}
