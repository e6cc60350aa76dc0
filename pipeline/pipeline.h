/* pipeline.h - runs sources through the stages: three passes, resumable at every save. */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "pipeline/connector.h"
#include "pipeline/stage.h"
#include "pipeline/store.h"

struct stage_instance {
    const struct stage *stage;
    void *state; /* stage->state_size bytes of memory_alloc, options set; the pipeline frees it */
    bool opened;
};

/* One file of a source, with the connector that takes it, its options set. */
struct input_file {
    const char *path; /* to open */
    const char *name; /* as reports call it: relative to the job file, so the same everywhere */
    struct text source;
    const struct connector *connector; /* NULL: `failure` says why nobody can read it */
    void *connector_state;             /* owned by whoever assembled the pipeline */
    const char *failure;
};

/* How far a stage is. */
struct progress_report {
    const char *stage;    /* "read", "summarise" */
    uint64_t done, total; /* bytes of files, or groups; total 0: unknown */
    uint64_t items;       /* rows or groups dealt with since the stage began in this process */
};

/* Told as work goes on; draws a bar, writes a line a stage, or nothing. */
struct progress {
    void (*update)(void *user, const struct progress_report *report); /* optional */
    void (*note)(void *user, const char *message); /* optional: a warning for a person */
    void *user;
};

struct pipeline {
    struct stage_instance
        *stage_instances; /* in running order; of memory_alloc, the pipeline frees it */
    size_t stage_instance_count;
    struct stage_context stage_context;
    size_t batch_records; /* read, processed and saved together */
    struct progress progress;
};

/* Pass 1 over every file, resuming each behind its last saved batch. A file that cannot be read to
 * its end is noted and left there; the others go on. */
bool pipeline_read(struct pipeline *pipeline, const struct input_file *files, size_t count,
                   struct error *error);

/* Pass 2: every selected group whose fingerprint changed. */
bool pipeline_summarize(struct pipeline *pipeline, struct error *error);

/* Pass 3: figures from saved rows. */
bool pipeline_aggregate(struct pipeline *pipeline, struct error *error);

/* ERROR_INPUT that names the files which could not be read to their end, if there are any. */
bool pipeline_check_failed_files(struct pipeline *pipeline, struct error *error);

/* Opens every stage, in order. */
bool pipeline_open_stages(struct pipeline *pipeline, struct error *error);

/* Closes and frees the steps; the workbench is the caller's. Safe on a zeroed pipeline. */
void pipeline_close(struct pipeline *pipeline);

#endif
