/* prop_key_points.c - whatever records say: every record that is counted under a point has a clause
 * that says it, counts of periods add up, and the order of records does not matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"
#include "tests/support/random.h"

static const struct t5_model model = {.prompts = fake_prompts};

static const char *const sentences[] = {
    "The room was spotless, so good. ",
    "Clean rooms, good! ",
    "good friendly staff. ",
    "The staff were so helpful and good. ",
    "bad rude staff. ",
    "The food was cold and bad. ",
    "bad: the app keeps crashing. ",
    "The room was not clean, bad. ",
    "Call me on [phone 1] about the dirty room, bad. ",
    "@shop http://x.example dirty room, bad. ",
    "방이 깨끗하고 good. ",
    "Good location but bad parking. ",
    "The staff could be friendlier. ",
    "We came in March. ",
};

enum { SENTENCE_COUNT = sizeof(sentences) / sizeof(*sentences), MAX_RECORDS = 120 };

static struct member *make_members(uint64_t *seed, size_t count, struct arena *arena)
{
    struct member *members = arena_alloc(arena, count, sizeof(*members));
    for (size_t i = 0; i < count; i++) {
        struct text text = {0};
        for (size_t k = 0; k <= random_next(seed) % 3; k++)
            text = arena_format(arena, "%.*s%s", TEXT_ARGUMENT(text),
                                sentences[random_next(seed) % SENTENCE_COUNT]);
        static const enum sentiment sentiments[] = {SENTIMENT_POSITIVE, SENTIMENT_NEGATIVE,
                                                    SENTIMENT_NEUTRAL, SENTIMENT_MIXED};
        members[i] = (struct member){.feedback_id = i + 1,
                                     .created_at = (int64_t)i,
                                     .text = text,
                                     .sentiment = sentiments[random_next(seed) % 4]};
    }
    return members;
}

/* A run of the stages over one group. */
struct summarizing {
    struct database database;
    struct t5_session session;
    struct stage_context context;
    void *states[3];
    struct group group;
    struct arena arena;
};

static const struct stage *const run_stages[] = {&map_stage, &reduce_stage, &ground_stage};

static void summarize(struct summarizing *run, const struct member *members, size_t count,
                      const struct member *previous, size_t previous_count)
{
    *run = (struct summarizing){.session = {.model = &model, .batch = 4, .input_tokens = 48}};
    database_make(&run->database);
    run->context = (struct stage_context){.model = &model,
                                          .session = &run->session,
                                          .session_batch = 4,
                                          .store = run->database.store,
                                          .model_key = 1};
    run->group = (struct group){.period = TEXT("2026-02"),
                                .has_previous = previous_count > 0,
                                .members = members,
                                .member_count = count,
                                .previous_members = previous,
                                .previous_member_count = previous_count,
                                .arena = &run->arena};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {0};
        run->states[i] = stage_start(run_stages[i], "", &run->context, NULL);
        if (!run_stages[i]->process_group(run->states[i], &run->group, &error))
            fail_msg("%s", error.message);
    }
}

static void release(struct summarizing *run)
{
    for (size_t i = 0; i < 3; i++)
        stage_end(run_stages[i], run->states[i]);
    database_remove(&run->database);
    arena_free(&run->session.arena);
    arena_free(&run->arena);
}

static const struct key_point *find_point(const struct group *group, struct text text)
{
    for (size_t i = 0; i < group->point_count; i++)
        if (text_equal(group->points[i].text, text))
            return &group->points[i];
    return NULL;
}

static void check_point(const struct group *group, const struct key_point *point)
{
    static const char *const marks[] = {"[", "@", "http", "#"};
    bool seen[MAX_RECORDS] = {false};
    assert_true(point->text.size > 0);
    assert_true(point->records >= (group->member_count < 10 ? 1 : 2));
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        assert_true(text_find(point->text, text_of(marks[i]), 0) == point->text.size);
    for (size_t i = 0; i < point->records; i++) {
        const struct passage *evidence = &point->evidence[i];
        assert_true(evidence->member < group->member_count);
        assert_true(evidence->begin < evidence->end);
        assert_true(evidence->end <= group->members[evidence->member].text.size);
        assert_false(seen[evidence->member]);
        seen[evidence->member] = true;
    }
}

static void points_are_grounded_and_few(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 20; round++) {
        struct arena arena = {0};
        size_t count = 1 + random_next(&seed) % (MAX_RECORDS - 1);
        struct member *members = make_members(&seed, count, &arena);
        struct summarizing run;
        summarize(&run, members, count, NULL, 0);
        assert_true(run.group.point_count <= 7);
        for (size_t i = 0; i < run.group.point_count; i++) {
            check_point(&run.group, &run.group.points[i]);
            assert_true(i == 0 || run.group.points[i].records <= run.group.points[i - 1].records);
        }
        release(&run);
        arena_free(&arena);
    }
}

static void counts_of_periods_add_up(void **state)
{
    (void)state;
    uint64_t seed = 5;
    size_t compared = 0;
    for (int round = 0; round < 10; round++) {
        struct arena arena = {0};
        struct member *members = make_members(&seed, MAX_RECORDS, &arena);
        struct summarizing all, second;
        summarize(&all, members, MAX_RECORDS, NULL, 0);
        summarize(&second, &members[50], MAX_RECORDS - 50, members, 50);
        for (size_t i = 0; i < all.group.point_count; i++) {
            const struct key_point *point = &all.group.points[i],
                                   *part = find_point(&second.group, point->text);
            if (!part)
                continue;
            assert_int_equal(point->records, part->records + part->previous_records);
            compared++;
        }
        release(&all);
        release(&second);
        arena_free(&arena);
    }
    assert_true(compared > 10);
}

static void the_order_of_records_does_not_matter(void **state)
{
    (void)state;
    uint64_t seed = 7;
    struct arena arena = {0};
    struct member *members = make_members(&seed, MAX_RECORDS, &arena),
                  *reversed = arena_alloc(&arena, MAX_RECORDS, sizeof(*reversed));
    for (size_t i = 0; i < MAX_RECORDS; i++)
        reversed[i] = members[MAX_RECORDS - 1 - i];
    struct summarizing run, other;
    summarize(&run, members, MAX_RECORDS, NULL, 0);
    summarize(&other, reversed, MAX_RECORDS, NULL, 0);
    assert_int_equal(run.group.point_count, other.group.point_count);
    for (size_t i = 0; i < run.group.point_count; i++) {
        assert_int_equal(run.group.points[i].records, other.group.points[i].records);
        assert_int_equal(run.group.points[i].opposite_records,
                         other.group.points[i].opposite_records);
    }
    release(&run);
    release(&other);
    arena_free(&arena);
}

/* A group of nine guests who praise, and of complaints. */
static void summarize_complaints(struct summarizing *run, const char *const *complaints,
                                 size_t count)
{
    enum { PRAISES = 9, MAX_COMPLAINTS = 4 };
    static struct member members[PRAISES + MAX_COMPLAINTS];
    assert_true(count <= MAX_COMPLAINTS);
    for (size_t i = 0; i < PRAISES + count; i++)
        members[i] =
            (struct member){.feedback_id = i + 1,
                            .text = i < PRAISES ? TEXT("Such a clean room, good")
                                                : text_of(complaints[i - PRAISES]),
                            .sentiment = i < PRAISES ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE};
    summarize(run, members, PRAISES + count, NULL, 0);
}

/* Nobody else says what the three unhappy guests say: their sentences are quoted, but not what the
 * model reads as praise. */
static void complaints_of_single_records_are_quoted(void **state)
{
    (void)state;
    static const char *const complaints[] = {
        "The shower was broken again, bad. My stay was good in all other ways.",
        "Breakfast was cold and tasteless, bad.", "Our neighbours were too noisy at night, bad."};
    struct summarizing run;
    summarize_complaints(&run, complaints, 3);
    struct text summary = run.group.summary;
    if (text_find(summary, TEXT("“The shower was broken again, bad”"), 0) == summary.size ||
        text_find(summary, TEXT("“Breakfast was cold and tasteless, bad”"), 0) == summary.size ||
        text_find(summary, TEXT("“Our neighbours were too noisy at night, bad”"), 0) ==
            summary.size ||
        text_find(summary, TEXT("My stay"), 0) < summary.size)
        fail_msg("%.*s", TEXT_ARGUMENT(summary));
    release(&run);
}

/* A complaint of somebody who gave five stars is read by a model that may be wrong. */
static void complaints_with_five_stars_are_not_quoted(void **state)
{
    (void)state;
    struct member members[] = {
        {.feedback_id = 1,
         .text = TEXT("The lift smelled of paint all week long, bad."),
         .sentiment = SENTIMENT_NEGATIVE,
         .rating_side = 1},
        {.feedback_id = 2,
         .text = TEXT("Nobody gave me the voucher that they had promised, bad."),
         .sentiment = SENTIMENT_NEGATIVE,
         .rating_side = -1}};
    struct summarizing run;
    summarize(&run, members, 2, NULL, 0);
    struct text summary = run.group.summary;
    if (text_find(summary, TEXT("voucher"), 0) == summary.size ||
        text_find(summary, TEXT("“The lift"), 0) < summary.size)
        fail_msg("%.*s", TEXT_ARGUMENT(summary));
    release(&run);
}

/* What several complaints name, in whatever words they complain, comes first and is counted. */
static void the_subject_of_complaints_is_counted(void **state)
{
    (void)state;
    static const char *const complaints[] = {
        "Nobody gave me the voucher that they had promised, bad.",
        "The lift smelled of paint all week long, bad.",
        "They told us that our voucher had run out, bad.",
        "A voucher for dinner could not be used here, bad."};
    struct summarizing run;
    summarize_complaints(&run, complaints, 4);
    struct text summary = run.group.summary;
    size_t subject = text_find(summary, TEXT("bad” (3 name “voucher”)"), 0);
    if (subject == summary.size || text_find(summary, TEXT("lift"), 0) < subject)
        fail_msg("%.*s", TEXT_ARGUMENT(summary));
    release(&run);
}

/* Forty answers to an open question hardly praise or criticise anything: the summary quotes what
 * several of them name, on either side. */
static void what_scattered_records_name_is_counted(void **state)
{
    (void)state;
    enum { ANSWERS = 40 };
    static const char *const answers[] = {
        "More trees along the river would make the walk to school nicer",
        "Every river path ought to have lamps for winter evenings",
        "Boats should be able to land on the river near the old mill",
        "My daughter swims at the weekend"};
    struct member members[ANSWERS];
    for (size_t i = 0; i < ANSWERS; i++)
        members[i] = (struct member){.feedback_id = i + 1,
                                     .text = text_of(answers[i < 4 ? i : 3]),
                                     .sentiment = (enum sentiment)(i % 3)};
    struct summarizing run;
    summarize(&run, members, ANSWERS, NULL, 0);
    struct text summary = run.group.summary;
    if (text_find(summary, TEXT("Often named: “"), 0) == summary.size ||
        text_find(summary, TEXT("” (3 name “river”)"), 0) == summary.size ||
        text_find(summary, TEXT("Praised"), 0) < summary.size ||
        text_find(summary, TEXT("Criticised"), 0) < summary.size)
        fail_msg("%.*s", TEXT_ARGUMENT(summary));
    for (size_t i = 0; i < run.group.example_count; i++)
        assert_int_equal(run.group.examples[i].polarity, SENTIMENT_NEUTRAL);
    release(&run);
}

/* Two of three praise the room; the third says the opposite, which is a point itself. */
static void a_paragraph_counts_both_sides(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct member members[] = {
        {.feedback_id = 1, .text = TEXT("Clean room, good"), .sentiment = SENTIMENT_POSITIVE},
        {.feedback_id = 2, .text = TEXT("The room was so clean"), .sentiment = SENTIMENT_POSITIVE},
        {.feedback_id = 3,
         .text = TEXT("The room was dirty, bad"),
         .sentiment = SENTIMENT_NEGATIVE}};
    struct summarizing run;
    summarize(&run, members, 3, NULL, 0);
    if (!text_equal(run.group.summary,
                    TEXT("3 records, 2 positive, 1 negative. Praised: Clean room, good (2). "
                         "Criticised: The room was dirty, bad.")))
        fail_msg("%.*s", TEXT_ARGUMENT(run.group.summary));
    assert_int_equal(run.group.points[0].records, 2);
    assert_int_equal(run.group.points[0].opposite_records, 1);
    release(&run);
    arena_free(&arena);
}

/* Too few records say the opposite to make it a point: the paragraph counts them. */
static void a_point_tells_its_opposite(void **state)
{
    (void)state;
    struct member members[10];
    for (size_t i = 0; i < 10; i++)
        members[i] = (struct member){.feedback_id = i + 1,
                                     .text = i < 2    ? TEXT("Clean room, good")
                                             : i == 2 ? TEXT("The room was dirty, bad")
                                                      : TEXT("We came in March"),
                                     .sentiment = i < 2    ? SENTIMENT_POSITIVE
                                                  : i == 2 ? SENTIMENT_NEGATIVE
                                                           : SENTIMENT_NEUTRAL};
    struct summarizing run;
    summarize(&run, members, 10, NULL, 0);
    struct text summary = run.group.summary;
    if (text_find(summary, TEXT("Clean room, good (2; 1 against)"), 0) == summary.size)
        fail_msg("%.*s", TEXT_ARGUMENT(summary));
    release(&run);
}

/* Statements that do not name the topic are none of its points, however many records make them. */
static void points_of_a_topic_name_it(void **state)
{
    (void)state;
    static const struct member members[] = {
        {.feedback_id = 1,
         .text = {"Clean room, good. Front desk was rude, bad.", 43},
         .sentiment = SENTIMENT_NEGATIVE},
        {.feedback_id = 2,
         .text = {"The front desk was so rude, bad. Clean room, good.", 50},
         .sentiment = SENTIMENT_NEGATIVE},
        {.feedback_id = 3, .text = {"Clean room, good.", 17}, .sentiment = SENTIMENT_POSITIVE},
    };
    static const char taxonomy[] = "topic,phrase\ndesk,front desk\n";
    char path[] = "/tmp/winnow-test-XXXXXX", settings[80];
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, taxonomy, sizeof(taxonomy) - 1) > 0);
    close(file);
    snprintf(settings, sizeof(settings), "taxonomy=%s", path);
    struct arena arena = {0};
    struct error error = {0};
    struct stage_context context = {.model = &model};
    void *map = stage_start(&map_stage, "", &context, &error),
         *reduce = stage_start(&reduce_stage, settings, &context, &error);
    struct group group = {
        .key.topic = TEXT("desk"), .members = members, .member_count = 3, .arena = &arena};
    assert_true(map_stage.process_group(map, &group, &error));
    assert_true(reduce_stage.process_group(reduce, &group, &error));
    assert_true(group.candidate_count > 0);
    for (size_t i = 0; i < group.candidate_count; i++)
        assert_int_equal(group.candidates[i].polarity, SENTIMENT_NEGATIVE);
    stage_end(&map_stage, map);
    stage_end(&reduce_stage, reduce);
    unlink(path);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_grounded_and_few),
        cmocka_unit_test(counts_of_periods_add_up),
        cmocka_unit_test(the_order_of_records_does_not_matter),
        cmocka_unit_test(complaints_of_single_records_are_quoted),
        cmocka_unit_test(complaints_with_five_stars_are_not_quoted),
        cmocka_unit_test(the_subject_of_complaints_is_counted),
        cmocka_unit_test(what_scattered_records_name_is_counted),
        cmocka_unit_test(a_paragraph_counts_both_sides),
        cmocka_unit_test(a_point_tells_its_opposite),
        cmocka_unit_test(points_of_a_topic_name_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
