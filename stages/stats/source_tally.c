/* source_tally.c - the labels of each source. Jobs have few sources, so a list is enough. */
#include "stages/stats/source_tally.h"

#include <stdlib.h>

#include "base/memory.h"

/* The order of the rows of a source. */
static const enum sentiment row_labels[SENTIMENT_COUNT] = {SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL,
                                                           SENTIMENT_POSITIVE, SENTIMENT_MIXED,
                                                           SENTIMENT_UNDETECTED};

void source_tallies_add(struct source_tallies *tallies, const struct saved_record *record)
{
    size_t index = 0;
    while (index < tallies->count && !text_equal(tallies->tallies[index].source, record->source))
        index++;
    if (index == tallies->count) {
        tallies->tallies = memory_grow(tallies->tallies, &tallies->capacity, ++tallies->count,
                                       sizeof(*tallies->tallies));
        tallies->tallies[index] =
            (struct source_tally){.source = arena_copy_text(&tallies->arena, record->source)};
    }
    tallies->tallies[index].labels[record->analysis.sentiment]++;
    probability_sums_add(&tallies->tallies[index].probability_sums, record->probabilities);
}

static int compare_sources(const void *a, const void *b)
{
    const struct source_tally *left = a, *right = b;
    return text_compare(left->source, right->source);
}

static void fill_rows(struct label_share *rows, const struct source_tally *tally,
                      const struct share_errors *share_errors)
{
    struct label_shares label_shares =
        label_shares_estimate(tally->labels, &tally->probability_sums, share_errors);
    size_t records = 0;
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        records += tally->labels[i];
    for (size_t i = 0; i < SENTIMENT_COUNT; i++) {
        enum sentiment label = row_labels[i];
        rows[i] = (struct label_share){
            .source = tally->source,
            .label = label,
            .records = tally->labels[label],
            .predicted_share = (double)tally->labels[label] / (double)records,
            .share = label_shares.shares[label],
            .method = label_shares.method,
        };
    }
}

struct label_share *source_tallies_finish(struct source_tallies *tallies,
                                          const struct share_errors *share_errors, size_t *count)
{
    *count = tallies->count > 0 ? (tallies->count + 1) * SENTIMENT_COUNT : 0;
    if (*count == 0)
        return NULL;
    qsort(tallies->tallies, tallies->count, sizeof(*tallies->tallies), compare_sources);
    struct label_share *rows = arena_alloc(&tallies->arena, *count, sizeof(*rows));
    struct source_tally all = {.source = label_share_all_sources};
    for (size_t i = 0; i < tallies->count; i++) {
        for (int label = 0; label < SENTIMENT_COUNT; label++)
            all.labels[label] += tallies->tallies[i].labels[label];
        probability_sums_merge(&all.probability_sums, &tallies->tallies[i].probability_sums);
        fill_rows(&rows[(i + 1) * SENTIMENT_COUNT], &tallies->tallies[i], share_errors);
    }
    fill_rows(rows, &all, share_errors);
    return rows;
}

void source_tallies_free(struct source_tallies *tallies)
{
    free(tallies->tallies);
    arena_free(&tallies->arena);
    *tallies = (struct source_tallies){0};
}
