/* html_pack.h - as many records as the budget of report.html allows, packed for its script.
 *
 * Packed rows are gzip of: the texts, separated by RECORD SEPARATOR (U+001E); GROUP SEPARATOR
 * (U+001D); JSON. Its "columns" (date, source, sentiment, topics, rating, parts, language, id in
 * the export) have "values" and, one a row, the number of its value ("rows"); "ids" has 16
 * hexadecimal digits a row; "names" has the names of topics and labels. Columns put similar
 * values next to each other, which compresses well. The script parses each distinct value once, and
 * no text as JSON. */
#ifndef CONNECTORS_OUTPUT_HTML_PACK_H
#define CONNECTORS_OUTPUT_HTML_PACK_H

#include "connectors/output/html_page.h"

enum { HTML_MAX_TEXT_CHARACTERS = 2000, HTML_MAX_SIZE = 5000000 /* bytes of the file */ };
enum { HTML_LARGE_SIZE = 15000000, HTML_LIMIT_SIZE = 50000000 /* with more rows on request */ };

struct packed_rows {
    unsigned char *bytes; /* owned */
    size_t size, capacity;
    uint64_t row_count;
};

/* Packs records so that their base64 takes at most a given size, and that there are at most
 * document->options.max_rows. If they do not fit, takes a sample: of each source and label the same
 * share, evenly over time.
 *
 * Several attempts may be needed: each begins, adds all records in the same order, and ends. */
struct packer;

/* `page` and `packed` are borrowed. */
struct packer *html_packer_open(struct page *page, struct packed_rows *packed);
bool html_packer_begin(struct packer *packer, size_t max_size, struct error *error);
void html_packer_add(struct packer *packer, const struct saved_record *record);

/* False: the rows take more than `max_size`; another attempt takes fewer. After the last one the
 * result is true without rows. */
bool html_packer_end(struct packer *packer, size_t max_size);
void html_packer_close(struct packer *packer);

void html_pack_write(struct page *page, const struct packed_rows *packed); /* base64 */
void html_pack_free(struct packed_rows *packed);

#endif
