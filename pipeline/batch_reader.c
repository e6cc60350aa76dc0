/* batch_reader.c - from a connector's reads to batches. */
#include "pipeline/batch_reader.h"

bool batch_reader_open(struct batch_reader *reader, const struct input_file *file,
                       size_t max_records)
{
    *reader = (struct batch_reader){.file = file, .max_records = max_records};
    reader->batch.path = file->name;
    reader->batch.source = file->source;
    bool ok = file->connector
                  ? file->connector->open(file->connector_state, file->path, &reader->failure)
                  : error_set(&reader->failure, ERROR_INPUT, "%s", file->failure);
    reader->status = ok ? READ_OK : READ_FAILED;
    return ok;
}

void batch_reader_fill(struct batch_reader *reader, uint64_t max_reads)
{
    const struct input_file *file = reader->file;
    struct batch *batch = &reader->batch;
    batch_reset(batch);
    while (reader->status == READ_OK && reader->reads < max_reads &&
           !batch_is_full(batch, reader->max_records)) {
        reader->status = file->connector->read(file->connector_state, batch, &reader->failure);
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
    batch_free(&reader->batch);
}
