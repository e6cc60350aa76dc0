/* xlsx_report.c - report.xlsx: the tables of a report as a workbook with table objects, dates,
 * number formats, conditional formats and charts. Texts are always written as texts, never as
 * formulas. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/spreadsheet.h"
#include "base/utf8.h"
#include "connectors/connectors.h"
#include "connectors/output/report_facts.h"

enum {
    MAX_TABLE_ROWS = 200000, /* of feedback; above, rows go to disk one by one */
    MAX_TABLE_COLUMNS = 256,
    MAX_PERIODS = 200,
    MAX_CHART_TOPICS = 12,
    MIN_COUNT = 10, /* smaller figures are grey */
    WIDE = 80,
    MEDIUM = 28,
    NARROW = 12, /* widths in characters */
};

enum {
    COLOR_NEGATIVE = 0xB5472F,
    COLOR_OTHER = 0xC3C9D0,
    COLOR_POSITIVE = 0x2468A8,
    COLOR_MUTED = 0x6B7480,
    COLOR_MIDDLE = 0xF5F5F5,
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

static const enum word sheet_names[SHEET_COUNT] = {
    WORD_SHEET_SUMMARY,  WORD_SHEET_CHANGES, WORD_SHEET_TOPICS, WORD_SHEET_PERIODS,
    WORD_SHEET_SEGMENTS, WORD_SHEET_POINTS,  WORD_SHEET_QUOTES, WORD_SHEET_FEEDBACK,
    WORD_SHEET_REJECTS,  WORD_SHEET_ABOUT};

struct book {
    const struct document *document;
    enum document_language language;
    lxw_workbook *workbook;
    lxw_worksheet *sheets[SHEET_COUNT];
    lxw_format *head, *title, *bold, *muted, *wrap, *count, *percent, *decimal, *date, *link;
    bool is_large;                   /* rows go to disk one by one: no table objects */
    struct hash_table feedback_rows; /* row of the Feedback sheet by feedback id; quoted ones */
    uint64_t cut_cells;
    lxw_error fault; /* the first one */
    struct arena scratch;
};

/* A sheet while it is written, column by column. */
struct cursor {
    struct book *book;
    lxw_worksheet *sheet;
    lxw_row_t row;
    lxw_col_t column;
};

/* ---- Cells ---- */

static void keep_fault(struct book *book, lxw_error fault)
{
    if (fault != LXW_NO_ERROR && book->fault == LXW_NO_ERROR)
        book->fault = fault;
}

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

static void write_text_cell(struct cursor *cursor, struct text text, lxw_format *format)
{
    struct book *book = cursor->book;
    if (text.size)
        keep_fault(book, worksheet_write_string(cursor->sheet, cursor->row, cursor->column,
                                                make_string(book, text), format));
    cursor->column++;
}

static void write_word_cell(struct cursor *cursor, enum word word, lxw_format *format)
{
    write_text_cell(cursor, words_get(cursor->book->language, word), format);
}

/* NAN leaves the cell empty. */
static void write_number_cell(struct cursor *cursor, double number, lxw_format *format)
{
    if (!isnan(number))
        keep_fault(cursor->book, worksheet_write_number(cursor->sheet, cursor->row, cursor->column,
                                                        number, format));
    cursor->column++;
}

static void write_count_cell(struct cursor *cursor, uint64_t count)
{
    write_number_cell(cursor, (double)count, cursor->book->count);
}

static void write_share_cell(struct cursor *cursor, uint64_t part, uint64_t total)
{
    write_number_cell(cursor, total ? (double)part / (double)total : NAN, cursor->book->percent);
}

static void write_date_cell(struct cursor *cursor, int64_t seconds)
{
    if (seconds != TIME_UNKNOWN) {
        struct civil_time civil = calendar_from_seconds(seconds);
        lxw_datetime date = {(int)civil.year, civil.month,  civil.day,
                             civil.hour,      civil.minute, civil.second};
        /* Excel has no dates before 1900. */
        if (civil.year >= 1900 && civil.year < 10000)
            keep_fault(cursor->book,
                       worksheet_write_datetime(cursor->sheet, cursor->row, cursor->column, &date,
                                                cursor->book->date));
    }
    cursor->column++;
}

static void next_row(struct cursor *cursor)
{
    cursor->row++;
    cursor->column = 0;
    arena_reset(&cursor->book->scratch);
}

static struct cursor begin_sheet(struct book *book, enum sheet sheet)
{
    return (struct cursor){.book = book, .sheet = book->sheets[sheet]};
}

/* A cell that leads to a row of another sheet. */
static void write_link_cell(struct cursor *cursor, enum sheet target, lxw_row_t row,
                            struct text text)
{
    struct book *book = cursor->book;
    struct text name = words_get(book->language, sheet_names[target]);
    const char *url =
        arena_format(&book->scratch, "internal:'%.*s'!A%u", TEXT_ARGUMENT(name), (unsigned)row + 1)
            .bytes;
    const char *string = make_string(book, text);
    keep_fault(book, worksheet_write_url_opt(cursor->sheet, cursor->row, cursor->column, url,
                                             book->link, string, NULL));
    cursor->column++;
}

/* ---- Tables ---- */

struct table_layout {
    const char *name; /* of the table object */
    const struct text *heads;
    const double *widths; /* characters */
    size_t count;
};

/* Writes the heads in row 0, freezes them, and sets widths and the printed page. */
static void begin_table(struct cursor *cursor, const struct table_layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        worksheet_set_column(cursor->sheet, (lxw_col_t)i, (lxw_col_t)i, layout->widths[i], NULL);
        write_text_cell(cursor, layout->heads[i], cursor->book->head);
    }
    worksheet_freeze_panes(cursor->sheet, 1, 1);
    worksheet_set_landscape(cursor->sheet);
    worksheet_set_paper(cursor->sheet, 9); /* A4 */
    worksheet_fit_to_pages(cursor->sheet, 1, 0);
    worksheet_repeat_rows(cursor->sheet, 0, 0);
    worksheet_set_footer(cursor->sheet, "&L&A&R&P / &N");
    next_row(cursor);
}

/* Makes the rows a table object, or, in a large workbook, only filters them. */
static void end_table(struct cursor *cursor, const struct table_layout *layout)
{
    struct book *book = cursor->book;
    lxw_table_column columns[MAX_TABLE_COLUMNS] = {{0}};
    lxw_table_column *pointers[MAX_TABLE_COLUMNS + 1] = {NULL};
    lxw_col_t last = (lxw_col_t)(layout->count - 1);
    if (cursor->row < 2)
        return; /* no rows */
    if (book->is_large) {
        keep_fault(book, worksheet_autofilter(cursor->sheet, 0, 0, cursor->row - 1, last));
        return;
    }
    for (size_t i = 0; i < layout->count; i++) {
        columns[i].header = (char *)(uintptr_t)make_string(book, layout->heads[i]);
        columns[i].header_format = book->head;
        pointers[i] = &columns[i];
    }
    lxw_table_options options = {.name = (char *)(uintptr_t)layout->name,
                                 .style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
                                 .style_type_number = 1,
                                 .columns = pointers};
    keep_fault(book, worksheet_add_table(cursor->sheet, 0, 0, cursor->row - 1, last, &options));
    arena_reset(&book->scratch);
}

static struct text word(struct book *book, enum word name)
{
    return words_get(book->language, name);
}

/* Greys the rows whose count in `column` ("$B") is below MIN_COUNT. */
static void grey_small_counts(struct cursor *cursor, const char *column, lxw_col_t last)
{
    char formula[64];
    snprintf(formula, sizeof(formula), "=AND(ISNUMBER(%s2),%s2<%d)", column, column, MIN_COUNT);
    lxw_conditional_format grey = {.type = LXW_CONDITIONAL_TYPE_FORMULA,
                                   .value_string = formula,
                                   .format = cursor->book->muted};
    if (cursor->row > 1)
        keep_fault(cursor->book, worksheet_conditional_format_range(cursor->sheet, 1, 0,
                                                                    cursor->row - 1, last, &grey));
}

static void add_data_bars(struct cursor *cursor, lxw_col_t column, lxw_color_t color)
{
    lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR,
                                   .bar_color = color,
                                   .bar_solid = LXW_TRUE,
                                   .data_bar_2010 = LXW_TRUE};
    if (cursor->row > 1)
        keep_fault(cursor->book, worksheet_conditional_format_range(
                                     cursor->sheet, 1, column, cursor->row - 1, column, &bars));
}

/* White to brick. */
static void add_color_scale(struct cursor *cursor, lxw_col_t first, lxw_col_t last)
{
    lxw_conditional_format scale = {
        .type = LXW_CONDITIONAL_2_COLOR_SCALE, .min_color = 0xFFFFFF, .max_color = 0xE8A591};
    if (cursor->row > 1)
        keep_fault(cursor->book, worksheet_conditional_format_range(cursor->sheet, 1, first,
                                                                    cursor->row - 1, last, &scale));
}

/* ---- Feedback and rejects: the saved tables ---- */

struct table_sheet {
    struct cursor cursor;
    struct text heads[MAX_TABLE_COLUMNS];
    double widths[MAX_TABLE_COLUMNS];
    bool is_hidden[MAX_TABLE_COLUMNS], is_number[MAX_TABLE_COLUMNS], is_date[MAX_TABLE_COLUMNS];
    size_t count, shown_count;
    struct table_layout layout;
    struct arena arena;
};

static double choose_width(struct text name)
{
    static const char *const wide[] = {"text", "raw", "reply", "point", NULL};
    static const char *const medium[] = {"topics", "title",       "question",   "reason",
                                         "file",   "feedback_id", "created_at", NULL};
    return text_is_one_of(name, wide) ? WIDE : text_is_one_of(name, medium) ? MEDIUM : NARROW;
}

static bool begin_table_sheet(void *user, const struct column *columns, size_t count,
                              struct error *error)
{
    static const char *const ids[] = {"external_id", "author", NULL};
    (void)error;
    struct table_sheet *table = user;
    table->count = count < MAX_TABLE_COLUMNS ? count : MAX_TABLE_COLUMNS;
    for (size_t i = 0; i < table->count; i++) {
        struct text name = text_of(columns[i].name);
        table->is_number[i] = columns[i].kind == COLUMN_NUMBER;
        table->is_date[i] = text_equal(name, TEXT("created_at"));
        table->is_hidden[i] =
            !table->cursor.book->document->options.shows_ids && text_is_one_of(name, ids);
        if (table->is_hidden[i])
            continue;
        table->widths[table->shown_count] = choose_width(name);
        table->heads[table->shown_count++] = arena_copy_text(&table->arena, name);
    }
    table->layout.heads = table->heads;
    table->layout.widths = table->widths;
    table->layout.count = table->shown_count;
    begin_table(&table->cursor, &table->layout);
    return true;
}

/* "2026-10-11T08:10:03Z" */
static int64_t parse_time(struct text text)
{
    struct civil_time civil = {0};
    int64_t numbers[6] = {0}, seconds;
    static const size_t begins[] = {0, 5, 8, 11, 14, 17, 20};
    if (text.size != 20)
        return TIME_UNKNOWN;
    for (size_t i = 0; i < 6; i++)
        if (!text_to_integer(text_slice(text, begins[i], begins[i + 1] - 1), &numbers[i]))
            return TIME_UNKNOWN;
    civil = (struct civil_time){numbers[0],      (int)numbers[1], (int)numbers[2],
                                (int)numbers[3], (int)numbers[4], (int)numbers[5]};
    return calendar_to_seconds(civil, &seconds) ? seconds : TIME_UNKNOWN;
}

static bool write_table_row(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct table_sheet *table = user;
    struct cursor *cursor = &table->cursor;
    uint64_t id = strtoull(make_string(cursor->book, cells[0]), NULL, 16);
    size_t *row = (size_t *)(uintptr_t)hash_table_find(&cursor->book->feedback_rows, id);
    if (row && !*row)
        *row = cursor->row;
    if (cursor->row >= SPREADSHEET_MAX_ROWS) {
        cursor->row++; /* counted, for the note */
        return true;
    }
    for (size_t i = 0; i < table->count; i++) {
        double number;
        int64_t seconds = table->is_date[i] ? parse_time(cells[i]) : TIME_UNKNOWN;
        if (table->is_hidden[i])
            continue;
        if (table->is_number[i] && text_to_real(cells[i], &number))
            write_number_cell(cursor, number, NULL);
        else if (seconds != TIME_UNKNOWN)
            write_date_cell(cursor, seconds);
        else
            write_text_cell(cursor, cells[i], NULL);
    }
    next_row(cursor);
    return true;
}

/* Writes a saved table; *left_out: its rows beyond the limit of a sheet. */
static bool write_saved_table(struct book *book, enum sheet sheet, const char *name,
                              uint64_t *left_out, struct error *error)
{
    struct table_sheet *table = memory_alloc(1, sizeof(*table));
    struct table_visitor visitor = {
        .begin = begin_table_sheet, .row = write_table_row, .user = table};
    table->cursor = begin_sheet(book, sheet);
    table->layout.name = sheet == SHEET_FEEDBACK ? "Feedback"
                         : sheet == SHEET_POINTS ? "KeyPoints"
                                                 : "Rejects";
    bool ok = store_for_each_table_row(book->document->store, name, book->document->selection,
                                       &visitor, error);
    *left_out =
        table->cursor.row > SPREADSHEET_MAX_ROWS ? table->cursor.row - SPREADSHEET_MAX_ROWS : 0;
    if (*left_out)
        table->cursor.row = SPREADSHEET_MAX_ROWS;
    if (ok) {
        end_table(&table->cursor, &table->layout);
        char range[32];
        snprintf(range, sizeof(range), "A1:XFD%u", (unsigned)SPREADSHEET_MAX_ROWS);
        worksheet_ignore_errors(book->sheets[sheet], LXW_IGNORE_NUMBER_STORED_AS_TEXT, range);
    }
    arena_free(&table->arena);
    free(table);
    return ok;
}

/* ---- Quotes ---- */

static void mark_quoted(struct book *book, uint64_t id)
{
    hash_table_get_or_insert(&book->feedback_rows, id, 0, NULL);
}

/* The records whose row of the Feedback sheet is needed for links. */
static void mark_all_quoted(struct book *book)
{
    const struct document *document = book->document;
    for (size_t i = 0; i < document->topic_count; i++) {
        const struct document_topic *topic = &document->topics[i];
        for (size_t j = 0; j < topic->negative_count; j++)
            mark_quoted(book, topic->negative[j].feedback_id);
        for (size_t j = 0; j < topic->positive_count; j++)
            mark_quoted(book, topic->positive[j].feedback_id);
    }
    for (size_t i = 0; i < document->insight_count; i++)
        for (size_t j = 0; j < document->insights[i].saved.quote_count; j++)
            mark_quoted(book, document->insights[i].saved.quotes[j].feedback_id);
}

static void write_row_link(struct cursor *cursor, uint64_t id)
{
    const size_t *row = hash_table_find(&cursor->book->feedback_rows, id);
    char name[17];
    hash_format(id, name);
    if (row && *row)
        write_link_cell(cursor, SHEET_FEEDBACK, (lxw_row_t)*row, text_of(name));
    else
        write_text_cell(cursor, text_of(name), NULL);
}

static void write_quotes(struct cursor *cursor, struct text topic,
                         const struct document_quote *quotes, size_t count)
{
    struct book *book = cursor->book;
    for (size_t i = 0; i < count; i++) {
        write_text_cell(cursor, words_topic(book->language, topic), NULL);
        write_text_cell(cursor, words_label(book->language, quotes[i].polarity), NULL);
        write_text_cell(cursor, quotes[i].text, book->wrap);
        write_text_cell(cursor, quotes[i].source, NULL);
        write_date_cell(cursor, quotes[i].created_at);
        write_row_link(cursor, quotes[i].feedback_id);
        next_row(cursor);
    }
}

static void write_quote_sheet(struct book *book, lxw_row_t *first_rows)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_QUOTES);
    struct text heads[] = {word(book, WORD_TOPIC),  word(book, WORD_SIDE), word(book, WORD_QUOTE),
                           word(book, WORD_SOURCE), word(book, WORD_DATE), word(book, WORD_ROW)};
    static const double widths[] = {MEDIUM, NARROW, WIDE, MEDIUM, 18, MEDIUM};
    struct table_layout layout = {"Quotes", heads, widths, 6};
    begin_table(&cursor, &layout);
    for (size_t i = 0; i < document->topic_count; i++) {
        const struct document_topic *topic = &document->topics[i];
        first_rows[i] = topic->negative_count + topic->positive_count ? cursor.row : 0;
        write_quotes(&cursor, topic->id, topic->negative, topic->negative_count);
        write_quotes(&cursor, topic->id, topic->positive, topic->positive_count);
    }
    end_table(&cursor, &layout);
}

/* ---- Insights ---- */

static void write_insight_row(struct cursor *cursor, const struct saved_insight *saved)
{
    struct book *book = cursor->book;
    const struct insight *insight = &saved->insight;
    bool is_share =
        insight->measure == MEASURE_NEGATIVE_SHARE || insight->measure == MEASURE_RECORD_SHARE;
    lxw_format *format = is_share                              ? book->percent
                         : insight->measure == MEASURE_RECORDS ? book->count
                                                               : book->decimal;
    struct group_key segment = {insight->key.fields, insight->key.field_count, {NULL, 0}};
    write_text_cell(cursor, report_sentence(book->language, saved, &book->scratch), book->wrap);
    write_text_cell(cursor, text_of(insight_kind_names[insight->kind]), NULL);
    write_text_cell(cursor, text_of(insight_state_names[insight->state]), NULL);
    write_text_cell(cursor, words_topic(book->language, insight->key.topic), NULL);
    write_text_cell(cursor,
                    segment.field_count ? group_key_format(&segment, &book->scratch)
                                        : word(book, WORD_EVERYWHERE),
                    NULL);
    write_text_cell(cursor, insight->since, NULL);
    write_text_cell(cursor, insight->until, NULL);
    write_text_cell(cursor, text_of(insight_measure_names[insight->measure]), NULL);
    write_number_cell(cursor, insight->value.value, format);
    write_number_cell(cursor, insight->value.low, format);
    write_number_cell(cursor, insight->value.high, format);
    write_count_cell(cursor, insight->n);
    write_number_cell(cursor, insight->baseline, format);
    write_number_cell(cursor, insight->baseline_n ? (double)insight->baseline_n : NAN, book->count);
    write_number_cell(cursor, insight->q_value, book->percent);
    for (size_t i = 0; i < INSIGHT_MAX_QUOTES; i++) {
        if (i < saved->quote_count) {
            write_text_cell(cursor, saved->quotes[i].text, book->wrap);
            write_row_link(cursor, saved->quotes[i].feedback_id);
        } else {
            cursor->column = (lxw_col_t)(cursor->column + 2);
        }
    }
    next_row(cursor);
}

static void write_insight_sheet(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_CHANGES);
    struct text row = word(book, WORD_ROW);
    struct text heads[] = {word(book, WORD_FINDING),
                           word(book, WORD_KIND),
                           word(book, WORD_STATE),
                           word(book, WORD_TOPIC),
                           word(book, WORD_GROUP),
                           word(book, WORD_SINCE),
                           word(book, WORD_UNTIL),
                           word(book, WORD_MEASURE),
                           word(book, WORD_VALUE),
                           word(book, WORD_LOW),
                           word(book, WORD_HIGH),
                           word(book, WORD_COUNT_OF),
                           word(book, WORD_BASELINE),
                           word(book, WORD_BASELINE_COUNT),
                           word(book, WORD_CHANCE),
                           word(book, WORD_QUOTE_1),
                           arena_format(&book->scratch, "%.*s 1", TEXT_ARGUMENT(row)),
                           word(book, WORD_QUOTE_2),
                           arena_format(&book->scratch, "%.*s 2", TEXT_ARGUMENT(row))};
    static const double widths[] = {60,     NARROW, NARROW, MEDIUM, MEDIUM, NARROW, NARROW,
                                    16,     NARROW, NARROW, NARROW, NARROW, NARROW, NARROW,
                                    NARROW, 50,     20,     50,     20};
    struct table_layout layout = {"Changes", heads, widths, sizeof(widths) / sizeof(*widths)};
    struct arena names = {0}; /* begin_table resets the scratch */
    heads[16] = arena_copy_text(&names, heads[16]);
    heads[18] = arena_copy_text(&names, heads[18]);
    begin_table(&cursor, &layout);
    for (size_t i = 0; i < document->insight_count; i++)
        write_insight_row(&cursor, &document->insights[i].saved);
    if (!document->insight_count)
        write_word_cell(&cursor, WORD_NOTHING_CHANGED, NULL);
    end_table(&cursor, &layout);
    arena_free(&names);
}

/* ---- Topics ---- */

static uint64_t count_others(const struct document_counts *counts)
{
    return counts->mentions - counts->positive - counts->negative;
}

static void write_topic_sheet(struct book *book, const lxw_row_t *quote_rows)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_TOPICS);
    struct text heads[] = {
        word(book, WORD_TOPIC),          word(book, WORD_MENTIONS), word(book, WORD_NEGATIVE),
        word(book, WORD_OTHER),          word(book, WORD_POSITIVE), word(book, WORD_RECORD_SHARE),
        word(book, WORD_NEGATIVE_SHARE), word(book, WORD_LOW),      word(book, WORD_HIGH)};
    static const double widths[] = {MEDIUM, 14, 14, 14, 14, 18, 16, 14, 14};
    struct table_layout layout = {"Topics", heads, widths, sizeof(widths) / sizeof(*widths)};
    begin_table(&cursor, &layout);
    for (size_t i = 0; i < document->topic_count; i++) {
        const struct document_topic *topic = &document->topics[i];
        struct text name = words_topic(book->language, topic->id);
        if (quote_rows[i])
            write_link_cell(&cursor, SHEET_QUOTES, quote_rows[i], name);
        else
            write_text_cell(&cursor, name, NULL);
        write_count_cell(&cursor, topic->total.mentions);
        write_count_cell(&cursor, topic->total.negative);
        write_count_cell(&cursor, count_others(&topic->total));
        write_count_cell(&cursor, topic->total.positive);
        write_share_cell(&cursor, topic->total.mentions, document->record_count);
        write_number_cell(&cursor, topic->negative_share.value, book->percent);
        write_number_cell(&cursor, topic->negative_share.low, book->percent);
        write_number_cell(&cursor, topic->negative_share.high, book->percent);
        next_row(&cursor);
    }
    end_table(&cursor, &layout);
    add_data_bars(&cursor, 1, 0x9DB8D3);
    add_color_scale(&cursor, 6, 6);
    grey_small_counts(&cursor, "$B", 8);
}

static void write_period_row(struct cursor *cursor, const struct document_topic *topic,
                             struct text name, bool is_negative, size_t first)
{
    const struct document *document = cursor->book->document;
    write_text_cell(cursor, name, NULL);
    write_word_cell(cursor, is_negative ? WORD_NEGATIVE : WORD_MENTIONS, NULL);
    for (size_t i = first; i < document->period_count; i++)
        write_count_cell(cursor,
                         is_negative ? topic->periods[i].negative : topic->periods[i].mentions);
    next_row(cursor);
}

static void write_period_sheet(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_PERIODS);
    size_t first = document->period_count > MAX_PERIODS ? document->period_count - MAX_PERIODS : 0;
    struct text heads[MAX_PERIODS + 2] = {word(book, WORD_TOPIC), word(book, WORD_MEASURE)};
    double widths[MAX_PERIODS + 2] = {MEDIUM, NARROW};
    struct table_layout layout = {"TopicsByPeriod", heads, widths,
                                  2 + document->period_count - first};
    for (size_t i = first; i < document->period_count; i++) {
        heads[2 + i - first] = document->periods[i];
        widths[2 + i - first] = NARROW;
    }
    begin_table(&cursor, &layout);
    write_period_row(&cursor, &document->everything, word(book, WORD_ALL_FEEDBACK), false, first);
    write_period_row(&cursor, &document->everything, word(book, WORD_ALL_FEEDBACK), true, first);
    for (size_t i = 0; i < document->topic_count; i++) {
        struct text name = words_topic(book->language, document->topics[i].id);
        write_period_row(&cursor, &document->topics[i], name, false, first);
        write_period_row(&cursor, &document->topics[i], name, true, first);
    }
    end_table(&cursor, &layout);
}

static void write_segment_sheet(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_SEGMENTS);
    struct text heads[] = {
        word(book, WORD_GROUP),         word(book, WORD_GROUP_VALUE),
        word(book, WORD_GROUP_RECORDS), word(book, WORD_TOPIC),
        word(book, WORD_MENTIONS),      word(book, WORD_NEGATIVE),
        word(book, WORD_POSITIVE),      word(book, WORD_SHARE_NEGATIVE_OF_GROUP)};
    static const double widths[] = {16, MEDIUM, 20, MEDIUM, 14, 14, 14, 24};
    struct table_layout layout = {"Segments", heads, widths, sizeof(widths) / sizeof(*widths)};
    begin_table(&cursor, &layout);
    for (size_t part = 0; part < document->part_count; part++)
        for (size_t i = 0; i <= document->topic_count; i++) {
            const struct document_part *group = &document->parts[part];
            const struct document_counts *counts =
                i ? &document->topics[i - 1].parts[part] : &group->records;
            if (!counts->mentions)
                continue;
            write_text_cell(&cursor, group->field.name, NULL);
            write_text_cell(&cursor, group->field.value, NULL);
            write_count_cell(&cursor, group->records.mentions);
            write_text_cell(&cursor,
                            i ? words_topic(book->language, document->topics[i - 1].id)
                              : word(book, WORD_ALL_FEEDBACK),
                            NULL);
            write_count_cell(&cursor, counts->mentions);
            write_count_cell(&cursor, counts->negative);
            write_count_cell(&cursor, counts->positive);
            write_share_cell(&cursor, counts->negative, group->records.mentions);
            next_row(&cursor);
        }
    end_table(&cursor, &layout);
    add_color_scale(&cursor, 7, 7);
    grey_small_counts(&cursor, "$C", 7);
}

/* ---- Summary and About ---- */

static void write_figure(struct cursor *cursor, struct text name, const struct share *figure,
                         uint64_t count, lxw_format *format)
{
    write_text_cell(cursor, name, NULL);
    write_number_cell(cursor, figure->value, format);
    write_number_cell(cursor, figure->low, format);
    write_number_cell(cursor, figure->high, format);
    write_count_cell(cursor, count);
    next_row(cursor);
}

static void write_figures(struct cursor *cursor)
{
    struct book *book = cursor->book;
    const struct document *document = book->document;
    static const enum sentiment labels[] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE};
    write_word_cell(cursor, WORD_FIGURE, book->head);
    write_word_cell(cursor, WORD_VALUE, book->head);
    write_word_cell(cursor, WORD_LOW, book->head);
    write_word_cell(cursor, WORD_HIGH, book->head);
    write_word_cell(cursor, WORD_COUNT_OF, book->head);
    next_row(cursor);
    for (size_t i = 0; i < 2; i++) {
        const struct label_share *share = document_find_share(document, labels[i]);
        struct share figure = {NAN, NAN, NAN};
        if (share)
            figure = isnan(share->share.value) ? (struct share){share->predicted_share, NAN, NAN}
                                               : share->share;
        write_figure(cursor, words_label(book->language, labels[i]), &figure,
                     document->record_count, book->percent);
    }
    const struct document_scores *scores = &document->scores;
    struct text scale = arena_format(&book->scratch, "%g", scores->rating_scale);
    if (scores->rating_n)
        write_figure(
            cursor,
            words_format(book->language, WORD_STARS, (struct text[]){scale}, &book->scratch),
            &scores->mean_rating, scores->rating_n, book->decimal);
    if (scores->nps_n && !isnan(scores->nps.value))
        write_figure(cursor, word(book, WORD_NPS), &scores->nps, scores->nps_n, book->decimal);
    if (scores->csat_n && !isnan(scores->csat.value)) {
        struct share csat = {scores->csat.value / 100, scores->csat.low / 100,
                             scores->csat.high / 100};
        write_figure(cursor, word(book, WORD_CSAT), &csat, scores->csat_n, book->percent);
    }
    next_row(cursor);
}

static void write_in_short(struct cursor *cursor)
{
    enum { MAX_IN_SHORT = 5 };
    struct book *book = cursor->book;
    const struct document *document = book->document;
    bool has_change = false;
    write_word_cell(cursor, WORD_IN_SHORT, book->bold);
    next_row(cursor);
    for (size_t i = 0; i < document->insight_count; i++)
        has_change |= document->insights[i].saved.insight.kind == INSIGHT_CHANGE;
    if (!has_change && document->period_count > 1) {
        write_word_cell(cursor, WORD_NOTHING_CHANGED, NULL);
        next_row(cursor);
    }
    for (size_t i = 0; i < document->insight_count && i < MAX_IN_SHORT; i++) {
        struct text sentence =
            report_sentence(book->language, &document->insights[i].saved, &book->scratch);
        if (sentence.size)
            write_link_cell(cursor, SHEET_CHANGES, (lxw_row_t)i + 1, sentence);
        next_row(cursor);
    }
    next_row(cursor);
}

/* Columns [first, first + 3) of a sheet: negative, other, positive. */
struct chart_range {
    enum sheet sheet;
    lxw_row_t head, begin, end; /* rows: of names; [begin, end] of data */
    lxw_col_t category, first;
};

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

static void insert_charts(struct cursor *cursor, const struct chart_range *periods)
{
    struct book *book = cursor->book;
    size_t topics = book->document->topic_count;
    lxw_chart_options size = {.x_scale = 1.35, .y_scale = 1.45};
    if (topics) {
        struct chart_range range = {SHEET_TOPICS, 0, 1, 0, 0, 2};
        range.end = (lxw_row_t)(topics < MAX_CHART_TOPICS ? topics : MAX_CHART_TOPICS);
        lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_BAR_STACKED_PERCENT);
        add_series(book, chart, &range);
        chart_axis_set_reverse(chart->y_axis); /* the first topic on top */
        chart_title_set_name(chart, make_string(book, word(book, WORD_SHARES_CHART)));
        keep_fault(book, worksheet_insert_chart_opt(cursor->sheet, 2, 6, chart, &size));
    }
    if (periods->end > periods->begin) {
        lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_COLUMN_STACKED);
        add_series(book, chart, periods);
        chart_title_set_name(chart, make_string(book, word(book, WORD_TIME_CHART)));
        keep_fault(book, worksheet_insert_chart_opt(cursor->sheet, 25, 6, chart, &size));
    }
}

static void write_summary_sheet(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_SUMMARY);
    worksheet_set_column(cursor.sheet, 0, 0, 44, NULL);
    worksheet_set_column(cursor.sheet, 1, 4, 14, NULL);
    worksheet_gridlines(cursor.sheet, LXW_HIDE_ALL_GRIDLINES);
    worksheet_set_landscape(cursor.sheet);
    worksheet_set_paper(cursor.sheet, 9);
    worksheet_fit_to_pages(cursor.sheet, 1, 0);
    write_text_cell(&cursor, report_title(document), book->title);
    next_row(&cursor);
    write_text_cell(&cursor, report_scope(document, &book->scratch), NULL);
    next_row(&cursor);
    /* Only now: writing a cell resets the scratch arena. */
    struct text selection = report_selection(document, &book->scratch);
    if (selection.size) {
        write_text_cell(
            &cursor,
            words_format(book->language, WORD_SELECTED, (struct text[]){selection}, &book->scratch),
            NULL);
        next_row(&cursor);
    }
    next_row(&cursor);
    write_figures(&cursor);
    write_in_short(&cursor);
    struct chart_range range = {SHEET_SUMMARY, cursor.row, cursor.row + 1, 0, 0, 1};
    write_word_cell(&cursor, WORD_PERIOD, book->head);
    write_word_cell(&cursor, WORD_NEGATIVE, book->head);
    write_word_cell(&cursor, WORD_OTHER, book->head);
    write_word_cell(&cursor, WORD_POSITIVE, book->head);
    next_row(&cursor);
    size_t count = document->period_count;
    for (size_t i = count > MAX_PERIODS ? count - MAX_PERIODS : 0; i < count; i++) {
        const struct document_counts *counts = &document->everything.periods[i];
        write_text_cell(&cursor, document->periods[i], NULL);
        write_count_cell(&cursor, counts->negative);
        write_count_cell(&cursor, count_others(counts));
        write_count_cell(&cursor, counts->positive);
        next_row(&cursor);
    }
    range.end = cursor.row - 1;
    insert_charts(&cursor, &range);
}

static void write_about_sheet(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = begin_sheet(book, SHEET_ABOUT);
    struct report_fact facts[REPORT_MAX_FACTS];
    struct arena arena = {0}; /* next_row resets the scratch */
    char key[17];
    worksheet_set_column(cursor.sheet, 0, 0, 34, NULL);
    worksheet_set_column(cursor.sheet, 1, 1, 110, book->wrap);
    write_word_cell(&cursor, WORD_SURE, book->title);
    next_row(&cursor);
    size_t count = report_facts_list(document, facts, &arena);
    for (size_t i = 0; i < count; i++) {
        write_word_cell(&cursor, facts[i].name, book->bold);
        write_text_cell(&cursor, facts[i].text, book->wrap);
        next_row(&cursor);
    }
    for (enum word method = WORD_METHOD_1; method <= WORD_METHOD_10; method++) {
        if (method == WORD_METHOD_1)
            write_word_cell(&cursor, WORD_METHODS, book->bold);
        cursor.column = 1;
        write_word_cell(&cursor, method, book->wrap);
        next_row(&cursor);
    }
    if (book->is_large) {
        cursor.column = 1;
        write_text_cell(&cursor,
                        words_format(book->language, WORD_LARGE_BOOK,
                                     (struct text[]){words_count(MAX_TABLE_ROWS, &arena)}, &arena),
                        book->wrap);
        next_row(&cursor);
    }
    hash_format(store_get_model_key(document->store), key);
    cursor.column = 1;
    write_text_cell(&cursor,
                    words_format(book->language, WORD_MADE_BY,
                                 (struct text[]){TEXT(WINNOW_VERSION), text_of(key)}, &arena),
                    book->muted);
    arena_free(&arena);
}

/* ---- Workbook ---- */

static lxw_format *add_format(struct book *book, const char *number_format)
{
    lxw_format *format = workbook_add_format(book->workbook);
    if (number_format)
        format_set_num_format(format, number_format);
    return format;
}

static void add_formats(struct book *book)
{
    book->head = add_format(book, NULL);
    format_set_bold(book->head);
    format_set_text_wrap(book->head);
    format_set_align(book->head, LXW_ALIGN_VERTICAL_BOTTOM);
    format_set_bottom(book->head, LXW_BORDER_THIN);
    book->title = add_format(book, NULL);
    format_set_bold(book->title);
    format_set_font_size(book->title, 18);
    book->bold = add_format(book, NULL);
    format_set_bold(book->bold);
    format_set_align(book->bold, LXW_ALIGN_VERTICAL_TOP);
    book->muted = add_format(book, NULL);
    format_set_font_color(book->muted, COLOR_MUTED);
    book->wrap = add_format(book, NULL);
    format_set_text_wrap(book->wrap);
    format_set_align(book->wrap, LXW_ALIGN_VERTICAL_TOP);
    book->count = add_format(book, "#,##0");
    book->percent = add_format(book, "0.0%");
    book->decimal = add_format(book, "0.00");
    book->date = add_format(book, "yyyy-mm-dd hh:mm");
    book->link = add_format(book, NULL);
    format_set_font_color(book->link, COLOR_POSITIVE);
    format_set_underline(book->link, LXW_UNDERLINE_SINGLE);
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

static bool has_sheet(enum sheet sheet)
{
    return sheet != SHEET_POINTS || document_has_table("key_points");
}

static void add_sheets(struct book *book)
{
    for (enum sheet sheet = 0; sheet < SHEET_COUNT; sheet++)
        if (has_sheet(sheet))
            book->sheets[sheet] = workbook_add_worksheet(
                book->workbook, make_string(book, word(book, sheet_names[sheet])));
}

static bool has_all_sheets(const struct book *book)
{
    for (enum sheet sheet = 0; sheet < SHEET_COUNT; sheet++)
        if (has_sheet(sheet) && !book->sheets[sheet])
            return false;
    return true;
}

/* Feedback first: links need the rows of its records. */
static bool write_sheets(struct book *book, uint64_t left_out[3], struct error *error)
{
    const struct document *document = book->document;
    lxw_row_t *quote_rows = memory_alloc(document->topic_count + 1, sizeof(*quote_rows));
    mark_all_quoted(book);
    bool ok = write_saved_table(book, SHEET_FEEDBACK, "feedback", &left_out[0], error) &&
              write_saved_table(book, SHEET_REJECTS, "rejects", &left_out[1], error) &&
              (!has_sheet(SHEET_POINTS) ||
               write_saved_table(book, SHEET_POINTS, "key_points", &left_out[2], error));
    if (ok) {
        write_quote_sheet(book, quote_rows);
        write_insight_sheet(book);
        write_topic_sheet(book, quote_rows);
        write_period_sheet(book);
        write_segment_sheet(book);
        write_summary_sheet(book);
        write_about_sheet(book);
    }
    free(quote_rows);
    return ok;
}

static struct text make_note(const struct book *book, const uint64_t left_out[3],
                             struct arena *arena)
{
    struct text note = {0};
    if (book->cut_cells)
        note = arena_format(arena, "%llu cells were cut to %d characters",
                            (unsigned long long)book->cut_cells, SPREADSHEET_MAX_CELL_UNITS);
    uint64_t rows = left_out[0] + left_out[1] + left_out[2];
    if (rows)
        note = arena_format(arena, "%.*s%s%llu rows exceed the %d rows of a sheet",
                            TEXT_ARGUMENT(note), note.size ? "; " : "", (unsigned long long)rows,
                            SPREADSHEET_MAX_ROWS);
    return note;
}

static bool write(const struct document *document, const struct document_file *file,
                  struct arena *arena, struct text *note, struct error *error)
{
    struct book book = {.document = document, .language = document->options.language};
    uint64_t left_out[3] = {0};
    const char *slash = strrchr(file->path, '/');
    struct text folder =
        text_slice(text_of(file->path), 0, slash ? (size_t)(slash - file->path) : 0);
    book.is_large = document->record_count > MAX_TABLE_ROWS;
    /* Temporary files hold feedback: they stay in the folder of the report, not in /tmp. */
    lxw_workbook_options options = {
        .constant_memory = book.is_large,
        .tmpdir = slash ? (char *)(uintptr_t)arena_copy_text(arena, folder).bytes : NULL};
    book.workbook = workbook_new_opt(file->path, &options);
    if (!book.workbook)
        return error_set(error, ERROR_STORE, "report.xlsx: the workbook cannot be created");
    add_formats(&book);
    set_properties(&book);
    add_sheets(&book);
    bool ok = has_all_sheets(&book) && write_sheets(&book, left_out, error);
    keep_fault(&book, workbook_close(book.workbook));
    if (ok && book.fault != LXW_NO_ERROR)
        ok = error_set(error, ERROR_STORE, "report.xlsx cannot be written: %s",
                       lxw_strerror(book.fault));
    *note = make_note(&book, left_out, arena);
    hash_table_free(&book.feedback_rows);
    arena_free(&book.scratch);
    return ok;
}

const struct document_format xlsx_document = {
    .name = "xlsx",
    .summary = "a workbook for analysts: tables, filters and charts on one sheet each",
    .file_name = "report.xlsx",
    .write = write,
};
