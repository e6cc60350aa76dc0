/* pipeline.h - runs sources through the stages: three passes, resumable at every save. */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include <signal.h>

#include "pipeline/connector.h"
#include "pipeline/stage.h"
#include "pipeline/store.h"

struct step {
    const struct stage *stage;
    void *state; /* stage->state_size bytes, owned by the pipeline */
};

/* One file of a source, with the connector that takes it, its options set. */
struct input_file {
    const char *path;
    struct text source;
    const struct connector *connector;
    void *connector_state; /* owned by whoever assembled the pipeline */
};

/* Told as work goes on; draws a bar, writes a line a stage, or nothing. */
struct progress {
    void (*update)(void *user, const char *stage, uint64_t done, uint64_t total); /* 0: unknown */
    void (*note)(void *user, const char *message); /* a warning for a person */
    void *user;
};

struct pipeline {
    struct step *steps; /* in running order */
    size_t step_count;
    struct workbench workbench;
    size_t batch_records; /* read, processed and saved together */
    struct progress progress;
    const volatile sig_atomic_t *stop; /* set by a signal: ends after the next save */
};

/* Pass 1 over every file, resuming each behind its last saved batch. */
bool pipeline_ingest(struct pipeline *pipeline, const struct input_file *files, size_t count,
                     struct error *error);

/* Pass 2: every selected group whose fingerprint changed. */
bool pipeline_summarize(struct pipeline *pipeline, struct error *error);

/* Pass 3: figures from saved rows. */
bool pipeline_aggregate(struct pipeline *pipeline, struct error *error);

bool pipeline_open_steps(struct pipeline *pipeline, struct error *error);
void pipeline_close(struct pipeline *pipeline); /* safe on a zeroed pipeline */

#endif
