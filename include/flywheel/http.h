/*
 * HTTP, the only way out of this machine. https anywhere with the certificate verified, plain http
 * only to loopback: elsewhere a token and the team's code would travel readable. Never sent:
 * Origin, cookies, .netrc. Proxies come from curl's environment variables, and loopback is never
 * proxied.
 */
#ifndef FLYWHEEL_HTTP_H
#define FLYWHEEL_HTTP_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_MAX ((size_t)16 << 20) /* bytes of an answer, unless the request says */
#define HTTP_TIMEOUT 60             /* seconds of an exchange, unless the request says */
#define HTTP_RETRY_AFTER_MAX 86400  /* seconds that we let a server send us away */

struct http_request {
	const char *method; /* "GET" when NULL */
	const char *url;
	const char *const *headers; /* NULL-terminated "Name: value", or NULL */
	const void *body;           /* or NULL */
	size_t len;
	const char *body_file; /* streamed with its Content-Length instead of body, or NULL */
	/*
	 * A file that gets the answer of a 2xx status, or NULL: written beside, renamed when whole,
	 * otherwise untouched. Any other answer still comes in the response's body.
	 */
	const char *save_to;
	size_t max;     /* bytes of the answer; 0: HTTP_MAX */
	long timeout_s; /* whole exchange; 0: HTTP_TIMEOUT. A file that stands still for 60 s ends
			 */
	const char *token; /* sent as a bearer, or NULL */
};

struct http_response {
	long status;
	struct buf body;
	long retry_after_s; /* at most HTTP_RETRY_AFTER_MAX; -1: not said */
	struct buf headers; /* "Name: value" lines of the last answer */
};
/* Appends the value of a header, the first of its name; false: there is none. */
bool http_header(const struct http_response *response, const char *name, struct buf *out);

/*
 * 0 for any HTTP status. E_NETWORK: unreachable, timed out, cut short, or a certificate that does
 * not verify (it may be a hotel's log-in page: later it may). E_TOOBIG: the answer is over `max`.
 * E_INVALID: a bad URL, a refused scheme, a header with a line break. E_IO: our own file.
 * E_STOPPED: Ctrl-C. A redirect is followed only for a plain GET without token, body or headers,
 * and never from https to http; any other comes back with its 3xx status. Messages name the host
 * and never the path: some services keep their secret there. On failure `out` is empty.
 */
int http_request(const struct http_request *request, struct http_response *out);
void http_response_release(struct http_response *response);

/*
 * 0 for 2xx; else E_NETWORK (408, 409, 425, 429, 5xx), E_DENIED (401, 403, 407), E_NOTFOUND (404)
 * or E_INVALID, with "<what>: " and the server's own first words as the message.
 */
int http_status_error(const struct http_response *response, const char *what);

/* Whether a request to this URL would be refused: E_INVALID says why. */
int http_url_check(const char *url);
/* "https://host:port" without what may be secret, for people; NULL for a bad URL. Caller frees. */
char *http_origin(const char *url);

/*
 * The password that git's credential helpers keep for `url`, appended to `token`: a bearer token.
 * Never asks anybody. `folder` is the repository whose settings count, NULL: the working directory.
 * E_NOTFOUND when no helper knows one; the message says how to store it.
 */
int credential_get(const char *folder, const char *url, struct buf *token);
/* Tells the helpers that the server refused this token, so that they forget it. */
int credential_reject(const char *folder, const char *url, const char *token);

#endif
