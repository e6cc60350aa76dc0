/* sentence_index.h - the sentences of a group's records, and which of them support a given
 * sentence: by shared words, in time linear in the group's words. */
#ifndef STAGES_EVIDENCE_SENTENCE_INDEX_H
#define STAGES_EVIDENCE_SENTENCE_INDEX_H

#include "base/hash_table.h"
#include "base/segment.h"
#include "pipeline/group.h"
#include "stages/evidence/concepts.h"
#include "stages/evidence/side.h"

/* The sentences of distinct texts with their terms (terms.h). */
struct sentence_index {
    const struct member *members; /* borrowed */
    size_t member_count;
    struct passage *passages; /* in the order of the members; score: how much of the common
                                 concepts it covers, reduced if it does not represent others */
    size_t count;
    size_t *first_term; /* [count + 1]: where a passage's `terms` begin */
    size_t *terms;      /* each once per passage */
    double *weights;    /* of a term; rare terms have a higher weight */
    size_t term_count;
    struct hash_table term_id_by_hash;
    struct concepts concepts; /* of the passages */
};

/* Identical texts are indexed once. */
void sentence_index_open(struct sentence_index *sentence_index, struct segmenter *segmenter,
                         const struct member *members, size_t member_count);
void sentence_index_close(struct sentence_index *sentence_index); /* safe on a zeroed one */

struct text sentence_index_text(const struct sentence_index *sentence_index,
                                const struct passage *passage);

/* The side of the record that the passage is from. */
static inline enum side sentence_index_side(const struct sentence_index *sentence_index,
                                            const struct passage *passage)
{
    return side_of(sentence_index->members[passage->member].sentiment);
}

/* A sentence that needs support by the records. */
struct claim {
    struct text sentence;
    enum sentiment polarity; /* records of the opposite sentiment do not support it */
    double threshold;        /* 0 to 1: share of its words, by weight, that a record must contain */
};

struct evidence {
    struct passage *passages; /* the caller's, of at least max_count */
    size_t max_count, count;
};

/* Whether at least one record supports the claim; the record must also contain every number of it.
 * Fills `evidence` with the best passages, best first, at most one per record, scored by the share
 * of the claim's words that the passage itself contains. */
bool sentence_index_find_support(const struct sentence_index *sentence_index,
                                 const struct claim *claim, struct evidence *evidence);

#endif
