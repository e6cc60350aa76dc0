/* sentence_rank.h - the model reads the most typical passages of a group. Passages that agree with
 * the sentiment of their record and are about the group's topic get a higher score than others. */
#ifndef STAGES_EVIDENCE_SENTENCE_RANK_H
#define STAGES_EVIDENCE_SENTENCE_RANK_H

#include "base/hash_table.h"
#include "pipeline/stage.h"
#include "stages/evidence/sentence_index.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/taxonomy.h"
#include "stages/tasks/topics.h"

struct sentence_ranker {
    const struct stage_context *stage_context; /* borrowed */
    struct token_limits token_limits;
    struct sentiment_predictor sentiment;
    struct topics_predictor topics;
    struct taxonomy taxonomy;      /* the user's, or the model's if it has phrases */
    struct hash_table cache_index; /* text hash to index in sentiment_cache */
    struct sentiment_probabilities *sentiment_cache; /* owned; of texts that the model has read */
    size_t sentiment_cache_count, sentiment_cache_capacity;
};

/* `taxonomy` is the path of a user's list of topics, or empty. Close is safe on a zeroed ranker and
 * after a failed open. */
bool sentence_ranker_open(struct sentence_ranker *ranker, struct text taxonomy,
                          const struct stage_context *stage_context, struct error *error);
void sentence_ranker_close(struct sentence_ranker *ranker);

/* Sets polarities[i] of each text: SENTIMENT_UNDETECTED if the model is less confident than
 * `min_confidence` or the text is too long. */
bool sentence_ranker_classify_polarities(struct sentence_ranker *ranker, struct text_array texts,
                                         double min_confidence, enum sentiment *polarities,
                                         struct error *error);

/* Adjusts the scores of the passages. The model reads the `max_count` best ones of each side; all
 * others are reduced. `topic` is the group's, or empty; if enough passages have a phrase of it, the
 * others get a score of 0. */
bool sentence_ranker_score_passages(struct sentence_ranker *ranker,
                                    struct sentence_index *sentence_index, struct text topic,
                                    size_t max_count, struct error *error);

#endif
