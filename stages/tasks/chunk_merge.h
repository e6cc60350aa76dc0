/* chunk_merge.h - what the model said of a text's chunks, as one answer about the text. */
#ifndef STAGES_TASKS_CHUNK_MERGE_H
#define STAGES_TASKS_CHUNK_MERGE_H

#include "stages/tasks/topic_decoder.h"

struct merge_rules {
    double undetected_below; /* probability that a label needs */
    double min_mixed_share;  /* share of the tokens that each pole needs in a text of many chunks */
    double max_mixed_confidence; /* a text of one chunk is not mixed when a label is as likely as
                                    this */
};

/* Each topic once, in the order of the taxonomy: its polarity is that of most of its mentions,
 * neutral when none is said more often. In `arena`; `names` are borrowed. */
const struct topic_mention *merge_topic_mentions(const struct mention *mentions, size_t count,
                                                 const struct text *names, size_t name_count,
                                                 struct arena *arena, size_t *topic_count);

/* Sentiment, score and confidence from the chunks (at least one), weighted by their tokens, and
 * from the analysis's topics, which are set already:
 * - `mixed` where both poles are strong: of several chunks, each label holds `min_mixed_share` of
 * the tokens; in a single chunk, one topic is praised and another one blamed, and no label is as
 *   likely as `max_mixed_confidence`. Its confidence is how evenly the poles stand: 1 when equal.
 * - else the likeliest label, or `undetected` when that is below `undetected_below`.
 * `score` is P(positive) - P(negative). */
void merge_chunks(const struct merge_rules *rules, const struct chunk *chunks, size_t count,
                  struct analysis *analysis);

#endif
