/* cell_styles.h - how the number in a cell of a spreadsheet is to be read: the cell has a style,
 * the style a format, and the format may be that of a date. */
#ifndef CONNECTORS_XLSX_CELL_STYLES_H
#define CONNECTORS_XLSX_CELL_STYLES_H

#include "base/text.h"

enum cell_style { CELL_NUMBER, CELL_DATE, CELL_DATE_TIME };

/* A zeroed one is empty and ready. */
struct cell_styles {
    bool from_1904;   /* days count from 1904-01-01, not from 1899-12-30 */
    int64_t *formats; /* own ones that are dates: number * 4 + enum cell_style */
    size_t format_count, format_capacity;
    enum cell_style *styles;
    size_t style_count, style_capacity;
};

/* A format of the workbook's own, "yyyy\-mm\-dd"; numbers are its name. */
void cell_styles_add_format(struct cell_styles *styles, int64_t number, struct text code);

/* The next style: one with the format of that number. Formats come before styles. */
void cell_styles_add_style(struct cell_styles *styles, int64_t format);

/* The style of that index, CELL_NUMBER when there is none. */
enum cell_style cell_styles_get(const struct cell_styles *styles, int64_t index);

/* A date ("2026-03-09", "2026-03-09 14:05:00"; "14:05:00" when it has no day), whole numbers
 * without a point, others as short as they read back (spreadsheets write 0.1 as
 * 0.10000000000000001). */
void cell_styles_format(const struct cell_styles *styles, double number, enum cell_style style,
                        char digits[32]);

void cell_styles_free(struct cell_styles *styles);

#endif
