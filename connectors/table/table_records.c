/* table_records.c - turns rows of cells into records. */
#include "connectors/table/table_records.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/mojibake.h"
#include "base/spreadsheet.h"
#include "connectors/columns/column_names.h"

enum { MAX_SHORT_NAME_SIZE = 32 }; /* a longer line above a single column may be a text itself */

static int score_layout(const struct table_layout *layout, const struct survey *survey,
                        const struct known_export *known_export)
{
    enum { SINGLE_COLUMN_SCORE = 35, MIN_LINES = 50 };
    if (survey->name || known_export)
        return 97;
    bool prose = layout->blank_lines * 2 > layout->samples.rows && !layout->has_known_names;
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

/* How the columns are chosen; *export_roles holds those of a known export. */
static bool make_mapping_options(const struct table_records *table_records,
                                 struct known_roles *export_roles, struct mapping_options *options,
                                 struct error *error)
{
    const struct survey *survey = &table_records->survey;
    *options =
        (struct mapping_options){.user_mapping = table_records->map, .allow_missing_text = true};
    if (!reading_options_apply(&table_records->reading_options, options, error))
        return false;
    if (table_records->reading_options.time_zone.size == 0)
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

static bool is_blank_row(const struct text *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cells[i].size > 0 && (cells[i].bytes[0] > ' ' || text_trim(cells[i]).size > 0))
            return false;
    return true;
}

static void prepare_footers(struct table_records *table_records)
{
    const size_t *columns = table_records->mapping.columns;
    struct footer_columns footer_columns = {columns[ROLE_TEXT], columns[ROLE_ID],
                                            columns[ROLE_DATE], &table_records->answers};
    table_records->footers = footers_prepare(footer_columns, &table_records->arena);
}

/* Removes blank rows and rows that can be footers from the samples, since a total would change the
 * best possible rating. False if there are none. */
static bool drop_footers(struct table_records *table_records, struct samples *samples)
{
    size_t kept = 0, width = samples->count;
    struct text *cells =
        arena_alloc(&table_records->arena, samples->rows * width + 1, sizeof(*cells));
    for (size_t row = 0; row < samples->rows; row++) {
        const struct text *from = samples->cells + row * width;
        if (width > 1 &&
            (is_blank_row(from, width) || footers_include(table_records->footers, from, width)))
            continue;
        memcpy(cells + kept++ * width, from, width * sizeof(*cells));
    }
    bool has_dropped = kept < samples->rows;
    samples->cells = cells;
    samples->rows = kept;
    return has_dropped;
}

/* Decides from the samples whether letters of the file are mojibake, and repairs the header and
 * the samples in *layout. */
static void repair_layout(struct table_records *table_records, struct table_layout *layout)
{
    struct mojibake_counts counts = {0};
    struct arena *arena = &table_records->arena;
    struct samples *samples = &layout->samples;
    size_t count = samples->rows * layout->count;
    for (size_t i = 0; i < layout->count; i++)
        mojibake_count(&counts, layout->header[i]);
    for (size_t i = 0; i < count; i++)
        mojibake_count(&counts, samples->cells[i]);
    table_records->mojibake = mojibake_decide(&counts);
    if (table_records->mojibake == MOJIBAKE_NONE)
        return;
    struct text *header = arena_alloc(arena, layout->count, sizeof(*header));
    struct text *cells = arena_alloc(arena, count + 1, sizeof(*cells));
    for (size_t i = 0; i < layout->count; i++)
        header[i] = mojibake_repair(table_records->mojibake, layout->header[i], arena);
    for (size_t i = 0; i < count; i++)
        cells[i] = mojibake_repair(table_records->mojibake, samples->cells[i], arena);
    layout->header = header;
    samples->names = header;
    samples->cells = cells;
}

/* Makes the names distinct: the second "Score" becomes "Score_2". */
static void make_names_unique(struct text *names, size_t count, struct arena *arena)
{
    struct hash_table taken = {0};
    for (size_t i = 0; i < count; i++) {
        struct text name = names[i];
        /* Beyond 20 equal names, steps by the column's number keep the search short. */
        for (size_t copy = 2; hash_table_find(&taken, hash_text(names[i]));
             copy += copy < 20 ? 1 : i)
            names[i] = arena_format(arena, "%.*s_%zu", TEXT_ARGUMENT(name), copy);
        hash_table_get_or_insert(&taken, hash_text(names[i]), i, NULL);
    }
    hash_table_free(&taken);
}

bool table_records_map_columns(struct table_records *table_records, const char *path,
                               struct error *error)
{
    /* A copy: rows that repeat the header are compared with its bytes in the file. */
    struct table_layout repaired = table_records->table_layout;
    const struct table_layout *layout = &repaired;
    struct survey *survey = &table_records->survey;
    table_records->count = layout->count;
    if (layout->count == 0)
        return true; /* only blank lines */
    if (layout->header_rows > 0)
        column_order_init(&table_records->order, table_records->table_layout.header, layout->count,
                          &table_records->arena);
    repair_layout(table_records, &repaired);
    survey_detect(survey, layout, &table_records->arena);
    for (size_t i = 0; i < layout->count; i++)
        if (text_trim(survey->names[i]).size == 0)
            survey->names[i] = arena_format(&table_records->arena, "column_%zu", i + 1);
    make_names_unique(survey->names, layout->count, &table_records->arena);
    table_records->known_export = exports_find_by_header(survey->names, layout->count);
    struct samples samples = survey_data_rows(survey, layout);
    if (!find_mapping(table_records, &samples, path, error))
        return false;
    prepare_footers(table_records);
    if (!drop_footers(table_records, &samples))
        return true;
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
        if (spreadsheet_may_be_protected(cells[i]))
            cells[i] = spreadsheet_restore(cells[i], bytes);
        if (table_records->mojibake)
            cells[i] = mojibake_repair(table_records->mojibake, cells[i], arena);
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

/* Whether the texts differ, from their first bytes alone. */
static bool begins_otherwise(struct text cell, struct text name)
{
    return cell.size > 0 && name.size > 0 && cell.bytes[0] > ' ' && name.bytes[0] > ' ' &&
           ((cell.bytes[0] ^ name.bytes[0]) & ~32) != 0;
}

static bool equal_cells(const struct text *names, size_t count, const struct located_row *row)
{
    bool is_filled = false; /* a blank row repeats nothing, even below blank names */
    if (row->count > 0 && begins_otherwise(row->cells[0], names[0]))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct text cell = i < row->count ? text_trim(row->cells[i]) : (struct text){0};
        if (!text_equal_ignore_case(cell, text_trim(names[i])))
            return false;
        is_filled |= cell.size > 0;
    }
    return is_filled;
}

/* Whether the row repeats one of the header rows, as where files were joined. In a table of one
 * column only a known name is certain to be no text. */
static bool repeats_header(const struct table_records *table_records, const struct located_row *row)
{
    const struct table_layout *layout = &table_records->table_layout;
    if (layout->header_rows == 0 || row->count == 0 ||
        (layout->count == 1 && !layout->has_known_names))
        return false;
    if (equal_cells(layout->header, layout->count, row))
        return true;
    size_t extra_rows = table_records->survey.header_rows - layout->header_rows;
    if (!table_records->is_after_header)
        return false;
    for (size_t i = 0; i < extra_rows; i++)
        if (equal_cells(layout->samples.cells + i * layout->count, layout->count, row))
            return true;
    return false;
}

/* Adds the record of a row, or one for each answer; or counts it as skipped. */
static void add_record(struct table_records *table_records, const struct held_row *row,
                       struct batch *batch)
{
    const struct text *cells = row->cells;
    if (survey_is_test_response(&table_records->survey, cells, table_records->count) ||
        mapping_is_company_row(&table_records->mapping, cells, table_records->count)) {
        batch->skipped++;
        return;
    }
    struct record *record = batch_add_record(batch);
    record->line = row->line;
    record->byte_offset = row->offset;
    struct named_cells named_cells = {
        .names = table_records->survey.names, .cells = cells, .count = table_records->count};
    mapping_fill_record(&table_records->mapping, &named_cells, &batch->arena, record);
    const struct known_export *known_export = table_records->known_export;
    if (known_export && known_export->is_company_record &&
        known_export->is_company_record(record)) {
        batch->count--;
        batch->skipped++;
        return;
    }
    if (known_export && known_export->complete_record)
        known_export->complete_record(record, &batch->arena);
    answers_split_record(&table_records->answers, batch, cells);
}

void table_records_release_rows(struct table_records *table_records, struct batch *batch)
{
    for (size_t i = 0; i < table_records->held_count; i++)
        add_record(table_records, &table_records->held_rows[i], batch);
    table_records->held_count = 0;
}

bool table_records_end_rows(struct table_records *table_records, struct batch *batch)
{
    size_t count = table_records->held_count, blank = 0;
    for (size_t i = 0; i < count; i++)
        blank += is_blank_row(table_records->held_rows[i].cells, table_records->count);
    if (blank == count) { /* no footers */
        table_records_release_rows(table_records, batch);
        return count > 0;
    }
    batch->skipped += count;
    table_records->held_count = 0;
    return true;
}

/* Whether the row is held: it can be a footer, or is blank as rows around footers are. */
static bool hold_row(struct table_records *table_records, const struct held_row *row)
{
    if (table_records->count < 2 || table_records->held_count == MAX_FOOTER_ROWS)
        return false;
    if (!is_blank_row(row->cells, table_records->count) &&
        !footers_include(table_records->footers, row->cells, table_records->count))
        return false;
    table_records->held_rows[table_records->held_count++] = *row;
    return true;
}

bool table_records_add_row(struct table_records *table_records, const struct located_row *row,
                           struct batch *batch)
{
    if (table_records->table_layout.has_comments && row_is_comment(row->cells, row->count)) {
        batch->skipped++;
        return true;
    }
    table_records->is_after_header = repeats_header(table_records, row);
    table_records->order.is_changed &= !table_records->is_after_header;
    if (table_records->is_after_header ||
        column_order_read_header(&table_records->order, row->cells, row->count)) {
        table_records_end_rows(table_records, batch);
        batch->skipped++;
        return true;
    }
    if (!row_fits_columns(table_records, row)) {
        table_records_release_rows(table_records, batch);
        struct text reason = arena_format(&batch->arena, "expected %zu cells, found %zu",
                                          table_records->count, row->count);
        batch_reject_row(batch, row->line, row->offset, reason, row->raw);
        return true;
    }
    struct located_row ordered = *row;
    ordered.cells =
        column_order_apply(&table_records->order, row->cells, row->count, &batch->arena);
    if (table_records->order.is_changed)
        ordered.count = table_records->order.count;
    struct held_row held_row = {copy_cells(table_records, &ordered, &batch->arena), row->line,
                                row->offset};
    if (hold_row(table_records, &held_row))
        return false;
    if (row_states_delimiter(row->cells, row->count)) { /* "sep=;" above a repeated header */
        batch->skipped++;
        return true;
    }
    table_records_release_rows(table_records, batch);
    add_record(table_records, &held_row, batch);
    return true;
}

struct text table_records_explain(const struct table_records *table_records,
                                  const struct column_facts *facts, struct arena *arena)
{
    const struct survey *survey = &table_records->survey;
    const struct known_export *known_export = table_records->known_export;
    const char *name = survey->name ? survey->name : known_export ? known_export->name : NULL;
    struct text roles =
        mapping_explain(&table_records->mapping, survey->names, table_records->count, facts, arena);
    return exports_explain(name, table_records->mojibake,
                           answers_explain(&table_records->answers, roles, arena), arena);
}

void table_records_free(struct table_records *table_records)
{
    arena_free(&table_records->arena);
}
