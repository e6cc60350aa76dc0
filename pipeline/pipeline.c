/* pipeline.c - three passes: files to saved rows, groups to summaries, saved rows to figures. */
#include "pipeline/pipeline.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

static void note(const struct pipeline *pipeline, const char *message)
{
    if (pipeline->progress.note)
        pipeline->progress.note(pipeline->progress.user, message);
}

static void update(const struct pipeline *pipeline, const struct progress_report *report)
{
    if (pipeline->progress.update)
        pipeline->progress.update(pipeline->progress.user, report);
}

bool stage_context_check_interrupt(const struct stage_context *stage_context, struct error *error)
{
    return !stage_context->stop || !*stage_context->stop ||
           error_set(error, ERROR_INTERRUPTED,
                     "interrupted; everything done so far is saved: run it again to go on");
}

/* ---- Steps ---- */

bool pipeline_open_stages(struct pipeline *pipeline, struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *stage_instance = &pipeline->stage_instances[i];
        stage_instance->opened = true;
        if (stage_instance->stage->open &&
            !stage_instance->stage->open(stage_instance->state, &pipeline->stage_context, error))
            return false;
    }
    return true;
}

void pipeline_close(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *stage_instance = &pipeline->stage_instances[i];
        if (stage_instance->opened && stage_instance->stage->close)
            stage_instance->stage->close(stage_instance->state);
        free(stage_instance->state);
    }
    free(pipeline->stage_instances);
    *pipeline = (struct pipeline){0};
}

/* ---- Pass 1 ---- */

/* Bytes and the latest change of a file, or of everything in a folder (a Maildir). */
static void read_file_signature(const struct input_file *file, struct file_signature *signature)
{
    *signature = (struct file_signature){.path = file->name,
                                         .connector = file->connector ? file->connector->name : ""};
    char *paths[] = {(char *)file->path, NULL};
    FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        if (entry->fts_info != FTS_F && entry->fts_info != FTS_D)
            continue;
        const struct stat *status = entry->fts_statp;
        uint64_t modified_at =
            (uint64_t)status->st_mtim.tv_sec * 1000000000 + (uint64_t)status->st_mtim.tv_nsec;
        if (modified_at > signature->modified)
            signature->modified = modified_at;
        if (entry->fts_info == FTS_F)
            signature->size += (uint64_t)status->st_size;
    }
    if (walk)
        fts_close(walk);
}

struct file_reader {
    struct pipeline *pipeline;
    const struct input_file *file;
    uint64_t reads; /* of this file, that gave something */
    struct batch batch;
    enum read_status read_status;
    uint64_t file_bytes, bytes_before; /* of this file; of the files before it */
    struct progress_report progress;
};

/* A file that fails is not the end of the run: the reason is saved with it. */
static void record_file_failure(struct file_reader *file_reader, const char *reason)
{
    file_reader->read_status = READ_FAILED;
    file_reader->batch.failure = arena_copy_text(&file_reader->batch.arena, text_of(reason));
    note(file_reader->pipeline, reason);
}

static void read_next(struct file_reader *file_reader)
{
    struct error error = {0};
    const struct input_file *file = file_reader->file;
    file_reader->read_status =
        file->connector->read(file->connector_state, &file_reader->batch, &error);
    if (file_reader->read_status == READ_OK)
        file_reader->reads++;
    if (file_reader->read_status == READ_FAILED)
        record_file_failure(file_reader, error.message);
}

/* Until the batch is full, the file ends, or `max_reads` of it are read. */
static void fill_batch(struct file_reader *file_reader, uint64_t max_reads)
{
    struct batch *batch = &file_reader->batch;
    while (file_reader->read_status == READ_OK && file_reader->reads < max_reads &&
           !batch_is_full(batch, file_reader->pipeline->batch_records))
        read_next(file_reader);
    batch->read = batch->count + batch->reject_count;
}

/* The stages of pass 1 over a batch; over saved texts those that are for them. */
static bool process_with_stages(const struct pipeline *pipeline, struct batch *batch, bool saved,
                                struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        const struct stage_instance *stage_instance = &pipeline->stage_instances[i];
        if (stage_instance->stage->process &&
            (!saved || stage_instance->stage->handles_saved_texts) &&
            !stage_instance->stage->process(stage_instance->state, batch, error))
            return false;
    }
    return true;
}

/* Reads again what an interrupted run saved, so that stages know what stood before. */
static bool replay_saved_reads(struct file_reader *file_reader, uint64_t reads_done,
                               struct error *error)
{
    bool ok = true;
    file_reader->batch.replay = true;
    while (ok && file_reader->read_status == READ_OK && file_reader->reads < reads_done) {
        fill_batch(file_reader, reads_done);
        ok = process_with_stages(file_reader->pipeline, &file_reader->batch, false, error);
        if (file_reader->read_status == READ_OK) /* else its failure is still to be saved */
            batch_reset(&file_reader->batch);
    }
    file_reader->batch.replay = false;
    return ok;
}

/* Every row that was read is a record in one state, or a reject. */
static bool check_row_totals(const struct batch *batch, struct error *error)
{
    size_t counted = batch->reject_count;
    for (size_t i = 0; i < batch->count; i++)
        counted += batch->records[i].state != RECORD_REJECTED;
    return counted == batch->read ||
           error_set(error, ERROR_STORE,
                     "internal fault: of %zu rows read from %s, %zu are accounted for; please "
                     "report it",
                     batch->read, batch->path, counted);
}

static void report_progress(struct file_reader *file_reader)
{
    const struct batch *batch = &file_reader->batch;
    struct progress_report *progress = &file_reader->progress;
    uint64_t offset = 0;
    if (batch->count)
        offset = batch->records[batch->count - 1].byte_offset;
    progress->items += batch->read;
    progress->done = file_reader->bytes_before;
    if (file_reader->read_status != READ_OK)
        progress->done += file_reader->file_bytes;
    else
        progress->done += offset < file_reader->file_bytes ? offset : file_reader->file_bytes;
    update(file_reader->pipeline, progress);
}

static bool process_batch(struct file_reader *file_reader, struct error *error)
{
    struct pipeline *pipeline = file_reader->pipeline;
    struct batch *batch = &file_reader->batch;
    if (!process_with_stages(pipeline, batch, false, error) || !check_row_totals(batch, error) ||
        !store_save_batch(pipeline->stage_context.store, batch, pipeline->stage_context.model_key,
                          file_reader->reads, file_reader->read_status != READ_OK, error))
        return false;
    report_progress(file_reader);
    batch_reset(batch);
    return stage_context_check_interrupt(&pipeline->stage_context, error);
}

static bool read_remaining(struct file_reader *file_reader, uint64_t reads_done,
                           struct error *error)
{
    const struct input_file *file = file_reader->file;
    struct error failure = {0};
    if (!file->connector)
        record_file_failure(file_reader, file->failure);
    else if (!file->connector->open(file->connector_state, file->path, &failure))
        record_file_failure(file_reader, failure.message);
    bool ok = replay_saved_reads(file_reader, reads_done, error);
    do {
        fill_batch(file_reader, UINT64_MAX);
        ok = ok && process_batch(file_reader, error);
    } while (ok && file_reader->read_status == READ_OK);
    if (file->connector)
        file->connector->close(file->connector_state);
    return ok;
}

static bool read_file(struct file_reader *file_reader, struct error *error)
{
    struct file_signature signature;
    uint64_t reads_done;
    bool finished;
    read_file_signature(file_reader->file, &signature);
    file_reader->file_bytes = signature.size;
    file_reader->reads = 0;
    file_reader->read_status = READ_OK;
    file_reader->batch.path = file_reader->file->name;
    file_reader->batch.source = file_reader->file->source;
    bool ok = store_begin_file(file_reader->pipeline->stage_context.store, &signature, &reads_done,
                               &finished, error) &&
              (finished || read_remaining(file_reader, reads_done, error));
    file_reader->bytes_before += signature.size;
    return ok;
}

/* Rows outlive their files, and models change: what another model has read of saved texts, this one
 * reads, too. */
static bool reanalyse_saved_texts(const struct pipeline *pipeline, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct progress_report progress = {.stage = "again"};
    struct batch batch = {0};
    uint64_t after = 0;
    bool ok = store_count_unanalysed(context->store, context->model_key, &progress.total, error),
         has_more;
    do {
        batch_reset(&batch);
        ok = ok && store_load_unanalysed(context->store, context->model_key, &after,
                                         pipeline->batch_records, &batch, error);
        has_more = batch.count > 0;
        ok = ok && process_with_stages(pipeline, &batch, true, error) &&
             store_save_analyses(context->store, &batch, context->model_key, error);
        progress.done += batch.count;
        progress.items = progress.done;
        if (has_more)
            update(pipeline, &progress);
        ok = ok && stage_context_check_interrupt(context, error);
    } while (ok && has_more);
    batch_free(&batch);
    return ok;
}

bool pipeline_read(struct pipeline *pipeline, const struct input_file *files, size_t count,
                   struct error *error)
{
    struct file_reader file_reader = {.pipeline = pipeline, .progress.stage = "read"};
    for (size_t i = 0; i < count; i++) {
        struct file_signature signature;
        read_file_signature(&files[i], &signature);
        file_reader.progress.total += signature.size;
    }
    update(pipeline, &file_reader.progress);
    bool ok = stage_context_check_interrupt(&pipeline->stage_context, error);
    for (size_t i = 0; ok && i < count; i++) {
        file_reader.file = &files[i];
        ok = read_file(&file_reader, error);
    }
    batch_free(&file_reader.batch);
    struct row_totals row_totals;
    return ok && reanalyse_saved_texts(pipeline, error) &&
           store_update_source_languages(pipeline->stage_context.store, error) &&
           store_get_row_totals(pipeline->stage_context.store, &row_totals, error);
}

struct file_failures {
    size_t count;
    char message[2000];
};

static bool add_file_failure(void *user, const struct file_totals *file, struct error *error)
{
    (void)error;
    struct file_failures *file_failures = user;
    if (!file->failure.size)
        return true;
    file_failures->count++;
    size_t message_size = strlen(file_failures->message);
    bool has_path = text_find(file->failure, file->path, 0) < file->failure.size;
    snprintf(file_failures->message + message_size, sizeof(file_failures->message) - message_size,
             "\n  %.*s%s%.*s", has_path ? 0 : (int)file->path.size, file->path.bytes,
             has_path ? "" : ": ", TEXT_ARGUMENT(file->failure));
    return true;
}

bool pipeline_check_failed_files(struct pipeline *pipeline, struct error *error)
{
    struct file_failures file_failures = {0};
    if (!store_for_each_file(pipeline->stage_context.store, add_file_failure, &file_failures,
                             error))
        return false;
    return !file_failures.count ||
           error_set(error, ERROR_INPUT,
                     "%zu file%s could not be read to the end (all the rest is done):%s",
                     file_failures.count, file_failures.count == 1 ? "" : "s",
                     file_failures.message);
}

/* ---- Pass 2 ---- */

static bool list_groups(struct pipeline *pipeline, struct group_list *groups, struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *stage_instance = &pipeline->stage_instances[i];
        if (stage_instance->stage->list_groups &&
            !stage_instance->stage->list_groups(stage_instance->state, groups, error))
            return false;
    }
    return true;
}

static bool summarize_group(struct pipeline *pipeline, const struct group_entry *header,
                            struct arena *arena, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct group group = {.key = header->key,
                          .period = header->period,
                          .topic = header->topic,
                          .fingerprint = header->fingerprint,
                          .arena = arena};
    if (!store_load_group_members(context->store, header, context->model_key, &group, error))
        return false;
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *stage_instance = &pipeline->stage_instances[i];
        if (stage_instance->stage->process_group &&
            !stage_instance->stage->process_group(stage_instance->state, &group, error))
            return false;
    }
    return store_save_summary(context->store, context->selection->view, &group, error) &&
           stage_context_check_interrupt(&pipeline->stage_context, error);
}

static void note_skipped_groups(const struct pipeline *pipeline, const struct group_list *groups)
{
    if (!groups->skipped)
        return;
    char message[120];
    snprintf(message, sizeof(message),
             "%zu groups beyond [group] max_groups are not summarised (their figures are there)",
             groups->skipped);
    note(pipeline, message);
}

static bool summarize_groups(struct pipeline *pipeline, const struct group_list *groups,
                             struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct progress_report progress = {.stage = "summarise", .total = groups->count};
    struct arena arena = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < groups->count; i++) {
        bool current;
        ok = store_summary_is_current(context->store, context->selection->view, &groups->groups[i],
                                      &current, error);
        if (ok && !current) {
            arena_reset(&arena);
            ok = summarize_group(pipeline, &groups->groups[i], &arena, error);
            progress.items++;
        }
        progress.done = i + 1;
        update(pipeline, &progress);
    }
    arena_free(&arena);
    return ok;
}

bool pipeline_summarize(struct pipeline *pipeline, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct group_list groups = {0};
    bool ok = list_groups(pipeline, &groups, error);
    note_skipped_groups(pipeline, &groups);
    ok = ok && summarize_groups(pipeline, &groups, error) &&
         store_delete_unlisted_summaries(context->store, context->selection->view, &groups, error);
    arena_free(&groups.arena);
    return ok;
}

/* ---- Pass 3 ---- */

bool pipeline_aggregate(struct pipeline *pipeline, struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *stage_instance = &pipeline->stage_instances[i];
        if (stage_instance->stage->finish &&
            !stage_instance->stage->finish(stage_instance->state, error))
            return false;
    }
    return stage_context_check_interrupt(&pipeline->stage_context, error);
}
