/* table_records.c - from rows of cells to records. */
#include "connectors/table/table_records.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "connectors/columns/column_names.h"

enum {
    SHORTEST_QUESTION = 16,
    SHORT_NAME = 32 /* of a column, to stand in an id */
};

/* How much it looks like a table of feedback. */
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

struct recognition tabular_recognize(const struct layout *layout, struct arena *arena)
{
    struct survey survey;
    survey_find(&survey, layout, arena);
    const struct vendor *vendor = vendor_of_header(survey.names, layout->count);
    struct text what = survey.name ? text_of(survey.name)
                       : vendor    ? vendor_name(vendor)
                                   : TEXT("table");
    return (struct recognition){
        score_layout(layout, &survey, vendor),
        arena_format(arena, "%.*s: %.*s", TEXT_ARGUMENT(what), TEXT_ARGUMENT(layout->reason))};
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
static bool find_mapping(struct tabular *tabular, struct samples samples, const char *path,
                         struct error *error)
{
    struct text wanted = tabular->map;
    if (tabular->survey.name)
        wanted = merge_maps(tabular->survey.mapping, wanted, &tabular->arena);
    else if (tabular->vendor)
        wanted = vendor_mapping(tabular->vendor, tabular->survey.names, tabular->count, wanted,
                                &tabular->arena);
    tabular->mapping.date_order = parse_order(tabular->dates);
    if (!parse_zone(tabular->zone, &tabular->mapping.date_zone_seconds))
        return error_set(error, ERROR_USAGE,
                         "zone = %.*s: expected hours and minutes east of UTC, "
                         "as +09:00",
                         TEXT_ARGUMENT(tabular->zone));
    if (tabular->zone.size == 0)
        tabular->mapping.date_zone_seconds = tabular->survey.zone_seconds;
    struct mapping strict = tabular->mapping;
    if (!mapping_find_leniently(&tabular->mapping, true, tabular->survey.names, tabular->count,
                                samples.cells, samples.rows, wanted, path, &tabular->arena, error))
        return false;
    survey_find_answers(&tabular->survey, &tabular->layout, samples, &tabular->mapping,
                        &tabular->arena);
    size_t text = tabular->mapping.columns[ROLE_TEXT];
    if (text != SIZE_MAX && tabular->survey.questions[text].size >= SHORTEST_QUESTION &&
        column_name_asks(tabular->survey.questions[text]))
        tabular->text_question = tabular->survey.questions[text];
    if (text != SIZE_MAX || tabular->survey.answer_count > 0 || tabular->without_text)
        return true;
    if (!mapping_find(&strict, tabular->survey.names, tabular->count, samples.cells, samples.rows,
                      tabular->map, path, &tabular->arena, error))
        return false;
    tabular->mapping = strict;
    return true;
}

bool tabular_learn(struct tabular *tabular, const char *path, struct error *error)
{
    const struct layout *layout = &tabular->layout;
    tabular->count = layout->count;
    if (layout->count == 0)
        return true; /* nothing but blank lines */
    survey_find(&tabular->survey, layout, &tabular->arena);
    for (size_t i = 0; i < layout->count; i++)
        if (text_trim(tabular->survey.names[i]).size == 0)
            tabular->survey.names[i] = arena_format(&tabular->arena, "column_%zu", i + 1);
    layout_unique_names(tabular->survey.names, layout->count, &tabular->arena);
    tabular->vendor = vendor_of_header(tabular->survey.names, layout->count);
    struct samples samples = layout->samples;
    size_t more = tabular->survey.header_rows - layout->header_rows;
    samples.cells += more * layout->count;
    samples.rows -= more;
    return find_mapping(tabular, samples, path, error);
}

size_t tabular_rows_to_skip(const struct tabular *tabular)
{
    return tabular->layout.preamble + tabular->survey.header_rows;
}

/* The cells in the batch's arena, as many as there are columns: missing ones are empty. */
static const struct text *keep_cells(const struct tabular *tabular, const struct placed_row *row,
                                     struct arena *arena)
{
    struct text *cells = arena_alloc(arena, tabular->count, sizeof(*cells));
    size_t count = row->count < tabular->count ? row->count : tabular->count, size = 0;
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
static bool fits(const struct tabular *tabular, const struct placed_row *row)
{
    for (size_t i = tabular->count; i < row->count; i++)
        if (text_trim(row->cells[i]).size > 0)
            return false;
    return true;
}

/* One record an answer: the id gets the question's name behind it when there are several. */
static void add_answers(struct tabular *tabular, struct batch *batch,
                        const struct record *respondent, const struct text *cells)
{
    const struct survey *survey = &tabular->survey;
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

void tabular_add(struct tabular *tabular, const struct placed_row *row, struct batch *batch)
{
    struct text reason = {0};
    if (!fits(tabular, row)) {
        reason = arena_format(&batch->arena, "expected %zu cells, found %zu", tabular->count,
                              row->count);
        batch_reject_row(batch, row->line, row->offset, reason, row->raw);
        return;
    }
    const struct text *cells = keep_cells(tabular, row, &batch->arena);
    if (survey_is_preview(&tabular->survey, cells, tabular->count)) {
        batch->left_out++;
        return;
    }
    struct record record = {.line = row->line,
                            .byte_offset = row->offset,
                            .created_at = TIME_UNKNOWN,
                            .rating = NAN,
                            .rating_scale = NAN};
    if (!mapping_apply(&tabular->mapping, tabular->survey.names, cells, tabular->count,
                       &batch->arena, &record, &reason)) {
        batch_reject_row(batch, row->line, row->offset, reason, row->raw);
        return;
    }
    if (tabular->vendor && vendor_is_ours(tabular->vendor, &record)) {
        batch->left_out++;
        return;
    }
    if (tabular->vendor)
        vendor_finish(tabular->vendor, &record, &batch->arena);
    if (tabular->survey.answer_count > 0) {
        add_answers(tabular, batch, &record, cells);
        return;
    }
    record.question = tabular->text_question;
    *batch_add(batch) = record;
}

struct text tabular_explain(const struct tabular *tabular, struct arena *arena)
{
    const struct survey *survey = &tabular->survey;
    struct text lines = {"", 0};
    if (survey->name || tabular->vendor)
        lines = arena_format(arena, "recognised: %s\n",
                             survey->name ? survey->name : vendor_name(tabular->vendor).bytes);
    for (size_t i = 0; i < survey->answer_count; i++)
        lines = arena_format(arena, "%.*sanswers: column '%.*s'\n", TEXT_ARGUMENT(lines),
                             TEXT_ARGUMENT(text_trim(survey->names[survey->answers[i]])));
    struct text roles = mapping_explain(&tabular->mapping, survey->names, tabular->count, arena);
    struct text text;
    if (survey->answer_count > 0)
        text_split(&roles, '\n', &text); /* the answers are the text */
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(roles));
}

void tabular_free(struct tabular *tabular)
{
    arena_free(&tabular->arena);
}
