/* test_dates.c - connectors/columns: dates as exports write them in many languages (dates.tsv), and
 * relative dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "connectors/columns/roles.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* The cell with the characters for which the table has signs. */
static void write_signs(const char *cell, char written[512])
{
    static const char *const signs[][2] = {
        {"~", "\u00A0"}, {"^", "\u202F"}, {"_", "\u3000"}, {"<", "\u200E"}};
    size_t size = 0;
    for (; *cell; cell++) {
        const char *piece = NULL;
        for (size_t i = 0; i < COUNT(signs); i++)
            if (*cell == signs[i][0][0])
                piece = signs[i][1];
        size += (size_t)snprintf(written + size, 512 - size, "%.*s", piece ? 8 : 1,
                                 piece ? piece : cell);
    }
}

static void check_row(struct text row, int *failures)
{
    struct text language, cell, expected;
    char copy[256], written[512] = "", printed[32] = "-";
    int64_t seconds;
    assert_true(text_split(&row, '\t', &language) && text_split(&row, '\t', &cell) &&
                text_split(&row, '\t', &expected));
    snprintf(copy, sizeof(copy), "%.*s", TEXT_ARGUMENT(cell));
    write_signs(copy, written);
    if (date_parse(text_of(written), DATE_ORDER_UNKNOWN, 0, &seconds))
        calendar_format(seconds, printed);
    if (!text_equal(text_of(printed), expected)) {
        print_error("'%s': %s, expected %.*s\n", written, printed, TEXT_ARGUMENT(expected));
        (*failures)++;
    }
}

static void dates_of_many_languages_are_parsed(void **state)
{
    (void)state;
    char line[512];
    int failures = 0, rows = 0;
    FILE *file = fopen("tests/unit/connectors/columns/dates.tsv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#' && rows++ > 0)
            check_row(text_of(line), &failures);
    }
    fclose(file);
    assert_true(rows > 100);
    assert_int_equal(failures, 0);
}

static const struct {
    const char *text;
    bool is_relative;
} relative_dates[] = {
    {"3 days ago", true},
    {"a month ago", true},
    {"Edited 2 weeks ago", true},
    {"yesterday", true},
    {"vor 2 Wochen", true},
    {"vor einem Jahr", true},
    {"gestern", true},
    {"il y a 3 mois", true},
    {"il\u00A0y\u00A0a 3 jours", true},
    {"hace 2 años", true},
    {"3 giorni fa", true},
    {"há 2 dias", true},
    {"2 dagen geleden", true},
    {"2 dni temu", true},
    {"2 недели назад", true},
    {"3 gün önce", true},
    {"3일 전", true},
    {"2개월 전", true},
    {"3 日前", true},
    {"2か月前", true},
    {"3天前", true},
    {"2 个月前", true},
    {"for 2 uker siden", true},
    {"It broke 3 days ago", false},
    {"3 ago 2026", false},
    {"2 weeks", false},
    {"2026-03-09", false},
    {"3 mars 2026", false},
    {"", false},
    {"good", false},
};

static void relative_dates_are_recognized(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(relative_dates); i++)
        if (date_is_relative(text_of(relative_dates[i].text)) != relative_dates[i].is_relative)
            fail_msg("'%s'", relative_dates[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_of_many_languages_are_parsed),
        cmocka_unit_test(relative_dates_are_recognized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
