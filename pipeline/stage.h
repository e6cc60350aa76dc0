/* stage.h - one step on the way from records to reports. Implemented in stages/.
 *
 * A stage fills the slots of the pass that it works in and leaves the others NULL:
 *   pass 1  process        every batch of records, before it is saved
 *   pass 2  list_groups    once: which records belong together
 *           process_group  every group that changed, in stage order, before its summary is saved
 *   pass 3  finish         once, over saved rows */
#ifndef PIPELINE_STAGE_H
#define PIPELINE_STAGE_H

#include <signal.h>

#include "base/error.h"
#include "base/option.h"
#include "pipeline/group.h"
#include "pipeline/record.h"

struct store;
struct t5_model;
struct t5_session;

/* What every stage may use; handed to `open`, and good until `close`. The pipeline itself only
 * passes the model along. */
struct stage_context {
    struct store *store;
    const struct t5_model *model;
    struct t5_session *session;
    size_t session_batch; /* inputs that the session takes at once */
    uint64_t model_key;   /* model, precision, and settings that change what it says:
                             marks saved analyses and generated texts */
    uint64_t summary_key; /* that, the version, and the settings of group to ground: marks saved
                             summaries */
    const struct selection *selection; /* the rows that passes 2 and 3 look at */
    const volatile sig_atomic_t *stop; /* set by a signal; NULL: nothing interrupts */
};

/* False and ERROR_INTERRUPTED when a signal asked to stop. The pipeline asks behind each save, and
 * stages between two calls of the model: a batch or a group under way is begun anew next time. */
bool stage_context_check_interrupt(const struct stage_context *stage_context, struct error *error);

struct stage {
    const char *name; /* `[chunk]` in a job file */
    const char *summary;
    const struct option *options;
    size_t state_size; /* the pipeline allocates it zeroed, then sets options */

    bool (*open)(void *state, const struct stage_context *stage_context,
                 struct error *error); /* optional */

    bool (*process)(void *state, struct batch *batch, struct error *error);
    bool handles_saved_texts; /* `process` is also called for saved texts that the model has not
                                 analysed: they are cleaned and redacted, and needs_analysis */
    bool runs_model; /* `process` runs the model; `winnow plan` calls it for a sample only */

    bool (*list_groups)(void *state, struct group_list *groups, struct error *error);
    bool (*process_group)(void *state, struct group *group, struct error *error);

    bool (*finish)(void *state, struct error *error);

    void (*close)(void *state); /* optional; also after a failed open */
};

#endif
