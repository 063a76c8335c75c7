/*
 * Which talk led to which code, and what became of the lines that assistants wrote. Both are made
 * from stored talk and the history of HEAD, and made again where history is another.
 */
#ifndef FLYWHEEL_CONVERSATION_LINK_H
#define FLYWHEEL_CONVERSATION_LINK_H

#include "flywheel/conversation.h"
#include "flywheel/repo.h"
#include "flywheel/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Brings links and fates of lines to HEAD and to the last turn. Goes on from the last time where
 * new commits follow one another on it; otherwise, and when talk older than it came, from the first
 * commits that may hold something of an assistant: those before them are known, and not walked
 * again. The same talk and the same HEAD give the same rows either way. E_STOPPED.
 */
int conversation_link(struct session *session);

/* What is asked about. Paths are from the root; one of path, symbol and commit is not NULL. */
struct talk_question {
	const char *path;        /* a file, or a folder with its trailing slash */
	uint32_t line, end_line; /* in HEAD's version of the file; 0: all of it */
	const char *symbol;      /* qualified name; path says where it stands */
	const struct oid *commit;
	size_t limit; /* conversations */
};
/* One conversation that leads there, by its surest link. Borrowed during the call. */
struct talk_found {
	const char *source, *session, *branch;
	const char *reason; /* edit, touch, time, place, commit, note, name, path, id, subject,
			       trailer */
	double confidence;  /* 0..1 */
	int64_t turn, at;   /* of that link */
	const char *path, *symbol;
	struct oid commit;    /* zero: none */
	const int64_t *turns; /* that are linked, by time */
	size_t turn_count;
};
typedef int (*talk_found_fn)(const struct talk_found *found, void *payload);
/* Surest first, then newest. Call conversation_link() before. */
int talk_ask(struct session *session, const struct talk_question *question, talk_found_fn fn,
	void *payload);

/* The turns of one conversation, by time. */
int talk_read(
	struct session *session, const char *source, const char *name, turn_fn fn, void *payload);

/* What became of lines: of one tool and model, in one week or in all. */
struct survival {
	char *tool, *model; /* model "": not known */
	char week[11];      /* its Monday, "2026-01-05"; "": all */
	bool claimed;       /* by notes or trailers of commits: what was dropped is not known */
	int64_t proposed;   /* lines written; those that say nothing ("}") are not counted */
	int64_t kept, edited, dropped, waiting; /* of these; waiting: not committed yet */
	int64_t rewritten_14, rewritten_90;     /* of kept, taken out within so many days */
	int64_t reverted;                       /* of kept, by a revert of their commit */
	int64_t gone, alive;                    /* of kept, at HEAD */
	int64_t aged_14, aged_90;               /* of kept, committed so many days before HEAD */
};
struct survival_report {
	struct survival *rows; /* by tool, model, claimed, week; each with a row for all weeks */
	size_t count;
	struct survival all; /* of what has a transcript */
	struct survival claims;
};
int survival_report(struct session *session, struct survival_report *out);
void survival_report_release(struct survival_report *report);
/* The share of committed lines that people changed before, or took out within 14 days; -1: none. */
double survival_correction(const struct survival *survival);

#endif
