/* test_foreign_format.c - what is said of files in formats that no connector reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "connectors/input/foreign_format.h"

#define COMPOUND "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
#define ZIP "PK\3\4\24\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static void a_foreign_file_is_named_with_its_remedy(void **state)
{
    (void)state;
    static const struct {
        struct text head;
        const char *path;
        const char *description; /* a part of it; NULL: none */
    } files[] = {
        {TEXT(COMPOUND "....W\0o\0r\0k\0b\0o\0o\0k\0"), "a", "Excel file of the old format"},
        {TEXT(COMPOUND "...."), "REVIEWS.XLS", "Excel file of the old format"},
        {TEXT(COMPOUND "_\0_\0s\0u\0b\0s\0t\0g\0001\0.\0"), "a", "Outlook message"},
        {TEXT(COMPOUND "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0W\0o\0r\0k\0b\0o\0o\0k\0"), "a.xlsx",
         "password"},
        {TEXT(COMPOUND), "a", "Office file of the old format"},
        {TEXT("!BDN...."), "a.pst", "Outlook data file"},
        {TEXT("%PDF-1.7"), "a.csv", "PDF"},
        {TEXT(ZIP "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "a", ".ods"},
        {TEXT(ZIP "word/document.xml"), "a", "Word"},
        {TEXT(ZIP "xl/workbook.xml"), "a.xlsx", NULL},
        {TEXT("PAR1,PAR2\n"), "a.csv", NULL},
        {TEXT("id,comment\n1,%PDF-1.7 is no review"), "a.csv", NULL},
        {TEXT(""), "a.xls", NULL},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        const char *description = foreign_format_describe(files[i].head, files[i].path);
        if (!files[i].description)
            assert_null(description);
        else if (!description || !strstr(description, files[i].description))
            fail_msg("%s: %s, expected %s", files[i].path, description ? description : "nothing",
                     files[i].description);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_foreign_file_is_named_with_its_remedy)};
    return cmocka_run_group_tests_name("foreign_format", tests, NULL, NULL);
}
