/*
 * What became of the lines that assistants wrote. An origin is one edit, or what a note or trailer
 * of a commit claims of one file; its lines are followed through history to HEAD.
 */
#ifndef CONVERSATION_FATE_H
#define CONVERSATION_FATE_H

#include "flywheel/repo.h"
#include "flywheel/session.h"
#include "flywheel/store_origin.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FATE_SLACK 2                       /* seconds: both clocks are mostly one */
#define FATE_HORIZON (30 * (int64_t)86400) /* uncommitted for longer: dropped */
#define FATE_NEAR (2 * (int64_t)3600)      /* so soon after an edit a commit may be of it */
#define FATE_FILE_MAX ((size_t)4 << 20)    /* bytes; a larger file is not followed */
#define FATE_NONE UINT32_MAX

enum line_state {
	LINE_PENDING, /* proposed, no commit of its file since */
	LINE_PASSED,  /* the same, but its file was committed without it */
	LINE_CONTEXT, /* stood there already: not written by this edit */
	LINE_KEPT,    /* committed as it was proposed */
	LINE_EDITED,  /* committed in other words */
	LINE_DROPPED  /* never committed */
};
enum line_end { END_NONE, END_REWRITTEN, END_REVERTED };

struct fate_line {
	uint64_t hash; /* without blanks at both ends */
	uint32_t origin;
	uint32_t path;   /* index into fates.paths: where the line is now */
	uint32_t gone;   /* when it was taken out: index into fates.times; 0: it was not */
	uint16_t commit; /* index into the origin's commits, plus 1 */
	uint8_t state, end;
};

struct fate_commit {
	struct oid id;
	int64_t at;
};
/* A write does not say what it replaced. */
enum evidence { BY_EDIT, BY_WRITE, BY_NOTE, BY_TRAILER };
struct origin {
	int64_t turn, at;
	union {
		uint32_t one, *many;
	} commits;             /* indexes into fates.commits */
	uint16_t commit_count; /* most have one */
	uint8_t evidence;
	bool changed; /* not as it was stored before */
	int position;
	uint32_t author; /* index into fates.authors */
	uint32_t path;   /* as written */
	uint32_t first, count;
};

/*
 * A version of a file with the owners of its lines. Most have none, and edits write lines that
 * follow one another, so it is kept as runs: lines without an owner before the run, the step from
 * the line behind the last run's to its first one, how many they are.
 */
struct version {
	struct oid blob;
	unsigned char *runs;      /* as util/number.h writes numbers; NULL: nobody owns a line */
	uint32_t runs_len, count; /* bytes; lines */
};
#define VERSIONS 8
struct fate_path {
	char *name;
	struct version versions[VERSIONS]; /* the last one is the newest */
	uint32_t version_count;
	uint32_t *pending; /* lines, in order of their edits */
	uint32_t pending_count, pending_capacity;
	struct replaced {
		uint64_t hash;
		uint32_t origin;
	} * replaced; /* lines that edits take out, until these are held against the file */
	uint32_t replaced_count, replaced_capacity;
	uint32_t *lost; /* lines that were taken out, to know them when they come back */
	uint32_t lost_count, lost_capacity;
	uint32_t active;      /* of pending: held against the file as it was before */
	struct version *head; /* its version at HEAD, of those above; NULL: it is not there */
};

#define FATE_TEXTS 64
#define FATE_TRIM ((size_t)3 << 19)      /* bytes read */
#define FATE_TEXTS_MAX ((size_t)3 << 19) /* bytes of them */
struct fates {
	struct session *session;
	struct fate_text {
		struct oid blob;
		struct buf text;            /* of its own length; empty: a free slot */
	} texts[FATE_TEXTS];                /* read last */
	size_t next_text, texts_size, read; /* read: bytes since the last trim */
	struct link_place *edits;           /* listed; those before next_edit are taken */
	size_t edit_count, edit_capacity, next_edit;
	struct origin *origins;
	uint32_t origin_count, origin_capacity;
	struct fate_line *lines;
	uint32_t line_count, line_capacity;
	uint32_t *places; /* of lines in HEAD's version, from 1; 0, and behind the end: not there */
	uint32_t place_count;
	struct fate_commit *commits; /* that lines came with; the last one is the one at hand */
	uint32_t known_commits, commit_capacity;
	int64_t *times; /* when lines went; the first one is 0 */
	uint32_t time_count, time_capacity;
	struct fate_path *paths;
	uint32_t path_count, path_capacity;
	struct map by_path; /* name: index */
	struct map folders; /* that these paths are in, "src/" */
	struct map authors; /* "tool NUL model" */
	struct map notes;   /* raw commit id: blob of its note of attribution */
	int64_t newest;     /* time of the newest commit seen */
	struct fate_signed {
		char *session, *path; /* path may be NULL */
		struct oid commit;
		int64_t at;
	} * signed_by; /* notes of attribution that name a session */
	size_t signed_count, signed_capacity;
};

uint64_t fate_hash(const char *text, size_t len, bool *trivial);
uint32_t fate_path_of(struct fates *fates, const char *name);             /* made when new */
struct fate_path *fate_path_known(struct fates *fates, const char *name); /* NULL */
uint32_t origin_add(struct fates *fates, int64_t turn, int position, int64_t at,
	enum evidence evidence, const char *path, const char *tool, const char *model);
uint32_t fate_author_of(struct fates *fates, const char *tool, const char *model);
const char *origin_tool(const struct fates *fates, const struct origin *origin);
const char *origin_model(const struct fates *fates, const struct origin *origin);
/* Only to the newest origin: lines of an origin stand together. */
uint32_t origin_add_line(struct fates *fates, uint32_t origin, uint64_t hash);
uint16_t origin_commit(
	struct fates *fates, struct origin *origin, const struct oid *id, int64_t at);
void origin_add_landed(struct origin *origin, uint32_t commit); /* index into fates.commits */
const struct fate_commit *origin_landed(
	const struct fates *fates, const struct origin *origin, uint32_t number); /* from 0 */
uint32_t fate_place(const struct fates *fates, uint32_t line);
void fate_set_place(struct fates *fates, uint32_t line, uint32_t place);
int64_t fate_gone(const struct fates *fates, const struct fate_line *line); /* 0: it is there */
void fate_set_gone(struct fates *fates, struct fate_line *line, int64_t at);
void path_lose(struct fate_path *path, uint32_t line);
int fates_load_path(struct fates *fates, const char *path); /* of edits that wrote in one file */
/* Hands out one origin after the other, with nothing else in memory. */
typedef int (*fate_origin_fn)(
	const struct fates *fates, const struct origin *origin, void *payload);
int fates_each(struct fates *fates, fate_origin_fn fn, void *payload);
/* Writes what is not stored so already, and takes out what is there no more. */
int fates_save(struct fates *fates);
/* What only a walk needs: texts, versions, what waits. Lines and where they are stay. */
void fates_end_walk(struct fates *fates);
void fates_release(struct fates *fates);
/* Lists the edits up to a turn; `*oldest` is the time of the oldest, or 0. */
int fates_list_edits(struct fates *fates, int64_t last, int64_t *oldest);
/* Takes those of them that are as old, oldest first: no commit before may depend on them. */
int fates_take_edits(struct fates *fates, int64_t until);

/* E_NOTFOUND also for no commit: a zero id. */
int fate_tree(struct repo *repo, const struct oid *commit, struct oid *tree);

/* Versions of a path. */
struct version *version_find(struct fate_path *path, const struct oid *blob);
/* `owners`: of each line an index into lines, or FATE_NONE. An older version makes room. */
struct version *version_put(
	struct fate_path *path, const struct oid *blob, const uint32_t *owners, uint32_t count);
/* Of each line; the caller frees. */
uint32_t *version_owners(const struct version *version);

/* Follows the lines through one commit. */
struct commit;
struct fate_walk {
	struct fates *fates;
	struct oid last, last_tree; /* the commit before, for its tree */
	int64_t oldest;             /* time of the oldest edit: there is nothing to follow before */
	bool all;                   /* follow every commit: what came before is followed */
	struct map followed;        /* raw ids: by time, by a claim, or after such a commit */
	struct quiet *quiet;        /* takes the others */
	int64_t seen;               /* commits, also of walks that this one goes on from */
	struct fate_commit *tips;   /* those of them that have no child among them */
	size_t tip_count, tip_capacity;
};
int fate_commit(struct fate_walk *walk, const struct commit *commit);
void fate_add_tip(struct fate_walk *walk, const struct oid *id, int64_t at);
void fate_walk_release(struct fate_walk *walk);
/* Where each line stands in HEAD; what waits for too long is dropped. Ends the walk. */
int fates_settle(struct fates *fates, const struct oid *head, int64_t head_time);

/* Who claims a commit: by its notes of attribution, or by its trailers. */
struct claim {
	char *tool, *model;
	char *path;            /* NULL: every file */
	char *session;         /* the tool's own id, or NULL */
	struct strings ranges; /* "3-7"; of a note */
};
struct claims {
	struct claim *list;
	size_t count, capacity;
	enum evidence evidence; /* BY_NOTE, BY_TRAILER */
};
#define CLAIMS_VERSION 5 /* another one when what is found in a commit is another */
int claims_read(struct fates *fates, const struct commit *commit, struct claims *out);
bool claim_covers(const struct claim *claim, const char *path, uint32_t line);
void claims_release(struct claims *claims);
int claims_open(struct fates *fates); /* lists the notes */

#endif
