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
struct table {
    const char *name;
    struct text file; /* "feedback.csv" */
    const struct report_format *format;
    void *state;
    FILE *out;
    uint64_t rows;
    struct text note;
};

static bool begin_table(void *user, const struct column *columns, size_t count, struct error *error)
{
    struct table *table = user;
    return table->format->begin(table->state, table->out, columns, count, error);
}

static bool write_row(void *user, const struct text *cells, size_t count, struct error *error)
{
    struct table *table = user;
    table->rows++;
    return table->format->row(table->state, table->out, cells, count, error);
}

static char *path_in(const char *folder, struct text file)
{
    size_t size = strlen(folder) + 1 + file.size + 1;
    char *path = memory_alloc(size, 1);
    snprintf(path, size, "%s/%.*s", folder, TEXT_ARGUMENT(file));
    return path;
}

static bool write_table(const struct job_output *output, struct store *store, struct table *table,
                        const struct selection *selection, uint64_t model_key, struct arena *arena,
                        struct error *error)
{
    table->file = arena_format(arena, "%s%s", table->name, output->format->extension);
    table->format = output->format;
    table->state = output->format_state;
    char *path = path_in(output->folder, table->file);
    struct file_writer writer;
    bool opened = file_writer_open(&writer, path, error);
    free(path);
    if (!opened)
        return false;
    table->out = writer.stream;
    struct table_visitor visitor = {.begin = begin_table, .row = write_row, .user = table};
    if (!store_each_table_row(store, table->name, selection, model_key, &visitor, error)) {
        file_writer_abort(&writer);
        return false;
    }
    if (table->format->note)
        table->note = table->format->note(table->state, arena);
    return file_writer_commit(&writer, error);
}

static void write_time(struct json_writer *json, struct text key, int64_t seconds)
{
    char printed[32];
    if (seconds == TIME_UNKNOWN)
        return;
    calendar_print(seconds, printed);
    json_write_key(json, key);
    json_write_text(json, text_of(printed));
}

/* Only what bounds the rows; all of them is the empty object. */
static void write_selection(struct json_writer *json, const struct selection *selection)
{
    json_write_key(json, TEXT("selection"));
    json_write_object(json);
    write_time(json, TEXT("since"), selection->since);
    write_time(json, TEXT("until"), selection->until);
    for (size_t i = 0; i < selection->where_count; i++) {
        json_write_key(json, selection->where[i].name);
        json_write_text(json, selection->where[i].value);
    }
    json_write_end(json);
}

static void write_account(struct json_writer *json, const struct account *account)
{
    json_write_key(json, TEXT("account"));
    json_write_object(json);
    json_write_key(json, TEXT("read"));
    json_write_count(json, account->read);
    for (size_t i = 0; i < RECORD_STATE_COUNT; i++) {
        json_write_key(json, text_of(state_names[i]));
        json_write_count(json, account->states[i]);
    }
    json_write_end(json);
    json_write_key(json, TEXT("left_out"));
    json_write_count(json, account->left_out);
    json_write_key(json, TEXT("redacted"));
    json_write_object(json);
    for (size_t i = 0; i < PERSONAL_COUNT; i++) {
        json_write_key(json, text_of(personal_names[i]));
        json_write_count(json, account->personal[i]);
    }
    json_write_end(json);
    json_write_key(json, TEXT("inferred"));
    json_write_object(json);
    json_write_key(json, TEXT("texts"));
    json_write_count(json, account->inferred);
    json_write_key(json, TEXT("tokens"));
    json_write_count(json, account->tokens);
    json_write_end(json);
}

static void write_tables(struct json_writer *json, const struct table *tables, size_t count)
{
    json_write_key(json, TEXT("tables"));
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        json_write_object(json);
        json_write_key(json, TEXT("file"));
        json_write_text(json, tables[i].file);
        json_write_key(json, TEXT("rows"));
        json_write_count(json, tables[i].rows);
        if (tables[i].note.size) {
            json_write_key(json, TEXT("note"));
            json_write_text(json, tables[i].note);
        }
        json_write_end(json);
    }
    json_write_end(json);
}

static bool write_run(const struct job *job, struct store *store, const struct selection *selection,
                      uint64_t model_key, const struct table *tables, size_t count,
                      struct error *error)
{
    struct account account;
    if (!store_account(store, &account, error))
        return false;
    char *path = path_in(job->output.folder, TEXT("run.json"));
    struct file_writer writer;
    bool opened = file_writer_open(&writer, path, error);
    free(path);
    if (!opened)
        return false;
    struct json_writer json = {.stream = writer.stream, .pretty = true};
    char key[17];
    hash_print(model_key, key);
    json_write_object(&json);
    json_write_key(&json, TEXT("winnow"));
    json_write_text(&json, TEXT(WINNOW_VERSION));
    json_write_key(&json, TEXT("model_key"));
    json_write_text(&json, text_of(key));
    write_account(&json, &account);
    write_selection(&json, selection);
    write_tables(&json, tables, count);
    json_write_end(&json);
    return file_writer_commit(&writer, error);
}

bool output_write(const struct job *job, struct store *store, const struct selection *selection,
                  uint64_t model_key, struct error *error)
{
    size_t count = 0;
    while (store_tables[count])
        count++;
    struct arena arena = {0};
    struct table *tables = arena_alloc(&arena, count, sizeof(*tables));
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        tables[i].name = store_tables[i];
        ok = write_table(&job->output, store, &tables[i], selection, model_key, &arena, error);
        if (ok && tables[i].note.size)
            fprintf(stderr, "winnow: %.*s: %.*s\n", TEXT_ARGUMENT(tables[i].file),
                    TEXT_ARGUMENT(tables[i].note));
    }
    ok = ok && write_run(job, store, selection, model_key, tables, count, error);
    arena_free(&arena);
    return ok;
}
