/* SHA-256 (FIPS 180-4), on libmd. */
#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

#include <stddef.h>

#define DIGEST_HEX 64

struct digest;

struct digest *digest_new(void);
void digest_add(struct digest *digest, const void *bytes, size_t len);
void digest_addstr(struct digest *digest, const char *text); /* with its NUL, as a separator */
/* Writes 64 hex digits and a NUL, and frees the digest. */
void digest_finish(struct digest *digest, char hex[DIGEST_HEX + 1]);

void digest_bytes(const void *bytes, size_t len, char hex[DIGEST_HEX + 1]);
int digest_file(const char *path, char hex[DIGEST_HEX + 1]); /* E_NOTFOUND, E_IO */

#endif
