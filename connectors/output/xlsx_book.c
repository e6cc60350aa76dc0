/* xlsx_book.c - writes workbooks with libxlsxwriter. */
#include "connectors/output/xlsx_book.h"

#include <math.h>
#include <string.h>
#include <xlsxwriter.h>

#include "base/hash.h"
#include "base/spreadsheet.h"
#include "base/utf8.h"
#include "connectors/output/report_facts.h"

enum {
    PAPER_A4 = 9,
};

enum {
    COLOR_NEGATIVE = 0xB5472F,
    COLOR_OTHER = 0xC3C9D0,
    COLOR_POSITIVE = 0x2468A8,
    COLOR_MUTED = 0x6B7480,
    COLOR_BARS = 0x9DB8D3,
    COLOR_SHADE = 0xE8A591, /* of the highest value of a scale */
};

static void keep_fault(struct book *book, lxw_error fault)
{
    if (fault != LXW_NO_ERROR && book->fault == LXW_NO_ERROR)
        book->fault = (int)fault;
}

struct text xlsx_word(const struct book *book, enum word word)
{
    return words_get(book->language, word);
}

/* ---- Cells ---- */

/* A string that a cell can hold: without NUL, invalid UTF-8 and what XML cannot represent, and cut
 * to Excel's limit. */
static const char *make_string(struct book *book, struct text text)
{
    size_t limit = spreadsheet_cut_units(text, SPREADSHEET_MAX_CELL_UNITS), used = 0;
    book->cut_cells += limit < text.size;
    char *bytes = arena_alloc(&book->scratch, 3 * limit + 1, 1);
    for (size_t at = 0, size; at < limit; at += size) {
        uint32_t point = utf8_decode(text, at, &size);
        bool is_allowed = point == '\n' || point == '\t' ||
                          (point >= 0x20 && point != 0x7F && point != 0xFFFE && point != 0xFFFF);
        used += utf8_encode(is_allowed ? point : 0xFFFD, bytes + used);
    }
    return bytes;
}

static lxw_worksheet *get_sheet(const struct cursor *cursor)
{
    return cursor->book->sheets[cursor->sheet];
}

struct cursor xlsx_begin_sheet(struct book *book, enum sheet sheet)
{
    return (struct cursor){.book = book, .sheet = sheet};
}

void xlsx_next_row(struct cursor *cursor)
{
    cursor->row++;
    cursor->column = 0;
    arena_reset(&cursor->book->scratch);
}

void xlsx_write_text(struct cursor *cursor, struct text text, enum cell_format format)
{
    struct book *book = cursor->book;
    if (text.size)
        keep_fault(book, worksheet_write_string(get_sheet(cursor), cursor->row, cursor->column,
                                                make_string(book, text), book->formats[format]));
    cursor->column++;
}

void xlsx_write_word(struct cursor *cursor, enum word word, enum cell_format format)
{
    xlsx_write_text(cursor, xlsx_word(cursor->book, word), format);
}

void xlsx_write_number(struct cursor *cursor, double number, enum cell_format format)
{
    struct book *book = cursor->book;
    if (!isnan(number))
        keep_fault(book, worksheet_write_number(get_sheet(cursor), cursor->row, cursor->column,
                                                number, book->formats[format]));
    cursor->column++;
}

void xlsx_write_count(struct cursor *cursor, uint64_t count)
{
    xlsx_write_number(cursor, (double)count, FORMAT_COUNT);
}

void xlsx_write_share(struct cursor *cursor, uint64_t part, uint64_t total)
{
    xlsx_write_number(cursor, total ? (double)part / (double)total : NAN, FORMAT_PERCENT);
}

void xlsx_write_date(struct cursor *cursor, int64_t seconds)
{
    struct book *book = cursor->book;
    if (seconds != TIME_UNKNOWN) {
        struct civil_time civil = calendar_from_seconds(seconds);
        lxw_datetime date = {(int)civil.year, civil.month,  civil.day,
                             civil.hour,      civil.minute, civil.second};
        /* Excel has no dates before 1900. */
        if (civil.year >= 1900 && civil.year < 10000)
            keep_fault(book,
                       worksheet_write_datetime(get_sheet(cursor), cursor->row, cursor->column,
                                                &date, book->formats[FORMAT_DATE]));
    }
    cursor->column++;
}

void xlsx_write_link(struct cursor *cursor, enum sheet target, uint32_t row, struct text text)
{
    struct book *book = cursor->book;
    const char *url = arena_format(&book->scratch, "internal:'%s'!A%u", book->sheets[target]->name,
                                   (unsigned)row + 1)
                          .bytes;
    keep_fault(book,
               worksheet_write_url_opt(get_sheet(cursor), cursor->row, cursor->column, url,
                                       book->formats[FORMAT_LINK], make_string(book, text), NULL));
    cursor->column++;
}

void xlsx_write_row_link(struct cursor *cursor, uint64_t feedback_id)
{
    const size_t *row = hash_table_find(&cursor->book->feedback_rows, feedback_id);
    char name[17];
    hash_format(feedback_id, name);
    if (row && *row)
        xlsx_write_link(cursor, SHEET_FEEDBACK, (uint32_t)*row, text_of(name));
    else
        xlsx_write_text(cursor, text_of(name), FORMAT_PLAIN);
}

/* ---- Sheets ---- */

/* Whether the rows of the sheet go to disk one by one: there may be a million of them. */
static bool is_streamed(enum sheet sheet)
{
    return sheet == SHEET_FEEDBACK || sheet == SHEET_REJECTS;
}

void xlsx_set_columns(struct cursor *cursor, uint16_t first, uint16_t last, double width,
                      enum cell_format format)
{
    worksheet_set_column(get_sheet(cursor), first, last, width, cursor->book->formats[format]);
}

void xlsx_set_page(struct cursor *cursor)
{
    worksheet_set_landscape(get_sheet(cursor));
    worksheet_set_paper(get_sheet(cursor), PAPER_A4);
    worksheet_fit_to_pages(get_sheet(cursor), 1, 0);
}

void xlsx_hide_grid(struct cursor *cursor)
{
    worksheet_gridlines(get_sheet(cursor), LXW_HIDE_ALL_GRIDLINES);
}

void xlsx_allow_numbers_as_text(struct cursor *cursor)
{
    char range[32];
    snprintf(range, sizeof(range), "A1:XFD%u", (unsigned)SPREADSHEET_MAX_ROWS);
    worksheet_ignore_errors(get_sheet(cursor), LXW_IGNORE_NUMBER_STORED_AS_TEXT, range);
}

void xlsx_begin_table(struct cursor *cursor, const struct table_layout *layout)
{
    for (uint16_t i = 0; i < layout->count; i++) {
        xlsx_set_columns(cursor, i, i, layout->widths[i], FORMAT_PLAIN);
        xlsx_write_text(cursor, layout->heads[i], FORMAT_HEAD);
    }
    worksheet_freeze_panes(get_sheet(cursor), 1, 1);
    xlsx_set_page(cursor);
    worksheet_repeat_rows(get_sheet(cursor), 0, 0);
    worksheet_set_footer(get_sheet(cursor), "&L&A&R&P / &N");
    xlsx_next_row(cursor);
}

void xlsx_end_table(struct cursor *cursor, const struct table_layout *layout)
{
    struct book *book = cursor->book;
    lxw_table_column columns[XLSX_MAX_COLUMNS] = {{0}};
    lxw_table_column *pointers[XLSX_MAX_COLUMNS + 1] = {NULL};
    lxw_col_t last = (lxw_col_t)(layout->count - 1);
    if (cursor->row < 2)
        return; /* no rows */
    for (size_t i = 0; i < layout->count; i++) {
        columns[i].header = (char *)(uintptr_t)make_string(book, layout->heads[i]);
        columns[i].header_format = book->formats[FORMAT_HEAD];
        pointers[i] = &columns[i];
    }
    lxw_table_options options = {.name = (char *)(uintptr_t)layout->name,
                                 .style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
                                 .style_type_number = 1,
                                 .columns = pointers};
    /* The library refuses a table in a streamed sheet, since it would write the heads again; here
     * they are in the sheet already, and what it writes now is not kept. */
    lxw_worksheet *sheet = get_sheet(cursor);
    sheet->optimize = false;
    keep_fault(book, worksheet_add_table(sheet, 0, 0, cursor->row - 1, last, &options));
    sheet->optimize = is_streamed(cursor->sheet);
    arena_reset(&book->scratch);
}

/* Adds a format to columns [first, last] of the table's rows. */
static void add_conditional_format(struct cursor *cursor, uint16_t first, uint16_t last,
                                   lxw_conditional_format *format)
{
    if (cursor->row > 1)
        keep_fault(cursor->book, worksheet_conditional_format_range(get_sheet(cursor), 1, first,
                                                                    cursor->row - 1, last, format));
}

void xlsx_grey_small_counts(struct cursor *cursor, uint16_t counts, uint16_t last)
{
    char formula[64], column = (char)('A' + counts);
    snprintf(formula, sizeof(formula), "=AND(ISNUMBER($%c2),$%c2<%d)", column, column,
             REPORT_MIN_COUNT);
    add_conditional_format(
        cursor, 0, last,
        &(lxw_conditional_format){.type = LXW_CONDITIONAL_TYPE_FORMULA,
                                  .value_string = formula,
                                  .format = cursor->book->formats[FORMAT_MUTED]});
}

void xlsx_add_data_bars(struct cursor *cursor, uint16_t column)
{
    add_conditional_format(cursor, column, column,
                           &(lxw_conditional_format){.type = LXW_CONDITIONAL_DATA_BAR,
                                                     .bar_color = COLOR_BARS,
                                                     .bar_solid = LXW_TRUE,
                                                     .data_bar_2010 = LXW_TRUE});
}

void xlsx_add_color_scale(struct cursor *cursor, uint16_t column)
{
    add_conditional_format(cursor, column, column,
                           &(lxw_conditional_format){.type = LXW_CONDITIONAL_2_COLOR_SCALE,
                                                     .min_color = 0xFFFFFF,
                                                     .max_color = COLOR_SHADE});
}

/* ---- Charts ---- */

static void add_series(struct book *book, lxw_chart *chart, const struct chart_range *range)
{
    static const lxw_color_t colors[] = {COLOR_NEGATIVE, COLOR_OTHER, COLOR_POSITIVE};
    const char *sheet = book->sheets[range->sheet]->name;
    for (lxw_col_t i = 0; i < 3; i++) {
        lxw_col_t column = (lxw_col_t)(range->first + i);
        lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
        lxw_chart_fill fill = {.color = colors[i]};
        chart_series_set_categories(series, sheet, range->begin, range->category, range->end,
                                    range->category);
        chart_series_set_values(series, sheet, range->begin, column, range->end, column);
        chart_series_set_name_range(series, sheet, range->head, column);
        chart_series_set_fill(series, &fill);
    }
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
}

void xlsx_insert_chart(struct cursor *cursor, uint32_t row, uint16_t column,
                       const struct chart_range *range)
{
    struct book *book = cursor->book;
    lxw_chart_options size = {.x_scale = 1.35, .y_scale = 1.45};
    lxw_chart *chart = workbook_add_chart(
        book->workbook, range->is_share ? LXW_CHART_BAR_STACKED_PERCENT : LXW_CHART_COLUMN_STACKED);
    add_series(book, chart, range);
    if (range->is_share)
        chart_axis_set_reverse(chart->y_axis); /* the first category on top */
    chart_title_set_name(chart, make_string(book, xlsx_word(book, range->title)));
    keep_fault(book, worksheet_insert_chart_opt(get_sheet(cursor), row, column, chart, &size));
}

/* ---- Workbook ---- */

static void add_formats(struct book *book)
{
    static const char *const number_formats[CELL_FORMAT_COUNT] = {[FORMAT_COUNT] = "#,##0",
                                                                  [FORMAT_PERCENT] = "0.0%",
                                                                  [FORMAT_DECIMAL] = "0.00",
                                                                  [FORMAT_DATE] =
                                                                      "yyyy-mm-dd hh:mm"};
    lxw_format **formats = book->formats; /* FORMAT_PLAIN: NULL */
    for (enum cell_format format = FORMAT_PLAIN + 1; format < CELL_FORMAT_COUNT; format++) {
        formats[format] = workbook_add_format(book->workbook);
        if (number_formats[format])
            format_set_num_format(formats[format], number_formats[format]);
    }
    format_set_bold(formats[FORMAT_HEAD]);
    format_set_text_wrap(formats[FORMAT_HEAD]);
    format_set_align(formats[FORMAT_HEAD], LXW_ALIGN_VERTICAL_BOTTOM);
    format_set_bottom(formats[FORMAT_HEAD], LXW_BORDER_THIN);
    format_set_bold(formats[FORMAT_TITLE]);
    format_set_font_size(formats[FORMAT_TITLE], 18);
    format_set_bold(formats[FORMAT_BOLD]);
    format_set_align(formats[FORMAT_BOLD], LXW_ALIGN_VERTICAL_TOP);
    format_set_font_color(formats[FORMAT_MUTED], COLOR_MUTED);
    format_set_text_wrap(formats[FORMAT_WRAP]);
    format_set_align(formats[FORMAT_WRAP], LXW_ALIGN_VERTICAL_TOP);
    format_set_font_color(formats[FORMAT_LINK], COLOR_POSITIVE);
    format_set_underline(formats[FORMAT_LINK], LXW_UNDERLINE_SINGLE);
}

/* The library would write the present time: the same rows must give the same bytes. */
static void set_properties(struct book *book)
{
    int64_t last = book->document->last;
    lxw_doc_properties properties = {
        .title = (char *)(uintptr_t)make_string(book, report_title(book->document)),
        .comments = "Winnow " WINNOW_VERSION,
        .created = last != TIME_UNKNOWN && last > 0 ? last : 946684800 /* 2000-01-01 */};
    keep_fault(book, workbook_set_properties(book->workbook, &properties));
}

/* Adds the sheets; false: the library failed. */
static bool add_sheets(struct book *book)
{
    static const enum word names[SHEET_COUNT] = {
        WORD_SHEET_SUMMARY,  WORD_SHEET_CHANGES, WORD_SHEET_TOPICS, WORD_SHEET_PERIODS,
        WORD_SHEET_SEGMENTS, WORD_SHEET_POINTS,  WORD_SHEET_QUOTES, WORD_SHEET_FEEDBACK,
        WORD_SHEET_REJECTS,  WORD_SHEET_ABOUT};
    for (enum sheet sheet = 0; sheet < SHEET_COUNT; sheet++) {
        if (sheet == SHEET_POINTS && !document_has_table("key_points"))
            continue;
        book->workbook->options.constant_memory = is_streamed(sheet); /* of sheets that follow */
        book->sheets[sheet] = workbook_add_worksheet(
            book->workbook, make_string(book, xlsx_word(book, names[sheet])));
        if (!book->sheets[sheet])
            return false;
    }
    return true;
}

bool xlsx_open(struct book *book, const struct document *document, const char *path,
               struct error *error)
{
    const char *slash = strrchr(path, '/');
    struct text folder = text_slice(text_of(path), 0, slash ? (size_t)(slash - path) : 0);
    *book = (struct book){.document = document, .language = document->options.language};
    /* Temporary files hold feedback: they stay in the folder of the report, not in /tmp. */
    lxw_workbook_options options = {
        .tmpdir = slash ? (char *)(uintptr_t)arena_copy_text(&book->scratch, folder).bytes : NULL};
    book->workbook = workbook_new_opt(path, &options);
    if (book->workbook) {
        add_formats(book);
        set_properties(book);
        if (add_sheets(book))
            return true;
    }
    xlsx_close(book, NULL);
    return error_set(error, ERROR_STORE, "report.xlsx: the workbook cannot be created");
}

bool xlsx_close(struct book *book, struct error *error)
{
    if (book->workbook)
        keep_fault(book, workbook_close(book->workbook));
    hash_table_free(&book->feedback_rows);
    arena_free(&book->scratch);
    return book->fault == LXW_NO_ERROR ||
           error_set(error, ERROR_STORE, "report.xlsx cannot be written: %s",
                     lxw_strerror((lxw_error)book->fault));
}
