/* table_records.c - turns rows of cells into records. */
#include "connectors/table/table_records.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "connectors/columns/column_names.h"

enum { MAX_SHORT_NAME_SIZE = 32 }; /* a longer line above a single column may be a text itself */

static int score_layout(const struct table_layout *layout, const struct survey *survey,
                        const struct known_export *known_export)
{
    enum { SINGLE_COLUMN_SCORE = 35, MIN_LINES = 50 };
    if (survey->name || known_export)
        return 97;
    bool prose = layout->blank_lines * 4 > layout->samples.rows && !layout->has_known_names;
    if (layout->count > 1)
        return prose ? 20 : layout->score * 9 / 10;
    if (layout->has_known_names)
        return 60;
    /* Prose is not a list of texts. */
    if (layout->blank_lines * 20 > layout->samples.rows)
        return 10;
    bool has_short_name =
        layout->header_rows > 0 && text_trim(layout->header[0]).size <= MAX_SHORT_NAME_SIZE;
    return layout->samples.rows >= MIN_LINES || has_short_name ? SINGLE_COLUMN_SCORE : 15;
}

struct recognition table_records_recognize(const struct table_layout *layout, struct arena *arena)
{
    struct survey survey;
    survey_detect(&survey, layout, arena);
    const struct known_export *known_export = exports_find_by_header(survey.names, layout->count);
    const char *kind = survey.name ? survey.name : known_export ? known_export->name : "table";
    return (struct recognition){
        score_layout(layout, &survey, known_export),
        arena_format(arena, "%s: %.*s", kind, TEXT_ARGUMENT(layout->reason))};
}

/* Parses "+09:00", "-5" or "+0530", with the parser of dates. */
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

/* How the columns are chosen; *export_roles holds those of a known export. */
static bool make_mapping_options(const struct table_records *table_records,
                                 struct known_roles *export_roles, struct mapping_options *options,
                                 struct error *error)
{
    const struct survey *survey = &table_records->survey;
    *options = (struct mapping_options){.user_mapping = table_records->map,
                                        .allow_missing_text = true,
                                        .date_order = parse_date_order(table_records->date_order)};
    if (!parse_zone(table_records->time_zone, &options->date_zone_seconds))
        return error_set(error, ERROR_USAGE,
                         "zone = %.*s: expected hours and minutes east of UTC, such as +09:00",
                         TEXT_ARGUMENT(table_records->time_zone));
    if (table_records->time_zone.size == 0)
        options->date_zone_seconds = survey->zone_seconds;
    if (survey->name) {
        options->known_roles = &survey->known_roles;
    } else if (table_records->known_export) {
        *export_roles =
            export_find_roles(table_records->known_export, survey->names, table_records->count);
        options->known_roles = export_roles;
    }
    return true;
}

/* Assigns the roles. `samples`: the rows below all header rows. */
static bool find_mapping(struct table_records *table_records, const struct samples *samples,
                         const char *path, struct error *error)
{
    struct survey *survey = &table_records->survey;
    struct known_roles export_roles;
    struct mapping_options options;
    if (!make_mapping_options(table_records, &export_roles, &options, error))
        return false;
    options.path = path;
    if (!mapping_find(&table_records->mapping, samples, &options, &table_records->arena, error))
        return false;
    struct answers *answers = &table_records->answers;
    survey_find_answers(survey, samples, &table_records->mapping, answers, &table_records->arena);
    if (table_records->mapping.columns[ROLE_TEXT] != SIZE_MAX || answers->count > 0 ||
        table_records->allow_missing_text)
        return true;
    options.known_roles = NULL;
    options.allow_missing_text = false;
    return mapping_find(&table_records->mapping, samples, &options, &table_records->arena, error);
}

bool table_records_map_columns(struct table_records *table_records, const char *path,
                               struct error *error)
{
    const struct table_layout *layout = &table_records->table_layout;
    struct survey *survey = &table_records->survey;
    table_records->count = layout->count;
    if (layout->count == 0)
        return true; /* only blank lines */
    survey_detect(survey, layout, &table_records->arena);
    for (size_t i = 0; i < layout->count; i++)
        if (text_trim(survey->names[i]).size == 0)
            survey->names[i] = arena_format(&table_records->arena, "column_%zu", i + 1);
    make_names_unique(survey->names, layout->count, &table_records->arena);
    table_records->known_export = exports_find_by_header(survey->names, layout->count);
    struct samples samples = survey_data_rows(survey, layout);
    return find_mapping(table_records, &samples, path, error);
}

size_t table_records_rows_to_skip(const struct table_records *table_records)
{
    return table_records->table_layout.preamble + table_records->survey.header_rows;
}

/* Copies the cells into the batch's arena, as many as there are columns; missing cells are empty.
 */
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

/* Surplus cells must be blank. */
static bool row_fits_columns(const struct table_records *table_records,
                             const struct located_row *row)
{
    for (size_t i = table_records->count; i < row->count; i++)
        if (text_trim(row->cells[i]).size > 0)
            return false;
    return true;
}

void table_records_add_row(struct table_records *table_records, const struct located_row *row,
                           struct batch *batch)
{
    if (!row_fits_columns(table_records, row)) {
        struct text reason = arena_format(&batch->arena, "expected %zu cells, found %zu",
                                          table_records->count, row->count);
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
    struct named_cells named_cells = {
        .names = table_records->survey.names, .cells = cells, .count = table_records->count};
    mapping_fill_record(&table_records->mapping, &named_cells, &batch->arena, &record);
    const struct known_export *known_export = table_records->known_export;
    if (known_export && known_export->is_company_record &&
        known_export->is_company_record(&record)) {
        batch->skipped++;
        return;
    }
    if (known_export && known_export->complete_record)
        known_export->complete_record(&record, &batch->arena);
    answers_add_records(&table_records->answers, batch, &record, cells);
}

struct text table_records_explain(const struct table_records *table_records, struct arena *arena)
{
    const struct survey *survey = &table_records->survey;
    struct text lines = {"", 0};
    if (survey->name || table_records->known_export)
        lines = arena_format(arena, "recognized: %s\n",
                             survey->name ? survey->name : table_records->known_export->name);
    struct text roles =
        mapping_explain(&table_records->mapping, survey->names, table_records->count, arena);
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines),
                        TEXT_ARGUMENT(answers_explain(&table_records->answers, roles, arena)));
}

void table_records_free(struct table_records *table_records)
{
    arena_free(&table_records->arena);
}
