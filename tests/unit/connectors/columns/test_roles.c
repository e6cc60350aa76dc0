/* test_roles.c - connectors/columns: roles by name and content, dates, ratings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "connectors/columns/roles.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *text;
    enum date_order order;
    const char *expected; /* NULL: not a date */
} dates[] = {
    {"2026-03-09", 0, "2026-03-09T00:00:00Z"},
    {"2026-03-09T14:05:06Z", 0, "2026-03-09T14:05:06Z"},
    {"2026-03-09T14:05:06.789+09:00", 0, "2026-03-09T05:05:06Z"},
    {"2026-03-09 14:05:06 -0500", 0, "2026-03-09T19:05:06Z"},
    {"2026-03-09 14:05", 0, "2026-03-09T14:05:00Z"},
    {"2026-01-02T03:04:05.123456789Z", 0, "2026-01-02T03:04:05Z"},
    {"2026/01/15 10:23:45 AM GMT+9", 0, "2026-01-15T01:23:45Z"},
    {"2024/01/15 10:23:45 오후 GMT+9", 0, "2024-01-15T13:23:45Z"},
    {"1767323045", 0, "2026-01-02T03:04:05Z"},
    {"1767323045000", 0, "2026-01-02T03:04:05Z"},
    {"1767323045000000", 0, "2026-01-02T03:04:05Z"},
    {"1.767323045e9", 0, NULL},
    {"45292", 0, "2024-01-01T00:00:00Z"},
    {"45292.5", 0, "2024-01-01T12:00:00Z"},
    {"1704067200.25", 0, "2024-01-01T00:00:00Z"},
    {"195111111e1111", 0, NULL},
    {"45292e0", 0, NULL},
    {"20260115", 0, "2026-01-15T00:00:00Z"},
    {"20260115102345", 0, "2026-01-15T10:23:45Z"},
    {"Thu, 05 Mar 2026 10:00:00 +0900 (KST)", 0, "2026-03-05T01:00:00Z"},
    {"Sun Mar 22 02:19:17 +0000 2020", 0, "2020-03-22T02:19:17Z"},
    {"March 3, 2021", 0, "2021-03-03T00:00:00Z"},
    {"3 March 2021", 0, "2021-03-03T00:00:00Z"},
    {"Jan 5th, 2026, 3:04 PM", 0, "2026-01-05T15:04:00Z"},
    {"12:30 a.m. 1/2/2026", 0, "2026-01-02T00:30:00Z"},
    {"Reviewed in the United States on March 3, 2021", 0, "2021-03-03T00:00:00Z"},
    {"14-Mar-14", 0, "2014-03-14T00:00:00Z"},
    {"03/09/2026", DATE_ORDER_MDY, "2026-03-09T00:00:00Z"},
    {"03/09/2026", DATE_ORDER_DMY, "2026-09-03T00:00:00Z"},
    {"03/09/2026", 0, "2026-03-09T00:00:00Z"},
    {"25/12/2026", 0, "2026-12-25T00:00:00Z"},
    {"25/12/2026", DATE_ORDER_MDY, "2026-12-25T00:00:00Z"},
    {"09.03.2026 08:15", 0, "2026-03-09T08:15:00Z"},
    {"9.3.26", 0, "2026-03-09T00:00:00Z"},
    {"1/15/26 13:05", 0, "2026-01-15T13:05:00Z"},
    {"2026. 1. 15.", 0, "2026-01-15T00:00:00Z"},
    {"2026. 1. 15. 오후 3:20:05", 0, "2026-01-15T15:20:05Z"},
    {"2026.01.15 (목) 09:00", 0, "2026-01-15T09:00:00Z"},
    {"2026년 1월 15일", 0, "2026-01-15T00:00:00Z"},
    {"2026년 1월 15일 오후 3시 20분", 0, "2026-01-15T15:20:00Z"},
    {"2026年1月15日 10:00", 0, "2026-01-15T10:00:00Z"},
    {"15. Januar 2026, 10:00 Uhr", 0, "2026-01-15T10:00:00Z"},
    {"3 février 2026", 0, "2026-02-03T00:00:00Z"},
    {"1 de mayo de 2026", 0, "2026-05-01T00:00:00Z"},
    {"2026-01-15 10:00 PST", 0, "2026-01-15T18:00:00Z"},
    {"09 13, 2018", 0, "2018-09-13T00:00:00Z"},
    {"06/31/2026", 0, NULL},
    {"2026-13-45", 0, NULL},
    {"yesterday", 0, NULL},
    {"2 weeks ago", 0, NULL},
    {"I bought 3 in May 2020", 0, NULL},
    {"4.2.1", 0, NULL},
    {"4.5", 0, NULL},
    {"12345", 0, NULL},
    {"", 0, NULL},
    {"99999999999999999999", 0, NULL},
    {"2026-01-15 25:00", 0, NULL},
};

static void dates_are_parsed_as_exports_write_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dates); i++) {
        int64_t seconds = TIME_UNKNOWN;
        char printed[32] = "";
        if (date_parse(text_of(dates[i].text), dates[i].order, 0, &seconds))
            calendar_format(seconds, printed);
        const char *expected = dates[i].expected ? dates[i].expected : "";
        if (strcmp(printed, expected) != 0)
            fail_msg("'%s': %s, expected %s", dates[i].text, printed, expected);
    }
}

static void a_zone_is_applied_only_to_dates_without_one(void **state)
{
    (void)state;
    int64_t seconds;
    char printed[32];
    assert_true(date_parse(TEXT("2026-01-15 09:00"), 0, 9 * 3600, &seconds));
    calendar_format(seconds, printed);
    assert_string_equal(printed, "2026-01-15T00:00:00Z");
    assert_true(date_parse(TEXT("2026-01-15T09:00Z"), 0, 9 * 3600, &seconds));
    calendar_format(seconds, printed);
    assert_string_equal(printed, "2026-01-15T09:00:00Z");
}

static const struct {
    const char *text;
    double rating, scale; /* rating NAN: not a rating; scale 0: not stated */
} ratings[] = {
    {"4", 4, 0},
    {"4.0", 4, 0},
    {"4,5", 4.5, 0},
    {"4/5", 4, 5},
    {"7 / 10", 7, 10},
    {"FIVE", 5, 5},
    {"★★★★☆", 4, 5},
    {"★★★", 3, 5},
    {"⭐⭐⭐⭐⭐", 5, 5},
    {"90%", 90, 100},
    {"5 stars", 5, 0},
    {"1 star", 1, 0},
    {"5점", 5, 0},
    {"별점 4", 4, 0},
    {"매우 만족", 5, 5},
    {"-1", -1, 0},
    {"4.0 out of 5 stars", 4, 5},
    {"4 stars out of 5", 4, 5},
    {"4 stars of 5", NAN, 0},
    {"3 von 5", 3, 5},
    {"Rated 4 out of 5", 4, 5},
    {"Great", NAN, 0}, /* of 3 at help desks, of 5 elsewhere */
    {" 3 ", 3, 0},
    {"10 - Extremely likely", 10, 0},
    {"", NAN, 0},
    {"n/a", NAN, 0},
    {"4 of us", NAN, 0},
    {"1e5", NAN, 0},
    {"1.2.3", NAN, 0},
    {"4/0", NAN, 0},
    {"12345678901", NAN, 0},
};

static void ratings_are_read_with_their_scale(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ratings); i++) {
        double rating = NAN, scale = 0;
        bool read = rating_parse(text_of(ratings[i].text), &rating, &scale);
        bool same = read ? rating == ratings[i].rating : isnan(ratings[i].rating);
        if (!same || scale != ratings[i].scale)
            fail_msg("'%s': %g of %g", ratings[i].text, rating, scale);
    }
}

/* A header, "name|name|...", and the columns of text, id, date, rating, title, author and lang in
 * that order: a letter each, - for none. */

static const struct {
    const char *header, *expected;
} headers[] = {
    {"id|date|rating|title|text", "eabcd--"},
    {"Review Id|Review Created (UTC)|Review Title|Review Content|Review Stars|Review Username|"
     "Review Language",
     "dabecfg"},
    {"|Clothing ID|Age|Title|Review Text|Rating|Recommended IND|Positive Feedback Count|"
     "Division Name",
     "e--fd--"},
    {"marketplace|customer_id|review_id|product_id|product_parent|product_title|product_category|"
     "star_rating|helpful_votes|total_votes|vine|verified_purchase|review_headline|review_body|"
     "review_date",
     "ncohmb-"},
    {"review_id|user_id|business_id|stars|useful|funny|cool|text|date", "haid-b-"},
    {"rating|title|text|images|asin|parent_asin|user_id|timestamp|helpful_vote", "c-habg-"},
    {"overall|verified|reviewTime|reviewerID|asin|reviewerName|reviewText|summary|unixReviewTime",
     "g-cahf-"},
    {"리뷰번호|작성일|별점|제목|리뷰 내용|작성자", "eabcdf-"},
    {"번호|상품명|내용|평점|작성일자|아이디", "caed-f-"},
    {"id.label|title.label|content.label|im:rating.label|updated.label|author.name.label",
     "caedbf-"},
    {"ReviewTitle|ReviewBody|ReviewStar|Product", "b--ca--"},
    {"Respondent ID|What could we do better?|How likely are you to recommend us?", "-------"},
    {"a|b|c", "-------"},
};

/* mapping_find with the user's map and default options. */
static bool find_columns(struct mapping *mapping, struct samples samples, const char *user_mapping,
                         struct arena *arena, struct error *error)
{
    struct mapping_options options = {.path = "x.csv", .user_mapping = text_of(user_mapping)};
    return mapping_find(mapping, &samples, &options, arena, error);
}

static void columns_are_found_by_their_names(void **state)
{
    (void)state;
    static const enum role order[] = {ROLE_TEXT,  ROLE_ID,     ROLE_DATE, ROLE_RATING,
                                      ROLE_TITLE, ROLE_AUTHOR, ROLE_LANG};
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct text names[32], rest = text_of(headers[i].header);
        size_t count = 0;
        while (text_split(&rest, '|', &names[count]))
            count++;
        struct arena arena = {0};
        struct mapping mapping = {0};
        char found[8] = "-------";
        if (find_columns(&mapping, (struct samples){.names = names, .count = count}, "", &arena,
                         NULL))
            for (size_t k = 0; k < COUNT(order); k++)
                if (mapping.columns[order[k]] != SIZE_MAX)
                    found[k] = (char)('a' + mapping.columns[order[k]]);
        if (strcmp(found, headers[i].expected) != 0)
            fail_msg("%s: %s, expected %s", headers[i].header, found, headers[i].expected);
        arena_free(&arena);
    }
}

static const struct text date_names[] = {TEXT("when"), TEXT("said"), TEXT("date")};

static enum date_order order_of(const char *const *cells, size_t count, struct arena *arena)
{
    struct text samples[32 * 3] = {{0}};
    for (size_t i = 0; i < count; i++) {
        samples[3 * i + 1] = TEXT("a long enough sentence");
        samples[3 * i + 2] = text_of(cells[i]);
    }
    struct mapping mapping = {0};
    struct samples table = {.names = date_names, .count = 3, .cells = samples, .rows = count};
    assert_true(find_columns(&mapping, table, "text=said", arena, NULL));
    return mapping.date_order;
}

static void the_order_of_day_and_month_is_decided_by_the_column(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const days_first[] = {"01/02/2026", "13/02/2026", "05/03/2026"};
    static const char *const months_first[] = {"01/02/2026", "02/13/2026"};
    static const char *const sorted[] = {"02/01/2026", "02/02/2026", "02/03/2026"};
    static const char *const unclear[] = {"02/02/2026"};
    static const char *const years_first[] = {"15.08.25", "15.08.03", "14.11.30"};
    static const char *const old_years_first[] = {"98.08.25"};
    static const char *const short_years_last[] = {"25.08.15", "03.08.15", "30.11.14"};
    static const char *const american[] = {"08/25/15", "8/3/15", "11/30/14"};
    static const char *const same_month[] = {"08/03/15", "08/05/14", "08/09/16"};
    static const char *const short_days[] = {"8.3.15", "8.5.14", "8.9.16"};
    static const char *const old_years_last[] = {"10.08.98", "11.08.97"};
    assert_int_equal(order_of(days_first, 3, &arena), DATE_ORDER_DMY);
    assert_int_equal(order_of(months_first, 2, &arena), DATE_ORDER_MDY);
    assert_int_equal(order_of(sorted, 3, &arena), DATE_ORDER_MDY);
    assert_int_equal(order_of(unclear, 1, &arena), DATE_ORDER_UNKNOWN);
    assert_int_equal(order_of(years_first, 3, &arena), DATE_ORDER_YMD);
    assert_int_equal(order_of(old_years_first, 1, &arena), DATE_ORDER_YMD);
    assert_int_equal(order_of(short_years_last, 3, &arena), DATE_ORDER_DMY);
    assert_int_equal(order_of(american, 3, &arena), DATE_ORDER_MDY);
    assert_int_equal(order_of(same_month, 3, &arena), DATE_ORDER_MDY);
    assert_int_equal(order_of(short_days, 3, &arena), DATE_ORDER_MDY);
    assert_int_equal(order_of(old_years_last, 2, &arena), DATE_ORDER_DMY);
    arena_free(&arena);
}

static void the_users_columns_override_and_unknown_ones_are_named(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("Comment"), TEXT("Good, or bad?"), TEXT("Note")};
    static const struct samples table = {.names = names, .count = 3};
    struct arena arena = {0};
    struct mapping mapping = {0};
    struct error error = {0};
    assert_true(find_columns(&mapping, table, "text=Good, or bad?,title=note", &arena, &error));
    assert_int_equal(mapping.columns[ROLE_TEXT], 1);
    assert_int_equal(mapping.columns[ROLE_TITLE], 2);
    assert_true(find_columns(&mapping, table, "text=Comment,text=Note", &arena, &error));
    assert_int_equal(mapping.text_column_count, 2);
    assert_true(find_columns(&mapping, table, "text=", &arena, &error));
    assert_int_equal(mapping.columns[ROLE_TEXT], SIZE_MAX);
    assert_false(find_columns(&mapping, table, "text=Opinion", &arena, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "no column 'Opinion'"));
    assert_non_null(strstr(error.message, "Good, or bad?"));
    static const char *const malformed[] = {"words=Note", "Note", "text=Comment,product=Note"};
    for (size_t i = 0; i < COUNT(malformed); i++) {
        error = (struct error){0};
        assert_false(find_columns(&mapping, table, malformed[i], &arena, &error));
        assert_non_null(strstr(error.message, "expected ROLE=COLUMN"));
    }
    arena_free(&arena);
}

static void known_roles_come_after_the_users_and_before_names(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("review"), TEXT("title"), TEXT("a"), TEXT("b")};
    static const struct samples table = {.names = names, .count = 4};
    struct known_roles known_roles = {0};
    known_roles_set(&known_roles, ROLE_TEXT, 2);
    known_roles_set(&known_roles, ROLE_TITLE, SIZE_MAX);
    known_roles_set(&known_roles, ROLE_ID, 3);
    struct mapping_options options = {.path = "x.csv", .known_roles = &known_roles};
    struct arena arena = {0};
    struct mapping mapping;
    assert_true(mapping_find(&mapping, &table, &options, &arena, NULL));
    assert_int_equal(mapping.columns[ROLE_TEXT], 2);
    assert_int_equal(mapping.columns[ROLE_TITLE], SIZE_MAX);
    assert_int_equal(mapping.columns[ROLE_ID], 3);
    options.user_mapping = TEXT("Text = review,id=");
    assert_true(mapping_find(&mapping, &table, &options, &arena, NULL));
    assert_int_equal(mapping.columns[ROLE_TEXT], 0);
    assert_int_equal(mapping.text_column_count, 1);
    assert_int_equal(mapping.columns[ROLE_ID], SIZE_MAX);
    arena_free(&arena);
}

static void without_a_known_name_the_longest_texts_are_the_text(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("a"), TEXT("b"), TEXT("c")};
    static const struct text cells[] = {
        TEXT("10"), TEXT("It broke after a week"),    TEXT("red one"),
        TEXT("11"), TEXT("The best that I ever had"), TEXT("blue"),
    };
    static const struct samples table = {.names = names, .count = 3, .cells = cells, .rows = 2};
    struct arena arena = {0};
    struct mapping mapping = {0};
    assert_true(find_columns(&mapping, table, "", &arena, NULL));
    assert_int_equal(mapping.columns[ROLE_TEXT], 1);
    struct text lines = mapping_explain(&mapping, names, 3, NULL, &arena);
    assert_true(text_starts_with(lines, TEXT("text: column 'b' (the longest texts)\n")));
    arena_free(&arena);
}

static const struct {
    const char *name, *cell;
    bool is_text;
} rating_names[] = {
    {"Beoordeling", "Kookt snel", true}, {"Bewertung", "Das Brot war alt", true},
    {"rating", "Boils fast", true},      {"Bewertung", "4", false},
    {"Bewertung", "4 von 5", false},     {"Beoordeling", "-", false},
};

static void words_under_the_name_of_a_rating_are_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rating_names); i++) {
        struct text names[] = {TEXT("Nr"), text_of(rating_names[i].name)},
                    cells[] = {TEXT("k7"), text_of(rating_names[i].cell)};
        struct samples table = {.names = names, .count = 2, .cells = cells, .rows = 1};
        struct arena arena = {0};
        struct mapping mapping = {0};
        bool found = find_columns(&mapping, table, "", &arena, NULL);
        if (found != rating_names[i].is_text)
            fail_msg("%s, %s: text %d", rating_names[i].name, rating_names[i].cell, found);
        arena_free(&arena);
    }
}

static void a_missing_text_is_an_error_unless_it_is_allowed(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("a"), TEXT("b")};
    static const struct samples table = {.names = names, .count = 2};
    struct mapping_options options = {
        .path = "x.csv", .user_mapping = TEXT("id=a"), .allow_missing_text = true};
    struct arena arena = {0};
    struct mapping mapping = {0};
    struct error error = {0};
    assert_true(mapping_find(&mapping, &table, &options, &arena, &error));
    assert_int_equal(mapping.columns[ROLE_ID], 0);
    options.allow_missing_text = false;
    assert_false(mapping_find(&mapping, &table, &options, &arena, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "map = text=COLUMN"));
    arena_free(&arena);
}

static void a_record_gets_its_parts_and_every_column(void **state)
{
    (void)state;
    static const struct text names[] = {TEXT("review"), TEXT("stars"), TEXT("lang"), TEXT("date")};
    static const struct text cells[] = {TEXT("fine"), TEXT("3"), TEXT("en-US"), TEXT("5/13/26")};
    static const struct samples table = {.names = names, .count = 4, .cells = cells, .rows = 1};
    static const struct named_cells row = {.names = names, .cells = cells, .count = 4};
    struct arena arena = {0};
    struct mapping mapping = {0};
    struct record record = {0};
    assert_true(find_columns(&mapping, table, "", &arena, NULL));
    mapping_fill_record(&mapping, &row, &arena, &record);
    assert_true(text_equal(record.body, TEXT("fine")));
    assert_true(record.rating == 3 && record.rating_scale == 5);
    assert_true(text_equal(record.lang, TEXT("en")));
    assert_int_equal(record.created_at, 1778630400);
    assert_int_equal(record.field_count, 4);
    assert_true(text_equal(record.fields[2].value, TEXT("en-US")));
    arena_free(&arena);
}

static void languages_are_parsed_from_tags(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"en", "en"},    {" EN ", "en"},    {"en-US", "en"},
                                           {"ko_KR", "ko"}, {"fil-PH", "fil"}, {"english", ""},
                                           {"e", ""},       {"", ""},          {"en US", ""}};
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text language = language_parse(text_of(cases[i][0]), &arena);
        if (!text_equal(language, text_of(cases[i][1])))
            fail_msg("'%s': '%.*s'", cases[i][0], TEXT_ARGUMENT(language));
    }
    arena_free(&arena);
}

/* The column's name, a cell, and the best possible rating that follows from them. */
static void the_scale_of_ratings_follows_from_cells_and_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *cell;
        double scale;
    } cases[] = {
        {"rating", "4", 5},     {"rating", "8", 10},
        {"rating", "80", 100},  {"rating", "1", 5},
        {"rating", "3/7", 7},   {"rating", "300", NAN},
        {"nps", "3", 10},       {"nps", "1", 10},
        {"추천 점수", "4", 10}, {"Would recommend", "4", 10},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text name = text_of(cases[i].name), cell = text_of(cases[i].cell);
        struct samples table = {.names = &name, .count = 1, .cells = &cell, .rows = 1};
        char map[64];
        snprintf(map, sizeof(map), "text=,rating=%s", cases[i].name);
        struct arena arena = {0};
        struct mapping mapping;
        assert_true(find_columns(&mapping, table, map, &arena, NULL));
        bool is_equal = isnan(cases[i].scale) ? isnan(mapping.rating_scale)
                                              : mapping.rating_scale == cases[i].scale;
        if (!is_equal)
            fail_msg("%s, %s: %g", cases[i].name, cases[i].cell, mapping.rating_scale);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_parsed_as_exports_write_them),
        cmocka_unit_test(a_zone_is_applied_only_to_dates_without_one),
        cmocka_unit_test(ratings_are_read_with_their_scale),
        cmocka_unit_test(columns_are_found_by_their_names),
        cmocka_unit_test(the_order_of_day_and_month_is_decided_by_the_column),
        cmocka_unit_test(the_users_columns_override_and_unknown_ones_are_named),
        cmocka_unit_test(known_roles_come_after_the_users_and_before_names),
        cmocka_unit_test(without_a_known_name_the_longest_texts_are_the_text),
        cmocka_unit_test(words_under_the_name_of_a_rating_are_the_text),
        cmocka_unit_test(a_missing_text_is_an_error_unless_it_is_allowed),
        cmocka_unit_test(a_record_gets_its_parts_and_every_column),
        cmocka_unit_test(languages_are_parsed_from_tags),
        cmocka_unit_test(the_scale_of_ratings_follows_from_cells_and_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
