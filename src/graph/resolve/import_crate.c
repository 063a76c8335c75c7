/*
 * Paths of modules (Rust): from the root of the crate, from the module that uses them, or from
 * another crate of the repository. A module is a file x.rs or x/mod.rs, or part of one.
 */
#include "graph/resolve/import.h"

#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

/* A folder of sources and the modules below it that a path names. */
struct place {
	struct buf folder; /* ends in '/' or is "" */
	struct strings parts;
};

static void place_release(struct place *place)
{
	buf_release(&place->folder);
	strings_release(&place->parts);
}

/* The crate's sources begin at the last "src/" of a path, or with its first folder's file. */
static size_t root_of(const char *path)
{
	const char *last = NULL;

	for (const char *at = path; (at = strstr(at, "src/")); at++)
		if (at == path || at[-1] == '/')
			last = at + strlen("src/");
	if (!last) {
		const char *slash = strrchr(path, '/');

		return slash ? (size_t)(slash - path) + 1 : 0;
	}
	return (size_t)(last - path);
}

/* "src/a/b.rs" is the module a::b of its crate, "src/a/mod.rs" is a, "src/lib.rs" the root. */
static void module_of(const char *path, struct place *out)
{
	size_t root = root_of(path);
	const char *at = path + root;

	buf_add(&out->folder, path, root);
	while (*at) {
		size_t len = strcspn(at, "/.");

		if (at[len] == '/' || (strcmp(at, "mod.rs") != 0 && strcmp(at, "lib.rs") != 0 &&
					      strcmp(at, "main.rs") != 0))
			strings_add_len(&out->parts, at, len);
		if (at[len] != '/')
			break;
		at += len + 1;
	}
}

static void drop_last(struct strings *parts)
{
	if (parts->count)
		free(parts->items[--parts->count]);
}

static uint32_t file_at(const struct import_index *index, const struct place *place, size_t count)
{
	static const char *const roots[] = {"lib.rs", "main.rs", "mod.rs"};
	static const char *const endings[] = {".rs", "/mod.rs"};
	struct buf path = BUF_INIT;
	size_t len;
	uint32_t found = GRAPH_NONE;

	buf_add(&path, place->folder.ptr, place->folder.len);
	for (size_t i = 0; i < count; i++)
		buf_addf(&path, "%s%s", i ? "/" : "", place->parts.items[i]);
	len = path.len;
	for (size_t i = 0; i < ARRAY_SIZE(roots) && !count && found == GRAPH_NONE; i++) {
		buf_truncate(&path, len);
		buf_addstr(&path, roots[i]);
		found = import_exact(index, path.ptr);
	}
	for (size_t i = 0; i < ARRAY_SIZE(endings) && count && found == GRAPH_NONE; i++) {
		buf_truncate(&path, len);
		buf_addstr(&path, endings[i]);
		found = import_exact(index, path.ptr);
	}
	buf_release(&path);
	return found;
}

/* The last parts may be modules inside of a file, or types; `most` of them. */
static uint32_t nearest_file(
	const struct import_index *index, const struct place *place, size_t most)
{
	uint32_t found = file_at(index, place, place->parts.count);

	for (size_t less = 1; less <= most && less <= place->parts.count && found == GRAPH_NONE;
		less++)
		found = file_at(index, place, place->parts.count - less);
	return found;
}

/* Another crate of a workspace: a folder of its name, in which '_' may be written '-'. */
static bool other_crate(const struct import_index *index, uint32_t from, const char *name,
	struct place *out, enum confidence *confidence)
{
	char *tail = xstrfmt("%s/src/lib.rs", name);
	uint32_t found = import_by_tail(index, from, tail, confidence);
	const char *path;

	if (found == GRAPH_NONE) {
		for (char *c = tail; *c && *c != '/'; c++)
			*c = *c == '_' ? '-' : *c;
		found = import_by_tail(index, from, tail, confidence);
	}
	free(tail);
	if (found == GRAPH_NONE)
		return false;
	path = index->snapshot->files[found].path;
	buf_clear(&out->folder);
	buf_add(&out->folder, path, strlen(path) - strlen("lib.rs"));
	return true;
}

uint32_t import_crate(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	struct place place = {BUF_INIT, STRINGS_INIT};
	struct strings words = STRINGS_INIT;
	size_t at = 0, given = 0;
	bool anchored = false;
	uint32_t found = GRAPH_NONE;

	*confidence = EDGE_RESOLVED;
	module_of(index->snapshot->files[from].path, &place);
	strings_split(&words, module, ':');
	for (; at < words.count; at++) {
		const char *word = words.items[at];

		if (!*word)
			continue;
		if (!strcmp(word, "crate"))
			while (place.parts.count)
				drop_last(&place.parts);
		else if (!strcmp(word, "super"))
			drop_last(&place.parts);
		else if (strcmp(word, "self") != 0)
			break;
		anchored = true;
	}
	for (size_t i = at; i < words.count; i++)
		given += *words.items[i] != '\0';
	for (size_t i = at; i < words.count; i++)
		if (*words.items[i])
			strings_add(&place.parts, words.items[i]);
	if (anchored) {
		found = nearest_file(index, &place, given);
	} else if (at < words.count) {
		found = file_at(index, &place, place.parts.count); /* a module declared beside */
		if (found == GRAPH_NONE) {
			char *name = xstrdup(words.items[at]);

			while (place.parts.count)
				drop_last(&place.parts);
			for (size_t i = at + 1; i < words.count; i++)
				if (*words.items[i])
					strings_add(&place.parts, words.items[i]);
			if (other_crate(index, from, name, &place, confidence))
				found = nearest_file(index, &place, place.parts.count);
			free(name);
		}
	}
	strings_release(&words);
	place_release(&place);
	return found;
}
