/* segments.c - the segments stage: which topics are mentioned negatively more often in one part of
 * the records (a product, a region, a source) than in the other parts of the same column. */
#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/insight.h"
#include "stages/stages.h"
#include "stages/stats/benjamini_hochberg.h"
#include "stages/stats/part_counts.h"
#include "stages/stats/polya_urn.h"
#include "stages/stats/shrunken_rate.h"
#include "stages/stats/wilson.h"

/* Tests enter by what does not depend on the outcome; floors only remove claims. */
static const double min_records = 10, min_margin = 8, max_q_value = 0.01;
static const double min_hits = 5, min_ratio = 1.5;

struct segments {
    struct grouping grouping;
    const struct stage_context *stage_context; /* borrowed */
    struct part_counts counts;
};

/* A topic in a part, against the other parts of the same column. */
struct segment_test {
    const struct part *part;
    size_t topic;
    struct segment_count here, others;
    double shrunken, p_value, q_value;
};

static bool open_segments(void *state, const struct stage_context *stage_context,
                          struct error *error)
{
    struct segments *segments = state;
    segments->stage_context = stage_context;
    return grouping_parse_columns(&segments->grouping, error);
}

static void close_segments(void *state)
{
    struct segments *segments = state;
    part_counts_free(&segments->counts);
}

static bool check_columns(void *state, const struct name_set *columns, struct error *error)
{
    struct segments *segments = state;
    return grouping_check_columns(&segments->grouping, columns, "segments", error);
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct segments *segments = state;
    part_counts_add(&segments->counts, &segments->grouping, record, 0);
    return true;
}

/* ---- Tests ---- */

static bool is_shown(const struct part *part)
{
    return (double)part->records >= min_records && part->people_count == PART_MIN_PEOPLE;
}

static struct segment_count count_part(const struct part_counts *counts, size_t part, size_t topic)
{
    const struct part_topic *found = part_counts_find(counts, part, topic);
    return (struct segment_count){found ? (double)found->records : 0,
                                  (double)counts->parts[part].records};
}

/* Fisher's exact test, one-sided, mid-p. */
static void set_p_value(struct segment_test *test, struct arena *arena)
{
    const struct polya_urn urn = {
        .hits = test->here.hits + test->others.hits,
        .records = test->here.records,
        .baseline_records = test->others.records,
        .step = -1,
    };
    struct urn_distribution distribution = polya_urn_distribute(&urn, arena);
    test->p_value = urn_get_tails(&distribution, test->here.hits).high;
}

/* Appends the tests of one column and topic. */
static size_t test_column(const struct part_counts *counts, struct text column, size_t topic,
                          struct segment_test *tests)
{
    struct arena arena = {0};
    struct segment_count *parts = arena_alloc(&arena, counts->part_count, sizeof(*parts)),
                         sum = {0};
    size_t count = 0, test_count = 0;
    for (size_t i = 0; i < counts->part_count; i++) {
        if (!text_equal(counts->parts[i].field.name, column))
            continue;
        parts[count++] = count_part(counts, i, topic);
        sum.hits += parts[count - 1].hits;
        sum.records += parts[count - 1].records;
    }
    struct beta_prior prior = beta_prior_fit(parts, count);
    for (size_t i = 0; i < counts->part_count && sum.hits >= min_margin; i++) {
        if (!text_equal(counts->parts[i].field.name, column) || !is_shown(&counts->parts[i]))
            continue;
        struct segment_test test = {.part = &counts->parts[i], .topic = topic};
        test.here = count_part(counts, i, topic);
        test.others =
            (struct segment_count){sum.hits - test.here.hits, sum.records - test.here.records};
        if (test.others.records < min_records)
            continue;
        test.shrunken = shrunken_rate(&prior, &test.here);
        set_p_value(&test, &arena);
        tests[test_count++] = test;
    }
    arena_free(&arena);
    return test_count;
}

static void set_q_values(struct segment_test *tests, size_t count)
{
    double *p_values = memory_alloc(count, sizeof(*p_values)),
           *q_values = memory_alloc(count, sizeof(*q_values));
    for (size_t i = 0; i < count; i++)
        p_values[i] = tests[i].p_value;
    benjamini_hochberg(p_values, q_values, count);
    for (size_t i = 0; i < count; i++)
        tests[i].q_value = q_values[i];
    free(p_values);
    free(q_values);
}

static bool passes(const struct segment_test *test)
{
    double others = test->others.hits / test->others.records;
    return test->q_value <= max_q_value && test->here.hits >= min_hits &&
           test->shrunken >= min_ratio * others;
}

/* ---- Insights ---- */

/* Whether the test of all topics says what that of one topic says better. */
static bool is_explained(const struct segments *segments, const struct segment_test *test,
                         const struct segment_test *tests, size_t count)
{
    if (!text_equal(segments->counts.topics.texts[test->topic], group_key_all_topics))
        return false;
    for (size_t i = 0; i < count; i++)
        if (&tests[i] != test && tests[i].part == test->part && passes(&tests[i]))
            return true;
    return false;
}

static void add_insight(struct segments *segments, const struct segment_test *test)
{
    struct insight insight = insight_make(INSIGHT_SEGMENT);
    insight.measure = MEASURE_NEGATIVE_SHARE;
    insight.key =
        (struct group_key){&test->part->field, 1, segments->counts.topics.texts[test->topic]};
    insight.value = wilson_share(test->here.hits, test->here.records);
    insight.n = (uint64_t)test->here.records;
    insight.baseline = test->others.hits / test->others.records;
    insight.baseline_n = (uint64_t)test->others.records;
    insight.q_value = test->q_value;
    insight.strength = (insight.value.low - insight.baseline) * test->here.records;
    insight.polarity = SENTIMENT_NEGATIVE;
    insight_list_add(segments->stage_context->insights, &insight);
}

static void find_segments(struct segments *segments)
{
    const struct part_counts *counts = &segments->counts;
    size_t topic_count = counts->topics.count, count = 0;
    struct segment_test *tests = memory_alloc(counts->part_count * topic_count, sizeof(*tests));
    for (size_t i = 0; i < segments->grouping.name_count; i++)
        for (size_t topic = 0; topic < topic_count; topic++)
            count += test_column(counts, segments->grouping.names[i], topic, &tests[count]);
    set_q_values(tests, count);
    for (size_t i = 0; i < count; i++)
        if (passes(&tests[i]) && !is_explained(segments, &tests[i], tests, count))
            add_insight(segments, &tests[i]);
    free(tests);
}

static bool finish(void *state, struct error *error)
{
    struct segments *segments = state;
    if (!grouping_check_records(&segments->grouping, segments->stage_context, "segments", error))
        return false;
    if (segments->counts.part_count > 0)
        find_segments(segments);
    return true;
}

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .offset = offsetof(struct segments, grouping.by),
     .default_value = "",
     .help = "columns whose values are compared; default: the value in [aggregate] or [group]"},
    {0},
};

const struct stage segments_stage = {
    .name = "segments",
    .summary = "find topics that are worse in one segment",
    .options = options,
    .state_size = sizeof(struct segments),
    .open = open_segments,
    .check_columns = check_columns,
    .count_record = count_record,
    .finish = finish,
    .close = close_segments,
};
