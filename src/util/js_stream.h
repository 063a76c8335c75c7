/*
 * Values out of JSON text that comes in pieces and may be of any size. Only the values at the
 * places asked for are built, one at a time, and each within bounds: memory does not grow with the
 * text, nor with one string in it. (A parser with events holds a whole string; here it is cut.)
 *
 * A place is a path: "requests[]" is every element of the array under that key of the outermost
 * object, "[].id" a member of each element of an outermost array, "" all of the text.
 */
#ifndef UTIL_JS_STREAM_H
#define UTIL_JS_STREAM_H

#include "util/js.h"

#define JS_STREAM_PLACES 32
#define JS_STREAM_STRING ((size_t)256 << 10) /* bytes kept of one string */
#define JS_STREAM_TEXT ((size_t)2 << 20)     /* of all strings of one value */
#define JS_STREAM_NODES 50000                /* values inside one value; the rest is left out */
#define JS_STREAM_DEPTH 256                  /* deeper text is invalid */

struct js_stream;

/* `place` counts from 0 in the list; the value is borrowed. Non-zero stops the reading. */
typedef int (*js_stream_fn)(size_t place, const struct js *value, void *payload);

/* `places` is NULL-terminated, at most JS_STREAM_PLACES; a value fits the first one that it can. */
struct js_stream *js_stream_new(const char *const *places, js_stream_fn fn, void *payload);
/* 0, what fn returned, or E_INVALID; then the same again for whatever follows. */
int js_stream_feed(struct js_stream *stream, const char *bytes, size_t len);
/* After the last piece: E_INVALID when the text was not one whole value. */
int js_stream_finish(struct js_stream *stream);
void js_stream_free(struct js_stream *stream); /* NULL is fine */

#endif
