/* Reading a message: headers, the part that is plain text, its encoding, and what in it is new. */
#include "conversation/mail.h"

#include "util/clock.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH 6 /* of parts in parts */
#define HEADER_MAX 4096

struct part {
	const char *bytes;
	size_t len;
};

void mail_id(const char *message_id, size_t len, char out[MAIL_ID])
{
	char hex[DIGEST_HEX + 1];

	while (len && (*message_id == '<' || isspace((unsigned char)*message_id))) {
		message_id++;
		len--;
	}
	while (len && (message_id[len - 1] == '>' || isspace((unsigned char)message_id[len - 1])))
		len--;
	*out = '\0';
	if (!len)
		return;
	digest_bytes(message_id, len, hex);
	memcpy(out, "mail-", 5);
	memcpy(out + 5, hex, MAIL_ID - 6);
	out[MAIL_ID - 1] = '\0';
}

void mail_release(struct mail *mail)
{
	buf_release(&mail->subject);
	buf_release(&mail->text);
	buf_release(&mail->patch);
}

/* ---- headers ---- */

/* The body, or NULL where the headers never end. */
static const char *body_of(const struct part *part)
{
	const char *at = part->bytes, *end = at + part->len;

	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		if (!feed)
			return NULL;
		if (feed == at || (feed == at + 1 && *at == '\r'))
			return feed + 1;
		at = feed + 1;
	}
	return NULL;
}

/* A header's value, unfolded; false: there is none of that name. */
static bool header(const struct part *part, const char *name, struct buf *out)
{
	const char *at = part->bytes, *end = body_of(part);
	size_t len = strlen(name);
	bool found = false;

	buf_clear(out);
	while (end && at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		size_t line = feed ? (size_t)(feed - at) : (size_t)(end - at);

		if (found && *at != ' ' && *at != '\t')
			break;
		if (!found && line > len && at[len] == ':' && !strncasecmp(at, name, len)) {
			found = true;
			buf_add(out, at + len + 1, line - len - 1);
		} else if (found && out->len < HEADER_MAX) {
			buf_trim(out);
			buf_add(out, at, line);
		}
		at += line + 1;
	}
	buf_trim(out);
	return found;
}

/* A parameter of a header: charset, boundary. */
static bool parameter(const char *value, const char *name, struct buf *out)
{
	size_t len = strlen(name);

	buf_clear(out);
	for (const char *at = strchr(value, ';'); at; at = strchr(at, ';')) {
		at += 1 + strspn(at + 1, " \t\r\n");
		if (strncasecmp(at, name, len) != 0 || at[len] != '=')
			continue;
		at += len + 1;
		if (*at == '"')
			buf_add(out, at + 1, strcspn(at + 1, "\""));
		else
			buf_add(out, at, strcspn(at, "; \t\r\n"));
		return true;
	}
	return false;
}

/* ---- encodings ---- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Quoted-printable; in a header '_' is a blank. */
static void decode_quoted(const char *text, size_t len, bool in_header, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		int high = text[i] == '=' && i + 1 < len ? hex_value(text[i + 1]) : -1;
		int low = high >= 0 && i + 2 < len ? hex_value(text[i + 2]) : -1;

		if (low >= 0) {
			buf_addch(out, (char)(high * 16 + low));
			i += 2;
		} else if (text[i] == '=' && i + 1 < len && text[i + 1] == '\n') {
			i++;
		} else if (text[i] == '=' && i + 2 < len && text[i + 1] == '\r' &&
			   text[i + 2] == '\n') {
			i += 2;
		} else {
			buf_addch(out, text[i] == '_' && in_header ? ' ' : text[i]);
		}
	}
}

static void decode_base64(const char *text, size_t len, struct buf *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned long bits = 0;
	int count = 0;

	for (size_t i = 0; i < len && text[i] != '='; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			continue;
		bits = (bits << 6 | (unsigned long)(digit - digits)) & 0xffffffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_addch(out, (char)(bits >> count & 0xff));
		}
	}
}

/* UTF-8 stays; the Latin alphabets become it; of others what is no UTF-8 is marked. */
static void add_charset(const char *charset, const struct buf *text, struct buf *out)
{
	bool latin = !strncasecmp(charset, "iso-8859-1", 10) ||
		     !strncasecmp(charset, "windows-1252", 12);
	const char *at = text->ptr;
	size_t left = text->len;

	while (left) {
		size_t good = latin ? 0 : utf8_valid_prefix(at, left);
		unsigned char c;

		buf_add(out, at, good);
		at += good;
		left -= good;
		if (!left)
			break;
		c = (unsigned char)*at;
		if (latin && c < 0x80) {
			buf_addch(out, (char)(c ? c : ' '));
		} else if (latin) {
			buf_addch(out, (char)(0xc0 | c >> 6));
			buf_addch(out, (char)(0x80 | (c & 0x3f)));
		} else {
			buf_addstr(out, "\xef\xbf\xbd");
		}
		at++;
		left--;
	}
}

/* "=?utf-8?q?...?=" words of a header; blanks between two of them are none. */
static void decode_words(const char *text, struct buf *out)
{
	while (*text) {
		const char *start = strstr(text, "=?"),
			   *kind = start ? strchr(start + 2, '?') : NULL;
		const char *words = kind && kind[1] && kind[2] == '?' ? kind + 3 : NULL;
		const char *end = words ? strstr(words, "?=") : NULL;
		struct buf raw = BUF_INIT;
		char *charset;

		if (!end) {
			buf_addstr(out, text);
			return;
		}
		if ((size_t)(start - text) != strspn(text, " \t") || !out->len)
			buf_add(out, text, (size_t)(start - text));
		charset = xstrndup(start + 2, (size_t)(kind - start) - 2);
		if (tolower((unsigned char)kind[1]) == 'b')
			decode_base64(words, (size_t)(end - words), &raw);
		else
			decode_quoted(words, (size_t)(end - words), true, &raw);
		add_charset(charset, &raw, out);
		free(charset);
		buf_release(&raw);
		text = end + 2;
	}
}

/* ---- parts ---- */

static void take_plain(const struct part *part, const char *type, struct buf *out)
{
	struct buf encoding = BUF_INIT, charset = BUF_INIT, raw = BUF_INIT;
	const char *body = body_of(part);
	size_t len = body ? (size_t)(part->bytes + part->len - body) : 0;

	if (!header(part, "Content-Transfer-Encoding", &encoding))
		buf_clear(&encoding);
	if (!parameter(type, "charset", &charset))
		buf_addstr(&charset, "utf-8");
	if (!body)
		;
	else if (!strcasecmp(encoding.ptr + strspn(encoding.ptr, " \t"), "base64"))
		decode_base64(body, len, &raw);
	else if (!strcasecmp(encoding.ptr + strspn(encoding.ptr, " \t"), "quoted-printable"))
		decode_quoted(body, len, false, &raw);
	else
		buf_add(&raw, body, len);
	add_charset(charset.ptr, &raw, out);
	buf_release(&encoding);
	buf_release(&charset);
	buf_release(&raw);
}

static bool take_part(const struct part *part, int depth, struct buf *out);

/* The first part that is plain text. */
static bool take_parts(const struct part *part, const char *boundary, int depth, struct buf *out)
{
	const char *body = body_of(part), *end = part->bytes + part->len, *from = NULL;
	size_t len = strlen(boundary);

	for (const char *at = body; at && at < end;) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		if ((size_t)(end - at) >= len + 2 && at[0] == '-' && at[1] == '-' &&
			!memcmp(at + 2, boundary, len)) {
			struct part one = {from, from ? (size_t)(at - from) : 0};

			if (from && take_part(&one, depth + 1, out))
				return true;
			from = feed ? feed + 1 : NULL;
		}
		at = feed ? feed + 1 : NULL;
	}
	if (from) { /* the end of the message was cut off */
		struct part one = {from, (size_t)(end - from)};

		return take_part(&one, depth + 1, out);
	}
	return false;
}

static bool take_part(const struct part *part, int depth, struct buf *out)
{
	struct buf type = BUF_INIT, boundary = BUF_INIT;
	const char *kind;
	bool taken = false;

	if (!header(part, "Content-Type", &type))
		buf_addstr(&type, "text/plain");
	kind = type.ptr + strspn(type.ptr, " \t");
	if (!strncasecmp(kind, "text/plain", 10)) {
		take_plain(part, kind, out);
		taken = true;
	} else if (!strncasecmp(kind, "multipart/", 10) && depth < DEPTH &&
		   parameter(kind, "boundary", &boundary) && boundary.len) {
		taken = take_parts(part, boundary.ptr, depth, out);
	}
	buf_release(&type);
	buf_release(&boundary);
	return taken;
}

/* ---- what is new in a body ---- */

static bool is_attribution(const char *line, size_t len)
{
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	return len > 6 && line[len - 1] == ':' && !strncmp(line + len - 6, "wrote:", 6);
}

/* "---" and then a diff or the list of its files, or the diff at once. */
static bool is_patch(const char *at)
{
	const char *next;

	if (starts_with(at, "diff --git ") || starts_with(at, "Index: "))
		return true;
	if (strncmp(at, "---", 3) != 0 || (at[3] != '\n' && at[3] != '\r' && at[3] != ' '))
		return false;
	if (at[3] == ' ') { /* "--- a/x" before "+++ b/x" */
		next = strchr(at, '\n');
		return next && !strncmp(next + 1, "+++ ", 4);
	}
	return strstr(at, "\ndiff --git ") || strstr(at, "\n+++ ");
}

static void split_body(const char *body, struct mail *out)
{
	for (size_t len; *body; body += len + (body[len] == '\n')) {
		len = strcspn(body, "\n");
		if (is_patch(body)) {
			buf_addstr(&out->patch, body);
			break;
		}
		if (!strncmp(body, "-- \n", 4) || !strncmp(body, "-- \r\n", 5))
			break; /* a signature */
		if (*body == '>' || is_attribution(body, len))
			continue;
		buf_add(&out->text, body, len);
		buf_trim(&out->text);
		buf_addch(&out->text, '\n');
		if (!len || (len == 1 && *body == '\r'))
			buf_addch(&out->text, '\n');
	}
	buf_trim(&out->text);
}

static void take_subject(const struct part *part, struct mail *out)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	const char *at;

	if (header(part, "Subject", &raw))
		decode_words(raw.ptr, &text);
	for (at = text.ptr;;) {
		at += strspn(at, " \t");
		if (strncasecmp(at, "re:", 3) != 0)
			break;
		at += 3;
	}
	for (; *at; at++)
		if (*at != '\r' && !(*at == ' ' && out->subject.len &&
					   out->subject.ptr[out->subject.len - 1] == ' '))
			buf_addch(&out->subject, *at == '\t' ? ' ' : *at);
	buf_trim(&out->subject);
	buf_release(&raw);
	buf_release(&text);
}

/* The thread begins with the first of References; In-Reply-To may name more than an id. */
static void take_ids(const struct part *part, struct mail *out)
{
	struct buf value = BUF_INIT;
	const char *first = NULL, *last = NULL;

	if (header(part, "Message-ID", &value))
		mail_id(value.ptr, value.len, out->id);
	*out->parent = *out->root = '\0';
	if (header(part, "References", &value)) {
		first = strchr(value.ptr, '<');
		last = strrchr(value.ptr, '<');
	}
	if (first) {
		mail_id(first, strcspn(first, ">"), out->root);
		mail_id(last, strcspn(last, ">"), out->parent);
	} else if (header(part, "In-Reply-To", &value) && (first = strchr(value.ptr, '<'))) {
		mail_id(first, strcspn(first, ">"), out->root);
		memcpy(out->parent, out->root, MAIL_ID);
	}
	if (!*out->root)
		memcpy(out->root, out->id, MAIL_ID);
	buf_release(&value);
}

bool mail_parse(const char *bytes, size_t len, struct mail *out)
{
	struct part whole = {bytes, len < MAIL_MAX ? len : MAIL_MAX};
	struct buf body = BUF_INIT, date = BUF_INIT;

	*out = (struct mail){.subject = BUF_INIT, .text = BUF_INIT, .patch = BUF_INIT};
	take_ids(&whole, out);
	if (!*out->id || !header(&whole, "Date", &date) || clock_parse_mail(date.ptr, &out->at)) {
		error_clear();
		buf_release(&date);
		return false;
	}
	take_subject(&whole, out);
	if (take_part(&whole, 0, &body))
		split_body(body.ptr, out);
	buf_release(&body);
	buf_release(&date);
	return true;
}
