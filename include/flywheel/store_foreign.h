/*
 * Databases of other programs, read while those may be writing them: never locked, never changed,
 * nothing created beside them. A database that changes meanwhile may give rows that do not fit
 * together, so that what was read counts only while foreign_stands() holds.
 */
#ifndef FLYWHEEL_STORE_FOREIGN_H
#define FLYWHEEL_STORE_FOREIGN_H

#include "util/js_stream.h"

#include <stdbool.h>
#include <stdint.h>

struct foreign;

/* E_NOTFOUND: missing, not a database, or just being written. */
int foreign_open(const char *path, struct foreign **out);
void foreign_close(struct foreign *foreign); /* NULL is fine */
/* True while nobody has written it since it was opened. */
bool foreign_stands(const struct foreign *foreign);
bool foreign_has(struct foreign *foreign, const char *table, const char *column);

#define FOREIGN_COLUMNS 8
struct foreign_query {
	const char *table;
	const char *columns[FOREIGN_COLUMNS + 1]; /* short ones; NULL-terminated */
	const char *where;                        /* a column; NULL: every row */
	const char *equals, *prefix;              /* what it is, or how it begins */
	const char *order;                        /* columns; NULL: any order */
};
struct foreign_row {
	int64_t id;                              /* for foreign_json() */
	const char *values[FOREIGN_COLUMNS + 1]; /* borrowed; NULL for NULL */
};
typedef int (*foreign_fn)(const struct foreign_row *row, void *payload);
/* E_NOTFOUND: there is no such table or column, or the database is damaged there. */
int foreign_each(
	struct foreign *foreign, const struct foreign_query *query, foreign_fn fn, void *payload);

/* Size in bytes of a value; -1: none. */
int64_t foreign_size(struct foreign *foreign, const char *table, const char *column, int64_t row);
/* The values at `places` of one JSON value of any size, which zstd may have packed: E_NOTFOUND,
 * E_INVALID, or what fn says. */
int foreign_json(struct foreign *foreign, const char *table, const char *column, int64_t row,
	const char *const *places, js_stream_fn fn, void *payload);

#endif
