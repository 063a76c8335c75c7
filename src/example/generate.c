/* Runs every kind over graph and history at the cutoff and streams what they make into the sidecar.
 */
#include "example/internal.h"

#include "flywheel/config.h"
#include "flywheel/scrub.h"
#include "flywheel/decision.h"
#include "flywheel/store_example.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define GENERATOR_VERSION "examples 4" /* raise it when a kind writes something else */
#define TEXT_CACHE_MAX ((size_t)64 << 20)

const struct buf *generator_text(struct generator *generator, uint32_t file)
{
	struct buf *text = &generator->texts[file];

	if (!text->len &&
		!repo_blob_read(generator->session->repo, &generator->graph->files[file].blob,
			(size_t)config_number(generator->session->config, "maxFileBytes"), text))
		generator->text_bytes += text->len;
	return text;
}

static void trim_texts(struct generator *generator)
{
	if (generator->text_bytes < TEXT_CACHE_MAX)
		return;
	for (uint32_t i = 0; i < generator->graph->file_count; i++)
		buf_release(&generator->texts[i]);
	generator->text_bytes = 0;
}

const char *symbol_text(struct generator *generator, uint32_t symbol, size_t *len)
{
	const struct graph_symbol *s = &generator->graph->symbols[symbol];
	const struct buf *text = generator_text(generator, s->file);
	size_t start = s->start, end = s->end;

	*len = 0;
	if (end > text->len || start >= end)
		return "";
	while (start && (text->ptr[start - 1] == ' ' || text->ptr[start - 1] == '\t'))
		start--;
	if (start && text->ptr[start - 1] != '\n') /* not alone on its line: keep only our part */
		start = s->start;
	*len = end - start;
	return text->ptr + start;
}

bool symbol_is_code(const struct graph *graph, uint32_t symbol)
{
	enum symbol_kind kind = graph->symbols[symbol].kind;

	return kind == SYMBOL_FUNCTION || kind == SYMBOL_METHOD || kind == SYMBOL_TEST;
}

int generator_each_function(struct generator *generator, symbol_fn fn)
{
	const struct graph *graph = generator->graph;
	struct progress *progress = progress_start(generator->kind->name, graph->symbol_count);
	int rc = 0;

	for (uint32_t i = 0; i < graph->symbol_count && !rc; i++) {
		progress_set(progress, i);
		trim_texts(generator);
		if (interrupted())
			rc = fail(E_STOPPED, "stopped: nothing was changed");
		else if (symbol_is_code(graph, i) &&
			 graph->symbols[i].end - graph->symbols[i].start <= EXAMPLE_CODE_MAX)
			rc = fn(generator, i);
	}
	progress_finish(progress);
	return rc;
}

void generator_begin(struct generator *generator)
{
	buf_clear(&generator->prompt);
	buf_clear(&generator->answer);
	buf_clear(&generator->source);
}

struct origin generator_origin(struct generator *generator, uint32_t symbol)
{
	const struct graph_symbol *s = &generator->graph->symbols[symbol];
	const struct graph_file *file = &generator->graph->files[s->file];
	const struct map_entry *entry = map_get_str(&generator->history.touched, file->path);
	struct origin origin = {.path = file->path,
		.symbol = s->qualified,
		.blob = file->blob,
		.commit = generator->split->cutoff,
		.at = generator->history.oldest,
		.cyclomatic = s->cyclomatic};

	if (entry) {
		origin.commit = generator->history.touches[entry->value.num - 1].commit;
		origin.at = generator->history.touches[entry->value.num - 1].time;
	}
	buf_clear(&generator->source);
	buf_addf(&generator->source, "%s:%u-%u", file->path, s->line, s->end_line);
	return origin;
}

static void name_example(struct example_row *row, char id[17])
{
	struct digest *digest = digest_new();
	char hex[DIGEST_HEX + 1];

	digest_addstr(digest, row->kind);
	digest_addstr(digest, row->prompt);
	digest_addstr(digest, row->answer);
	digest_finish(digest, hex);
	memcpy(id, hex, 16);
	id[16] = '\0';
	row->id = id;
}

static bool holds_secret(const struct generator *generator, const struct buf *text)
{
	return scrub_count_secrets(generator->scrubber, text->ptr, text->len) > 0;
}

int generator_emit(struct generator *generator, const struct origin *origin)
{
	struct example_row row = {.kind = origin->kind ? origin->kind : generator->kind->name,
		.path = origin->path ? origin->path : "",
		.symbol = origin->symbol ? origin->symbol : "",
		.author = origin->author ? origin->author : "",
		.source = generator->source.ptr,
		.at = origin->at,
		.cyclomatic = origin->cyclomatic,
		.context = origin->context};
	bool added = false;
	char id[17];
	int rc;

	buf_trim(&generator->prompt);
	buf_trim(&generator->answer);
	if (!generator->prompt.len || !generator->answer.len)
		return 0;
	buf_addch(&generator->prompt, '\n');
	buf_addch(&generator->answer, '\n');
	/* Code holds secrets too: what does makes no example and never reaches the sidecar. */
	if (holds_secret(generator, &generator->prompt) ||
		holds_secret(generator, &generator->answer) ||
		holds_secret(generator, &generator->source))
		return 0;
	row.prompt = generator->prompt.ptr;
	row.answer = generator->answer.ptr;
	memcpy(row.commit, origin->commit.raw, OID_RAW);
	memcpy(row.blob, origin->blob.raw, OID_RAW);
	name_example(&row, id);
	rc = store_example_insert(generator->insert, &row, &added);
	generator->raw += added;
	return rc;
}

static int digest_decision(const struct decision *decision, void *payload)
{
	digest_addstr(payload, decision->id);
	digest_addstr(payload, decision->status);
	return 0;
}

/* Hand-written examples count from the commit that brings them, so HEAD's are an input. */
static int digest_handwritten(
	const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	(void)mode;
	if (starts_with(path, ".flywheel/examples/")) {
		digest_addstr(payload, path);
		digest_add(payload, blob, sizeof(*blob));
	}
	return 0;
}

/* Everything that examples are made of; the graph stands for the tree and the grammars. */
static int digest_inputs(struct session *session, const struct split *split,
	const struct graph *graph, char hex[DIGEST_HEX + 1])
{
	struct decision_query all = {0};
	struct digest *digest = digest_new();
	int rc;

	digest_addstr(digest, GENERATOR_VERSION);
	scrub_version(session, hex);
	digest_addstr(digest, hex);
	digest_add(digest, &split->cutoff, sizeof(split->cutoff));
	graph_digest(graph, hex);
	digest_addstr(digest, hex);
	rc = repo_tree_walk(session->repo, &split->head_tree, digest_handwritten, digest);
	if (!rc)
		rc = decision_each(session, &all, digest_decision, digest);
	digest_finish(digest, hex);
	return rc;
}

static int run_kinds(struct generator *generator, const char *hash)
{
	struct store *store = generator->session->store;
	int rc = store_begin(store), closed;

	if (rc)
		return rc;
	rc = store_examples_clear(store);
	generator->insert = store_example_insert_open(store);
	for (size_t i = 0; example_kinds[i] && !rc; i++) {
		generator->kind = example_kinds[i];
		rc = example_kinds[i]->generate(generator);
	}
	closed = store_example_insert_close(generator->insert);
	rc = rc ? rc : closed;
	if (!rc)
		rc = store_examples_done(store, hash, generator->raw);
	if (!rc)
		return store_commit(store);
	store_rollback(store);
	return rc;
}

static int generate_all(struct session *session, const struct split *split,
	const struct graph *graph, const char *hash, size_t *raw)
{
	struct generator generator = {.session = session,
		.split = split,
		.graph = graph,
		.prompt = BUF_INIT,
		.answer = BUF_INIT,
		.source = BUF_INIT};
	int rc = history_load(session, split, &generator.history);

	if (!rc)
		rc = scrubber_open_for_code(session, &generator.scrubber);
	generator.texts = xcalloc(graph->file_count + 1, sizeof(*generator.texts));
	for (uint32_t i = 0; i < graph->file_count; i++)
		buf_init(&generator.texts[i]);
	if (!rc)
		rc = run_kinds(&generator, hash);
	*raw = generator.raw;
	for (uint32_t i = 0; i < graph->file_count; i++)
		buf_release(&generator.texts[i]);
	free(generator.texts);
	history_release(&generator.history);
	scrubber_free(generator.scrubber);
	buf_release(&generator.prompt);
	buf_release(&generator.answer);
	buf_release(&generator.source);
	return rc;
}

int example_generate(struct session *session, const struct split *split, size_t *raw)
{
	struct graph *graph = NULL;
	char hash[DIGEST_HEX + 1];
	size_t count = 0;
	int rc = graph_open(session, &split->cutoff_tree, &graph);

	if (!rc)
		rc = digest_inputs(session, split, graph, hash);
	if (!rc) {
		rc = store_examples_of(session->store, hash, &count);
		if (rc == E_NOTFOUND)
			rc = generate_all(session, split, graph, hash, &count);
	}
	graph_free(graph);
	if (!rc && raw)
		*raw = count;
	return rc;
}

struct reader {
	example_fn fn;
	void *payload;
};

static int on_row(const struct example_row *row, void *payload)
{
	const struct reader *reader = payload;
	struct example example = {.kind = row->kind,
		.prompt = row->prompt,
		.answer = row->answer,
		.path = row->path,
		.symbol = row->symbol,
		.author = row->author,
		.source = row->source,
		.at = row->at,
		.cyclomatic = row->cyclomatic,
		.context = row->context};

	memcpy(example.commit.raw, row->commit, OID_RAW);
	memcpy(example.blob.raw, row->blob, OID_RAW);
	memcpy(example.id, row->id, strnlen(row->id, sizeof(example.id) - 1));
	return reader->fn(&example, reader->payload);
}

int example_each(struct session *session, example_fn fn, void *payload)
{
	struct reader reader = {fn, payload};

	return store_example_each(session->store, on_row, &reader);
}

int example_find(struct session *session, const char *id, example_fn fn, void *payload)
{
	struct reader reader = {fn, payload};

	return store_example_find(session->store, id, on_row, &reader);
}
