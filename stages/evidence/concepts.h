/* concepts.h - what many records of a group say: words, and pairs of neighbouring words. Gillick
 * and Favre 2009 ("A scalable global model for summarization"): a summary is as good as the
 * concepts that it covers, each by how many say it. */
#ifndef STAGES_EVIDENCE_CONCEPTS_H
#define STAGES_EVIDENCE_CONCEPTS_H

#include "base/table.h"
#include "base/text.h"
#include "stages/text/terms.h"

/* Small, since a large group has a million of them. */
struct concept {
    float weight; /* the number of records that have it; once weighed, its root */
    uint32_t last_record, last_sentence; /* that have it, + 1 */
};

struct concepts {
    size_t *first;   /* [sentence_count + 1]: where in `items` a sentence's begin */
    uint32_t *items; /* numbers of concepts, each once a sentence */
    struct concept *all;
    size_t sentence_count, count;
    struct table numbering; /* of concepts, by hash */
    size_t first_capacity, item_capacity, capacity;
};

/* The next sentence, of `record`, with its words and pairs (words.h); records come in order. */
void concepts_add(struct concepts *concepts, const struct word *words, size_t count, size_t record);
void concepts_weigh(struct concepts *concepts); /* once, after the last sentence */
void concepts_close(struct concepts *concepts); /* safe on a zeroed one */

/* Marks what a sentence says in `said` [count]: one of those added, or any. */
void concepts_say(const struct concepts *concepts, size_t sentence, bool *said);
void concepts_say_text(const struct concepts *concepts, struct text sentence, bool *said);

/* What a sentence adds to what is `said`: the weights of its other concepts, over the root of the
 * number of all of its own, so that short sentences have their chance. */
double concepts_gain(const struct concepts *concepts, size_t sentence, const bool *said);

/* The share of a sentence's concepts, all alike, that are not said: 0 to 1. */
double concepts_unsaid(const struct concepts *concepts, size_t sentence, const bool *said);

#endif
