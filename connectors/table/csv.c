/* csv.c - the connector for delimited text: CSV, TSV, semicolons; review exports and surveys.
 * layout.h detects the layout, row_reader.h reads the rows, table_records.h turns them into
 * records.
 */
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "connectors/input/input.h"
#include "connectors/table/prose.h"
#include "connectors/table/table_records.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes from which layout and columns are found */
    KNOWN_TABLE_SCORE = 97,   /* of a known export */
    PROSE_SCORE = 10
};

struct csv {
    /* options, in addition to those of table_records */
    struct text charset, delimiter, header;
    int64_t max_cell_size, max_ratio;

    struct table_records table_records;
    struct input *input;
    struct row_reader *row_reader;
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
    ARCHIVE_MAX_RATIO_OPTION(struct csv, max_ratio),
    TABLE_RECORDS_OPTIONS(struct csv, table_records),
    {.name = NULL},
};

/* Whether more bytes are zero or control characters than in any text. */
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

/* Whether it is a format that could pass for a table of one column or with rare delimiters. */
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
    if (!table_layout_detect(&table_layout, (struct lookahead){head, whole}, &layout_options, arena,
                             &fault) ||
        table_layout.count == 0)
        return (struct recognition){whole ? 50 : 0, TEXT("blank lines only")};
    if (table_layout.count > MAX_TABLE_COLUMNS)
        return recognition;
    recognition = table_records_recognize(&table_layout, arena);
    const char *prose =
        recognition.score < KNOWN_TABLE_SCORE ? prose_recognize(head, &table_layout) : NULL;
    if (!prose)
        return recognition;
    return (struct recognition){
        PROSE_SCORE, arena_format(arena,
                                  "%s; if each line is a text, set `format = csv`, `delimiter = "
                                  "none` and `header = no`",
                                  prose)};
}

/* Gives a reject its bytes as they are in the file. In the few charsets for which input_offset
 * cannot say where they are, the converted text stays. */
static void use_raw_bytes(const struct csv *csv, struct located_row *located_row)
{
    struct text raw = input_consumed_bytes(csv->input, located_row->offset);
    if (raw.size > 0)
        located_row->raw = raw;
}

/* Reads the next row and its position. ROW_INCOMPLETE means that the file cannot be read any
 * further. The cells are valid until the next call. */
static enum row_status next_row(struct csv *csv, struct table_row *row,
                                struct located_row *located_row, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text text;
        bool is_readable = input_peek(csv->input, wanted, &text, error);
        struct lookahead ahead = {text, is_readable && text.size < wanted};
        enum row_status status =
            row_reader_next(csv->row_reader, ahead, csv->table_records.count, row);
        if (status == ROW_INCOMPLETE && is_readable) {
            wanted = text.size + text.size / 2 + 1;
            continue;
        }
        input_consume(csv->input, row->blank_size);
        located_row->line = input_line(csv->input);
        located_row->offset = input_offset(csv->input);
        located_row->cells = row->cells;
        located_row->count = row->count;
        located_row->raw = text_slice(text, row->blank_size, row->blank_size + row->size);
        input_consume(csv->input, row->size);
        return status;
    }
}

/* Skips the rows above the data. */
static bool skip_rows(struct csv *csv, size_t rows, struct error *error)
{
    while (rows > 0) {
        struct table_row row;
        struct located_row located_row = {0};
        enum row_status status = next_row(csv, &row, &located_row, error);
        if (status == ROW_END || status == ROW_INCOMPLETE)
            return status == ROW_END;
        rows -= status == ROW_FOUND;
    }
    return true;
}

static bool find_layout(struct csv *csv, struct lookahead head, struct error *error)
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
    return table_layout_detect(&table_records->table_layout, head, &layout_options,
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
    /* An error within the sample is reported again when reading reaches its position. */
    struct error sample_error = {0};
    bool is_readable = input_peek(csv->input, SAMPLE_SIZE, &head, &sample_error);
    if (!is_readable && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    bool whole = is_readable && head.size < SAMPLE_SIZE;
    if (is_binary(head))
        return error_set(error, ERROR_INPUT, "%s: not a text file", path);
    if (!find_layout(csv, (struct lookahead){text_slice(head, 0, SAMPLE_SIZE), whole}, error))
        return false;
    const struct table_layout *table_layout = &csv->table_records.table_layout;
    if (table_layout->count > MAX_TABLE_COLUMNS)
        return error_set(error, ERROR_INPUT, "%s: %zu columns; the maximum is %d", path,
                         table_layout->count, MAX_TABLE_COLUMNS);
    csv->row_reader = row_reader_open(table_layout->dialect, (size_t)csv->max_cell_size);
    return table_records_map_columns(&csv->table_records, path, error) &&
           skip_rows(csv, table_records_rows_to_skip(&csv->table_records), error);
}

static enum read_status read_csv(void *state, struct batch *batch, struct error *error)
{
    struct csv *csv = state;
    struct table_row row;
    struct located_row located_row;
    for (;;) {
        switch (next_row(csv, &row, &located_row, error)) {
        case ROW_FOUND:
            use_raw_bytes(csv, &located_row);
            if (table_records_add_row(&csv->table_records, &located_row, batch))
                return READ_OK;
            break;
        case ROW_BROKEN:
            table_records_release_rows(&csv->table_records, batch);
            use_raw_bytes(csv, &located_row);
            batch_reject_row(batch, located_row.line, located_row.offset, text_of(row.reason),
                             located_row.raw);
            return READ_OK;
        case ROW_END:
            return table_records_end_rows(&csv->table_records, batch) ? READ_OK : READ_END;
        case ROW_INCOMPLETE:
            table_records_end_rows(&csv->table_records, batch);
            return READ_FAILED;
        case ROW_BROKEN_REST:
            break; /* skipped */
        }
    }
}

static struct text explain(void *state, const struct column_facts *facts, struct arena *arena)
{
    struct csv *csv = state;
    if (csv->table_records.count == 0)
        return TEXT("layout: no rows");
    struct text table = table_records_explain(&csv->table_records, facts, arena);
    return arena_format(arena, "charset: %.*s\nlayout: %.*s\n%.*s",
                        TEXT_ARGUMENT(input_charset_description(csv->input)),
                        TEXT_ARGUMENT(csv->table_records.table_layout.reason),
                        TEXT_ARGUMENT(table));
}

static void close_csv(void *state)
{
    struct csv *csv = state;
    input_close(csv->input);
    row_reader_close(csv->row_reader);
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
