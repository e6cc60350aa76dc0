/* topic_matcher.h - topics without training: by their phrases and, for a clause without phrases, by
 * the similarity of embeddings. The polarity of a topic is the sentiment of the clause that
 * mentions it, not of the whole text. */
#ifndef STAGES_TASKS_TOPIC_MATCHER_H
#define STAGES_TASKS_TOPIC_MATCHER_H

#include "pipeline/stage.h"
#include "stages/tasks/mentions.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/taxonomy.h"

struct topic_matcher {
    struct taxonomy taxonomy;                    /* owned; filled before topic_matcher_open */
    const bool *ignored_topics;                  /* [topic], borrowed; NULL: none. Set before use */
    double min_similarity;                       /* cosine that a clause without phrases needs */
    const struct sentiment_predictor *sentiment; /* borrowed */
    const struct stage_context *stage_context;   /* borrowed */
    struct segmenter *segmenter;                 /* owned */
    size_t embedding_size;
    float *embeddings; /* owned: [topic][embedding_size], of length 1; NULL: phrases only */
};

/* A `min_similarity` above 1 means phrases only. Close is safe on a zeroed matcher and after a
 * failed open. */
bool topic_matcher_open(struct topic_matcher *topic_matcher, double min_similarity,
                        const struct sentiment_predictor *sentiment,
                        const struct stage_context *stage_context, struct error *error);
void topic_matcher_close(struct topic_matcher *topic_matcher);

/* Fills answers[i] for each of the texts, which must fit the model's window; in `arena`. The
 * session encodes the clauses, so what it encoded before is lost. */
bool topic_matcher_find_mentions(const struct topic_matcher *topic_matcher, struct text_array texts,
                                 struct arena *arena, struct mentions *answers,
                                 struct error *error);

#endif
