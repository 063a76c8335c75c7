/*
 * Tokens from where git keeps its own: any credential helper works, and no token stands in a
 * setting or a file of ours. Unattended work must never stop at a question, so nobody is asked.
 */
#include "http/internal.h"

#include "util/error.h"
#include "util/process.h"
#include "util/strings.h"

#include <string.h>

#define MAX_ANSWER 65536
#define TIMEOUT 30 /* seconds: a helper that waits for a person waits in vain */

static int credential_run(
	const char *folder, const char *action, const struct buf *input, struct buf *out)
{
	/* An empty GIT_ASKPASS also keeps git from core.askPass and SSH_ASKPASS. */
	const char *const env[] = {"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never", "FLYWHEEL_INTERNAL=1",
		NULL};
	const char *const argv[] = {
		"git", "-c", "credential.interactive=false", "credential", action, NULL};
	const struct process_options options = {.folder = folder,
		.input = input->ptr,
		.input_len = input->len,
		.env = env,
		.max_output = MAX_ANSWER,
		.elsewhere = folder != NULL,
		.timeout_s = TIMEOUT};

	return process_run(argv, &options, out, NULL);
}

static void describe(const struct address *address, struct buf *out)
{
	buf_addf(out, "protocol=%s\nhost=%s\n", address->scheme, address->host);
	if (*address->path)
		buf_addf(out, "path=%s\n", address->path);
}

/* The value of the first line "name=value", appended. */
static bool take_value(const char *text, const char *name, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (starts_with(text, name)) {
			buf_add(out, text + strlen(name), len - strlen(name));
			return true;
		}
		text += len + (text[len] == '\n');
	}
	return false;
}

int credential_get(const char *folder, const char *url, struct buf *token)
{
	struct address address;
	struct buf input = BUF_INIT, answer = BUF_INIT;
	size_t before = token->len;
	int rc = address_parse(url, &address);

	if (rc)
		return rc;
	describe(&address, &input);
	buf_addch(&input, '\n');
	rc = credential_run(folder, "fill", &input, &answer);
	if (rc >= 0) {
		bool found = !rc && take_value(answer.ptr, "password=", token);

		rc = 0;
		if (!found || token->len == before)
			rc = fail(E_NOTFOUND,
				"no credential helper of git has a token for %s://%s: store one "
				"with "
				"'git credential approve' (lines protocol=%s, host=%s, "
				"username=token, "
				"password=<the token>)",
				address.scheme, address.host, address.scheme, address.host);
	}
	buf_release(&answer);
	buf_release(&input);
	address_release(&address);
	return rc;
}

int credential_reject(const char *folder, const char *url, const char *token)
{
	struct address address;
	struct buf input = BUF_INIT;
	int rc = address_parse(url, &address);

	if (rc)
		return rc;
	describe(&address, &input);
	if (token && !token[strcspn(token, "\r\n")])
		buf_addf(&input, "password=%s\n", token);
	buf_addch(&input, '\n');
	rc = credential_run(folder, "reject", &input, NULL);
	if (rc > 0)
		rc = fail(E_FAIL, "git credential reject failed for %s", address.host);
	buf_release(&input);
	address_release(&address);
	return rc;
}
