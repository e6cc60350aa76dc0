/* test_topic_parents.c - stages/stats/topic_parents.c: what a record counts for above its topics.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stats/topic_parents.h"
#include "tests/fakes/database.h"

/* id, reported, parent */
static const char *const registry[][3] = {
    {"delivery", "delivery", ""},
    {"courier", "courier", "delivery"},
    {"parcel", "parcel", "delivery"},
    {"post", "courier", "delivery"},
    {"ink", "ink", ""},
};

enum { TOPICS = sizeof(registry) / sizeof(*registry), MAX_MENTIONS = 3 };

static const struct {
    struct topic_mention mentions[MAX_MENTIONS];
    size_t count;
    const char *expected;
} cases[] = {
    {{{TEXT("ink"), SENTIMENT_POSITIVE}}, 1, "ink positive"},
    {{{TEXT("courier"), SENTIMENT_NEGATIVE}}, 1, "courier negative, delivery negative"},
    {{{TEXT("courier"), SENTIMENT_NEGATIVE}, {TEXT("parcel"), SENTIMENT_NEUTRAL}},
     2,
     "courier negative, parcel neutral, delivery negative"},
    {{{TEXT("courier"), SENTIMENT_NEGATIVE}, {TEXT("parcel"), SENTIMENT_POSITIVE}},
     2,
     "courier negative, parcel positive, delivery neutral"},
    {{{TEXT("delivery"), SENTIMENT_NEUTRAL}, {TEXT("courier"), SENTIMENT_POSITIVE}},
     2,
     "delivery positive, courier positive"},
    {{{{0}, SENTIMENT_NEUTRAL}}, 0, ""},
};

static void save_registry(struct store *store)
{
    struct shown_topic topics[TOPICS];
    for (size_t i = 0; i < TOPICS; i++)
        topics[i] = (struct shown_topic){.id = text_of(registry[i][0]),
                                         .reported = text_of(registry[i][1]),
                                         .name = text_of(registry[i][0]),
                                         .parent = text_of(registry[i][2]),
                                         .owner = TEXT("")};
    assert_true(store_save_shown_topics(store, topics, TOPICS, NULL));
}

static struct text format_mentions(const struct topic_mention *mentions, size_t count,
                                   struct arena *arena)
{
    struct text line = TEXT("");
    for (size_t i = 0; i < count; i++)
        line =
            arena_format(arena, "%.*s%s%.*s %s", TEXT_ARGUMENT(line), i > 0 ? ", " : "",
                         TEXT_ARGUMENT(mentions[i].topic), sentiment_names[mentions[i].polarity]);
    return line;
}

static void a_record_counts_once_for_each_parent(void **state)
{
    (void)state;
    struct database database;
    struct topic_parents topic_parents = {0};
    struct arena arena = {0};
    database_make(&database);
    save_registry(database.store);
    assert_true(topic_parents_load(&topic_parents, database.store, NULL));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct analysis analysis = {.topics = cases[i].mentions, .topic_count = cases[i].count};
        size_t count;
        const struct topic_mention *mentions =
            topic_parents_roll_up(&topic_parents, &analysis, &arena, &count);
        assert_string_equal(format_mentions(mentions, count, &arena).bytes, cases[i].expected);
    }
    topic_parents_free(&topic_parents);
    arena_free(&arena);
    database_remove(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_counts_once_for_each_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
