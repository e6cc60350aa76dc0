/* preflight.c - collects the names of columns until all that the stages ask for are found. */
#include "jobs/preflight.h"

static void add_batch_columns(const struct batch *batch, struct name_set *columns)
{
    for (size_t i = 0; i < batch->count; i++)
        for (size_t j = 0; j < batch->records[i].field_count; j++)
            name_set_add(columns, batch->records[i].fields[j].name);
}

/* Adds the columns of the file's first batch, or of all batches. */
static void add_file_columns(const struct assembly *assembly, const struct input_file *file,
                             bool reads_all, struct name_set *columns)
{
    struct batch_reader reader;
    struct arena arena = {0};
    struct input_file copy = input_file_copy(file, &arena); /* the run opens the file's own state */
    batch_reader_open(&reader, &copy, assembly->pipeline.batch_records);
    do {
        batch_reader_fill(&reader, UINT64_MAX);
        add_batch_columns(&reader.batch, columns);
    } while (reads_all && reader.status == READ_OK);
    batch_reader_close(&reader);
    arena_free(&arena);
}

static bool add_record_columns(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < record->field_count; i++)
        name_set_add(user, record->fields[i].name);
    return true;
}

/* Most files show all their columns at once; objects may have a member that is rare. */
static bool find_columns(struct assembly *assembly, struct name_set *columns, struct error *error)
{
    struct pipeline *pipeline = &assembly->pipeline;
    for (int reads_all = 0; reads_all < 2; reads_all++) {
        for (size_t i = 0; i < assembly->file_count; i++) {
            if (pipeline_check_columns(pipeline, columns, NULL))
                return true;
            if (assembly->files[i].connector)
                add_file_columns(assembly, &assembly->files[i], reads_all, columns);
        }
        if (!reads_all && !pipeline_check_columns(pipeline, columns, NULL) &&
            !store_for_each_record(assembly->store, NULL, add_record_columns, columns, error))
            return false;
    }
    return columns->count == 0 || pipeline_check_columns(pipeline, columns, error);
}

bool preflight_check_columns(struct assembly *assembly, struct error *error)
{
    struct name_set columns = {0};
    bool ok = find_columns(assembly, &columns, error);
    name_set_free(&columns);
    return ok;
}
