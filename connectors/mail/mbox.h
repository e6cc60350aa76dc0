/* mbox.h - splits an mbox file into its messages. */
#ifndef CONNECTORS_MAIL_MBOX_H
#define CONNECTORS_MAIL_MBOX_H

#include "connectors/input/input.h"
#include "pipeline/connector.h"

enum { MBOX_MAX_ENCODED_SIZE = 1 << 20 };

/* Zeroed, with max_size set, it is ready. */
struct mbox {
    size_t max_size; /* bytes of a message that are kept; the rest is skipped, and so are the bytes
                        of an encoded block (an attachment) beyond MBOX_MAX_ENCODED_SIZE */
    bool is_single_message; /* the whole file is one message */

    /* The last message. */
    struct text message;  /* header and body, ">From " unescaped; borrowed until the next message */
    struct text envelope; /* of its "From " line, without "From "; empty if there is none */
    uint64_t line, byte_offset; /* of the "From " line */
    uint64_t skipped_bytes;     /* of the message, missing in `message` */
    struct text raw;            /* first bytes of the message in the file, with the "From " line */
    uint64_t raw_size;          /* of the whole message in the file */

    size_t encoded_size; /* bytes of the current block of lines without a space */
    char *bytes;         /* allocated with malloc */
    size_t size, capacity;
    char envelope_bytes[256];
    char raw_bytes[REJECT_RAW_SIZE];
};

/* Whether `line` begins a message: "From ann@post.example Mon Sep  7 07:40:41 2026", if the `next`
 * line is a header line. It must follow an empty line or begin the file; any other line with "From
 * " belongs to a body. Both lines are without line ends. */
bool mbox_is_envelope_line(struct text line, struct text next);

/* Whether the line is "Name: value". */
bool mbox_is_header_line(struct text line);

/* Reads the next message; READ_OK, READ_END or READ_FAILED. Memory is bounded by max_size. If the
 * input has a fault, the bytes before it are a message, and the next call is READ_FAILED. */
enum read_status mbox_read(struct mbox *mbox, struct input *input, struct error *error);

void mbox_free(struct mbox *mbox);

#endif
