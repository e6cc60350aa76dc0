/* asked_prior.h - uses what the question asked for where the model is unsure about an answer. */
#ifndef STAGES_TASKS_ASKED_PRIOR_H
#define STAGES_TASKS_ASKED_PRIOR_H

#include "stages/tasks/sentiment.h"

/* Adds to the log-odds of positive over negative if the question asked for praise or complaints,
 * and if the label is undetected (below `min_probability`) or neutral: "More seats" is a complaint
 * if the question was what to improve. An answer that denies a complaint ("nothing") is left as it
 * is. The sum of the probabilities stays 1. */
struct sentiment_probabilities asked_prior_apply(struct sentiment_probabilities probabilities,
                                                 enum asked_for asked_for, struct text answer,
                                                 double min_probability);

#endif
