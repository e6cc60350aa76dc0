/* insight_sentence.h - the sentence of an insight, composed from its fields. */
#ifndef PIPELINE_INSIGHT_SENTENCE_H
#define PIPELINE_INSIGHT_SENTENCE_H

#include "pipeline/insight.h"

/* One line in English, without a full stop, allocated from `arena`. Empty if the kind has no
 * sentence. */
struct text insight_format_sentence(const struct insight *insight, struct arena *arena);

#endif
