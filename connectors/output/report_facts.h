/* report_facts.h - what documents say about themselves, the same in all of them. */
#ifndef CONNECTORS_OUTPUT_REPORT_FACTS_H
#define CONNECTORS_OUTPUT_REPORT_FACTS_H

#include "connectors/output/report_words.h"

enum { REPORT_MAX_FACTS = 12 };

enum { REPORT_MIN_COUNT = 10 /* smaller figures are grey */ };

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

#endif
