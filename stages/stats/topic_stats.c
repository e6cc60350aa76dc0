/* topic_stats.c - counts, means, and the most typical record of each topic. */
#include "stages/stats/topic_stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "stages/stats/nps.h"
#include "stages/stats/wilson.h"

enum { MIN_QUOTE_LENGTH = 20, MAX_QUOTE_LENGTH = 300 }; /* code points */

static struct topic_tally *get_or_add_tally(struct topic_stats_table *table,
                                            const struct group_key *key, struct text period)
{
    bool is_new;
    uint64_t hash = group_key_combine_hash(hash_combine(HASH_SEED, period), key);
    size_t index = *hash_table_get_or_insert(&table->indexes, hash, table->count, &is_new);
    if (is_new) {
        table->tallies =
            memory_grow(table->tallies, &table->capacity, ++table->count, sizeof(*table->tallies));
        table->tallies[index] = (struct topic_tally){
            .key = group_key_copy(key, &table->arena),
            .period = arena_copy_text(&table->arena, period),
        };
    }
    return &table->tallies[index];
}

/* Whether the tally has a rating of the respondent, who gave one rating and several answers. All
 * answers of a respondent have the same time, so those of earlier times are forgotten. */
static bool has_rating_of(struct topic_stats_table *table, const struct topic_tally *tally,
                          const struct saved_record *record)
{
    if (record->respondent == 0)
        return false;
    if (table->respondents_time != record->created_at)
        hash_table_free(&table->respondents);
    table->respondents_time = record->created_at;
    uint64_t index = (uint64_t)(tally - table->tallies);
    uint64_t key = hash_combine_number(hash_combine_number(HASH_SEED, index), record->respondent);
    bool is_new;
    hash_table_get_or_insert(&table->respondents, key, 1, &is_new);
    return !is_new;
}

static void add_rating(struct topic_tally *tally, const struct saved_record *record)
{
    size_t index = 0;
    while (index < tally->scale_count && tally->ratings[index].scale != record->rating_scale &&
           !(isnan(tally->ratings[index].scale) && isnan(record->rating_scale)))
        index++;
    if (index == MAX_RATING_SCALES)
        return;
    struct rating_tally *rating_tally = &tally->ratings[index];
    if (index == tally->scale_count) {
        tally->scale_count++;
        rating_tally->scale = record->rating_scale;
    }
    sample_add(&rating_tally->ratings, record->rating, 1);
    rating_tally->top_two_count += record->rating >= 4;
    if (nps_is_answer(record))
        sample_add(&tally->nps, nps_value(record->rating), 1);
}

/* Prefers records of a readable length, then those with the clearest polarity, then the lowest id.
 */
static void update_best_quote(struct quote_candidate *best_quote, enum sentiment polarity,
                              const struct saved_record *record)
{
    size_t length = utf8_count_code_points(record->text);
    double distance = fabs(record->analysis.score);
    bool has_side = polarity == SENTIMENT_POSITIVE || polarity == SENTIMENT_NEGATIVE;
    struct quote_candidate candidate = {
        .id = record->feedback_id,
        .has_quotable_length = length >= MIN_QUOTE_LENGTH && length <= MAX_QUOTE_LENGTH,
        .clarity = has_side ? distance : 1 - distance,
    };
    if (polarity == SENTIMENT_POSITIVE && record->analysis.score < 0)
        candidate.clarity = 0;
    if (polarity == SENTIMENT_NEGATIVE && record->analysis.score > 0)
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

void topic_stats_table_add(struct topic_stats_table *table, const struct group_key *key,
                           struct text period, enum sentiment polarity,
                           const struct saved_record *record)
{
    struct topic_tally *tally = get_or_add_tally(table, key, period);
    tally->mentions++;
    tally->polarities[polarity]++;
    if (text_equal(key->topic, group_key_all_topics))
        probability_sums_add(&tally->probability_sums, record->probabilities);
    if (!isnan(record->rating) && !has_rating_of(table, tally, record))
        add_rating(tally, record);
    update_best_quote(&tally->best_quote[polarity], polarity, record);
}

/* The best quote of the most frequent polarity; if two are equally frequent, of the first in
 * `order`. */
static uint64_t choose_top_quote(const struct topic_tally *tally)
{
    static const enum sentiment order[] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE, SENTIMENT_MIXED,
                                           SENTIMENT_NEUTRAL, SENTIMENT_UNDETECTED};
    enum sentiment prevailing = order[0];
    for (size_t i = 1; i < sizeof(order) / sizeof(*order); i++)
        if (tally->polarities[order[i]] > tally->polarities[prevailing])
            prevailing = order[i];
    return tally->best_quote[prevailing].id;
}

static const struct rating_tally *find_commonest_scale(const struct topic_tally *tally)
{
    const struct rating_tally *commonest = NULL;
    for (size_t i = 0; i < tally->scale_count; i++)
        if (!commonest || tally->ratings[i].ratings.count > commonest->ratings.count)
            commonest = &tally->ratings[i];
    return commonest;
}

/* The mean with Student's interval, within [min, max]; without an interval below two values. */
static struct share mean_share(const struct sample *sample, double min, double max)
{
    double mean = sample_mean(sample), square = sample_squared_error(sample);
    double half_width = isnan(square) ? NAN : student_quantile(sample->count - 1) * sqrt(square);
    double low = mean - half_width, high = mean + half_width;
    return (struct share){mean, low < min ? min : low, high > max ? max : high};
}

static double percentage(size_t part, size_t whole)
{
    return 100 * (double)part / (double)whole;
}

static void set_ratings(struct topic_stats *topic_stats, const struct rating_tally *tally)
{
    double n = tally->ratings.count;
    topic_stats->mean_rating = mean_share(&tally->ratings, 0, tally->scale);
    topic_stats->rating_n = (uint64_t)n;
    topic_stats->rating_scale = tally->scale;
    if (tally->scale != 5)
        return;
    topic_stats->csat_n = (uint64_t)n;
    struct share share = wilson_share((double)tally->top_two_count, n);
    if (n >= TOPIC_STATS_MIN_ANSWERS)
        topic_stats->csat = (struct share){100 * share.value, 100 * share.low, 100 * share.high};
}

static struct topic_stats compute_topic_stats(const struct topic_tally *tally,
                                              const struct share_errors *share_errors)
{
    const size_t *polarities = tally->polarities;
    struct label_shares label_shares =
        text_equal(tally->key.topic, group_key_all_topics)
            ? label_shares_estimate(polarities, &tally->probability_sums, share_errors)
            : label_shares_count(polarities);
    struct topic_stats topic_stats = {
        .key = tally->key,
        .period = tally->period,
        .mentions = tally->mentions,
        .positive = polarities[SENTIMENT_POSITIVE],
        .neutral = polarities[SENTIMENT_NEUTRAL],
        .negative = polarities[SENTIMENT_NEGATIVE],
        .mixed = polarities[SENTIMENT_MIXED],
        .undetected = polarities[SENTIMENT_UNDETECTED],
        .net_sentiment = percentage(polarities[SENTIMENT_POSITIVE], tally->mentions) -
                         percentage(polarities[SENTIMENT_NEGATIVE], tally->mentions),
        .mean_rating = {NAN, NAN, NAN},
        .rating_scale = NAN,
        .nps = {NAN, NAN, NAN},
        .csat = {NAN, NAN, NAN},
        .nps_n = (uint64_t)tally->nps.count,
        .top_quote_id = choose_top_quote(tally),
        .negative_share = label_shares.shares[SENTIMENT_NEGATIVE],
        .positive_share = label_shares.shares[SENTIMENT_POSITIVE],
        .share_method = label_shares.method,
    };
    const struct rating_tally *commonest = find_commonest_scale(tally);
    if (commonest)
        set_ratings(&topic_stats, commonest);
    if (tally->nps.count >= TOPIC_STATS_MIN_ANSWERS)
        topic_stats.nps = mean_share(&tally->nps, -100, 100);
    return topic_stats;
}

static int compare_fields(const struct group_key *a, const struct group_key *b)
{
    for (size_t i = 0; i < a->field_count && i < b->field_count; i++) {
        int order = text_compare(a->fields[i].name, b->fields[i].name);
        order = order ? order : text_compare(a->fields[i].value, b->fields[i].value);
        if (order)
            return order;
    }
    return (a->field_count > b->field_count) - (a->field_count < b->field_count);
}

/* By period and segment; the figures about all records come before those about topics. */
static int compare_figures(const void *a, const void *b)
{
    const struct topic_stats *left = a, *right = b;
    int order = text_compare(left->period, right->period);
    order = order ? order : compare_fields(&left->key, &right->key);
    if (order)
        return order;
    bool is_left_all = text_equal(left->key.topic, group_key_all_topics),
         is_right_all = text_equal(right->key.topic, group_key_all_topics);
    return is_left_all != is_right_all ? is_right_all - is_left_all
                                       : text_compare(left->key.topic, right->key.topic);
}

struct topic_stats *topic_stats_table_finish(struct topic_stats_table *table,
                                             const struct share_errors *share_errors, size_t *count)
{
    *count = table->count;
    struct topic_stats *figures = arena_alloc(&table->arena, *count, sizeof(*figures));
    for (size_t i = 0; i < *count; i++)
        figures[i] = compute_topic_stats(&table->tallies[i], share_errors);
    if (*count > 0)
        qsort(figures, *count, sizeof(*figures), compare_figures);
    uint64_t responses = 0;
    for (size_t i = 0; i < *count; i++) {
        if (text_equal(figures[i].key.topic, group_key_all_topics))
            responses = figures[i].mentions;
        figures[i].responses = responses;
    }
    return figures;
}

void topic_stats_table_free(struct topic_stats_table *table)
{
    hash_table_free(&table->indexes);
    hash_table_free(&table->respondents);
    free(table->tallies);
    arena_free(&table->arena);
    *table = (struct topic_stats_table){0};
}
