/* test_formats_shared.c - the connectors over real exports beside the repository: how many records
 * and rejects they make of each. Skipped where the folder is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/connectors.h"

#define FOLDER "../shared/data/formats/"

static const struct {
    const char *path;
    size_t records, rejects;
    const char *explained; /* stands in the explanation */
} files[] = {
    {"csv/csvkit/bad.csv", 2, 1, "3 columns, comma"},
    {"csv/csvkit/dummy.csv.gz", 1, 0, "comma"},
    {"csv/csvkit/dummy.tsv", 1, 0, "tab"},
    {"csv/csvkit/sniff_limit.csv", 1, 0, "semicolon"},
    {"csv/csvkit/mac_newlines.csv", 2, 0, "comma"},
    {"csv/csvkit/null_byte.csv", 1, 0, "comma"},
    {"csv/csvkit/no_header_row3.csv", 2, 0, "without a header"},
    {"csv/csvkit/test_utf16_big.csv", 2, 0, "UTF-16BE (byte order mark)"},
    {"csv/csvkit/test_utf16_little.csv", 2, 0, "UTF-16LE (byte order mark)"},
    {"csv/csvkit/test_utf8_bom.csv", 2, 0, "UTF-8 (byte order mark)"},
    {"csv/csvkit/test_latin1.csv", 2, 0, "CP1252"},
    {"csv/csvkit/empty.csv", 0, 0, "nothing in it"},
    {"csv/csv-spectrum/csvs/quotes_and_newlines.csv", 2, 0, "comma"},
    {"csv/commons-csv/org/apache/commons/csv/CSV-290/psql.csv", 3, 0, "without a header"},
    {"csv/csvkit/realdata/Datagov_FY10_EDU_recp_by_State.csv", 55, 0, "below 2 other lines"},
    {"surveys/surveymonkey/StarWars.csv", 1186, 0, "SurveyMonkey export"},
    {"surveys/surveymonkey/steak-risk-survey.csv", 550, 0, "SurveyMonkey export"},
    {"surveys/surveymonkey/weather-check.csv", 928, 0, "answers: column 'A specific website"},
    {"surveys/qualtrics/inst/extdata/sample.csv", 1, 0, "answers: column 'Q2'"},
    {"surveys/qualtrics/inst/extdata/sample_legacy.csv", 1, 0, "answers: column 'Q2'"},
    {"surveys/jupyter-2015/20160115235816-SurveyExport.csv", 10223, 0, "Workflow Need #1"},
    {"reviews/womens-clothing/Womens Clothing E-Commerce Reviews.csv", 23486, 0,
     "text: column 'Review Text'"},
    {"reviews/india-tech-36k/Reviews.csv", 36396, 0, "text: column 'Full_review'"},
    {"reviews/amazon-earphones-14k/AllProductReviews.csv", 14337, 0, "text: column 'ReviewBody'"},
    {"reviews/restaurant-reviews-tsv/Restaurant_Reviews.tsv", 1000, 0, "rating: column 'Liked'"},
};

static void count_file(const char *path, size_t counts[2], struct text *words, struct arena *arena)
{
    const struct connector *connector;
    struct error error = {0};
    struct batch batch = {.path = path};
    struct text report;
    assert_true(connectors_recognize(path, arena, &connector, &report, &error));
    if (connector != &csv_connector)
        fail_msg("%s: %.*s", path, TEXT_ARGUMENT(report));
    void *state = memory_alloc(1, connector->state_size);
    option_defaults(connector->options, state);
    assert_true(option_set(option_find(connector->options, TEXT("without_text")), state,
                           TEXT("yes"), "", NULL));
    if (!connector->open(state, path, &error))
        fail_msg("%s", error.message);
    *words = arena_copy(arena, connector->explain(state, arena));
    enum reading reading;
    while ((reading = connector->read(state, &batch, &error)) == READING_MORE) {
        counts[0] += batch.count;
        counts[1] += batch.reject_count;
        batch_reset(&batch);
    }
    assert_int_equal(reading, READING_DONE);
    connector->close(state);
    free(state);
    batch_free(&batch);
}

static void real_exports_are_read_whole(void **state)
{
    (void)state;
    if (access(FOLDER, R_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct arena arena = {0};
        struct text words;
        size_t counts[2] = {0, 0};
        char path[512];
        snprintf(path, sizeof(path), FOLDER "%s", files[i].path);
        if (access(path, R_OK) == 0) {
            count_file(path, counts, &words, &arena);
            if (counts[0] != files[i].records || counts[1] != files[i].rejects ||
                text_find(words, text_of(files[i].explained), 0) == words.size)
                fail_msg("%s: %zu records, %zu rejects\n%.*s", path, counts[0], counts[1],
                         TEXT_ARGUMENT(words));
        }
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_exports_are_read_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
