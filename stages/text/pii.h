/* pii.h - where personal data stands in a text: pure functions of the redact stage.
 *
 * Only what can be told by its form: e-mail addresses, telephone numbers, card numbers (checked by
 * Luhn's sum), IBANs (by length and checksum), IP addresses, what stands behind the "?" of a web
 * address, and what the job's own pattern finds. Names and streets within a sentence cannot. */
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
    bool kinds[PII_COUNT];               /* wanted */
    const struct pattern *order_pattern; /* of PII_ORDER_NUMBER; NULL: none. Borrowed */
    bool is_cell; /* the text is a cell of a table: digits alone are an id there, not a telephone */
    bool raw; /* the text is a reject's: `\x00` in it is a byte, so that UTF-16 is searched, too */
};

/* The spans of `text` (any bytes), in order, not overlapping; NULL where there are none. Full-width
 * digits and letters count as plain ones, NUL bytes not at all. Time is linear in the text. The
 * array is allocated from `arena`. */
struct pii_span *pii_find(const struct pii_search *search, struct text text, struct arena *arena,
                          size_t *count);

/* The value in the form in which it compares: "+49 (30) 1234-56" and "+49 30 123456" are one. */
struct text pii_comparison_key(enum pii kind, struct text value, struct arena *arena);

/* Whether a column of this name holds names of people ("First Name", "reviewer.displayName");
 * "name" alone may as well be a product's. */
bool pii_is_name_column(struct text name);

#endif
