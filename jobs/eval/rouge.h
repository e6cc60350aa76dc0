/* rouge.h - how much of a summary stands in one that a person wrote (Lin 2004). */
#ifndef JOBS_EVAL_ROUGE_H
#define JOBS_EVAL_ROUGE_H

#include "base/text.h"

struct rouge {
    double rouge_1, rouge_l; /* F1 of ROUGE-1 (single words) and of ROUGE-L (longest common run) */
};

/* Words are runs of letters and digits, case folded; no stemming, no stop words. Two texts without
 * a word in common, or without words, give zeros. */
struct rouge rouge_compute(struct text summary, struct text reference);

#endif
