/* intent-classification: what a later commit is, from its words: the house's own prefix ("orm:",
 * "fix:"), the kind of change its verb names, or the file it is about. The label is taken out. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SUBJECT_BYTES 160
#define LABEL_SHARE 200 /* a prefix is a label when one trained commit in so many has it */

enum { ASK_PREFIX, ASK_VERB, ASK_AREA };

/* Kinds of change; the first word names the kind. */
static const char *const kinds[][8] = {
	{"fix", "fixes", "fixed", "fixing", "correct", "repair"},
	{"add", "adds", "added", "adding", "implement", "introduce", "new"},
	{"remove", "removes", "removed", "delete", "drop", "dropped"},
	{"update", "updates", "updated", "upgrade", "bump"},
	{"improve", "improves", "improved", "optimize", "optimise", "speed"},
	{"refactor", "rename", "move", "cleanup", "simplify", "rework"},
	{"document", "docs", "clarify", "doc", "typo", "typos"},
	{"test", "tests", "testing"},
	{"revert", "reverts"},
	{"allow", "support", "enable", "permit"},
	{"prevent", "avoid", "disallow", "disable", "ensure"},
};

static int kind_of(const char *word, size_t len)
{
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = 0; i < ARRAY_SIZE(kinds[k]) && kinds[k][i]; i++)
			if (strlen(kinds[k][i]) == len && !strncasecmp(kinds[k][i], word, len))
				return (int)k;
	return -1;
}

/* A second verb in the subject would make two kinds right, or tell the one. */
static bool names_kind(const char *text, size_t kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds[kind]) && kinds[kind][i]; i++)
		if (has_word(text, strlen(text), kinds[kind][i]))
			return true;
	return false;
}

static size_t prefix_of(const char *message)
{
	size_t len = strcspn(message, ":\n ");

	return len && message[len] == ':' && message[len + 1] == ' ' ? len : 0;
}

static int64_t uses(const struct material *material, const char *text, size_t len)
{
	const struct map_entry *entry = map_get(&material->subjects, text, len);

	return entry ? entry->value.num : 0;
}

static bool is_label(const struct material *material, const char *text, size_t len)
{
	int64_t count = uses(material, text, len);

	return count >= 3 && count * LABEL_SHARE >= (int64_t)material->trained;
}

/* The one source file, tests aside, that a commit touches; NULL when there are more. */
static const char *main_file(const struct material *material, const struct held_commit *commit)
{
	const char *found = NULL;

	for (size_t i = 0; i < commit->count; i++) {
		uint32_t file = graph_find_file(material->head, commit->files[i].path);

		if (file == GRAPH_NONE || !material->head->files[file].language ||
			is_test_path(commit->files[i].path) ||
			is_foreign_path(commit->files[i].path))
			continue;
		if (found)
			return NULL;
		found = commit->files[i].path;
	}
	return found;
}

static int list(struct material *material, struct candidates *out)
{
	for (size_t i = 0; i < material->commit_count; i++) {
		const struct held_commit *commit = material->commits + i;
		uint64_t order = material_hash(material, commit->hex, 61);
		size_t prefix = prefix_of(commit->message);
		const char *rest = commit->message + (prefix ? prefix + 2 : 0);

		if (prefix && is_label(material, commit->message, prefix))
			candidates_add(out, order, (uint32_t)i, ASK_PREFIX);
		else if (kind_of(rest, strcspn(rest, " \n:")) >= 0 && order & 1)
			candidates_add(out, order, (uint32_t)i, ASK_VERB);
		else if (main_file(material, commit))
			candidates_add(out, order, (uint32_t)i, ASK_AREA);
	}
	return 0;
}

static void add_files(const struct held_commit *commit, struct buf *out)
{
	buf_addstr(out, "Files:");
	for (size_t i = 0; i < commit->count && i < 5; i++)
		buf_addf(out, " %s", commit->files[i].path);
	buf_addch(out, '\n');
}

static int ask_prefix(
	const struct material *material, const struct held_commit *commit, struct draft *draft)
{
	size_t prefix = prefix_of(commit->message);
	char *rest = first_line(commit->message + prefix + 2, SUBJECT_BYTES);

	add_files(commit, &draft->prompt);
	buf_addf(&draft->prompt, "Subject without its prefix: %s\nPrefix: ", rest);
	free(rest);
	draft_answer(draft, commit->message, prefix);
	for (size_t i = 0; i < material->subjects.count; i++)
		if (is_label(material, material->subjects.entries[i].key,
			    material->subjects.entries[i].len))
			draft_other(draft, material->subjects.entries[i].key,
				material->subjects.entries[i].len, 0);
	return 0;
}

static int ask_verb(const struct held_commit *commit, struct draft *draft)
{
	size_t prefix = prefix_of(commit->message);
	const char *verb = commit->message + (prefix ? prefix + 2 : 0);
	size_t len = strcspn(verb, " \n:");
	char *rest = first_line(verb + len, SUBJECT_BYTES);
	int kind = kind_of(verb, len), rc = NO_ITEM;

	if (kind >= 0 && strlen(rest) > 20 && !names_kind(rest, (size_t)kind)) {
		add_files(commit, &draft->prompt);
		buf_addf(&draft->prompt, "Subject without its verb: ...%s\nKind of change: ", rest);
		draft_answer(draft, kinds[kind][0], strlen(kinds[kind][0]));
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			if ((int)k != kind && !names_kind(rest, k))
				draft_other(draft, kinds[k][0], strlen(kinds[k][0]), 0);
		rc = 0;
	}
	free(rest);
	return rc;
}

static bool names_file(const char *subject, const char *path)
{
	char *stem = xstrndup(path_base(path), strcspn(path_base(path), "."));
	bool named = has_word(subject, strlen(subject), stem);

	free(stem);
	return named;
}

static int ask_area(
	struct material *material, const struct held_commit *commit, struct draft *draft)
{
	const char *path = main_file(material, commit);
	const struct graph *graph = material->head;
	char *subject = first_line(commit->message, SUBJECT_BYTES);
	char *module = path ? graph_module(path) : NULL;
	bool fits = path && strlen(subject) >= 24 && !names_file(subject, path);

	if (fits) {
		buf_addf(&draft->prompt, "Subject: %s\nFile it changes: ", subject);
		draft_answer(draft, path, strlen(path));
		for (uint32_t f = 0; f < graph->file_count; f++) {
			const struct graph_file *file = graph->files + f;
			char *other = graph_module(file->path);

			if (file->language && file->symbol_count && !is_test_path(file->path) &&
				!is_foreign_path(file->path) && !names_file(subject, file->path))
				draft_other(draft, file->path, strlen(file->path),
					strcmp(module, other) ? 1 : 0);
			free(other);
		}
	}
	free(subject);
	free(module);
	return fits ? 0 : NO_ITEM;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct held_commit *commit = material->commits + candidate->a;
	const char *path = main_file(material, commit);

	draft->source = xstrdup(commit->hex);
	draft->path = xstrdup(path ? path : "");
	draft->labels = true;
	if (candidate->b == ASK_PREFIX)
		return ask_prefix(material, commit, draft);
	return candidate->b == ASK_VERB ? ask_verb(commit, draft)
					: ask_area(material, commit, draft);
}

const struct category category_intent = {
	.name = "intent-classification",
	.about = "what a later commit is: its prefix, kind of change, or the file it is about",
	.list = list,
	.make = make,
};
