/* What is written of each kind of fact, column by column: for encode.c and decode.c. */
#ifndef PARSE_COLUMNS_H
#define PARSE_COLUMNS_H

#include "flywheel/facts.h"

#include <stddef.h>
#include <stdint.h>

enum column_kind {
	COLUMN_SHORT,  /* of 16 bits */
	COLUMN_CHOICE, /* an enum in a byte, up to `of` */
	COLUMN_FLAG,
	COLUMN_STEP,   /* its difference to the row before */
	COLUMN_AFTER,  /* its difference to the field at `of` */
	COLUMN_BEFORE, /* the difference of that one to it */
	COLUMN_NEAR,   /* whichever of the two is larger */
	COLUMN_INDEX,  /* of a definition, or PARSE_NONE; of one before it where `of` is set */
	COLUMN_TEXT,
	COLUMN_SUFFIXED, /* a text that ends in the one at `of`: what stands before that */
	COLUMN_HASH      /* of BODY_BITS */
};

struct column {
	size_t offset; /* of the field in its struct */
	enum column_kind kind;
	size_t of;
};

/* The rows of a kind; where they begin and how many there are is the reader's and the writer's. */
struct table {
	const struct column *columns;
	size_t count;
};
enum { TABLE_DEFINITIONS, TABLE_REFERENCES, TABLE_IMPORTS, TABLE_BINDINGS, TABLE_COMMENTS, TABLES };
extern const struct table fact_tables[TABLES];

/* Of a body's hash: two bodies that differ look the same once in 10^14 times. */
#define BODY_BITS 48

#define FACTS_FORMAT 8
#define FACTS_MAX ((size_t)1 << 30) /* bytes: more is damage */

#endif
