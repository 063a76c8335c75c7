/* What pack.c writes and unpack.c reads. */
#ifndef GRAPH_PACK_FORMAT_H
#define GRAPH_PACK_FORMAT_H

#define PACK_FORMAT 2

/* What says where an edge stands. */
enum pack_origin { ORIGIN_REFERENCE, ORIGIN_IMPORT, ORIGIN_BINDING, ORIGIN_NONE };

enum pack_target {
	TARGET_PACKAGE,  /* outside: a text */
	TARGET_FILE,     /* a path */
	TARGET_SYMBOL,   /* a path and a qualified name */
	TARGET_SUFFIXED, /* the same, but the edge's name is to be put behind it */
};
#define TARGET_BITS 2 /* of a target's kind; above them a symbol's ordinal */

/* Bits of an edge's head. */
#define HEAD_CONFIDENCE 2
#define HEAD_KIND 3
#define HEAD_ORIGIN 2

/*
 * Texts and targets are told by how long ago they were first told: 0 none, 1 the next new one,
 * 2 the last new one, 3 the one before it, ...
 */
enum pack_column {
	PACK_HEAD,   /* of each edge */
	PACK_ORIGIN, /* of each: the step to it from the last of its sort */
	PACK_TARGET, /* of each */
	PACK_NAME,   /* a text, of those whose origin does not say it */
	PACK_FROM,   /* of those without an origin: steps */
	PACK_LINE,
	PACK_START,
	PACK_TARGET_KIND, /* of each target */
	PACK_TARGET_PATH, /* of those that have one; 0: the file's own */
	PACK_TARGET_TEXT, /* of those that have one */
	PACK_TEXTS,
	PACK_COLUMNS
};

#endif
