/* table_records.c - from rows of cells to records. */
#include "connectors/table/table_records.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "connectors/columns/column_names.h"

enum {
    MIN_QUESTION_SIZE = 16,
    MAX_SHORT_NAME_SIZE = 32 /* of a column, to stand in an id */
};

/* How much it looks like a table of feedback. */
static int score_layout(const struct table_layout *table_layout, const struct survey *survey,
                        const struct vendor *vendor)
{
    enum { SINGLE_COLUMN_SCORE = 35, MIN_LINES = 50 };
    if (survey->name || vendor)
        return 97;
    bool prose = table_layout->blank_lines * 4 > table_layout->samples.rows &&
                 !table_layout->has_known_names;
    if (table_layout->count > 1)
        return prose ? 20 : table_layout->score * 9 / 10;
    if (table_layout->has_known_names)
        return 60;
    /* Prose must not pass for a list of texts. */
    if (table_layout->blank_lines * 20 > table_layout->samples.rows)
        return 10;
    bool has_short_name = table_layout->header_rows > 0 &&
                          text_trim(table_layout->header[0]).size <= MAX_SHORT_NAME_SIZE;
    return table_layout->samples.rows >= MIN_LINES || has_short_name ? SINGLE_COLUMN_SCORE : 15;
}

struct recognition table_records_recognize(const struct table_layout *table_layout,
                                           struct arena *arena)
{
    struct survey survey;
    survey_detect(&survey, table_layout, arena);
    const struct vendor *vendor = vendor_find_by_header(survey.names, table_layout->count);
    struct text what = survey.name ? text_of(survey.name)
                       : vendor    ? vendor_name(vendor)
                                   : TEXT("table");
    return (struct recognition){score_layout(table_layout, &survey, vendor),
                                arena_format(arena, "%.*s: %.*s", TEXT_ARGUMENT(what),
                                             TEXT_ARGUMENT(table_layout->reason))};
}

/* "+09:00", "-5", "+0530" */
static bool parse_zone(struct text time_zone, int *seconds)
{
    int64_t local_midnight;
    char date[64];
    *seconds = 0;
    if (time_zone.size == 0)
        return true;
    snprintf(date, sizeof(date), "1970-01-02 00:00 %.*s",
             TEXT_ARGUMENT(text_slice(time_zone, 0, 20)));
    if ((time_zone.bytes[0] != '+' && time_zone.bytes[0] != '-') ||
        !date_parse(text_of(date), DATE_ORDER_YMD, 0, &local_midnight))
        return false;
    *seconds = (int)(86400 - local_midnight);
    return true;
}

static enum date_order parse_date_order(struct text date_order)
{
    return text_equal(date_order, TEXT("dmy"))   ? DATE_ORDER_DMY
           : text_equal(date_order, TEXT("mdy")) ? DATE_ORDER_MDY
           : text_equal(date_order, TEXT("ymd")) ? DATE_ORDER_YMD
                                                 : DATE_ORDER_UNKNOWN;
}

/* Adds "role=column" settings that the user did not give. */
static struct text merge_mappings(struct text known, struct text given, struct arena *arena)
{
    if (known.size == 0)
        return given;
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(known), given.size ? "," : "",
                        TEXT_ARGUMENT(given));
}

/* Gives the columns their roles. `samples`: the data rows behind all header rows. */
static bool find_mapping(struct table_records *table_records, struct samples samples,
                         const char *path, struct error *error)
{
    struct text known_mapping = table_records->map;
    if (table_records->survey.name)
        known_mapping =
            merge_mappings(table_records->survey.mapping, known_mapping, &table_records->arena);
    else if (table_records->vendor)
        known_mapping = vendor_mapping(table_records->vendor, table_records->survey.names,
                                       table_records->count, known_mapping, &table_records->arena);
    table_records->mapping.date_order = parse_date_order(table_records->date_order);
    if (!parse_zone(table_records->time_zone, &table_records->mapping.date_zone_seconds))
        return error_set(error, ERROR_USAGE,
                         "zone = %.*s: expected hours and minutes east of UTC, "
                         "as +09:00",
                         TEXT_ARGUMENT(table_records->time_zone));
    if (table_records->time_zone.size == 0)
        table_records->mapping.date_zone_seconds = table_records->survey.zone_seconds;
    struct mapping strict_mapping = table_records->mapping;
    if (!mapping_find_with_optional_text(&table_records->mapping, true, table_records->survey.names,
                                         table_records->count, samples.cells, samples.rows,
                                         known_mapping, path, &table_records->arena, error))
        return false;
    survey_select_answers(&table_records->survey, &table_records->table_layout, samples,
                          &table_records->mapping, &table_records->arena);
    size_t text = table_records->mapping.columns[ROLE_TEXT];
    if (text != SIZE_MAX && table_records->survey.questions[text].size >= MIN_QUESTION_SIZE &&
        column_name_is_question(table_records->survey.questions[text]))
        table_records->text_question = table_records->survey.questions[text];
    if (text != SIZE_MAX || table_records->survey.answer_count > 0 ||
        table_records->allow_missing_text)
        return true;
    if (!mapping_find(&strict_mapping, table_records->survey.names, table_records->count,
                      samples.cells, samples.rows, table_records->map, path, &table_records->arena,
                      error))
        return false;
    table_records->mapping = strict_mapping;
    return true;
}

bool table_records_map_columns(struct table_records *table_records, const char *path,
                               struct error *error)
{
    const struct table_layout *table_layout = &table_records->table_layout;
    table_records->count = table_layout->count;
    if (table_layout->count == 0)
        return true; /* nothing but blank lines */
    survey_detect(&table_records->survey, table_layout, &table_records->arena);
    for (size_t i = 0; i < table_layout->count; i++)
        if (text_trim(table_records->survey.names[i]).size == 0)
            table_records->survey.names[i] =
                arena_format(&table_records->arena, "column_%zu", i + 1);
    make_names_unique(table_records->survey.names, table_layout->count, &table_records->arena);
    table_records->vendor = vendor_find_by_header(table_records->survey.names, table_layout->count);
    struct samples samples = table_layout->samples;
    size_t extra_header_rows = table_records->survey.header_rows - table_layout->header_rows;
    samples.cells += extra_header_rows * table_layout->count;
    samples.rows -= extra_header_rows;
    return find_mapping(table_records, samples, path, error);
}

size_t table_records_rows_to_skip(const struct table_records *table_records)
{
    return table_records->table_layout.preamble + table_records->survey.header_rows;
}

/* The cells in the batch's arena, as many as there are columns: missing ones are empty. */
static const struct text *copy_cells(const struct table_records *table_records,
                                     const struct located_row *row, struct arena *arena)
{
    struct text *cells = arena_alloc(arena, table_records->count, sizeof(*cells));
    size_t count = row->count < table_records->count ? row->count : table_records->count, size = 0;
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

/* More cells than columns: fine as long as nothing stands in them. */
static bool row_fits_columns(const struct table_records *table_records,
                             const struct located_row *row)
{
    for (size_t i = table_records->count; i < row->count; i++)
        if (text_trim(row->cells[i]).size > 0)
            return false;
    return true;
}

/* One record an answer: the id gets the question's name behind it when there are several. */
static void add_answers(struct table_records *table_records, struct batch *batch,
                        const struct record *respondent, const struct text *cells)
{
    const struct survey *survey = &table_records->survey;
    size_t added = 0;
    for (size_t i = 0; i < survey->answer_count; i++) {
        size_t column = survey->answer_columns[i];
        if (text_trim(cells[column]).size == 0 && (added > 0 || i + 1 < survey->answer_count))
            continue; /* but a respondent without any answer is one empty record */
        struct record *record = batch_add_record(batch);
        *record = *respondent;
        record->title = (struct text){0};
        record->body = cells[column];
        record->question = survey->questions[column];
        added++;
        if (survey->answer_count == 1 || record->external_id.size == 0 || record->body.size == 0)
            continue;
        struct text name = survey->names[column];
        char digits[17];
        hash_format(hash_text(name), digits);
        if (name.size > MAX_SHORT_NAME_SIZE)
            name = (struct text){digits, 8};
        record->external_id = arena_format(&batch->arena, "%.*s:%.*s",
                                           TEXT_ARGUMENT(record->external_id), TEXT_ARGUMENT(name));
    }
}

void table_records_add_row(struct table_records *table_records, const struct located_row *row,
                           struct batch *batch)
{
    struct text reason = {0};
    if (!row_fits_columns(table_records, row)) {
        reason = arena_format(&batch->arena, "expected %zu cells, found %zu", table_records->count,
                              row->count);
        batch_reject_row(batch, row->line, row->offset, reason, row->raw);
        return;
    }
    const struct text *cells = copy_cells(table_records, row, &batch->arena);
    if (survey_is_test_response(&table_records->survey, cells, table_records->count)) {
        batch->skipped++;
        return;
    }
    struct record record = {.line = row->line,
                            .byte_offset = row->offset,
                            .created_at = TIME_UNKNOWN,
                            .rating = NAN,
                            .rating_scale = NAN};
    if (!mapping_fill_record(&table_records->mapping, table_records->survey.names, cells,
                             table_records->count, &batch->arena, &record, &reason)) {
        batch_reject_row(batch, row->line, row->offset, reason, row->raw);
        return;
    }
    if (table_records->vendor && vendor_is_company_record(table_records->vendor, &record)) {
        batch->skipped++;
        return;
    }
    if (table_records->vendor)
        vendor_complete_record(table_records->vendor, &record, &batch->arena);
    if (table_records->survey.answer_count > 0) {
        add_answers(table_records, batch, &record, cells);
        return;
    }
    record.question = table_records->text_question;
    *batch_add_record(batch) = record;
}

struct text table_records_explain(const struct table_records *table_records, struct arena *arena)
{
    const struct survey *survey = &table_records->survey;
    struct text lines = {"", 0};
    if (survey->name || table_records->vendor)
        lines =
            arena_format(arena, "recognised: %s\n",
                         survey->name ? survey->name : vendor_name(table_records->vendor).bytes);
    for (size_t i = 0; i < survey->answer_count; i++)
        lines = arena_format(arena, "%.*sanswers: column '%.*s'\n", TEXT_ARGUMENT(lines),
                             TEXT_ARGUMENT(text_trim(survey->names[survey->answer_columns[i]])));
    struct text roles =
        mapping_explain(&table_records->mapping, survey->names, table_records->count, arena);
    struct text text;
    if (survey->answer_count > 0)
        text_split(&roles, '\n', &text); /* the answers are the text */
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(roles));
}

void table_records_free(struct table_records *table_records)
{
    arena_free(&table_records->arena);
}
