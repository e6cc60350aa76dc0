/* record_span.h - reads the records of a file one by one, peeking as many bytes as a record needs.
 * The format's own code finds where a record ends. Shared by json and xml. */
#ifndef CONNECTORS_INPUT_RECORD_SPAN_H
#define CONNECTORS_INPUT_RECORD_SPAN_H

#include "connectors/input/input.h"

/* The part of the bytes ahead that is a record, valid or not. */
struct record_span {
    size_t begin, size;
};

enum span_status { SPAN_FOUND, SPAN_END, SPAN_INCOMPLETE };

/* Finds the first record in `ahead`. With `is_final`, the file ends with these bytes.
 * SPAN_INCOMPLETE means that more bytes are needed; the bytes before span->begin are then no longer
 * needed. */
typedef enum span_status record_span_finder(void *user, struct text ahead, bool is_final,
                                            struct record_span *span);

/* A record in its file. */
struct found_record {
    struct text bytes;          /* UTF-8 */
    struct text raw;            /* unconverted */
    uint64_t line, byte_offset; /* of its first byte, as input_line and input_offset */
};

/* Reads the next record. *record borrows from `input` until the next call. SPAN_INCOMPLETE means
 * that reading failed and sets *error. */
enum span_status record_span_read(struct input *input, record_span_finder *find, void *user,
                                  struct found_record *record, struct error *error);

#endif
