/* cell_styles.h - decides whether the number in a spreadsheet cell is a date, and formats it. A
 * cell has a style, a style has a number format, and a number format may be that of a date. */
#ifndef CONNECTORS_XLSX_CELL_STYLES_H
#define CONNECTORS_XLSX_CELL_STYLES_H

#include "base/text.h"

enum cell_style { CELL_NUMBER, CELL_DATE, CELL_DATE_TIME };

/* A zeroed one is empty and ready. */
struct cell_styles {
    bool from_1904;   /* days count from 1904-01-01, not from 1899-12-30 */
    int64_t *formats; /* custom formats of dates: id * 4 + enum cell_style */
    size_t format_count, format_capacity;
    enum cell_style *styles;
    size_t style_count, style_capacity;
};

/* Adds a number format that the workbook defines, such as "yyyy\-mm\-dd". */
void cell_styles_add_format(struct cell_styles *styles, int64_t id, struct text code);

/* Adds the next style, whose number format has that id. Formats must be added before styles. */
void cell_styles_add_style(struct cell_styles *styles, int64_t format_id);

/* The style of that index; CELL_NUMBER if there is none. */
enum cell_style cell_styles_get(const struct cell_styles *styles, int64_t index);

/* Formats a number: dates as "2026-03-09" or "2026-03-09 14:05:00", times without a day as
 * "14:05:00", other numbers with at most 15 digits (spreadsheets store 0.1 as 0.10000000000000001).
 */
void cell_styles_format(const struct cell_styles *styles, double number, enum cell_style style,
                        char digits[32]);

void cell_styles_free(struct cell_styles *styles);

#endif
