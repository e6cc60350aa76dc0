/* topic_stats.c - counts, means, and the row that says it best. */
#include "stages/stats/topic_stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"

enum { MIN_QUOTE_LENGTH = 20, MAX_QUOTE_LENGTH = 300 };

static struct topic_tally *get_or_add_tally(struct topic_stats_table *topic_stats_table,
                                            struct text period, struct text segment,
                                            struct text topic)
{
    struct arena scratch = {0};
    struct text name = arena_format(&scratch, "%.*s\n%.*s\n%.*s", TEXT_ARGUMENT(period),
                                    TEXT_ARGUMENT(segment), TEXT_ARGUMENT(topic));
    size_t old_count = topic_stats_table->names.count,
           index = name_set_add(&topic_stats_table->names, name);
    arena_free(&scratch);
    if (index == old_count) {
        topic_stats_table->tallies =
            memory_grow(topic_stats_table->tallies, &topic_stats_table->capacity, index + 1,
                        sizeof(*topic_stats_table->tallies));
        topic_stats_table->tallies[index] = (struct topic_tally){
            .period = arena_copy_text(&topic_stats_table->arena, period),
            .segment = arena_copy_text(&topic_stats_table->arena, segment),
            .topic = arena_copy_text(&topic_stats_table->arena, topic),
        };
    }
    return &topic_stats_table->tallies[index];
}

static bool contains_ignore_case(struct text name, struct text word)
{
    for (size_t at = 0; at + word.size <= name.size; at++)
        if (text_equal_ignore_case(text_slice(name, at, at + word.size), word))
            return true;
    return false;
}

/* "How likely are you to recommend us", from 0 to 10. */
static bool is_nps_answer(const struct saved_record *row)
{
    if (row->rating_scale != 10)
        return false;
    for (size_t i = 0; i < row->field_count; i++) {
        struct text name = row->fields[i].name;
        double value;
        if ((contains_ignore_case(name, TEXT("nps")) ||
             contains_ignore_case(name, TEXT("recommend")) ||
             contains_ignore_case(name, TEXT("추천"))) &&
            text_to_real(text_trim(row->fields[i].value), &value) && value == row->rating)
            return true;
    }
    return false;
}

static void add_rating(struct topic_tally *topic_tally, const struct saved_record *row)
{
    if (isnan(row->rating))
        return;
    size_t at = 0;
    while (at < topic_tally->scale_count && topic_tally->ratings[at].scale != row->rating_scale &&
           !(isnan(topic_tally->ratings[at].scale) && isnan(row->rating_scale)))
        at++;
    if (at == MAX_RATING_SCALES)
        return;
    if (at == topic_tally->scale_count)
        topic_tally->ratings[topic_tally->scale_count++].scale = row->rating_scale;
    topic_tally->ratings[at].count++;
    topic_tally->ratings[at].sum += row->rating;
    topic_tally->ratings[at].top_two_count += row->rating >= 4;
    if (is_nps_answer(row)) {
        topic_tally->nps_answers++;
        topic_tally->promoters += row->rating >= 9;
        topic_tally->detractors += row->rating <= 6;
    }
}

/* The clearest mention: of a length that reads well, and as far to its side as there is. */
static void update_best_quote(struct quote_candidate *best_quote, enum sentiment polarity,
                              const struct saved_record *row)
{
    size_t length = utf8_count_code_points(row->text);
    double distance = fabs(row->analysis.score);
    bool has_side = polarity == SENTIMENT_POSITIVE || polarity == SENTIMENT_NEGATIVE;
    struct quote_candidate candidate = {
        .id = row->feedback_id,
        .has_quotable_length = length >= MIN_QUOTE_LENGTH && length <= MAX_QUOTE_LENGTH,
        .clarity = has_side ? distance : 1 - distance,
    };
    if (polarity == SENTIMENT_POSITIVE && row->analysis.score < 0)
        candidate.clarity = 0;
    if (polarity == SENTIMENT_NEGATIVE && row->analysis.score > 0)
        candidate.clarity = 0;
    if (best_quote->id != 0) {
        if (best_quote->has_quotable_length != candidate.has_quotable_length) {
            if (best_quote->has_quotable_length)
                return;
        } else if (candidate.clarity < best_quote->clarity ||
                   (candidate.clarity == best_quote->clarity && candidate.id > best_quote->id)) {
            return;
        }
    }
    *best_quote = candidate;
}

void topic_stats_table_add(struct topic_stats_table *topic_stats_table, struct text period,
                           struct text segment, struct text topic, enum sentiment polarity,
                           const struct saved_record *row)
{
    struct topic_tally *topic_tally = get_or_add_tally(topic_stats_table, period, segment, topic);
    topic_tally->mentions++;
    topic_tally->polarities[polarity]++;
    add_rating(topic_tally, row);
    update_best_quote(&topic_tally->best_quote[polarity], polarity, row);
}

/* Of the polarity that most mentions have; of equals the worse news. */
static uint64_t choose_top_quote(const struct topic_tally *topic_tally)
{
    static const enum sentiment order[] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE, SENTIMENT_MIXED,
                                           SENTIMENT_NEUTRAL, SENTIMENT_UNDETECTED};
    enum sentiment most_frequent = order[0];
    for (size_t i = 1; i < sizeof(order) / sizeof(*order); i++)
        if (topic_tally->polarities[order[i]] > topic_tally->polarities[most_frequent])
            most_frequent = order[i];
    return topic_tally->best_quote[most_frequent].id;
}

static const struct rating_tally *find_commonest_scale(const struct topic_tally *topic_tally)
{
    const struct rating_tally *commonest = NULL;
    for (size_t i = 0; i < topic_tally->scale_count; i++)
        if (!commonest || topic_tally->ratings[i].count > commonest->count)
            commonest = &topic_tally->ratings[i];
    return commonest;
}

static double percentage(size_t part, size_t whole)
{
    return 100 * (double)part / (double)whole;
}

static struct topic_stats compute_topic_stats(const struct topic_tally *topic_tally)
{
    const size_t *polarities = topic_tally->polarities;
    struct topic_stats topic_stats = {
        .period = topic_tally->period,
        .segment = topic_tally->segment,
        .topic = topic_tally->topic,
        .mentions = topic_tally->mentions,
        .positive = polarities[SENTIMENT_POSITIVE],
        .neutral = polarities[SENTIMENT_NEUTRAL],
        .negative = polarities[SENTIMENT_NEGATIVE],
        .mixed = polarities[SENTIMENT_MIXED],
        .undetected = polarities[SENTIMENT_UNDETECTED],
        .net_sentiment = percentage(polarities[SENTIMENT_POSITIVE], topic_tally->mentions) -
                         percentage(polarities[SENTIMENT_NEGATIVE], topic_tally->mentions),
        .mean_rating = NAN,
        .rating_scale = NAN,
        .nps = NAN,
        .csat = NAN,
        .top_quote_id = choose_top_quote(topic_tally),
    };
    const struct rating_tally *commonest = find_commonest_scale(topic_tally);
    if (commonest) {
        topic_stats.mean_rating = commonest->sum / (double)commonest->count;
        topic_stats.rating_scale = commonest->scale;
        if (commonest->scale == 5)
            topic_stats.csat = percentage(commonest->top_two_count, commonest->count);
    }
    if (topic_tally->nps_answers > 0)
        topic_stats.nps = percentage(topic_tally->promoters, topic_tally->nps_answers) -
                          percentage(topic_tally->detractors, topic_tally->nps_answers);
    return topic_stats;
}

static int compare_by_name(const void *a, const void *b)
{
    const struct topic_stats *left = a, *right = b;
    int order = text_compare(left->period, right->period);
    order = order ? order : text_compare(left->segment, right->segment);
    return order ? order : text_compare(left->topic, right->topic);
}

struct topic_stats *topic_stats_table_finish(struct topic_stats_table *topic_stats_table,
                                             size_t *count)
{
    *count = topic_stats_table->names.count;
    struct topic_stats *finished =
        arena_alloc(&topic_stats_table->arena, *count, sizeof(*finished));
    for (size_t i = 0; i < *count; i++)
        finished[i] = compute_topic_stats(&topic_stats_table->tallies[i]);
    if (*count > 0)
        qsort(finished, *count, sizeof(*finished), compare_by_name);
    /* "(all)" sorts before every name of a topic. */
    uint64_t responses = 0;
    for (size_t i = 0; i < *count; i++) {
        if (text_equal(finished[i].topic, TEXT("(all)")))
            responses = finished[i].mentions;
        finished[i].responses = responses;
    }
    return finished;
}

void topic_stats_table_free(struct topic_stats_table *topic_stats_table)
{
    name_set_free(&topic_stats_table->names);
    free(topic_stats_table->tallies);
    arena_free(&topic_stats_table->arena);
    *topic_stats_table = (struct topic_stats_table){0};
}
