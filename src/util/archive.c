/* Zip archives: written to memory with nothing in them that depends on when or where. */
#include "util/archive.h"

#include "util/error.h"
#include "util/file.h"

#include <zip.h>

#define DOS_DATE ((1980 - 1980) << 9 | 1 << 5 | 1) /* the first day that a zip can tell of */
#define LEVEL 6
#define PLAIN_FILE 0100644u /* regular, rw-r--r--: as Unix writes it in a zip */

static int fail_zip(const char *what, zip_error_t *error)
{
	return fail(E_INVALID, "cannot %s a zip archive: %s", what, zip_error_strerror(error));
}

static int add_part(zip_t *zip, const struct archive_part *part)
{
	zip_source_t *bytes = zip_source_buffer(zip, part->bytes, part->len, 0);
	zip_int64_t added;
	zip_uint64_t index;

	if (!bytes)
		return fail_zip("write", zip_get_error(zip));
	added = zip_file_add(zip, part->name, bytes, ZIP_FL_ENC_UTF_8);
	if (added < 0) {
		zip_source_free(bytes);
		return fail_zip("write", zip_get_error(zip));
	}
	index = (zip_uint64_t)added;
	if (zip_set_file_compression(zip, index, ZIP_CM_DEFLATE, LEVEL) ||
		zip_file_set_dostime(zip, index, 0, DOS_DATE, 0) ||
		zip_file_set_external_attributes(zip, index, 0, ZIP_OPSYS_UNIX, PLAIN_FILE << 16))
		return fail_zip("write", zip_get_error(zip));
	return 0;
}

static int read_back(zip_source_t *source, struct buf *out)
{
	char block[1 << 16];
	zip_int64_t got;

	if (zip_source_open(source))
		return fail_zip("write", zip_source_error(source));
	while ((got = zip_source_read(source, block, sizeof(block))) > 0)
		buf_add(out, block, (size_t)got);
	zip_source_close(source);
	return got ? fail_zip("write", zip_source_error(source)) : 0;
}

int archive_make(const struct archive_part *parts, size_t count, struct buf *out)
{
	zip_error_t error;
	zip_source_t *target = NULL;
	zip_t *zip = NULL;
	int rc = 0;

	zip_error_init(&error);
	target = zip_source_buffer_create(NULL, 0, 0, &error);
	if (target)
		zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
	if (!zip) {
		rc = fail_zip("make", &error);
		goto out;
	}
	zip_source_keep(target); /* zip_close gives its own reference back */
	for (size_t i = 0; i < count && !rc; i++)
		rc = add_part(zip, &parts[i]);
	if (!rc && zip_close(zip))
		rc = fail_zip("write", zip_get_error(zip));
	else if (!rc)
		zip = NULL;
	if (zip)
		zip_discard(zip);
	if (!rc)
		rc = read_back(target, out);
out:
	zip_source_free(target);
	zip_error_fini(&error);
	return rc;
}

static int read_part(zip_t *zip, const char *name, size_t max, struct buf *out)
{
	char block[1 << 16];
	size_t start = out->len;
	zip_file_t *part = zip_fopen(zip, name, 0);
	zip_int64_t got = 0;
	int rc = 0;

	if (!part)
		return fail(E_NOTFOUND, "no part '%s'", name);
	while (!rc && (got = zip_fread(part, block, sizeof(block))) > 0) {
		if (out->len - start + (size_t)got > max)
			rc = fail(E_TOOBIG, "part '%s' is larger than %zu bytes", name, max);
		else
			buf_add(out, block, (size_t)got);
	}
	if (!rc && got < 0)
		rc = fail_zip("read", zip_file_get_error(part));
	zip_fclose(part);
	return rc;
}

int archive_read(const char *path, const char *name, size_t max, struct buf *out)
{
	int code = 0, rc;
	zip_t *zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
	zip_error_t error;

	if (!zip && !file_exists(path))
		return fail(E_NOTFOUND, "no archive '%s'", path);
	if (!zip) {
		zip_error_init_with_code(&error, code);
		rc = fail_zip("read", &error);
		zip_error_fini(&error);
		return rc;
	}
	rc = read_part(zip, name, max, out);
	zip_discard(zip);
	return rc;
}
