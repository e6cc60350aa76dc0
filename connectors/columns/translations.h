/* translations.h - columns that hold the translation of another column: "Comment (English)" next to
 * "Comment (original)". Of both, a row is one text: the original, or without it the translation.
 * The word list is data/translation_words.tsv. */
#ifndef CONNECTORS_COLUMNS_TRANSLATIONS_H
#define CONNECTORS_COLUMNS_TRANSLATIONS_H

#include "base/arena.h"
#include "connectors/columns/column_profile.h"

/* Zeroed: no column is a translation. */
struct translations {
    const size_t *originals; /* per column: that of its original; SIZE_MAX: it is no translation */
    const size_t *copies;    /* per column: that of its first translation; SIZE_MAX: none */
    size_t count;            /* columns; 0: no column is a translation */
};

/* Finds the translations by the names, except columns in `is_taken`. */
struct translations translations_find(const struct samples *samples, const bool *is_taken,
                                      struct arena *arena);

bool translations_include(const struct translations *translations, size_t column);

/* The cell of the column, or that of its translation if it is blank. */
struct text translations_cell(const struct translations *translations, const struct text *cells,
                              size_t column);

#endif
