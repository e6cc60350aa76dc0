/* sentence_rank.h - the model reads a group's most typical passages: those that take a side, the
 * side of their record, and speak of the group's topic, are worth more than others. */
#ifndef STAGES_EVIDENCE_SENTENCE_RANK_H
#define STAGES_EVIDENCE_SENTENCE_RANK_H

#include "base/table.h"
#include "pipeline/stage.h"
#include "stages/evidence/sentence_index.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/taxonomy.h"
#include "stages/tasks/topic_decoder.h"

struct judge {
    const struct workbench *workbench; /* borrowed */
    struct window window;
    struct sentiment_question sentiment;
    struct topics_question topics;
    struct taxonomy taxonomy; /* the user's, else the model's where phrases tell its topics */
    struct table places;      /* by the hash of a text, in `felt` */
    struct odds *felt;        /* owned; what the model said of texts of this run */
    size_t felt_count, felt_capacity;
};

/* `taxonomy` is the path of a user's list of topics, or empty. Safe to close when zeroed, or after
 * a failed open. */
bool judge_open(struct judge *judge, struct text taxonomy, const struct workbench *workbench,
                struct error *error);
void judge_close(struct judge *judge);

/* Which way texts point: SENTIMENT_UNDETECTED where the model is less sure than `sure_at`, or the
 * text too long. */
bool judge_polarities(struct judge *judge, const struct text *texts, size_t count, double sure_at,
                      enum sentiment *polarities, struct error *error);

/* Weighs the scores of the passages: the `most` best of each side of records are read, the others
 * fall behind them. `topic` is empty where the group has none; where plenty of passages name it,
 * the others' scores are 0. */
bool judge_passages(struct judge *judge, struct support *support, struct text topic, size_t most,
                    struct error *error);

#endif
