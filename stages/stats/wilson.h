/* wilson.h - the 95 % interval of a share (Wilson 1927, "Probable inference, the law of succession,
 * and statistical inference"). */
#ifndef STAGES_STATS_WILSON_H
#define STAGES_STATS_WILSON_H

#include "pipeline/share.h"

/* The share hits / records with its interval; NAN without records. Only +, -, *, / and sqrt: the
 * same bits on every machine. */
struct share wilson_share(double hits, double records);

#endif
