/* SHA-256: the only file that includes libmd. */
#include "util/digest.h"

#include "util/error.h"
#include "util/memory.h"

#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct digest {
	SHA2_CTX context;
};

struct digest *digest_new(void)
{
	struct digest *digest = xcalloc(1, sizeof(*digest));

	SHA256Init(&digest->context);
	return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
	SHA256Update(&digest->context, bytes, len);
}

void digest_addstr(struct digest *digest, const char *text)
{
	digest_add(digest, text, strlen(text) + 1);
}

void digest_finish(struct digest *digest, char hex[DIGEST_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[SHA256_DIGEST_LENGTH];

	SHA256Final(raw, &digest->context);
	for (size_t i = 0; i < sizeof(raw); i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[DIGEST_HEX] = '\0';
	free(digest);
}

void digest_bytes(const void *bytes, size_t len, char hex[DIGEST_HEX + 1])
{
	struct digest *digest = digest_new();

	digest_add(digest, bytes, len);
	digest_finish(digest, hex);
}

int digest_file(const char *path, char hex[DIGEST_HEX + 1])
{
	struct digest *digest;
	char block[1 << 16];
	FILE *file = fopen(path, "rbe");
	size_t got;
	int rc = 0;

	if (!file)
		return fail(errno == ENOENT ? E_NOTFOUND : E_IO, "cannot open '%s': %s", path,
			strerror(errno));
	digest = digest_new();
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		digest_add(digest, block, got);
	if (ferror(file))
		rc = fail(E_IO, "cannot read '%s'", path);
	digest_finish(digest, hex);
	fclose(file);
	return rc;
}
