/* mbox.h - a file of many mails, one after another. */
#ifndef CONNECTORS_MAIL_MBOX_H
#define CONNECTORS_MAIL_MBOX_H

#include "connectors/input/input.h"
#include "pipeline/connector.h"

enum { MBOX_MAX_ENCODED_SIZE = 1 << 20 };

/* A zeroed one is ready, but for `most`. */
struct mbox {
    size_t max_size; /* bytes of a message that are kept; what comes behind them is left out, and so
                    is what an encoded stretch (an attachment) has beyond MBOX_MAX_ENCODED_SIZE */
    bool is_single_message; /* the file is one message: no line begins another */

    /* The message read last. */
    struct text message;  /* its header and body, with ">From " as "From "; good until the next */
    struct text envelope; /* what stands in the "From " line above it, empty when it has none */
    uint64_t line, byte_offset; /* of the "From " line */
    uint64_t skipped_bytes;     /* bytes that are not in `message` */
    struct text raw; /* the message's first bytes as they lie in the file, "From " line included */
    uint64_t raw_size; /* of all its bytes there */

    size_t encoded_size; /* bytes of the present stretch of lines without a blank */
    char *bytes;         /* allocated with malloc */
    size_t size, capacity;
    char envelope_bytes[256];
    char raw_bytes[REJECT_RAW_SIZE];
};

/* A message begins behind an empty line (or at the file's start) with a line like
 * "From ann@post.example Mon Sep  7 07:40:41 2026", if the `next` line is one of a header. All
 * other lines that begin with "From " belong to a body. Both without their line ends. */
bool mbox_is_envelope_line(struct text line, struct text next);

/* "Name: value". */
bool mbox_is_header_line(struct text line);

/* READ_OK with the next message; memory is bounded by `most`, never by the file. On a fault of
 * the input, what came before it is a message, then READ_FAILED. */
enum read_status mbox_read(struct mbox *mbox, struct input *input, struct error *error);

void mbox_free(struct mbox *mbox);

#endif
