/* nobody.h - names that say that the author is unknown: "anonymous", "A Google user", "익명". */
#ifndef CONNECTORS_COLUMNS_NOBODY_H
#define CONNECTORS_COLUMNS_NOBODY_H

#include "base/text.h"

/* A bit for the hash of each listed name (data/nobody.tsv), so that other names cost no search. */
struct nobody_filter {
    uint64_t bits[128];
};

void nobody_filter_init(struct nobody_filter *filter);

/* Whether the name says nobody. Case, and blanks and punctuation around the name, are ignored. A
 * name of only punctuation says nobody too. */
bool nobody_filter_matches(const struct nobody_filter *filter, struct text name);

#endif
