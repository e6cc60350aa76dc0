/* report_files.c - writes the tables of the store as files, and run.json with the row totals. */
#include "jobs/report/report_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "jobs/log.h"

/* One table and its file. */
struct table_file {
    const char *table;
    struct text name; /* "feedback.csv" */
    const struct report_format *format;
    void *format_state;
    FILE *stream;
    uint64_t row_count;
    struct text note; /* of the format: what is not in the file; may be empty */
};

/* One document. */
struct document_output {
    const struct document_format *format;
    struct text note; /* what is not in the file; may be empty */
};

/* What all files of a report have in common. */
struct report_writer {
    const struct job *job;
    struct store *store;
    const struct selection *selection;
    uint64_t tables_key, documents_key; /* of current results; 0: all files are written */
    struct table_file *tables;
    size_t table_count;
    struct document_output documents[JOB_MAX_DOCUMENTS];
    struct arena arena;
};

static bool write_table_header(void *user, const struct column *columns, size_t count,
                               struct error *error)
{
    struct table_file *table = user;
    return table->format->begin(table->format_state, table->stream, columns, count, error);
}

static bool write_row(void *user, const struct text *cells, size_t count, struct error *error)
{
    struct table_file *table = user;
    table->row_count++;
    return table->format->row(table->format_state, table->stream, cells, count, error);
}

/* ---- Files that need not be written again ---- */

static const char rejects_table[] = "rejects"; /* of the latest run, like its row totals */

static bool begin_rejects(void *user, const struct column *columns, size_t count,
                          struct error *error)
{
    (void)user;
    (void)columns;
    (void)count;
    (void)error;
    return true;
}

static bool hash_reject(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)error;
    uint64_t *hash = user;
    for (size_t i = 0; i < count; i++)
        *hash = hash_combine(*hash, cells[i]);
    return true;
}

/* Documents also print the row totals and rejects of the run. */
static bool compute_keys(struct report_writer *report_writer, uint64_t results_key,
                         struct error *error)
{
    struct store *store = report_writer->store;
    struct row_totals totals;
    if (report_writer->selection->view != 0)
        return true;
    uint64_t key = hash_combine(results_key, text_of(report_writer->job->output.folder));
    struct table_visitor visitor = {.begin = begin_rejects, .row = hash_reject, .user = &key};
    report_writer->tables_key = key;
    if (!store_get_row_totals(store, &totals, error) ||
        !store_for_each_table_row(store, rejects_table, report_writer->selection, &visitor, error))
        return false;
    key = hash_combine_number(hash_combine_number(key, totals.read), totals.skipped);
    for (size_t i = 0; i < RECORD_STATE_COUNT; i++)
        key = hash_combine_number(key, totals.states[i]);
    for (size_t i = 0; i < PII_COUNT; i++)
        key = hash_combine_number(key, totals.pii[i]);
    key = hash_combine_number(hash_combine_number(key, totals.inferred), totals.tokens);
    report_writer->documents_key = key;
    return true;
}

/* Sets size and time of the result's file; false if there is none. */
static bool read_file_status(struct report_writer *report_writer, struct current_result *result)
{
    struct stat status;
    struct text path = arena_format(&report_writer->arena, "%s/%.*s",
                                    report_writer->job->output.folder, TEXT_ARGUMENT(result->file));
    if (stat(path.bytes, &status) != 0)
        return false;
    result->size = (uint64_t)status.st_size;
    result->modified =
        (uint64_t)status.st_mtim.tv_sec * 1000000000 + (uint64_t)status.st_mtim.tv_nsec;
    return true;
}

/* Whether an earlier report wrote the file from the same results, and nobody has changed it. */
static bool find_current_file(struct report_writer *report_writer, struct current_result *saved,
                              bool *is_current, struct error *error)
{
    *is_current = false;
    if (!saved->key)
        return true;
    if (!store_find_result(report_writer->store, saved, &report_writer->arena, is_current, error))
        return false;
    struct current_result file = *saved;
    *is_current = *is_current && read_file_status(report_writer, &file) &&
                  file.size == saved->size && file.modified == saved->modified;
    return true;
}

static bool save_current_file(struct report_writer *report_writer, struct current_result *result,
                              struct error *error)
{
    return !result->key || !read_file_status(report_writer, result) ||
           store_save_result(report_writer->store, result, error);
}

/* ---- Tables ---- */

static bool open_file(struct report_writer *report_writer, struct text name,
                      struct file_writer *file_writer, struct error *error)
{
    struct text path = arena_format(&report_writer->arena, "%s/%.*s",
                                    report_writer->job->output.folder, TEXT_ARGUMENT(name));
    return file_writer_open(file_writer, path.bytes, error);
}

static bool write_table(struct report_writer *report_writer, struct table_file *table,
                        struct error *error)
{
    const struct job_output *output = &report_writer->job->output;
    struct file_writer file_writer;
    table->format = output->format;
    table->format_state = output->format_state;
    table->name =
        arena_format(&report_writer->arena, "%s%s", table->table, output->format->extension);
    struct current_result result = {.file = table->name, .key = report_writer->tables_key};
    bool is_current;
    if (strcmp(table->table, rejects_table) == 0)
        result.key = 0;
    if (!find_current_file(report_writer, &result, &is_current, error))
        return false;
    if (is_current) {
        table->row_count = result.number;
        table->note = result.note;
        return true;
    }
    if (!open_file(report_writer, table->name, &file_writer, error))
        return false;
    table->stream = file_writer.stream;
    struct table_visitor visitor = {.begin = write_table_header, .row = write_row, .user = table};
    if (!store_for_each_table_row(report_writer->store, table->table, report_writer->selection,
                                  &visitor, error)) {
        file_writer_abort(&file_writer);
        return false;
    }
    if (table->format->note)
        table->note = table->format->note(table->format_state, &report_writer->arena);
    result.number = table->row_count;
    result.note = table->note;
    return file_writer_commit(&file_writer, error) &&
           save_current_file(report_writer, &result, error);
}

/* ---- Documents ---- */

static bool write_document(struct report_writer *report_writer, const struct document *document,
                           struct document_output *output, struct error *error)
{
    struct file_writer file_writer;
    if (!open_file(report_writer, text_of(output->format->file_name), &file_writer, error))
        return false;
    struct document_file file = {file_writer.stream, file_writer.temporary_path};
    if (!output->format->write(document, &file, &report_writer->arena, &output->note, error)) {
        file_writer_abort(&file_writer);
        return false;
    }
    struct current_result result = {.file = text_of(output->format->file_name),
                                    .key = report_writer->documents_key,
                                    .note = output->note};
    return file_writer_commit(&file_writer, error) &&
           save_current_file(report_writer, &result, error);
}

/* *all_current: every document is, and has its note. */
static bool find_current_documents(struct report_writer *report_writer, bool *all_current,
                                   struct error *error)
{
    const struct job_output *output = &report_writer->job->output;
    bool ok = true;
    *all_current = true;
    for (size_t i = 0; ok && *all_current && i < output->document_count; i++) {
        struct document_output *document = &report_writer->documents[i];
        document->format = output->documents[i];
        struct current_result result = {.file = text_of(document->format->file_name),
                                        .key = report_writer->documents_key};
        ok = find_current_file(report_writer, &result, all_current, error);
        document->note = result.note;
    }
    return ok;
}

static bool write_documents(struct report_writer *report_writer, struct error *error)
{
    const struct job_output *output = &report_writer->job->output;
    struct document document = {0};
    bool all_current;
    if (!find_current_documents(report_writer, &all_current, error))
        return false;
    if (all_current)
        return true;
    bool ok = document_load(&document, report_writer->store, report_writer->selection,
                            &output->document_options, error);
    for (size_t i = 0; ok && i < output->document_count; i++) {
        struct document_output *written = &report_writer->documents[i];
        *written = (struct document_output){.format = output->documents[i]};
        ok = write_document(report_writer, &document, written, error);
    }
    document_free(&document);
    return ok;
}

/* ---- run.json ---- */

static void write_time(struct json_writer *json, struct text key, int64_t seconds)
{
    char formatted[32];
    if (seconds == TIME_UNKNOWN)
        return;
    calendar_format(seconds, formatted);
    json_write_key(json, key);
    json_write_text(json, text_of(formatted));
}

/* Writes only the bounds that are set: all rows give an empty object. */
static void write_selection(struct json_writer *json, const struct selection *selection)
{
    json_write_key(json, TEXT("selection"));
    json_begin_object(json);
    write_time(json, TEXT("since"), selection->since);
    write_time(json, TEXT("until"), selection->until);
    for (size_t i = 0; i < selection->where_count; i++) {
        json_write_key(json, selection->where[i].name);
        json_write_text(json, selection->where[i].value);
    }
    json_end(json);
}

static void write_row_totals(struct json_writer *json, const struct row_totals *row_totals)
{
    json_write_key(json, TEXT("account"));
    json_begin_object(json);
    json_write_key(json, TEXT("read"));
    json_write_unsigned(json, row_totals->read);
    for (size_t i = 0; i < RECORD_STATE_COUNT; i++) {
        json_write_key(json, text_of(record_state_names[i]));
        json_write_unsigned(json, row_totals->states[i]);
    }
    json_end(json);
    json_write_key(json, TEXT("skipped"));
    json_write_unsigned(json, row_totals->skipped);
    json_write_key(json, TEXT("redacted"));
    json_begin_object(json);
    for (size_t i = 0; i < PII_COUNT; i++) {
        json_write_key(json, text_of(pii_names[i]));
        json_write_unsigned(json, row_totals->pii[i]);
    }
    json_end(json);
    json_write_key(json, TEXT("inferred"));
    json_begin_object(json);
    json_write_key(json, TEXT("texts"));
    json_write_unsigned(json, row_totals->inferred);
    json_write_key(json, TEXT("tokens"));
    json_write_unsigned(json, row_totals->tokens);
    json_end(json);
}

static bool write_stock_text(void *user, const struct stock_text *stock_text, struct error *error)
{
    (void)error;
    struct json_writer *json = user;
    json_begin_object(json);
    json_write_key(json, TEXT("source"));
    json_write_text(json, stock_text->source);
    json_write_key(json, TEXT("text"));
    json_write_text(json, stock_text->text);
    json_write_key(json, TEXT("records"));
    json_write_unsigned(json, stock_text->records);
    json_end(json);
    return true;
}

/* Texts that are no opinion, and the saved records that have them. */
static bool write_stock_texts(struct json_writer *json, struct store *store, struct error *error)
{
    json_write_key(json, TEXT("stock_texts"));
    json_begin_array(json);
    bool ok = store_for_each_stock_text(store, write_stock_text, json, error);
    json_end(json);
    return ok;
}

static void write_tables(struct json_writer *json, const struct report_writer *report_writer)
{
    json_write_key(json, TEXT("tables"));
    json_begin_array(json);
    for (size_t i = 0; i < report_writer->table_count; i++) {
        const struct table_file *table = &report_writer->tables[i];
        json_begin_object(json);
        json_write_key(json, TEXT("file"));
        json_write_text(json, table->name);
        json_write_key(json, TEXT("rows"));
        json_write_unsigned(json, table->row_count);
        if (table->note.size) {
            json_write_key(json, TEXT("note"));
            json_write_text(json, table->note);
        }
        json_end(json);
    }
    json_end(json);
}

static void write_document_list(struct json_writer *json, const struct report_writer *report_writer)
{
    json_write_key(json, TEXT("documents"));
    json_begin_array(json);
    for (size_t i = 0; i < report_writer->job->output.document_count; i++) {
        const struct document_output *document = &report_writer->documents[i];
        json_begin_object(json);
        json_write_key(json, TEXT("file"));
        json_write_text(json, text_of(document->format->file_name));
        if (document->note.size) {
            json_write_key(json, TEXT("note"));
            json_write_text(json, document->note);
        }
        json_end(json);
    }
    json_end(json);
}

static void write_note(void *user, struct text note)
{
    struct json_writer *json = user;
    json_write_text(json, note);
}

static bool write_notes(struct json_writer *json, struct store *store, struct error *error)
{
    json_write_key(json, TEXT("notes"));
    json_begin_array(json);
    bool ok = store_for_each_note(store, write_note, json, error);
    json_end(json);
    return ok;
}

static bool write_run_json(struct report_writer *report_writer, struct error *error)
{
    struct row_totals row_totals;
    struct file_writer file_writer;
    if (!store_get_row_totals(report_writer->store, &row_totals, error) ||
        !open_file(report_writer, TEXT("run.json"), &file_writer, error))
        return false;
    struct json_writer json = {.stream = file_writer.stream, .pretty = true};
    char key[17];
    hash_format(store_get_model_key(report_writer->store), key);
    json_begin_object(&json);
    json_write_key(&json, TEXT("winnow"));
    json_write_text(&json, TEXT(WINNOW_VERSION));
    json_write_key(&json, TEXT("model_key"));
    json_write_text(&json, text_of(key));
    write_row_totals(&json, &row_totals);
    bool ok = write_notes(&json, report_writer->store, error);
    write_selection(&json, report_writer->selection);
    ok = ok && write_stock_texts(&json, report_writer->store, error);
    write_tables(&json, report_writer);
    write_document_list(&json, report_writer);
    json_end(&json);
    if (!ok)
        file_writer_abort(&file_writer);
    return ok && file_writer_commit(&file_writer, error);
}

static void print_document_notes(const struct report_writer *report_writer)
{
    for (size_t i = 0; i < report_writer->job->output.document_count; i++) {
        const struct document_output *document = &report_writer->documents[i];
        if (document->note.size)
            fprintf(stderr, "winnow: note: %s: %.*s\n", document->format->file_name,
                    TEXT_ARGUMENT(document->note));
    }
}

bool report_files_write(const struct job *job, const struct stage_context *stage_context,
                        struct error *error)
{
    struct report_writer report_writer = {
        .job = job, .store = stage_context->store, .selection = stage_context->selection};
    while (job->output.writes_tables && store_tables[report_writer.table_count])
        report_writer.table_count++;
    report_writer.tables =
        arena_alloc(&report_writer.arena, report_writer.table_count, sizeof(*report_writer.tables));
    bool ok = compute_keys(&report_writer, stage_context->results_key, error);
    for (size_t i = 0; ok && i < report_writer.table_count; i++) {
        struct table_file *table = &report_writer.tables[i];
        table->table = store_tables[i];
        ok = write_table(&report_writer, table, error);
        if (ok && table->note.size)
            log_note("%.*s: %.*s", TEXT_ARGUMENT(table->name), TEXT_ARGUMENT(table->note));
    }
    ok = ok && write_documents(&report_writer, error);
    if (ok)
        print_document_notes(&report_writer);
    ok = ok && write_run_json(&report_writer, error);
    arena_free(&report_writer.arena);
    return ok;
}
