/* phrase_quotes.h - sentences of different records that contain a phrase. */
#ifndef STAGES_EVIDENCE_PHRASE_QUOTES_H
#define STAGES_EVIDENCE_PHRASE_QUOTES_H

#include "base/segment.h"
#include "pipeline/insight.h"
#include "pipeline/store.h"
#include "stages/text/phrase_corpus.h"

struct phrase_quoter {
    struct store *store;
    struct segmenter *segmenter;
    struct phrase_corpus *corpus;
    struct arena *arena; /* holds the results */
};

/* Sets the insight's evidence to the `count` records, and its quotes to the best sentences with the
 * phrase, of different records. */
bool phrase_quoter_cite(const struct phrase_quoter *quoter, const struct phrase *phrase,
                        const uint64_t *ids, size_t count, struct insight *insight,
                        struct error *error);

#endif
