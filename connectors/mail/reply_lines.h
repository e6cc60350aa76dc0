/* reply_lines.h - splits a mail's text into lines and classifies them. */
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
    size_t begin, end; /* bytes of the body, without the line end */
    enum line_kind kind;
    bool announces_quote; /* a quoted line that names whom it quotes */
    bool is_mail_only; /* a header line that occurs only in mail: with an address, or the subject */
    bool is_dropped;
};

struct reply {
    struct text body; /* borrowed */
    struct reply_line_info *lines;
    size_t count, capacity;
};

/* Fills in the lines of `reply`, which is zeroed except for its body. */
void reply_split_lines(struct reply *reply);
void reply_free(struct reply *reply);

/* The text of a line, without its line end. */
struct text reply_line(const struct reply *reply, size_t line);

/* The text without blanks (also no-break spaces) and bytes of `marks` at both ends. */
struct text reply_strip(struct text text, const char *marks);

#endif
