/* What is written of each kind of fact, column by column: for encode.c and decode.c. */
#ifndef PARSE_COLUMNS_H
#define PARSE_COLUMNS_H

#include "flywheel/facts.h"

#include <stddef.h>
#include <stdint.h>

enum column_kind {
	COLUMN_SHORT,   /* of 16 bits */
	COLUMN_CHOICE,  /* an enum in a byte, up to `of` */
	COLUMN_COUNTED, /* the same, and the 16 bits at `also` */
	COLUMN_FLAG,
	COLUMN_STEP,   /* its difference to the row before */
	COLUMN_PAST,   /* the same, less the lengths of the texts that the row before has at `of`
			  and, where it is set, at `also` */
	COLUMN_LENGTH, /* an end, as its difference to the field at `of`, which comes next, as: */
	COLUMN_BEHIND, /* its difference to the row before's end, the field at `of` */
	COLUMN_AFTER,  /* its difference to the field at `of` */
	COLUMN_BEFORE, /* the difference of that one to it */
	COLUMN_NEAR,   /* whichever of the two is larger */
	COLUMN_INDEX,  /* of a definition, or PARSE_NONE; of one before it where `of` is set */
	COLUMN_TEXT,
	COLUMN_SUFFIXED,  /* a text that ends in the one at `of`: what stands before that */
	COLUMN_SIGNATURE, /* a text with SAYS_NAME for the one at `of`, SAYS_RETURNS for `also` */
	COLUMN_HASH       /* of BODY_BITS */
};

struct column {
	size_t offset; /* of the field in its struct */
	enum column_kind kind;
	size_t of, also;
};

/* The rows of a kind; where they begin and how many there are is the reader's and the writer's. */
struct table {
	const struct column *columns;
	size_t count;
};
enum {
	TABLE_DEFINITIONS,
	TABLE_REFERENCES,
	TABLE_IMPORTS,
	TABLE_BINDINGS,
	TABLE_COMMENTS,
	TABLE_SEAMS,
	TABLES
};
extern const struct table fact_tables[TABLES];

/* Of a body's hash: two bodies that differ look the same once in 10^14 times. */
#define BODY_BITS 48

/* Signatures hold no control bytes. Many are the same but for these. */
#define SAYS_NAME '\1'
#define SAYS_RETURNS '\2'

#define FACTS_FORMAT 10
#define FACTS_MAX ((size_t)1 << 30) /* bytes: more is damage */

#endif
