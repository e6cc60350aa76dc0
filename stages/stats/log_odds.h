/* log_odds.h - how much more frequent a phrase is in some texts than in others: log-odds with an
 * informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin' words: lexical feature
 * selection and evaluation for identifying the content of political conflict", formulas 15 to 22).
 *
 * A text with the phrase counts once: one angry customer is one vote. The texts are compared within
 * strata (sources), and the differences are combined with the inverse of their variances, so that
 * the style of a source says nothing. The prior keeps rare phrases from the top of the list.
 *
 * The z score orders phrases. It is no test where one side has no text with the phrase, which is
 * the clearest case: log_odds_p_value is. */
#ifndef STAGES_STATS_LOG_ODDS_H
#define STAGES_STATS_LOG_ODDS_H

#include <stddef.h>

/* One stratum: texts with the phrase, and the words of all texts (with the phrase and without). */
struct log_odds_counts {
    double target, target_words;
    double rest, rest_words;
};

/* The z score of the difference; 0 if no stratum has words on both sides. */
double log_odds_z_score(const struct log_odds_counts *strata, size_t count);

/* The probability of at least this many texts with the phrase among the target texts if the phrase
 * does not depend on the side (mid-p). Given the number of texts with the phrase in a stratum, each
 * is a target text with the probability of a word to be one: longer texts contain more. Exact for
 * up to 200 texts with the phrase, above that by the normal distribution. */
double log_odds_p_value(const struct log_odds_counts *strata, size_t count);

#endif
