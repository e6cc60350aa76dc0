/* model_writer.h - writing a model file: what sections there will be is said first, then each is
 * written in that order. */
#ifndef INFERENCE_MODEL_MODEL_WRITER_H
#define INFERENCE_MODEL_MODEL_WRITER_H

#include <stdio.h>

#include "inference/model/model_format.h"

struct model_writer {
    FILE *stream; /* can seek; its own failures are left in it */
    struct model_section *sections;
    size_t count, capacity;
    size_t started_count;   /* sections */
    uint64_t bytes_written; /* bytes of the file */
    struct hash_stream *checksum;
};

/* One more section for a zeroed writer with a stream; its offset is left to model_writer_begin. */
void model_writer_add_section(struct model_writer *writer, const struct model_section *section);

/* Gives every section its place, and writes from behind the table on. */
void model_writer_begin(struct model_writer *writer);

/* The next section begins; what is put from here on belongs to it. */
void model_writer_start_section(struct model_writer *writer);
void model_writer_write(struct model_writer *writer, const void *bytes, size_t size);

/* Header and table, at the file's begin. */
void model_writer_finish(struct model_writer *writer, const struct t5_config *config);

/* Frees what the writer holds; the stream stays open. */
void model_writer_close(struct model_writer *writer);

#endif
