/* util: strings, maps, JSON, regular expressions, files, processes, options, time. */
#include "test.h"

#include "util/buf.h"
#include "util/clock.h"
#include "util/compress.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/name.h"
#include "util/number.h"
#include "util/options.h"
#include "util/process.h"
#include "util/regex.h"
#include "util/strings.h"
#include "util/weights.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void buf_grows_and_detaches(void **state)
{
	struct buf buf = BUF_INIT;
	char *text;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_addf(&buf, "%d,", i);
	assert_int_equal(buf.len, strlen(buf.ptr));
	buf_truncate(&buf, 4);
	assert_string_equal(buf.ptr, "0,1,");
	text = buf_detach(&buf);
	assert_string_equal(text, "0,1,");
	assert_int_equal(buf.len, 0);
	free(text);
	buf_release(&buf);
}

static void printable_text_has_no_escapes(void **state)
{
	struct buf buf = BUF_INIT;
	const char *evil = "a\x1b[2Jb\x07\xc2\x9b\x31mc\n\xc3\xa9";

	(void)state;
	buf_add_printable(&buf, evil, strlen(evil));
	assert_string_equal(buf.ptr, "a\\x1b[2Jb\\x07\\x9b1mc\n\xc3\xa9");
	buf_release(&buf);
}

static void map_keeps_order_and_finds_all(void **state)
{
	struct map map = MAP_INIT;
	char key[32];
	bool added;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key-%d", i * 7919 % 5000);
		map_put_str(&map, key, &added)->value.num = i;
		assert_true(added);
	}
	map_put_str(&map, "key-0", &added);
	assert_false(added);
	assert_int_equal(map.count, 5000);
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key-%d", i * 7919 % 5000);
		assert_string_equal(map.entries[i].key, key);
		assert_int_equal(map_get_str(&map, key)->value.num, i);
	}
	assert_null(map_get_str(&map, "key-5000"));
	map_release(&map);
}

static void json_round_trips(void **state)
{
	const char *text = "{\"b\":[1,2.5,null,true],\"a\":\"x\\u0001\\n\"}";
	struct js *value = NULL;
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(js_parse(text, strlen(text), &value), 0);
	assert_int_equal(js_count(js_get(value, "b")), 4);
	assert_string_equal(js_get_text(value, "a"), "x\x01\n");
	assert_null(js_get_text(value, "b"));
	js_write(value, &out);
	assert_string_equal(out.ptr, text);
	js_free(value);
	buf_release(&out);
	assert_int_equal(js_parse("{\"a\":", 5, &value), E_INVALID);
	assert_null(value);
}

static void json_text_is_always_valid(void **state)
{
	struct js *value = js_text_len("ok\xff\xfe!", 5);
	struct buf out = BUF_INIT;

	(void)state;
	js_write(value, &out);
	assert_string_equal(out.ptr, "\"ok\xef\xbf\xbd\xef\xbf\xbd!\"");
	js_free(value);
	buf_release(&out);
}

static void utf8_prefix_stops_at_bad_bytes(void **state)
{
	(void)state;
	assert_int_equal(utf8_valid_prefix("h\xc3\xa9llo", 6), 6);
	assert_int_equal(utf8_valid_prefix("a\xc3", 2), 1);
	assert_int_equal(utf8_valid_prefix("a\xc0\x80", 3), 1);
	assert_int_equal(utf8_valid_prefix("\xed\xa0\x80", 3), 0);
	assert_int_equal(utf8_valid_prefix("\xf0\x9f\x98\x80", 4), 4);
	assert_int_equal(utf8_valid_prefix("\xf4\x90\x80\x80", 4), 0);
	assert_int_equal(utf8_valid_prefix("", 0), 0);
}

static void regex_finds_groups(void **state)
{
	struct regex *regex = NULL;
	struct span spans[3];

	(void)state;
	assert_int_equal(regex_compile("(?<k>\\w+)=(\\d+)?", 0, &regex), 0);
	assert_true(regex_match(regex, "x: a= b=12", 10, 0, spans, 3));
	assert_int_equal(spans[0].start, 3);
	assert_true(spans[2].start == SIZE_MAX);
	assert_true(regex_match(regex, "x: a= b=12", 10, 5, spans, 3));
	assert_int_equal(spans[2].end, 10);
	assert_int_equal(regex_group(regex, "k"), 1);
	assert_int_equal(regex_group(regex, "nope"), -1);
	regex_free(regex);
	assert_int_equal(regex_compile("(", 0, &regex), E_INVALID);
	assert_non_null(strstr(error_message(), "offset"));
}

static void regex_gives_up_on_catastrophe(void **state)
{
	struct regex *regex = NULL;
	char text[64];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[63] = '!';
	assert_int_equal(regex_compile("^(a+)+$", 0, &regex), 0);
	assert_false(regex_test(regex, text, sizeof(text)));
	regex_free(regex);
}

static void digest_matches_the_standard(void **state)
{
	char hex[DIGEST_HEX + 1];

	(void)state;
	digest_bytes("abc", 3, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void files_are_whole_or_absent(void **state)
{
	char folder[] = "/tmp/flywheel-util-XXXXXX", *path, *deep;
	struct buf read = BUF_INIT;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = path_join(folder, "file");
	assert_int_equal(file_write(path, "hello", 5, 0600), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(path, 5, &read), 0);
	assert_string_equal(read.ptr, "hello");
	assert_int_equal(file_read(path, 4, &read), E_TOOBIG);
	assert_int_equal(file_read("/nowhere/at/all", 4, &read), E_NOTFOUND);
	deep = path_join(folder, "a/b/c");
	assert_int_equal(file_mkdirs(deep, 0700), 0);
	assert_true(file_is_dir(deep));
	assert_int_equal(file_mkdirs(path, 0700), E_IO);
	assert_int_equal(file_remove_tree(folder), 0);
	assert_false(file_exists(folder));
	buf_release(&read);
	free(path);
	free(deep);
}

static void processes_take_and_give(void **state)
{
	const char *const cat[] = {"cat", NULL};
	const char *const fails[] = {"sh", "-c", "echo out; echo bad >&2; exit 7", NULL};
	const char *const missing[] = {"no-such-program-here", NULL};
	struct buf out = BUF_INIT, error = BUF_INIT, big = BUF_INIT;
	struct process_options options = {0};

	(void)state;
	for (int i = 0; i < 300000; i++)
		buf_addch(&big, (char)('a' + i % 26));
	options.input = big.ptr;
	options.input_len = big.len;
	assert_int_equal(process_run(cat, &options, &out, NULL), 0);
	assert_int_equal(out.len, big.len);
	assert_memory_equal(out.ptr, big.ptr, big.len);
	buf_clear(&out);
	assert_int_equal(process_run(fails, NULL, &out, &error), 7);
	assert_string_equal(out.ptr, "out\n");
	assert_string_equal(error.ptr, "bad\n");
	assert_int_equal(process_run(missing, NULL, NULL, NULL), 127);
	buf_release(&out);
	buf_release(&error);
	buf_release(&big);
}

static void processes_run_without_standard_streams(void **state)
{
	const char *const cat[] = {"cat", NULL};
	const struct process_options options = {.input = "text", .input_len = 4};
	struct buf out = BUF_INIT;
	int input = dup(0), output = dup(1), rc;

	(void)state;
	fflush(stdout);
	close(0);
	close(1);
	rc = process_run(cat, &options, &out, NULL);
	if (!rc)
		rc = process_run(cat, NULL, NULL, NULL);
	dup2(input, 0);
	dup2(output, 1);
	close(input);
	close(output);
	assert_int_equal(rc, 0);
	assert_string_equal(out.ptr, "text");
	buf_release(&out);
}

static void failed_starts_leave_no_descriptors(void **state)
{
	const char *const program[] = {"true", NULL};
	int first = dup(0), next;
	struct rlimit old, low;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = (rlim_t)first + 3; /* room for one pipe, not for two */
	close(first);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(process_run(program, NULL, NULL, NULL), E_IO);
	setrlimit(RLIMIT_NOFILE, &old);
	next = dup(0);
	close(next);
	assert_int_equal(next, first);
}

static void options_take_their_words(void **state)
{
	bool flag = false;
	const char *name = NULL;
	long number = 0;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 'f', "flag", NULL, "", &flag},
		{OPTION_TEXT, 'n', "name", "text", "", &name},
		{OPTION_NUMBER, 0, "number", "n", "", &number},
		OPTIONS_END,
	};
	char *words[] = {"cmd", "one", "-f", "--name=x", "--number", "-3", "two", "--", "--flag"};
	char *bad[] = {"cmd", "--nope"}, *short_of[] = {"cmd", "--name"};
	char *not_a_number[] = {"cmd", "--number=ten"};

	(void)state;
	assert_int_equal(options_parse(9, words, specs), 3);
	assert_true(flag);
	assert_string_equal(name, "x");
	assert_int_equal(number, -3);
	assert_string_equal(words[0], "one");
	assert_string_equal(words[1], "two");
	assert_string_equal(words[2], "--flag");
	assert_int_equal(options_parse(2, bad, specs), E_USAGE);
	assert_int_equal(options_parse(2, short_of, specs), E_USAGE);
	assert_int_equal(options_parse(2, not_a_number, specs), E_USAGE);
}

static void times_parse_and_format(void **state)
{
	char text[21];
	int64_t when = 0;

	(void)state;
	assert_int_equal(clock_parse("2026-01-31T10:00:00Z", &when), 0);
	clock_format(when, text);
	assert_string_equal(text, "2026-01-31T10:00:00Z");
	assert_int_equal(clock_parse("2026-01-31T12:00:00.123+02:00", &when), 0);
	clock_format(when, text);
	assert_string_equal(text, "2026-01-31T10:00:00Z");
	assert_int_equal(clock_parse("yesterday", &when), E_INVALID);
}

/* More than the 57 that an array of 64 once had room for: what is dropped shows in the answer. */
static void git_gets_every_argument(void **state)
{
	const char *args[203] = {"rev-parse", "--sq-quote"};
	struct buf out = BUF_INIT;

	(void)state;
	for (int i = 2; i < 202; i++)
		args[i] = "x";
	assert_int_equal(git_run(NULL, args, NULL, 0, &out), 0);
	assert_int_equal(out.len, 200 * strlen(" 'x'") + 1);
	buf_release(&out);
}

/* As a hook of another repository leaves the environment. */
static void git_runs_where_it_is_told(void **state)
{
	char folder[] = "/tmp/flywheel-where-XXXXXX";
	const char *const where[] = {"rev-parse", "--absolute-git-dir", NULL};
	char *want = NULL;
	struct buf out = BUF_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	want = path_join(folder, ".git");
	setenv("GIT_DIR", "/nowhere/.git", 1);
	setenv("GIT_INDEX_FILE", "/nowhere/.git/index", 1);
	setenv("GIT_WORK_TREE", "/nowhere", 1);
	assert_int_equal(git_run(folder, (const char *[]){"init", "-q", NULL}, NULL, 0, NULL), 0);
	assert_int_equal(git_run(folder, where, NULL, 0, &out), 0);
	buf_trim(&out);
	assert_string_equal(out.ptr, want);
	assert_int_equal(git_run(NULL, where, NULL, 0, NULL), E_FAIL);
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_WORK_TREE");
	file_remove_tree(folder);
	buf_release(&out);
	free(want);
}

static void processes_start_and_are_left(void **state)
{
	char path[] = "/tmp/flywheel-start-XXXXXX";
	const char *const say[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
	const char *const wait[] = {"sh", "-c", "exec sleep 30", NULL};
	struct buf out = BUF_INIT;
	int fd = mkstemp(path);
	pid_t pid;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(process_start(say, NULL, fd, &pid), 0);
	assert_int_equal(process_wait(pid, 20), 3);
	assert_int_equal(file_read(path, 100, &out), 0);
	assert_string_equal(out.ptr, "out\nerr\n");
	assert_int_equal(process_start(wait, NULL, fd, &pid), 0);
	for (int i = 0; i < 400 && getsid(pid) != pid; i++) /* a busy machine begins it late */
		assert_int_equal(process_wait(pid, 0.05), E_LATER);
	assert_int_equal(getsid(pid), pid);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(process_wait(pid, 20), 128 + SIGKILL);
	close(fd);
	unlink(path);
	buf_release(&out);
}

static void a_time_limit_ends_program_and_children(void **state)
{
	static const char *const slow[] = {
		"sh", "-c", "sleep 60 & echo $!; echo said; exec sleep 60", NULL};
	static const char *const quick[] = {"sh", "-c", "cat; exit 4", NULL};
	struct process_options options = {.timeout_s = 0.3};
	struct buf out = BUF_INIT;
	double start = clock_monotonic();
	pid_t child;

	(void)state;
	assert_int_equal(process_run(slow, &options, &out, NULL), E_NETWORK);
	assert_true(clock_monotonic() - start < 10);
	assert_non_null(strstr(out.ptr, "said"));
	child = (pid_t)strtol(out.ptr, NULL, 10);
	assert_true(child > 1);
	/* It is dead at once, and gone when whoever inherited it has noticed. */
	for (int i = 0; i < 500 && !kill(child, 0); i++) {
		char *path = xstrfmt("/proc/%ld/stat", (long)child);
		struct buf stat = BUF_INIT;
		bool dead = file_read(path, 4096, &stat) || strstr(stat.ptr, ") Z");

		free(path);
		buf_release(&stat);
		if (dead)
			break;
		nanosleep(&(const struct timespec){0, 10000000}, NULL);
		assert_true(i < 499);
	}
	options.timeout_s = 20;
	options.input = "in";
	options.input_len = 2;
	buf_clear(&out);
	assert_int_equal(process_run(quick, &options, &out, NULL), 4);
	assert_string_equal(out.ptr, "in");
	buf_release(&out);
}

static void durations_parse(void **state)
{
	static const char *const bad[] = {"", "12", "h", "12 h", " 12h", "-1h", "+1h", "1.5h",
		"12hh", "12H", "0x1h", "36526d", "99999999999s", "999999999999999999999w"};
	int64_t seconds;

	(void)state;
	assert_int_equal(duration_parse("90s", &seconds), 0);
	assert_int_equal(seconds, 90);
	assert_int_equal(duration_parse("15m", &seconds), 0);
	assert_int_equal(seconds, 900);
	assert_int_equal(duration_parse("12h", &seconds), 0);
	assert_int_equal(seconds, 43200);
	assert_int_equal(duration_parse("36525d", &seconds), 0);
	assert_int_equal(seconds, (int64_t)36525 * CLOCK_DAY);
	assert_int_equal(duration_parse("02w", &seconds), 0);
	assert_int_equal(seconds, 14 * CLOCK_DAY);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		seconds = 7;
		assert_int_equal(duration_parse(bad[i], &seconds), E_INVALID);
		assert_int_equal(seconds, 7);
	}
}

static void context_goes_before_the_message(void **state)
{
	(void)state;
	assert_int_equal(fail(E_IO, "disk full"), E_IO);
	assert_int_equal(fail_context(E_IO, "writing '%s'", "x"), E_IO);
	assert_string_equal(error_message(), "writing 'x': disk full");
	fail(E_IO, "gave up: %s", error_message());
	assert_string_equal(error_message(), "gave up: writing 'x': disk full");
	error_clear();
	assert_string_equal(error_message(), "");
}

static void compressed_bytes_come_back_or_are_refused(void **state)
{
	struct compressor *compressor = compressor_new(NULL, 0);
	struct buf text = BUF_INIT, packed = BUF_INIT, back = BUF_INIT;

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_addf(&text, "line %d of many;", i % 7);
	buf_add(&packed, "x", 1); /* what stands there stays */
	compress_bytes(compressor, text.ptr, text.len, &packed);
	assert_true(packed.len < text.len / 10);
	assert_int_equal(
		decompress_bytes(compressor, packed.ptr + 1, packed.len - 1, text.len, &back), 0);
	assert_int_equal(back.len, text.len);
	assert_memory_equal(back.ptr, text.ptr, text.len);
	assert_int_equal(
		decompress_bytes(compressor, packed.ptr + 1, packed.len - 1, text.len - 1, &back),
		E_INVALID);
	for (size_t len = 0; len + 1 < packed.len; len++)
		assert_int_equal(decompress_bytes(compressor, packed.ptr + 1, len, text.len, &back),
			E_INVALID);
	compressor_free(compressor);
	buf_release(&text);
	buf_release(&packed);
	buf_release(&back);
}

/* Pieces that say what others say, each with a number of its own. */
static void fill_piece(struct buf *piece, unsigned number)
{
	for (unsigned i = 1; i <= 60; i++)
		buf_addf(piece, "%x,%x%s", i * 2654435761U, (i + number) * 2246822519U % 251,
			i % 5 ? " " : "\n");
}

static void learn_from(unsigned first, unsigned count, struct buf *dictionary)
{
	struct buf samples = BUF_INIT;
	size_t *lens = calloc(count, sizeof(*lens));

	for (unsigned i = 0; i < count; i++) {
		size_t before = samples.len;

		fill_piece(&samples, first + i);
		lens[i] = samples.len - before;
	}
	dictionary_learn(samples.ptr, lens, count, 4096, dictionary);
	free(lens);
	buf_release(&samples);
}

static void a_dictionary_makes_pieces_short(void **state)
{
	struct buf one = BUF_INIT, other = BUF_INIT, text = BUF_INIT, back = BUF_INIT;
	struct buf with = BUF_INIT, without = BUF_INIT;
	struct compressor *plain = compressor_new(NULL, 0), *learnt, *foreign;

	(void)state;
	learn_from(0, 2, &one);
	assert_int_equal(one.len, 0); /* too little to learn from */
	learn_from(0, 200, &one);
	learn_from(1000, 200, &other);
	assert_true(one.len > 0 && one.len <= 4096);
	learnt = compressor_new(one.ptr, one.len);
	foreign = compressor_new(other.ptr, other.len);
	fill_piece(&text, 777);
	compress_bytes(plain, text.ptr, text.len, &without);
	compress_bytes(learnt, text.ptr, text.len, &with);
	assert_true(with.len < without.len / 2);
	assert_int_equal(dictionary_wanted(without.ptr, without.len), 0);
	assert_int_equal(
		dictionary_wanted(with.ptr, with.len), dictionary_number(one.ptr, one.len));
	assert_int_not_equal(
		dictionary_number(one.ptr, one.len), dictionary_number(other.ptr, other.len));
	assert_int_equal(decompress_bytes(plain, with.ptr, with.len, text.len, &back), E_INVALID);
	assert_int_equal(decompress_bytes(foreign, with.ptr, with.len, text.len, &back), E_INVALID);
	assert_int_equal(decompress_bytes(learnt, with.ptr, with.len, text.len, &back), 0);
	assert_int_equal(decompress_bytes(learnt, without.ptr, without.len, text.len, &back), 0);
	assert_int_equal(back.len, text.len * 2);
	assert_memory_equal(back.ptr, text.ptr, text.len);
	assert_memory_equal(back.ptr + text.len, text.ptr, text.len);
	compressor_free(plain);
	compressor_free(learnt);
	compressor_free(foreign);
	buf_release(&one);
	buf_release(&other);
	buf_release(&text);
	buf_release(&back);
	buf_release(&with);
	buf_release(&without);
}

static void numbers_come_back(void **state)
{
	static const uint32_t some[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, 5, UINT32_MAX, 0};
	struct buf bytes = BUF_INIT;
	struct numbers in;
	uint32_t last = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		number_put(&bytes, some[i]);
		number_put_step(&bytes, last, some[i]);
		last = some[i];
	}
	number_put(&bytes, UINT64_MAX);
	in = (struct numbers){
		(unsigned char *)bytes.ptr, (unsigned char *)bytes.ptr + bytes.len, false};
	last = 0;
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		assert_int_equal(number_get32(&in), some[i]);
		last = number_get_step(&in, last);
		assert_int_equal(last, some[i]);
	}
	assert_true(number_get(&in) == UINT64_MAX);
	assert_false(in.bad);
	number_get(&in);
	assert_true(in.bad);
	buf_release(&bytes);
}

static void finds_by_path(void **state)
{
	static const struct {
		const char *path;
		int number;
	} items[] = {{"a", 1}, {"a.c", 2}, {"a/b", 3}, {"b", 4}};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_ptr_equal(find_by_path(items, 4, sizeof(*items), items[i].path), &items[i]);
	assert_null(find_by_path(items, 4, sizeof(*items), "a/a"));
	assert_null(find_by_path(items, 4, sizeof(*items), ""));
	assert_null(find_by_path(NULL, 0, sizeof(*items), "a"));
}

static void names_end_with_their_parts(void **state)
{
	(void)state;
	assert_string_equal(name_last("f"), "f");
	assert_string_equal(name_last("a.b::c"), "c");
	assert_string_equal(name_last("A\\B\\f"), "f");
	assert_string_equal(name_last("A#f"), "f");
	assert_string_equal(name_last("A.#f"), "#f");
	assert_string_equal(name_last("#f"), "#f");
	assert_string_equal(name_last("f:"), "f:");
	assert_true(name_ends("a::B::f", "f"));
	assert_true(name_ends("a::B::f", "B.f"));
	assert_true(name_ends("a::B::f", "a\\B#f"));
	assert_true(name_ends("A\\B", "\\A\\B"));
	assert_false(name_ends("a::B::f", "C::f"));
	assert_false(name_ends("a::B::f", "b.a::B::f"));
	assert_false(name_ends("a::AB::f", "B::f"));
	assert_false(name_ends("a::B::f", "Bf"));
	assert_false(name_ends("a::B::f", "B::"));
	assert_false(name_ends("", "f"));
}

/* A feature may hold anything but a line's end; what is not a whole line is left. */
static void weights_are_read(void **state)
{
	static const char feature[] = "a word: b\tc";
	struct map weights = MAP_INIT;

	(void)state;
	weights_read("0.25\tall\n-1.5\ta word: b\tc\n2\ttorn", &weights);
	assert_int_equal(weights.count, 2);
	assert_true(weight_of(&weights, "all", 3) == 0.25);
	assert_true(weight_of(&weights, feature, strlen(feature)) == -1.5);
	assert_true(weight_of(&weights, "torn", 4) == 0);
	map_release(&weights);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_are_read),
		cmocka_unit_test(finds_by_path),
		cmocka_unit_test(buf_grows_and_detaches),
		cmocka_unit_test(printable_text_has_no_escapes),
		cmocka_unit_test(map_keeps_order_and_finds_all),
		cmocka_unit_test(json_round_trips),
		cmocka_unit_test(json_text_is_always_valid),
		cmocka_unit_test(utf8_prefix_stops_at_bad_bytes),
		cmocka_unit_test(regex_finds_groups),
		cmocka_unit_test(regex_gives_up_on_catastrophe),
		cmocka_unit_test(digest_matches_the_standard),
		cmocka_unit_test(files_are_whole_or_absent),
		cmocka_unit_test(processes_take_and_give),
		cmocka_unit_test(processes_run_without_standard_streams),
		cmocka_unit_test(failed_starts_leave_no_descriptors),
		cmocka_unit_test(git_gets_every_argument),
		cmocka_unit_test(git_runs_where_it_is_told),
		cmocka_unit_test(processes_start_and_are_left),
		cmocka_unit_test(options_take_their_words),
		cmocka_unit_test(times_parse_and_format),
		cmocka_unit_test(a_time_limit_ends_program_and_children),
		cmocka_unit_test(durations_parse),
		cmocka_unit_test(context_goes_before_the_message),
		cmocka_unit_test(compressed_bytes_come_back_or_are_refused),
		cmocka_unit_test(a_dictionary_makes_pieces_short),
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(names_end_with_their_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
