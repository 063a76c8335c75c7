/* What questions are made from: both graphs, the held-out commits, the texts at HEAD. */
#include "bench/internal.h"

#include "bench/code.h"
#include "flywheel/config.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

static void remember_old(struct material *material)
{
	const struct graph *old = material->cutoff;
	struct buf key = BUF_INIT;
	bool added;

	for (uint32_t i = 0; i < old->symbol_count; i++) {
		const struct graph_symbol *symbol = old->symbols + i;

		map_put(&material->old_bodies, (const char *)&symbol->body, sizeof(symbol->body),
			NULL);
		if (*graph_doc(old, symbol)) {
			char *doc = first_sentence(graph_doc(old, symbol), CHOICE_BYTES);

			map_put_str(&material->old_docs, doc, NULL);
			free(doc);
		}
	}
	for (uint32_t i = 0; i < old->edge_count; i++) {
		const struct graph_edge *edge = old->edges + i;

		if (edge->kind > EDGE_IMPORT)
			continue;
		buf_clear(&key);
		buf_addf(&key, "%s\n%s", old->files[edge->file].path, edge->name);
		map_put(&material->old_uses, key.ptr, key.len, NULL);
		if (edge->to == GRAPH_NONE)
			continue;
		buf_clear(&key);
		buf_addf(&key, "%s\t%s", old->files[edge->file].path,
			old->files[edge->kind == EDGE_IMPORT ? edge->to
							     : old->symbols[edge->to].file]
				.path);
		/* A file that many use is a likelier answer: the prior learns how many. */
		map_put(&material->old_uses, key.ptr, key.len, &added);
		if (added)
			prior_add(material->prior, strchr(key.ptr, '\t') + 1,
				strlen(strchr(key.ptr, '\t') + 1));
	}
	buf_release(&key);
}

static void find_fresh_docs(struct material *material)
{
	const struct graph *graph = material->head;

	material->fresh_docs = xcalloc(graph->symbol_count + 1, 1);
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		char *doc = first_sentence(graph_doc(graph, graph->symbols + i), CHOICE_BYTES);

		material->fresh_docs[i] = *doc && !map_get_str(&material->old_docs, doc);
		free(doc);
	}
}

bool material_used(const struct material *material, const char *from, char mark, const char *to)
{
	struct buf key = BUF_INIT;
	bool used;

	buf_addf(&key, "%s%c%s", from, mark, to);
	used = map_get(&material->old_uses, key.ptr, key.len) != NULL;
	buf_release(&key);
	return used;
}

static int add_file(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct held_commit *commit = payload;

	GROW(commit->files, commit->count, commit->capacity);
	commit->files[commit->count] = (struct held_file){.path = xstrdup(path)};
	if (old)
		commit->files[commit->count].old = *old;
	if (new)
		commit->files[commit->count].new = *new;
	commit->count++;
	return 0;
}

static int parent_tree(struct repo *repo, const struct commit *commit, struct oid *tree)
{
	char hex[OID_HEX + 1];

	oid_hex(commit->parents, hex);
	return repo_tree_of(repo, hex, tree);
}

static int add_held(const struct commit *commit, void *payload)
{
	struct material *material = payload;
	struct held_commit *held;
	struct oid before;
	int rc;

	if (interrupted())
		return fail(E_STOPPED, "stopped");
	if (commit->parent_count != 1)
		return 0;
	rc = parent_tree(material->session->repo, commit, &before);
	if (rc)
		return rc == E_NOTFOUND ? 0 : rc; /* the edge of a shallow clone */
	GROW(material->commits, material->commit_count, material->commit_capacity);
	held = material->commits + material->commit_count++;
	memset(held, 0, sizeof(*held));
	oid_hex(&commit->id, held->hex);
	held->message = xstrdup(commit->message);
	return repo_tree_diff(material->session->repo, &before, &commit->tree, add_file, held);
}

/* The subject's leading word, lower case, and the prefix before a colon: the house's labels. */
static int learn_subject(const struct commit *commit, void *payload)
{
	struct material *material = payload;
	size_t len = strcspn(commit->message, "\n");
	size_t colon = strcspn(commit->message, ":\n ");

	if (interrupted())
		return fail(E_STOPPED, "stopped");
	prior_add(material->prior, commit->message, len);
	material->trained++;
	if (commit->message[colon] == ':' && commit->message[colon + 1] == ' ' && colon)
		map_put(&material->subjects, commit->message, colon, NULL)->value.num++;
	return 0;
}

int material_open(struct session *session, const struct split *split, struct material *out)
{
	int rc;

	memset(out, 0, sizeof(*out));
	out->session = session;
	out->split = split;
	out->seed = (uint64_t)config_number(session->config, "seed");
	out->prior = prior_new();
	rc = graph_open(session, &split->head_tree, &out->head);
	if (!rc)
		rc = graph_open(session, &split->cutoff_tree, &out->cutoff);
	if (!rc) {
		out->texts = xcalloc(out->head->file_count + 1, sizeof(*out->texts));
		out->fresh = xcalloc(out->head->file_count + 1, sizeof(*out->fresh));
		for (uint32_t i = 0; i < out->head->file_count; i++)
			buf_init(out->texts + i);
		remember_old(out);
		find_fresh_docs(out);
		rc = material_find_fresh(out);
	}
	if (!rc)
		rc = split_each_trained(session, split, learn_subject, out);
	if (!rc)
		rc = split_each_held_out(session, split, add_held, out);
	return rc;
}

void material_close(struct material *material)
{
	for (uint32_t i = 0; material->texts && i < material->head->file_count; i++) {
		buf_release(material->texts + i);
		free(material->fresh[i]);
	}
	free(material->texts);
	free(material->fresh);
	free(material->fresh_docs);
	for (size_t i = 0; i < material->commit_count; i++) {
		for (size_t k = 0; k < material->commits[i].count; k++)
			free(material->commits[i].files[k].path);
		free(material->commits[i].files);
		free(material->commits[i].message);
	}
	free(material->commits);
	for (size_t i = 0; i < material->choice_count; i++) {
		free(material->choices[i].id);
		free(material->choices[i].chosen);
		free(material->choices[i].because);
		free(material->choices[i].rejected);
		free(material->choices[i].path);
	}
	free(material->choices);
	map_release(&material->old_bodies);
	map_release(&material->old_docs);
	map_release(&material->old_uses);
	map_release(&material->subjects);
	prior_free(material->prior);
	graph_free(material->head);
	graph_free(material->cutoff);
	memset(material, 0, sizeof(*material));
}

const struct buf *material_text(struct material *material, uint32_t file)
{
	struct buf *text = material->texts + file;
	size_t max = (size_t)config_number(material->session->config, "maxFileBytes");

	if (!text->capacity) {
		buf_reserve(text, 1);
		/* What cannot be read (a partial clone) makes no questions. */
		if (repo_blob_read(
			    material->session->repo, &material->head->files[file].blob, max, text))
			error_clear();
	}
	return text;
}

bool material_is_fresh(const struct material *material, uint32_t file, uint32_t line)
{
	return material->fresh[file] && line && line <= material->head->files[file].lines &&
	       material->fresh[file][line];
}

bool material_is_unseen(const struct material *material, uint32_t file, uint32_t line)
{
	return material_is_fresh(material, file, line) &&
	       material->fresh[file][line] == FRESH_UNSEEN;
}

bool material_is_new(const struct material *material, uint32_t symbol)
{
	const uint64_t *body = &material->head->symbols[symbol].body;

	return !map_get(&material->old_bodies, (const char *)body, sizeof(*body));
}

size_t text_line(const struct buf *text, uint32_t line, size_t *start)
{
	const char *at = text->ptr, *end = text->ptr + text->len, *newline;

	while (line > 1 && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		at = newline + 1;
		line--;
	}
	*start = (size_t)(at - text->ptr);
	newline = memchr(at, '\n', (size_t)(end - at));
	return line > 1 ? *start : newline ? (size_t)(newline - text->ptr) : text->len;
}

void comment_marks(const struct graph_file *file, const char **open, const char **close)
{
	bool hash = file->language &&
		    (!strcmp(file->language, "python") || !strcmp(file->language, "ruby") ||
			    !strcmp(file->language, "bash"));

	*open = hash ? "# " : "/* ";
	*close = hash ? "" : " */";
}

char *material_place(const struct material *material, uint32_t file, uint32_t line)
{
	return xstrfmt("%s:%u", material->head->files[file].path, line);
}

uint64_t material_hash(const struct material *material, const char *text, uint64_t salt)
{
	return hash_bytes(text, strlen(text), material->seed * 31 + salt);
}

bool is_test_path(const char *path)
{
	return strstr(path, "test") || strstr(path, "spec/");
}

bool is_foreign_path(const char *path)
{
	static const char *const folders[] = {"deps", "vendor", "vendored", "third_party",
		"third-party", "thirdparty", "3rdparty", "external", "extern", "node_modules"};

	for (const char *part = path, *slash; (slash = strchr(part, '/')); part = slash + 1)
		for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
			if (strlen(folders[i]) == (size_t)(slash - part) &&
				!memcmp(folders[i], part, (size_t)(slash - part)))
				return true;
	return false;
}

uint64_t material_order(const struct material *material, uint32_t file, uint64_t hash)
{
	bool test = is_test_path(material->head->files[file].path);

	return hash >> 2 | (uint64_t)test << 63;
}

/* The innermost definition that covers a byte, or GRAPH_NONE. */
static uint32_t covering(const struct graph *graph, uint32_t file, size_t offset)
{
	const struct graph_file *f = graph->files + file;
	uint32_t best = GRAPH_NONE;

	for (uint32_t i = f->first_symbol; i < f->first_symbol + f->symbol_count; i++) {
		if (graph->symbols[i].start > offset)
			break;
		if (graph->symbols[i].end > offset && graph->symbols[i].kind != SYMBOL_CONSTANT)
			best = i;
	}
	return best;
}

void material_context(
	struct material *material, uint32_t file, size_t offset, size_t max, struct buf *out)
{
	const struct buf *text = material_text(material, file);
	const struct graph_file *f = material->head->files + file;
	uint32_t symbol = covering(material->head, file, offset);
	const char *open, *close;
	size_t start = offset > max ? offset - max : 0;

	comment_marks(f, &open, &close);
	buf_addf(out, "%s%s%s\n", open, f->path, close);
	if (start) { /* from a whole line on */
		while (start < offset && text->ptr[start - 1] != '\n')
			start++;
	}
	if (symbol != GRAPH_NONE && material->head->symbols[symbol].start < start)
		buf_addf(out, "%s\n", material->head->symbols[symbol].signature);
	if (start < offset && offset <= text->len)
		buf_add(out, text->ptr + start, offset - start);
}
