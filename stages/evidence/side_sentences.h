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
    bool reads_all; /* the model will read all sentences: their topics are found, and those of
                       counted records that are no evidence can be shown */
    const struct statement_reader *reader;
    const struct taxonomy *taxonomy;
    size_t topic; /* of the taxonomy: only sentences with its phrases are read, and records of one
                     sentence; SIZE_MAX: all */
};

struct side_sentence {
    struct passage passage;
    uint64_t aspect;  /* what it is about; 0: no word shows it */
    uint64_t topics;  /* a bit for each of the first 64 topics with a phrase in it, if reads_all */
    uint64_t name;    /* its first word, if that may be a name; 0: it is none */
    size_t cost;      /* by its words; the lowest is best */
    size_t form_cost; /* the part of it for its length and its first words */
    bool is_of_other_side;
    bool can_be_shown; /* of a record of this side; no point counts it, or, unless reads_all, its
                          record */
    bool has_opinion;  /* a word shows the side */
    /* What quote_worth_read sets: */
    bool is_read;
    bool is_on_side; /* the model reads it as of the side; unless it was read: its record is not of
                        the other side */
    double quote_worth; /* 0 to 1, the best */
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

/* A bit for each of the first 64 topics with a phrase in the text. */
uint64_t side_sentences_find_topics(const struct taxonomy *taxonomy, struct text text);

bool side_sentences_read(struct side_sentences *sentences,
                         const struct side_sentences_source *source, struct member_texts *texts,
                         struct error *error);
void side_sentences_free(struct side_sentences *sentences);

#endif
