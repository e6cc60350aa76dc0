/* chunk_merge.h - merges the model's answers about the chunks of a text into one analysis. */
#ifndef STAGES_TASKS_CHUNK_MERGE_H
#define STAGES_TASKS_CHUNK_MERGE_H

#include "stages/tasks/topic_decoder.h"

struct merge_rules {
    double undetected_below;     /* a label below this probability becomes `undetected` */
    double min_mixed_share;      /* several chunks: share of the tokens that each pole needs */
    double max_mixed_confidence; /* one chunk: not mixed if a label has this probability */
    bool has_mixed_label;        /* the model answers `mixed` itself */
};

/* Each topic once, in the order of `names`, with the polarity of most of its mentions; neutral if
 * no polarity has the majority. In `arena`; the names are borrowed. */
const struct topic_mention *merge_topic_mentions(struct mentions mentions,
                                                 const struct topic_names *names,
                                                 struct arena *arena, size_t *topic_count);

/* Sets sentiment, score and confidence from the chunks (at least one), weighted by their tokens,
 * and from analysis->topics, which are already set:
 * - `mixed` if both poles are strong: with several chunks, each pole has `min_mixed_share` of the
 *   tokens, where a mixed chunk gives half of its tokens to each pole; with one chunk, and a model
 *   without the label `mixed`, one topic is positive, another one negative, and no label reaches
 *   `max_mixed_confidence`. The confidence is how balanced the poles are: 1 if equal.
 * - otherwise the most likely label (`mixed` is one of them if the model has it), or `undetected`
 * if that is below `undetected_below`. The score is P(positive) - P(negative). */
void merge_chunks(const struct merge_rules *rules, const struct chunk *chunks, size_t count,
                  struct analysis *analysis);

#endif
