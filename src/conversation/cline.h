/* Cline and what grew from it keep a task in the same files. */
#ifndef CONVERSATION_CLINE_H
#define CONVERSATION_CLINE_H

#include "conversation/internal.h"

/* Every task's ui_messages.json below the extension's folder of each editor. */
int cline_find(const char *extension, place_fn fn, void *payload);
bool cline_belongs(struct harvest *harvest, const char *path);
int cline_read(struct harvest *harvest, const char *path);

/* ---- cline_session.c: what Cline keeps in a folder of its own ---- */

int cline_data_find(place_fn fn, void *payload); /* tasks as above, and sessions */
bool cline_is_session(const char *path);
bool cline_session_belongs(struct harvest *harvest, const char *path);
int cline_session_read(struct harvest *harvest, const char *path);

#endif
