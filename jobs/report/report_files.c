/* report_files.c - the tables of a run as files, and run.json, which says how it went. */
#include "jobs/report/report_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/memory.h"

static const char *const state_names[RECORD_STATE_COUNT] = {
    [RECORD_NEW] = "new",         [RECORD_UNCHANGED] = "unchanged",
    [RECORD_REVISED] = "revised", [RECORD_DUPLICATE] = "duplicate",
    [RECORD_EMPTY] = "empty",     [RECORD_REJECTED] = "rejected",
};

/* One table on its way into its file. */
struct table_writer {
    const char *name;
    struct text file; /* "feedback.csv" */
    const struct report_format *format;
    void *state;
    FILE *out;
    uint64_t rows;
    struct text note;
};

static bool write_table_header(void *user, const struct column *columns, size_t count,
                               struct error *error)
{
    struct table_writer *table_writer = user;
    return table_writer->format->begin(table_writer->state, table_writer->out, columns, count,
                                       error);
}

static bool write_row(void *user, const struct text *cells, size_t count, struct error *error)
{
    struct table_writer *table_writer = user;
    table_writer->rows++;
    return table_writer->format->row(table_writer->state, table_writer->out, cells, count, error);
}

static char *join_path(const char *folder, struct text file)
{
    size_t size = strlen(folder) + 1 + file.size + 1;
    char *path = memory_alloc(size, 1);
    snprintf(path, size, "%s/%.*s", folder, TEXT_ARGUMENT(file));
    return path;
}

static bool write_table(const struct job_output *output, struct store *store,
                        struct table_writer *table_writer, const struct selection *selection,
                        struct arena *arena, struct error *error)
{
    table_writer->file = arena_format(arena, "%s%s", table_writer->name, output->format->extension);
    table_writer->format = output->format;
    table_writer->state = output->format_state;
    char *path = join_path(output->folder, table_writer->file);
    struct file_writer writer;
    bool opened = file_writer_open(&writer, path, error);
    free(path);
    if (!opened)
        return false;
    table_writer->out = writer.stream;
    struct table_visitor visitor = {
        .begin = write_table_header, .row = write_row, .user = table_writer};
    if (!store_for_each_table_row(store, table_writer->name, selection, &visitor, error)) {
        file_writer_abort(&writer);
        return false;
    }
    if (table_writer->format->note)
        table_writer->note = table_writer->format->note(table_writer->state, arena);
    return file_writer_commit(&writer, error);
}

static void write_time(struct json_writer *json, struct text key, int64_t seconds)
{
    char formatted[32];
    if (seconds == TIME_UNKNOWN)
        return;
    calendar_format(seconds, formatted);
    json_write_key(json, key);
    json_write_text(json, text_of(formatted));
}

/* Only what bounds the rows; all of them is the empty object. */
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
        json_write_key(json, text_of(state_names[i]));
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

static void write_tables(struct json_writer *json, const struct table_writer *table_writers,
                         size_t count)
{
    json_write_key(json, TEXT("tables"));
    json_begin_array(json);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(json);
        json_write_key(json, TEXT("file"));
        json_write_text(json, table_writers[i].file);
        json_write_key(json, TEXT("rows"));
        json_write_unsigned(json, table_writers[i].rows);
        if (table_writers[i].note.size) {
            json_write_key(json, TEXT("note"));
            json_write_text(json, table_writers[i].note);
        }
        json_end(json);
    }
    json_end(json);
}

static bool write_run_json(const struct job *job, struct store *store,
                           const struct selection *selection,
                           const struct table_writer *table_writers, size_t count,
                           struct error *error)
{
    struct row_totals row_totals;
    if (!store_get_row_totals(store, &row_totals, error))
        return false;
    char *path = join_path(job->output.folder, TEXT("run.json"));
    struct file_writer writer;
    bool opened = file_writer_open(&writer, path, error);
    free(path);
    if (!opened)
        return false;
    struct json_writer json = {.stream = writer.stream, .pretty = true};
    char key[17];
    hash_format(store_get_model_key(store), key);
    json_begin_object(&json);
    json_write_key(&json, TEXT("winnow"));
    json_write_text(&json, TEXT(WINNOW_VERSION));
    json_write_key(&json, TEXT("model_key"));
    json_write_text(&json, text_of(key));
    write_row_totals(&json, &row_totals);
    write_selection(&json, selection);
    write_tables(&json, table_writers, count);
    json_end(&json);
    return file_writer_commit(&writer, error);
}

bool report_files_write(const struct job *job, struct store *store,
                        const struct selection *selection, struct error *error)
{
    size_t count = 0;
    while (store_tables[count])
        count++;
    struct arena arena = {0};
    struct table_writer *table_writers = arena_alloc(&arena, count, sizeof(*table_writers));
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        table_writers[i].name = store_tables[i];
        ok = write_table(&job->output, store, &table_writers[i], selection, &arena, error);
        if (ok && table_writers[i].note.size)
            fprintf(stderr, "winnow: %.*s: %.*s\n", TEXT_ARGUMENT(table_writers[i].file),
                    TEXT_ARGUMENT(table_writers[i].note));
    }
    ok = ok && write_run_json(job, store, selection, table_writers, count, error);
    arena_free(&arena);
    return ok;
}
