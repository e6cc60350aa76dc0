/* rouge.h - overlap of a summary with a reference summary (Lin 2004). */
#ifndef JOBS_EVAL_ROUGE_H
#define JOBS_EVAL_ROUGE_H

#include "base/text.h"

struct rouge {
    double rouge_1, rouge_l; /* F1 over words, and over their longest common subsequence */
};

/* Words are case-folded sequences of letters and digits; there is no stemming and no stop word
 * list. Texts without a common word give zeros. */
struct rouge rouge_compute(struct text summary, struct text reference);

#endif
