/* nobody.h - names that say that the author is unknown: "anonymous", "A Google user", "익명". */
#ifndef CONNECTORS_COLUMNS_NOBODY_H
#define CONNECTORS_COLUMNS_NOBODY_H

#include "base/text.h"

/* What the listed names (data/nobody.tsv) have in common, so that other names cost no search. */
struct nobody_filter {
    uint64_t sizes[129];  /* per last byte, the last for all that are not ASCII: a bit for a size */
    uint64_t hashes[128]; /* a bit for each hash */
};

void nobody_filter_init(struct nobody_filter *filter);

/* Whether the name says nobody. Case, and blanks and punctuation around the name, are ignored. A
 * name of only punctuation says nobody too. */
bool nobody_filter_matches(const struct nobody_filter *filter, struct text name);

#endif
