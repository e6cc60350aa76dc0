/* chunk_merge.c - votes on topics, weighted sums of probabilities. */
#include "stages/tasks/chunk_merge.h"

#include <math.h>

#include "stages/tasks/sentiment.h"

static enum sentiment majority_polarity(const size_t votes[SENTIMENT_COUNT])
{
    size_t negative = votes[SENTIMENT_NEGATIVE], positive = votes[SENTIMENT_POSITIVE];
    size_t neutral = votes[SENTIMENT_NEUTRAL];
    if (negative > positive && negative > neutral)
        return SENTIMENT_NEGATIVE;
    if (positive > negative && positive > neutral)
        return SENTIMENT_POSITIVE;
    return SENTIMENT_NEUTRAL;
}

const struct topic_mention *merge_topic_mentions(struct mentions mentions,
                                                 const struct topic_names *names,
                                                 struct arena *arena, size_t *topic_count)
{
    *topic_count = 0;
    if (mentions.count == 0)
        return NULL;
    size_t(*votes)[SENTIMENT_COUNT] = arena_alloc(arena, names->count, sizeof(*votes));
    bool *is_mentioned = arena_alloc(arena, names->count, sizeof(*is_mentioned));
    for (size_t i = 0; i < mentions.count; i++) {
        votes[mentions.items[i].topic][mentions.items[i].polarity]++;
        is_mentioned[mentions.items[i].topic] = true;
    }
    struct topic_mention *topics = arena_alloc(arena, mentions.count, sizeof(*topics));
    for (size_t topic = 0; topic < names->count; topic++)
        if (is_mentioned[topic])
            topics[(*topic_count)++] = (struct topic_mention){
                .topic = names->items[topic], .polarity = majority_polarity(votes[topic])};
    return topics;
}

static bool has_topic_with_polarity(const struct analysis *analysis, enum sentiment polarity)
{
    for (size_t i = 0; i < analysis->topic_count; i++)
        if (analysis->topics[i].polarity == polarity)
            return true;
    return false;
}

static struct sentiment_probabilities average_probabilities(const struct chunk *chunks,
                                                            size_t count, double total_tokens)
{
    struct sentiment_probabilities average = {0};
    for (size_t i = 0; i < count; i++) {
        double weight = (double)chunks[i].tokens;
        average.negative += weight * chunks[i].negative;
        average.neutral += weight * chunks[i].neutral;
        average.positive += weight * chunks[i].positive;
        average.mixed += weight * chunks[i].mixed;
    }
    average.negative /= total_tokens;
    average.neutral /= total_tokens;
    average.positive /= total_tokens;
    average.mixed /= total_tokens;
    return average;
}

void merge_chunks(const struct merge_rules *rules, const struct chunk *chunks, size_t count,
                  struct analysis *analysis)
{
    double tokens = 0, tokens_by_label[SENTIMENT_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        tokens += (double)chunks[i].tokens;
        tokens_by_label[chunks[i].sentiment] += (double)chunks[i].tokens;
    }
    struct sentiment_probabilities probabilities = average_probabilities(chunks, count, tokens);
    analysis->score = probabilities.positive - probabilities.negative;
    analysis->sentiment =
        sentiment_choose_label(probabilities, rules->undetected_below, &analysis->confidence);
    if (analysis->sentiment == SENTIMENT_MIXED)
        return;
    bool is_mixed = false;
    if (count > 1)
        is_mixed = fmin(tokens_by_label[SENTIMENT_POSITIVE], tokens_by_label[SENTIMENT_NEGATIVE]) +
                       tokens_by_label[SENTIMENT_MIXED] / 2 >=
                   rules->min_mixed_share * tokens;
    else if (!rules->has_mixed_label)
        is_mixed = has_topic_with_polarity(analysis, SENTIMENT_POSITIVE) &&
                   has_topic_with_polarity(analysis, SENTIMENT_NEGATIVE) &&
                   analysis->confidence < rules->max_mixed_confidence;
    if (is_mixed) {
        double positive = probabilities.positive + probabilities.mixed / 2;
        double negative = probabilities.negative + probabilities.mixed / 2;
        analysis->sentiment = SENTIMENT_MIXED;
        analysis->confidence = 2 * fmin(positive, negative) / (positive + negative);
    }
}
