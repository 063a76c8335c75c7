/* Hooks: the text of ours, and whose a hook is. */
#include "test.h"

#include "hook/internal.h"
#include "util/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void owner_is(const char *path, const char *text, enum hook_owner want)
{
	struct buf held = BUF_INIT;
	enum hook_owner owner = OWNER_NOBODY;

	assert_int_equal(file_write(path, text, strlen(text), 0755), 0);
	assert_int_equal(hook_owner(path, &owner, &held), 0);
	assert_int_equal(owner, want);
	buf_release(&held);
}

static void test_owner(void **state)
{
	char folder[] = "/tmp/flywheel-hook-XXXXXX";
	struct buf text = BUF_INIT, held = BUF_INIT;
	enum hook_owner owner = OWNER_US;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = path_join(folder, "post-commit");
	assert_int_equal(hook_owner(path, &owner, &held), 0);
	assert_int_equal(owner, OWNER_NOBODY);
	hook_text("/usr/bin/git-flywheel", "/usr/libexec/hook", "../flywheel", &text);
	owner_is(path, text.ptr, OWNER_US);
	buf_addstr(&text, "echo mine\n");
	owner_is(path, text.ptr, OWNER_EDITED);
	owner_is(path, "#!/bin/sh\nnpx lint-staged\n", OWNER_USER);
	owner_is(path, "#!/bin/sh\nlefthook run post-commit\n", OWNER_LEFTHOOK);
	owner_is(path, "", OWNER_USER);
	owner_is(path, "#!/bin/sh\n# git-flywheel hook ", OWNER_EDITED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(hook_owner(path, &owner, &held), 0);
	assert_int_equal(owner, OWNER_USER);
	file_remove_tree(folder);
	free(path);
	buf_release(&text);
	buf_release(&held);
}

static void test_quoting(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	hook_text("/it's/git flywheel", "/plain/hook", "../flywheel", &text);
	assert_non_null(strstr(text.ptr, "program='/it'\\''s/git flywheel'\n"));
	assert_non_null(strstr(text.ptr, "trampoline='/plain/hook'\n"));
	assert_non_null(strstr(text.ptr, "sidecar=${0%/*}/'../flywheel'\n"));
	assert_null(strstr(text.ptr, "@PROGRAM@"));
	assert_null(strstr(text.ptr, "@DIGEST@"));
	buf_release(&text);
}

static void test_lock(void **state)
{
	char folder[] = "/tmp/flywheel-lock-XXXXXX";
	int first = -1, second = -1;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(worker_lock(folder, false, &first), 0);
	assert_int_not_equal(worker_lock(folder, false, &second), 0);
	close(first);
	assert_int_equal(worker_lock(folder, false, &second), 0);
	close(second);
	file_remove_tree(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
