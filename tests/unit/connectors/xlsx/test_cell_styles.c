/* test_cell_styles.c - number formats of dates, and formatted numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/xlsx/cell_styles.h"

static void custom_formats_are_recognised_by_their_letters(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum cell_style style;
    } cases[] = {
        {"General", CELL_NUMBER},
        {"0.00", CELL_NUMBER},
        {"#,##0 \"days\"", CELL_NUMBER},
        {"[h]:mm", CELL_NUMBER}, /* a duration */
        {"[Red]0;[Blue]-0", CELL_NUMBER},
        {"\\d0", CELL_NUMBER},
        {"yyyy\\-mm\\-dd", CELL_DATE},
        {"[$-412]yyyy\"년\" m\"월\" d\"일\"", CELL_DATE},
        {"dd/mm/yyyy hh:mm:ss", CELL_DATE_TIME},
        {"h:mm AM/PM", CELL_DATE_TIME},
        {"0;yyyy", CELL_NUMBER}, /* only the first section counts */
    };
    struct cell_styles styles = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        cell_styles_add_format(&styles, 164 + (int64_t)i, text_of(cases[i].code));
        cell_styles_add_style(&styles, 164 + (int64_t)i);
        if (cell_styles_get(&styles, (int64_t)i) != cases[i].style)
            fail_msg("%s", cases[i].code);
    }
    cell_styles_free(&styles);
}

static void built_in_formats_are_recognised_by_their_ids(void **state)
{
    (void)state;
    static const int64_t formats[] = {0, 2, 14, 22, 31, 45, 46, 49, 57};
    static const enum cell_style expected[] = {CELL_NUMBER,    CELL_NUMBER, CELL_DATE,
                                               CELL_DATE_TIME, CELL_DATE,   CELL_DATE_TIME,
                                               CELL_NUMBER,    CELL_NUMBER, CELL_DATE};
    struct cell_styles styles = {0};
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        cell_styles_add_style(&styles, formats[i]);
        assert_int_equal(cell_styles_get(&styles, (int64_t)i), expected[i]);
    }
    assert_int_equal(cell_styles_get(&styles, 9), CELL_NUMBER);
    assert_int_equal(cell_styles_get(&styles, -1), CELL_NUMBER);
    cell_styles_free(&styles);
}

static void numbers_are_formatted_by_their_style(void **state)
{
    (void)state;
    static const struct {
        double number;
        enum cell_style style;
        bool from_1904;
        const char *expected;
    } cases[] = {
        {0.1, CELL_NUMBER, false, "0.1"},
        {5, CELL_NUMBER, false, "5"},
        {46090, CELL_DATE, false, "2026-03-09"},
        {44628, CELL_DATE, true, "2026-03-09"},
        {46090.5868055556, CELL_DATE_TIME, false, "2026-03-09 14:05:00"},
        {46090.5, CELL_DATE, false, "2026-03-09 12:00:00"},
        {46090, CELL_DATE_TIME, false, "2026-03-09 00:00:00"},
        {0.25, CELL_DATE_TIME, false, "06:00:00"},
        {59, CELL_DATE, false, "1900-02-28"},
        {61, CELL_DATE, false, "1900-03-01"}, /* 60 is February 29th in spreadsheets */
        {-3, CELL_DATE, false, "-3"},
        {1e9, CELL_DATE, false, "1000000000"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cell_styles styles = {.from_1904 = cases[i].from_1904};
        char digits[32];
        cell_styles_format(&styles, cases[i].number, cases[i].style, digits);
        assert_string_equal(digits, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(custom_formats_are_recognised_by_their_letters),
        cmocka_unit_test(built_in_formats_are_recognised_by_their_ids),
        cmocka_unit_test(numbers_are_formatted_by_their_style),
    };
    return cmocka_run_group_tests_name("cell styles", tests, NULL, NULL);
}
