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
    struct text language = {0}, cell = {0}, expected = {0};
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

/* Columns "comment" and "c" of four rows, and the column that becomes the text; -1: none. */
static const struct {
    const char *names[2], *cells[8];
    int text;
} tables[] = {
    {{"comment", "c"},
     {"3 days ago", "It leaks at the lid", "2 weeks ago", "Too heavy for a child", "a month ago",
      "Good colour and light", "yesterday", "The lid stays shut"},
     1},
    {{"comment", "c"}, {"vor 3 Tagen", "1", "gestern", "2", "vor 2 Wochen", "3", "heute", "4"}, -1},
    {{"comment", "c"},
     {"3 mars 2026", "Il fuit au bouchon", "4 mars 2026", "Trop lourd pour un enfant",
      "5 mars 2026", "Belle couleur et si légère", "6 mars 2026", "Le bouchon reste fermé"},
     1},
    /* an unknown notation */
    {{"x", "c"},
     {"3 Tikimt 2018 at noon", "4", "4 Hidar 2018 at noon", "5", "5 Hidar 2018 at noon", "3",
      "6 Hidar 2018 at noon", "1"},
     -1},
    /* texts with numbers */
    {{"x", "c"},
     {"The 2 lids I bought leak at the side after 3 weeks of use", "4", "No complaints so far", "5",
      "Bought 1 more for my son", "3", "It took 10 days to arrive at my door", "1"},
     0},
};

static void a_column_of_dates_is_never_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        struct text names[2], cells[8];
        for (size_t k = 0; k < 2; k++)
            names[k] = text_of(tables[i].names[k]);
        for (size_t k = 0; k < 8; k++)
            cells[k] = text_of(tables[i].cells[k]);
        struct samples samples = {.names = names, .count = 2, .cells = cells, .rows = 4};
        struct mapping_options options = {.path = "x.csv", .allow_missing_text = true};
        struct arena arena = {0};
        struct mapping mapping = {0};
        assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
        size_t text = mapping.columns[ROLE_TEXT];
        if ((text == SIZE_MAX ? -1 : (int)text) != tables[i].text)
            fail_msg("table %zu: column %d", i, text == SIZE_MAX ? -1 : (int)text);
        arena_free(&arena);
    }
}

static void blanks_and_marks_around_an_id_are_not_of_it(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("id"), TEXT("date"), TEXT("rating"), TEXT("comment")};
    static const struct text cells[] = {TEXT("\uFEFF\u00A0k-7\u200B"), TEXT("2026-03-09\u202F"),
                                        TEXT("\u00A04\u00A0"), TEXT("It leaks at the lid")};
    struct samples samples = {.names = names, .count = 4, .cells = cells, .rows = 1};
    struct mapping_options options = {.path = "x.csv"};
    struct named_cells row = {names, cells, 4};
    struct arena arena = {0};
    struct mapping mapping = {0};
    struct record record = {0};
    assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
    mapping_fill_record(&mapping, &row, &arena, &record);
    assert_true(text_equal(record.external_id, TEXT("k-7")));
    assert_int_equal(record.created_at, 1773014400);
    assert_true(record.rating == 4);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_of_many_languages_are_parsed),
        cmocka_unit_test(relative_dates_are_recognized),
        cmocka_unit_test(a_column_of_dates_is_never_the_text),
        cmocka_unit_test(blanks_and_marks_around_an_id_are_not_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
