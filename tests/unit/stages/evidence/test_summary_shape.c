/* test_summary_shape.c - stages/evidence/summary_shape.c: which points are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/evidence/summary_shape.h"

static const struct passage crashes[] = {{0, 0, 20}, {1, 5, 30}, {2, 0, 12}, {3, 8, 40}},
                            /* Two of three are in the sentences above. */
    freezes[] = {{1, 10, 20}, {3, 0, 50}, {7, 0, 9}},
                            /* The same members, other sentences. */
    slow[] = {{0, 21, 40}, {1, 31, 44}, {2, 13, 30}}, rare[] = {{9, 0, 5}};

static struct key_point make_point(const char *text, enum sentiment polarity,
                                   const struct passage *evidence, size_t records)
{
    return (struct key_point){
        .text = text_of(text), .polarity = polarity, .evidence = evidence, .records = records};
}

static void repeated_and_rare_points_are_dropped(void **state)
{
    (void)state;
    struct key_point points[] = {
        make_point("Freezes", SENTIMENT_NEGATIVE, freezes, 3),
        make_point("Rare", SENTIMENT_POSITIVE, rare, 1),
        make_point("Slow", SENTIMENT_NEGATIVE, slow, 3),
        make_point("Never freezes", SENTIMENT_POSITIVE, freezes, 3),
        make_point("Crashes", SENTIMENT_NEGATIVE, crashes, 4),
    };
    struct group group = {.points = points, .point_count = sizeof(points) / sizeof(*points)};
    summary_shape_sort_recounted(&group, 2);
    assert_int_equal(group.point_count, 3);
    assert_true(text_equal(points[0].text, TEXT("Crashes")));
    assert_true(text_equal(points[1].text, TEXT("Slow")));
    assert_true(text_equal(points[2].text, TEXT("Never freezes")));
}

static void points_whose_counts_miss_most_are_dropped(void **state)
{
    (void)state;
    struct key_point points[] = {
        make_point("Some errors", SENTIMENT_NEGATIVE, freezes, 2),
        make_point("Slow", SENTIMENT_POSITIVE, slow, 2),
        make_point("The hinge broke on the second day", SENTIMENT_NEGATIVE, rare, 1),
    };
    points[0].missed_records = points[2].missed_records = 3;
    points[1].missed_records = 2;
    struct group group = {.points = points, .point_count = sizeof(points) / sizeof(*points)};
    summary_shape_sort_recounted(&group, 1);
    assert_int_equal(group.point_count, 2);
    assert_true(text_equal(points[0].text, TEXT("Slow")));
    assert_true(text_equal(points[1].text, TEXT("The hinge broke on the second day")));
}

/* Of four records, three praise: three points of praise and one complaint, though most points are
 * complaints. */
static void points_are_chosen_as_the_group_judges(void **state)
{
    (void)state;
    struct member members[] = {{.sentiment = SENTIMENT_POSITIVE},
                               {.sentiment = SENTIMENT_POSITIVE},
                               {.sentiment = SENTIMENT_POSITIVE},
                               {.sentiment = SENTIMENT_NEGATIVE}};
    struct key_point points[] = {
        make_point("Crashes", SENTIMENT_NEGATIVE, crashes, 4),
        make_point("Slow", SENTIMENT_NEGATIVE, slow, 3),
        make_point("Freezes", SENTIMENT_NEGATIVE, freezes, 3),
        make_point("Easy to use", SENTIMENT_POSITIVE, crashes, 2),
        make_point("Cheap", SENTIMENT_POSITIVE, slow, 2),
        make_point("Good support", SENTIMENT_POSITIVE, freezes, 1),
    };
    struct group group = {.members = members,
                          .member_count = sizeof(members) / sizeof(*members),
                          .points = points,
                          .point_count = sizeof(points) / sizeof(*points)};
    summary_shape_choose_points(&group, 7);
    assert_int_equal(group.point_count, 4);
    assert_true(text_equal(points[0].text, TEXT("Crashes")));
    assert_true(text_equal(points[1].text, TEXT("Easy to use")));
    assert_true(text_equal(points[3].text, TEXT("Good support")));
}

static void a_group_without_points_stays_so(void **state)
{
    (void)state;
    struct group group = {0};
    summary_shape_sort_recounted(&group, 2);
    assert_int_equal(group.point_count, 0);
    summary_shape_rank_points(&group, 7);
    summary_shape_choose_points(&group, 7);
    assert_int_equal(group.point_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_and_rare_points_are_dropped),
        cmocka_unit_test(points_whose_counts_miss_most_are_dropped),
        cmocka_unit_test(points_are_chosen_as_the_group_judges),
        cmocka_unit_test(a_group_without_points_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
