/* concepts.h - the concepts that many records of a group share: words, and pairs of neighboring
 * words. A summary is as good as the concepts that it covers, each weighted by the square root
 * of the number of its records (after Gillick and Favre 2009, "A scalable global model for
 * summarization"). */
#ifndef STAGES_EVIDENCE_CONCEPTS_H
#define STAGES_EVIDENCE_CONCEPTS_H

#include "base/hash_table.h"
#include "base/text.h"
#include "stages/text/terms.h"

/* Small, since a large group has a million of them. */
struct concept {
    float weight; /* the number of records with it; after concepts_compute_weights its square
                     root, or 0.01 for a single record */
    uint32_t last_record, last_sentence; /* that have it, + 1 */
};

struct concepts {
    size_t *first_item;    /* [sentence_count + 1]: where a sentence's concept_ids begin */
    uint32_t *concept_ids; /* the concepts of all sentences, each once per sentence */
    struct concept *entries;
    size_t sentence_count, count;
    struct hash_table id_by_hash;
    size_t first_item_capacity, concept_id_capacity, capacity;
};

/* Adds the next sentence, of `record`, by its terms and bigrams (terms.h). Records come in order.
 */
void concepts_add(struct concepts *concepts, const struct term *words, size_t count, size_t record);
void concepts_compute_weights(struct concepts *concepts); /* once, after the last sentence */
void concepts_free(struct concepts *concepts);            /* safe on a zeroed one */

/* Marks the concepts of a sentence in `covered` [concepts->count]: of an added sentence, or of any
 * text. */
void concepts_mark_covered(const struct concepts *concepts, size_t sentence, bool *covered);
void concepts_mark_text_covered(const struct concepts *concepts, struct text sentence,
                                bool *covered);

/* What a sentence adds: the sum of the weights of its uncovered concepts, divided by the square
 * root of the number of all its concepts, so that short sentences can compete. */
double concepts_coverage_gain(const struct concepts *concepts, size_t sentence,
                              const bool *covered);

/* The share of a sentence's concepts that are not covered, unweighted: 0 to 1. */
double concepts_uncovered_share(const struct concepts *concepts, size_t sentence,
                                const bool *covered);

#endif
