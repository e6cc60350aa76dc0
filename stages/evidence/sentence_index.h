/* sentence_index.h - the sentences of a group's records, and which of them say what a sentence
 * says: lexical, in time linear in the group's words. */
#ifndef STAGES_EVIDENCE_SENTENCE_INDEX_H
#define STAGES_EVIDENCE_SENTENCE_INDEX_H

#include "base/hash_table.h"
#include "base/segment.h"
#include "pipeline/group.h"
#include "stages/evidence/concepts.h"

/* Sentences of distinct texts, with their content words: folded, stemmed lightly, without stop
 * words; pairs of characters where a script has no spaces or inflects by syllables; numbers as they
 * are. */
struct sentence_index {
    const struct member *members; /* borrowed */
    size_t member_count;
    struct passage *passages; /* in the order of the members; score: how much of what many say it
                                 says, less where it cannot speak for others */
    size_t count;
    size_t *first_term; /* [count + 1]: where in `terms` a passage's begin */
    size_t *terms;      /* each once a passage */
    double *weights;    /* of a term: rare ones weigh more */
    size_t term_count;
    struct hash_table term_id_by_hash; /* of terms, by hash */
    struct concepts concepts;          /* of the passages */
};

/* Identical texts count once. */
void sentence_index_open(struct sentence_index *sentence_index, struct segmenter *segmenter,
                         const struct member *members, size_t member_count);
void sentence_index_close(struct sentence_index *sentence_index); /* safe on a zeroed one */

struct text sentence_index_text(const struct sentence_index *sentence_index,
                                const struct passage *passage);

/* Whether one record at least says what `sentence` says: it shares `threshold` of the weight of its
 * words, has every number in it, and its sentiment is not the opposite of `polarity`. The `most`
 * best passages of such records go to `evidence`, best first, each of another record, scored by the
 * share of the words that they hold themselves. */
bool sentence_index_find_support(const struct sentence_index *sentence_index, struct text sentence,
                                 enum sentiment polarity, double threshold,
                                 struct passage *evidence, size_t max_count, size_t *count);

#endif
