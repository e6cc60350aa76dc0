/* pii.h - finds personal data in a text: pure functions of the redact stage.
 *
 * Only data with a recognizable form is found: e-mail addresses, telephone numbers, card numbers
 * (Luhn checksum), IBANs (length and checksum), IP addresses, national ids (national_ids.h), names
 * in closings of letters (sign_off.h), query strings of URLs, and matches of the job's own pattern.
 * Other names, and streets, are not found. */
#ifndef STAGES_TEXT_PII_H
#define STAGES_TEXT_PII_H

#include "base/arena.h"
#include "base/pattern.h"
#include "pipeline/record.h"

struct pii_span {
    size_t begin, end; /* bytes of the text */
    enum pii kind;
};

struct pii_search {
    bool kinds[PII_COUNT];               /* the kinds to find */
    const struct pattern *order_pattern; /* of PII_ORDER_NUMBER; NULL: none. Borrowed */
    bool is_cell; /* the text is a table cell, where digits alone are an id, not a telephone */
    bool raw;     /* the text is a reject's, where `\x00` is a NUL byte of UTF-16 */
};

/* The spans in `text` (any bytes), in order and without overlap; NULL if there are none. Full-width
 * digits and letters count as plain ones; NUL bytes are ignored. Takes linear time. In `arena`. */
struct pii_span *pii_find(const struct pii_search *search, struct text text, struct arena *arena,
                          size_t *count);

/* A form of the value for comparison: "+49 (30) 1234-56" and "+49 30 123456" are equal. */
struct text pii_comparison_key(enum pii kind, struct text value, struct arena *arena);

/* Whether a column of this name holds names of people ("First Name", "reviewer.displayName"), by
 * data/name_columns.tsv. "name" alone is not one: it may be a product's. */
bool pii_is_name_column(struct text name);

#endif
