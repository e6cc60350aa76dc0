/* side_sentences.h - the sentences of a group's records, with what they are worth as a quotation of
 * one side: of praise, or of complaints. */
#ifndef STAGES_EVIDENCE_SIDE_SENTENCES_H
#define STAGES_EVIDENCE_SIDE_SENTENCES_H

#include "stages/evidence/member_texts.h"
#include "stages/tasks/taxonomy.h"
#include "stages/text/phrase_corpus.h"
#include "stages/text/statements.h"

enum { MAX_SENTENCE_RECORDS = 1000 }; /* of a larger group, a sample is read */

/* What to read; everything is borrowed. */
struct side_sentences_source {
    const struct group *group;
    enum sentiment polarity; /* of the side: positive or negative; neutral: either */
    const bool *is_counted;  /* [member]: a point of the side counts it */
    const struct statement_reader *reader;
    const struct taxonomy *taxonomy;
    size_t topic; /* of the taxonomy: only sentences with its phrases are read, and records of one
                     sentence; SIZE_MAX: all */
};

struct side_sentence {
    struct passage passage;
    uint64_t aspect; /* what it is about; 0: no word shows it */
    uint64_t name;   /* its first word, if that may be a name; 0: it is none */
    size_t cost;     /* the lowest is best */
    bool is_of_other_side;
    bool can_be_shown; /* of a record of this side that no point counts */
    bool has_opinion;  /* a word shows the side */
    bool is_confirmed; /* set by the caller */
};

/* Zeroed if empty. */
struct side_sentences {
    struct side_sentence *items; /* owned; in the order of their records */
    size_t count, capacity;
    struct phrase_corpus corpus;   /* the ids of its documents are indexes of `items` */
    struct hash_table small_words; /* hashes of the words that begin with a small letter */
};

/* Whether the member's record is of the opposite side. A neutral or mixed one is of both sides; if
 * `polarity` is neutral, none is. */
bool side_is_other(const struct group *group, size_t member, enum sentiment polarity);

bool side_sentences_read(struct side_sentences *sentences,
                         const struct side_sentences_source *source, struct member_texts *texts,
                         struct error *error);
void side_sentences_free(struct side_sentences *sentences);

#endif
