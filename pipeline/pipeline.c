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

bool workbench_go_on(const struct workbench *workbench, struct error *error)
{
    return !workbench->stop || !*workbench->stop ||
           error_set(error, ERROR_INTERRUPTED,
                     "interrupted; everything done so far is saved: run it again to go on");
}

/* ---- Steps ---- */

bool pipeline_open_steps(struct pipeline *pipeline, struct error *error)
{
    for (size_t i = 0; i < pipeline->step_count; i++) {
        struct step *step = &pipeline->steps[i];
        step->opened = true;
        if (step->stage->open && !step->stage->open(step->state, &pipeline->workbench, error))
            return false;
    }
    return true;
}

void pipeline_close(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->step_count; i++) {
        struct step *step = &pipeline->steps[i];
        if (step->opened && step->stage->close)
            step->stage->close(step->state);
        free(step->state);
    }
    free(pipeline->steps);
    *pipeline = (struct pipeline){0};
}

/* ---- Pass 1 ---- */

/* Bytes and the latest change of a file, or of everything in a folder (a Maildir). */
static void mark_file(const struct input_file *file, struct file_mark *mark)
{
    *mark = (struct file_mark){.path = file->name,
                               .connector = file->connector ? file->connector->name : ""};
    char *paths[] = {(char *)file->path, NULL};
    FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        if (entry->fts_info != FTS_F && entry->fts_info != FTS_D)
            continue;
        const struct stat *about = entry->fts_statp;
        uint64_t changed =
            (uint64_t)about->st_mtim.tv_sec * 1000000000 + (uint64_t)about->st_mtim.tv_nsec;
        if (changed > mark->modified)
            mark->modified = changed;
        if (entry->fts_info == FTS_F)
            mark->size += (uint64_t)about->st_size;
    }
    if (walk)
        fts_close(walk);
}

struct ingestion {
    struct pipeline *pipeline;
    const struct input_file *file;
    uint64_t reads; /* of this file, that gave something */
    struct batch batch;
    enum reading reading;
    uint64_t file_bytes, bytes_before; /* of this file; of the files before it */
    struct progress_report progress;
};

/* A file that fails is not the end of the run: the reason is saved with it. */
static void keep_failure(struct ingestion *ingestion, const char *reason)
{
    ingestion->reading = READING_FAILED;
    ingestion->batch.failure = arena_copy(&ingestion->batch.arena, text_of(reason));
    note(ingestion->pipeline, reason);
}

static void read_once(struct ingestion *ingestion)
{
    struct error error = {0};
    const struct input_file *file = ingestion->file;
    ingestion->reading = file->connector->read(file->connector_state, &ingestion->batch, &error);
    if (ingestion->reading == READING_MORE)
        ingestion->reads++;
    if (ingestion->reading == READING_FAILED)
        keep_failure(ingestion, error.message);
}

/* Until the batch is full, the file ends, or `most_reads` of it are read. */
static void fill_batch(struct ingestion *ingestion, uint64_t most_reads)
{
    struct batch *batch = &ingestion->batch;
    while (ingestion->reading == READING_MORE && ingestion->reads < most_reads &&
           !batch_is_full(batch, ingestion->pipeline->batch_records))
        read_once(ingestion);
    batch->read = batch->count + batch->reject_count;
}

/* The stages of pass 1 over a batch; over saved texts those that are for them. */
static bool run_stages(const struct pipeline *pipeline, struct batch *batch, bool saved,
                       struct error *error)
{
    for (size_t i = 0; i < pipeline->step_count; i++) {
        const struct step *step = &pipeline->steps[i];
        if (step->stage->process && (!saved || step->stage->for_saved) &&
            !step->stage->process(step->state, batch, error))
            return false;
    }
    return true;
}

/* Reads again what an interrupted run saved, so that stages know what stood before. */
static bool replay_saved(struct ingestion *ingestion, uint64_t reads_done, struct error *error)
{
    bool ok = true;
    ingestion->batch.replay = true;
    while (ok && ingestion->reading == READING_MORE && ingestion->reads < reads_done) {
        fill_batch(ingestion, reads_done);
        ok = run_stages(ingestion->pipeline, &ingestion->batch, false, error);
        if (ingestion->reading == READING_MORE) /* else its failure is still to be saved */
            batch_reset(&ingestion->batch);
    }
    ingestion->batch.replay = false;
    return ok;
}

/* Every row that was read is a record in one state, or a reject. */
static bool check_balance(const struct batch *batch, struct error *error)
{
    size_t accounted = batch->reject_count;
    for (size_t i = 0; i < batch->count; i++)
        accounted += batch->records[i].state != RECORD_REJECTED;
    return accounted == batch->read ||
           error_set(error, ERROR_STORE,
                     "internal fault: of %zu rows read from %s, %zu are accounted for; please "
                     "report it",
                     batch->read, batch->path, accounted);
}

static void report_reading(struct ingestion *ingestion)
{
    const struct batch *batch = &ingestion->batch;
    struct progress_report *progress = &ingestion->progress;
    uint64_t offset = 0;
    if (batch->count)
        offset = batch->records[batch->count - 1].byte_offset;
    progress->items += batch->read;
    progress->done = ingestion->bytes_before;
    if (ingestion->reading != READING_MORE)
        progress->done += ingestion->file_bytes;
    else
        progress->done += offset < ingestion->file_bytes ? offset : ingestion->file_bytes;
    update(ingestion->pipeline, progress);
}

static bool process_batch(struct ingestion *ingestion, struct error *error)
{
    struct pipeline *pipeline = ingestion->pipeline;
    struct batch *batch = &ingestion->batch;
    if (!run_stages(pipeline, batch, false, error) || !check_balance(batch, error) ||
        !store_save_batch(pipeline->workbench.store, batch, pipeline->workbench.model_key,
                          ingestion->reads, ingestion->reading != READING_MORE, error))
        return false;
    report_reading(ingestion);
    batch_reset(batch);
    return workbench_go_on(&pipeline->workbench, error);
}

static bool ingest_rest(struct ingestion *ingestion, uint64_t reads_done, struct error *error)
{
    const struct input_file *file = ingestion->file;
    struct error failure = {0};
    if (!file->connector)
        keep_failure(ingestion, file->failure);
    else if (!file->connector->open(file->connector_state, file->path, &failure))
        keep_failure(ingestion, failure.message);
    bool ok = replay_saved(ingestion, reads_done, error);
    do {
        fill_batch(ingestion, UINT64_MAX);
        ok = ok && process_batch(ingestion, error);
    } while (ok && ingestion->reading == READING_MORE);
    if (file->connector)
        file->connector->close(file->connector_state);
    return ok;
}

static bool ingest_file(struct ingestion *ingestion, struct error *error)
{
    struct file_mark mark;
    uint64_t reads_done;
    bool finished;
    mark_file(ingestion->file, &mark);
    ingestion->file_bytes = mark.size;
    ingestion->reads = 0;
    ingestion->reading = READING_MORE;
    ingestion->batch.path = ingestion->file->name;
    ingestion->batch.source = ingestion->file->source;
    bool ok = store_begin_file(ingestion->pipeline->workbench.store, &mark, &reads_done, &finished,
                               error) &&
              (finished || ingest_rest(ingestion, reads_done, error));
    ingestion->bytes_before += mark.size;
    return ok;
}

/* Rows outlive their files, and models change: what another model has read of saved texts, this one
 * reads, too. */
static bool analyse_saved(const struct pipeline *pipeline, struct error *error)
{
    const struct workbench *bench = &pipeline->workbench;
    struct progress_report progress = {.stage = "again"};
    struct batch batch = {0};
    uint64_t after = 0;
    bool ok = store_count_unread(bench->store, bench->model_key, &progress.total, error), more;
    do {
        batch_reset(&batch);
        ok = ok && store_load_unread(bench->store, bench->model_key, &after,
                                     pipeline->batch_records, &batch, error);
        more = batch.count > 0;
        ok = ok && run_stages(pipeline, &batch, true, error) &&
             store_save_analyses(bench->store, &batch, bench->model_key, error);
        progress.done += batch.count;
        progress.items = progress.done;
        if (more)
            update(pipeline, &progress);
        ok = ok && workbench_go_on(bench, error);
    } while (ok && more);
    batch_free(&batch);
    return ok;
}

bool pipeline_ingest(struct pipeline *pipeline, const struct input_file *files, size_t count,
                     struct error *error)
{
    struct ingestion ingestion = {.pipeline = pipeline, .progress.stage = "read"};
    for (size_t i = 0; i < count; i++) {
        struct file_mark mark;
        mark_file(&files[i], &mark);
        ingestion.progress.total += mark.size;
    }
    update(pipeline, &ingestion.progress);
    bool ok = workbench_go_on(&pipeline->workbench, error);
    for (size_t i = 0; ok && i < count; i++) {
        ingestion.file = &files[i];
        ok = ingest_file(&ingestion, error);
    }
    batch_free(&ingestion.batch);
    struct account account;
    return ok && analyse_saved(pipeline, error) &&
           store_settle_languages(pipeline->workbench.store, error) &&
           store_account(pipeline->workbench.store, &account, error);
}

struct failures {
    size_t count;
    char message[2000];
};

static bool add_failure(void *user, const struct file_account *file, struct error *error)
{
    (void)error;
    struct failures *failures = user;
    if (!file->failure.size)
        return true;
    failures->count++;
    size_t used = strlen(failures->message);
    bool named = text_find(file->failure, file->path, 0) < file->failure.size;
    snprintf(failures->message + used, sizeof(failures->message) - used, "\n  %.*s%s%.*s",
             named ? 0 : (int)file->path.size, file->path.bytes, named ? "" : ": ",
             TEXT_ARGUMENT(file->failure));
    return true;
}

bool pipeline_check_files(struct pipeline *pipeline, struct error *error)
{
    struct failures failures = {0};
    if (!store_each_file(pipeline->workbench.store, add_failure, &failures, error))
        return false;
    return !failures.count ||
           error_set(error, ERROR_INPUT,
                     "%zu file%s could not be read to the end (all the rest is done):%s",
                     failures.count, failures.count == 1 ? "" : "s", failures.message);
}

/* ---- Pass 2 ---- */

static bool list_groups(struct pipeline *pipeline, struct group_list *groups, struct error *error)
{
    for (size_t i = 0; i < pipeline->step_count; i++) {
        struct step *step = &pipeline->steps[i];
        if (step->stage->list_groups && !step->stage->list_groups(step->state, groups, error))
            return false;
    }
    return true;
}

static bool summarize_group(struct pipeline *pipeline, const struct group_header *header,
                            struct arena *arena, struct error *error)
{
    const struct workbench *bench = &pipeline->workbench;
    struct group group = {.key = header->key,
                          .period = header->period,
                          .topic = header->topic,
                          .fingerprint = header->fingerprint,
                          .arena = arena};
    if (!store_load_members(bench->store, header, bench->model_key, &group, error))
        return false;
    for (size_t i = 0; i < pipeline->step_count; i++) {
        struct step *step = &pipeline->steps[i];
        if (step->stage->process_group && !step->stage->process_group(step->state, &group, error))
            return false;
    }
    return store_save_summary(bench->store, bench->selection->view, &group, error) &&
           workbench_go_on(&pipeline->workbench, error);
}

static void note_left_out(const struct pipeline *pipeline, const struct group_list *groups)
{
    if (!groups->left_out)
        return;
    char message[120];
    snprintf(message, sizeof(message),
             "%zu groups beyond [group] most_groups are not summarised (their figures are there)",
             groups->left_out);
    note(pipeline, message);
}

static bool summarize_groups(struct pipeline *pipeline, const struct group_list *groups,
                             struct error *error)
{
    const struct workbench *bench = &pipeline->workbench;
    struct progress_report progress = {.stage = "summarise", .total = groups->count};
    struct arena arena = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < groups->count; i++) {
        bool current;
        ok = store_summary_is_current(bench->store, bench->selection->view, &groups->groups[i],
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
    const struct workbench *bench = &pipeline->workbench;
    struct group_list groups = {0};
    bool ok = list_groups(pipeline, &groups, error);
    note_left_out(pipeline, &groups);
    ok = ok && summarize_groups(pipeline, &groups, error) &&
         store_keep_summaries(bench->store, bench->selection->view, &groups, error);
    arena_free(&groups.arena);
    return ok;
}

/* ---- Pass 3 ---- */

bool pipeline_aggregate(struct pipeline *pipeline, struct error *error)
{
    for (size_t i = 0; i < pipeline->step_count; i++) {
        struct step *step = &pipeline->steps[i];
        if (step->stage->finish && !step->stage->finish(step->state, error))
            return false;
    }
    return workbench_go_on(&pipeline->workbench, error);
}
