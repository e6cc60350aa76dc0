/* reply_words.h - how mail programs announce a quoted message, language by language. */
#ifndef CONNECTORS_MAIL_REPLY_WORDS_H
#define CONNECTORS_MAIL_REPLY_WORDS_H

/* "On Monday ... Somebody <address> wrote:". */
struct attribution_words {
    const char *lead; /* the line's first word; NULL: it begins with a date or a name */
    const char *verb;
};

/* Each table ends with a NULL (a NULL verb). ASCII letters match without case. */
extern const struct attribution_words attribution_words[];
extern const char *const sender_words[];     /* "From" in a header above a quoted message */
extern const char *const header_words[];     /* its other lines */
extern const char *const subject_words[];    /* "Subject" */
extern const char *const original_words[];   /* "----- Original message -----" */
extern const char *const forward_words[];    /* "---------- Forwarded message ----------" */
extern const char *const mobile_words[];     /* begins of "Sent from my phone" */
extern const char *const mobile_endings[];   /* where the language puts them last */
extern const char *const subject_prefixes[]; /* "Re", "Fwd" */

#endif
