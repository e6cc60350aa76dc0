/* report_sentences.h - what documents say about insights, the same in all of them. All texts are
 * allocated from `arena`. */
#ifndef CONNECTORS_OUTPUT_REPORT_SENTENCES_H
#define CONNECTORS_OUTPUT_REPORT_SENTENCES_H

#include "connectors/output/report_words.h"

/* The insight's sentence, composed from its fields with the names that the document uses. */
struct text report_sentence(const struct document *document, const struct saved_insight *saved,
                            struct arena *arena);

/* Whether the insight may be among the first sentences of a report. */
bool report_is_in_short(const struct saved_insight *saved);

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
