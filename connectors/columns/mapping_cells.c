/* mapping_cells.c - reads the cells of the columns that roles.c chose: what a sample shows about
 * dates and ratings, and the record of a row. */
#include "connectors/columns/mapping_cells.h"

#include <math.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "connectors/columns/cell_tests.h"
#include "pipeline/column_decisions.h"

/* Whether the column's name implies a scale of 0 to 10: "nps", "how likely to recommend". */
static bool name_implies_ten_points(struct text name)
{
#define ROW(language, phrase) phrase,
    static const char *const phrases[] = {
#include "connectors/columns/data/ten_point_phrases.inc"
    };
#undef ROW
    char lower[128];
    size_t size = name.size < sizeof(lower) ? name.size : sizeof(lower);
    for (size_t i = 0; i < size; i++)
        lower[i] = ascii_to_lower(name.bytes[i]);
    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        if (text_find((struct text){lower, size}, text_of(phrases[i]), 0) < size)
            return true;
    return false;
}

/* Parses the cell of the date. */
static void fill_date(const struct mapping *mapping, struct text cell, struct record *record)
{
    record->created_at = TIME_UNKNOWN;
    record->date = (struct date_readings){.given_order = mapping->given_date_order,
                                          .column = mapping->date_column};
    date_parse_readings(cell, mapping, &record->created_at, &record->date);
    if (record->date.shape && record->date.shape == mapping->date_shapes[0])
        record->date.file_order = mapping->shown_date_order;
}

/* Parses the cell of the rating. Negative ones and those above the scale are none. */
static void fill_rating(const struct mapping *mapping, struct text cell, struct record *record)
{
    enum { MAX_RATING = 100 };
    struct rating_reading reading = mapping->rating_reading;
    double rating, stated_scale = NAN;
    record->rating = NAN;
    record->rating_scale = NAN;
    record->rating_reading = (struct rating_reading){0};
    if (!reading.column || !rating_parse(cell, &rating, &stated_scale))
        return;
    if (!isnan(stated_scale))
        reading.stated_scale = stated_scale;
    double scale = !isnan(reading.stated_scale) ? reading.stated_scale : reading.given_scale;
    if (rating < 0 || rating > (isnan(scale) ? MAX_RATING : scale))
        return;
    record->rating = rating;
    record->rating_scale = isnan(scale) ? mapping->rating_scale : scale;
    record->rating_reading = reading;
}

void mapping_describe_columns(struct mapping *mapping, const struct samples *samples,
                              const struct mapping_options *options)
{
    const struct known_roles *known = options->known_roles;
    size_t date = mapping->columns[ROLE_DATE], rating = mapping->columns[ROLE_RATING];
    const struct text *names = samples->names;
    if (date != SIZE_MAX) {
        mapping->date_column = text_trim(names[date]);
        mapping->date_column_hash = hash_text(mapping->date_column);
    }
    mapping->rating_reading =
        (struct rating_reading){.stated_scale = NAN, .given_scale = NAN, .hinted_scale = NAN};
    if (rating == SIZE_MAX)
        return;
    struct rating_reading *reading = &mapping->rating_reading;
    reading->column_name = text_trim(names[rating]);
    reading->column = hash_text(reading->column_name);
    if (options->rating_scale > 0)
        reading->given_scale = options->rating_scale;
    else if (known && known->rating_scale > 0 && known->columns[ROLE_RATING] == rating)
        reading->stated_scale = known->rating_scale;
    if (name_implies_ten_points(names[rating]))
        reading->hinted_scale = 10;
    mapping->rating_scale =
        isnan(reading->given_scale) ? reading->stated_scale : reading->given_scale;
}

struct text mapping_explain_date_order(const struct mapping *mapping,
                                       const struct column_facts *facts, struct arena *arena)
{
    struct text reasons = {0};
    if (!facts)
        return mapping->date_order_reason;
    for (size_t i = 0; i < mapping->date_shape_count; i++) {
        const struct date_facts *dates = column_facts_find_date(facts, mapping->date_shapes[i]);
        if (dates)
            reasons = arena_format(arena, "%.*s; %.*s", TEXT_ARGUMENT(reasons),
                                   TEXT_ARGUMENT(date_facts_explain(dates, arena)));
    }
    return reasons;
}

static void add_date_shape(struct mapping *mapping, uint64_t shape)
{
    size_t i = 0;
    while (i < mapping->date_shape_count && mapping->date_shapes[i] != shape)
        i++;
    if (shape && i == mapping->date_shape_count && i < MAX_DATE_SHAPES)
        mapping->date_shapes[mapping->date_shape_count++] = shape;
}

void mapping_measure_sample(struct mapping *mapping, const struct samples *samples,
                            struct arena *arena)
{
    struct column_facts facts = {.future_begins = INT64_MAX};
    size_t date = mapping->columns[ROLE_DATE], rating = mapping->columns[ROLE_RATING];
    for (size_t row = 0; row < samples->rows; row++) {
        struct record record = {.rating = NAN};
        if (date != SIZE_MAX)
            fill_date(mapping, samples_cell(samples, row, date), &record);
        if (rating != SIZE_MAX)
            fill_rating(mapping, samples_cell(samples, row, rating), &record);
        add_date_shape(mapping, record.date.shape);
        column_facts_add(&facts, &record);
    }
    if (facts.date_count > 0) {
        struct date_decision decision = date_facts_decide(&facts.dates[0]);
        if (decision.basis > DATE_BASIS_NONE)
            mapping->date_order = decision.order;
        if (decision.basis == DATE_BASIS_SHOWN)
            mapping->shown_date_order = decision.order;
    }
    if (facts.rating_count > 0)
        mapping->rating_scale = rating_facts_decide(&facts.ratings[0]);
    mapping->date_order_reason = mapping_explain_date_order(mapping, &facts, arena);
    column_facts_free(&facts);
}

double mapping_find_rating_scale(const struct mapping *mapping, const struct column_facts *facts)
{
    const struct rating_facts *ratings =
        facts ? column_facts_find_rating(facts, mapping->rating_reading.column) : NULL;
    return ratings ? rating_facts_decide(ratings) : mapping->rating_scale;
}

struct text language_parse(struct text cell, struct arena *arena)
{
    cell = text_trim_unicode(cell);
    size_t size = 0;
    while (size < cell.size && ascii_is_letter(cell.bytes[size]))
        size++;
    if (size < 2 || size > 3 ||
        (size < cell.size && cell.bytes[size] != '-' && cell.bytes[size] != '_'))
        return (struct text){0};
    char *code = arena_alloc(arena, size + 1, 1);
    for (size_t i = 0; i < size; i++)
        code[i] = ascii_to_lower(cell.bytes[i]);
    return (struct text){code, size};
}

static struct text role_cell(const struct mapping *mapping, enum role role,
                             const struct named_cells *row)
{
    size_t column = mapping->columns[role];
    return column < row->count ? translations_cell(&mapping->translations, row->cells, column)
                               : (struct text){0};
}

/* A rounded id in a column of others would be that of several records. */
static struct text find_id(const struct mapping *mapping, const struct named_cells *row)
{
    struct text id = text_trim_unicode(role_cell(mapping, ROLE_ID, row));
    return cell_is_in_scientific_notation(id) ? (struct text){0} : id;
}

static struct text find_author(const struct mapping *mapping, const struct named_cells *row)
{
    struct text author = text_trim_unicode(role_cell(mapping, ROLE_AUTHOR, row));
    return nobody_filter_matches(&mapping->nobody, author) ? (struct text){0} : author;
}

bool mapping_is_company_row(const struct mapping *mapping, const struct text *cells, size_t count)
{
    return mapping->sides.column < count &&
           writer_sides_is_company(&mapping->sides, cells[mapping->sides.column]);
}

void mapping_fill_record(const struct mapping *mapping, const struct named_cells *row,
                         struct arena *arena, struct record *record)
{
    record->body = role_cell(mapping, ROLE_TEXT, row);
    record->title = role_cell(mapping, ROLE_TITLE, row);
    record->external_id = find_id(mapping, row);
    record->author = find_author(mapping, row);
    record->reply = text_trim_unicode(role_cell(mapping, ROLE_REPLY, row));
    record->lang = language_parse(role_cell(mapping, ROLE_LANG, row), arena);
    fill_date(mapping, role_cell(mapping, ROLE_DATE, row), record);
    fill_rating(mapping, role_cell(mapping, ROLE_RATING, row), record);
    struct field *fields = arena_alloc(arena, row->count, sizeof(*fields));
    for (size_t i = 0; i < row->count; i++)
        fields[i] = (struct field){row->names[i], row->cells[i]};
    record->fields = fields;
    record->field_count = row->count;
}
