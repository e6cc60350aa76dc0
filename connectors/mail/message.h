/* message.h - parses a mail (GMime). */
#ifndef CONNECTORS_MAIL_MESSAGE_H
#define CONNECTORS_MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/html.h"

enum { MESSAGE_MAX_TEXT_SIZE = 1 << 20 }; /* bytes of a part's text that are read */

/* Texts are valid UTF-8. Header values are decoded (RFC 2047, 2231) and empty if missing. */
struct message {
    struct text id; /* Message-ID without brackets */
    int64_t date;   /* Date, otherwise that of the newest Received; or TIME_UNKNOWN */
    struct text from_name, from_address;
    struct text reply_to; /* address of Reply-To */
    struct text to, subject;
    struct text language; /* Content-Language: "en-GB, de" */
    struct text thread;   /* equal for all mails of a conversation */
    struct text list;     /* List-Id */
    struct text gmail_labels;
    struct text mozilla_status;
    struct text automatic; /* "bounce", "auto-reply"; empty if a person wrote the mail */
    bool is_encrypted;     /* its text cannot be read */
    bool is_forwarded;     /* the body is that of a message attached to an empty one */

    struct text body;               /* text/plain, otherwise the text of HTML; lines end with LF */
    const struct html_span *quotes; /* quotes in the body that the HTML marks */
    size_t quote_count;
    size_t attachments;     /* number of parts that were skipped */
    uint64_t skipped_bytes; /* of text beyond MESSAGE_MAX_TEXT_SIZE */
};

void message_init_library(void); /* may be called several times */

/* Parses a message; allocates from `arena`. Tolerates faults such as missing boundaries and unknown
 * charsets. False with *reason set if the bytes are no mail. */
bool message_parse(struct text bytes, struct arena *arena, struct message *message,
                   struct text *reason);

/* Parses a date as mails write them; `text` may be NULL. False if it is none between 1960 and 2199.
 */
bool message_parse_date(const char *text, int64_t *seconds);

#endif
