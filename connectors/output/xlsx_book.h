/* xlsx_book.h - report.xlsx while it is written: its sheets, cells, tables and charts. The only
 * user of libxlsxwriter. Texts are always written as texts, never as formulas.
 *
 * The first fault of the library is kept and returned by xlsx_close. */
#ifndef CONNECTORS_OUTPUT_XLSX_BOOK_H
#define CONNECTORS_OUTPUT_XLSX_BOOK_H

#include "base/hash_table.h"
#include "connectors/output/report_words.h"

enum {
    XLSX_MAX_COLUMNS = 256,       /* of a table */
    XLSX_MAX_PERIODS = 200,       /* the last ones */
    XLSX_MAX_TABLE_ROWS = 200000, /* of feedback; above, rows go to disk one by one */
    XLSX_WIDE = 80,               /* widths in characters */
    XLSX_MEDIUM = 28,
    XLSX_NARROW = 12,
};

enum sheet {
    SHEET_SUMMARY,
    SHEET_CHANGES,
    SHEET_TOPICS,
    SHEET_PERIODS,
    SHEET_SEGMENTS,
    SHEET_POINTS, /* if the store has key points */
    SHEET_QUOTES,
    SHEET_FEEDBACK,
    SHEET_REJECTS,
    SHEET_ABOUT,
    SHEET_COUNT
};

enum cell_format {
    FORMAT_PLAIN,
    FORMAT_HEAD,
    FORMAT_TITLE,
    FORMAT_BOLD,
    FORMAT_MUTED,
    FORMAT_WRAP,
    FORMAT_COUNT,
    FORMAT_PERCENT,
    FORMAT_DECIMAL,
    FORMAT_DATE,
    FORMAT_LINK,
    CELL_FORMAT_COUNT
};

/* Zeroed before xlsx_open. */
struct book {
    const struct document *document; /* borrowed */
    enum document_language language;
    struct hash_table feedback_rows; /* row of the Feedback sheet by feedback id; quoted ones */
    bool is_large;                   /* rows go to disk one by one: no table objects */
    uint64_t cut_cells;              /* texts beyond the limit of a cell */
    struct arena scratch;            /* xlsx_next_row resets it */
    struct lxw_workbook *workbook;
    struct lxw_worksheet *sheets[SHEET_COUNT]; /* NULL: the sheet does not exist */
    struct lxw_format *formats[CELL_FORMAT_COUNT];
    int fault; /* the first one; 0: none */
};

/* Creates the workbook with its empty sheets. Temporary files are in the folder of `path`. */
bool xlsx_open(struct book *book, const struct document *document, const char *path,
               struct error *error);

/* Writes the file and frees the book; also after a fault, with `error` NULL. */
bool xlsx_close(struct book *book, struct error *error);

struct text xlsx_word(const struct book *book, enum word word);

/* ---- Cells ---- */

/* A place in a sheet. Rows and columns count from 0. */
struct cursor {
    struct book *book;
    enum sheet sheet;
    uint32_t row;
    uint16_t column;
};

struct cursor xlsx_begin_sheet(struct book *book, enum sheet sheet);
void xlsx_next_row(struct cursor *cursor);

/* Each writes a cell and moves the cursor to the next column. Empty texts, NAN and TIME_UNKNOWN
 * leave the cell empty. Invalid UTF-8 and what XML cannot represent become U+FFFD; texts are cut to
 * the limit of a cell. */
void xlsx_write_text(struct cursor *cursor, struct text text, enum cell_format format);
void xlsx_write_word(struct cursor *cursor, enum word word, enum cell_format format);
void xlsx_write_number(struct cursor *cursor, double number, enum cell_format format);
void xlsx_write_count(struct cursor *cursor, uint64_t count);
void xlsx_write_share(struct cursor *cursor, uint64_t part, uint64_t total);
void xlsx_write_date(struct cursor *cursor, int64_t seconds);

/* A link to a row of another sheet. */
void xlsx_write_link(struct cursor *cursor, enum sheet target, uint32_t row, struct text text);

/* A link to the record's row of the Feedback sheet, if feedback_rows has it. */
void xlsx_write_row_link(struct cursor *cursor, uint64_t feedback_id);

/* ---- Sheets ---- */

/* Columns [first, last] get the width in characters and the format. */
void xlsx_set_columns(struct cursor *cursor, uint16_t first, uint16_t last, double width,
                      enum cell_format format);

/* Landscape A4, as wide as one page. */
void xlsx_set_page(struct cursor *cursor);
void xlsx_hide_grid(struct cursor *cursor);

/* Ids are texts of digits: Excel shall not warn. */
void xlsx_allow_numbers_as_text(struct cursor *cursor);

struct table_layout {
    const char *name; /* of the table object */
    const struct text *heads;
    const double *widths; /* characters */
    size_t count;         /* at most XLSX_MAX_COLUMNS */
};

/* Writes the heads in row 0, freezes them, and sets widths and the printed page. */
void xlsx_begin_table(struct cursor *cursor, const struct table_layout *layout);

/* Makes the rows a table object, or, in a large workbook, only filters them. */
void xlsx_end_table(struct cursor *cursor, const struct table_layout *layout);

/* Formats that depend on values, for the rows of the table above the cursor. */
void xlsx_grey_small_counts(struct cursor *cursor, uint16_t counts, uint16_t last);
void xlsx_add_data_bars(struct cursor *cursor, uint16_t column);
void xlsx_add_color_scale(struct cursor *cursor, uint16_t column);

/* Charts of three columns: negative, other, positive. */
struct chart_range {
    enum sheet sheet;          /* of the numbers */
    uint32_t head, begin, end; /* rows: of names; [begin, end] of numbers */
    uint16_t category, first;  /* columns: of categories; of negative numbers */
    bool is_share;             /* bars of shares; otherwise columns of counts */
    enum word title;
};

void xlsx_insert_chart(struct cursor *cursor, uint32_t row, uint16_t column,
                       const struct chart_range *range);

#endif
