/* Where tools keep their files: below a home, below an editor's folder of its user. */
#include "conversation/internal.h"

#include "util/file.h"
#include "util/memory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload)
{
	struct dirent **entries = NULL;
	int count = depth > 0 ? scandir(folder, &entries, is_entry, by_bytes) : 0, rc = 0;

	for (int i = 0; i < count; i++) {
		char *path = path_join(folder, entries[i]->d_name);
		struct stat st;

		if (rc || lstat(path, &st))
			;
		else if (S_ISDIR(st.st_mode))
			rc = files_each(path, suffix, depth - 1, fn, payload);
		else if (S_ISREG(st.st_mode) && ends_with(path, suffix))
			rc = fn(path, payload);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int home_files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload)
{
	char *full = home_dir() ? path_join(home_dir(), folder) : NULL;
	int rc = full ? files_each(full, suffix, depth, fn, payload) : 0;

	free(full);
	return rc;
}

char *tool_folder(const char *variable, const char *folder, const char *name)
{
	const char *moved = getenv(variable);
	char *home = moved && *moved ? xstrdup(moved)
		     : home_dir()    ? path_join(home_dir(), folder)
				     : NULL;
	char *full = home && name ? path_join(home, name) : NULL;

	if (!full)
		return home;
	free(home);
	return full;
}

int data_files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload)
{
	char *full = tool_folder("XDG_DATA_HOME", ".local/share", folder);
	int rc = full ? files_each(full, suffix, depth, fn, payload) : 0;

	free(full);
	return rc;
}

/* Where each editor that grew from VS Code keeps its user's folder, below a folder of settings. */
static int each_editor(const char *settings, place_fn fn, void *payload)
{
	static const char *const editors[] = {
		"Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf", "Trae", "Positron"};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(editors) && !rc; i++) {
		char *user = xstrfmt("%s/%s/User", settings, editors[i]);

		if (file_is_dir(user))
			rc = fn(user, payload);
		free(user);
	}
	return rc;
}

int editor_users_each(place_fn fn, void *payload)
{
	static const char *const servers[] = {".vscode-server/data/User",
		".vscode-server-insiders/data/User", ".cursor-server/data/User"};
	const char *home = home_dir();
	char *folder = tool_folder("XDG_CONFIG_HOME", ".config", NULL);
	int rc = folder ? each_editor(folder, fn, payload) : 0;

	free(folder);
	if (!home)
		return rc;
	folder = path_join(home, "Library/Application Support");
	if (!rc)
		rc = each_editor(folder, fn, payload);
	free(folder);
	for (size_t i = 0; i < ARRAY_SIZE(servers) && !rc; i++) {
		folder = path_join(home, servers[i]);
		if (file_is_dir(folder))
			rc = fn(folder, payload);
		free(folder);
	}
	return rc;
}

/* "file:///a%20b" to "/a b"; NULL when it is no file of this machine. The caller frees. */
char *path_of_uri(const char *uri)
{
	static const char scheme[] = "file://", hex[] = "0123456789abcdef";
	struct buf path = BUF_INIT;

	if (!starts_with(uri, scheme) || uri[strlen(scheme)] != '/')
		return NULL;
	for (const char *at = uri + strlen(scheme); *at; at++) {
		const char *high = *at == '%' && at[1] ? strchr(hex, at[1] | 32) : NULL;
		const char *low = high && at[2] ? strchr(hex, at[2] | 32) : NULL;

		if (low)
			at += 2;
		buf_addch(&path, low ? (char)((high - hex) << 4 | (low - hex)) : *at);
	}
	return buf_detach(&path);
}

char *worktree_path(const char *root, const char *relative)
{
	char *path = path_join(root, relative);
	struct stat st;
	bool link = false;

	for (char *at = path + strlen(root) + 1; at && !link;) {
		char *slash = strchr(at, '/');

		if (slash)
			*slash = '\0';
		link = !lstat(path, &st) && S_ISLNK(st.st_mode);
		if (slash)
			*slash = '/';
		at = slash ? slash + 1 : NULL;
	}
	if (!link)
		return path;
	free(path);
	return NULL;
}
