/* A prepared statement, for the files of src/store/ only. Errors are kept until query_close. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "flywheel/store.h"

#include <stddef.h>
#include <stdint.h>

struct query;

/* Never NULL: a statement that does not compile is our own bug and aborts with its text. */
struct query *query_open(struct store *store, const char *sql);
int query_close(struct query *query); /* 0, or the first error of the steps; NULL is fine */

/* Parameters count from 1. Text and blobs are copied; NULL binds NULL. */
void query_bind_text(struct query *query, int at, const char *text);
void query_bind_blob(struct query *query, int at, const void *bytes, size_t len);
void query_bind_number(struct query *query, int at, int64_t number);
void query_bind_real(struct query *query, int at, double number);
void query_bind_null(struct query *query, int at);

/* True while there is a row. False at the end or on an error, which query_close reports. */
bool query_next(struct query *query);
/* Runs a statement without rows and makes it ready to be bound again. */
int query_run(struct query *query);
void query_reset(struct query *query);

/* Columns count from 0; text is borrowed until the next step, NULL for NULL. */
const char *query_text(struct query *query, int column);
const void *query_blob(struct query *query, int column, size_t *len);
int64_t query_number(struct query *query, int column);
double query_real(struct query *query, int column);
bool query_is_null(struct query *query, int column);

int store_exec(struct store *store, const char *sql); /* one or more statements, no values */
int store_version(struct store *store, int *version); /* of the schema; 0: there is none */
/* Makes or brings up the schema, in one transaction. E_UNSUPPORTED: a newer program wrote it. */
int store_migrate(struct store *store);
int64_t store_last_id(struct store *store);
int64_t store_changes(struct store *store);
struct packs *store_packs(struct store *store);

#endif
