/* stage.h - the interface of a processing step. Implemented in stages/.
 *
 * A stage implements the functions of the passes in which it takes part; the others are NULL:
 *   pass 1  process        for every batch of records, before it is saved
 *   pass 2  list_groups    once: which records belong together
 *           process_group  for every changed group, in stage order, before it is saved
 *   pass 3  count_record   for every selected record
 *           finish         once, after count_record, in stage order
 */
#ifndef PIPELINE_STAGE_H
#define PIPELINE_STAGE_H

#include <signal.h>

#include "base/error.h"
#include "base/option.h"
#include "pipeline/group.h"
#include "pipeline/record.h"

struct insight_list;
struct name_set;
struct saved_record;
struct store;
struct t5_model;
struct t5_session;

/* What stages share; passed to `open` and valid until `close`. */
struct stage_context {
    struct store *store;
    const char *key_path; /* of the file with the database's hash key; NULL: none is kept */
    bool is_preview;      /* stages read what is saved, and save nothing */
    const struct t5_model *model;
    struct t5_session *session;
    size_t session_batch; /* maximum number of inputs per call of the session */
    uint64_t model_key;   /* hash of the model, its precision, and the settings that change its
                             answers: identifies saved analyses and generated texts */
    uint64_t summary_key; /* hash of model_key, the version, and the settings of the stages from
                             group to ground: identifies saved summaries */
    uint64_t results_key; /* hash of everything but records and analyses that determines results:
                             model, version, all settings and their files */
    const struct selection *selection; /* the records that passes 2 and 3 use */
    struct text language;              /* of the reports: "en", "ko", "auto"; empty: "en" */
    struct insight_list *insights;     /* of pass 3: stages add in `finish` (pipeline/insight.h) */
    const volatile sig_atomic_t *stop; /* set by a signal handler; NULL: cannot be interrupted */
};

/* Returns false and sets ERROR_INTERRUPTED if a signal requested a stop. The pipeline checks after
 * each save, stages between two calls of the model; the next run repeats the batch or group in
 * progress. */
bool stage_context_check_interrupt(const struct stage_context *stage_context, struct error *error);

struct stage {
    const char *name; /* `[chunk]` in a job file */
    const char *summary;
    const struct option *options;
    size_t state_size; /* allocated zeroed by the caller, which then sets the options */

    bool (*open)(void *state, const struct stage_context *stage_context,
                 struct error *error); /* optional */

    bool (*process)(void *state, struct batch *batch, struct error *error);
    bool reads_ahead; /* `process` uses neither the store nor the model, so it may run while other
                         stages process the batch before */
    bool handles_saved_texts; /* `process` is also called for saved texts that the model has not
                                 analysed: they are already cleaned and redacted, and their
                                 needs_analysis is set */
    bool runs_model; /* `process` runs the model; `winnow plan` calls it for a sample only */

    /* Optional, before pass 1: ERROR_USAGE if the stage's settings name a column that is not among
     * `columns`, those of the job's files and of the saved records. */
    bool (*check_columns)(void *state, const struct name_set *columns, struct error *error);

    bool (*list_groups)(void *state, struct group_list *groups, struct error *error);
    bool (*process_group)(void *state, struct group *group, struct error *error);
    void (*finish_groups)(void *state); /* optional: frees what only process_group needs */

    /* In the order of store_for_each_record, which says how long `record` is valid. All stages
     * share one reading of the records, so a stage keeps counts, not records. */
    bool (*count_record)(void *state, const struct saved_record *record, struct error *error);
    bool (*finish)(void *state, struct error *error); /* also without records */

    void (*close)(void *state); /* optional; also after a failed open */
};

#endif
