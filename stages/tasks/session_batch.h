/* session_batch.h - divides inputs into batches that a session takes at once. */
#ifndef STAGES_TASKS_SESSION_BATCH_H
#define STAGES_TASKS_SESSION_BATCH_H

#include "pipeline/stage.h"

/* Items [first, first + count). Zeroed before the first call. */
struct session_batch {
    size_t first, count;
};

/* Moves on to the next batch of `total` items; false after the last one. */
static inline bool session_batch_next(struct session_batch *batch,
                                      const struct stage_context *stage_context, size_t total)
{
    batch->first += batch->count;
    size_t remaining = total - batch->first, max = stage_context->session_batch;
    batch->count = remaining < max ? remaining : max;
    return batch->count > 0;
}

#endif
