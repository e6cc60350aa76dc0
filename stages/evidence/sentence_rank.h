/* sentence_rank.h - the model reads a group's most typical passages: those that take a side, the
 * side of their record, and speak of the group's topic, are worth more than others. */
#ifndef STAGES_EVIDENCE_SENTENCE_RANK_H
#define STAGES_EVIDENCE_SENTENCE_RANK_H

#include "base/hash_table.h"
#include "pipeline/stage.h"
#include "stages/evidence/sentence_index.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/taxonomy.h"
#include "stages/tasks/topic_decoder.h"

struct sentence_ranker {
    const struct stage_context *stage_context; /* borrowed */
    struct token_limits token_limits;
    struct sentiment_predictor sentiment;
    struct topics_predictor topics;
    struct taxonomy taxonomy;  /* the user's, else the model's where phrases tell its topics */
    struct hash_table indices; /* by the hash of a text, in `felt` */
    struct sentiment_probabilities
        *sentiment_cache; /* owned; what the model said of texts of this run */
    size_t sentiment_cache_count, sentiment_cache_capacity;
};

/* `taxonomy` is the path of a user's list of topics, or empty. Safe to close when zeroed, or after
 * a failed open. */
bool sentence_ranker_open(struct sentence_ranker *sentence_ranker, struct text taxonomy,
                          const struct stage_context *stage_context, struct error *error);
void sentence_ranker_close(struct sentence_ranker *sentence_ranker);

/* Which way texts point: SENTIMENT_UNDETECTED where the model is less sure than `min_confidence`,
 * or the text too long. */
bool sentence_ranker_classify_polarities(struct sentence_ranker *sentence_ranker,
                                         const struct text *texts, size_t count,
                                         double min_confidence, enum sentiment *polarities,
                                         struct error *error);

/* Weighs the scores of the passages: the `most` best of each side of records are read, the others
 * fall behind them. `topic` is empty where the group has none; where plenty of passages name it,
 * the others' scores are 0. */
bool sentence_ranker_score_passages(struct sentence_ranker *sentence_ranker,
                                    struct sentence_index *sentence_index, struct text topic,
                                    size_t max_count, struct error *error);

#endif
