/* product_names.h - the names in the records' columns (products, brands, shops, places) and those
 * that the job lists: they tell records apart, but say nothing about what customers think. */
#ifndef STAGES_TEXT_PRODUCT_NAMES_H
#define STAGES_TEXT_PRODUCT_NAMES_H

#include "pipeline/store.h"
#include "stages/text/phrase_corpus.h"

#define PRODUCT_NAMES_HELP                                                                         \
    "names of the company and its products, comma-separated: no phrase begins or ends with them"

/* A zeroed set is empty. */
struct product_names {
    struct text listed; /* option: names, comma-separated */
    struct name_set names;
};

/* Adds the record's source, and its values of the columns in data/product_columns.tsv. */
void product_names_add(struct product_names *product_names, const struct saved_record *record);

void product_names_exclude(const struct product_names *product_names, struct phrase_corpus *corpus);
void product_names_free(struct product_names *product_names);

#endif
