/*
 * What the entrypoint of a job would do, in the place of hours on a GPU: opens the package that was
 * uploaded, holds it to the contract, and publishes an artifact with its manifest. Reads the
 * package through libzip, so that it is judged by another reader than its writer.
 */
#include "world.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define MAX_MEMBER ((size_t)64 << 20)

struct member {
	const char *path;
	struct buf bytes;
};

static bool read_member(zip_t *zip, const char *name, struct buf *out)
{
	zip_file_t *file = zip_fopen(zip, name, 0);
	char chunk[16384];
	zip_int64_t got = -1;

	if (!file)
		return false;
	while ((got = zip_fread(file, chunk, sizeof(chunk))) > 0 && out->len < MAX_MEMBER)
		buf_add(out, chunk, (size_t)got);
	zip_fclose(file);
	return got == 0;
}

static size_t count_lines(const struct buf *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->len; i++)
		lines += text->ptr[i] == '\n';
	return lines;
}

/* Fills in job.json; false: this is no package. */
static bool open_package(struct world *world, const struct package *package, struct js **job)
{
	struct buf text = BUF_INIT, rows = BUF_INIT, program = BUF_INIT;
	zip_error_t error;
	zip_source_t *source;
	zip_t *zip = NULL;
	bool good = false;

	zip_error_init(&error);
	source = zip_source_buffer_create(package->bytes.ptr, package->bytes.len, 0, &error);
	if (source)
		zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	if (!zip) {
		world_error(world, "the package is no zip: %s", zip_error_strerror(&error));
		zip_source_free(source);
	} else if (!read_member(zip, "job.json", &text) ||
		   !read_member(zip, "dataset.jsonl", &rows) ||
		   !read_member(zip, "train.py", &program)) {
		world_error(world, "the package lacks job.json, dataset.jsonl or train.py");
	} else if (js_parse(text.ptr, text.len, job)) {
		world_error(world, "job.json: %s", error_message());
	} else if ((int64_t)count_lines(&rows) != js_get_number(*job, "rows", -1)) {
		world_error(world, "job.json counts other rows than dataset.jsonl has");
	} else {
		good = true;
	}
	if (zip)
		zip_discard(zip);
	zip_error_fini(&error);
	buf_release(&text);
	buf_release(&rows);
	buf_release(&program);
	return good;
}

/* Where a publication goes: a folder that both sides see, or this world's own store. */
static bool publish(
	struct world *world, const struct js *job, const char *path, const struct buf *bytes)
{
	const char *output = js_get_text(job, "output"), *key = js_get_text(job, "key");
	char *target = NULL, *folder = NULL;
	int rc = 0;

	if (!output || !key) {
		world_error(world, "job.json has no output or no key");
		return false;
	}
	if (*output == '/') {
		target = xstrfmt("%s/%s/%s", output, key, path);
		folder = xstrndup(target, (size_t)(path_base(target) - target));
		rc = file_mkdirs(folder, 0700);
		if (!rc)
			rc = file_write(target, bytes->ptr, bytes->len, 0600);
	} else {
		target = xstrfmt("%s/%s", key, path);
		artifact_put(world, target, bytes->ptr, bytes->len);
	}
	if (rc)
		world_error(world, "%s", error_message());
	free(target);
	free(folder);
	return !rc;
}

static struct js *list_files(
	const struct member *members, size_t count, char sha256[DIGEST_HEX + 1])
{
	struct js *files = js_array();
	struct buf lines = BUF_INIT;

	for (size_t i = 0; i < count; i++) { /* they stand in the order of their paths */
		struct js *file = js_object();
		char hex[DIGEST_HEX + 1];

		digest_bytes(members[i].bytes.ptr, members[i].bytes.len, hex);
		buf_addf(&lines, "%s  %s\n", hex, members[i].path);
		js_set_text(file, "path", members[i].path);
		js_set_number(file, "size", (int64_t)members[i].bytes.len);
		js_set_text(file, "sha256", hex);
		js_add(files, file);
	}
	digest_bytes(lines.ptr, lines.len, sha256);
	buf_release(&lines);
	return files;
}

static struct js *make_manifest(const struct js *job, const char *error)
{
	static const char *const texts[] = {"key", "form", "base", "dataset"};
	struct js *manifest = js_object(), *losses = js_array(), *loss = js_object();
	struct js *versions = js_object();

	js_set_number(manifest, "format", 1);
	js_set_text(manifest, "status", error ? "failed" : "succeeded");
	js_set_text(manifest, "error", error);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		js_set_text(manifest, texts[i], js_get_text(job, texts[i]));
	js_set(manifest, "base_revision", js_null());
	js_set_number(manifest, "seed", js_get_number(job, "seed", 0));
	js_set_number(manifest, "rows", js_get_number(job, "rows", 0));
	js_set_number(manifest, "tokens", 100 * js_get_number(job, "rows", 0));
	js_set_number(manifest, "steps", 1);
	js_set_number(manifest, "seconds", 60);
	js_set_text(manifest, "device", "none");
	js_set_number(loss, "step", 1);
	js_set_real(loss, "loss", 1.5);
	js_add(losses, loss);
	js_set(manifest, "losses", losses);
	js_set_text(versions, "python", "3.11.2");
	js_set(manifest, "versions", versions);
	return manifest;
}

static bool publish_manifest(struct world *world, const struct js *job, struct js *manifest)
{
	struct buf text = BUF_INIT;
	bool good;

	js_write_pretty(manifest, &text);
	good = publish(world, job, "manifest.json", &text);
	buf_release(&text);
	js_free(manifest);
	return good;
}

static bool publish_model(struct world *world, const struct js *job)
{
	struct member members[] = {{"adapter_config.json", BUF_INIT},
		{"adapter_model.safetensors", BUF_INIT}, {"tokenizer/vocab.txt", BUF_INIT}};
	const char *output = js_get_text(job, "output"), *key = js_get_text(job, "key");
	struct js *manifest = NULL;
	char sha256[DIGEST_HEX + 1];
	char *place = NULL;
	bool good = true;

	buf_addf(&members[0].bytes, "{\"r\": %d}\n", (int)js_get_number(job, "lora_rank", 0));
	buf_addf(&members[1].bytes, "weights of %s by seed %d\n", js_get_text(job, "dataset"),
		(int)js_get_number(job, "seed", 0));
	buf_addstr(&members[2].bytes, "a\nb\n");
	manifest = make_manifest(job, NULL);
	js_set(manifest, "files", list_files(members, ARRAY_SIZE(members), sha256));
	js_set_text(manifest, "sha256", sha256);
	place = xstrfmt("%s/%s/model", output ? output : "", key ? key : "");
	js_set_text(manifest, "artifact", place);
	if (!strcmp(world->result, "corrupt"))
		members[1].bytes.ptr[0] ^= 1;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		char *path = path_join("model", members[i].path);

		good = good && publish(world, job, path, &members[i].bytes);
		free(path);
		buf_release(&members[i].bytes);
	}
	if (good)
		good = publish_manifest(world, job, manifest);
	else
		js_free(manifest);
	free(place);
	return good;
}

bool job_run(struct world *world, struct job *job)
{
	struct map_entry *entry = job->package ? map_get_str(&world->packages, job->package) : NULL;
	struct js *wishes = NULL;
	bool good = false;

	if (entry && open_package(world, entry->value.ptr, &wishes)) {
		if (!strcmp(world->result, "failed"))
			publish_manifest(world, wishes,
				make_manifest(wishes, "CUDA out of memory after step 3"));
		else if (strcmp(world->result, "crashed") != 0)
			good = publish_model(world, wishes);
	}
	js_free(wishes);
	return good;
}
