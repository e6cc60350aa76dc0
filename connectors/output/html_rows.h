/* html_rows.h - the records in report.html: those that are quoted, as a table, and as many as the
 * file's budget allows, packed for its script. */
#ifndef CONNECTORS_OUTPUT_HTML_ROWS_H
#define CONNECTORS_OUTPUT_HTML_ROWS_H

#include "base/hash_table.h"
#include "connectors/output/html_page.h"

enum { HTML_MAX_TEXT_CHARACTERS = 2000, HTML_MAX_SIZE = 5000000 /* bytes of the file */ };
enum { HTML_LARGE_SIZE = 15000000, HTML_LIMIT_SIZE = 50000000 /* with more rows on request */ };

/* The packed rows: gzip of {"names": {...}, "rows": [[...], ...]}. */
struct packed_rows {
    unsigned char *bytes; /* owned */
    size_t size, capacity;
    uint64_t row_count;
};

/* Packs the records so that their base64 takes at most `max_size` bytes, and that there are at most
 * document->options.max_rows. If they do not fit, takes a sample: of each source and label the same
 * share, evenly over time. */
bool html_rows_pack(struct page *page, size_t max_size, struct packed_rows *packed,
                    struct error *error);
void html_rows_write_packed(struct page *page, const struct packed_rows *packed);
void html_rows_free(struct packed_rows *packed);

/* Writes a table row, with the anchor #rID, for each record whose id is in `quoted`, in order of
 * time; at most `max`. */
bool html_rows_write_quoted(struct page *page, const struct hash_table *quoted, size_t max,
                            struct error *error);

#endif
