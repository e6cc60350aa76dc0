/* test_file.c - base/file.c: files are replaced atomically. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static int make_folder(void **state)
{
    char folder[] = "/tmp/winnow-file-XXXXXX";
    *state = mkdtemp(folder) ? strdup(folder) : NULL;
    return *state == NULL;
}

static int remove_folder(void **state)
{
    char command[256];
    snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
    int failed = system(command);
    free(*state);
    return failed;
}

static void a_committed_file_replaces_its_target_and_is_private(void **state)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/report.csv", (char *)*state);
    for (int round = 0; round < 2; round++) {
        struct file_writer writer;
        struct error error = {0};
        assert_true(file_writer_open(&writer, path, &error));
        fprintf(writer.stream, "round %d\n", round);
        assert_true(file_writer_commit(&writer, &error));
    }
    struct arena arena = {0};
    struct error error = {0};
    struct text bytes;
    assert_true(file_read(path, (struct file_limits){100, ERROR_INPUT}, &arena, &bytes, &error));
    assert_true(text_equal(bytes, TEXT("round 1\n")));
    assert_false(file_read(path, (struct file_limits){3, ERROR_INPUT}, &arena, &bytes, &error));
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    arena_free(&arena);
}

static void an_aborted_file_leaves_nothing(void **state)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/aborted.csv", (char *)*state);
    struct file_writer writer;
    struct error error = {0};
    assert_true(file_writer_open(&writer, path, &error));
    fputs("half", writer.stream);
    assert_int_equal(access(writer.temporary_path, F_OK), 0);
    char temporary_path[300];
    snprintf(temporary_path, sizeof(temporary_path), "%s", writer.temporary_path);
    file_writer_abort(&writer);
    file_writer_abort(&writer); /* may be called twice */
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(temporary_path, F_OK), 0);
}

static void a_full_disk_is_an_error_and_keeps_the_old_file(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    char path[256];
    snprintf(path, sizeof(path), "%s/full.csv", (char *)*state);
    struct file_writer writer;
    struct error error = {0};
    assert_true(file_writer_open(&writer, path, &error));
    fputs("old", writer.stream);
    assert_true(file_writer_commit(&writer, &error));
    assert_true(file_writer_open(&writer, path, &error));
    assert_non_null(freopen("/dev/full", "w", writer.stream));
    fputs("new", writer.stream);
    assert_false(file_writer_commit(&writer, &error));
    assert_int_equal(error.kind, ERROR_STORE);
    assert_non_null(strstr(error.message, "No space left"));
    struct arena arena = {0};
    struct error again = {0};
    struct text bytes;
    assert_true(file_read(path, (struct file_limits){100, ERROR_INPUT}, &arena, &bytes, &again));
    assert_true(text_equal(bytes, TEXT("old")));
    arena_free(&arena);
}

static void errors_name_the_file(void **state)
{
    (void)state;
    struct error error = {0};
    struct text bytes;
    assert_false(file_map("/nowhere/at/all", &bytes, ERROR_MODEL, &error));
    assert_string_equal(error.message, "/nowhere/at/all: No such file or directory");
    struct error other = {0};
    assert_false(file_map("/tmp", &bytes, ERROR_MODEL, &other));
    assert_string_equal(other.message, "/tmp: not a regular file");
    struct file_writer writer;
    struct error third = {0};
    assert_false(file_writer_open(&writer, "/nowhere/report.csv", &third));
    assert_int_equal(third.kind, ERROR_STORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_file_replaces_its_target_and_is_private),
        cmocka_unit_test(an_aborted_file_leaves_nothing),
        cmocka_unit_test(a_full_disk_is_an_error_and_keeps_the_old_file),
        cmocka_unit_test(errors_name_the_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
