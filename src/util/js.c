/* JSON on jansson: the only file that includes it. */
#include "util/js.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *raw(const struct js *value)
{
	return (json_t *)(uintptr_t)value;
}

static struct js *wrap(json_t *value)
{
	if (!value) /* jansson returns NULL only when memory is out or the text is not UTF-8 */
		abort();
	return (struct js *)value;
}

int js_parse(const char *text, size_t len, struct js **out)
{
	json_error_t error;
	json_t *value = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

	*out = NULL;
	if (!value)
		return fail(E_INVALID, "not valid JSON (line %d, column %d): %s", error.line,
			error.column, error.text);
	*out = (struct js *)value;
	return 0;
}

void js_free(struct js *value)
{
	json_decref(raw(value));
}

struct js *js_share(const struct js *value)
{
	return (struct js *)json_incref((json_t *)raw(value));
}

struct js *js_object(void)
{
	return wrap(json_object());
}

struct js *js_array(void)
{
	return wrap(json_array());
}

struct js *js_text(const char *text)
{
	return text ? js_text_len(text, strlen(text)) : js_null();
}

struct js *js_text_len(const char *text, size_t len)
{
	struct buf clean = BUF_INIT;
	struct js *value;
	size_t good = utf8_valid_prefix(text, len);

	if (good == len)
		return wrap(json_stringn(text, len));
	while (len) {
		good = utf8_valid_prefix(text, len);
		buf_add(&clean, text, good);
		if (good < len) {
			buf_addstr(&clean, "\xef\xbf\xbd");
			good++;
		}
		text += good;
		len -= good;
	}
	value = wrap(json_stringn(clean.ptr, clean.len));
	buf_release(&clean);
	return value;
}

struct js *js_number(int64_t number)
{
	return wrap(json_integer(number));
}

struct js *js_real(double number)
{
	/* JSON has no infinities; a null says "no number" and keeps the document valid. */
	json_t *value = json_real(number);

	return wrap(value ? value : json_null());
}

struct js *js_bool(bool value)
{
	return wrap(json_boolean(value));
}

struct js *js_null(void)
{
	return wrap(json_null());
}

void js_set(struct js *object, const char *key, struct js *value)
{
	json_object_set_new_nocheck(raw(object), key, raw(value));
}

void js_set_text(struct js *object, const char *key, const char *text)
{
	js_set(object, key, js_text(text));
}

void js_set_number(struct js *object, const char *key, int64_t number)
{
	js_set(object, key, js_number(number));
}

void js_set_real(struct js *object, const char *key, double number)
{
	js_set(object, key, js_real(number));
}

void js_set_bool(struct js *object, const char *key, bool value)
{
	js_set(object, key, js_bool(value));
}

void js_add(struct js *array, struct js *value)
{
	json_array_append_new(raw(array), raw(value));
}

void js_put(struct js *array, size_t index, struct js *value)
{
	if (index == json_array_size(raw(array)))
		json_array_append_new(raw(array), raw(value));
	else
		json_array_set_new(raw(array), index, raw(value));
}

void js_cut(struct js *array, size_t count)
{
	while (json_array_size(raw(array)) > count)
		json_array_remove(raw(array), json_array_size(raw(array)) - 1);
}

struct js *js_mutable(const struct js *value)
{
	return (struct js *)raw(value);
}

bool js_is_object(const struct js *value)
{
	return json_is_object(raw(value));
}

bool js_is_array(const struct js *value)
{
	return json_is_array(raw(value));
}

bool js_is_text(const struct js *value)
{
	return json_is_string(raw(value));
}

const struct js *js_get(const struct js *object, const char *key)
{
	return (const struct js *)json_object_get(raw(object), key);
}

const char *js_get_text(const struct js *object, const char *key)
{
	return js_as_text(js_get(object, key));
}

int64_t js_get_number(const struct js *object, const char *key, int64_t otherwise)
{
	return js_as_number(js_get(object, key), otherwise);
}

double js_get_real(const struct js *object, const char *key, double otherwise)
{
	return js_as_real(js_get(object, key), otherwise);
}

bool js_get_bool(const struct js *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(raw(object), key);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

const char *js_as_text(const struct js *value)
{
	return json_string_value(raw(value));
}

int64_t js_as_number(const struct js *value, int64_t otherwise)
{
	return json_is_integer(raw(value)) ? json_integer_value(raw(value)) : otherwise;
}

double js_as_real(const struct js *value, double otherwise)
{
	return json_is_number(raw(value)) ? json_number_value(raw(value)) : otherwise;
}

size_t js_count(const struct js *array)
{
	return json_array_size(raw(array));
}

const struct js *js_at(const struct js *array, size_t index)
{
	return (const struct js *)json_array_get(raw(array), index);
}

int js_each(const struct js *object, js_member_fn fn, void *payload)
{
	const char *key;
	json_t *value;
	int rc;

	json_object_foreach(raw(object), key, value)
	{
		rc = fn(key, (const struct js *)value, payload);
		if (rc)
			return rc;
	}
	return 0;
}

static void write_with(const struct js *value, struct buf *out, size_t flags)
{
	char *text = json_dumps(raw(value), flags | JSON_ENCODE_ANY);

	if (!text)
		abort();
	buf_addstr(out, text);
	free(text);
}

void js_write(const struct js *value, struct buf *out)
{
	write_with(value, out, JSON_COMPACT);
}

void js_write_pretty(const struct js *value, struct buf *out)
{
	write_with(value, out, JSON_INDENT(2));
}
