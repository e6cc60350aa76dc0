/* line_reader.h - batches of lines, for commands that pass each line to a model. */
#ifndef JOBS_LINE_READER_H
#define JOBS_LINE_READER_H

#include <stdio.h>

#include "inference/t5.h"

struct line_reader {
    FILE *stream;       /* borrowed */
    const char *name;   /* of the stream, for messages */
    size_t max_lines;   /* of one batch */
    struct text *lines; /* owned: the current batch, without line ends */
    size_t count;       /* lines in the batch */
    size_t first_line;  /* number of lines[0], from 1 */
    struct arena arena; /* holds the lines; reset by each read. The caller may allocate here what
                           belongs to the batch */
};

void line_reader_open(struct line_reader *reader, FILE *stream, const char *name, size_t max_lines);

/* Reads the next batch; `count` is 0 at the end of the stream. A fault is ERROR_INPUT. */
bool line_reader_read(struct line_reader *reader, struct error *error);

void line_reader_close(struct line_reader *reader); /* safe on a zeroed reader */

/* The maximum tokens of a text, including the end token, and the option that sets it. */
struct token_limit {
    const struct t5_model *model;
    size_t max_tokens;
    const char *option; /* "input-tokens" */
};

/* ERROR_INPUT that names the line if `text` is longer than the limit. */
bool token_limit_check(const struct token_limit *limit, struct text text, size_t line,
                       struct error *error);

#endif
