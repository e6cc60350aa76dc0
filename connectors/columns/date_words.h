/* date_words.h - the words of dates in many languages: months, weekdays, halves of the day, units,
 * small words, time zones. */
#ifndef CONNECTORS_COLUMNS_DATE_WORDS_H
#define CONNECTORS_COLUMNS_DATE_WORDS_H

#include "base/text.h"

/* What a word can mean; the lists are in data/. */
enum {
    DATE_WORD_MONTH = 1 << 0,
    DATE_WORD_WEEKDAY = 1 << 1,
    DATE_WORD_SMALL = 1 << 2, /* particles, ordinals */
    DATE_WORD_AT = 1 << 3,    /* a time follows */
    DATE_WORD_AM = 1 << 4,
    DATE_WORD_PM = 1 << 5,
    DATE_WORD_ZONE = 1 << 6,
    DATE_WORD_YEAR = 1 << 7, /* YEAR to SECOND follow their number */
    DATE_WORD_MONTH_UNIT = 1 << 8,
    DATE_WORD_DAY = 1 << 9,
    DATE_WORD_HOUR = 1 << 10,
    DATE_WORD_MINUTE = 1 << 11,
    DATE_WORD_SECOND = 1 << 12,
    DATE_WORD_RELATIVE = 1 << 13,      /* "ago", "yesterday": the date depends on the clock */
    DATE_WORD_NEAR_RELATIVE = 1 << 14, /* next to those: "days", "a" */

    DATE_WORD_UNITS = DATE_WORD_YEAR | DATE_WORD_MONTH_UNIT | DATE_WORD_DAY | DATE_WORD_HOUR |
                      DATE_WORD_MINUTE | DATE_WORD_SECOND,
    DATE_WORD_HALVES = DATE_WORD_AM | DATE_WORD_PM,
};

struct date_word {
    char word[40]; /* as normalize_value folds it */
    size_t size;
    uint64_t languages; /* bit set of those that write it in dates; all bits: no language's */
    int flags;
    int month;        /* 1 to 12; 0: none */
    int zone_minutes; /* east of UTC */
};

/* The word, compared as normalize_value folds it, but letters that are not ASCII must be folded
 * already; NULL if it is not in the lists. Safe in all threads. */
const struct date_word *date_word_find(struct text word);

/* The run of letters, those of all scripts, that begins at `begin`; may be empty. */
struct text date_word_letters(struct text text, size_t begin);

/* The word at the front of a run of letters: the whole run, or in scripts without blanks between
 * words ("星期四下午") the longest beginning that is a word. NULL if there is none. */
const struct date_word *date_word_find_at_front(struct text letters);

#endif
