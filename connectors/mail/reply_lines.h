/* reply_lines.h - the lines of a mail's text, and what each of them is. */
#ifndef CONNECTORS_MAIL_REPLY_LINES_H
#define CONNECTORS_MAIL_REPLY_LINES_H

#include "base/text.h"

enum line_kind {
    LINE_BLANK,
    LINE_TEXT,
    LINE_QUOTE,            /* "> ..." */
    LINE_DELIMITER,        /* "____", "* * *" */
    LINE_SIGNATURE,        /* "-- " */
    LINE_MOBILE_SIGNATURE, /* "Sent from my phone" */
    LINE_HEADER,           /* "From: ..." */
    LINE_ATTRIBUTION,      /* "On Monday ... wrote:" */
    LINE_ORIGINAL_BANNER,  /* "----- Original message -----" */
    LINE_FORWARD_BANNER,   /* "---------- Forwarded message ----------" */
};

struct reply_line_info {
    size_t begin, end; /* without its line end */
    enum line_kind kind;
    bool announces_quote; /* a quoted line that says whom it quotes */
    bool is_mail_only;    /* a header line that only mail has: with an address, or the subject */
    bool dropped;
};

struct reply {
    struct text body; /* borrowed */
    struct reply_line_info *lines;
    size_t count, capacity;
};

/* From {.body = ...}: fills in the lines. */
void reply_split_lines(struct reply *reply);
void reply_free(struct reply *reply);

/* A line without its end. */
struct text reply_line(const struct reply *reply, size_t line);

/* Without blanks (no-break ones too) and the bytes of `marks` at both sides. */
struct text reply_strip(struct text text, const char *marks);

#endif
