/* search.h - the records and sentences that answer a question.
 *
 * A word of the question weighs ln(1 + n / (1 + records with it or a related word)), n: all
 * records. How well a sentence answers is the weighted share of the words that it expresses, with
 * its record and alone. `confidence` combines that share for the best record, how common the
 * question's own words are, and the cosine of question and record: below `search_min_confidence`
 * the question has no answer (docs/ASK.md has the curve). */
#ifndef JOBS_ASK_SEARCH_H
#define JOBS_ASK_SEARCH_H

#include "jobs/ask/passage_vectors.h"
#include "jobs/ask/question.h"

struct finding {
    size_t record;     /* index into corpus.records */
    size_t begin, end; /* bytes of the record's text */
    struct text text;  /* the sentence */
    double score;
    double coverage;         /* the weighted share of the question's words in the record, 0 to 1 */
    double confidence;       /* the same, of an answer (weigh_matches in search.c), 0 to 1 */
    enum sentiment polarity; /* of the record; on the asked topic, if it mentions it */
};

struct label_counts {
    size_t records, labels[SENTIMENT_COUNT];
};

struct search_result {
    struct label_counts selected; /* by the filter */
    struct label_counts about;    /* of them, those with all words of the question that occur */
    const bool *is_about;         /* [record]: counted in `about`, or selected if the question has
                                     no words */
    double confidence;            /* 0 to 1 */
    bool found;
    const struct finding *findings; /* best first; one a person, equal texts once */
    size_t count;
    const struct text *unknown_words; /* that occur nowhere, nor any related word */
    size_t unknown_count;
};

/* Below this, a question is not answered. Set on the questions in bench/ask/tuning. */
extern const double search_min_confidence;

/* A question and where to search. All borrowed. */
struct search {
    struct store *store;
    const struct question *question;
    const struct question_context *context;
    const struct passage_vectors *vectors;
    size_t max; /* findings to keep */
};

/* Everything in `result` is allocated from `arena`. */
bool search_run(const struct search *search, struct search_result *result, struct arena *arena,
                struct error *error);

#endif
