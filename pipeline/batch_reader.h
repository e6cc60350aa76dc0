/* batch_reader.h - reads an input file through its connector, batch by batch. */
#ifndef PIPELINE_BATCH_READER_H
#define PIPELINE_BATCH_READER_H

#include "base/hash_table.h"
#include "pipeline/connector.h"

/* One file of a source, with the connector that reads it. */
struct input_file {
    const char *path; /* to open */
    const char *name; /* as reports print it: relative to the job file, so the same everywhere */
    struct text source;
    const struct connector *connector; /* NULL: no connector can read the file; see `failure` */
    void *connector_state;             /* with its options set; owned by the caller */
    const char *failure;
    uint64_t settings_hash; /* of the source and the settings that decide how its rows are read; 0:
                               of no job, so rows need no hash */
};

/* The file with a state of its own, allocated from `arena`: a state is opened only once. */
struct input_file input_file_copy(const struct input_file *file, struct arena *arena);

struct batch_reader {
    const struct input_file *file; /* borrowed */
    size_t max_records;            /* records and rejects of a batch */
    struct batch batch;
    uint64_t reads;                         /* connector reads that returned READ_OK */
    enum read_status status;                /* of the last read */
    struct hash_table identical_row_counts; /* of the rows read so far, by their values */
    struct error failure;                   /* set if `status` is READ_FAILED */
};

/* Opens the file. False if that fails: `status` is READ_FAILED then, and the reader may still be
 * used. Must be closed in any case. */
bool batch_reader_open(struct batch_reader *reader, const struct input_file *file,
                       size_t max_records);

/* Replaces the batch by the next one: reads until it is full, the file ends, or the reader has made
 * `max_reads` reads since it was opened. Sets batch.read, and batch.failure if `status` is
 * READ_FAILED. At the end of the file the batch may be empty. */
void batch_reader_fill(struct batch_reader *reader, uint64_t max_reads);

/* Closes the file and frees the batch. */
void batch_reader_close(struct batch_reader *reader);

#endif
