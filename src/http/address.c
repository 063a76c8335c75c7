/* Which addresses we speak to. Taken apart by curl's own parser: a second one could disagree. */
#include "http/internal.h"
#include "http/library.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* 127.0.0.0/8, ::1 and localhost, which curl resolves by itself to one of those. */
static bool is_loopback(const char *host)
{
	struct in_addr four;

	if (!strcasecmp(host, "localhost") || !strcmp(host, "[::1]"))
		return true;
	return inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

/* A copy of one part, or NULL when the URL has none. */
static char *part_of(const struct library *curl, const CURLU *url, CURLUPart part)
{
	char *text = NULL, *copy;

	if (curl->url_get(url, part, &text, 0))
		return NULL;
	copy = xstrdup(text);
	curl->free(text);
	return copy;
}

static int take_apart(const struct library *curl, CURLU *url, const char *text, struct address *out)
{
	char *host = NULL, *port = NULL, *user = NULL, *path = NULL;
	CURLUcode code = curl->url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
	int rc = 0;

	if (code)
		return fail(E_INVALID, "bad URL: %s", curl->url_strerror(code));
	out->scheme = part_of(curl, url, CURLUPART_SCHEME);
	host = part_of(curl, url, CURLUPART_HOST);
	port = part_of(curl, url, CURLUPART_PORT);
	user = part_of(curl, url, CURLUPART_USER);
	path = part_of(curl, url, CURLUPART_PATH);
	if (!out->scheme || !host || !*host) {
		rc = fail(E_INVALID, "bad URL: it names no host");
		goto out;
	}
	out->loopback = is_loopback(host);
	out->host = port ? xstrfmt("%s:%s", host, port) : xstrdup(host);
	out->path = xstrdup(path && *path == '/' ? path + 1 : "");
	if (user)
		rc = fail(E_INVALID,
			"the URL of %s holds a user name: keep credentials out of URLs, give them "
			"to 'git credential approve'",
			out->host);
	else if (strcmp(out->scheme, "https") && strcmp(out->scheme, "http"))
		rc = fail(E_INVALID, "cannot speak '%s' to %s: use https", out->scheme, out->host);
	else if (!strcmp(out->scheme, "http") && !out->loopback)
		rc = fail(E_INVALID,
			"plain http to %s is refused, because anyone on the way could read it: use "
			"https, or an ssh tunnel to a port of localhost",
			out->host);
out:
	free(host);
	free(port);
	free(user);
	free(path);
	return rc;
}

int address_parse(const char *url, struct address *out)
{
	struct library curl;
	CURLU *parsed;
	int rc = library_load(&curl);

	memset(out, 0, sizeof(*out));
	if (rc)
		return rc;
	parsed = curl.url();
	rc = parsed ? take_apart(&curl, parsed, url, out) : fail(E_FAIL, "out of memory");
	curl.url_cleanup(parsed);
	if (rc)
		address_release(out);
	return rc;
}

void address_release(struct address *address)
{
	free(address->scheme);
	free(address->host);
	free(address->path);
	memset(address, 0, sizeof(*address));
}

int http_url_check(const char *url)
{
	struct address address;
	int rc = address_parse(url, &address);

	address_release(&address);
	return rc;
}

char *http_origin(const char *url)
{
	struct address address;
	char *origin = NULL;

	if (!address_parse(url, &address))
		origin = xstrfmt("%s://%s", address.scheme, address.host);
	address_release(&address);
	return origin;
}
