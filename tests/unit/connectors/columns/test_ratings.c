/* test_ratings.c - connectors/columns: ratings as exports write them in many languages
 * (ratings.tsv). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "connectors/columns/roles.h"

static void check_row(struct text row, int *failures)
{
    struct text language = {0}, cell = {0}, expected_rating = {0}, expected_scale = {0};
    assert_true(text_split(&row, '\t', &language) && text_split(&row, '\t', &cell) &&
                text_split(&row, '\t', &expected_rating) &&
                text_split(&row, '\t', &expected_scale));
    double rating, scale = NAN;
    char printed_rating[32] = "-", printed_scale[32] = "-";
    if (rating_parse(cell, &rating, &scale))
        snprintf(printed_rating, sizeof(printed_rating), "%g", rating);
    if (!isnan(scale))
        snprintf(printed_scale, sizeof(printed_scale), "%g", scale);
    if (!text_equal(text_of(printed_rating), expected_rating) ||
        !text_equal(text_of(printed_scale), expected_scale)) {
        print_error("'%.*s': %s of %s\n", TEXT_ARGUMENT(cell), printed_rating, printed_scale);
        (*failures)++;
    }
}

static void ratings_of_many_languages_are_parsed(void **state)
{
    (void)state;
    char line[512];
    int failures = 0, rows = 0;
    FILE *file = fopen("tests/unit/connectors/columns/ratings.tsv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#' && rows++ > 0)
            check_row(text_of(line), &failures);
    }
    fclose(file);
    assert_true(rows > 80);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratings_of_many_languages_are_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
