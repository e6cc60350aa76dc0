/* point_rating.c - asks the model what the texts of a point mean. */
#include "stages/evidence/point_rating.h"

#include <assert.h>

/* Minimum probability of the side for a text that may have no opinion word. */
static const double min_probability = 0.6;

/* The minimum rating of a point's text, and the rating at which no other text is considered. The
 * model alone gives 0.36 to "Moving" as praise. */
static const double min_rating = 0.46, sure_rating = 0.55;

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

/* How sure the model is of the side of each text: ratings[i]. */
static bool rate_side(const struct clause_reader *reader, enum sentiment polarity,
                      struct text_array texts, double *ratings, struct error *error)
{
    struct quote_probabilities quotes[MAX_RATED_TEXTS];
    assert(texts.count <= MAX_RATED_TEXTS);
    bool ok = clause_reader_predict_quotes(reader, texts, quotes, error);
    for (size_t i = 0; ok && i < texts.count; i++)
        ratings[i] = polarity == SENTIMENT_POSITIVE
                         ? quotes[i].praise + quotes[i].weak_praise
                         : quotes[i].complaint + quotes[i].weak_complaint;
    return ok;
}

/* How sure the model is that each text tells what the point means; 0: it reads something else. A
 * few words may mislead it, so what it reads in the customers' clauses counts as much. */
static bool rate_texts(const struct clause_reader *reader, const struct point_candidate *candidate,
                       struct text_array clauses, struct text_array texts, double *ratings,
                       struct error *error)
{
    struct sentiment_probabilities sentiments[MAX_RATED_TEXTS];
    double clause_ratings[MAX_RATED_TEXTS], mean = 0;
    bool ok = clause_reader_predict(reader, texts, sentiments, error);
    for (size_t i = 0; i < texts.count; i++)
        ratings[i] = 1;
    clauses.count = clauses.count < MAX_RATED_TEXTS ? clauses.count : MAX_RATED_TEXTS;
    if (ok && clause_reader_knows_quotes(reader)) {
        ok = rate_side(reader, candidate->polarity, texts, ratings, error) &&
             rate_side(reader, candidate->polarity, clauses, clause_ratings, error);
        for (size_t i = 0; ok && i < clauses.count; i++)
            mean += clause_ratings[i] / (double)clauses.count;
        for (size_t i = 0; ok && i < texts.count; i++)
            ratings[i] = (ratings[i] + mean) / 2;
    }
    for (size_t i = 0; ok && i < texts.count; i++)
        if (!point_rating_has_polarity(candidate, &sentiments[i]))
            ratings[i] = 0;
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

/* The first text of which the model is sure; otherwise the one of which it is least unsure. */
static struct text choose_rated(const struct text *texts, const double *ratings, size_t count)
{
    struct text best = {0};
    double best_rating = min_rating;
    for (size_t i = 0; i < count; i++) {
        if (ratings[i] >= sure_rating)
            return texts[i];
        if (ratings[i] > best_rating) {
            best_rating = ratings[i];
            best = texts[i];
        }
    }
    return best;
}

bool point_rating_choose(const struct clause_reader *reader,
                         const struct point_candidate *candidate, struct text_array texts,
                         struct text_array clauses, bool is_single, struct text *text,
                         struct error *error)
{
    double ratings[MAX_RATED_TEXTS];
    assert(texts.count <= MAX_RATED_TEXTS);
    bool ok = is_single && clause_reader_knows_quotes(reader)
                  ? rate_single_texts(reader, candidate, texts, ratings, error)
                  : rate_texts(reader, candidate, clauses, texts, ratings, error);
    if (ok)
        *text = choose_rated(texts.items, ratings, texts.count);
    return ok;
}
