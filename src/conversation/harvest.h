/* The harvest's own state: shared by what drives the sources and what takes their turns. */
#ifndef CONVERSATION_HARVEST_H
#define CONVERSATION_HARVEST_H

#include "conversation/internal.h"

#include "flywheel/scrub.h"
#include "flywheel/store_talk.h"

struct harvest {
	struct session *session;
	const struct conversation_source *source;
	struct scrubber *scrubber; /* opened with the first turn: it reads the history's names */
	struct talk_writer *writer;
	struct owner owner;
	struct harvest_report *report;
	struct harvest_options options;
	uint64_t *seen; /* hashes of records, in a dry run, which stores none */
	size_t seen_count, seen_slots;
	bool left_out;  /* the place in hand has turns before `since`: no watermark for it */
	size_t unsaved; /* turns in the open transaction */
	size_t batch;   /* turns between two commits, where the source sets no mark */
	struct buf clean;
};

#endif
