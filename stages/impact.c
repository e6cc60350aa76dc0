/* impact.c - the impact stage: how much the mean rating, NPS and CSAT are higher or lower with the
 * records of a topic than without them.
 *
 * impact = S(all) - S(all without the topic) = (n_topic / n) (S_topic - S_rest), the formula of
 * Thematic and Kapiche, with Welch's interval. It says what goes together, not what causes what. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/insight.h"
#include "stages/stages.h"
#include "stages/stats/benjamini_hochberg.h"
#include "stages/stats/rated_units.h"
#include "stages/stats/welch.h"

static const double min_units = 10, max_q_value = 0.01;

/* As a share of the scale. With many records, smaller effects are significant but of no use. */
static const double min_effect = 0.01;

/* The samples of one score. */
struct score_samples {
    struct sample all;
    struct sample *topics; /* owned: [topic], units with the topic */
    size_t capacity;
};

struct impact {
    const struct stage_context *stage_context; /* borrowed */
    struct rated_units units;
    struct score_samples scores[SCORE_COUNT];
};

static void visit_unit(void *user, const struct rated_unit *unit)
{
    struct impact *impact = user;
    for (int i = 0; i < SCORE_COUNT; i++) {
        struct score_samples *samples = &impact->scores[i];
        size_t known = samples->capacity;
        if (isnan(unit->scores[i]))
            continue;
        samples->topics = memory_grow(samples->topics, &samples->capacity,
                                      impact->units.topics.count, sizeof(*samples->topics));
        for (; known < samples->capacity; known++)
            samples->topics[known] = (struct sample){0};
        sample_add(&samples->all, unit->scores[i], 1);
        for (size_t j = 0; j < unit->topic_count; j++)
            sample_add(&samples->topics[unit->topics[j]], unit->scores[i], 1);
    }
}

static bool open_impact(void *state, const struct stage_context *stage_context, struct error *error)
{
    (void)error;
    struct impact *impact = state;
    impact->stage_context = stage_context;
    impact->units.visit = visit_unit;
    impact->units.user = impact;
    return true;
}

static void close_impact(void *state)
{
    struct impact *impact = state;
    rated_units_free(&impact->units);
    for (int i = 0; i < SCORE_COUNT; i++)
        free(impact->scores[i].topics);
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct impact *impact = state;
    rated_units_add(&impact->units, record);
    return true;
}

struct topic_impact {
    struct insight insight;
    double effect; /* as a share of the scale */
    double p_value;
};

/* The insight of a topic, if there are enough records with and without it. */
static bool make_insight(const struct impact *impact, size_t score, size_t topic,
                         struct topic_impact *found)
{
    static const enum insight_measure measures[SCORE_COUNT] = {[0 ... SCORE_RATING_SCALES - 1] =
                                                                   MEASURE_RATING,
                                                               [SCORE_NPS] = MEASURE_NPS,
                                                               [SCORE_CSAT] = MEASURE_CSAT};
    const struct score_samples *samples = &impact->scores[score];
    struct sample with = samples->topics[topic], rest = samples->all;
    sample_subtract(&rest, &with);
    if (with.count < min_units || rest.count < min_units)
        return false;
    struct welch welch = welch_compare(&with, &rest);
    double share = with.count / samples->all.count, value = share * welch.difference,
           half_width = share * welch.half_width;
    double range = score == SCORE_NPS    ? 200
                   : score == SCORE_CSAT ? 100
                                         : impact->units.scales[score];
    struct insight *insight = &found->insight;
    *insight = insight_make(INSIGHT_IMPACT);
    insight->measure = measures[score];
    insight->key.topic = impact->units.topics.texts[topic];
    insight->value = (struct share){value, value - half_width, value + half_width};
    insight->n = (uint64_t)with.count;
    insight->baseline = sample_mean(&rest);
    insight->baseline_n = (uint64_t)rest.count;
    insight->rating_scale = score < SCORE_RATING_SCALES ? impact->units.scales[score] : NAN;
    found->effect = fabs(value) / (range > 0 ? range : 100);
    insight->strength = found->effect;
    insight->polarity = value < 0 ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE;
    found->p_value = student_compare(&with, &rest);
    return true;
}

static bool is_clear(const struct topic_impact *found)
{
    const struct insight *insight = &found->insight;
    return insight->q_value <= max_q_value && insight->value.low * insight->value.high > 0 &&
           found->effect >= min_effect;
}

/* CSAT is computed from ratings, so it is left out if the topic has an insight about the mean
 * rating. */
static bool is_told_by_rating(const struct topic_impact *found, size_t count,
                              const struct insight *insight)
{
    if (insight->measure != MEASURE_CSAT)
        return false;
    for (size_t i = 0; i < count; i++)
        if (found[i].insight.measure == MEASURE_RATING && is_clear(&found[i]) &&
            text_equal(found[i].insight.key.topic, insight->key.topic))
            return true;
    return false;
}

static bool finish(void *state, struct error *error)
{
    (void)error;
    struct impact *impact = state;
    rated_units_flush(&impact->units);
    const size_t scores[] = {rated_units_find_commonest_scale(&impact->units), SCORE_NPS,
                             SCORE_CSAT};
    size_t topic_count = impact->units.topics.count, capacity = 3 * topic_count, count = 0;
    struct topic_impact *found = memory_alloc(capacity, sizeof(*found));
    double *p_values = memory_alloc(capacity, sizeof(*p_values)),
           *q_values = memory_alloc(capacity, sizeof(*q_values));
    for (int i = 0; i < 3; i++)
        for (size_t topic = 0; impact->scores[scores[i]].all.count > 0 && topic < topic_count;
             topic++)
            if (topic < impact->scores[scores[i]].capacity &&
                make_insight(impact, scores[i], topic, &found[count]))
                count++;
    for (size_t i = 0; i < count; i++)
        p_values[i] = found[i].p_value;
    benjamini_hochberg(p_values, q_values, count);
    for (size_t i = 0; i < count; i++)
        found[i].insight.q_value = q_values[i];
    for (size_t i = 0; i < count; i++)
        if (is_clear(&found[i]) && !is_told_by_rating(found, count, &found[i].insight))
            insight_list_add(impact->stage_context->insights, &found[i].insight);
    free(found);
    free(p_values);
    free(q_values);
    return true;
}

static const struct option options[] = {{0}};

const struct stage impact_stage = {
    .name = "impact",
    .summary = "find topics that go with a higher or lower score",
    .options = options,
    .state_size = sizeof(struct impact),
    .open = open_impact,
    .count_record = count_record,
    .finish = finish,
    .close = close_impact,
};
