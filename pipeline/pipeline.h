/* pipeline.h - runs sources through the stages in three passes. An interrupted run resumes after
 * the last batch or summary that it saved. */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "pipeline/batch_reader.h"
#include "pipeline/insight.h"
#include "pipeline/pack.h"
#include "pipeline/stage.h"
#include "pipeline/store.h"

struct stage_instance {
    const struct stage *stage;
    void *state; /* stage->state_size bytes of memory_alloc, options set; freed by the pipeline */
    bool opened;
};

/* How far a pass is. */
struct progress_report {
    const char *stage;    /* "read", "analyse", "reanalyse", "summarize" */
    uint64_t done, total; /* bytes of files, saved texts, or groups; total 0: unknown */
    uint64_t items;       /* rows, texts or groups that this process has handled */
};

/* Callbacks that show progress to a person; both are optional. */
struct progress {
    void (*update)(void *user, const struct progress_report *report);
    void (*note)(void *user, const char *message); /* a warning */
    void *user;
};

struct pipeline {
    struct stage_instance *stage_instances; /* in running order; from memory_alloc, freed by
                                               pipeline_close */
    size_t stage_instance_count;
    struct stage_context stage_context;
    struct insight_list insights; /* of pass 3 */
    size_t skipped_groups;        /* by pass 2, because of [group] max_groups */
    size_t batch_records;         /* read, processed and saved together */
    bool defers_analysis;         /* pass 1 ends before the model: see pipeline_read */
    struct progress progress;
};

/* Before pass 1: whether all stages find the columns that their settings name. */
bool pipeline_check_columns(struct pipeline *pipeline, const struct name_set *columns,
                            struct error *error);

/* Before the stages of pass 1 process batches of a file that are not saved (`winnow plan`). */
bool pipeline_preview_file(struct pipeline *pipeline, const struct input_file *file,
                           struct error *error);

/* Pass 1 over every file; each file resumes after its last saved batch. If a file cannot be read to
 * its end, the reason is noted and saved, and the next file follows. With `defers_analysis`, all
 * rows are saved and counted, and the next run without it analyses the texts that are not analysed
 * by then. Closes the stages of pass 1. */
bool pipeline_read(struct pipeline *pipeline, const struct input_file *files, size_t count,
                   struct error *error);

/* Analyses the saved texts of the shard that the store's model has not analysed. The analyses go to
 * the pack, and the store is only read; NULL: to the store. */
bool pipeline_analyse_texts(struct pipeline *pipeline, struct shard shard, struct pack *pack,
                            struct error *error);

/* Pass 2: summarizes every selected group whose fingerprint changed. */
bool pipeline_summarize(struct pipeline *pipeline, struct error *error);

/* Pass 3: computes figures from saved records. */
bool pipeline_aggregate(struct pipeline *pipeline, struct error *error);

/* Passes 2 and 3, unless their results of all records are current. */
bool pipeline_update_results(struct pipeline *pipeline, struct error *error);

/* ERROR_INPUT that lists the files that could not be read to their end, if there are any. */
bool pipeline_check_failed_files(struct pipeline *pipeline, struct error *error);

/* Opens every stage, in order, and sets the store's model key. */
bool pipeline_open_stages(struct pipeline *pipeline, struct error *error);

/* Closes and frees the stages; what stage_context points to belongs to the caller. Safe on a zeroed
 * pipeline. */
void pipeline_close(struct pipeline *pipeline);

#endif
