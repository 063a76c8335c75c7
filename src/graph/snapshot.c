/* The files of a tree with their facts: taken from the sidecar, or parsed and kept there. */
#include "graph/internal.h"

#include "flywheel/config.h"
#include "flywheel/store_graph.h"
#include "flywheel/store_pack.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define RULES_MAX (1 << 20)
#define SAMPLES 256 /* files that say what the others will be like */

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	struct snapshot *snapshot = payload;
	struct source_file *file;

	(void)mode;
	GROW(snapshot->files, snapshot->count, snapshot->capacity);
	file = &snapshot->files[snapshot->count++];
	memset(file, 0, sizeof(*file));
	file->path = xstrdup(path);
	file->blob = *blob;
	return 0;
}

static int compare_files(const void *left, const void *right)
{
	return strcmp(((const struct source_file *)left)->path,
		((const struct source_file *)right)->path);
}

void ignore_read(
	struct session *session, const char *path, const struct oid *blob, struct ignore *ignore)
{
	struct buf text = BUF_INIT;

	if (!repo_blob_read(session->repo, blob, RULES_MAX, &text))
		ignore_add(ignore, path, text.ptr);
	buf_release(&text);
}

/* Rules of a folder come after those of its parents: order by path does that within one kind. */
static void load_rules(
	struct session *session, const struct snapshot *snapshot, struct ignore *ignore)
{
	for (size_t depth = 0, left = 1; left; depth++) {
		left = 0;
		for (uint32_t i = 0; i < snapshot->count; i++) {
			const struct source_file *file = &snapshot->files[i];
			size_t slashes = 0;

			if (!ignore_is_rules(file->path))
				continue;
			for (const char *c = file->path; *c; c++)
				slashes += *c == '/';
			left += slashes > depth;
			if (slashes == depth)
				ignore_read(session, file->path, &file->blob, ignore);
		}
	}
}

static bool ends_in(const struct source_file *file, const char *ending)
{
	return !file->skipped && ends_with(file->path, ending);
}

/* A header's name does not say whose it is: it is of the language that the tree has more of. */
static const struct language *language_of_headers(const struct snapshot *snapshot)
{
	const struct language *plain = languages_named(snapshot->languages, "c");
	const struct language *plus = languages_named(snapshot->languages, "cpp");
	size_t c = 0, cpp = 0;

	for (uint32_t i = 0; i < snapshot->count; i++) {
		c += ends_in(&snapshot->files[i], ".c");
		cpp += snapshot->files[i].language == plus && plus;
	}
	return cpp > c ? plus : plain;
}

static void claim_headers(struct snapshot *snapshot)
{
	const struct language *language = language_of_headers(snapshot);

	for (uint32_t i = 0; i < snapshot->count && language; i++)
		if (ends_in(&snapshot->files[i], ".h"))
			snapshot->files[i].language = language;
}

static void choose_languages(struct session *session, struct snapshot *snapshot)
{
	struct ignore *ignore = ignore_new();

	load_rules(session, snapshot, ignore);
	for (uint32_t i = 0; i < snapshot->count; i++) {
		struct source_file *file = &snapshot->files[i];

		file->skipped = ignore_reason(ignore, file->path);
		if (file->skipped)
			continue;
		file->language = language_of(session, snapshot->languages, file->path, &file->blob);
		if (!file->language)
			file->skipped = NO_LANGUAGE;
	}
	claim_headers(snapshot);
	ignore_free(ignore);
}

static void take_facts(struct source_file *file, int64_t max)
{
	file->skipped = parse_skip_name(file->facts.skip);
	if (file->facts.size > max) { /* kept under a larger limit: as if it had never been read */
		facts_release(&file->facts);
		file->skipped = "too large";
	}
}

/* A (blob, language) that is missing, and the files that wait for it. */
struct missing {
	struct map known; /* key to index of its job */
	struct job *jobs;
	size_t count, capacity;
	uint32_t *job_of; /* per file; GRAPH_NONE: none */
};

static void want(struct missing *missing, uint32_t index, const struct source_file *file)
{
	char key[OID_RAW + sizeof(size_t)];
	size_t language = language_index(file->language);
	struct map_entry *entry;
	bool added;

	memcpy(key, file->blob.raw, OID_RAW);
	memcpy(key + OID_RAW, &language, sizeof(language));
	entry = map_put(&missing->known, key, sizeof(key), &added);
	if (added) {
		entry->value.num = (int64_t)missing->count;
		GROW(missing->jobs, missing->count, missing->capacity);
		missing->jobs[missing->count++] = (struct job){.language = file->language,
			.blob = file->blob,
			.encoded = BUF_INIT,
			.packed = BUF_INIT};
	}
	missing->jobs[entry->value.num].files++;
	missing->job_of[index] = (uint32_t)entry->value.num;
}

/* The files to be read: some from all over the tree first, for what all have in common is learnt
 * from those. The caller frees. */
static uint32_t *spread(const struct snapshot *snapshot, size_t *count)
{
	uint32_t *order = xmalloc((snapshot->count + (size_t)1) * sizeof(*order)), read = 0, at;
	uint32_t step;

	for (uint32_t i = 0; i < snapshot->count; i++)
		read += !snapshot->files[i].skipped;
	step = read / SAMPLES + 1;
	*count = 0;
	for (int late = 0; late < 2; late++) {
		at = 0;
		for (uint32_t i = 0; i < snapshot->count; i++)
			if (!snapshot->files[i].skipped && (at++ % step != 0) == late)
				order[(*count)++] = i;
	}
	return order;
}

static int read_stored(struct session *session, struct snapshot *snapshot, bool stored, int64_t max,
	struct missing *missing)
{
	size_t languages = languages_count(snapshot->languages), count;
	uint32_t *order = spread(snapshot, &count);
	int64_t *versions = xcalloc(languages + 1, sizeof(*versions));
	struct store_facts *facts = stored ? store_facts_open(session->store) : NULL;
	struct buf bytes = BUF_INIT;
	int rc = 0, error;

	for (size_t i = 0; i < languages && stored && !rc; i++)
		rc = store_version_id(session->store,
			language_version(languages_at(snapshot->languages, i)), false,
			&versions[i]);
	for (size_t i = 0; i < count && !rc; i++) {
		struct source_file *file = &snapshot->files[order[i]];
		int64_t version = versions[language_index(file->language)];

		buf_clear(&bytes);
		if (version && store_facts_read(facts, file->blob.raw, version, &bytes))
			rc = facts_decode(bytes.ptr, bytes.len, &file->facts);
		else
			want(missing, order[i], file);
		if (!rc && missing->job_of[order[i]] == GRAPH_NONE)
			take_facts(file, max);
	}
	error = store_facts_close(facts);
	buf_release(&bytes);
	free(order);
	free(versions);
	return rc ? rc : error;
}

/* What jobs found, into the sidecar. What no second file needs again goes once it is written. */
struct keeping {
	struct session *session;
	int64_t *versions; /* by language; 0: not asked for yet */
	size_t total;      /* of all jobs */
	bool began, failed;
	_Atomic bool learnt; /* what all have in common: from then on threads pack */
};

static int pack_job(struct job *job, void *payload)
{
	struct keeping *keeping = payload;
	int rc;

	if (!keeping->learnt)
		return 0;
	rc = store_pack(keeping->session->store, STORE_FACTS, job->encoded.ptr, job->encoded.len,
		&job->packed);
	buf_fit(&job->packed);
	if (job->files == 1)
		buf_release(&job->encoded);
	return rc;
}

static int keep_job(struct keeping *keeping, struct store_facts *facts, struct job *job)
{
	int64_t *version = &keeping->versions[language_index(job->language)];
	int rc = *version ? 0
			  : store_version_id(keeping->session->store,
				    language_version(job->language), true, version);

	if (rc)
		return rc;
	if (job->packed.len)
		store_facts_put(facts, job->blob.raw, *version, job->packed.ptr, job->packed.len);
	else
		store_facts_write(
			facts, job->blob.raw, *version, job->encoded.ptr, job->encoded.len);
	buf_release(&job->packed);
	if (job->files == 1)
		buf_release(&job->encoded);
	return 0;
}

/* From the first ones, whose order does not depend on how the threads ran. */
static int learn(struct keeping *keeping, const struct job *jobs, size_t count)
{
	struct buf pieces[SAMPLES];
	int rc;

	if (keeping->began)
		return 0;
	keeping->began = true;
	count = count < SAMPLES ? count : SAMPLES;
	for (size_t i = 0; i < count; i++)
		pieces[i] = jobs[i].encoded;
	rc = store_learn(keeping->session->store, STORE_FACTS, pieces, count, keeping->total);
	keeping->learnt = !rc;
	return rc;
}

static int keep(struct job *jobs, size_t count, void *payload)
{
	struct keeping *keeping = payload;
	struct store *store = keeping->session->store;
	struct store_facts *facts;
	int rc = store_begin(store), error;

	if (rc)
		return rc;
	facts = store_facts_open(store);
	rc = learn(keeping, jobs, count);
	for (size_t i = 0; i < count && !rc; i++)
		if (jobs[i].encoded.len || jobs[i].packed.len)
			rc = keep_job(keeping, facts, &jobs[i]);
	error = store_facts_close(facts);
	rc = rc ? rc : error;
	keeping->failed = rc; /* threads may be packing: they end first */
	return rc ? rc : store_commit(store);
}

/* The last file takes what the thread has decoded, those before it a copy. */
static int take_job(struct source_file *file, struct job *job, int64_t max)
{
	int rc = 0;

	file->skipped = job->skipped;
	if (file->skipped)
		return 0;
	if (--job->files) {
		rc = facts_decode(job->encoded.ptr, job->encoded.len, &file->facts);
	} else {
		file->facts = job->facts;
		memset(&job->facts, 0, sizeof(job->facts));
	}
	if (!rc)
		take_facts(file, max);
	return rc;
}

static int parse_missing(struct session *session, struct snapshot *snapshot, bool stored,
	int64_t max, struct missing *missing)
{
	struct keeping keeping = {.session = session, .total = missing->count};
	struct job_calls calls = {keep, pack_job, &keeping};
	int rc;

	if (stored)
		keeping.versions = xcalloc(
			languages_count(snapshot->languages) + 1, sizeof(*keeping.versions));
	rc = parse_jobs(session, snapshot->languages, missing->jobs, missing->count,
		stored ? &calls : NULL);
	if (keeping.failed)
		store_rollback(session->store);
	free(keeping.versions);
	for (uint32_t i = 0; i < snapshot->count && !rc; i++)
		if (missing->job_of[i] != GRAPH_NONE)
			rc = take_job(&snapshot->files[i], &missing->jobs[missing->job_of[i]], max);
	return rc;
}

int snapshot_load(
	struct session *session, const struct oid *tree, bool store_facts, struct snapshot *out)
{
	int64_t max = config_number(session->config, "maxFileBytes");
	struct missing missing = {.known = MAP_INIT};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = languages_load(&out->languages);
	if (!rc)
		rc = repo_tree_walk(session->repo, tree, on_file, out);
	if (rc)
		goto out;
	if (out->count) /* git sorts a folder as if its name ended in '/' */
		qsort(out->files, out->count, sizeof(*out->files), compare_files);
	choose_languages(session, out);
	missing.job_of = xmalloc((out->count + (size_t)1) * sizeof(uint32_t));
	memset(missing.job_of, 0xff, (out->count + (size_t)1) * sizeof(uint32_t));
	rc = read_stored(session, out, store_facts, max, &missing);
	if (!rc)
		rc = parse_missing(session, out, store_facts, max, &missing);
	out->parsed = missing.count;
out:
	for (size_t i = 0; i < missing.count; i++) {
		buf_release(&missing.jobs[i].encoded);
		buf_release(&missing.jobs[i].packed);
		facts_release(&missing.jobs[i].facts);
	}
	free(missing.jobs);
	free(missing.job_of);
	map_release(&missing.known);
	if (rc)
		snapshot_release(out);
	return rc;
}

void snapshot_release(struct snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->count; i++) {
		free(snapshot->files[i].path);
		facts_release(&snapshot->files[i].facts);
	}
	free(snapshot->files);
	languages_free(snapshot->languages);
	memset(snapshot, 0, sizeof(*snapshot));
}
