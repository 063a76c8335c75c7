/*
 * The languages, as data: every folder of src/language/ holds a language.conf and a tags.scm,
 * embedded at build time. Adding a language is adding a folder.
 */
#ifndef FLYWHEEL_LANGUAGE_H
#define FLYWHEEL_LANGUAGE_H

#include "flywheel/parse.h"

#include <stdbool.h>
#include <stddef.h>

struct language;
struct languages;

enum language_import {
	LANGUAGE_IMPORT_PATH,      /* a path beside the file or the end of one: #include "x/y.h" */
	LANGUAGE_IMPORT_DOTTED,    /* a dotted module name, relative with leading dots */
	LANGUAGE_IMPORT_RELATIVE,  /* "./x" beside the file, any extension; "x" is a package */
	LANGUAGE_IMPORT_QUALIFIED, /* the qualified name of a namespace or a definition */
	LANGUAGE_IMPORT_CRATE,     /* a path of modules from the root of a crate */
	LANGUAGE_IMPORT_PACKAGE    /* a folder, by the last parts of a package's address */
};

/* Where a plain name is looked for, after the file itself and what it imports. */
enum language_scope {
	LANGUAGE_SCOPE_GLOBAL,   /* everywhere (C, Bash) */
	LANGUAGE_SCOPE_FILE,     /* nowhere else (Python) */
	LANGUAGE_SCOPE_FOLDER,   /* the files of its folder (Go, Java) */
	LANGUAGE_SCOPE_NAMESPACE /* the definitions of its namespace (C#, PHP) */
};

/* Reads all embedded language.conf. An error here is a mistake in our own data: E_INVALID. */
int languages_load(struct languages **out);
void languages_free(struct languages *languages);
size_t languages_count(const struct languages *languages);
const struct language *languages_at(const struct languages *languages, size_t index);
/* By extension or file name; NULL when no language claims the path. */
const struct language *languages_find(const struct languages *languages, const char *path);
/* By the "#!" line that a script begins with; `text` need not end in NUL. NULL: none. */
const struct language *languages_of_script(
	const struct languages *languages, const char *text, size_t len);
const struct language *languages_named(const struct languages *languages, const char *name);

const char *language_name(const struct language *language);
/* Digest of everything that facts depend on: grammar, query, settings, our own parser. */
const char *language_version(const struct language *language);
size_t language_index(const struct language *language); /* below languages_count */
enum language_import language_import(const struct language *language);
enum language_scope language_scope(const struct language *language);
/* True where a plain call in a method may be one of a method of its type (Java; not Python). */
bool language_implicit_receiver(const struct language *language);
/* Whether a static method whose first parameter is marked `this` is called on objects too. */
bool language_extension_methods(const struct language *language);
/* True where an import hands on what the imported file imports itself (C headers). */
bool language_import_transitive(const struct language *language);
bool language_is_receiver(const struct language *language, const char *name); /* self, this */
bool language_is_ancestor(const struct language *language, const char *name); /* super() */
/* A method of built-in types (append, get): on an unknown receiver it says nothing. */
bool language_is_builtin(const struct language *language, const char *name);
/* A type that stands for its first argument: Optional[T], Box<T>. */
bool language_is_wrapper(const struct language *language, const char *name);
/* Whether its files may bind a name: of others no values are followed. */
bool language_binds(const struct language *language);
/* Whether names of one can mean definitions of the other: TypeScript and JavaScript. */
bool language_related(const struct language *a, const struct language *b);
const char *language_separator(const struct language *language);   /* of qualified names, or "" */
const char *language_constructor(const struct language *language); /* "__init__"; "": its type's */
const char *language_package(const struct language *language);     /* "__init__", or "" */
const char *const *language_extensions(const struct language *language); /* NULL-terminated */
/* Folders that the paths of imports count from (Ruby's lib); without any, every folder. */
bool language_has_roots(const struct language *language);
bool language_is_root(const struct language *language, const char *folder, size_t len);
int language_grammar(const struct language *language, struct grammar **out);

/* The grammars of one thread, each opened when it is first asked for. */
struct grammars;
struct grammars *grammars_new(const struct languages *languages);
void grammars_free(struct grammars *grammars);
int grammars_of(struct grammars *grammars, const struct language *language, struct grammar **out);

#endif
