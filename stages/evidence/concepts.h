/* concepts.h - what many records of a group say: words, and pairs of neighbouring words. Gillick
 * and Favre 2009 ("A scalable global model for summarization"): a summary is as good as the
 * concepts that it covers, each by how many say it. */
#ifndef STAGES_EVIDENCE_CONCEPTS_H
#define STAGES_EVIDENCE_CONCEPTS_H

#include "base/hash_table.h"
#include "base/text.h"
#include "stages/text/terms.h"

/* Small, since a large group has a million of them. */
struct concept {
    float weight; /* the number of records that have it; once weighed, its root */
    uint32_t last_record, last_sentence; /* that have it, + 1 */
};

struct concepts {
    size_t *first_item;    /* [sentence_count + 1]: where in `items` a sentence's begin */
    uint32_t *concept_ids; /* numbers of concepts, each once a sentence */
    struct concept *entries;
    size_t sentence_count, count;
    struct hash_table id_by_hash; /* of concepts, by hash */
    size_t first_item_capacity, concept_id_capacity, capacity;
};

/* The next sentence, of `record`, with its words and pairs (words.h); records come in order. */
void concepts_add(struct concepts *concepts, const struct term *words, size_t count, size_t record);
void concepts_compute_weights(struct concepts *concepts); /* once, after the last sentence */
void concepts_free(struct concepts *concepts);            /* safe on a zeroed one */

/* Marks what a sentence says in `said` [count]: one of those added, or any. */
void concepts_mark_covered(const struct concepts *concepts, size_t sentence, bool *covered);
void concepts_mark_text_covered(const struct concepts *concepts, struct text sentence,
                                bool *covered);

/* What a sentence adds to what is `said`: the weights of its other concepts, over the root of the
 * number of all of its own, so that short sentences have their chance. */
double concepts_coverage_gain(const struct concepts *concepts, size_t sentence,
                              const bool *covered);

/* The share of a sentence's concepts, all alike, that are not said: 0 to 1. */
double concepts_uncovered_share(const struct concepts *concepts, size_t sentence,
                                const bool *covered);

#endif
