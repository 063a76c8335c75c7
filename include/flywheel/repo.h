/*
 * The git repository: objects, history, notes and refs. src/repo/ is the only user of libgit2;
 * what libgit2 does badly (bulk notes, atomic ref transactions, signing) goes through `git`.
 */
#ifndef FLYWHEEL_REPO_H
#define FLYWHEEL_REPO_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OID_RAW 20
#define OID_HEX 40

struct oid {
	unsigned char raw[OID_RAW];
};

void oid_hex(const struct oid *oid, char out[OID_HEX + 1]);
int oid_parse(const char *hex, struct oid *out); /* 40 digits; E_INVALID */
bool oid_equal(const struct oid *a, const struct oid *b);
bool oid_is_zero(const struct oid *oid);

struct repo;

/* Finds and opens the repository of a path. E_NOTFOUND: none; E_UNSUPPORTED: SHA-256, reftable. */
int repo_open(const char *path, struct repo **out);
/* A plain folder as a tree, in memory; only objects can be asked for. Links are left out. */
int repo_open_folder(const char *path, struct repo **out, struct oid *tree);
void repo_free(struct repo *repo);
/* Gives back what was mapped and kept of packs. They are opened again when next read. */
void repo_forget(struct repo *repo);
const char *repo_git_dir(const struct repo *repo);    /* this worktree's; no trailing '/' */
const char *repo_common_dir(const struct repo *repo); /* shared by all worktrees */
const char *repo_work_dir(const struct repo *repo);   /* NULL in a bare repository */
bool repo_is_shallow(const struct repo *repo);

int repo_head(struct repo *repo, struct oid *commit); /* E_NOTFOUND: no commit yet */
int repo_resolve(struct repo *repo, const char *revision, struct oid *commit); /* peels tags */
int repo_tree_of(struct repo *repo, const char *treeish, struct oid *tree);
bool repo_is_ancestor(struct repo *repo, const struct oid *old, const struct oid *young);

/* Appends a blob's bytes. E_NOTFOUND (also: not in a partial clone), E_TOOBIG over `max`. */
int repo_blob_read(struct repo *repo, const struct oid *blob, size_t max, struct buf *out);
int repo_blob_size(struct repo *repo, const struct oid *blob, size_t *size);

/* Files of a tree, sorted by path as bytes; submodules and links are left out. */
typedef int (*repo_file_fn)(const char *path, const struct oid *blob, unsigned mode, void *payload);
int repo_tree_walk(struct repo *repo, const struct oid *tree, repo_file_fn fn, void *payload);
int repo_tree_file(struct repo *repo, const struct oid *tree, const char *path, struct oid *blob);

/* Files that differ; old or new is NULL where the file is missing. `from` may be NULL: empty. */
typedef int (*repo_change_fn)(
	const char *path, const struct oid *old, const struct oid *new, void *payload);
int repo_tree_diff(struct repo *repo, const struct oid *from, const struct oid *to,
	repo_change_fn fn, void *payload);
/* The same without folders ("src/") that are not wanted: they are not read. */
typedef bool (*repo_folder_fn)(const char *path, void *payload);
int repo_tree_diff_in(struct repo *repo, const struct oid *from, const struct oid *to,
	repo_folder_fn wanted, repo_change_fn fn, void *payload);

struct commit {
	struct oid id, tree;
	struct oid *parents;
	size_t parent_count;
	char *author, *email; /* as recorded, not mapped */
	int64_t author_time, commit_time;
	char *message;
};
int repo_commit_read(struct repo *repo, const struct oid *id, struct commit *out);
void commit_release(struct commit *commit);

struct log_options {
	const struct oid *from;      /* NULL: HEAD */
	const struct oid *hide;      /* this commit and its ancestors are left out; may be NULL */
	const struct oid *hide_more; /* the same for each of these; one that is gone is no error */
	size_t hide_more_count;
	size_t max, *listed;             /* 0: all; with oldest_first set to how many, or NULL */
	bool first_parent, oldest_first; /* topological order with time within it */
};
typedef int (*repo_commit_fn)(const struct commit *commit, void *payload);
int repo_log(
	struct repo *repo, const struct log_options *options, repo_commit_fn fn, void *payload);

/* One line of a line diff: origin '+', '-' or ' '; numbers from 1, 0 where there is none. */
struct diff_line {
	char origin;
	int old_line, new_line;
	const char *text; /* with its newline */
	size_t len;
	bool hunk_start; /* first line of a hunk */
};
typedef int (*repo_line_fn)(const struct diff_line *line, void *payload);
int repo_text_diff(const char *old, size_t old_len, const char *new, size_t new_len, int context,
	repo_line_fn fn, void *payload);

#endif
