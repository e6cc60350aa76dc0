/* test_lock.c - jobs/lock.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs/lock.h"

static void one_run_at_a_time_holds_the_lock(void **state)
{
    (void)state;
    char folder[] = "/tmp/winnow-lock-XXXXXX", path[64], holder[40];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/winnow.lock", folder);
    struct error error = {0};
    int first, second;
    assert_true(lock_acquire(&first, folder, 0, NULL));
    assert_false(lock_acquire(&second, folder, 0, NULL)); /* without an error to fill */
    assert_int_equal(second, -1);
    assert_false(lock_acquire(&second, folder, 0, &error));
    assert_int_equal(error.kind, ERROR_LOCKED);
    snprintf(holder, sizeof(holder), "process %ld", (long)getpid());
    assert_non_null(strstr(error.message, holder));
    lock_release(second);
    lock_release(first);
    assert_true(lock_acquire(&first, folder, 0, NULL));
    lock_release(first);
    unlink(path);
    rmdir(folder);
}

static void a_missing_folder_is_an_error(void **state)
{
    (void)state;
    struct error error = {0};
    int lock;
    assert_false(lock_acquire(&lock, "/tmp/winnow-no-such-folder", 0, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    assert_int_equal(lock, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_run_at_a_time_holds_the_lock),
        cmocka_unit_test(a_missing_folder_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
