/* chunk_merge.c - chunks to one answer. */
#include "stages/tasks/chunk_merge.h"

#include <math.h>

#include "stages/tasks/sentiment.h"

static enum sentiment majority(const size_t votes[SENTIMENT_COUNT])
{
    size_t negative = votes[SENTIMENT_NEGATIVE], positive = votes[SENTIMENT_POSITIVE];
    size_t neutral = votes[SENTIMENT_NEUTRAL];
    if (negative > positive && negative > neutral)
        return SENTIMENT_NEGATIVE;
    if (positive > negative && positive > neutral)
        return SENTIMENT_POSITIVE;
    return SENTIMENT_NEUTRAL;
}

const struct topic_mention *combine_topics(const struct mention *mentions, size_t count,
                                           const struct text *names, size_t name_count,
                                           struct arena *arena, size_t *topic_count)
{
    *topic_count = 0;
    if (count == 0)
        return NULL;
    size_t(*votes)[SENTIMENT_COUNT] = arena_alloc(arena, name_count, sizeof(*votes));
    bool *found = arena_alloc(arena, name_count, sizeof(*found));
    for (size_t i = 0; i < count; i++) {
        votes[mentions[i].topic][mentions[i].polarity]++;
        found[mentions[i].topic] = true;
    }
    struct topic_mention *topics = arena_alloc(arena, count, sizeof(*topics));
    for (size_t topic = 0; topic < name_count; topic++)
        if (found[topic])
            topics[(*topic_count)++] =
                (struct topic_mention){.topic = names[topic], .polarity = majority(votes[topic])};
    return topics;
}

static bool has_topic(const struct analysis *analysis, enum sentiment polarity)
{
    for (size_t i = 0; i < analysis->topic_count; i++)
        if (analysis->topics[i].polarity == polarity)
            return true;
    return false;
}

void combine_chunks(const struct combine_rules *rules, const struct chunk *chunks, size_t count,
                    struct analysis *analysis)
{
    double tokens = 0, labelled[SENTIMENT_COUNT] = {0};
    struct odds odds = {0};
    for (size_t i = 0; i < count; i++) {
        double weight = (double)chunks[i].tokens;
        tokens += weight;
        labelled[chunks[i].sentiment] += weight;
        odds.negative += weight * chunks[i].negative;
        odds.neutral += weight * chunks[i].neutral;
        odds.positive += weight * chunks[i].positive;
    }
    odds.negative /= tokens;
    odds.neutral /= tokens;
    odds.positive /= tokens;

    analysis->score = odds.positive - odds.negative;
    analysis->sentiment = sentiment_label(odds, rules->undetected_below, &analysis->confidence);
    bool mixed;
    if (count > 1)
        mixed = fmin(labelled[SENTIMENT_POSITIVE], labelled[SENTIMENT_NEGATIVE]) >=
                rules->mixed_at * tokens;
    else
        mixed = has_topic(analysis, SENTIMENT_POSITIVE) &&
                has_topic(analysis, SENTIMENT_NEGATIVE) &&
                analysis->confidence < rules->one_sided_at;
    if (mixed) {
        analysis->sentiment = SENTIMENT_MIXED;
        analysis->confidence =
            2 * fmin(odds.positive, odds.negative) / (odds.positive + odds.negative);
    }
}
