/*
 * Facts: what one blob says by itself, whatever tree it stands in. Parsed once (flywheel/parse.h),
 * kept in the sidecar encoded, and all that the code graph is made from.
 */
#ifndef FLYWHEEL_FACTS_H
#define FLYWHEEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARSE_NONE UINT32_MAX

enum symbol_kind { SYMBOL_FUNCTION, SYMBOL_METHOD, SYMBOL_TYPE, SYMBOL_CONSTANT, SYMBOL_TEST };
enum parse_skip { PARSE_OK, PARSE_BINARY, PARSE_MINIFIED, PARSE_COMPLEX };
enum reference_kind {
	REFERENCE_CALL,
	REFERENCE_DECLARATION,
	REFERENCE_BASE, /* what a type inherits or implements */
	REFERENCE_NEW,  /* a constructor's call, where its syntax says so */
	REFERENCE_TYPE, /* a type that is named */
	REFERENCE_VALUE /* a function named without being called: a callback, a table's entry */
};
enum visibility { VISIBLE_EVERYWHERE, VISIBLE_FAMILY, VISIBLE_TYPE, VISIBLE_FILE };

/*
 * Texts are offsets into facts.text, NUL-terminated there; offset 0 is "". The facts of all files
 * of a tree are in memory together, so they are as small as they can be: enums take a byte.
 */
struct fact_definition {
	uint64_t body;   /* hash of its text, of 48 bits */
	uint32_t parent; /* index of the enclosing definition, or PARSE_NONE */
	uint32_t name, qualified, signature;
	uint32_t owner;   /* a method's type by name, where it is not the parent (Go, C++, Rust) */
	uint32_t returns; /* its result's type as written, or "" */
	uint32_t line, end_line, start, end; /* lines from 1; bytes */
	uint32_t doc_start, doc_end;         /* equal: none; see doc_words */
	uint16_t cyclomatic, cognitive, nesting, parameters;
	uint8_t kind, visibility; /* enums; VISIBLE_FILE as a C static, VISIBLE_TYPE as private */
};

struct fact_reference {
	uint32_t from; /* innermost definition around it, or PARSE_NONE */
	uint32_t name, receiver, line, start;
	uint16_t arguments; /* of a call, plus one; 0: not known */
	uint8_t kind;       /* enum reference_kind */
};

struct fact_import {
	uint32_t module; /* as written: a path, a dotted name, with leading dots when relative */
	uint32_t name;   /* the one name taken from it, "*" for all, "" for the module itself */
	uint32_t alias;  /* what it is called here, "" when as written */
	uint32_t line, start;
	bool again; /* handed on: others may import it from here */
};

/*
 * What a name may stand for, for receivers and callbacks. Names and values are as written: "x",
 * "self.x", "a, (b, c)", "f().g", `d["k"]`. A parameter has its index and, when declared, a type
 * besides; an argument has the callee's text as name, and "k=value" where it is passed by name.
 * A value that begins with '@' is a decorator of the definition of that name.
 */
enum binding_kind {
	BINDING_TYPE,      /* declared: value is the type's text */
	BINDING_NAME,      /* value is another name, or a dotted one */
	BINDING_CALL,      /* value is what is called, or constructed */
	BINDING_PARAMETER, /* value: default's name, or "" */
	BINDING_ARGUMENT,  /* value: the name that is passed */
	BINDING_RETURN,    /* value: the name that is returned; name "" */
	BINDING_ELEMENT    /* value holds what the name stands for: a loop's */
};
struct fact_binding {
	uint32_t from; /* innermost definition around it, or PARSE_NONE */
	uint32_t name, value, line, start;
	uint16_t index; /* of a parameter or argument, from 0; at most UINT16_MAX */
	uint8_t kind;   /* enum binding_kind */
};

struct fact_comment { /* one comment, or a run of one-line comments */
	uint32_t line, end_line, start, end;
};

struct facts {
	enum parse_skip skip;
	uint32_t lines, size, text_len, seam_count; /* size: the file's, in bytes */
	char *text;
	struct fact_definition *definitions; /* by start; an enclosing one before what it holds */
	struct fact_reference *references;   /* by start */
	struct fact_import *imports;
	struct fact_binding *bindings; /* by start */
	struct fact_comment *comments;
	uint32_t *seams; /* bytes: lines where the text can be parted, see parse/seam.c */
	uint32_t definition_count, reference_count, import_count, binding_count, comment_count;
};

int facts_decode(const void *bytes, size_t len, struct facts *out); /* E_INVALID: not ours */
void facts_release(struct facts *facts);

#endif
