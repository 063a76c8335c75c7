/*
 * Versions of a file with the owner of each of its lines. A version is known by its blob; what is
 * not known (after a merge) is made from those that are, by comparing texts.
 */
#include "conversation/fate_walk.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/number.h"

#include <stdlib.h>
#include <string.h>

void text_index(struct text_lines *lines)
{
	const char *at = lines->text.ptr, *end = at + lines->text.len;

	lines->count = 0;
	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		GROW(lines->start, lines->count, lines->capacity);
		lines->start[lines->count++] = (uint32_t)(at - lines->text.ptr);
		at = feed ? feed + 1 : end;
	}
}

const char *line_text(const struct text_lines *lines, uint32_t number, size_t *len)
{
	size_t start = lines->start[number];
	size_t end = number + 1 < lines->count ? lines->start[number + 1] : lines->text.len;

	while (end > start &&
		(lines->text.ptr[end - 1] == '\n' || lines->text.ptr[end - 1] == '\r'))
		end--;
	*len = end - start;
	return lines->text.ptr + start;
}

/* False for what is not followed: too large, binary, or not there. */
bool text_read(struct repo *repo, const struct oid *blob, struct text_lines *out)
{
	*out = (struct text_lines){.text = BUF_INIT};
	if (repo_blob_read(repo, blob, FATE_FILE_MAX, &out->text)) {
		error_clear();
		return false;
	}
	if (memchr(out->text.ptr, '\0', out->text.len < 8000 ? out->text.len : 8000))
		return false;
	text_index(out);
	return true;
}

/* The oldest make room; one that would drive out most of them is not worth it. */
static void keep_text(struct fates *fates, const struct oid *blob, const struct buf *text)
{
	struct fate_text *slot;

	if (text->len > FATE_TEXTS_MAX / 4)
		return;
	do {
		slot = &fates->texts[fates->next_text++ % FATE_TEXTS];
		fates->texts_size -= slot->text.len;
		if (slot->text.ptr)
			buf_release(&slot->text);
	} while (fates->texts_size + text->len > FATE_TEXTS_MAX);
	slot->blob = *blob;
	buf_init(&slot->text);
	buf_add(&slot->text, text->ptr, text->len);
	buf_fit(&slot->text);
	fates->texts_size += text->len;
}

/* The old version of a file is mostly the new one of the last commit that changed it. */
bool fate_text(struct fates *fates, const struct oid *blob, struct text_lines *out)
{
	for (size_t i = 0; i < FATE_TEXTS; i++) {
		const struct fate_text *slot = &fates->texts[i];

		if (!slot->text.len || !oid_equal(&slot->blob, blob))
			continue;
		*out = (struct text_lines){.text = BUF_INIT};
		buf_add(&out->text, slot->text.ptr, slot->text.len);
		text_index(out);
		return true;
	}
	if (!text_read(fates->session->repo, blob, out))
		return false;
	keep_text(fates, blob, &out->text);
	fates->read += out->text.len;
	if (fates->read > FATE_TRIM) { /* texts come in all sizes, and leave holes */
		repo_forget(fates->session->repo);
		store_forget(fates->session->store);
		memory_trim();
		fates->read = 0;
	}
	return true;
}

void text_release(struct text_lines *lines)
{
	buf_release(&lines->text);
	free(lines->start);
	lines->start = NULL;
	lines->count = lines->capacity = 0;
}

struct marking {
	unsigned char *old, *new; /* from the first line that differs on */
};

static int mark(const struct diff_line *line, void *payload)
{
	struct marking *marking = payload;

	if (line->origin == '-')
		marking->old[line->old_line - 1] = 1;
	else if (line->origin == '+')
		marking->new[line->new_line - 1] = 1;
	return 0;
}

static bool same_line(
	const struct text_lines *old, uint32_t i, const struct text_lines *new, uint32_t k)
{
	size_t old_end = i + 1 < old->count ? old->start[i + 1] : old->text.len;
	size_t new_end = k + 1 < new->count ? new->start[k + 1] : new->text.len;
	size_t len = old_end - old->start[i];

	return len == new_end - new->start[k] &&
	       !memcmp(old->text.ptr + old->start[i], new->text.ptr + new->start[k], len);
}

/*
 * Changes are small and files are large: what both texts begin and end with is left out, because a
 * diff hashes every line before it looks for the first that differs.
 */
int text_compare(const struct text_lines *old, const struct text_lines *new, unsigned char **gone,
	unsigned char **come)
{
	struct marking marking;
	uint32_t head = 0, old_end = old->count, new_end = new->count;
	size_t old_at, new_at;

	*gone = marking.old = xcalloc(old->count + 1, 1);
	*come = marking.new = xcalloc(new->count + 1, 1);
	while (head < old_end && head < new_end && same_line(old, head, new, head))
		head++;
	while (old_end > head && new_end > head && same_line(old, old_end - 1, new, new_end - 1)) {
		old_end--;
		new_end--;
	}
	marking.old += head;
	marking.new += head;
	if (head == old_end || head == new_end) {
		memset(marking.old, 1, old_end - head);
		memset(marking.new, 1, new_end - head);
		return 0;
	}
	old_at = old->start[head];
	new_at = new->start[head];
	return repo_text_diff(old->text.ptr + old_at,
		(old_end < old->count ? old->start[old_end] : old->text.len) - old_at,
		new->text.ptr + new_at,
		(new_end < new->count ? new->start[new_end] : new->text.len) - new_at, 0, mark,
		&marking);
}

struct version *version_find(struct fate_path *path, const struct oid *blob)
{
	for (uint32_t i = path->version_count; i--;) {
		struct version found = path->versions[i];

		if (!oid_equal(&found.blob, blob))
			continue;
		memmove(&path->versions[i], &path->versions[i + 1],
			(path->version_count - i - 1) * sizeof(found));
		path->versions[path->version_count - 1] = found;
		return &path->versions[path->version_count - 1];
	}
	return NULL;
}

static uint32_t *nobody(uint32_t count)
{
	uint32_t *owners = xmalloc((count + (size_t)1) * sizeof(*owners));

	memset(owners, 0xff, (count + (size_t)1) * sizeof(*owners));
	return owners;
}

uint32_t *version_owners(const struct version *version)
{
	struct numbers in = {version->runs, version->runs + version->runs_len, false};
	uint32_t *owners = nobody(version->count), at = 0, owner = 0;

	while (version->runs && in.at < in.end) {
		at += number_get32(&in);
		owner = number_get_step(&in, owner);
		for (uint32_t count = number_get32(&in); count; count--)
			owners[at++] = owner++;
	}
	return owners;
}

static void pack(struct version *version, const uint32_t *owners)
{
	struct buf runs = BUF_INIT;
	uint32_t end = 0, owner = 0;

	for (uint32_t at = 0, count; at < version->count; at += count) {
		count = 1;
		if (owners[at] == FATE_NONE)
			continue;
		while (at + count < version->count && owners[at + count] == owners[at] + count)
			count++;
		number_put(&runs, at - end);
		number_put_step(&runs, owner, owners[at]);
		number_put(&runs, count);
		end = at + count;
		owner = owners[at] + count;
	}
	version->runs_len = (uint32_t)runs.len;
	if (runs.len) {
		version->runs = xmalloc(runs.len);
		memcpy(version->runs, runs.ptr, runs.len);
	}
	buf_release(&runs);
}

struct version *version_put(
	struct fate_path *path, const struct oid *blob, const uint32_t *owners, uint32_t count)
{
	struct version *known = version_find(path, blob);

	if (known) {
		free(known->runs);
	} else {
		if (path->version_count == VERSIONS) {
			free(path->versions[0].runs);
			memmove(path->versions, path->versions + 1,
				(VERSIONS - 1) * sizeof(*path->versions));
			path->version_count--;
		}
		known = &path->versions[path->version_count++];
	}
	*known = (struct version){.blob = *blob, .count = count};
	pack(known, owners);
	return known;
}

/* Lines that two versions share keep their owner. */
static int carry(struct fates *fates, const struct version *from, const struct text_lines *to,
	uint32_t *owners)
{
	struct text_lines old;
	unsigned char *gone = NULL, *come = NULL;
	uint32_t i = 0, k = 0, *known = NULL;
	int rc = 0;

	if (fate_text(fates, &from->blob, &old) && old.count == from->count) {
		known = version_owners(from);
		rc = text_compare(&old, to, &gone, &come);
		while (!rc && i < old.count && k < to->count) {
			if (gone[i])
				i++;
			else if (come[k])
				k++;
			else {
				if (owners[k] == FATE_NONE)
					owners[k] = known[i];
				i++;
				k++;
			}
		}
	}
	free(known);
	free(gone);
	free(come);
	text_release(&old);
	return rc;
}

int version_of(struct fates *fates, struct fate_path *path, const struct oid *blob,
	const struct text_lines *text, uint32_t most, struct version **out)
{
	uint32_t *owners;
	int rc = 0;

	*out = version_find(path, blob);
	if (*out && (*out)->count == text->count)
		return 0;
	owners = nobody(text->count);
	for (uint32_t i = path->version_count; i-- && most-- && !rc;)
		rc = carry(fates, &path->versions[i], text, owners);
	if (!rc)
		*out = version_put(path, blob, owners, text->count);
	free(owners);
	return rc;
}
