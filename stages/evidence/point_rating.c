/* point_rating.c - asks the model what the texts of a point mean. */
#include "stages/evidence/point_rating.h"

#include <assert.h>

#include "stages/evidence/clause_fillers.h"

/* Minimum probability of the side for a text that may have no opinion word. */
static const double min_probability = 0.6;

/* What a text is worth: its grade, 0 to 1, plus these. Fitted, like the minimum, to texts that were
 * read (inference/models/README.md, "Texts of points"). */
static const double fair_share = 0.5;   /* of a fair text, against a good one */
static const double coverage_gain = 1;  /* if it says what all clauses say */
static const double place_cost = 0.025; /* of each text that comes first by its words */
static const double strong_cost = 0.1;  /* if it may be stronger than what others say */
static const double ungraded_worth = 2; /* if the model cannot grade: no text is refused */
static const double min_worth = 0.95;

/* Minimum probability that a statement of a single record can be quoted (clause_reader.h). */
static const double min_single_worth = 0.35;

bool point_rating_has_polarity(const struct point_candidate *candidate,
                               const struct sentiment_probabilities *probabilities)
{
    bool is_praise = candidate->polarity == SENTIMENT_POSITIVE;
    double own = is_praise ? probabilities->positive : probabilities->negative,
           other = is_praise ? probabilities->negative : probabilities->positive;
    return own > other && (!candidate->is_general || own >= min_probability);
}

/* The mean probability that a clause says each text; 0 without a network. */
static void find_coverages(struct point_matcher *matcher, enum sentiment polarity,
                           struct text_array texts, struct text_array clauses, double *coverages)
{
    enum { MAX_CLAUSES = 12 };
    struct match_facts facts = {.side = polarity == SENTIMENT_POSITIVE ? 1 : -1, .agrees = 1};
    struct arena scratch = {0};
    struct matched_text points[MAX_RATED_TEXTS];
    size_t count = clauses.count < MAX_CLAUSES ? clauses.count : MAX_CLAUSES;
    for (size_t i = 0; i < texts.count; i++)
        coverages[i] = 0;
    if (!matcher->cache)
        return;
    for (size_t i = 0; i < texts.count; i++)
        points[i] = point_matcher_read(matcher, texts.items[i], &scratch);
    for (size_t k = 0; k < count; k++) {
        struct matched_text clause =
            point_matcher_read(matcher, clauses.items[k * clauses.count / count], &scratch);
        for (size_t i = 0; i < texts.count; i++)
            coverages[i] +=
                point_matcher_compare(matcher, &points[i], &clause, &facts, -1) / (double)count;
    }
    arena_free(&scratch);
}

/* What each text is worth; below the minimum: the model reads something else. */
static bool rate_texts(const struct point_rater *rater, const struct point_candidate *candidate,
                       struct text_array clauses, struct text_array texts, double *ratings,
                       struct error *error)
{
    struct sentiment_probabilities sentiments[MAX_RATED_TEXTS];
    struct point_text_grades grades[MAX_RATED_TEXTS];
    double coverages[MAX_RATED_TEXTS];
    bool is_graded = clause_reader_knows_point_texts(rater->reader);
    bool ok = clause_reader_predict(rater->reader, texts, sentiments, error) &&
              (!is_graded || clause_reader_grade_point_texts(rater->reader, texts, grades, error));
    find_coverages(rater->matcher, candidate->polarity, texts, clauses, coverages);
    for (size_t i = 0; ok && i < texts.count; i++) {
        ratings[i] = is_graded ? grades[i].good + fair_share * grades[i].fair : ungraded_worth;
        ratings[i] += coverage_gain * coverages[i] - place_cost * (double)i;
        if (!point_rating_has_polarity(candidate, &sentiments[i]))
            ratings[i] = 0;
    }
    return ok;
}

/* What a single record says must be worth a quotation. */
static bool rate_single_texts(const struct clause_reader *reader,
                              const struct point_candidate *candidate, struct text_array texts,
                              double *ratings, struct error *error)
{
    struct quote_probabilities quotes[MAX_RATED_TEXTS];
    bool ok = clause_reader_predict_quotes(reader, texts, quotes, error);
    for (size_t i = 0; ok && i < texts.count; i++)
        ratings[i] =
            (candidate->polarity == SENTIMENT_POSITIVE ? quotes[i].praise : quotes[i].complaint) >=
            min_single_worth;
    return ok;
}

bool point_rating_choose(const struct point_rater *rater, const struct point_candidate *candidate,
                         struct text_array texts, struct text_array clauses, bool is_single,
                         struct text *text, struct error *error)
{
    double ratings[MAX_RATED_TEXTS], best = 0;
    assert(texts.count <= MAX_RATED_TEXTS);
    bool ok = is_single && clause_reader_knows_quotes(rater->reader)
                  ? rate_single_texts(rater->reader, candidate, texts, ratings, error)
                  : rate_texts(rater, candidate, clauses, texts, ratings, error);
    for (size_t i = 0; ok && i < texts.count; i++) {
        bool is_strong = clause_filler_has(texts.items[i], PLACE_STRONG) ||
                         clause_filler_has(texts.items[i], PLACE_DEGREE);
        double worth = ratings[i] - (is_strong ? strong_cost : 0);
        if (ratings[i] > min_worth && worth > best) {
            best = worth;
            *text = texts.items[i];
        }
    }
    return ok;
}
