/* eval.h - what the tasks of `winnow eval` share. A task compares the output of the stages for
 * labelled texts with the labels. */
#ifndef JOBS_EVAL_EVAL_H
#define JOBS_EVAL_EVAL_H

#include "jobs/model_options.h"
#include "pipeline/stage.h"

enum { EVAL_STAGE_COUNT = 3 }; /* clean, chunk, classify */

struct eval {
    struct model_options model; /* first: MODEL_FLAGS */
    struct text task, label, group, taxonomy, min_similarity, map, format, job;
    bool lists_questions;               /* ask: print each question */
    double min;                         /* minimum of the main score */
    struct stage_context stage_context; /* its store is empty */
    void *stages[EVAL_STAGE_COUNT];
    double seconds; /* spent in stages */
    size_t tokens;  /* of the analysed texts */
};

/* One kind of label. The caller allocates `state` zeroed. */
struct eval_task {
    const char *name;
    const char *label;           /* default column of the labels */
    const char *expected_values; /* of that column, for messages */
    const char *map;             /* default roles of columns; NULL: by their names */
    size_t state_size;
    bool (*open)(void *state, const struct eval *eval, struct error *error); /* optional */
    bool (*add_batch)(void *state, struct eval *eval, struct batch *batch, struct error *error);
    size_t (*count)(const void *state); /* labelled cases */
    /* Prints the figures of at least one case. *main_score is compared with --min. */
    bool (*print)(void *state, struct eval *eval, double *main_score, struct error *error);
    void (*close)(void *state);
};

extern const struct eval_task eval_sentiment, eval_topics, eval_summary, eval_ask;

/* Runs clean, chunk and classify on the batch. Records with a text are analysed. */
bool eval_analyse(struct eval *eval, struct batch *batch, struct error *error);

/* Whether the record can be evaluated after eval_analyse: it was analysed, or it says that it has
 * no opinion, which a run does not analyse. False: it has no text. */
bool eval_has_result(const struct record *record);

/* The trimmed value of a record's column; empty if the record does not have it. */
struct text eval_get_column(const struct record *record, struct text column);

/* A stage's state with its default options, not yet opened. */
void *eval_stage_create(const struct stage *stage);
void eval_stage_close(const struct stage *stage, void *state); /* `state` may be NULL */

#endif
