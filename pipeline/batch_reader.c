/* batch_reader.c - from a connector's reads to batches. */
#include "pipeline/batch_reader.h"

#include <string.h>

#include "base/hash.h"

struct input_file input_file_copy(const struct input_file *file, struct arena *arena)
{
    struct input_file copy = *file;
    copy.connector_state = arena_alloc(arena, 1, file->connector->state_size);
    memcpy(copy.connector_state, file->connector_state, file->connector->state_size);
    return copy;
}

bool batch_reader_open(struct batch_reader *reader, const struct input_file *file,
                       size_t max_records)
{
    *reader = (struct batch_reader){.file = file, .max_records = max_records};
    reader->batch.path = file->name;
    reader->batch.source = file->source;
    reader->batch.settings_hash = file->settings_hash;
    bool ok = file->connector
                  ? file->connector->open(file->connector_state, file->path, &reader->failure)
                  : error_set(&reader->failure, ERROR_INPUT, "%s", file->failure);
    reader->status = ok ? READ_OK : READ_FAILED;
    return ok;
}

/* The names of columns depend on settings (is the first row a header?), the values do not. */
static void hash_row(struct record *record)
{
    uint64_t names = HASH_SEED, values = HASH_SEED;
    for (size_t i = 0; i < record->field_count; i++) {
        names = hash_combine(names, record->fields[i].name);
        values = hash_combine(values, record->fields[i].value);
    }
    if (record->field_count == 0)
        values = hash_combine(values, record->body);
    record->columns_hash = hash_combine_number(names, values);
    record->row_hash = values;
}

/* Records of one row, such as the answers of a survey, share their columns and their hash. */
static void hash_rows(struct batch_reader *reader, size_t first)
{
    const struct batch *batch = &reader->batch;
    for (size_t i = first; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (i > first && record->fields == record[-1].fields) {
            record->columns_hash = record[-1].columns_hash;
            record->row_hash = record[-1].row_hash;
            continue;
        }
        hash_row(record);
        size_t *earlier_count =
            hash_table_get_or_insert(&reader->identical_row_counts, record->row_hash, 0, NULL);
        record->row_hash = hash_combine_number(record->row_hash, (*earlier_count)++);
    }
}

void batch_reader_fill(struct batch_reader *reader, uint64_t max_reads)
{
    const struct input_file *file = reader->file;
    struct batch *batch = &reader->batch;
    batch_reset(batch);
    while (reader->status == READ_OK && reader->reads < max_reads &&
           !batch_is_full(batch, reader->max_records)) {
        size_t first = batch->count;
        reader->status = file->connector->read(file->connector_state, batch, &reader->failure);
        if (file->settings_hash)
            hash_rows(reader, first);
        reader->reads += reader->status == READ_OK;
    }
    batch->read = batch->count + batch->reject_count;
    if (reader->status == READ_FAILED)
        batch->failure = arena_copy_text(&batch->arena, text_of(reader->failure.message));
}

void batch_reader_close(struct batch_reader *reader)
{
    if (reader->file->connector)
        reader->file->connector->close(reader->file->connector_state);
    hash_table_free(&reader->identical_row_counts);
    batch_free(&reader->batch);
}
