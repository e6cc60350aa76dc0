/* topic_matcher.h - topics without training: by their phrases, and where a clause has none by how
 * like the model's idea of it is to its idea of the topic. A topic's polarity is what the model
 * feels in the clause that names it, not in the whole text. */
#ifndef STAGES_TASKS_TOPIC_MATCHER_H
#define STAGES_TASKS_TOPIC_MATCHER_H

#include "pipeline/stage.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/taxonomy.h"
#include "stages/tasks/topic_decoder.h"

struct tagger {
    struct taxonomy taxonomy; /* owned; filled before tagger_open */
    double likeness;          /* a clause without phrases is about the likest topic from here on */
    const struct sentiment_question *sentiment; /* borrowed */
    const struct workbench *workbench;          /* borrowed */
    struct segmenter *segmenter;                /* owned */
    size_t width;
    float *vectors; /* owned: [topic][width], length 1; NULL: phrases alone */
};

/* `likeness` above 1 leaves phrases alone. Safe to close when zeroed, or after a failed open. */
bool tagger_open(struct tagger *tagger, double likeness, const struct sentiment_question *sentiment,
                 const struct workbench *workbench, struct error *error);
void tagger_close(struct tagger *tagger);

/* The mentions in each of `count` texts, which fit the model's window; in `arena`. The session
 * encodes clauses, so what it held is gone. */
bool tagger_ask(const struct tagger *tagger, const struct text *texts, size_t count,
                struct arena *arena, struct mentions *answers, struct error *error);

#endif
