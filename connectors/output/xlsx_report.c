/* xlsx_report.c - report.xlsx: the tables of a report as a workbook, one sheet each. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/spreadsheet.h"
#include "connectors/connectors.h"
#include "connectors/output/xlsx_sheets.h"

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

/* Feedback first: links need the rows of its records. */
static bool write_sheets(struct book *book, uint64_t left_out[3], struct error *error)
{
    const struct document *document = book->document;
    uint32_t *quote_rows = memory_alloc(document->topic_count + 1, sizeof(*quote_rows));
    mark_all_quoted(book);
    bool ok = xlsx_write_saved_table(book, SHEET_FEEDBACK, "feedback", &left_out[0], error) &&
              xlsx_write_saved_table(book, SHEET_REJECTS, "rejects", &left_out[1], error) &&
              (!book->sheets[SHEET_POINTS] ||
               xlsx_write_saved_table(book, SHEET_POINTS, "key_points", &left_out[2], error));
    if (ok) {
        xlsx_write_quotes(book, quote_rows);
        xlsx_write_changes(book);
        xlsx_write_topics(book, quote_rows);
        xlsx_write_periods(book);
        xlsx_write_segments(book);
        xlsx_write_summary(book);
        xlsx_write_about(book);
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
    struct book book;
    uint64_t left_out[3] = {0};
    if (!xlsx_open(&book, document, file->path, error))
        return false;
    bool ok = write_sheets(&book, left_out, error);
    *note = make_note(&book, left_out, arena);
    return xlsx_close(&book, ok ? error : NULL) && ok;
}

const struct document_format xlsx_document = {
    .name = "xlsx",
    .summary = "a workbook for analysts: tables, filters and charts on one sheet each",
    .file_name = "report.xlsx",
    .write = write,
};
