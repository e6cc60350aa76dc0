/* moved.c - the moved stage: whether the mean rating or the NPS changed beyond chance in the latest
 * finished periods, and how much of the change goes with each topic (kitagawa.h). A unit with k
 * topics is in each of them with weight 1 / k; one without a topic is in "other". */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/insight.h"
#include "stages/stages.h"
#include "stages/stats/change_search.h"
#include "stages/stats/day_counts.h"
#include "stages/stats/kitagawa.h"
#include "stages/stats/rated_units.h"

static const size_t windows[] = {1, 2, 4};
enum { WINDOW_COUNT = sizeof(windows) / sizeof(*windows), MIN_UNITS = 10 };

/* Of the windows of both scores together; and the smallest change, as a share of the scale. */
static const double max_p_value = 0.01, min_effect = 0.05;

/* The largest part is named if it is at least this share of the change. */
static const double min_part = 0.2;

struct day_sample {
    int64_t day;
    struct sample sample;
};

/* The units of a topic by day. */
struct sample_series {
    struct day_sample *days; /* owned; in ascending order */
    size_t count, capacity;
};

/* Of one score: all units, those without a topic, and those of each topic. */
struct score_series {
    struct sample_series all, other;
    struct sample_series *topics; /* owned: [topic] */
    size_t capacity;
};

struct moved {
    struct text period;                        /* option */
    const struct stage_context *stage_context; /* borrowed */
    struct rated_units units;
    struct score_series scores[SCORE_COUNT];
    struct day_counts days;
    struct arena arena;
};

/* A window of one score against the periods before it. */
struct move {
    size_t score, first, last; /* periods of the window */
    struct sample before, after;
    double p_value;
    struct welch welch;
};

static void add_to_series(struct sample_series *series, int64_t day, double score, double weight)
{
    if (series->count == 0 || series->days[series->count - 1].day != day) {
        series->days =
            memory_grow(series->days, &series->capacity, series->count + 1, sizeof(*series->days));
        series->days[series->count++] = (struct day_sample){.day = day};
    }
    sample_add(&series->days[series->count - 1].sample, score, weight);
}

static void visit_unit(void *user, const struct rated_unit *unit)
{
    struct moved *moved = user;
    if (unit->created_at == TIME_UNKNOWN)
        return;
    int64_t day = timeline_day_of(unit->created_at);
    day_counts_add(&moved->days, day);
    for (int i = 0; i < SCORE_CSAT; i++) {
        struct score_series *series = &moved->scores[i];
        size_t known = series->capacity;
        if (isnan(unit->scores[i]))
            continue;
        series->topics = memory_grow(series->topics, &series->capacity, moved->units.topics.count,
                                     sizeof(*series->topics));
        for (; known < series->capacity; known++)
            series->topics[known] = (struct sample_series){0};
        add_to_series(&series->all, day, unit->scores[i], 1);
        for (size_t j = 0; j < unit->topic_count; j++)
            add_to_series(&series->topics[unit->topics[j]], day, unit->scores[i],
                          1 / (double)unit->topic_count);
        if (unit->topic_count == 0)
            add_to_series(&series->other, day, unit->scores[i], 1);
    }
}

static bool open_moved(void *state, const struct stage_context *stage_context, struct error *error)
{
    (void)error;
    struct moved *moved = state;
    moved->stage_context = stage_context;
    moved->units.visit = visit_unit;
    moved->units.user = moved;
    return true;
}

static void close_moved(void *state)
{
    struct moved *moved = state;
    for (int i = 0; i < SCORE_COUNT; i++) {
        struct score_series *series = &moved->scores[i];
        for (size_t j = 0; j < series->capacity; j++)
            free(series->topics[j].days);
        free(series->topics);
        free(series->all.days);
        free(series->other.days);
    }
    rated_units_free(&moved->units);
    day_counts_free(&moved->days);
    arena_free(&moved->arena);
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct moved *moved = state;
    rated_units_add(&moved->units, record);
    return true;
}

/* ---- Tests ---- */

/* The units of the periods [first, end). */
static struct sample sum_periods(const struct sample_series *series,
                                 const struct timeline *timeline, size_t first, size_t end)
{
    struct sample sum = {0};
    int64_t begin_day = timeline->periods[first].begin, end_day = timeline->periods[end - 1].end;
    for (size_t i = 0; i < series->count; i++)
        if (series->days[i].day >= begin_day && series->days[i].day < end_day)
            sample_merge(&sum, &series->days[i].sample);
    return sum;
}

static size_t get_first_baseline(size_t first)
{
    return first > CHANGE_MAX_BASELINE ? first - CHANGE_MAX_BASELINE : 0;
}

static double get_range(const struct moved *moved, size_t score)
{
    return score == SCORE_NPS ? 200 : moved->units.scales[score];
}

/* The clearest move of the score. False if none is beyond chance. */
static bool find_move(const struct moved *moved, const struct timeline *timeline, size_t score,
                      struct move *best)
{
    const struct sample_series *all = &moved->scores[score].all;
    size_t periods = timeline->count;
    best->p_value = 1;
    for (size_t i = 0; i < WINDOW_COUNT && windows[i] + CHANGE_MIN_BASELINE <= periods; i++) {
        struct move move = {.score = score, .first = periods - windows[i], .last = periods - 1};
        move.before = sum_periods(all, timeline, get_first_baseline(move.first), move.first);
        move.after = sum_periods(all, timeline, move.first, periods);
        move.welch = welch_compare(&move.after, &move.before);
        move.p_value = student_compare(&move.after, &move.before);
        if (move.before.count >= MIN_UNITS && move.after.count >= MIN_UNITS &&
            move.p_value < best->p_value)
            *best = move;
    }
    return best->p_value * WINDOW_COUNT * 2 <= max_p_value &&
           fabs(best->welch.difference) > best->welch.half_width &&
           fabs(best->welch.difference) >= min_effect * get_range(moved, score);
}

/* ---- Insights ---- */

static struct insight make_insight(const struct moved *moved, const struct timeline *timeline,
                                   const struct move *move)
{
    struct insight insight = insight_make(INSIGHT_MOVED);
    insight.measure = move->score == SCORE_NPS ? MEASURE_NPS : MEASURE_RATING;
    insight.rating_scale = move->score == SCORE_NPS ? NAN : moved->units.scales[move->score];
    insight.since = timeline->periods[move->first].name;
    insight.until = timeline->periods[move->last].name;
    insight.polarity = move->welch.difference < 0 ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE;
    insight.from = timeline->periods[move->first].begin * TIMELINE_DAY_SECONDS;
    insight.to = timeline->periods[move->last].end * TIMELINE_DAY_SECONDS;
    return insight;
}

/* A tone needs enough units in both periods: otherwise a part is called volume. */
static void add_part(const struct moved *moved, const struct timeline *timeline,
                     const struct move *move, struct text topic, const struct kitagawa_topic *units,
                     const struct kitagawa_part *part)
{
    struct insight insight = make_insight(moved, timeline, move);
    double value = part->tone + part->volume;
    insight.key.topic = topic;
    bool has_tone = units->before.count >= MIN_UNITS && units->after.count >= MIN_UNITS;
    insight.phrase =
        has_tone && fabs(part->tone) >= fabs(part->volume) ? TEXT("tone") : TEXT("volume");
    insight.value = (struct share){value, value - part->half_width, value + part->half_width};
    insight.n = (uint64_t)units->after.count;
    insight.baseline = sample_mean(&units->before);
    insight.baseline_n = (uint64_t)units->before.count;
    insight.strength = fabs(value);
    insight_list_add(moved->stage_context->insights, &insight);
}

/* Adds the change, then its parts: topics with enough units in a period, and "other". */
static void add_move(struct moved *moved, const struct timeline *timeline, const struct move *move)
{
    const struct score_series *series = &moved->scores[move->score];
    size_t topic_count = moved->units.topics.count, first = get_first_baseline(move->first),
           count = 1;
    struct kitagawa_topic *topics = arena_alloc(&moved->arena, topic_count + 1, sizeof(*topics));
    struct kitagawa_part *parts = arena_alloc(&moved->arena, topic_count + 1, sizeof(*parts));
    struct text *names = arena_alloc(&moved->arena, topic_count + 1, sizeof(*names));
    names[0] = TEXT("other");
    topics[0].before = sum_periods(&series->other, timeline, first, move->first);
    topics[0].after = sum_periods(&series->other, timeline, move->first, timeline->count);
    for (size_t i = 0; i < topic_count && i < series->capacity; i++) {
        struct kitagawa_topic topic = {
            .before = sum_periods(&series->topics[i], timeline, first, move->first),
            .after = sum_periods(&series->topics[i], timeline, move->first, timeline->count)};
        bool is_small = topic.before.count < MIN_UNITS && topic.after.count < MIN_UNITS;
        if (is_small) {
            sample_merge(&topics[0].before, &topic.before);
            sample_merge(&topics[0].after, &topic.after);
            continue;
        }
        names[count] = moved->units.topics.texts[i];
        topics[count++] = topic;
    }
    if (!kitagawa_decompose(topics, count, parts))
        return;
    double change = move->welch.difference;
    size_t largest = 0;
    for (size_t i = 1; i < count; i++) {
        double value = (parts[i].tone + parts[i].volume) / change;
        bool is_clear = fabs(parts[i].tone + parts[i].volume) > parts[i].half_width;
        if (is_clear && value >= min_part &&
            (largest == 0 || value > (parts[largest].tone + parts[largest].volume) / change))
            largest = i;
    }
    struct insight insight = make_insight(moved, timeline, move);
    insight.key.topic = group_key_all_topics;
    insight.phrase = largest > 0 ? names[largest] : (struct text){0};
    insight.value =
        (struct share){change, change - move->welch.half_width, change + move->welch.half_width};
    insight.n = (uint64_t)move->after.count;
    insight.baseline = sample_mean(&move->before);
    insight.baseline_n = (uint64_t)move->before.count;
    insight.q_value = fmin(1, move->p_value * WINDOW_COUNT * 2);
    insight.strength = INFINITY;
    insight_list_add(moved->stage_context->insights, &insight);
    for (size_t i = 0; i < count; i++)
        add_part(moved, timeline, move, names[i], &topics[i], &parts[i]);
}

static bool finish(void *state, struct error *error)
{
    (void)error;
    struct moved *moved = state;
    rated_units_flush(&moved->units);
    struct timeline timeline =
        day_counts_choose_timeline(&moved->days, moved->period, &moved->arena);
    const size_t scores[] = {rated_units_find_commonest_scale(&moved->units), SCORE_NPS};
    for (int i = 0; i < 2 && timeline.count > 0; i++) {
        struct move move = {0};
        if (find_move(moved, &timeline, scores[i], &move))
            add_move(moved, &timeline, &move);
    }
    return true;
}

static const struct option options[] = {
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct moved, period),
     .default_value = "auto",
     .choices = DAY_COUNTS_PERIODS,
     .help = DAY_COUNTS_PERIOD_HELP},
    {0},
};

const struct stage moved_stage = {
    .name = "moved",
    .summary = "find what a change of the mean score goes with",
    .options = options,
    .state_size = sizeof(struct moved),
    .open = open_moved,
    .count_record = count_record,
    .finish = finish,
    .close = close_moved,
};
