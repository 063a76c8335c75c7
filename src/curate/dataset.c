/*
 * A dataset is its bytes: rows sorted by id, named by their SHA-256, with a manifest beside them
 * that says what they were made from. Nothing in either depends on the clock or the machine.
 */
#include "curate/internal.h"

#include "flywheel/config.h"
#include "flywheel/store.h"
#include "flywheel/store_example.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DATASET_MAX ((size_t)4 << 30)

struct freezing {
	struct buf rows;
	struct js *examples; /* of the manifest */
};

static void set_oid(struct js *object, const char *key, const struct oid *oid)
{
	char hex[OID_HEX + 1];

	oid_hex(oid, hex);
	js_set_text(object, key, oid_is_zero(oid) ? "" : hex);
}

static int add_row(
	struct curation *curation, size_t index, const struct example *example, void *payload)
{
	struct freezing *freezing = payload;
	struct js *row = js_object(), *origin = js_object();

	(void)curation;
	(void)index;
	js_set_text(row, "id", example->id);
	js_set_text(row, "kind", example->kind);
	js_set_text(row, "prompt", example->prompt);
	js_set_text(row, "answer", example->answer);
	js_set_text(row, "source", example->source);
	set_oid(row, "commit", &example->commit);
	js_set_text(row, "path", example->path);
	js_set_text(row, "symbol", example->symbol);
	js_write(row, &freezing->rows);
	buf_addch(&freezing->rows, '\n');
	js_free(row);
	js_set_text(origin, "id", example->id);
	js_set_text(origin, "kind", example->kind);
	js_set_text(origin, "source", example->source);
	set_oid(origin, "commit", &example->commit);
	set_oid(origin, "blob", &example->blob);
	js_add(freezing->examples, origin);
	return 0;
}

static struct js *thresholds(const struct config *config)
{
	static const char *const reals[] = {"holdout", "duplicateJaccard", "capShare"};
	static const char *const numbers[] = {
		"minComplexity", "minOutputTokens", "maxTokens", "maxFileBytes"};
	struct js *object = js_object();

	for (size_t i = 0; i < ARRAY_SIZE(reals); i++)
		js_set_real(object, reals[i], config_real(config, reals[i]));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		js_set_number(object, numbers[i], config_number(config, numbers[i]));
	return object;
}

static struct js *funnel_json(const struct curation *curation)
{
	struct js *object = js_object(), *reasons = js_array();

	js_set_number(object, "raw", (int64_t)curation->count);
	js_set_number(object, "kept", (int64_t)curation->alive);
	for (int i = 0; filters[i]; i++) {
		struct js *reason = js_object();

		js_set_text(reason, "filter", filters[i]->name);
		js_set_number(reason, "rejected", (int64_t)curation->filters[i].rejected);
		if (curation->filters[i].note)
			js_set_text(reason, "did not run", curation->filters[i].note);
		js_add(reasons, reason);
	}
	js_set(object, "reasons", reasons);
	return object;
}

/* Takes `examples` over. */
static void add_manifest(
	const struct curation *curation, const char *sha256, struct js *examples, struct buf *out)
{
	struct js *manifest = js_object();

	js_set_number(manifest, "format", 1);
	js_set_text(manifest, "dataset", sha256);
	set_oid(manifest, "head", &curation->split->head);
	set_oid(manifest, "cutoff", &curation->split->cutoff);
	js_set_text(manifest, "suite", curation->suite ? curation->suite->digest : "none");
	js_set(manifest, "thresholds", thresholds(curation->session->config));
	js_set(manifest, "funnel", funnel_json(curation));
	js_set(manifest, "examples", examples);
	js_write(manifest, out);
	buf_addch(out, '\n');
	js_free(manifest);
}

static char *dataset_path(struct session *session, const char *sha256, const char *suffix)
{
	return xstrfmt("%s/datasets/%s.%s", store_folder(session->store), sha256, suffix);
}

static int write_both(struct session *session, struct dataset *out, const struct buf *rows,
	const struct buf *manifest)
{
	char *folder = path_join(store_folder(session->store), "datasets");
	int rc = file_mkdirs(folder, 0700);

	out->path = dataset_path(session, out->sha256, "jsonl");
	out->manifest = dataset_path(session, out->sha256, "manifest.json");
	if (!rc)
		rc = file_write(out->path, rows->ptr, rows->len, 0600);
	if (!rc)
		rc = file_write(out->manifest, manifest->ptr, manifest->len, 0600);
	free(folder);
	return rc;
}

int dataset_freeze(struct curation *curation, struct dataset *out)
{
	struct freezing freezing = {.rows = BUF_INIT, .examples = js_array()};
	struct buf manifest = BUF_INIT;
	struct dataset_row row = {
		.at = clock_now(), .raw = curation->count, .kept = curation->alive};
	int rc = curation_each(curation, add_row, &freezing);

	digest_bytes(freezing.rows.ptr, freezing.rows.len, out->sha256);
	add_manifest(curation, out->sha256, freezing.examples, &manifest);
	if (!rc)
		rc = write_both(curation->session, out, &freezing.rows, &manifest);
	row.sha256 = out->sha256;
	memcpy(row.head, curation->split->head.raw, sizeof(row.head));
	memcpy(row.cutoff, curation->split->cutoff.raw, sizeof(row.cutoff));
	if (!rc)
		rc = store_dataset_put(curation->session->store, &row);
	buf_release(&freezing.rows);
	buf_release(&manifest);
	return rc;
}

void dataset_release(struct dataset *dataset)
{
	if (!dataset)
		return;
	free(dataset->path);
	free(dataset->manifest);
	memset(dataset, 0, sizeof(*dataset));
}

static int each_line(const struct buf *text, const char *sha256, dataset_fn fn, void *payload)
{
	int rc = 0;

	for (size_t at = 0; at < text->len && !rc;) {
		const char *stop = memchr(text->ptr + at, '\n', text->len - at);
		size_t end = stop ? (size_t)(stop - text->ptr) : text->len;
		struct js *row = NULL;

		if (js_parse(text->ptr + at, end - at, &row) || !js_get_text(row, "id") ||
			!js_get_text(row, "kind") || !js_get_text(row, "prompt") ||
			!js_get_text(row, "answer"))
			rc = fail(E_INVALID, "dataset %.12s is damaged: run `git flywheel curate`",
				sha256);
		else
			rc = fn(js_get_text(row, "id"), js_get_text(row, "kind"),
				js_get_text(row, "prompt"), js_get_text(row, "answer"), payload);
		js_free(row);
		at = end + 1;
	}
	return rc;
}

/* The bytes are what their name says, or they are not used. */
static int read_rows(struct session *session, const char *sha256, struct buf *out)
{
	char *path = dataset_path(session, sha256, "jsonl");
	char hex[DIGEST_HEX + 1];
	int rc = file_read(path, DATASET_MAX, out);

	if (rc == E_NOTFOUND)
		rc = fail(E_NOTFOUND, "the bytes of dataset %.12s are gone", sha256);
	if (!rc) {
		digest_bytes(out->ptr, out->len, hex);
		if (strcmp(hex, sha256))
			rc = fail(
				E_INVALID, "dataset %.12s was changed after it was frozen", sha256);
	}
	free(path);
	return rc;
}

int dataset_each(struct session *session, const char *sha256, dataset_fn fn, void *payload)
{
	struct buf text = BUF_INIT;
	int rc = read_rows(session, sha256, &text);

	if (!rc)
		rc = each_line(&text, sha256, fn, payload);
	buf_release(&text);
	return rc;
}

struct resolving {
	const char *prefix;
	char *sha256;
	size_t found;
};

static int on_dataset(const struct dataset_row *row, void *payload)
{
	struct resolving *resolving = payload;

	if (strncmp(row->sha256, resolving->prefix, strlen(resolving->prefix)))
		return 0;
	memcpy(resolving->sha256, row->sha256, DIGEST_HEX);
	resolving->sha256[DIGEST_HEX] = '\0';
	resolving->found++;
	return 0;
}

int dataset_newest(struct session *session, char sha256[65])
{
	struct resolving resolving = {"", sha256, 0};
	int rc = store_dataset_each(session->store, on_dataset, &resolving);

	if (!rc && !resolving.found)
		return fail(E_NOTFOUND, "no dataset yet: run `git flywheel curate`");
	return rc;
}

int dataset_resolve(struct session *session, const char *prefix, char sha256[65])
{
	struct resolving resolving = {prefix, sha256, 0};
	int rc = store_dataset_each(session->store, on_dataset, &resolving);

	if (!rc && !resolving.found)
		return fail(E_NOTFOUND, "no dataset '%s': see `git flywheel dataset list`", prefix);
	if (!rc && resolving.found > 1)
		return fail(E_INVALID, "'%s' begins %zu datasets: give more digits", prefix,
			resolving.found);
	return rc;
}
