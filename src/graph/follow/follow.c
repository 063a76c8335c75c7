/*
 * Commits that change little. Edges are made from what files define, refer to and bind, in order;
 * not from where that stands. Where this is the same in a file that a commit changed, all of its
 * edges are, and only its row follows: its blob, its digest. Else the units that say something new
 * are resolved, in a view of what they look at, and with them the lookers: units of any file that
 * mention a name which means something else to others now. A file that is not parsed comes and goes
 * alone where no import can mean it. Whatever else may matter (a file of code that comes or goes,
 * rules, a language) is left to the whole resolver.
 */
#include "graph/follow/edges.h"
#include "graph/follow/names.h"
#include "graph/follow/unparsed.h"
#include "graph/follow/view.h"
#include "graph/row/pack.h"
#include "graph/row/record.h"

#include "flywheel/config.h"
#include "flywheel/store_pack.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define FILES_MAX 64   /* changed by one commit: more is seldom without a new name */
#define LOOKERS_MAX 96 /* that did not change: more is hardly less work than the whole */

struct follower {
	char *path;
	struct oid old, new;
	bool comes, goes;            /* it is not parsed: `old` or `new` is none */
	struct store_graph_file row; /* texts are in the three that follow */
	char *language_name, *skipped;
	const struct language *language; /* NULL: not parsed */
	struct facts before, after;
	struct buf edges;          /* packed */
	bool differs;              /* in what it says to the resolver: `change` is set */
	struct unit_change change; /* borrows the facts */
	bool looks;                /* it did not change, but looks at what did */
	bool imports;              /* something else than before, or in another order */
};

struct following {
	struct session *session;
	const struct oid *tree; /* the newer one */
	struct languages *languages;
	struct store_facts *facts;
	struct follower *files; /* room for all: others point into them */
	size_t count;
	struct seen seen; /* what means something else to others */
	bool possible;
};

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct following *self = payload;
	struct follower *file;

	self->possible &= !ignore_is_rules(path) && self->count < FILES_MAX;
	if (!self->possible)
		return 0;
	file = &self->files[self->count++];
	buf_init(&file->edges);
	file->path = xstrdup(path);
	file->comes = !old;
	file->goes = !new;
	if (old)
		file->old = *old;
	if (new)
		file->new = *new;
	return 0;
}

static int on_row(const struct store_graph_file *row, void *payload)
{
	struct follower *file = payload;

	file->row = *row;
	file->row.path = file->path;
	file->row.language = file->language_name = row->language ? xstrdup(row->language) : NULL;
	file->row.skipped = file->skipped = row->skipped ? xstrdup(row->skipped) : NULL;
	return 0;
}

/* A script without an ending says in its first line what it is. */
static bool keeps_language(const struct following *self, const struct follower *file)
{
	return strchr(path_base(file->path), '.') ||
	       language_of(self->session, self->languages, file->path, &file->new) ==
		       file->language;
}

/* A file that comes without being parsed, as the whole would put it down. */
static int make_row(struct following *self, struct follower *file)
{
	const char *reason = NULL;
	int rc = unparsed_reason(
		self->session, self->languages, self->tree, file->path, &file->new, &reason);

	self->possible &= !rc && reason;
	file->row.path = file->path;
	file->row.skipped = file->skipped = reason ? xstrdup(reason) : NULL;
	return rc;
}

static int load_row(struct following *self, struct follower *file)
{
	int rc = store_graph_file(self->session->store, file->path, on_row, file);

	if (!rc && file->comes && !file->row.id)
		return make_row(self, file);
	if (rc || !file->row.id || memcmp(file->row.blob, file->old.raw, OID_RAW) != 0) {
		self->possible = false;
	} else if (!file->language_name) {
		self->possible = file->skipped &&
				 (file->goes ? !language_of(self->session, self->languages,
						       file->path, &file->old)
					     : unparsed_stays(self->session, self->languages,
						       file->skipped, file->path, &file->new));
	} else {
		file->language = languages_named(self->languages, file->language_name);
		self->possible = file->language && !file->goes && keeps_language(self, file);
	}
	return rc;
}

static int load_rows(struct following *self)
{
	struct strings paths = STRINGS_INIT;
	bool named = false;
	int rc = 0;

	for (size_t i = 0; i < self->count && !rc && self->possible; i++) {
		rc = load_row(self, &self->files[i]);
		if (self->files[i].comes || self->files[i].goes)
			strings_add(&paths, self->files[i].path);
	}
	if (!rc && self->possible && paths.count)
		rc = are_imported(self->session, self->languages, self->facts, &paths, &named);
	self->possible &= !named;
	strings_release(&paths);
	return rc;
}

static int read_before(struct following *self)
{
	int rc = 0;

	for (size_t i = 0; i < self->count && !rc; i++)
		if (self->files[i].language)
			rc = stored_facts(self->facts, &self->files[i].row, &self->files[i].before);
	return rc;
}

/* What is parsed here is kept: where edges do differ, it need not be parsed again. */
static int parse_new(struct following *self)
{
	struct job *jobs = xcalloc(self->count + 1, sizeof(*jobs));
	struct follower **parsed = xcalloc(self->count + 1, sizeof(struct follower *));
	struct buf bytes = BUF_INIT;
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; i < self->count; i++) {
		struct follower *file = &self->files[i];

		buf_clear(&bytes);
		if (!file->language)
			continue;
		if (store_facts_read(self->facts, file->new.raw, file->row.version, &bytes)) {
			rc = rc ? rc : facts_decode(bytes.ptr, bytes.len, &file->after);
			continue;
		}
		parsed[count] = file;
		jobs[count++] = (struct job){.language = file->language,
			.blob = file->new,
			.near = &file->old,
			.known = &file->before,
			.encoded = BUF_INIT};
	}
	if (!rc && count)
		rc = parse_jobs(self->session, self->languages, jobs, count, NULL);
	for (size_t i = 0; i < count; i++) {
		self->possible &= !jobs[i].skipped && jobs[i].encoded.len;
		parsed[i]->after = jobs[i].facts; /* they are its own now */
		if (!rc && jobs[i].encoded.len)
			store_facts_write(self->facts, jobs[i].blob.raw, parsed[i]->row.version,
				jobs[i].encoded.ptr, jobs[i].encoded.len);
		buf_release(&jobs[i].encoded);
	}
	free(parsed);
	free(jobs);
	buf_release(&bytes);
	return rc;
}

/* What else than its texts an edge's row says. */
struct recording {
	struct buf record;
};

static int on_edge(const struct store_graph_edge *edge, void *payload)
{
	struct recording *self = payload;
	const char *symbol = edge->to_path && edge->kind != EDGE_IMPORT ? edge->to_symbol : NULL;
	size_t len = 0;
	uint32_t ordinal = symbol ? target_ordinal(symbol, &len) : 0;

	record_edge(&self->record,
		&(struct edge_record){.from = edge->from < 0 ? GRAPH_NONE : (uint32_t)edge->from,
			.kind = edge->kind,
			.confidence = edge->confidence,
			.line = edge->line,
			.start = edge->start,
			.file = edge->to_path ? hash_bytes(edge->to_path, strlen(edge->to_path), 0)
					      : 0,
			.symbol = symbol ? hash_bytes(symbol, len, 0) : 0,
			.ordinal = ordinal,
			.name = edge->name,
			.package = edge->to_path ? NULL : edge->to_symbol});
	return 0;
}

static void record_facts(const struct follower *file, const struct oid *blob,
	const struct facts *facts, struct buf *out)
{
	struct store_graph_symbol symbol;

	record_file(out, &(struct file_record){file->path, file->language_name, file->skipped,
				 blob->raw, facts->lines, facts->definition_count});
	for (uint32_t i = 0; i < facts->definition_count; i++) {
		fact_row(facts, i, &symbol);
		record_symbol(out, &symbol);
	}
}

/* The digest that a row would have with other facts under the same edges. */
static int digest_of(const struct follower *file, const struct oid *blob, const struct facts *facts,
	unsigned char digest[HASH_WIDE])
{
	struct recording self = {.record = BUF_INIT};
	int rc = 0;

	record_facts(file, blob, facts, &self.record);
	if (file->edges.len)
		rc = edges_unpack(
			file->edges.ptr, file->edges.len, file->path, facts, on_edge, &self);
	hash_wide(self.record.ptr, self.record.len, digest);
	buf_release(&self.record);
	return rc;
}

/* Proves that the row is what we take it for: else its digest is not had again. */
static int read_edges(struct following *self, struct follower *file)
{
	unsigned char digest[HASH_WIDE];
	int rc = store_graph_edges(self->session->store, file->row.id, &file->edges);

	if (!rc)
		rc = digest_of(file, &file->old, &file->before, digest);
	if (rc || memcmp(digest, file->row.digest, sizeof(digest)) != 0 ||
		edges_have_places(file->edges.ptr, file->edges.len))
		self->possible = false;
	return rc;
}

static int follow(struct following *self, struct follower *file)
{
	int rc = file->comes ? 0 : read_edges(self, file);

	if (rc || !self->possible || file->goes)
		return rc;
	memcpy(file->row.blob, file->new.raw, OID_RAW);
	file->row.lines = file->after.lines;
	return file->differs ? 0 : digest_of(file, &file->new, &file->after, file->row.digest);
}

/* What stands in a file with tests is no code that is tested. */
static bool holds_tests(const struct facts *facts)
{
	for (uint32_t i = 0; i < facts->definition_count; i++)
		if (facts->definitions[i].kind == SYMBOL_TEST)
			return true;
	return false;
}

/* Adds the units whose `names_of` (seen.h) are among these; false: there is none. */
static bool want_units(struct unit_change *change, const struct map *names,
	void (*names_of)(const struct units *units, uint32_t unit, struct map *names))
{
	bool any = false;

	for (uint32_t unit = 0; unit < change->now.count && names->count; unit++) {
		struct map its = MAP_INIT;

		names_of(&change->now, unit, &its);
		if (map_meets(&its, names))
			any = change->wanted[unit] = true;
		map_release(&its);
	}
	return any;
}

/* Its units, and which of them say something else. */
static void find_units(struct follower *file)
{
	struct unit_change *change = &file->change;

	change->path = file->path;
	units_init(&change->old, &file->before);
	units_init(&change->now, &file->after);
	change->partner = units_pair(&change->old, &change->now);
	change->wanted = xcalloc(change->now.count, sizeof(*change->wanted));
	for (uint32_t unit = 0; unit < change->now.count; unit++)
		change->wanted[unit] = change->partner[unit] == PARSE_NONE;
}

static void find_change(struct following *self, struct follower *file)
{
	struct map own = MAP_INIT;

	self->possible = seen_changes(&file->before, &file->after, &self->seen, &own) &&
			 holds_tests(&file->before) == holds_tests(&file->after);
	file->differs = true;
	file->imports = !units_import_same(&file->change.old, &file->change.now);
	want_units(&file->change, &own, unit_calls);
	map_release(&own);
	for (uint32_t unit = 0; unit < file->change.now.count && file->imports; unit++)
		file->change.wanted[unit] = true;
}

/* What a file sees through its imports, all of its importers see too. */
static int check_imports(struct following *self)
{
	struct strings paths = STRINGS_INIT;
	bool named = false;
	int rc = 0;

	for (size_t i = 0; i < self->count; i++) {
		const char *path = self->files[i].path, *end = strrchr(path_base(path), '.');

		if (!self->files[i].imports)
			continue;
		strings_add(&paths, path);
		if (end) /* an import may leave it out */
			strings_add_len(&paths, path, (size_t)(end - path));
	}
	if (paths.count)
		rc = are_imported(self->session, self->languages, self->facts, &paths, &named);
	self->possible &= !named;
	strings_release(&paths);
	return rc;
}

static int compare(struct following *self)
{
	int64_t max = config_number(self->session->config, "maxFileBytes");
	int rc = 0;

	for (size_t i = 0; i < self->count && !rc && self->possible; i++) {
		struct follower *file = &self->files[i];

		if (file->language) {
			self->possible = file->after.skip == PARSE_OK &&
					 file->before.skip == PARSE_OK && file->after.size <= max;
			if (!self->possible)
				break;
			find_units(file);
			if (!same_names(&file->before, &file->after))
				find_change(self, file);
		}
		if (!rc && self->possible)
			rc = follow(self, file);
	}
	return rc || !self->possible ? rc : check_imports(self);
}

struct lookers {
	struct following *self;
	struct strings paths;
};

static int on_mentions(const char *path, const void *mentions, size_t len, void *payload)
{
	struct lookers *lookers = payload;

	for (size_t i = 0; i < lookers->self->count; i++)
		if (!strcmp(lookers->self->files[i].path, path))
			return 0;
	if (mentions_hold(mentions, len, &lookers->self->seen.names) ||
		mentions_hold(mentions, len, &lookers->self->seen.fields))
		strings_add(&lookers->paths, path);
	return 0;
}

static bool concerns(const struct following *self, const struct language *language)
{
	for (size_t i = 0; i < self->count; i++)
		if (self->files[i].differs && language_related(self->files[i].language, language))
			return true;
	return false;
}

/* A file that may look at what changed. That of a language with other rules is for the whole. */
static int add_looker(struct following *self, const char *path)
{
	struct follower *file = &self->files[self->count++];
	int rc;

	buf_init(&file->edges);
	file->path = xstrdup(path);
	file->looks = true;
	rc = store_graph_file(self->session->store, path, on_row, file);
	if (rc || !file->row.id || !file->language_name) {
		self->possible = false;
		return rc;
	}
	memcpy(file->old.raw, file->row.blob, OID_RAW);
	file->new = file->old;
	file->language = languages_named(self->languages, file->language_name);
	if (!file->language || !concerns(self, file->language))
		return 0;
	rc = stored_facts(self->facts, &file->row, &file->before);
	if (!rc)
		rc = stored_facts(self->facts, &file->row, &file->after);
	if (!rc)
		find_units(file);
	return rc;
}

/* What looks in a file with other rules at what changed is for the whole, what is there too. */
static bool meets(struct follower *file, const struct map *names)
{
	const struct facts *facts = &file->after;

	for (uint32_t i = 0; i < facts->definition_count; i++)
		if (map_get_str(names, facts->text + facts->definitions[i].name))
			return true;
	return want_units(&file->change, names, unit_names);
}

/* Which units of a file look at what changed; what they declare may have changed with it. */
static int look(struct following *self, struct follower *file)
{
	struct unit_change *change = &file->change;
	struct map own = MAP_INIT;
	bool any;

	if (!change->now.count || !concerns(self, file->language))
		return 0;
	if (!language_is_plain(file->language)) {
		self->possible &=
			!meets(file, &self->seen.names) && !meets(file, &self->seen.fields);
		return 0;
	}
	seen_spread(&file->after, &self->seen, &own);
	any = want_units(change, &own, unit_calls);
	any |= want_units(change, &self->seen.names, unit_names);
	any |= want_units(change, &self->seen.fields, unit_calls);
	map_release(&own);
	if (!any || file->differs)
		return 0;
	file->differs = true;
	return file->looks ? read_edges(self, file) : 0;
}

static int add_lookers(struct following *self)
{
	struct lookers lookers = {self, STRINGS_INIT};
	int rc = store_graph_mentions(self->session->store, on_mentions, &lookers);

	self->possible &= self->count + lookers.paths.count <= FILES_MAX + LOOKERS_MAX;
	for (size_t i = 0; i < lookers.paths.count && !rc && self->possible; i++)
		rc = add_looker(self, lookers.paths.items[i]);
	strings_release(&lookers.paths);
	return rc;
}

/* Who else is concerned: in the files that changed, and in those that did not. */
static int find_lookers(struct following *self)
{
	size_t known;
	int rc = 0;

	for (size_t i = 0; i < self->count; i++)
		self->possible &=
			!self->files[i].differs || language_is_plain(self->files[i].language);
	do {
		known = self->seen.names.count + self->seen.fields.count;
		if (known && self->possible)
			rc = add_lookers(self);
		for (size_t i = 0; i < self->count && !rc && self->possible; i++)
			rc = look(self, &self->files[i]);
	} while (
		!rc && self->possible && known != self->seen.names.count + self->seen.fields.count);
	return rc;
}

/* Edges of the units that say something else, beside those that stay; packed, and in the row. */
static int take_edges(struct follower *file, const struct whole *whole, struct rows *made)
{
	struct edge_rows edges = {.items = NULL};
	struct recording self = {.record = BUF_INIT};
	struct packer *packer = packer_new(NULL, NULL);
	int rc = edge_rows_keep(&edges, &file->edges, &file->change);

	edge_rows_make(&edges, made, graph_find_file(&whole->graph, file->path), &file->change);
	edge_rows_sort(&edges);
	record_facts(file, &file->new, &file->after, &self.record);
	file->row.symbols = file->after.definition_count;
	file->row.edges = edges.count;
	memset(file->row.calls, 0, sizeof(file->row.calls));
	memset(file->row.imports, 0, sizeof(file->row.imports));
	for (uint32_t i = 0; i < edges.count; i++) {
		on_edge(&edges.items[i], &self);
		if (edges.items[i].kind == EDGE_CALL)
			file->row.calls[edges.items[i].confidence]++;
		else if (edges.items[i].kind == EDGE_IMPORT)
			file->row.imports[edges.items[i].confidence]++;
	}
	hash_wide(self.record.ptr, self.record.len, file->row.digest);
	buf_clear(&file->edges);
	if (edges.count)
		edges_pack_rows(
			packer, file->path, &file->after, edges.items, edges.count, &file->edges);
	packer_free(packer);
	buf_release(&self.record);
	edge_rows_release(&edges);
	return rc;
}

static int resolve_changes(struct following *self)
{
	struct view_file *files = xcalloc(self->count + 1, sizeof(*files));
	struct view *view = NULL;
	struct rows *made = NULL;
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; i < self->count; i++) {
		const struct follower *file = &self->files[i];

		if (file->differs)
			files[count++] = (struct view_file){file->path, file->new.raw, &file->after,
				&file->change.now, file->change.wanted};
	}
	if (count)
		rc = view_open(self->session, self->languages, self->facts, files, count, &view);
	self->possible = !count || view;
	if (view)
		made = rows_new(&view_whole(view)->graph);
	for (size_t i = 0; i < self->count && view && !rc; i++)
		if (self->files[i].differs)
			rc = take_edges(&self->files[i], view_whole(view), made);
	rows_free(made);
	view_free(view);
	free(files);
	return rc;
}

static int write_rows(struct following *self)
{
	struct store_graph *store = store_graph_open(self->session->store);
	struct buf mentions = BUF_INIT, packed = BUF_INIT;
	int rc = 0, error;

	for (size_t i = 0; i < self->count && !rc; i++) {
		const struct follower *file = &self->files[i];

		if (file->looks && !file->differs)
			continue;
		if (file->goes) {
			store_graph_remove(store, file->row.id);
			continue;
		}
		buf_clear(&packed);
		if (file->edges.len)
			rc = store_pack(self->session->store, STORE_EDGES, file->edges.ptr,
				file->edges.len, &packed);
		store_graph_put(store, &file->row, packed.ptr, packed.len);
		if (!file->differs || file->looks)
			continue;
		buf_clear(&mentions);
		mentions_of(self->languages, file->language, &file->after, &mentions);
		store_graph_mention(store, file->row.id, mentions.ptr, mentions.len);
		names_write(store, file->row.id, &file->before, &file->after);
	}
	buf_release(&mentions);
	buf_release(&packed);
	error = store_graph_close(store);
	return rc ? rc : error;
}

static void release(struct following *self)
{
	for (size_t i = 0; i < self->count; i++) {
		struct follower *file = &self->files[i];

		free(file->path);
		free(file->language_name);
		free(file->skipped);
		facts_release(&file->before);
		facts_release(&file->after);
		buf_release(&file->edges);
		units_release(&file->change.old);
		units_release(&file->change.now);
		free(file->change.partner);
		free(file->change.wanted);
	}
	free(self->files);
	seen_release(&self->seen);
	languages_free(self->languages);
}

int graph_follow(struct session *session, const struct oid *from, const struct oid *to, bool *done)
{
	struct following self = {.session = session,
		.tree = to,
		.files = xcalloc(FILES_MAX + LOOKERS_MAX, sizeof(*self.files)),
		.possible = true};
	int rc = languages_load(&self.languages), error;

	*done = false;
	if (!rc)
		rc = repo_tree_diff(session->repo, from, to, on_change, &self);
	self.facts = store_facts_open(session->store);
	if (!rc && self.possible)
		rc = load_rows(&self);
	if (!rc && self.possible)
		rc = read_before(&self);
	if (!rc && self.possible)
		rc = parse_new(&self);
	if (!rc && self.possible)
		rc = compare(&self);
	if (!rc && self.possible)
		rc = find_lookers(&self);
	if (!rc && self.possible)
		rc = resolve_changes(&self);
	error = store_facts_close(self.facts);
	rc = rc ? rc : error;
	if (!rc && self.possible)
		rc = write_rows(&self);
	*done = !rc && self.possible;
	release(&self);
	return rc;
}
