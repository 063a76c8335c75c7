/*
 * Which folders are this repository's: its worktrees, by real path, and nothing in a repository
 * nested below them. A worktree that was removed is compared by its recorded path. A folder that is
 * none is another clone when a commit or remote recorded with it is ours.
 */
#define _XOPEN_SOURCE 700
#include "conversation/internal.h"

#include "flywheel/repo.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* realpath() of the longest part that exists, the rest as it is; NULL for a path with "..". */
static char *real_path(const char *path)
{
	char *head = xstrdup(path), *real = NULL, *full;
	size_t len = strlen(path);

	if (*path != '/') {
		free(head);
		return NULL;
	}
	while (len > 1 && !(real = realpath(head, NULL))) {
		while (len > 1 && head[len - 1] != '/')
			len--;
		while (len > 1 && head[len - 1] == '/')
			len--;
		head[len] = '\0';
	}
	free(head);
	if (!real)
		real = xstrdup("");
	if (!strcmp(real, "/"))
		*real = '\0';
	full = xstrfmt("%s%s", real, len > 1 ? path + len : path);
	free(real);
	len = strlen(full);
	while (len > 1 && full[len - 1] == '/')
		full[--len] = '\0';
	if (strstr(full, "/../") || ends_with(full, "/..")) {
		free(full);
		return NULL;
	}
	return full;
}

int owner_open(struct repo *repo, struct owner *out)
{
	const char *const args[] = {"worktree", "list", "--porcelain", NULL};
	struct strings lines = STRINGS_INIT;
	struct buf list = BUF_INIT;
	int rc = git_run(repo_common_dir(repo), args, NULL, 0, &list);

	memset(out, 0, sizeof(*out));
	out->repo = repo;
	if (!rc)
		strings_split(&lines, list.ptr, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		bool bare = i + 1 < lines.count && !strcmp(lines.items[i + 1], "bare");
		char *real = starts_with(lines.items[i], "worktree ") && !bare
				     ? real_path(lines.items[i] + strlen("worktree "))
				     : NULL;

		if (real)
			strings_add(&out->roots, real);
		free(real);
	}
	out->worktrees = out->roots.count;
	strings_release(&lines);
	buf_release(&list);
	return rc;
}

void owner_release(struct owner *owner)
{
	strings_release(&owner->roots);
	strings_release(&owner->remotes);
	map_release(&owner->known);
}

/* Climbs until a worktree of ours, or the root of a repository that is not. */
static int64_t climb(const struct owner *owner, const char *path)
{
	char *at = real_path(path);
	int64_t found = 0;

	while (at && *at && !found) {
		char *git, *slash;
		bool foreign;

		for (size_t i = 0; i < owner->roots.count && !found; i++)
			if (!strcmp(owner->roots.items[i], at))
				found = (int64_t)i + 1;
		git = path_join(at, ".git");
		foreign = file_exists(git);
		free(git);
		slash = strrchr(at, '/');
		if (found || foreign || !slash)
			break;
		*slash = '\0';
	}
	free(at);
	return found;
}

const char *owner_find(struct owner *owner, const char *path)
{
	bool added = false;
	struct map_entry *entry = map_put_str(&owner->known, path, &added);

	if (added)
		entry->value.num = climb(owner, path);
	return entry->value.num ? owner->roots.items[entry->value.num - 1] : NULL;
}

/* ---- other clones of this repository ---- */

void remote_normalise(const char *url, struct buf *out)
{
	const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url;
	size_t host_len = strcspn(host, "/");
	const char *at, *path, *colon;
	bool scp = !scheme && memchr(host, ':', host_len);

	if (*url == '/' || *url == '.' || (!scheme && !scp)) {
		buf_addstr(out, url); /* a folder */
		return;
	}
	if (scp)
		host_len = strcspn(host, ":");
	path = host + host_len;
	at = memchr(host, '@', host_len);
	if (at) {
		host_len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	colon = memchr(host, ':', host_len);
	if (colon)
		host_len = (size_t)(colon - host);
	for (size_t i = 0; i < host_len; i++)
		buf_addch(out, (char)tolower((unsigned char)host[i]));
	path += strspn(path, ":/");
	buf_addch(out, '/');
	buf_addstr(out, path);
	while (out->len && out->ptr[out->len - 1] == '/')
		buf_truncate(out, out->len - 1);
	if (ends_with(out->ptr, ".git"))
		buf_truncate(out, out->len - strlen(".git"));
}

static void load_remotes(struct owner *owner)
{
	const char *const args[] = {
		"config", "-z", "--get-regexp", "^remote\\..*\\.(push)?url$", NULL};
	struct buf list = BUF_INIT;

	strings_add(&owner->remotes, ""); /* loaded, if there are none */
	if (git_run(repo_common_dir(owner->repo), args, NULL, 0, &list))
		error_clear();
	for (const char *entry = list.ptr; entry < list.ptr + list.len;
		entry += strlen(entry) + 1) {
		const char *url = strchr(entry, '\n');
		struct buf normal = BUF_INIT;

		if (url)
			remote_normalise(url + 1, &normal);
		if (normal.len)
			strings_add(&owner->remotes, normal.ptr);
		buf_release(&normal);
	}
	buf_release(&list);
}

static bool has_remote(struct owner *owner, const char *url)
{
	struct buf normal = BUF_INIT;
	bool found;

	if (!owner->remotes.count)
		load_remotes(owner);
	remote_normalise(url, &normal);
	found = normal.len && strings_contains(&owner->remotes, normal.ptr);
	buf_release(&normal);
	return found;
}

static bool has_commit(struct owner *owner, const char *hex)
{
	struct commit commit;
	struct oid id;

	if (oid_parse(hex, &id) || repo_commit_read(owner->repo, &id, &commit)) {
		error_clear();
		return false;
	}
	commit_release(&commit);
	return true;
}

void owner_adopt(struct owner *owner, const char *folder)
{
	char *real = owner_find(owner, folder) ? NULL : real_path(folder);

	if (!real)
		return;
	strings_add(&owner->roots, real);
	free(real);
	map_release(&owner->known); /* folders below it were none of ours until now */
	memset(&owner->known, 0, sizeof(owner->known));
}

const char *owner_claim(
	struct owner *owner, const char *folder, const char *commit, const char *remote)
{
	const char *root = folder ? owner_find(owner, folder) : NULL;

	if (root || !folder)
		return root;
	if (!(commit && *commit && has_commit(owner, commit)) &&
		!(remote && *remote && has_remote(owner, remote)))
		return NULL;
	owner_adopt(owner, folder);
	return owner_find(owner, folder);
}

/* As the tool makes it: one '-' for every UTF-16 unit that is no ASCII letter or digit. */
static bool is_slug_of(const char *slug, const char *path)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if ((c & 0xc0) == 0x80)
			continue;
		if (c < 0x80 && isalnum(c) ? *slug != *path : *slug != '-')
			return false;
		slug++;
		if (c >= 0xf0 && *slug++ != '-')
			return false;
	}
	return !*slug;
}

const char *owner_find_slug(const struct owner *owner, const char *slug)
{
	for (size_t i = 0; i < owner->worktrees; i++)
		if (is_slug_of(slug, owner->roots.items[i]))
			return owner->roots.items[i];
	return NULL;
}

bool owner_relative(struct owner *owner, const char *folder, const char *path, struct buf *out)
{
	char *full = *path == '/' ? xstrdup(path) : path_join(folder, path);
	char *real = real_path(full);
	char *slash = real ? strrchr(real, '/') : NULL;
	const char *root = NULL;

	if (slash && slash > real) {
		*slash = '\0';
		root = owner_find(owner, real);
		*slash = '/';
	}
	if (root)
		buf_addstr(out, real + strlen(root) + 1);
	free(real);
	free(full);
	return root != NULL;
}
