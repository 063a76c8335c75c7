/*
 * Between the sources of talk and the harvest that drives them. A source finds its tool's places
 * (files, databases, refs, addresses), says which belong to this repository, and turns their
 * records into raw turns; everything that touches the sidecar (scrubbing, watermarks,
 * transactions, consent) is the harvest's. Sources never write anywhere.
 */
#ifndef CONVERSATION_INTERNAL_H
#define CONVERSATION_INTERNAL_H

#include "flywheel/conversation.h"
#include "flywheel/repo.h"
#include "util/js_stream.h"
#include "util/map.h"
#include "util/strings.h"

struct harvest;
struct watermark;

typedef int (*place_fn)(const char *place, void *payload);

struct session_count {
	size_t all, ours;
};

struct conversation_source {
	const char *name; /* its setting is flywheel.harvest.<name> */
	const char *title;
	enum source_reach reach;
	/* Required. Tells of every place of the tool, sorted; a tool that is not there has none. */
	int (*find)(struct harvest *harvest, place_fn fn, void *payload);
	/* True when something there is of this repository; reads as little as it can. NULL: it
	 * always is, or reading is what tells. */
	bool (*belongs)(struct harvest *harvest, const char *place);
	/* Optional: the sessions that one place holds. NULL: a place is a session. */
	int (*count)(struct harvest *harvest, const char *place, struct session_count *out);
	/* Required. Hands what is new to harvest_turn(). E_NOTFOUND passes over the place; so does
	 * E_DENIED, which is told: it is there, and may not be read. */
	int (*read)(struct harvest *harvest, const char *place);
};
extern const struct conversation_source source_aider, source_amp, source_claude_code, source_cline,
	source_codex, source_continue, source_copilot_chat, source_copilot_cli, source_cursor,
	source_entire, source_gemini, source_git_ai, source_goose, source_opencode, source_roo_code,
	source_specstory, source_zed;
extern const struct conversation_source source_github, source_gitlab, source_mbox,
	source_public_inbox;

/* ---- what a source hands over; all borrowed during the call, all raw ---- */

/* Text that a tool was to put into a file. */
struct raw_edit {
	const char *path; /* absolute, or relative to the folder; outside our worktrees: dropped */
	const char *old;  /* what it replaces; NULL: not known, or a new file */
	const char *text; /* "" where it only deletes */
	const char *call; /* id of the tool's call, for harvest_outcome(); may be NULL */
	const char *action;  /* the tool's name for it: "Edit"; may be NULL */
	const char *outcome; /* OUTCOME_..., NULL: not known */
};
#define OUTCOME_APPLIED "applied"
#define OUTCOME_REJECTED "rejected" /* a person said no */
#define OUTCOME_MODIFIED "modified" /* a person changed it before it was applied */
#define OUTCOME_FAILED "failed"     /* the tool said no */

/* What a turn says it is about. Every member may be NULL or 0. */
struct raw_anchor {
	const char *path;   /* as in an edit */
	int64_t line, last; /* from 1, in that commit's version of the file; last 0: one line */
	const char *commit; /* full hex id */
};

struct raw_turn {
	const char *record; /* the tool's id, unique in the world; NULL: made from the turn */
	const char *parent; /* record that it answers; may be NULL, may be of no turn */
	const char *session, *branch;
	const char *role;   /* "user": a person; "assistant" */
	const char *tool;   /* the assistant, for example "codex"; NULL: the source's name */
	const char *model;  /* NULL: not known */
	const char *folder; /* absolute: where it worked; NULL: paths are from the root */
	int64_t at;
	const char *text;
	const struct raw_edit *edits;
	size_t edit_count;
	const struct raw_anchor *anchors;
	size_t anchor_count;
	/* It may still grow: the same record with other words replaces what is stored. */
	bool open;
};
/* Scrubs and stores; a record that is known already is passed over. */
int harvest_turn(struct harvest *harvest, const struct raw_turn *turn);
/* What became of the edits of a call, where that is told after the call itself. */
int harvest_outcome(struct harvest *harvest, const char *call, const char *outcome);
/* Forgets a record and what came after it in its session: the user took them back. */
int harvest_retract(struct harvest *harvest, const char *session, const char *record);
/* Forgets this record only. */
int harvest_forget(struct harvest *harvest, const char *record);
void harvest_malformed(struct harvest *harvest); /* counts a record that cannot be read */
/* E_STOPPED after Ctrl-C, otherwise 0: for loops that read much. */
int harvest_interrupted(void);
struct session *harvest_session(struct harvest *harvest);
/* Stores what was read so far, and lets others write until the lock is taken again. */
int harvest_unlock(struct harvest *harvest);
int harvest_lock(struct harvest *harvest);

/* ---- which sessions are ours ---- */

/* The worktree of this repository that a folder lies in, NULL when it is none of ours. */
const char *harvest_worktree(struct harvest *harvest, const char *folder);
/* The same; failing that, the folder itself once a recorded commit exists here or a recorded
 * remote is one of ours: it is another clone, then, and its paths are from there. */
const char *harvest_claim(
	struct harvest *harvest, const char *folder, const char *commit, const char *remote);
/* A folder of another clone, where what names it lies in this repository. */
void harvest_adopt(struct harvest *harvest, const char *folder);
/* True when another source has told of this session. */
bool harvest_has_session(struct harvest *harvest, const char *session);
/* True when a record whose id begins with this is stored. */
bool harvest_knows(struct harvest *harvest, const char *beginning);
/* True when a tool's folder name is one of our worktrees with [^A-Za-z0-9] turned into '-'. */
const char *harvest_worktree_of_slug(struct harvest *harvest, const char *slug);
const struct strings *harvest_worktrees(struct harvest *harvest); /* real paths */

struct owner {
	struct strings roots;   /* worktrees, real paths, then folders of other clones */
	size_t worktrees;       /* how many of them are worktrees */
	struct strings remotes; /* normalised addresses */
	struct map known;       /* folder -> index into roots + 1, or 0 */
	struct repo *repo;
};
int owner_open(struct repo *repo, struct owner *out);
void owner_release(struct owner *owner);
const char *owner_find(struct owner *owner, const char *path);
const char *owner_claim(
	struct owner *owner, const char *folder, const char *commit, const char *remote);
void owner_adopt(struct owner *owner, const char *folder);
const char *owner_find_slug(const struct owner *owner, const char *slug);
/* The path of a file from its worktree's root; false when it lies in none. */
bool owner_relative(struct owner *owner, const char *folder, const char *path, struct buf *out);
/* "git@Host:a/b.git", "https://u@host/a/b" and "ssh://host:22/a/b/" are all "host/a/b". */
void remote_normalise(const char *url, struct buf *out);

/* ---- files of lines, read from the watermark on ---- */

struct lines;
int lines_open(struct harvest *harvest, const char *path, struct lines **out);
/* The next whole line, NUL-terminated without its line feed, made valid UTF-8; borrowed. A line
 * over the cap is counted as malformed and passed over. False at the end or at a torn line. */
bool lines_next(struct lines *lines, const char **line, size_t *len);
/* The next line that is a JSON object, for the caller to free; the others that are not empty are
 * counted as malformed. Of a very long one the strings are cut: images, mostly. */
bool lines_record(struct lines *lines, struct js **record);
/* Streams the next line, of any size, and hands out the values at `places`. What fn says. */
int lines_values(struct lines *lines, const char *const *places, js_stream_fn fn, void *payload);
/* The next reading begins at the line last handed out, whatever is read until the end of this. */
void lines_hold(struct lines *lines);
/* Saves the watermark unless `rc` is an error; frees; returns `rc` or the first error of its own.
 */
int lines_close(struct lines *lines, int rc);
/* The first lines of a file, without a watermark: true as soon as `fn` returns non-zero. */
bool lines_peek(
	const char *path, int (*fn)(const char *line, size_t len, void *payload), void *payload);

/* Lines of a pipe, which is closed with them; there is no watermark. */
struct lines *lines_from(struct harvest *harvest, int fd);

/* ---- documents: one JSON text a file, written anew by its tool ---- */

/* Hands out the values at `places` (util/js_stream.h). E_NOTFOUND, E_INVALID, or what fn says. */
int document_each(const char *path, const char *const *places, js_stream_fn fn, void *payload);
/* The same for what changed since its watermark, which is set; damage counts as malformed. `place`
 * names the watermark: the path, or something longer where one file is read twice. */
int document_read(struct harvest *harvest, const char *place, const char *path,
	const char *const *places, js_stream_fn fn, void *payload);
/* The first text or number at each of `places`, "" where there is none; as many as places. */
void document_head(const char *path, const char *const *places, struct strings *out);
/* True when it is as it was then: nothing of it need be looked at. */
bool document_stands(struct harvest *harvest, const char *path);
/* Lines of such a file from its beginning; NULL when it has not changed. To be closed, and then
 * `now` is its new watermark. */
int document_changed(
	struct harvest *harvest, const char *path, struct watermark *now, struct lines **lines);
/* What errno says of a place: E_DENIED, or E_NOTFOUND for all the rest. */
int place_fail(const char *path);
/* How a file that is written anew stands now: inode, size, time in `offset`; else place_fail(). */
int watermark_of(const char *path, struct watermark *out);
/* Reads a database of the tool's when it changed since its watermark, which is then set. */
typedef int (*sessions_fn)(struct harvest *harvest, const char *path, struct session_count *count);
int database_read(struct harvest *harvest, const char *path, sessions_fn read);
bool watermark_stands(struct harvest *harvest, const char *place, const struct watermark *now);

/* ---- refs: trees that only grow ---- */

struct ref_state {
	struct oid tree, old_tree;
	bool changed, known; /* since the watermark; known: old_tree is what it was then */
};
int ref_state_open(struct harvest *harvest, const char *ref, struct ref_state *out);
int ref_state_save(struct harvest *harvest, const char *ref, const struct ref_state *state);

/* ---- where tools keep their files ---- */

/* Every regular file under a folder that ends in `suffix`, sorted; a missing folder has none. */
int files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload);

/*
 * Where a tool keeps its files: `name` in the folder that a variable of the environment names, or
 * else in `folder` of the user's home; NULL: that folder itself. NULL where there is no home; the
 * caller frees.
 */
char *tool_folder(const char *variable, const char *folder, const char *name);
/* The same under a folder of the user's home. */
int home_files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload);
/* The same under a folder of what programs keep for the user: XDG_DATA_HOME, ~/.local/share. */
int data_files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload);
/* The user folder of every editor that grew from VS Code. */
int editor_users_each(place_fn fn, void *payload);
char *path_of_uri(const char *uri);
/* A path below a worktree, none of whose parts is a link: a repository that was cloned must not
 * choose which files of this machine are read. NULL when one is; the caller frees. */
char *worktree_path(const char *root, const char *relative);

/* ---- watermarks of places that are no files of lines ---- */

bool harvest_watermark(struct harvest *harvest, const char *place, struct watermark *out);
/* Sets the watermark and commits what was read so far. */
int harvest_checkpoint(struct harvest *harvest, const char *place, const struct watermark *mark);
/* Only commits it. */
int harvest_save(struct harvest *harvest);

#endif
