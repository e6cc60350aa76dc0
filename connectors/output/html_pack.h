/* html_pack.h - as many records as the budget of report.html allows, packed for its script. */
#ifndef CONNECTORS_OUTPUT_HTML_PACK_H
#define CONNECTORS_OUTPUT_HTML_PACK_H

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
bool html_pack(struct page *page, size_t max_size, struct packed_rows *packed, struct error *error);
void html_pack_write(struct page *page, const struct packed_rows *packed);
void html_pack_free(struct packed_rows *packed);

#endif
