/* nps.h - answers to "How likely are you to recommend us?" (Net Promoter Score, Reichheld 2003). */
#ifndef STAGES_STATS_NPS_H
#define STAGES_STATS_NPS_H

#include "pipeline/store.h"

/* Whether the record's rating is an answer from 0 to 10 to an NPS question. */
bool nps_is_answer(const struct saved_record *record);

/* +100 of a promoter (9, 10), -100 of a detractor (0 to 6), else 0; the mean is the NPS. */
double nps_value(double rating);

#endif
