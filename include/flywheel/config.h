/*
 * Settings. `git config flywheel.<key>` and the tracked files in `.flywheel/` (same syntax) are
 * read through one table of records; a tracked file may set only keys marked `tracked`, because
 * it comes with a clone and must never execute, send or overwrite.
 */
#ifndef FLYWHEEL_CONFIG_H
#define FLYWHEEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repo;
struct config;
struct strings;

enum config_type { CONFIG_BOOL, CONFIG_NUMBER, CONFIG_REAL, CONFIG_TEXT, CONFIG_LIST };

struct config_record {
	const char *key; /* without "flywheel."; may name a subsection: "ray.url" */
	enum config_type type;
	const char *value; /* default, as text */
	double min, max;   /* for numbers */
	bool tracked;      /* may stand in .flywheel/curation */
	const char *help;
};

/* NULL-terminated by key; the manual's table is printed from it. */
const struct config_record *config_records(void);

/* E_INVALID names the key, its file's value and what it should be. */
int config_load(struct repo *repo, struct config **out);
void config_free(struct config *config);

/*
 * A file in git's syntax that is no configuration of ours, such as .flywheel/scrub: every entry in
 * order, names in lower case but for the middle part. E_INVALID: not readable as such, or larger
 * than `max` bytes; includes are refused.
 */
typedef int (*config_entry_fn)(const char *name, const char *value, void *payload);
int config_file_each(const char *path, size_t max, config_entry_fn fn, void *payload);

/* A key without a record, or of another type, is our own bug (assert). Text is borrowed. */
bool config_bool(const struct config *config, const char *key);
int64_t config_number(const struct config *config, const char *key);
double config_real(const struct config *config, const char *key);
const char *config_text(const struct config *config, const char *key); /* "" when not set */
/* Every value of a key that may stand more than once, in order. Borrowed. */
const struct strings *config_list(const struct config *config, const char *key);

#endif
