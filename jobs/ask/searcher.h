/* searcher.h - the work on one question: which records pass its filter, and how well each has its
 * words. */
#ifndef JOBS_ASK_SEARCHER_H
#define JOBS_ASK_SEARCHER_H

#include "jobs/ask/search.h"

struct searcher {
    struct store *store;
    const struct question *question;
    const struct corpus *corpus;
    const struct taxonomy *taxonomy;
    struct arena *arena;
    struct error *error;
    bool *is_selected; /* [record] by the filter */
    float **strengths; /* [concept][record]: how well the record has the concept */
    size_t *topics;    /* [concept]: index into corpus.topics; its count: no topic */
    double *weights;   /* [concept] */
    size_t *own_words; /* [concept]: the records that have the question's own word */
    double *absences;  /* [concept]: the share of its weight that counts if a record lacks it */
    double weight_sum;
    const struct passage_vectors *vectors;
    const float *cosines; /* [passage]: how close it is to the question; NULL: none has a vector */
    float *closest;       /* [record]: the highest cosine of its passages */
};

/* A topic of the record that the question names or uses a phrase of. */
extern const double named_topic_strength;

/* Of the concept's topic, in a record without its words. */
double searcher_get_topic_strength(const struct concept *concept);

/* Raises the strengths of records with a sentence that matches `query` of FTS5 to `strength`; an
 * empty query matches nothing. */
bool searcher_collect_matches(const struct searcher *searcher, struct text query, double strength,
                              float *strengths);

/* Sets is_selected. */
bool searcher_select_records(struct searcher *searcher);

/* Sets strengths, weights, own_words, absences, topics and weight_sum, and the words of `result`
 * that are unknown. */
bool searcher_weigh_concepts(struct searcher *searcher, struct search_result *result);

#endif
