/* named_subjects.h - nouns that several records of a side name ("KYC"), and the sentences that tell
 * best what they say of them. */
#ifndef STAGES_EVIDENCE_NAMED_SUBJECTS_H
#define STAGES_EVIDENCE_NAMED_SUBJECTS_H

#include "stages/evidence/side_sentences.h"

enum { MAX_NAMED_SUBJECTS = 8, MAX_SUBJECT_SENTENCES = 4 };

/* A sentence that may be chosen: its number, and its cost; the lowest is best. */
struct sentence_offer {
    size_t number;
    double cost;
};

/* Inserts the offer into best[0..*count), the best first, of which at most max_count are kept. */
void sentence_offer_insert(struct sentence_offer offer, struct sentence_offer *best, size_t *count,
                           size_t max_count);

struct named_subject {
    const struct phrase *phrase;
    size_t records, other_records; /* of the side, and of the other one */
    double weight;
    struct sentence_offer sentences[MAX_SUBJECT_SENTENCES]; /* the best that can be shown */
    size_t sentence_count;
};

/* Everything is borrowed. */
struct named_subjects_source {
    const struct statement_reader *reader;
    const struct group *group;
    enum sentiment polarity;       /* of the side; neutral: either */
    size_t records, other_records; /* of this side, and of the other one */
};

/* Fills subjects[0..MAX_NAMED_SUBJECTS): those that most records name, those that the other side
 * names less often, and of those without words that points of the side have. Returns their number.
 * `phrases` is zeroed; they refer to it. */
size_t named_subjects_find(const struct named_subjects_source *source,
                           struct side_sentences *sentences, struct phrase_list *phrases,
                           struct named_subject *subjects);

#endif
