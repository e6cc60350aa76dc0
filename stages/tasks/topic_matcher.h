/* topic_matcher.h - topics without training: by their phrases, and where a clause has none by how
 * like the model's idea of it is to its idea of the topic. A topic's polarity is what the model
 * feels in the clause that names it, not in the whole text. */
#ifndef STAGES_TASKS_TOPIC_MATCHER_H
#define STAGES_TASKS_TOPIC_MATCHER_H

#include "pipeline/stage.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/taxonomy.h"
#include "stages/tasks/topic_decoder.h"

struct topic_matcher {
    struct taxonomy taxonomy; /* owned; filled before topic_matcher_open */
    double min_similarity;    /* a clause without phrases is about the likest topic from here on */
    const struct sentiment_predictor *sentiment; /* borrowed */
    const struct stage_context *stage_context;   /* borrowed */
    struct segmenter *segmenter;                 /* owned */
    size_t embedding_size;
    float *embeddings; /* owned: [topic][width], length 1; NULL: phrases alone */
};

/* `likeness` above 1 leaves phrases alone. Safe to close when zeroed, or after a failed open. */
bool topic_matcher_open(struct topic_matcher *topic_matcher, double min_similarity,
                        const struct sentiment_predictor *sentiment,
                        const struct stage_context *stage_context, struct error *error);
void topic_matcher_close(struct topic_matcher *topic_matcher);

/* The mentions in each of `count` texts, which fit the model's window; in `arena`. The session
 * encodes clauses, so what it held is gone. */
bool topic_matcher_find_mentions(const struct topic_matcher *topic_matcher,
                                 const struct text *texts, size_t count, struct arena *arena,
                                 struct mentions *answers, struct error *error);

#endif
