/*
 * What the files of the test server share. A world is one make-believe cluster: its Ray head, its
 * inference server and its store of artifacts, with faults of its own. Worlds know nothing of each
 * other, so that hundreds of tests can talk to one server at once. One thread runs it all.
 */
#ifndef TESTS_SERVER_WORLD_H
#define TESTS_SERVER_WORLD_H

#include "util/buf.h"
#include "util/digest.h"
#include "util/js.h"
#include "util/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
	FAULT_NONE,
	FAULT_DROP,       /* the connection closes; nothing happened */
	FAULT_DROP_AFTER, /* it happened; the connection closes without an answer */
	FAULT_DELAY,
	FAULT_TRUNCATE, /* it happened; half the answer under its whole length */
	FAULT_429,
	FAULT_500,
	FAULT_500_AFTER, /* it happened, the answer says it did not */
	FAULT_503,
	FAULT_STALE, /* the answer before this one, again */
	FAULT_KINDS
};

struct faults {
	unsigned
		rate; /* of a thousand requests, those about jobs, packages, artifacts, deploying */
	unsigned serve;  /* and those that ask a model */
	unsigned budget; /* no more than these in all; 0: no end */
};

struct request {
	const char *method, *path;                  /* path: behind /w/<name> */
	const char *authorization, *origin, *agent; /* may be NULL */
	const char *known;                          /* If-None-Match */
	const char *base;                           /* http://host:port/w/<name> */
	struct map query;                           /* name: char * */
	struct buf body;
};

struct answer {
	unsigned status;
	struct buf body;
	const char *type;
	long retry_after;   /* seconds; -1: not said */
	struct map headers; /* name: char * */
};

enum job_status { JOB_PENDING, JOB_RUNNING, JOB_STOPPED, JOB_SUCCEEDED, JOB_FAILED };

struct job {
	const char *id; /* the map's key */
	bool present;   /* false after a restart of the cluster, or DELETE */
	enum job_status status, before;
	unsigned polls; /* of this life */
	double since;
	bool lost; /* its package was not there */
	char *package, *message;
	unsigned created, duplicates, started, completed, stops; /* over all lives */
};

struct package {
	bool present;
	struct buf bytes;
	unsigned puts;
};

struct adapter {
	char *path;
	bool loaded;
	unsigned loads, unloads;
};

struct world {
	const char *name;
	uint64_t seed;
	bool down; /* every connection closes without an answer */
	struct faults faults;
	/* a job's way */
	char *result; /* succeeded, failed, crashed (without a manifest), corrupt */
	unsigned polls, milliseconds;
	unsigned restart_after; /* requests until the cluster starts anew; 0: never */
	/* who may ask */
	char *token, *token_file; /* NULL: everybody */
	unsigned token_requests, token_left, tokens, denied_status;
	/* the inference server */
	char *miner;     /* what the model "miner" says, whatever it is asked; NULL: no such */
	struct js *read; /* the texts it was asked about */
	bool likelihood, lora; /* lora: a tuned model answers only once it is loaded */
	char *base;
	unsigned base_skill, tuned_skill; /* of a hundred questions, those known */
	struct map *exams;                /* of the server: a file is read once for all worlds */
	const struct exam *exam;
	struct forge *forge; /* forge.c; NULL: there is none */
	/* what there is */
	struct map jobs, packages, artifacts, adapters;
	/* what happened */
	unsigned requests, restarts, denied, questions, injected[FAULT_KINDS], injected_sum;
	struct map seen;   /* "<method> <path>": how often */
	struct js *errors; /* what no right client does */
};

/* Changes what `wishes` names; E_INVALID. The report is the caller's to free. */
int world_control(struct world *world, const struct js *wishes);
struct js *world_report(const struct world *world);
struct world *world_new(const char *name, struct map *exams); /* the name is borrowed */
void world_free(struct world *world);
/* Notes something that no right client does. */
void world_error(struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The request as a whole, but for the connection: what the caller does with it, answer or drop. */
enum fault world_serve(struct world *world, const struct request *request, struct answer *answer);

const char *fault_name(enum fault fault);
/* By seed, request and how often it came: the same whatever else happens at the same time. */
enum fault fault_draw(struct world *world, const struct request *request);

/* Each answers the paths of its kind; false: not one of them. `stale` asks for an old answer. */
bool ray_serve(struct world *world, const struct request *request, bool stale, struct answer *out);
bool openai_serve(struct world *world, const struct request *request, struct answer *out);
bool artifacts_serve(struct world *world, const struct request *request, struct answer *out);
void ray_restart(struct world *world);
bool forge_serve(struct world *world, const struct request *request, struct answer *out);
/* Replaces what a forge holds, but for the count of what happened. */
void forge_control(struct world *world, const struct js *wishes);
struct js *forge_report(const struct world *world);
void forge_free(struct forge *forge);
const char *request_query(const struct request *request, const char *name); /* or NULL */
void answer_header(struct answer *answer, const char *name, const char *value);

/* Does what the entrypoint of a job does: reads its package, publishes. Returns success. */
bool job_run(struct world *world, struct job *job);
void artifact_put(struct world *world, const char *path, const void *bytes, size_t len);

/* Questions with their answers, as `git flywheel bench --items --json` prints them. */
int exam_open(struct map *exams, const char *path, const struct exam **out);
void exams_release(struct map *exams);
struct question {
	char *id, *prompt, *choices[4];
	int answer;
};
/* The question that stands in a text (`*end`: where its prompt ends there); NULL: none does. */
const struct question *exam_find(
	const struct exam *exam, const char *text, size_t len, size_t *end);
/* The choice of a model that knows `skill` of a hundred answers: always the same ones. */
int question_choice(const struct question *question, const char *role, unsigned skill);

void answer_json(struct answer *answer, unsigned status, struct js *value); /* takes it */
void answer_text(struct answer *answer, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool is_call(const struct request *request, const char *method, const char *path);
const char *path_after(const struct request *request, const char *prefix); /* NULL: not under it */

#endif
