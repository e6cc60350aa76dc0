/* mbox.h - a file of many mails, one after another. */
#ifndef CONNECTORS_MBOX_H
#define CONNECTORS_MBOX_H

#include "connectors/input.h"
#include "pipeline/connector.h"

/* A zeroed one is ready, but for `most`. */
struct mbox {
    size_t most; /* bytes of a message that are kept; what comes behind them is left out */

    /* The message read last. */
    struct text message;  /* its header and body, with ">From " as "From "; good until the next */
    struct text envelope; /* what stands in the "From " line above it, empty when it has none */
    uint64_t line, byte_offset; /* of the "From " line */
    uint64_t left_out;          /* bytes beyond `most` */

    char *bytes; /* allocated with malloc */
    size_t size, capacity;
    char envelope_bytes[256];
};

/* A message begins behind an empty line (or at the file's start) with a line like
 * "From ann@post.example Mon Sep  7 07:40:41 2026", if the `next` line is one of a header. All
 * other lines that begin with "From " belong to a body. Both without their line ends. */
bool mbox_begins(struct text line, struct text next);

/* "Name: value". */
bool mbox_is_header(struct text line);

/* READING_MORE with the next message; memory is bounded by `most`, never by the file. On a fault of
 * the input, what came before it is a message, then READING_FAILED. */
enum reading mbox_read(struct mbox *mbox, struct input *input, struct error *error);

void mbox_free(struct mbox *mbox);

#endif
