/* rated_units.c - merges the answers of a respondent into one unit. */
#include "stages/stats/rated_units.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stages/stats/nps.h"

/* SCORE_RATING_SCALES if there are too many. An unknown scale is NAN. */
static size_t find_scale(struct rated_units *units, double scale)
{
    size_t index = 0;
    while (index < units->scale_count && units->scales[index] != scale &&
           !(isnan(units->scales[index]) && isnan(scale)))
        index++;
    if (index == units->scale_count && index < SCORE_RATING_SCALES)
        units->scales[units->scale_count++] = scale;
    return index;
}

static struct rated_unit make_unit(struct rated_units *units, const struct saved_record *record)
{
    struct rated_unit unit = {.created_at = record->created_at};
    for (int i = 0; i < SCORE_COUNT; i++)
        unit.scores[i] = NAN;
    if (nps_is_answer(record)) {
        unit.scores[SCORE_NPS] = nps_value(record->rating);
        return unit;
    }
    size_t scale = find_scale(units, record->rating_scale);
    if (scale < SCORE_RATING_SCALES) {
        unit.scores[scale] = record->rating;
        units->scale_counts[scale]++;
    }
    if (record->rating_scale == 5)
        unit.scores[SCORE_CSAT] = record->rating >= 4 ? 100 : 0;
    return unit;
}

static void add_topics(struct rated_units *units, struct rated_unit *unit,
                       const struct saved_record *record)
{
    for (size_t i = 0; i < record->analysis.topic_count; i++) {
        size_t topic = name_set_add(&units->topics, record->analysis.topics[i].topic), j = 0;
        while (j < unit->topic_count && unit->topics[j] != topic)
            j++;
        if (j < unit->topic_count)
            continue;
        unit->topics = memory_grow(unit->topics, &unit->topic_capacity, unit->topic_count + 1,
                                   sizeof(*unit->topics));
        unit->topics[unit->topic_count++] = topic;
    }
}

void rated_units_flush(struct rated_units *units)
{
    for (size_t i = 0; i < units->pending_count; i++) {
        units->visit(units->user, &units->pending[i]);
        free(units->pending[i].topics);
    }
    units->pending_count = 0;
    hash_table_clear(&units->respondents);
}

void rated_units_add(struct rated_units *units, const struct saved_record *record)
{
    if (isnan(record->rating))
        return;
    if (record->respondent == 0) {
        struct rated_unit unit = make_unit(units, record);
        add_topics(units, &unit, record);
        units->visit(units->user, &unit);
        free(unit.topics);
        return;
    }
    if (units->pending_time != record->created_at)
        rated_units_flush(units);
    units->pending_time = record->created_at;
    bool is_new;
    size_t index = *hash_table_get_or_insert(&units->respondents, record->respondent,
                                             units->pending_count, &is_new);
    if (is_new) {
        units->pending = memory_grow(units->pending, &units->pending_capacity,
                                     ++units->pending_count, sizeof(*units->pending));
        units->pending[index] = make_unit(units, record);
    }
    add_topics(units, &units->pending[index], record);
}

void rated_units_free(struct rated_units *units)
{
    for (size_t i = 0; i < units->pending_count; i++)
        free(units->pending[i].topics);
    free(units->pending);
    name_set_free(&units->topics);
    hash_table_free(&units->respondents);
    *units = (struct rated_units){0};
}

size_t rated_units_find_commonest_scale(const struct rated_units *units)
{
    size_t commonest = 0;
    for (size_t i = 1; i < units->scale_count; i++)
        if (units->scale_counts[i] > units->scale_counts[commonest])
            commonest = i;
    return commonest;
}
