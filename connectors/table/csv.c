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
    int64_t max_cell_size, max_ratio;

    struct table_records table_records;
    struct input *input;
    struct rows *rows;
};

static const struct option options[] = {
    {.name = "delimiter",
     .type = OPTION_TEXT,
     .offset = offsetof(struct csv, delimiter),
     .default_value = "",
     .help =
         "cell separator: , ; | tab, any character, or none (one text per line); empty: detect it"},
    {.name = "header",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct csv, header),
     .default_value = "auto",
     .choices = "auto|yes|no",
     .help = "whether the first row contains column names"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct csv, charset),
     .default_value = "",
     .help = "character set of the file, by its iconv name; empty: detect it"},
    {.name = "max_cell_size",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct csv, max_cell_size),
     .default_value = "1048576",
     .min = 1024,
     .max = 268435456,
     .help = "maximum bytes of a cell; a row with a longer one is a reject"},
    INPUT_MAX_RATIO_OPTION(struct csv, max_ratio),
    TABLE_RECORDS_OPTIONS(struct csv, table_records),
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

static struct recognition recognize(const struct candidate_file *candidate_file,
                                    struct arena *arena)
{
    struct recognition recognition = {0, TEXT("")};
    if (candidate_file->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    if (candidate_file->head.size == 0)
        return (struct recognition){50, TEXT("an empty file")};
    struct text head = input_decode_head(candidate_file->head, arena);
    if (is_binary(head))
        return (struct recognition){0, TEXT("not a text file")};
    if (is_other_format(head))
        return (struct recognition){5, TEXT("begins like another format")};
    struct table_layout table_layout;
    struct layout_options layout_options = {.max_cell_size = CONNECTOR_HEAD_SIZE};
    struct text fault;
    bool whole = candidate_file->head.size < CONNECTOR_HEAD_SIZE;
    if (!table_layout_detect(&table_layout, head, whole, &layout_options, arena, &fault) ||
        table_layout.count == 0)
        return (struct recognition){whole ? 50 : 0, TEXT("blank lines only")};
    if (table_layout.count > MAX_TABLE_COLUMNS)
        return recognition;
    return table_records_recognize(&table_layout, arena);
}

/* A row that becomes a reject keeps its bytes as they lie in the file; in the few charsets whose
 * characters have no fixed size (input_offset), what was made of them. */
static void use_raw_bytes(const struct csv *csv, struct located_row *located_row)
{
    struct text raw = input_consumed_bytes(csv->input, located_row->offset);
    if (raw.size > 0)
        located_row->raw = raw;
}

/* The next row; `failed` when the file cannot be read on. What is lent is good until the next
 * call. */
static enum row_status next_row(struct csv *csv, struct table_row *row,
                                struct located_row *located_row, bool *failed, struct error *error)
{
    size_t wanted = 1;
    *failed = false;
    for (;;) {
        struct text ahead;
        bool is_readable = input_peek(csv->input, wanted, &ahead, error);
        enum row_status kind = rows_next(csv->rows, ahead, is_readable && ahead.size < wanted,
                                         csv->table_records.count, row);
        if (kind == ROW_INCOMPLETE && is_readable) {
            wanted = ahead.size + ahead.size / 2 + 1;
            continue;
        }
        *failed = kind == ROW_INCOMPLETE;
        input_consume(csv->input, row->blank_size);
        located_row->line = input_line(csv->input);
        located_row->offset = input_offset(csv->input);
        located_row->cells = row->cells;
        located_row->count = row->count;
        located_row->raw = text_slice(ahead, row->blank_size, row->blank_size + row->size);
        input_consume(csv->input, row->size);
        return *failed ? ROW_END : kind;
    }
}

/* Passes the lines above the header and the header itself by. */
static bool skip_header(struct csv *csv, size_t rows, struct error *error)
{
    while (rows > 0) {
        struct table_row row;
        struct located_row located_row = {0};
        bool failed;
        enum row_status kind = next_row(csv, &row, &located_row, &failed, error);
        if (kind == ROW_END)
            return !failed;
        rows -= kind == ROW_FOUND;
    }
    return true;
}

static bool find_layout(struct csv *csv, struct text head, bool whole, struct error *error)
{
    struct text fault = {0};
    struct table_records *table_records = &csv->table_records;
    struct layout_options layout_options = {
        .delimiter = csv->delimiter,
        .header = text_equal(csv->header, TEXT("yes"))  ? HEADER_YES
                  : text_equal(csv->header, TEXT("no")) ? HEADER_NO
                                                        : HEADER_AUTO,
        .max_cell_size = (size_t)csv->max_cell_size,
    };
    return table_layout_detect(&table_records->table_layout, head, whole, &layout_options,
                               &table_records->arena, &fault) ||
           error_set(error, ERROR_USAGE, "delimiter = %.*s: %.*s", TEXT_ARGUMENT(csv->delimiter),
                     TEXT_ARGUMENT(fault));
}

static bool open_csv(void *state, const char *path, struct error *error)
{
    struct csv *csv = state;
    struct text head;
    if (!input_open(&csv->input, path, csv->charset, false, error))
        return false;
    input_set_max_ratio(csv->input, csv->max_ratio);
    struct error sample_error = {
        0}; /* a fault within the sample comes again when its place is reached */
    bool is_readable = input_peek(csv->input, SAMPLE_SIZE, &head, &sample_error);
    if (!is_readable && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    bool whole = is_readable && head.size < SAMPLE_SIZE;
    if (is_binary(head))
        return error_set(error, ERROR_INPUT, "%s: not a text file", path);
    if (!find_layout(csv, text_slice(head, 0, SAMPLE_SIZE), whole, error))
        return false;
    const struct table_layout *table_layout = &csv->table_records.table_layout;
    if (table_layout->count > MAX_TABLE_COLUMNS)
        return error_set(error, ERROR_INPUT, "%s: %zu columns; at most %d make sense", path,
                         table_layout->count, MAX_TABLE_COLUMNS);
    csv->rows = rows_open(table_layout->dialect, (size_t)csv->max_cell_size);
    return table_records_map_columns(&csv->table_records, path, error) &&
           skip_header(csv, table_records_rows_to_skip(&csv->table_records), error);
}

static enum read_status read_csv(void *state, struct batch *batch, struct error *error)
{
    struct csv *csv = state;
    struct table_row row;
    struct located_row located_row;
    bool failed;
    for (;;) {
        switch (next_row(csv, &row, &located_row, &failed, error)) {
        case ROW_FOUND:
            use_raw_bytes(csv, &located_row);
            table_records_add_row(&csv->table_records, &located_row, batch);
            return READ_OK;
        case ROW_BROKEN:
            use_raw_bytes(csv, &located_row);
            batch_reject_row(batch, located_row.line, located_row.offset, text_of(row.reason),
                             located_row.raw);
            return READ_OK;
        case ROW_END:
            return failed ? READ_FAILED : READ_END;
        default:
            break; /* the rest of a broken row */
        }
    }
}

static struct text explain(void *state, struct arena *arena)
{
    struct csv *csv = state;
    if (csv->table_records.count == 0)
        return TEXT("layout: nothing in it");
    struct text table = table_records_explain(&csv->table_records, arena);
    return arena_format(arena, "charset: %.*s\nlayout: %.*s\n%.*s",
                        TEXT_ARGUMENT(input_charset_description(csv->input)),
                        TEXT_ARGUMENT(csv->table_records.table_layout.reason),
                        TEXT_ARGUMENT(table));
}

static void close_csv(void *state)
{
    struct csv *csv = state;
    input_close(csv->input);
    rows_close(csv->rows);
    table_records_free(&csv->table_records);
}

const struct connector csv_connector = {
    .name = "csv",
    .summary = "CSV, TSV and semicolon-separated tables; review exports and surveys",
    .options = options,
    .state_size = sizeof(struct csv),
    .recognize = recognize,
    .open = open_csv,
    .read = read_csv,
    .explain = explain,
    .close = close_csv,
};
