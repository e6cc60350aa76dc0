/* pipeline.c - three passes: files to saved records, groups to summaries, records to figures. */
#include "pipeline/pipeline.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "base/workers.h"

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
                     "interrupted; everything done so far is saved: run it again to resume");
}

/* ---- Stages ---- */

bool pipeline_open_stages(struct pipeline *pipeline, struct error *error)
{
    if (pipeline->stage_context.store)
        store_set_model_key(pipeline->stage_context.store, pipeline->stage_context.model_key);
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *instance = &pipeline->stage_instances[i];
        instance->opened = true;
        if (instance->stage->open &&
            !instance->stage->open(instance->state, &pipeline->stage_context, error))
            return false;
    }
    return true;
}

static void close_stage(struct stage_instance *instance)
{
    if (instance->opened && instance->stage->close)
        instance->stage->close(instance->state);
    instance->opened = false;
    free(instance->state);
    instance->state = NULL;
}

void pipeline_close(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++)
        close_stage(&pipeline->stage_instances[i]);
    free(pipeline->stage_instances);
    insight_list_free(&pipeline->insights);
    *pipeline = (struct pipeline){0};
}

/* ---- Pass 1 ---- */

/* Size and latest modification of a file, or of all files of a folder (a Maildir). */
static void read_file_signature(const struct input_file *file, struct file_signature *signature)
{
    *signature = (struct file_signature){.path = file->name,
                                         .connector = file->connector ? file->connector->name : "",
                                         .source = file->source,
                                         .settings_hash = file->settings_hash};
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

bool pipeline_preview_file(struct pipeline *pipeline, const struct input_file *file,
                           struct error *error)
{
    struct file_signature signature;
    read_file_signature(file, &signature);
    return store_preview_file(pipeline->stage_context.store, &signature, error);
}

/* Position in the files of pass 1. */
struct read_progress {
    struct progress_report report;
    uint64_t bytes_before, file_bytes; /* of the files before the present one; of this file */
};

/* Which stages of pass 1 process a batch. */
enum stage_part {
    STAGES_AHEAD, /* while other stages process the batch before */
    STAGES_REST,
    STAGES_OF_SAVED_TEXTS,
};

static bool is_in_part(const struct stage *stage, enum stage_part part)
{
    if (part == STAGES_OF_SAVED_TEXTS)
        return stage->handles_saved_texts;
    return stage->reads_ahead == (part == STAGES_AHEAD);
}

static bool process_with_stages(const struct pipeline *pipeline, struct batch *batch,
                                enum stage_part part, struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        const struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->process && is_in_part(instance->stage, part) &&
            !(batch->defers_analysis && instance->stage->runs_model) &&
            !instance->stage->process(instance->state, batch, error))
            return false;
    }
    return true;
}

/* Reads again what an interrupted run saved, because stages may depend on earlier rows. */
static bool replay_saved_reads(const struct pipeline *pipeline, struct batch_reader *reader,
                               uint64_t saved_reads, struct error *error)
{
    bool ok = true;
    reader->batch.replay = true;
    while (ok && reader->status == READ_OK && reader->reads < saved_reads) {
        batch_reader_fill(reader, saved_reads);
        ok = process_with_stages(pipeline, &reader->batch, STAGES_AHEAD, error) &&
             process_with_stages(pipeline, &reader->batch, STAGES_REST, error);
    }
    reader->batch.replay = false;
    return ok;
}

/* Every row read must be a record in one state, or a reject. */
static bool check_row_totals(const struct batch *batch, struct error *error)
{
    size_t counted = batch->reject_count;
    for (size_t i = 0; i < batch->count; i++)
        counted += batch->records[i].state != RECORD_REJECTED;
    return counted == batch->read ||
           error_set(error, ERROR_STORE,
                     "internal fault: %zu rows were read from %s, but %zu have a state; please "
                     "report it",
                     batch->read, batch->path, counted);
}

/* The batch that is saved while the reader reads the next one. */
struct reading {
    struct pipeline *pipeline;
    struct batch_reader *reader;
    struct read_progress *progress;
    struct batch batch;
    enum read_status status; /* of the reader after the batch */
    uint64_t reads;          /* of the reader, up to the end of the batch */
    bool is_read, is_saved;  /* the next batch; `batch` */
    struct error read_error, save_error;
};

static void report_progress(const struct reading *reading)
{
    const struct batch *batch = &reading->batch;
    struct read_progress *progress = reading->progress;
    uint64_t offset = progress->file_bytes;
    if (reading->status == READ_OK)
        offset = batch->count ? batch->records[batch->count - 1].byte_offset : 0;
    progress->report.items += batch->read;
    progress->report.done = progress->bytes_before;
    progress->report.done += offset < progress->file_bytes ? offset : progress->file_bytes;
    update(reading->pipeline, &progress->report);
}

static bool read_batch(struct pipeline *pipeline, struct batch_reader *reader, struct error *error)
{
    batch_reader_fill(reader, UINT64_MAX);
    return process_with_stages(pipeline, &reader->batch, STAGES_AHEAD, error);
}

static bool save_batch(struct reading *reading, struct error *error)
{
    struct pipeline *pipeline = reading->pipeline;
    struct batch *batch = &reading->batch;
    if (reading->status == READ_FAILED)
        note(pipeline, reading->reader->failure.message);
    if (!process_with_stages(pipeline, batch, STAGES_REST, error) ||
        !check_row_totals(batch, error) ||
        !store_save_batch(pipeline->stage_context.store, batch, reading->reads,
                          reading->status != READ_OK, error))
        return false;
    report_progress(reading);
    return stage_context_check_interrupt(&pipeline->stage_context, error);
}

/* The caller of workers_run saves; only it uses the store. */
static void read_or_save(void *context, size_t worker)
{
    struct reading *reading = context;
    if (worker == 0)
        reading->is_saved = save_batch(reading, &reading->save_error);
    else if (reading->status == READ_OK)
        reading->is_read = read_batch(reading->pipeline, reading->reader, &reading->read_error);
}

/* Makes the batch that was read the one to save, and reads another one. */
static bool save_and_read_next(struct reading *reading, struct workers *workers,
                               struct error *error)
{
    struct batch saved = reading->batch;
    reading->batch = reading->reader->batch;
    reading->reader->batch = saved;
    reading->status = reading->reader->status;
    reading->reads = reading->reader->reads;
    workers_run(workers, 2, read_or_save, reading);
    if (!reading->is_saved)
        *error = reading->save_error;
    else if (reading->status == READ_OK && !reading->is_read)
        *error = reading->read_error;
    else
        return true;
    return false;
}

static bool read_remaining(struct pipeline *pipeline, const struct input_file *file,
                           uint64_t saved_reads, struct read_progress *progress,
                           struct error *error)
{
    struct batch_reader reader;
    batch_reader_open(&reader, file, pipeline->batch_records);
    reader.batch.defers_analysis = pipeline->defers_analysis;
    struct reading reading = {pipeline, &reader, progress, .batch = reader.batch};
    struct workers *workers = NULL;
    bool ok = replay_saved_reads(pipeline, &reader, saved_reads, error) &&
              workers_open(&workers, 2, error) && read_batch(pipeline, &reader, error);
    for (bool has_next = ok; ok && has_next; has_next = reading.status == READ_OK)
        ok = save_and_read_next(&reading, workers, error);
    workers_close(workers);
    batch_free(&reading.batch);
    batch_reader_close(&reader);
    return ok;
}

static bool read_file(struct pipeline *pipeline, const struct input_file *file,
                      struct read_progress *progress, struct error *error)
{
    struct file_signature signature;
    uint64_t saved_reads;
    bool finished;
    read_file_signature(file, &signature);
    progress->file_bytes = signature.size;
    bool ok = store_begin_file(pipeline->stage_context.store, &signature, &saved_reads, &finished,
                               error) &&
              (finished || read_remaining(pipeline, file, saved_reads, progress, error));
    progress->bytes_before += signature.size;
    return ok;
}

/* Saves the analyses of a batch of saved texts in the pack, or in the store. */
static bool analyse_batch(const struct pipeline *pipeline, struct batch *batch, struct pack *pack,
                          struct error *error)
{
    return (!pack || pack_drop_known(pack, batch, error)) &&
           process_with_stages(pipeline, batch, STAGES_OF_SAVED_TEXTS, error) &&
           (pack ? pack_save(pack, batch, error)
                 : store_save_analyses(pipeline->stage_context.store, batch, error));
}

bool pipeline_analyse_texts(struct pipeline *pipeline, struct shard shard, struct pack *pack,
                            struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct progress_report progress = {.stage = pack ? "analyse" : "reanalyse"};
    struct unanalysed_texts texts = {.shard = shard, .max = pipeline->batch_records};
    struct batch batch = {0};
    bool ok = store_count_unanalysed(context->store, shard, &progress.total, error), has_more;
    do {
        batch_reset(&batch);
        ok = ok && store_load_unanalysed(context->store, &texts, &batch, error);
        has_more = batch.count > 0;
        progress.done += batch.count;
        ok = ok && analyse_batch(pipeline, &batch, pack, error);
        progress.items += batch.count;
        if (has_more)
            update(pipeline, &progress);
        ok = ok && stage_context_check_interrupt(context, error);
    } while (ok && has_more);
    batch_free(&batch);
    return ok;
}

/* Prints the note, and saves it for run.json. */
static bool save_note(struct pipeline *pipeline, const char *message, struct error *error)
{
    note(pipeline, message);
    return store_save_note(pipeline->stage_context.store, text_of(message), error);
}

static bool note_warning(void *user, const struct column_warning *warning, struct error *error)
{
    return save_note(user, warning->text.bytes, error);
}

static bool note_outdated_records(struct pipeline *pipeline, struct error *error)
{
    struct store *store = pipeline->stage_context.store;
    char message[250];
    uint64_t records;
    if (!store_count_outdated(store, &records, error))
        return false;
    if (records == 0)
        return true;
    snprintf(message, sizeof(message),
             "saved records that were read under other settings or by another version, and are in "
             "none of the files: %llu. They stay as they were; a new output folder drops them",
             (unsigned long long)records);
    return save_note(pipeline, message, error);
}

bool pipeline_check_columns(struct pipeline *pipeline, const struct name_set *columns,
                            struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        const struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->check_columns &&
            !instance->stage->check_columns(instance->state, columns, error))
            return false;
    }
    return true;
}

static bool note_stock_text(void *user, const struct stock_text *stock_text, struct error *error)
{
    enum { MAX_SHOWN_SIZE = 120 };
    (void)error;
    struct text text = stock_text->text;
    bool is_cut = text.size > MAX_SHOWN_SIZE;
    if (is_cut)
        text = text_slice(text, 0, utf8_boundary_before(text, MAX_SHOWN_SIZE));
    char message[MAX_SHOWN_SIZE + 200];
    snprintf(message, sizeof(message),
             "%llu records of [source %.*s] have the same text, which is no opinion, and are set "
             "aside: \"%.*s%s\"",
             (unsigned long long)stock_text->records,
             (int)text_slice(stock_text->source, 0, 60).size, stock_text->source.bytes,
             TEXT_ARGUMENT(text), is_cut ? "..." : "");
    note(user, message);
    return true;
}

static bool mark_stock_texts(struct pipeline *pipeline, struct error *error)
{
    struct store *store = pipeline->stage_context.store;
    return store_mark_stock_texts(store, error) &&
           store_for_each_stock_text(store, note_stock_text, pipeline, error);
}

static bool note_id_collision(void *user, const struct id_collision *id_collision,
                              struct error *error)
{
    char message[400];
    snprintf(message, sizeof(message),
             "%llu records of source %.*s were replaced by others with the same id, but another "
             "text and date; if its files number their rows on their own, give each file a "
             "[source NAME] of its own, and start with a new output folder",
             (unsigned long long)id_collision->records,
             (int)text_slice(id_collision->source, 0, 60).size, id_collision->source.bytes);
    return save_note(user, message, error);
}

/* What depends on analyses, and the notes. Saved texts outlive their files, models change, and
 * other machines may have analysed texts: the rest is analysed here. */
static bool finish_reading(struct pipeline *pipeline, struct error *error)
{
    struct store *store = pipeline->stage_context.store;
    struct row_totals row_totals;
    return pipeline_analyse_texts(pipeline, (struct shard){0}, NULL, error) &&
           store_update_source_languages(store, error) && mark_stock_texts(pipeline, error) &&
           store_get_row_totals(store, &row_totals, error) &&
           store_for_each_warning(store, note_warning, pipeline, error) &&
           store_for_each_id_collision(store, note_id_collision, pipeline, error) &&
           note_outdated_records(pipeline, error);
}

/* A large group takes the memory instead. */
static void close_record_stages(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++)
        if (pipeline->stage_instances[i].stage->process)
            close_stage(&pipeline->stage_instances[i]);
}

bool pipeline_read(struct pipeline *pipeline, const struct input_file *files, size_t count,
                   struct error *error)
{
    struct read_progress progress = {.report.stage = "read"};
    for (size_t i = 0; i < count; i++) {
        struct file_signature signature;
        read_file_signature(&files[i], &signature);
        progress.report.total += signature.size;
    }
    update(pipeline, &progress.report);
    bool ok = stage_context_check_interrupt(&pipeline->stage_context, error);
    for (size_t i = 0; ok && i < count; i++)
        ok = read_file(pipeline, &files[i], &progress, error);
    ok = ok && store_replace_corrected(pipeline->stage_context.store, error) &&
         store_decide_columns(pipeline->stage_context.store, error) &&
         (pipeline->defers_analysis || finish_reading(pipeline, error));
    close_record_stages(pipeline);
    return ok;
}

struct failure_list {
    size_t count, listed_count;
    struct text lines;
    struct arena arena;
};

static bool list_failure(void *user, const struct file_totals *file, struct error *error)
{
    enum { MAX_LIST_SIZE = 3500 }; /* the rest of error.message is for the sentences around it */
    (void)error;
    struct failure_list *list = user;
    if (!file->failure.size)
        return true;
    bool has_path = text_find(file->failure, file->path, 0) < file->failure.size;
    struct text lines = arena_format(&list->arena, "%.*s\n  %.*s%s%.*s", TEXT_ARGUMENT(list->lines),
                                     has_path ? 0 : (int)file->path.size, file->path.bytes,
                                     has_path ? "" : ": ", TEXT_ARGUMENT(file->failure));
    bool fits =
        list->count == 0 || lines.size <= MAX_LIST_SIZE; /* the first is shown in any case */
    if (list->count == list->listed_count && fits) {
        list->lines = text_slice(lines, 0, utf8_boundary_before(lines, MAX_LIST_SIZE));
        list->listed_count++;
    }
    list->count++;
    return true;
}

bool pipeline_check_failed_files(struct pipeline *pipeline, struct error *error)
{
    struct failure_list list = {0};
    char more[40] = "";
    bool ok = store_for_each_file(pipeline->stage_context.store, list_failure, &list, error);
    if (list.count > list.listed_count)
        snprintf(more, sizeof(more), "\n  and %zu more", list.count - list.listed_count);
    if (ok && list.count)
        ok = error_set(error, ERROR_INPUT,
                       "%zu file%s could not be read to the end (everything else is done):%.*s%s",
                       list.count, list.count == 1 ? "" : "s", TEXT_ARGUMENT(list.lines), more);
    arena_free(&list.arena);
    return ok;
}

/* ---- Pass 2 ---- */

static bool list_groups(struct pipeline *pipeline, struct group_list *groups, struct error *error)
{
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->list_groups &&
            !instance->stage->list_groups(instance->state, groups, error))
            return false;
    }
    return true;
}

static bool summarize_group(struct pipeline *pipeline, const struct group_entry *entry,
                            struct arena *arena, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct group group = {.key = entry->key,
                          .period = entry->period,
                          .has_previous = entry->previous != NULL,
                          .fingerprint = entry->fingerprint,
                          .arena = arena};
    if (!store_load_group_members(context->store, entry, arena, &group.members, error))
        return false;
    group.member_count = entry->member_count;
    if (entry->previous) {
        if (!store_load_group_members(context->store, entry->previous, arena,
                                      &group.previous_members, error))
            return false;
        group.previous_member_count = entry->previous->member_count;
    }
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->process_group &&
            !instance->stage->process_group(instance->state, &group, error))
            return false;
    }
    return store_save_summary(context->store, context->selection->view, &group, error) &&
           stage_context_check_interrupt(&pipeline->stage_context, error);
}

/* run.json of the run lists the note, but not that of a report on some of its rows. */
static bool note_skipped_groups(struct pipeline *pipeline, struct error *error)
{
    if (!pipeline->skipped_groups)
        return true;
    char message[120];
    snprintf(
        message, sizeof(message),
        "%zu groups exceed [group] max_groups and are not summarized; their figures are complete",
        pipeline->skipped_groups);
    if (pipeline->stage_context.selection->view == 0)
        return save_note(pipeline, message, error);
    note(pipeline, message);
    return true;
}

static bool summarize_groups(struct pipeline *pipeline, const struct group_list *groups,
                             struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    struct progress_report progress = {.stage = "summarize", .total = groups->count};
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
    pipeline->skipped_groups = groups.skipped;
    ok = ok && note_skipped_groups(pipeline, error) && summarize_groups(pipeline, &groups, error) &&
         store_delete_unlisted_summaries(context->store, context->selection->view, &groups, error);
    arena_free(&groups.arena);
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->finish_groups)
            instance->stage->finish_groups(instance->state);
    }
    memory_release_freed(); /* a large group takes more than pass 3 */
    return ok;
}

/* ---- Pass 3 ---- */

static bool count_record(void *user, const struct saved_record *record, struct error *error)
{
    struct pipeline *pipeline = user;
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->count_record &&
            !instance->stage->count_record(instance->state, record, error))
            return false;
    }
    return true;
}

bool pipeline_aggregate(struct pipeline *pipeline, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    if (!store_for_each_record(context->store, context->selection, count_record, pipeline, error))
        return false;
    for (size_t i = 0; i < pipeline->stage_instance_count; i++) {
        struct stage_instance *instance = &pipeline->stage_instances[i];
        if (instance->stage->finish && !instance->stage->finish(instance->state, error))
            return false;
        memory_release_freed(); /* the next stage takes it instead */
    }
    return stage_context_check_interrupt(&pipeline->stage_context, error);
}

/* ---- Passes 2 and 3 ---- */

static bool replace_results(struct pipeline *pipeline, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    if (!store_drop_results(context->store, error) || !pipeline_summarize(pipeline, error) ||
        !pipeline_aggregate(pipeline, error))
        return false;
    struct current_result result = {.key = context->results_key,
                                    .number = pipeline->skipped_groups};
    return store_save_result(context->store, &result, error);
}

bool pipeline_update_results(struct pipeline *pipeline, struct error *error)
{
    const struct stage_context *context = &pipeline->stage_context;
    if (context->selection->view != 0)
        return pipeline_summarize(pipeline, error) && pipeline_aggregate(pipeline, error);
    struct current_result result = {.key = context->results_key};
    struct arena arena = {0};
    bool is_current, ok = store_find_result(context->store, &result, &arena, &is_current, error);
    arena_free(&arena);
    if (!ok || !is_current)
        return ok && replace_results(pipeline, error);
    pipeline->skipped_groups = result.number;
    return note_skipped_groups(pipeline, error);
}
