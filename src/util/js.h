/*
 * JSON values, on jansson (whose own names begin json_, hence js_ here). Values are counted:
 * js_free drops a reference; what js_get and js_at return is borrowed from its container.
 * The js_set_* and js_add* functions take ownership of a value handed to them.
 */
#ifndef UTIL_JS_H
#define UTIL_JS_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct js;

/* Parses one JSON text; E_INVALID with line and cause. A string with a NUL reads cut. */
int js_parse(const char *text, size_t len, struct js **out);
void js_free(struct js *value);              /* NULL is fine */
struct js *js_share(const struct js *value); /* one more reference, for the caller to free */

struct js *js_object(void);
struct js *js_array(void);
/* Text that is not valid UTF-8 has its bad bytes replaced by U+FFFD: JSON cannot hold them. */
struct js *js_text(const char *text);
struct js *js_text_len(const char *text, size_t len);
struct js *js_number(int64_t number);
struct js *js_real(double number);
struct js *js_bool(bool value);
struct js *js_null(void);

void js_set(struct js *object, const char *key, struct js *value);
void js_set_text(struct js *object, const char *key, const char *text); /* NULL sets null */
void js_set_number(struct js *object, const char *key, int64_t number);
void js_set_real(struct js *object, const char *key, double number);
void js_set_bool(struct js *object, const char *key, bool value);
void js_add(struct js *array, struct js *value);

/* Replaces an element, or appends at the end; elsewhere the value is freed. */
void js_put(struct js *array, size_t index, struct js *value);
void js_cut(struct js *array, size_t count); /* leaves the first `count` elements */
/* To change a value that is ours: everything that holds it sees the change. */
struct js *js_mutable(const struct js *value);

bool js_is_object(const struct js *value);
bool js_is_array(const struct js *value);
bool js_is_text(const struct js *value);
const struct js *js_get(const struct js *object, const char *key); /* NULL when absent */
const char *js_get_text(const struct js *object, const char *key); /* NULL when not a string */
int64_t js_get_number(const struct js *object, const char *key, int64_t otherwise);
double js_get_real(const struct js *object, const char *key, double otherwise);
bool js_get_bool(const struct js *object, const char *key, bool otherwise);
const char *js_as_text(const struct js *value); /* NULL when not a string */
int64_t js_as_number(const struct js *value, int64_t otherwise);
double js_as_real(const struct js *value, double otherwise); /* any number */
size_t js_count(const struct js *array);
const struct js *js_at(const struct js *array, size_t index);

/* Walks an object's members in the order in which they were set; stops when fn is non-zero. */
typedef int (*js_member_fn)(const char *key, const struct js *value, void *payload);
int js_each(const struct js *object, js_member_fn fn, void *payload);

/* Compact text with keys in insertion order: the same value always gives the same bytes. */
void js_write(const struct js *value, struct buf *out);
void js_write_pretty(const struct js *value, struct buf *out);

#endif
