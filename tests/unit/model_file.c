/* The house model's file: its bytes, its damage, and models of nothing. */
#include "house.h"

#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/map.h"

#include <math.h>
#include <string.h>

static void same_input_same_bytes(void **state)
{
	char one[65], two[65], other[65];
	char *a = train("same1", 0, 5, 42, one);
	char *b = train("same2", 0, 5, 42, two);
	char *c = train("same3", 0, 5, 43, other);
	struct buf left = BUF_INIT, right = BUF_INIT;
	char hex[65];

	(void)state;
	assert_string_equal(one, two);
	assert_string_not_equal(one, other);
	assert_int_equal(digest_file(a, hex), 0);
	assert_string_equal(one, hex);
	assert_int_equal(file_read(a, 1 << 28, &left), 0);
	assert_int_equal(file_read(b, 1 << 28, &right), 0);
	assert_int_equal(left.len, right.len);
	assert_memory_equal(left.ptr, right.ptr, left.len);
	buf_release(&left);
	buf_release(&right);
	unlink(a);
	unlink(b);
	unlink(c);
	free(a);
	free(b);
	free(c);
}

static void expect_refused(const char *path, const void *bytes, size_t len)
{
	struct model *model = NULL;

	assert_int_equal(file_write(path, bytes, len, 0644), 0);
	assert_int_equal(model_open(path, &model), E_INVALID);
	assert_non_null(strstr(error_message(), path));
	assert_null(model);
}

static void refuses_damage(void **state)
{
	char *path = train("damage", 1, 3, 0, NULL);
	struct buf file = BUF_INIT;
	struct model *model = NULL;

	(void)state;
	assert_int_equal(file_read(path, 1 << 28, &file), 0);
	for (size_t at = 0; at < file.len; at += at < 400 ? 1 : file.len / 61) {
		file.ptr[at] ^= 0x20;
		expect_refused(path, file.ptr, file.len);
		file.ptr[at] ^= 0x20;
	}
	for (size_t len = 0; len < file.len; len += len < 64 ? 7 : file.len / 41)
		expect_refused(path, file.ptr, len);
	file.ptr[8] = 9;
	expect_refused(path, file.ptr, file.len);
	assert_non_null(strstr(error_message(), "version 9"));
	buf_release(&file);
	unlink(path);
	assert_int_equal(model_open(path, &model), E_NOTFOUND);
	assert_int_equal(model_open("/tmp", &model), E_INVALID);
	free(path);
}

/* A file whose checksum was made to fit: nothing in it may lead outside it. */
static void survives_a_forged_file(void **state)
{
	char *path = train("forged", 0, 4, 0, NULL);
	struct buf file = BUF_INIT;
	uint32_t random = 11;

	(void)state;
	assert_int_equal(file_read(path, 1 << 28, &file), 0);
	for (int trial = 0; trial < 400; trial++) {
		struct model *model = NULL;
		struct model_score score;
		size_t at = 32 + next_random(&random) % (file.len - 32);
		char old[4];
		uint64_t sum;

		if (at + 4 > file.len)
			continue;
		memcpy(old, file.ptr + at, 4);
		memset(file.ptr + at, (int)next_random(&random), trial % 2 ? 4 : 1);
		sum = hash_bytes(file.ptr + 32, file.len - 32, hash_bytes(file.ptr, 24, 0));
		memcpy(file.ptr + 24, &sum, 8);
		assert_int_equal(file_write(path, file.ptr, file.len, 0644), 0);
		if (!model_open(path, &model)) {
			model_evaluate(model, "void robjFree(dict *x) { sds }", 30, true, &score);
			model_bits(model, "client *", 8, "sds;", 4, NULL);
		}
		model_free(model);
		memcpy(file.ptr + at, old, 4);
	}
	buf_release(&file);
	unlink(path);
	free(path);
}

static void lives_with_nothing(void **state)
{
	struct model *model = open_and_remove(train("empty", 0, 0, 0, NULL));
	struct model_score score;
	char odd[512];

	(void)state;
	assert_int_equal(model_tokens(model), 0);
	assert_true(isfinite(model_bits(model, "", 0, "hello world", 11, NULL)));
	assert_int_equal(model_evaluate(model, "", 0, true, &score), 0);
	assert_int_equal(score.tokens, 0);
	for (size_t i = 0; i < sizeof(odd); i++)
		odd[i] = (char)(i * 37);
	assert_int_equal(model_evaluate(model, odd, sizeof(odd), true, &score), 0);
	assert_true(isfinite(score.bits));
	memset(odd, 'q', sizeof(odd));
	assert_true(isfinite(model_bits(model, "", 0, odd, sizeof(odd), NULL)));
	model_free(model);
	model = open_and_remove(train("one", 0, 1, 0, NULL));
	assert_true(model_tokens(model) > 100);
	assert_true(isfinite(model_bits(model, odd, sizeof(odd), "robj", 4, NULL)));
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_input_same_bytes),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(survives_a_forged_file),
		cmocka_unit_test(lives_with_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
