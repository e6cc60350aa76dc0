/* model_writer.h - writes a model file: first all sections are declared, then each is written
 * in that order. */
#ifndef INFERENCE_MODEL_MODEL_WRITER_H
#define INFERENCE_MODEL_MODEL_WRITER_H

#include <stdio.h>

#include "inference/model/model_format.h"

struct model_writer {
    FILE *stream; /* seekable; its own errors are left in it */
    struct model_section *sections;
    size_t count, capacity;
    size_t started_count;   /* number of sections */
    uint64_t bytes_written; /* size of the file in bytes */
    struct hash_stream *checksum;
};

/* Declares a section for a zeroed writer with a stream; model_writer_begin sets its offset. */
void model_writer_add_section(struct model_writer *writer, const struct model_section *section);

/* Assigns an offset to every section, and starts writing after the table. */
void model_writer_begin(struct model_writer *writer);

/* Starts the next section; following writes belong to it. */
void model_writer_start_section(struct model_writer *writer);
void model_writer_write(struct model_writer *writer, const void *bytes, size_t size);

/* Writes header and table at the start of the file. */
void model_writer_finish(struct model_writer *writer, const struct t5_config *config);

/* Frees what the writer owns; the stream stays open. */
void model_writer_close(struct model_writer *writer);

#endif
