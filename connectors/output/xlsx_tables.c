/* xlsx_tables.c - saved tables as sheets: feedback, rejects, key points. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/spreadsheet.h"
#include "connectors/output/xlsx_sheets.h"

struct table_sheet {
    struct cursor cursor;
    struct text heads[XLSX_MAX_COLUMNS];
    double widths[XLSX_MAX_COLUMNS];
    bool is_hidden[XLSX_MAX_COLUMNS], is_number[XLSX_MAX_COLUMNS], is_date[XLSX_MAX_COLUMNS];
    size_t count, shown_count;
    struct table_layout layout;
    struct arena arena;
};

static double choose_width(struct text name)
{
    static const char *const wide[] = {"text", "raw", "reply", "point", NULL};
    static const char *const medium[] = {"topics", "title",       "question",   "reason",
                                         "file",   "feedback_id", "created_at", NULL};
    return text_is_one_of(name, wide)     ? XLSX_WIDE
           : text_is_one_of(name, medium) ? XLSX_MEDIUM
                                          : XLSX_NARROW;
}

static bool begin_table_sheet(void *user, const struct column *columns, size_t count,
                              struct error *error)
{
    static const char *const ids[] = {"external_id", "author", NULL};
    (void)error;
    struct table_sheet *table = user;
    table->count = count < XLSX_MAX_COLUMNS ? count : XLSX_MAX_COLUMNS;
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
    xlsx_begin_table(&table->cursor, &table->layout);
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

/* The feedback id of a row; 0: it has none. */
static uint64_t parse_id(struct text text)
{
    char digits[17] = {0};
    if (text.size != 16)
        return 0;
    memcpy(digits, text.bytes, 16);
    return strtoull(digits, NULL, 16);
}

/* For the links of the other sheets: the row of a feedback that they quote. */
static void note_row(struct cursor *cursor, uint64_t id)
{
    size_t *row = (size_t *)(uintptr_t)hash_table_find(&cursor->book->feedback_rows, id);
    if (row && !*row)
        *row = cursor->row;
}

static bool write_table_row(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct table_sheet *table = user;
    struct cursor *cursor = &table->cursor;
    if (cursor->row >= SPREADSHEET_MAX_ROWS) {
        cursor->row++; /* counted, for the note */
        return true;
    }
    if (cursor->sheet == SHEET_FEEDBACK)
        note_row(cursor, parse_id(cells[0]));
    for (size_t i = 0; i < table->count; i++) {
        double number;
        int64_t seconds = table->is_date[i] ? parse_time(cells[i]) : TIME_UNKNOWN;
        if (table->is_hidden[i])
            continue;
        if (table->is_number[i] && text_to_real(cells[i], &number))
            xlsx_write_number(cursor, number, FORMAT_PLAIN);
        else if (seconds != TIME_UNKNOWN)
            xlsx_write_date(cursor, seconds);
        else
            xlsx_write_text(cursor, cells[i], FORMAT_PLAIN);
    }
    xlsx_next_row(cursor);
    return true;
}

bool xlsx_write_saved_table(struct book *book, enum sheet sheet, const char *name,
                            uint64_t *left_out, struct error *error)
{
    struct table_sheet *table = memory_alloc(1, sizeof(*table));
    struct table_visitor visitor = {
        .begin = begin_table_sheet, .row = write_table_row, .user = table};
    table->cursor = xlsx_begin_sheet(book, sheet);
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
        xlsx_end_table(&table->cursor, &table->layout);
        xlsx_allow_numbers_as_text(&table->cursor);
    }
    arena_free(&table->arena);
    free(table);
    return ok;
}
