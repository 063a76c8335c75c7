/* JSON by pieces: the same values wherever the text is cut, bounds, and damage at any byte. */
#include "test.h"

#include "util/error.h"
#include "util/js_stream.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct taken {
	struct buf text; /* "place=value " of each */
	size_t stop_after;
};

static int take(size_t place, const struct js *value, void *payload)
{
	struct taken *taken = payload;

	buf_addf(&taken->text, "%zu=", place);
	js_write(value, &taken->text);
	buf_addch(&taken->text, ' ');
	return taken->stop_after && !--taken->stop_after ? E_STOPPED : 0;
}

/* Feeds a text in pieces of `step` bytes; returns what the stream says at the end. */
static int feed(
	const char *const *places, const char *text, size_t len, size_t step, struct taken *taken)
{
	struct js_stream *stream = js_stream_new(places, take, taken);
	int rc = 0;

	for (size_t at = 0; at < len && !rc; at += step)
		rc = js_stream_feed(stream, text + at, len - at < step ? len - at : step);
	if (!rc)
		rc = js_stream_finish(stream);
	js_stream_free(stream);
	return rc;
}

static const char document[] =
	"{\"id\":\"s\",\"skip\":[{\"id\":\"no\"},[1,[2]],\"x\"],\"list\":[{\"a\":1,\"b\":[true,"
	"null,"
	"-2.5]},"
	" {\"a\":\"q\\\"\\u00e9\\ud83d\\ude00\\\\n\",\"c\":{}} , 7],\"deep\":{\"k\":{\"v\":\"w\"}},"
	"\"last\":[]}";

static void values_are_the_same_wherever_the_text_is_cut(void **state)
{
	static const char *const places[] = {"id", "list[]", "deep.k.v", "last", NULL};
	static const char expected[] =
		"0=\"s\" 1={\"a\":1,\"b\":[true,null,-2.5]} "
		"1={\"a\":\"q\\\"\xc3\xa9\xf0\x9f\x98\x80\\\\n\",\"c\":{}} 1=7 2=\"w\" 3=[] ";

	(void)state;
	for (size_t step = 1; step < sizeof(document); step++) {
		struct taken taken = {BUF_INIT, 0};

		assert_int_equal(feed(places, document, strlen(document), step, &taken), 0);
		assert_string_equal(taken.text.ptr, expected);
		buf_release(&taken.text);
	}
}

static void whole_texts_and_nested_places(void **state)
{
	static const struct {
		const char *place, *text, *expected;
	} cases[] = {
		{"", "[1,{\"a\":[]}]", "0=[1,{\"a\":[]}] "},
		{"", "  \"x\" ", "0=\"x\" "},
		{"", "12", "0=12 "},
		{"[]", "[[1],[2]]", "0=[1] 0=[2] "},
		{"[][]", "[[1],[2],3]", "0=1 0=2 "},
		{"[].m.t", "[{\"m\":{\"t\":1}},{\"m\":2},{\"t\":3}]", "0=1 "},
		{"a", "{\"b\":{\"a\":1},\"a\":2}", "0=2 "},
		{"a", "[{\"a\":1}]", ""},
		{"n", "{\"n\":12345678901234567890123}", "0=1.2345678901234568e22 "},
		{"n", "{\"n\":\"\\ud83d\"}", "0=\"\xef\xbf\xbd\" "},
		{"n", "{\"n\":\"\\ud83dx\\udc00\"}", "0=\"\xef\xbf\xbdx\xef\xbf\xbd\" "},
		{"n", "{\"n\":\"\xff\"}", "0=\"\xef\xbf\xbd\" "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const places[] = {cases[i].place, NULL};
		struct taken taken = {BUF_INIT, 0};

		assert_int_equal(feed(places, cases[i].text, strlen(cases[i].text), 1, &taken), 0);
		assert_string_equal(taken.text.ptr, cases[i].expected);
		buf_release(&taken.text);
	}
}

static void damage_is_found_and_what_came_before_it_kept(void **state)
{
	static const char *const bad[] = {"", " ", "{", "[1,]", "[1 2]", "{\"a\" 1}", "{a:1}",
		"{\"a\":1,}", "]", "[}", "\"x", "tru", "nulll", "[1]x", "[1],", "\"\\x\"",
		"\"\\u12g4\"", "01x", "--1", "[\"a\":1]", ":", ","};
	static const char *const all[] = {"", NULL}, *const list[] = {"list[]", NULL};
	struct taken taken = {BUF_INIT, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		buf_clear(&taken.text);
		assert_int_equal(feed(all, bad[i], strlen(bad[i]), 1, &taken), E_INVALID);
	}
	/* A text that ends too early gives what was whole by then, at every length. */
	for (size_t len = 0; len < strlen(document); len++) {
		buf_clear(&taken.text);
		assert_int_equal(feed(list, document, len, 3, &taken), E_INVALID);
		assert_int_equal(!strncmp(taken.text.ptr, "0={\"a\":1,", 9),
			len > (size_t)(strstr(document, "-2.5]}") + 5 - document));
	}
	buf_release(&taken.text);
}

/* One byte of it replaced by any of some: no crash, no leak, no endless loop. */
static void every_byte_may_be_wrong(void **state)
{
	static const char *const places[] = {"", NULL}, *const inner[] = {"list[].b[]", "id", NULL};
	static const char wrong[] = "\"\\{}[],:0etx \xff\x01";
	char *text = xstrdup(document);

	(void)state;
	for (size_t i = 0; i < strlen(document); i++)
		for (size_t k = 0; k < sizeof(wrong); k++) {
			struct taken taken = {BUF_INIT, 0};
			struct js *value = NULL;
			int rc;

			text[i] = wrong[k];
			rc = feed(places, text, strlen(document), 7, &taken);
			/* What a strict parser takes is taken here as well. */
			if (!js_parse(text, strlen(document), &value))
				assert_int_equal(rc, 0);
			feed(inner, text, strlen(document), 5, &taken);
			js_free(value);
			buf_release(&taken.text);
		}
	free(text);
}

static size_t length_of(const struct js *value)
{
	return strlen(js_as_text(value));
}

struct bounds {
	size_t calls, text, nodes;
};

static int measure(size_t place, const struct js *value, void *payload)
{
	struct bounds *bounds = payload;

	(void)place;
	bounds->calls++;
	bounds->nodes = js_count(value);
	bounds->text = 0;
	for (size_t i = 0; i < js_count(value); i++)
		if (js_is_text(js_at(value, i)))
			bounds->text += length_of(js_at(value, i));
	return 0;
}

static void strings_and_values_are_cut(void **state)
{
	static const char *const all[] = {"", NULL};
	struct bounds bounds = {0};
	struct js_stream *stream = js_stream_new(all, measure, &bounds);
	struct buf big = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < JS_STREAM_STRING / 2 + 10; i++)
		buf_addstr(&big, "\xc3\xa9");
	assert_int_equal(js_stream_feed(stream, "[\"x", 3), 0);
	assert_int_equal(js_stream_feed(stream, big.ptr, big.len), 0);
	assert_int_equal(js_stream_feed(stream, "\"]", 2), 0);
	assert_int_equal(js_stream_finish(stream), 0);
	js_stream_free(stream);
	assert_int_equal(bounds.text, JS_STREAM_STRING - 1); /* not half a letter */

	stream = js_stream_new(all, measure, &bounds);
	assert_int_equal(js_stream_feed(stream, "[0", 2), 0);
	for (size_t i = 0; i < 2 * JS_STREAM_NODES; i++)
		assert_int_equal(js_stream_feed(stream, ",{}", 3), 0);
	assert_int_equal(js_stream_feed(stream, ",[{\"a\":[1]}]]", 13), 0);
	assert_int_equal(js_stream_finish(stream), 0);
	js_stream_free(stream);
	assert_int_equal(bounds.nodes, JS_STREAM_NODES);

	stream = js_stream_new(all, measure, &bounds);
	assert_int_equal(js_stream_feed(stream, "[0", 2), 0);
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(js_stream_feed(stream, ",\"", 2), 0);
		assert_int_equal(js_stream_feed(stream, big.ptr, big.len), 0);
		assert_int_equal(js_stream_feed(stream, "\"", 1), 0);
	}
	assert_int_equal(js_stream_feed(stream, "]", 1), 0);
	assert_int_equal(js_stream_finish(stream), 0);
	js_stream_free(stream);
	assert_true(bounds.text <= JS_STREAM_TEXT);
	assert_true(bounds.text > JS_STREAM_TEXT - JS_STREAM_STRING);
	assert_int_equal(bounds.calls, 3);
	buf_release(&big);
}

static void depth_has_an_end_and_a_callback_may_stop(void **state)
{
	static const char *const all[] = {"[]", NULL};
	struct taken taken = {BUF_INIT, 2};
	char deep[JS_STREAM_DEPTH + 1];

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_int_equal(feed(all, deep, sizeof(deep), 9, &taken), E_INVALID);
	assert_int_equal(feed(all, "[1,2,3]", 7, 1, &taken), E_STOPPED);
	assert_string_equal(taken.text.ptr, "0=1 0=2 ");
	buf_release(&taken.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_the_same_wherever_the_text_is_cut),
		cmocka_unit_test(whole_texts_and_nested_places),
		cmocka_unit_test(damage_is_found_and_what_came_before_it_kept),
		cmocka_unit_test(every_byte_may_be_wrong),
		cmocka_unit_test(strings_and_values_are_cut),
		cmocka_unit_test(depth_has_an_end_and_a_callback_may_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
