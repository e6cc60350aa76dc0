/* report_words.h - the fixed texts of documents in their language (data/report_words.tsv), and
 * numbers, dates and names of topics as people write them. */
#ifndef CONNECTORS_OUTPUT_REPORT_WORDS_H
#define CONNECTORS_OUTPUT_REPORT_WORDS_H

#include "pipeline/document.h"

/* WORD_TOPICS, ...: one a row of data/report_words.tsv. */
enum word {
#define ROW(word, en, ko) word,
#include "connectors/output/data/report_words.inc"
#undef ROW
    WORD_COUNT
};

struct text words_get(enum document_language language, enum word word);

/* The text with `arguments` in place of {0}, {1} ...; allocated from `arena`. */
struct text words_format(enum document_language language, enum word word,
                         const struct text *arguments, struct arena *arena);

enum { WORDS_MAX_ARGUMENTS = 10 };

/* The name of a topic: that of the user's registry, or "size and fit" for "size" of the default
 * list. A topic without a name is its own name. */
struct text words_topic(const struct document *document, struct text topic);

/* The name of a label: "not clear" for "undetected". */
struct text words_label(enum document_language language, enum sentiment sentiment);

/* "12,345"; allocated from `arena`, as all below. */
struct text words_count(uint64_t number, struct arena *arena);

/* "34 %" in English, "34%" in Korean; a dash for NAN. `share` is 0 to 1. */
struct text words_percent(enum document_language language, double share, struct arena *arena);

/* "30 to 39 %" in English, "30 ~ 39%" in Korean. */
struct text words_interval(enum document_language language, double low, double high,
                           struct arena *arena);

/* "3.49"; "+0.20" if `is_signed`; a dash for NAN. */
struct text words_decimal(double number, bool is_signed, struct arena *arena);

/* "2026-10-05"; empty for TIME_UNKNOWN. */
struct text words_date(int64_t seconds, struct arena *arena);

/* A period for people: "week of 5 Oct 2026" for "2026-W41", "Oct 2026" for "2026-10", "5 Oct 2026"
 * for "2026-10-05"; others as they are. `is_short`: for the axis of a chart, "5 Oct". */
struct text words_period(enum document_language language, struct text period, bool is_short,
                         struct arena *arena);

#endif
