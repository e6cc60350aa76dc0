/* message.h - one mail, taken apart (over GMime). */
#ifndef CONNECTORS_MAIL_MESSAGE_H
#define CONNECTORS_MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/html.h"

enum { MESSAGE_MAX_TEXT_SIZE = 1 << 20 }; /* bytes of one part's text that are read */

/* Texts are valid UTF-8; header values are decoded (RFC 2047, 2231), empty where there is none. */
struct message {
    struct text id; /* Message-ID without its brackets */
    int64_t date;   /* of Date, else of the newest Received; or TIME_UNKNOWN */
    struct text from_name, from_address;
    struct text reply_to; /* the address of Reply-To */
    struct text to, subject;
    struct text language; /* of Content-Language: "en-GB" */
    struct text thread;   /* the same for all mails of a conversation */
    struct text list;     /* List-Id */
    struct text gmail_labels;
    struct text mozilla_status;
    struct text automatic; /* "bounce", "auto-reply"; empty for what a person wrote */
    bool is_encrypted;     /* nothing of its text can be read */
    bool is_forwarded;     /* the body is that of a message attached to an empty one */

    /* The text: text/plain where there is one, else HTML read as text. Lines end with LF. */
    struct text body;
    const struct html_span *quotes; /* parts known to be quoted, of HTML */
    size_t quote_count;
    size_t attachments;     /* parts that were left out */
    uint64_t skipped_bytes; /* bytes of text beyond MESSAGE_MAX_TEXT_SIZE */
};

void message_init_library(void); /* once or more often */

/* Takes the bytes of a message apart, allocating from `arena`. What is broken within it (missing
 * boundaries, unknown charsets) is read as well as it can be. False with a *reason when it is no
 * mail at all. */
bool message_parse(struct text bytes, struct arena *arena, struct message *message,
                   struct text *reason);

/* Dates as mails write them. */
bool message_parse_date(const char *text, int64_t *seconds);

#endif
