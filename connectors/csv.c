/* csv.c - the connector for tables: CSV, TSV, semicolons; review exports and surveys. rows.h reads
 * the rows, layout.h says how they are laid out, mapping.h and surveys.h what they mean. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "connectors/column_names.h"
#include "connectors/connectors.h"
#include "connectors/input.h"
#include "connectors/layout.h"
#include "connectors/mapping.h"
#include "connectors/surveys.h"
#include "connectors/vendors.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes looked at before the first row is read */
    SHORTEST_QUESTION = 16,
    SHORT_NAME = 32 /* of a column, to stand in an id */
};

struct csv {
    /* options */
    struct text charset, delimiter, map, header, dates, zone;
    int64_t longest_cell, max_ratio;
    bool without_text;

    struct input *input;
    struct rows *rows;
    struct arena arena; /* names, reasons */
    struct layout layout;
    struct survey survey;
    const struct vendor *vendor;
    struct mapping mapping;
    size_t count;              /* columns */
    size_t previews;           /* rows left out as tests of the survey's author */
    struct text text_question; /* what the one text column asks; empty: nothing */
};

static const struct option options[] = {
    {.name = "map",
     .type = OPTION_TEXT,
     .offset = offsetof(struct csv, map),
     .fallback = "",
     .help = "which column is what: text=Comment,date=When (id, rating, title, author, lang)"},
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
    {.name = "dates",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct csv, dates),
     .fallback = "find",
     .choices = "find|dmy|mdy|ymd",
     .help = "order of day, month and year"},
    {.name = "zone",
     .type = OPTION_TEXT,
     .offset = offsetof(struct csv, zone),
     .fallback = "",
     .help = "of dates without a zone, as +09:00; empty: UTC"},
    {.name = "longest_cell",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct csv, longest_cell),
     .fallback = "1048576",
     .least = 1024,
     .most = 268435456,
     .help = "bytes; a longer cell makes its row a reject"},
    MAPPING_WITHOUT_TEXT(struct csv, without_text),
    INPUT_MAX_RATIO(struct csv, max_ratio),
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

static int score_layout(const struct layout *layout, const struct survey *survey,
                        const struct vendor *vendor)
{
    enum { A_LINE_A_TEXT = 35, LEAST_LINES = 50 };
    if (survey->name || vendor)
        return 97;
    bool prose = layout->blank_lines * 4 > layout->samples.rows && !layout->known_names;
    if (layout->count > 1)
        return prose ? 20 : layout->score * 9 / 10;
    if (layout->known_names)
        return 60;
    /* Prose must not pass for a list of texts. */
    if (layout->blank_lines * 20 > layout->samples.rows)
        return 10;
    bool named = layout->header_rows > 0 && text_trim(layout->header[0]).size <= SHORT_NAME;
    return layout->samples.rows >= LEAST_LINES || named ? A_LINE_A_TEXT : 15;
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
    struct survey survey;
    survey_find(&survey, &layout, arena);
    const struct vendor *vendor = vendor_of_header(survey.names, layout.count);
    recognition.score = score_layout(&layout, &survey, vendor);
    struct text what = survey.name ? text_of(survey.name)
                       : vendor    ? vendor_name(vendor)
                                   : TEXT("table");
    recognition.reason =
        arena_format(arena, "%.*s: %.*s", TEXT_ARGUMENT(what), TEXT_ARGUMENT(layout.reason));
    return recognition;
}

/* "+09:00", "-5", "+0530" */
static bool parse_zone(struct text zone, int *seconds)
{
    int64_t moment;
    char date[64];
    *seconds = 0;
    if (zone.size == 0)
        return true;
    snprintf(date, sizeof(date), "1970-01-02 00:00 %.*s", TEXT_ARGUMENT(text_slice(zone, 0, 20)));
    if ((zone.bytes[0] != '+' && zone.bytes[0] != '-') ||
        !date_parse(text_of(date), DATE_ORDER_YMD, 0, &moment))
        return false;
    *seconds = (int)(86400 - moment);
    return true;
}

static enum date_order parse_order(struct text dates)
{
    return text_equal(dates, TEXT("dmy"))   ? DATE_ORDER_DMY
           : text_equal(dates, TEXT("mdy")) ? DATE_ORDER_MDY
           : text_equal(dates, TEXT("ymd")) ? DATE_ORDER_YMD
                                            : DATE_ORDER_UNKNOWN;
}

/* Adds "role=column" settings that the user did not give. */
static struct text merge_maps(struct text known, struct text given, struct arena *arena)
{
    if (known.size == 0)
        return given;
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(known), given.size ? "," : "",
                        TEXT_ARGUMENT(given));
}

/* Gives the columns their roles. `samples`: the data rows behind all header rows. */
static bool find_mapping(struct csv *csv, struct samples samples, const char *path,
                         struct error *error)
{
    struct text wanted = csv->map;
    if (csv->survey.name)
        wanted = merge_maps(csv->survey.mapping, wanted, &csv->arena);
    else if (csv->vendor)
        wanted = vendor_mapping(csv->vendor, csv->survey.names, csv->count, wanted, &csv->arena);
    csv->mapping.date_order = parse_order(csv->dates);
    if (!parse_zone(csv->zone, &csv->mapping.date_zone_seconds))
        return error_set(error, ERROR_USAGE,
                         "zone = %.*s: expected hours and minutes east of UTC, "
                         "as +09:00",
                         TEXT_ARGUMENT(csv->zone));
    if (csv->zone.size == 0)
        csv->mapping.date_zone_seconds = csv->survey.zone_seconds;
    struct mapping strict = csv->mapping;
    if (!mapping_find_leniently(&csv->mapping, true, csv->survey.names, csv->count, samples.cells,
                                samples.rows, wanted, path, &csv->arena, error))
        return false;
    survey_find_answers(&csv->survey, &csv->layout, samples, &csv->mapping, &csv->arena);
    size_t text = csv->mapping.columns[ROLE_TEXT];
    if (text != SIZE_MAX && csv->survey.questions[text].size >= SHORTEST_QUESTION &&
        column_name_asks(csv->survey.questions[text]))
        csv->text_question = csv->survey.questions[text];
    if (text != SIZE_MAX || csv->survey.answer_count > 0 || csv->without_text)
        return true;
    if (!mapping_find(&strict, csv->survey.names, csv->count, samples.cells, samples.rows, csv->map,
                      path, &csv->arena, error))
        return false;
    csv->mapping = strict;
    return true;
}

/* A row with its place in the file. */
struct placed_row {
    struct table_row row;
    struct text raw; /* its bytes, in UTF-8 */
    uint64_t line, offset;
};

/* The next row; `failed` when the file cannot be read on. What is lent is good until the next
 * call. */
static enum row_kind next_row(struct csv *csv, struct placed_row *placed, bool *failed,
                              struct error *error)
{
    size_t wanted = 1;
    struct table_row *row = &placed->row;
    *failed = false;
    for (;;) {
        struct text ahead;
        bool good = input_peek(csv->input, wanted, &ahead, error);
        enum row_kind kind =
            rows_next(csv->rows, ahead, good && ahead.size < wanted, csv->count, row);
        if (kind == ROW_MORE && good) {
            wanted = ahead.size + ahead.size / 2 + 1;
            continue;
        }
        *failed = kind == ROW_MORE;
        input_consume(csv->input, row->blank);
        placed->line = input_line(csv->input);
        placed->offset = input_offset(csv->input);
        placed->raw = text_slice(ahead, row->blank, row->blank + row->size);
        input_consume(csv->input, row->size);
        return *failed ? ROW_NONE : kind;
    }
}

/* Passes the lines above the header and the header itself by. */
static bool skip_header(struct csv *csv, size_t rows, struct error *error)
{
    while (rows > 0) {
        struct placed_row placed;
        bool failed;
        enum row_kind kind = next_row(csv, &placed, &failed, error);
        if (kind == ROW_NONE)
            return !failed;
        rows -= kind == ROW_CELLS;
    }
    return true;
}

static bool open_csv(void *state, const char *path, struct error *error)
{
    struct csv *csv = state;
    struct text head, fault = {0};
    struct layout_wishes wishes = {
        .delimiter = csv->delimiter,
        .header = text_equal(csv->header, TEXT("yes"))  ? HEADER_YES
                  : text_equal(csv->header, TEXT("no")) ? HEADER_NO
                                                        : HEADER_FIND,
        .longest_cell = (size_t)csv->longest_cell,
    };
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
    if (!layout_find(&csv->layout, text_slice(head, 0, SAMPLE_SIZE), whole, &wishes, &csv->arena,
                     &fault))
        return error_set(error, ERROR_USAGE, "delimiter = %.*s: %.*s",
                         TEXT_ARGUMENT(csv->delimiter), TEXT_ARGUMENT(fault));
    csv->count = csv->layout.count;
    if (csv->count > LAYOUT_WIDEST)
        return error_set(error, ERROR_INPUT, "%s: %zu columns; at most %d make sense", path,
                         csv->count, LAYOUT_WIDEST);
    csv->rows = rows_open(csv->layout.dialect, wishes.longest_cell);
    if (csv->count == 0)
        return true; /* nothing but blank lines */
    survey_find(&csv->survey, &csv->layout, &csv->arena);
    layout_unique_names(csv->survey.names, csv->count, &csv->arena);
    csv->vendor = vendor_of_header(csv->survey.names, csv->count);
    struct samples samples = csv->layout.samples;
    size_t more = csv->survey.header_rows - csv->layout.header_rows;
    samples.cells += more * csv->count;
    samples.rows -= more;
    return find_mapping(csv, samples, path, error) &&
           skip_header(csv, csv->layout.preamble + csv->survey.header_rows, error);
}

/* The cells in the batch's arena, as many as there are columns: missing ones are empty. */
static const struct text *keep_cells(const struct csv *csv, const struct table_row *row,
                                     struct arena *arena)
{
    struct text *cells = arena_alloc(arena, csv->count, sizeof(*cells));
    size_t count = row->count < csv->count ? row->count : csv->count, size = 0;
    for (size_t i = 0; i < count; i++)
        size += row->cells[i].size;
    char *bytes = arena_alloc(arena, size + 1, 1);
    for (size_t i = 0; i < count; i++) {
        if (row->cells[i].size > 0)
            memcpy(bytes, row->cells[i].bytes, row->cells[i].size);
        cells[i] = (struct text){bytes, row->cells[i].size};
        bytes += row->cells[i].size;
    }
    return cells;
}

static void reject(struct batch *batch, const struct placed_row *placed, struct text reason)
{
    batch_reject_row(batch, placed->line, placed->offset, reason, placed->raw);
}

/* More cells than columns: fine as long as nothing stands in them. */
static bool fits(const struct csv *csv, const struct table_row *row)
{
    for (size_t i = csv->count; i < row->count; i++)
        if (text_trim(row->cells[i]).size > 0)
            return false;
    return true;
}

/* One record an answer: the id gets the question's name behind it when there are several. */
static void add_answers(struct csv *csv, struct batch *batch, const struct record *respondent,
                        const struct text *cells)
{
    const struct survey *survey = &csv->survey;
    size_t added = 0;
    for (size_t i = 0; i < survey->answer_count; i++) {
        size_t column = survey->answers[i];
        if (text_trim(cells[column]).size == 0 && (added > 0 || i + 1 < survey->answer_count))
            continue; /* but a respondent without any answer is one empty record */
        struct record *record = batch_add(batch);
        *record = *respondent;
        record->title = (struct text){0};
        record->body = cells[column];
        record->question = survey->questions[column];
        added++;
        if (survey->answer_count == 1 || record->external_id.size == 0 || record->body.size == 0)
            continue;
        struct text name = survey->names[column];
        char digits[17];
        hash_print(hash_text(name), digits);
        if (name.size > SHORT_NAME)
            name = (struct text){digits, 8};
        record->external_id = arena_format(&batch->arena, "%.*s:%.*s",
                                           TEXT_ARGUMENT(record->external_id), TEXT_ARGUMENT(name));
    }
}

static bool add_row(struct csv *csv, const struct placed_row *placed, struct batch *batch)
{
    struct text reason = {0};
    const struct text *cells = keep_cells(csv, &placed->row, &batch->arena);
    if (survey_is_preview(&csv->survey, cells, csv->count)) {
        csv->previews++;
        return false;
    }
    struct record record = {.line = placed->line,
                            .byte_offset = placed->offset,
                            .created_at = TIME_UNKNOWN,
                            .rating = NAN,
                            .rating_scale = NAN};
    if (!mapping_apply(&csv->mapping, csv->survey.names, cells, csv->count, &batch->arena, &record,
                       &reason)) {
        reject(batch, placed, reason);
        return true;
    }
    if (csv->vendor)
        vendor_finish(csv->vendor, &record, &batch->arena);
    if (csv->survey.answer_count > 0) {
        add_answers(csv, batch, &record, cells);
        return true;
    }
    record.question = csv->text_question;
    *batch_add(batch) = record;
    return true;
}

static enum reading read_csv(void *state, struct batch *batch, struct error *error)
{
    struct csv *csv = state;
    struct placed_row placed;
    bool failed;
    for (;;) {
        switch (next_row(csv, &placed, &failed, error)) {
        case ROW_CELLS:
            if (!fits(csv, &placed.row)) {
                reject(batch, &placed,
                       arena_format(&batch->arena, "expected %zu cells, found %zu", csv->count,
                                    placed.row.count));
                return READING_MORE;
            }
            if (add_row(csv, &placed, batch))
                return READING_MORE;
            break;
        case ROW_BROKEN:
            reject(batch, &placed, text_of(placed.row.reason));
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
    const struct survey *survey = &csv->survey;
    if (csv->count == 0)
        return TEXT("layout: nothing in it");
    struct text lines =
        arena_format(arena, "charset: %.*s\nlayout: %.*s", TEXT_ARGUMENT(input_charset(csv->input)),
                     TEXT_ARGUMENT(csv->layout.reason));
    if (survey->name || csv->vendor)
        lines = arena_format(arena, "%.*s\nrecognised: %s", TEXT_ARGUMENT(lines),
                             survey->name ? survey->name : vendor_name(csv->vendor).bytes);
    for (size_t i = 0; i < survey->answer_count; i++)
        lines = arena_format(arena, "%.*s\nanswers: column '%.*s'", TEXT_ARGUMENT(lines),
                             TEXT_ARGUMENT(text_trim(survey->names[survey->answers[i]])));
    struct text roles = mapping_explain(&csv->mapping, survey->names, csv->count, arena), text;
    if (survey->answer_count > 0)
        text_split(&roles, '\n', &text); /* the answers are the text */
    return arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(roles));
}

static void close_csv(void *state)
{
    struct csv *csv = state;
    input_close(csv->input);
    rows_close(csv->rows);
    arena_free(&csv->arena);
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
