/* eval.h - `winnow eval`: what its tasks share. A task compares what the very stages of a run say
 * of labelled texts with the labels. */
#ifndef JOBS_EVAL_EVAL_H
#define JOBS_EVAL_EVAL_H

#include "jobs/model_options.h"
#include "pipeline/stage.h"

enum { EVAL_STAGE_COUNT = 3 }; /* clean, chunk, classify */

struct eval {
    struct line_options lines; /* first: LINE_FLAGS */
    struct text task, label, group, taxonomy, min_similarity, map, format;
    double min;                         /* of the task's first figure */
    struct stage_context stage_context; /* with an empty store */
    void *stages[EVAL_STAGE_COUNT];
    double seconds; /* inside stages */
    size_t tokens;
};

/* One kind of label. `state` is zeroed at first. */
struct eval_task {
    const char *name;
    const char *label;           /* the column, unless --label names another */
    const char *expected_values; /* what it holds, for a person */
    size_t state_size;
    bool (*open)(void *state, const struct eval *eval, struct error *error); /* optional */
    bool (*add_batch)(void *state, struct eval *eval, struct batch *batch, struct error *error);
    size_t (*count)(const void *state); /* of labelled cases */
    /* Prints the figures, which need a case at least; *first is what --min is held against. */
    bool (*print)(void *state, struct eval *eval, double *main_score, struct error *error);
    void (*close)(void *state);
};

extern const struct eval_task eval_sentiment, eval_topics, eval_summary;

/* The batch's records through clean, chunk and classify; those that have a text are analysed. */
bool eval_analyse(struct eval *eval, struct batch *batch, struct error *error);

/* The value of a record's column, without blanks around it; empty when it has none. */
struct text eval_get_column(const struct record *record, struct text column);

/* A stage's state with its options' fallbacks, to be opened and closed. */
void *eval_stage_create(const struct stage *stage);
void eval_stage_close(const struct stage *stage, void *state); /* NULL is fine */

#endif
