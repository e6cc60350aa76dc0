/* chat_lines.h - the lines of a chat that WhatsApp, KakaoTalk or LINE exported as text. */
#ifndef CONNECTORS_CHAT_CHAT_LINES_H
#define CONNECTORS_CHAT_CHAT_LINES_H

#include "base/arena.h"
#include "base/text.h"
#include "connectors/columns/roles.h"

/* A chat has one form throughout. */
enum chat_form {
    CHAT_FORM_NONE,
    CHAT_FORM_DASH,    /* 12/03/2026, 10:17 - Ann: text        WhatsApp on Android */
    CHAT_FORM_BRACKET, /* [12.03.26, 10:17:33] Ann: text       WhatsApp on iOS */
    CHAT_FORM_COMMA,   /* 2026. 3. 12. 오전 10:17, Ann : text  KakaoTalk on phones */
    CHAT_FORM_TIME,    /* [Ann] [2:31 PM] text, below a line of the day   KakaoTalk on computers */
    CHAT_FORM_TAB      /* 14:31, Ann and text between tabs, below a line of the day   LINE */
};

enum chat_line_kind {
    CHAT_CONTINUATION, /* a further line of the message, or a line outside any message */
    CHAT_MESSAGE,
    CHAT_SYSTEM, /* an event that nobody wrote: somebody joined */
    CHAT_DAY     /* the day of the messages below */
};

/* The parts of a line, borrowed from it. */
struct chat_line {
    enum chat_line_kind kind;
    struct text time; /* with the date, except below a line of the day; of a CHAT_DAY: the date */
    struct text author, text;
};

/* Splits a line without its line end. Everything that does not have the form is a continuation. */
struct chat_line chat_line_parse(struct text line, enum chat_form form);

/* The form of the first line that has one; CHAT_FORM_NONE if there is none. */
enum chat_form chat_form_detect(struct text head);

/* The time as date_parse reads it: with plain blanks, without invisible marks and words between
 * date and time. Allocated from `arena`. */
struct text chat_time_normalize(struct text time, struct arena *arena);

/* The name without invisible marks and the tilde of a number outside the address book. */
struct text chat_author_normalize(struct text author, struct arena *arena);

/* What was written: without notes on attached files and changes; empty if the export left the
 * message out. *is_event: nobody wrote it. */
struct text chat_message_clean(struct text message, bool *is_event);

#endif
