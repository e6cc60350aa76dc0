/* xlsx_sheets.h - the sheets of report.xlsx. Each function writes one. */
#ifndef CONNECTORS_OUTPUT_XLSX_SHEETS_H
#define CONNECTORS_OUTPUT_XLSX_SHEETS_H

#include "connectors/output/xlsx_book.h"

/* Prints a saved table: feedback, rejects or key_points. Fills book->feedback_rows for the records
 * that it lists. *left_out: rows beyond the limit of a sheet. */
bool xlsx_write_saved_table(struct book *book, enum sheet sheet, const char *name,
                            uint64_t *left_out, struct error *error);

/* Quotes by topic. first_rows[i]: the row of the first quote of document->topics[i]; 0: none. */
void xlsx_write_quotes(struct book *book, uint32_t *first_rows);

void xlsx_write_changes(struct book *book); /* all insights */
void xlsx_write_topics(struct book *book, const uint32_t *quote_rows);
void xlsx_write_periods(struct book *book);
void xlsx_write_segments(struct book *book);
void xlsx_write_summary(struct book *book);
void xlsx_write_about(struct book *book);

#endif
