/* The generated table of languages, for src/language/ only. */
#ifndef LANGUAGE_INTERNAL_H
#define LANGUAGE_INTERNAL_H

#include <stddef.h>

struct TSLanguage;

struct language_data {
	const char *name, *version; /* of the grammar's package */
	const struct TSLanguage *(*grammar)(void);
	const char *conf, *tags;
	const char *digest; /* SHA-256 of both, made at build time */
};

extern const struct language_data language_table[]; /* name NULL at the end */

#endif
