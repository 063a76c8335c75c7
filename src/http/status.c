/* What an HTTP status means to us, in the server's own words where it has any. */
#include "http/internal.h"

#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_BYTES 200

static int code_of(long status)
{
	switch (status) {
	case 401:
	case 403:
	case 407:
		return E_DENIED;
	case 404:
	case 410:
		return E_NOTFOUND;
	case 408:
	case 409:
	case 425:
	case 429:
		return E_NETWORK;
	default:
		return status >= 500 ? E_NETWORK : E_INVALID;
	}
}

/* {"error": {"message"}} (OpenAI), {"error": text}, {"message"}, {"detail"} (FastAPI), {"msg"}. */
static const char *json_words(const struct js *answer)
{
	const struct js *error = js_get(answer, "error");
	const char *const keys[] = {"error", "message", "detail", "msg"};
	const char *words = js_is_object(error) ? js_get_text(error, "message") : NULL;

	for (size_t i = 0; !words && i < ARRAY_SIZE(keys); i++)
		words = js_get_text(answer, keys[i]);
	return words;
}

/* One printable line, "" when the server said nothing that people could read. */
static void words_of(const struct http_response *response, struct buf *out)
{
	struct js *answer = NULL;
	const char *text = response->body.ptr;
	char *line = NULL;

	if (!js_parse(text, response->body.len, &answer))
		text = js_is_object(answer) ? json_words(answer) : NULL;
	else if (*text == '<') /* a page for a browser */
		text = NULL;
	if (text) {
		line = first_line(text, WORDS_BYTES);
		buf_add_printable(out, line, strlen(line));
		buf_trim(out);
	}
	free(line);
	js_free(answer);
}

int http_status_error(const struct http_response *response, const char *what)
{
	struct buf words = BUF_INIT;
	long status = response->status;
	int rc;

	if (status >= 200 && status < 300)
		return 0;
	rc = code_of(status);
	words_of(response, &words);
	if (words.len)
		rc = fail(rc, "%s: HTTP %ld: %s", what, status, words.ptr);
	else if (status >= 300 && status < 400)
		rc = fail(rc, "%s: HTTP %ld: it moved; give its new address", what, status);
	else
		rc = fail(rc, "%s: HTTP %ld", what, status);
	buf_release(&words);
	return rc;
}
