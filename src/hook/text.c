/* The text of our hooks (hooks/hook.sh), and how we know it again. */
#include "hook/internal.h"

#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <string.h>

#define MARK "#!/bin/sh\n# git-flywheel hook "
#define MAX_HOOK (1 << 20)

/* hooks/hook.sh, embedded at build time. */
extern const char hook_sh[];

static void add_quoted(struct buf *out, const char *text)
{
	buf_addch(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			buf_addstr(out, "'\\''");
		else
			buf_addch(out, *text);
	buf_addch(out, '\'');
}

/* The body is what follows the marked second line; its digest stands in that line. */
static const char *body_of(const char *text)
{
	const char *end = strchr(text + strlen(MARK), '\n');

	return end ? end + 1 : text + strlen(text);
}

static void body_digest(const char *body, char hex[DIGEST_HEX + 1])
{
	digest_bytes(body, strlen(body), hex);
	hex[16] = '\0';
}

void hook_text(const char *program, const char *trampoline, const char *sidecar, struct buf *out)
{
	const struct {
		const char *mark, *value;
	} parts[] = {{"@PROGRAM@", program}, {"@TRAMPOLINE@", trampoline}, {"@SIDECAR@", sidecar}};
	struct buf body = BUF_INIT;
	char hex[DIGEST_HEX + 1];
	const char *at = body_of(hook_sh);

	while (*at) {
		size_t i = 0;

		while (i < ARRAY_SIZE(parts) && !starts_with(at, parts[i].mark))
			i++;
		if (i == ARRAY_SIZE(parts)) {
			buf_addch(&body, *at++);
			continue;
		}
		add_quoted(&body, parts[i].value);
		at += strlen(parts[i].mark);
	}
	body_digest(body.ptr, hex);
	at = strstr(hook_sh, "@DIGEST@");
	buf_add(out, hook_sh, (size_t)(at - hook_sh));
	buf_addstr(out, hex);
	buf_addch(out, '\n');
	buf_add(out, body.ptr, body.len);
	buf_release(&body);
}

static enum hook_owner owner_of(const char *text)
{
	char hex[DIGEST_HEX + 1];
	const char *body;

	if (!starts_with(text, MARK))
		return strstr(text, "lefthook") ? OWNER_LEFTHOOK : OWNER_USER;
	body = body_of(text);
	body_digest(body, hex);
	if (body - text > 17 && !strncmp(body - 17, hex, 16))
		return OWNER_US;
	return OWNER_EDITED;
}

int hook_owner(const char *path, enum hook_owner *owner, struct buf *text)
{
	int rc;

	*owner = OWNER_NOBODY;
	if (!file_exists(path))
		return 0;
	/* A dangling link, or a program too large to be a script: the user's in any case. */
	*owner = OWNER_USER;
	rc = file_read(path, MAX_HOOK, text);
	if (rc == E_NOTFOUND || rc == E_TOOBIG) {
		error_clear();
		return 0;
	}
	if (!rc)
		*owner = owner_of(text->ptr);
	return rc;
}
