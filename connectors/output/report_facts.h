/* report_facts.h - what documents say about themselves and about insights, the same in all of
 * them. */
#ifndef CONNECTORS_OUTPUT_REPORT_FACTS_H
#define CONNECTORS_OUTPUT_REPORT_FACTS_H

#include "connectors/output/report_words.h"

enum { REPORT_MAX_FACTS = 12 };

/* One line of "How sure is this". */
struct report_fact {
    enum word name;
    struct text text;
};

/* Lists what was read, how much of it, and how it was labelled; returns the number of facts. All
 * texts of this header are allocated from `arena`. */
size_t report_facts_list(const struct document *document, struct report_fact *facts,
                         struct arena *arena);

struct text report_title(const struct document *document);

/* The period: "453 pieces of feedback, 2026-09-07 to 2026-10-31". */
struct text report_scope(const struct document *document, struct arena *arena);

/* "product = Kettle; date < 2026-10-01"; empty for all records. */
struct text report_selection(const struct document *document, struct arena *arena);

/* The insight's sentence, composed from its fields with the names that the document uses. */
struct text report_sentence(enum document_language language, const struct saved_insight *saved,
                            struct arena *arena);

/* Whether it tells how many records have no topic; it has no quotes. */
bool report_is_without_topic(const struct insight *insight);

/* Why a record needs an answer: "asks for money". */
struct text report_answer_reason(enum document_language language, const struct insight *insight);

/* "the average rating"; empty for shares and counts. */
struct text report_measure(enum document_language language, enum insight_measure measure);

/* "about 8 in 100 of such findings are chance"; empty if it was not tested. */
struct text report_chance(enum document_language language, const struct insight *insight,
                          struct arena *arena);

#endif
