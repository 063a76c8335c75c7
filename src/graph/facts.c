/* The facts of single blobs: for notes and comments, where a whole tree is not needed. */
#define _GNU_SOURCE
#include "graph/internal.h"
#include "flywheel/graph_part.h"

#include "flywheel/config.h"
#include "util/compress.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define REMEMBERED ((size_t)8 << 20) /* bytes of a generation */

/* Facts of the blobs seen lately. Two generations: when the young one is full the old one goes. */
struct recent {
	struct map young, old; /* language and blob to struct buf, packed */
	struct compressor *compressor;
	size_t bytes;
};

struct fact_source {
	struct session *session;
	struct recent *recent; /* NULL: nothing is remembered */
	struct versions *versions;
	struct languages *languages;
	struct store_facts *stored;
	struct grammars *grammars;
	bool keep;
};

const struct language *language_of(struct session *session, const struct languages *languages,
	const char *path, const struct oid *blob)
{
	const struct language *language = languages_find(languages, path);
	struct buf text = BUF_INIT;

	if (language || strchr(path_base(path), '.'))
		return language;
	if (!repo_blob_read(session->repo, blob,
		    (size_t)config_number(session->config, "maxFileBytes"), &text))
		language = languages_of_script(languages, text.ptr, text.len);
	buf_release(&text);
	return language;
}

int fact_source_open(struct session *session, bool keep, struct fact_source **out)
{
	struct fact_source *source = xcalloc(1, sizeof(*source));
	int rc = languages_load(&source->languages);

	*out = NULL;
	if (rc) {
		free(source);
		return rc;
	}
	source->session = session;
	source->keep = keep;
	source->stored = store_facts_open(session->store);
	source->grammars = grammars_new(source->languages);
	*out = source;
	return 0;
}

void fact_source_remember(struct fact_source *source)
{
	if (source->recent)
		return;
	source->recent = xcalloc(1, sizeof(*source->recent));
	source->recent->compressor = compressor_new(NULL, 0);
	source->versions = versions_new();
}

static void forget(struct map *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		buf_release(facts->entries[i].value.ptr);
		free(facts->entries[i].value.ptr);
	}
	map_release(facts);
}

#define RECENT_KEY (sizeof(((struct oid *)NULL)->raw) + 1)

static void recent_key(
	const struct language *language, const struct oid *blob, char key[RECENT_KEY])
{
	key[0] = (char)language_index(language);
	memcpy(key + 1, blob->raw, sizeof(blob->raw));
}

static bool recall(struct recent *recent, const struct language *language, const struct oid *blob,
	struct buf *out)
{
	const struct map_entry *entry;
	const struct buf *bytes;
	char key[RECENT_KEY];

	if (!recent)
		return false;
	recent_key(language, blob, key);
	entry = map_get(&recent->young, key, sizeof(key));
	if (!entry)
		entry = map_get(&recent->old, key, sizeof(key));
	if (!entry)
		return false;
	bytes = entry->value.ptr;
	return !decompress_bytes(recent->compressor, bytes->ptr, bytes->len, SIZE_MAX, out);
}

static void remember(struct recent *recent, const struct language *language, const struct oid *blob,
	const struct buf *bytes)
{
	struct map_entry *entry;
	struct buf *copy;
	char key[RECENT_KEY];
	bool added;

	if (!recent)
		return;
	if (recent->bytes > REMEMBERED) {
		forget(&recent->old);
		recent->old = recent->young;
		recent->young = (struct map)MAP_INIT;
		recent->bytes = 0;
	}
	recent_key(language, blob, key);
	entry = map_put(&recent->young, key, sizeof(key), &added);
	if (!added)
		return;
	copy = xcalloc(1, sizeof(*copy));
	buf_init(copy);
	compress_bytes(recent->compressor, bytes->ptr, bytes->len, copy);
	buf_fit(copy);
	entry->value.ptr = copy;
	recent->bytes += copy->len + sizeof(*copy) + RECENT_KEY;
}

/* Along history a file is parsed out of its version next to this one. */
static int parse(struct fact_source *source, const struct language *language, const char *path,
	const struct buf *text, struct buf *bytes)
{
	struct grammar *grammar = NULL;
	int rc = grammars_of(source->grammars, language, &grammar);

	if (rc)
		return rc;
	if (!source->versions) {
		parse_text(grammar, text->ptr, text->len, bytes);
		return 0;
	}
	parse_version(grammar, text->ptr, text->len, versions_of(source->versions, language, path),
		bytes);
	versions_settle(source->versions);
	return 0;
}

static int parse_now(struct fact_source *source, const struct language *language, const char *path,
	const struct oid *blob, int64_t version, struct buf *bytes)
{
	struct buf text = BUF_INIT;
	int rc;

	/* Too large, or missing in a partial clone: no facts, as in a whole tree. */
	if (repo_blob_read(source->session->repo, blob,
		    (size_t)config_number(source->session->config, "maxFileBytes"), &text)) {
		buf_release(&text);
		return 0;
	}
	rc = parse(source, language, path, &text, bytes);
	buf_release(&text);
	if (source->keep && !version && !rc)
		rc = store_version_id(
			source->session->store, language_version(language), true, &version);
	if (source->keep && !rc)
		store_facts_write(source->stored, blob->raw, version, bytes->ptr, bytes->len);
	return rc;
}

/* Out of memory, out of the sidecar, or by parsing. */
static int find_facts(struct fact_source *source, const struct language *language, const char *path,
	const struct oid *blob, struct buf *bytes)
{
	int64_t version = 0;
	int rc;

	if (recall(source->recent, language, blob, bytes))
		return 0;
	rc = store_version_id(source->session->store, language_version(language), false, &version);
	if (!rc && (!version || !store_facts_read(source->stored, blob->raw, version, bytes)))
		rc = parse_now(source, language, path, blob, version, bytes);
	if (!rc)
		remember(source->recent, language, blob, bytes);
	return rc;
}

void fact_source_free(struct fact_source *source)
{
	if (!source)
		return;
	grammars_free(source->grammars);
	if (source->recent) {
		forget(&source->recent->young);
		forget(&source->recent->old);
		compressor_free(source->recent->compressor);
		free(source->recent);
	}
	versions_free(source->versions);
	store_facts_close(source->stored);
	languages_free(source->languages);
	free(source);
}

int fact_source_read(
	struct fact_source *source, const char *path, const struct oid *blob, struct facts *out)
{
	const struct language *language =
		language_of(source->session, source->languages, path, blob);
	struct buf bytes = BUF_INIT;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!language)
		return 0;
	rc = find_facts(source, language, path, blob, &bytes);
	if (!rc && bytes.len)
		rc = facts_decode(bytes.ptr, bytes.len, out);
	if (!rc && out->size > config_number(source->session->config, "maxFileBytes"))
		facts_release(out);
	buf_release(&bytes);
	return rc;
}

int graph_comments(struct session *session, const char *path, const struct oid *blob,
	graph_comment_fn fn, void *payload)
{
	struct fact_source *source = NULL;
	struct facts facts = {.text = NULL};
	struct buf text = BUF_INIT, words = BUF_INIT;
	int rc = fact_source_open(session, false, &source);

	if (!rc)
		rc = fact_source_read(source, path, blob, &facts);
	if (!rc && facts.comment_count)
		rc = repo_blob_read(session->repo, blob, facts.size, &text);
	for (uint32_t i = 0; i < facts.comment_count && !rc; i++) {
		const struct fact_comment *at = &facts.comments[i];
		struct graph_comment comment = {at->line, at->end_line, at->start, at->end, NULL};

		buf_clear(&words);
		comment_words(text.ptr + at->start, at->end - at->start, &words);
		comment.words = words.ptr;
		rc = fn(&comment, payload);
	}
	buf_release(&text);
	buf_release(&words);
	facts_release(&facts);
	fact_source_free(source);
	return rc;
}

struct graph_parts {
	struct fact_source *source;
};

int graph_parts_open(struct session *session, struct graph_parts **out)
{
	struct graph_parts *parts = xcalloc(1, sizeof(*parts));
	int rc = fact_source_open(session, false, &parts->source);

	if (rc) {
		free(parts);
		return rc;
	}
	fact_source_remember(parts->source);
	*out = parts;
	return 0;
}

void graph_parts_free(struct graph_parts *parts)
{
	if (parts)
		fact_source_free(parts->source);
	free(parts);
}

int graph_parts_each(struct graph_parts *parts, const char *path, const struct oid *blob,
	graph_part_fn fn, void *payload)
{
	struct facts facts = {.text = NULL};
	struct buf text = BUF_INIT;
	int rc = fact_source_read(parts->source, path, blob, &facts);

	if (!rc && facts.definition_count)
		rc = repo_blob_read(parts->source->session->repo, blob, facts.size, &text);
	for (uint32_t i = 0; i < facts.definition_count && !rc; i++) {
		const struct fact_definition *at = &facts.definitions[i];
		struct graph_part part = {facts.text + at->name, facts.text + at->qualified,
			text.ptr + at->start, at->end - at->start, at->line, at->end_line};

		rc = fn(&part, payload);
	}
	buf_release(&text);
	facts_release(&facts);
	return rc;
}

/* Does a word of the text, or a piece of the path, end what may be a qualified name? */
static bool is_mentioned(const char *name, const char *path, const struct buf *text)
{
	size_t end = strlen(name), start, len;

	while (end && !is_word_byte(name[end - 1]))
		end--;
	for (start = end; start && is_word_byte(name[start - 1]);)
		start--;
	len = end - start;
	if (!len || memmem(path, strlen(path), name + start, len))
		return true;
	for (const char *at = text->ptr, *stop = text->ptr + text->len;
		(at = memmem(at, (size_t)(stop - at), name + start, len)); at += len)
		if ((at == text->ptr || !is_word_byte(at[-1])) && !is_word_byte(at[len]))
			return true;
	return false;
}

static bool mentions_any(struct graph_parts *parts, const char *path, const struct oid *blob,
	const struct strings *names)
{
	struct session *session = parts->source->session;
	struct buf text = BUF_INIT;
	bool any = false;

	if (!repo_blob_read(session->repo, blob,
		    (size_t)config_number(session->config, "maxFileBytes"), &text))
		for (size_t i = 0; i < names->count && !any; i++)
			any = is_mentioned(names->items[i], path, &text);
	buf_release(&text);
	return any;
}

struct wanted {
	const struct strings *names;
	graph_part_fn fn;
	void *payload;
};

static int on_wanted(const struct graph_part *part, void *payload)
{
	const struct wanted *wanted = payload;

	return strings_contains(wanted->names, part->name) ||
			       strings_contains(wanted->names, part->qualified)
		       ? wanted->fn(part, wanted->payload)
		       : 0;
}

int graph_parts_named(struct graph_parts *parts, const char *path, const struct oid *blob,
	const struct strings *names, graph_part_fn fn, void *payload)
{
	struct wanted wanted = {names, fn, payload};

	if (!mentions_any(parts, path, blob, names))
		return 0;
	return graph_parts_each(parts, path, blob, on_wanted, &wanted);
}
