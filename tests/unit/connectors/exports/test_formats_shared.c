/* test_formats_shared.c - real exports: the numbers of records, rejects and skipped rows. Skipped
 * without the shared data. tests/formats.sh prints the same for all files there. */
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

struct counts {
    size_t records, rejects, skipped;
};

static const struct {
    const struct connector *connector;
    const char *path;
    struct counts counts;
    const char *explanation; /* a part of it */
} files[] = {
    {&csv_connector, "csv/csvkit/bad.csv", {2, 1, 0}, "3 columns, comma"},
    {&csv_connector, "csv/csvkit/dummy.csv.gz", {1, 0, 0}, "comma"},
    {&csv_connector, "csv/csvkit/dummy.tsv", {1, 0, 0}, "tab"},
    {&csv_connector, "csv/csvkit/sniff_limit.csv", {1, 0, 0}, "semicolon"},
    {&csv_connector, "csv/csvkit/mac_newlines.csv", {2, 0, 0}, "comma"},
    {&csv_connector, "csv/csvkit/null_byte.csv", {1, 0, 0}, "comma"},
    {&csv_connector, "csv/csvkit/no_header_row3.csv", {2, 0, 0}, "without a header"},
    {&csv_connector, "csv/csvkit/test_utf16_big.csv", {2, 0, 0}, "UTF-16BE (byte order mark)"},
    {&csv_connector, "csv/csvkit/test_utf16_little.csv", {2, 0, 0}, "UTF-16LE (byte order mark)"},
    {&csv_connector, "csv/csvkit/test_utf8_bom.csv", {2, 0, 0}, "UTF-8 (byte order mark)"},
    {&csv_connector, "csv/csvkit/test_latin1.csv", {2, 0, 0}, "CP1252"},
    {&csv_connector, "csv/csvkit/empty.csv", {0, 0, 0}, "layout: no rows"},
    {&csv_connector, "csv/csv-spectrum/csvs/quotes_and_newlines.csv", {2, 0, 0}, "comma"},
    {&csv_connector,
     "csv/commons-csv/org/apache/commons/csv/CSV-290/psql.csv",
     {3, 0, 0},
     "without a header"},
    {&csv_connector,
     "csv/csvkit/realdata/Datagov_FY10_EDU_recp_by_State.csv",
     {55, 0, 0},
     "below 2 other lines"},
    {&csv_connector, "surveys/surveymonkey/StarWars.csv", {1186, 0, 0}, "SurveyMonkey export"},
    {&csv_connector,
     "surveys/surveymonkey/steak-risk-survey.csv",
     {550, 0, 0},
     "SurveyMonkey export"},
    {&csv_connector,
     "surveys/surveymonkey/weather-check.csv",
     {928, 0, 0},
     "answers: column 'A specific website"},
    {&csv_connector,
     "surveys/qualtrics/inst/extdata/sample.csv",
     {1, 0, 0},
     "answers: column 'Q2'"},
    {&csv_connector,
     "surveys/qualtrics/inst/extdata/sample_legacy.csv",
     {1, 0, 0},
     "answers: column 'Q2'"},
    {&csv_connector,
     "surveys/jupyter-2015/20160115235816-SurveyExport.csv",
     {9188, 0, 0},
     "Workflow Need #1"},
    {&csv_connector,
     "reviews/womens-clothing/Womens Clothing E-Commerce Reviews.csv",
     {23486, 0, 0},
     "text: column 'Review Text'"},
    {&csv_connector,
     "reviews/india-tech-36k/Reviews.csv",
     {36396, 0, 0},
     "text: column 'Full_review'"},
    {&csv_connector,
     "reviews/amazon-earphones-14k/AllProductReviews.csv",
     {14337, 0, 0},
     "text: column 'ReviewBody'"},
    {&csv_connector,
     "reviews/restaurant-reviews-tsv/Restaurant_Reviews.tsv",
     {1000, 0, 0},
     "rating: column 'Liked'"},
    {&json_connector, "csv/csvkit/testjson_multiline.json", {2, 0, 0}, "an object per line"},
    {&json_connector, "csv/csvkit/test_geojson.json", {3, 0, 0}, "in member features"},
    {&json_connector,
     "reviews/amazon-fashion-jsonl/data/AMAZON_FASHION_5.json.gz",
     {3176, 0, 0},
     "Amazon reviews (2014 and 2018)"},
    {&json_connector,
     "reviews/amazon-fashion-jsonl/data/AMAZON_FASHION_5.array.json",
     {3176, 0, 0},
     "an array of objects"},
    {&json_connector,
     "reviews/amazon-grocery-jsonl-sample/Grocery_and_Gourmet_Food_5.json",
     {111, 0, 0},
     "an object per line"},
    {&xml_connector, "xml/isso-disqus-wp/disqus.xml", {5, 0, 1}, "Disqus export"},
    {&xml_connector, "xml/isso-disqus-wp/wordpress.xml", {8, 0, 0}, "WordPress export"},
    {&xml_connector, "xml/stackexchange-coffee/Posts.xml", {592, 0, 0}, "Stack Exchange posts"},
    {&xml_connector, "xml/goodreads-api/recent_reviews.xml", {20, 0, 0}, "a record is <review>"},
    {&xml_connector, "xml/goodreads-api/to-read-p2.xml", {20, 0, 0}, "a record is <review>"},
    {&mail_connector, "email/mbox/httpd-users-2020-07.mbox", {108, 0, 0}, "mails of one file"},
    {&mail_connector, "email/mbox/httpd-users-200606-part.mbox", {12, 0, 0}, "mails of one file"},
    {&mail_connector, "email/imaptest/broken/search-intdate.mbox", {16, 0, 0}, "mails of one file"},
    {&mail_connector, "email/imaptest/thread-orderedsubject.mbox", {14, 0, 0}, "mails of one file"},
};

static struct counts count_file(const char *path, const struct connector *expected,
                                struct text *explanation, struct arena *arena)
{
    const struct connector *connector;
    struct counts counts = {0};
    struct error error = {0};
    struct batch batch = {.path = path};
    struct text report;
    assert_true(connectors_recognize(path, arena, &connector, &report, &error));
    if (connector != expected)
        fail_msg("%s: %.*s", path, TEXT_ARGUMENT(report));
    void *state = memory_alloc(1, connector->state_size);
    option_set_defaults(connector->options, state);
    const struct option *allow_missing_text =
        option_find(connector->options, TEXT("allow_missing_text"));
    assert_true(!allow_missing_text ||
                option_set(allow_missing_text, state, TEXT("yes"), "", NULL));
    if (!connector->open(state, path, &error))
        fail_msg("%s", error.message);
    *explanation = arena_copy_text(arena, connector->explain(state, NULL, arena));
    enum read_status read_status;
    while ((read_status = connector->read(state, &batch, &error)) == READ_OK) {
        counts.records += batch.count;
        counts.rejects += batch.reject_count;
        counts.skipped += batch.skipped;
        batch_reset(&batch);
    }
    assert_int_equal(read_status, READ_END);
    connector->close(state);
    free(state);
    batch_free(&batch);
    return counts;
}

static void real_exports_are_read_completely(void **state)
{
    (void)state;
    if (access(FOLDER, R_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct arena arena = {0};
        struct text explanation;
        const struct counts *expected = &files[i].counts;
        char path[512];
        snprintf(path, sizeof(path), FOLDER "%s", files[i].path);
        if (access(path, R_OK) != 0)
            fail_msg("%s is missing", path);
        struct counts counts = count_file(path, files[i].connector, &explanation, &arena);
        if (counts.records != expected->records || counts.rejects != expected->rejects ||
            counts.skipped != expected->skipped ||
            text_find(explanation, text_of(files[i].explanation), 0) == explanation.size)
            fail_msg("%s: %zu records, %zu rejects, %zu skipped\n%.*s", path, counts.records,
                     counts.rejects, counts.skipped, TEXT_ARGUMENT(explanation));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_exports_are_read_completely)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
