/* One message of electronic mail (RFC 5322, 2045 to 2047): what it says, and to what it answers. */
#ifndef CONVERSATION_MAIL_H
#define CONVERSATION_MAIL_H

#include "conversation/internal.h"
#include "util/buf.h"

#include <stdint.h>

#define MAIL_MAX ((size_t)1 << 20) /* bytes of a message that are looked at */
#define MAIL_ID 46                 /* "mail-", 40 hex digits and a NUL */

struct mail {
	char id[MAIL_ID], parent[MAIL_ID], root[MAIL_ID]; /* hashed; "" where there is none */
	int64_t at;
	struct buf subject; /* without "Re:", decoded */
	struct buf text;    /* of text/plain, decoded, without quotes, signature and patch */
	struct buf patch;   /* a unified diff, or empty */
};

/* False for what is no message of use: without an id or a date. */
bool mail_parse(const char *bytes, size_t len, struct mail *out);
void mail_release(struct mail *mail);
/* "<a@b>", with or without the brackets, as records name it. */
void mail_id(const char *message_id, size_t len, char out[MAIL_ID]);
/* Every path of a setting; "~/" is the user's home. */
int mail_places(struct harvest *harvest, const char *setting, place_fn fn, void *payload);
/* Stores it as a turn: a thread is a conversation, a patch's files are edits by a person. */
int mail_store(struct harvest *harvest, const struct mail *mail);

#endif
