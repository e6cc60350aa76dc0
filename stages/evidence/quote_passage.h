/* quote_passage.h - which part of a record's text to quote about a topic or phrase. */
#ifndef STAGES_EVIDENCE_QUOTE_PASSAGE_H
#define STAGES_EVIDENCE_QUOTE_PASSAGE_H

#include "base/segment.h"
#include "stages/tasks/taxonomy.h"

enum { QUOTE_MAX_LENGTH = 200 }; /* code points */

/* What finds the sentences about a topic. */
struct quote_finder {
    struct segmenter *segmenter;     /* borrowed */
    const struct taxonomy *taxonomy; /* borrowed; may have no phrases */
    struct arena *scratch;
};

/* Bytes [begin, end) of a text. */
struct quote_range {
    size_t begin, end;
    bool is_about; /* has a phrase of the topic */
};

/* The whole text if it is short; otherwise the first sentence with a phrase of the topic (or with
 * `phrase`, up to its first semicolon, unless it is empty), or else the first one, and the
 * sentences after it that fit. A longer sentence is cut after a word. */
struct quote_range quote_passage_find(const struct quote_finder *finder, struct text text,
                                      struct text topic, struct text phrase);

#endif
