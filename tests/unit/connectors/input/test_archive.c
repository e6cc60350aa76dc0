/* test_archive.c - connectors/input/archive.c: lists and reads archives that the test writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/input/archive.h"
#include "connectors/input/input.h"

static char path[64];
static const struct archive_limits default_limits = {.members = 100, .ratio = 200};

struct member {
    const char *name, *bytes;
};

static void begin_archive(struct archive **archive, int format, int filter)
{
    snprintf(path, sizeof(path), "/tmp/winnow-bundle-%d", (int)getpid());
    *archive = archive_write_new();
    archive_write_set_format(*archive, format);
    archive_write_add_filter(*archive, filter);
    assert_int_equal(archive_write_open_filename(*archive, path), ARCHIVE_OK);
}

static void add_member(struct archive *archive, const char *name, const char *bytes, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, bytes, size), size);
    archive_entry_free(entry);
}

static void make_archive(int format, int filter, const struct member *members, size_t count)
{
    struct archive *archive;
    begin_archive(&archive, format, filter);
    for (size_t i = 0; i < count; i++)
        add_member(archive, members[i].name, members[i].bytes, strlen(members[i].bytes));
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
}

/* "name=bytes" of every member, through input.h. */
static struct text read_all(const struct archive_limits *limits, struct arena *arena)
{
    struct archive_members members;
    struct text all = {"", 0};
    struct error error = {0};
    if (!archive_list_members(path, limits, arena, &members, &error))
        return arena_format(arena, "%s", error.message + strlen(path));
    for (size_t i = 0; i < members.count; i++) {
        struct input *input;
        struct text ahead;
        assert_true(input_open(&input, members.paths[i].bytes, (struct text){0}, true, &error));
        assert_true(input_peek(input, 1 << 20, &ahead, &error));
        all = arena_format(arena, "%.*s%s=%.*s;", TEXT_ARGUMENT(all),
                           members.paths[i].bytes + strlen(path) + 1, TEXT_ARGUMENT(ahead));
        input_close(input);
    }
    return all;
}

static void expect(const struct archive_limits *limits, const char *expected)
{
    struct arena arena = {0};
    struct text all = read_all(limits, &arena);
    if (!text_equal(all, text_of(expected)))
        fail_msg("%.*s\nexpected:\n%s", TEXT_ARGUMENT(all), expected);
    arena_free(&arena);
    unlink(path);
}

static const struct member members[] = {
    {"b/two.csv", "2"},          {"one.csv", "1,1"}, {"empty.csv", ""},
    {"__MACOSX/._one.csv", "x"}, {"b/.hidden", "x"},
};

static void members_are_listed_by_name_and_read(void **state)
{
    (void)state;
    static const int kinds[][2] = {{ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
                                   {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE},
                                   {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_GZIP},
                                   {ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_XZ}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        make_archive(kinds[i][0], kinds[i][1], members, 5);
        expect(&default_limits, "b/two.csv=2;one.csv=1,1;");
    }
}

static void other_files_have_no_members(void **state)
{
    (void)state;
    FILE *file = fopen(path, "wb");
    fputs("id,text\n1,PK\n", file);
    fclose(file);
    expect(&default_limits, "");
    struct member document[] = {{"[Content_Types].xml", "x"}, {"word/document.xml", "x"}};
    make_archive(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, document, 2);
    expect(&default_limits, "");
}

static void a_korean_name_of_an_old_archive_becomes_utf8(void **state)
{
    (void)state;
    /* "\xB8\xAE\xBA\xE4 \xB8\xF1\xB7\xCF.csv" is CP949 */
    struct member korean[] = {{"\xB8\xAE\xBA\xE4 \xB8\xF1\xB7\xCF.csv", "k"}};
    make_archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, korean, 1);
    expect(&default_limits, "리뷰 목록.csv=k;");
}

static void archives_beyond_a_limit_are_refused(void **state)
{
    (void)state;
    struct archive_limits two = {.members = 2, .ratio = 200}, tight = {.members = 9, .ratio = 10};
    make_archive(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, members, 3);
    expect(&two, ": the archive contains more than 2 files; to read it, raise 'max_archive_files'");
    struct archive *archive;
    size_t size = 40 << 20;
    char *zeros = memory_alloc(size, 1);
    begin_archive(&archive, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
    add_member(archive, "zeros.csv", zeros, size);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    free(zeros);
    expect(&tight, ": unpacked, it is more than 10 times its size, as in files made to fill a "
                   "disk; to read it, raise 'max_unpack_ratio'");
}

static void two_members_of_the_same_name_are_an_error(void **state)
{
    (void)state;
    struct member duplicates[] = {{"a.csv", "1"}, {"a.csv", "2"}};
    make_archive(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, duplicates, 2);
    expect(&default_limits, "/a.csv: the archive contains two files of this name; unpack it first");
}

static void a_truncated_archive_gives_its_first_bytes_then_an_error(void **state)
{
    (void)state;
    struct error error = {0};
    struct input *input;
    struct text ahead;
    size_t size = 300000;
    char *bytes = memory_alloc(size, 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + (i * i + i / 7) % 26);
    struct archive *archive;
    begin_archive(&archive, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
    add_member(archive, "a.csv", bytes, size);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    free(bytes);
    assert_int_equal(truncate(path, 200000), 0);
    char member[80];
    snprintf(member, sizeof(member), "%s/a.csv", path);
    assert_true(input_open(&input, member, (struct text){0}, true, &error));
    assert_false(input_peek(input, 1 << 20, &ahead, &error));
    assert_true(ahead.size >= 128 * 1024);
    assert_non_null(strstr(error.message, "damaged archive"));
    input_close(input);
    unlink(path);
}

int main(void)
{
    snprintf(path, sizeof(path), "/tmp/winnow-bundle-%d", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_listed_by_name_and_read),
        cmocka_unit_test(other_files_have_no_members),
        cmocka_unit_test(a_korean_name_of_an_old_archive_becomes_utf8),
        cmocka_unit_test(archives_beyond_a_limit_are_refused),
        cmocka_unit_test(two_members_of_the_same_name_are_an_error),
        cmocka_unit_test(a_truncated_archive_gives_its_first_bytes_then_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
