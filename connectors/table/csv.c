/* csv.c - the connector for delimited text: CSV, TSV, semicolons; review exports and surveys.
 * layout.h finds out how it is laid out, rows.h reads the rows, tabular.h makes records of them. */
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/input/input.h"
#include "connectors/table/table_records.h"

enum { SAMPLE_SIZE = 256 * 1024 }; /* bytes looked at before the first row is read */

struct csv {
    /* options; tabular has more */
    struct text charset, delimiter, header;
    int64_t longest_cell, max_ratio;

    struct tabular tabular;
    struct input *input;
    struct rows *rows;
};

static const struct option options[] = {
    {.name = "delimiter",
     .type = OPTION_TEXT,
     .offset = offsetof(struct csv, delimiter),
     .fallback = "",
     .help = "between cells: , ; | tab, any character, or none (a text a line)"},
    {.name = "header",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct csv, header),
     .fallback = "find",
     .choices = "find|yes|no",
     .help = "whether the first row holds names of columns"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct csv, charset),
     .fallback = "",
     .help = "of the file, as iconv names it; empty: find it"},
    {.name = "longest_cell",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct csv, longest_cell),
     .fallback = "1048576",
     .least = 1024,
     .most = 268435456,
     .help = "bytes; a longer cell makes its row a reject"},
    INPUT_MAX_RATIO(struct csv, max_ratio),
    TABULAR_OPTIONS(struct csv, tabular),
    {.name = NULL},
};

/* A share of bytes that no text has: this is some other kind of file. */
static bool is_binary(struct text head)
{
    size_t controls = 0, zeros = 0;
    for (size_t i = 0; i < head.size; i++) {
        unsigned char byte = (unsigned char)head.bytes[i];
        zeros += byte == 0;
        controls += byte > 0 && byte < 32 && (byte < '\t' || byte > '\r') && byte != 27;
    }
    return controls * 50 > head.size || zeros * 10 > head.size;
}

/* Formats that look like tables of one column or with odd delimiters. */
static bool is_other_format(struct text head)
{
    struct text start = text_trim(text_slice(head, 0, 512));
    return start.size > 0 &&
           (strchr("<{[", start.bytes[0]) || text_starts_with(start, TEXT("%PDF")));
}

static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    struct recognition recognition = {0, TEXT("")};
    if (candidate->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    if (candidate->head.size == 0)
        return (struct recognition){50, TEXT("an empty file")};
    struct text head = input_decode(candidate->head, arena);
    if (is_binary(head))
        return (struct recognition){0, TEXT("not a text file")};
    if (is_other_format(head))
        return (struct recognition){5, TEXT("begins like another format")};
    struct layout layout;
    struct layout_wishes wishes = {.longest_cell = CONNECTOR_HEAD_SIZE};
    struct text fault;
    bool whole = candidate->head.size < CONNECTOR_HEAD_SIZE;
    if (!layout_find(&layout, head, whole, &wishes, arena, &fault) || layout.count == 0)
        return (struct recognition){whole ? 50 : 0, TEXT("blank lines only")};
    if (layout.count > LAYOUT_WIDEST)
        return recognition;
    return tabular_recognize(&layout, arena);
}

/* A row that becomes a reject keeps its bytes as they lie in the file; in the few charsets whose
 * characters have no fixed size (input_offset), what was made of them. */
static void take_raw_bytes(const struct csv *csv, struct placed_row *placed)
{
    struct text raw = input_consumed(csv->input, placed->offset);
    if (raw.size > 0)
        placed->raw = raw;
}

/* The next row; `failed` when the file cannot be read on. What is lent is good until the next
 * call. */
static enum row_kind next_row(struct csv *csv, struct table_row *row, struct placed_row *placed,
                              bool *failed, struct error *error)
{
    size_t wanted = 1;
    *failed = false;
    for (;;) {
        struct text ahead;
        bool good = input_peek(csv->input, wanted, &ahead, error);
        enum row_kind kind =
            rows_next(csv->rows, ahead, good && ahead.size < wanted, csv->tabular.count, row);
        if (kind == ROW_MORE && good) {
            wanted = ahead.size + ahead.size / 2 + 1;
            continue;
        }
        *failed = kind == ROW_MORE;
        input_consume(csv->input, row->blank);
        placed->line = input_line(csv->input);
        placed->offset = input_offset(csv->input);
        placed->cells = row->cells;
        placed->count = row->count;
        placed->raw = text_slice(ahead, row->blank, row->blank + row->size);
        input_consume(csv->input, row->size);
        return *failed ? ROW_NONE : kind;
    }
}

/* Passes the lines above the header and the header itself by. */
static bool skip_header(struct csv *csv, size_t rows, struct error *error)
{
    while (rows > 0) {
        struct table_row row;
        struct placed_row placed = {0};
        bool failed;
        enum row_kind kind = next_row(csv, &row, &placed, &failed, error);
        if (kind == ROW_NONE)
            return !failed;
        rows -= kind == ROW_CELLS;
    }
    return true;
}

static bool find_layout(struct csv *csv, struct text head, bool whole, struct error *error)
{
    struct text fault = {0};
    struct tabular *tabular = &csv->tabular;
    struct layout_wishes wishes = {
        .delimiter = csv->delimiter,
        .header = text_equal(csv->header, TEXT("yes"))  ? HEADER_YES
                  : text_equal(csv->header, TEXT("no")) ? HEADER_NO
                                                        : HEADER_FIND,
        .longest_cell = (size_t)csv->longest_cell,
    };
    return layout_find(&tabular->layout, head, whole, &wishes, &tabular->arena, &fault) ||
           error_set(error, ERROR_USAGE, "delimiter = %.*s: %.*s", TEXT_ARGUMENT(csv->delimiter),
                     TEXT_ARGUMENT(fault));
}

static bool open_csv(void *state, const char *path, struct error *error)
{
    struct csv *csv = state;
    struct text head;
    if (!input_open(&csv->input, path, csv->charset, false, error))
        return false;
    input_limit(csv->input, csv->max_ratio);
    struct error early = {0}; /* a fault within the sample comes again when its place is reached */
    bool good = input_peek(csv->input, SAMPLE_SIZE, &head, &early);
    if (!good && head.size == 0)
        return error_set(error, early.kind, "%s", early.message);
    bool whole = good && head.size < SAMPLE_SIZE;
    if (is_binary(head))
        return error_set(error, ERROR_INPUT, "%s: not a text file", path);
    if (!find_layout(csv, text_slice(head, 0, SAMPLE_SIZE), whole, error))
        return false;
    const struct layout *layout = &csv->tabular.layout;
    if (layout->count > LAYOUT_WIDEST)
        return error_set(error, ERROR_INPUT, "%s: %zu columns; at most %d make sense", path,
                         layout->count, LAYOUT_WIDEST);
    csv->rows = rows_open(layout->dialect, (size_t)csv->longest_cell);
    return tabular_learn(&csv->tabular, path, error) &&
           skip_header(csv, tabular_rows_to_skip(&csv->tabular), error);
}

static enum reading read_csv(void *state, struct batch *batch, struct error *error)
{
    struct csv *csv = state;
    struct table_row row;
    struct placed_row placed;
    bool failed;
    for (;;) {
        switch (next_row(csv, &row, &placed, &failed, error)) {
        case ROW_CELLS:
            take_raw_bytes(csv, &placed);
            tabular_add(&csv->tabular, &placed, batch);
            return READING_MORE;
        case ROW_BROKEN:
            take_raw_bytes(csv, &placed);
            batch_reject_row(batch, placed.line, placed.offset, text_of(row.reason), placed.raw);
            return READING_MORE;
        case ROW_NONE:
            return failed ? READING_FAILED : READING_DONE;
        default:
            break; /* the rest of a broken row */
        }
    }
}

static struct text explain(void *state, struct arena *arena)
{
    struct csv *csv = state;
    if (csv->tabular.count == 0)
        return TEXT("layout: nothing in it");
    struct text table = tabular_explain(&csv->tabular, arena);
    return arena_format(arena, "charset: %.*s\nlayout: %.*s\n%.*s",
                        TEXT_ARGUMENT(input_charset(csv->input)),
                        TEXT_ARGUMENT(csv->tabular.layout.reason), TEXT_ARGUMENT(table));
}

static void close_csv(void *state)
{
    struct csv *csv = state;
    input_close(csv->input);
    rows_close(csv->rows);
    tabular_free(&csv->tabular);
}

const struct connector csv_connector = {
    .name = "csv",
    .summary = "CSV, TSV, semicolons; review exports and surveys",
    .options = options,
    .state_size = sizeof(struct csv),
    .recognize = recognize,
    .open = open_csv,
    .read = read_csv,
    .explain = explain,
    .close = close_csv,
};
