/* point_matcher.h - whether a sentence says a point, in whatever words. A small network looks, for
 * each token of the point, for tokens of the sentence that mean the same, and compares them
 * (decomposable attention, Parikh et al. 2016). It reads the vectors of tokens of
 * stages/search/sentence_vectors.h, so sentences need no pass of the engine. training/points.py
 * learns it from sentences that were read with points. */
#ifndef STAGES_TASKS_POINT_MATCHER_H
#define STAGES_TASKS_POINT_MATCHER_H

#include "stages/search/sentence_vectors.h"

/* The section of a model file with the weights: struct point_matcher_header, then float32 in the
 * order of struct point_matcher_weights. */
#define POINTS_SECTION "points"

struct point_matcher_header {
    uint32_t width, dimensions; /* of the network; of the vectors */
    float sharpness;            /* of the attention */
    float output_bias;
};

/* What is known besides the words; the numbers are inputs of the network. */
struct match_facts {
    float side;                /* of the point: 1 praise, -1 a complaint */
    float agrees, contradicts; /* 1: the sentence's record is of this side; of the other */
};
enum { MATCH_FACTS = sizeof(struct match_facts) / sizeof(float) };

/* Borrowed from the model; matrices are [input][output]. */
struct point_matcher_weights {
    const float *projection, *projection_bias; /* of a token's vector: [dimensions][width] */
    const float *direction;                    /* to compare tokens: [width][width] */
    const float *importance;                   /* of a token of the point: [width] */
    const float *comparison, *comparison_bias; /* [4 * width][width] */
    const float *conclusion, *conclusion_bias; /* [width][width] */
    const float *judgement, *judgement_bias;   /* [2 * width + 1 + MATCH_FACTS][width] */
    const float *output;                       /* [width] */
};

struct point_matcher {
    struct sentence_vectors vectors;
    struct point_matcher_header header;
    struct point_matcher_weights weights;
    struct token_cache *cache; /* owned; NULL: the model has no matcher */
    struct arena scratch;      /* of the text or the pair at hand */
};

/* A text whose tokens can be compared. */
struct matched_text {
    size_t count;      /* of its tokens */
    float *projected;  /* [token][width] */
    float *directions; /* [width][token]; each token's has the length 1 */
};

/* A model without the section is no error. ERROR_MODEL if the weights are malformed or do not fit
 * the model's vectors. */
bool point_matcher_open(struct point_matcher *matcher, const struct t5_model *model,
                        struct error *error);
void point_matcher_close(struct point_matcher *matcher);

/* In `arena`. The matcher keeps tokens that it has seen; they do not change what is computed. */
struct matched_text point_matcher_read(struct point_matcher *matcher, struct text text,
                                       struct arena *arena);

/* The probability that the sentence says the point; 0 if either has no token, or, to save time, if
 * the mean similarity of the point's tokens to the nearest ones of the sentence (-1 to 1) is below
 * `min_nearest`. */
double point_matcher_compare(struct point_matcher *matcher, const struct matched_text *point,
                             const struct matched_text *sentence, const struct match_facts *facts,
                             double min_nearest);

#endif
