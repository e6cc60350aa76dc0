/* roles.c - chooses the column of each role: the user's map, known roles, names, sample cells. */
#include "connectors/columns/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_profile.h"

const char *const role_names[ROLE_COUNT] = {
    [ROLE_NONE] = "none",     [ROLE_TEXT] = "text",     [ROLE_ID] = "id",
    [ROLE_DATE] = "date",     [ROLE_RATING] = "rating", [ROLE_TITLE] = "title",
    [ROLE_AUTHOR] = "author", [ROLE_LANG] = "lang",     [ROLE_REPLY] = "reply",
};

/* column_name_score of names that mean an id and not a row number: "id", not "no." or "번호". */
enum { MIN_CERTAIN_ID_SCORE = 85 };

/* State of mapping_find. */
struct column_search {
    struct mapping *mapping;
    const struct samples *samples;
    const char *path;
    struct arena *arena;
    bool is_given[ROLE_COUNT]; /* by the user or a known export: not searched */
    bool *is_taken;            /* per column: already has a role */
    struct column_profile *profile;
};

void known_roles_set(struct known_roles *known_roles, enum role role, size_t column)
{
    known_roles->is_known[role] = true;
    known_roles->columns[role] = column;
}

/* The column of that name: an exact match, or else one that ignores case and outer blanks. */
static size_t find_column(const struct column_search *search, struct text name)
{
    const struct samples *samples = search->samples;
    size_t column = column_find_exactly(samples->names, samples->count, name);
    return column != SIZE_MAX ? column
                              : column_find_ignoring_case(samples->names, samples->count, name);
}

/* The names of the columns, for messages; stops after about 400 bytes. */
static struct text list_names(const struct column_search *search)
{
    struct text list = {0};
    for (size_t i = 0; i < search->samples->count && list.size < 400; i++)
        list = arena_format(search->arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), i ? ", " : "",
                            TEXT_ARGUMENT(text_slice(search->samples->names[i], 0, 60)));
    return list;
}

static enum role role_from_name(struct text word)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (text_equal_ignore_case(text_trim(word), text_of(role_names[role])))
            return (enum role)role;
    return ROLE_NONE;
}

/* Takes "text=Comment, good or bad" from "text=Comment, good or bad,date=When": a comma ends a name
 * only if another role follows. */
static struct text take_setting(struct text *rest)
{
    for (size_t at = text_find(*rest, TEXT(","), 0); at < rest->size;
         at = text_find(*rest, TEXT(","), at + 1)) {
        size_t equals = text_find(*rest, TEXT("="), at);
        if (equals == rest->size || role_from_name(text_slice(*rest, at + 1, equals)) == ROLE_NONE)
            continue;
        struct text setting = text_slice(*rest, 0, at);
        *rest = text_slice(*rest, at + 1, rest->size);
        return setting;
    }
    struct text setting = *rest;
    *rest = (struct text){0};
    return setting;
}

static void assign_role(struct column_search *search, enum role role, size_t column,
                        const char *reason)
{
    search->mapping->columns[role] = column;
    search->mapping->reasons[role] = text_of(reason);
    if (column != SIZE_MAX)
        search->is_taken[column] = true;
}

static void add_text_column(struct column_search *search, size_t column)
{
    struct mapping *mapping = search->mapping;
    size_t *text_columns =
        arena_alloc(search->arena, mapping->text_column_count + 1, sizeof(*text_columns));
    if (mapping->text_column_count > 0)
        memcpy(text_columns, mapping->text_columns,
               mapping->text_column_count * sizeof(*text_columns));
    text_columns[mapping->text_column_count++] = column;
    mapping->text_columns = text_columns;
}

/* "text=Comment,date=When,rating=" */
static bool apply_user_mapping(struct column_search *search, struct text user_mapping,
                               struct error *error)
{
    while (text_trim(user_mapping).size > 0) {
        struct text setting = take_setting(&user_mapping);
        size_t equals = text_find(setting, TEXT("="), 0);
        enum role role =
            equals < setting.size ? role_from_name(text_slice(setting, 0, equals)) : ROLE_NONE;
        struct text name = text_trim(text_slice(setting, equals + 1, setting.size));
        size_t column = name.size ? find_column(search, name) : SIZE_MAX;
        bool is_missing = name.size && column == SIZE_MAX;
        /* In "text=Comment,product=Product", "product" is a mistake for a role, not a name. */
        if (role == ROLE_NONE || (is_missing && text_find(name, TEXT("="), 0) < name.size))
            return error_set(error, ERROR_USAGE,
                             "map = %.*s: expected ROLE=COLUMN, where the role is one of text, id, "
                             "date, rating, title, author, lang, reply",
                             TEXT_ARGUMENT(text_trim(setting)));
        if (is_missing)
            return error_set(error, ERROR_USAGE,
                             "%s: no column '%.*s' for %s; the columns are: %.*s", search->path,
                             TEXT_ARGUMENT(name), role_names[role],
                             TEXT_ARGUMENT(list_names(search)));
        if (role == ROLE_TEXT && column != SIZE_MAX)
            add_text_column(search, column);
        if (role != ROLE_TEXT || search->mapping->columns[role] == SIZE_MAX)
            assign_role(search, role, column, "given");
        else if (column != SIZE_MAX)
            search->is_taken[column] = true;
        search->is_given[role] = true;
    }
    return true;
}

/* Share of the filled cells that are dates; 1 if no cell is filled. */
static double date_share(const struct column_search *search, size_t column)
{
    size_t filled = 0, dates = 0;
    int64_t seconds;
    for (size_t row = 0; row < search->samples->rows && filled < 100; row++) {
        struct text cell = text_trim_unicode(samples_cell(search->samples, row, column));
        if (cell.size == 0)
            continue;
        filled++;
        dates += date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
    }
    return filled ? (double)dates / (double)filled : 1;
}

/* Share of the filled cells that are ratings; 1 if no cell is filled. */
static double rating_share(const struct column_search *search, size_t column)
{
    size_t filled = 0, ratings = 0;
    double rating, scale;
    for (size_t row = 0; row < search->samples->rows && filled < 100; row++) {
        struct text cell = text_trim_unicode(samples_cell(search->samples, row, column));
        if (cell.size == 0)
            continue;
        filled++;
        ratings += rating_parse(cell, &rating, &scale) && rating >= -5 && rating <= 100;
    }
    return filled ? (double)ratings / (double)filled : 1;
}

/* 1, 2, 3, ... from the top: row numbers are no ids, since the next export gives them to other
 * records. */
static bool is_row_number_column(const struct column_search *search, size_t column)
{
    int64_t number, first = -1;
    for (size_t row = 0; row < search->samples->rows; row++) {
        if (!text_to_integer(text_trim_unicode(samples_cell(search->samples, row, column)),
                             &number))
            return false;
        if (row == 0)
            first = number;
        if (number != first + (int64_t)row)
            return false;
    }
    return first == 0 || first == 1;
}

/* Whether the cells allow the role that the name suggests. */
static bool cells_fit_role(const struct column_search *search, enum role role, size_t column)
{
    const struct column_profile *profile = &search->profile[column];
    if (profile->filled == 0)
        return true;
    switch (role) {
    case ROLE_TEXT:
        return profile->numbers * 2 <= profile->filled && profile->links * 2 <= profile->filled &&
               !column_profile_has_dates(profile);
    case ROLE_TITLE:
        return profile->numbers * 2 <= profile->filled && !column_profile_has_dates(profile);
    case ROLE_ID:
        /* ids are distinct, except for a few repeated rows */
        if (column_name_score(ROLE_ID, search->samples->names[column]) < MIN_CERTAIN_ID_SCORE &&
            is_row_number_column(search, column))
            return false;
        return profile->filled * 10 >= search->samples->rows * 9 &&
               profile->distinct * 10 >= profile->filled * 8;
    case ROLE_DATE:
        return date_share(search, column) >= 0.5;
    case ROLE_RATING:
        return rating_share(search, column) >= 0.6;
    default:
        return true;
    }
}

/* The free column whose name fits the role best, and its score in *best; SIZE_MAX if none scores
 * above *best. */
static size_t find_best_column_by_name(const struct column_search *search, enum role role,
                                       double *best)
{
    size_t found = SIZE_MAX;
    for (size_t column = 0; column < search->samples->count; column++) {
        double score = column_name_score(role, search->samples->names[column]);
        if (score == 0 || search->is_taken[column] || !cells_fit_role(search, role, column))
            continue;
        if (search->samples->rows > 0 && search->profile[column].filled == 0)
            score -= 25;       /* an empty column */
        if (role == ROLE_TEXT) /* of two equal names, the column with the longer cells */
            score += fmin(column_profile_mean_size(&search->profile[column]) / 200, 0.9);
        if (score > *best) {
            *best = score;
            found = column;
        }
    }
    return found;
}

/* Assigns the pair of role and column with the highest score, then the next, until none is left. */
static void assign_by_name(struct column_search *search)
{
    for (;;) {
        double best = 0;
        enum role best_role = ROLE_NONE;
        size_t best_column = SIZE_MAX;
        for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
            if (search->is_given[role] || search->mapping->columns[role] != SIZE_MAX)
                continue;
            size_t column = find_best_column_by_name(search, (enum role)role, &best);
            if (column != SIZE_MAX) {
                best_role = (enum role)role;
                best_column = column;
            }
        }
        if (best_role == ROLE_NONE)
            return;
        assign_role(search, best_role, best_column,
                    best >= COLUMN_NAME_EXACT ? "name" : "part of the name");
    }
}

/* Without a matching name: the only column whose cells are all dates and not plain numbers. */
static void assign_date_by_cells(struct column_search *search)
{
    size_t found = SIZE_MAX, candidates = 0;
    for (size_t column = 0; column < search->samples->count; column++) {
        const struct column_profile *profile = &search->profile[column];
        if (search->is_taken[column] || profile->filled < 2 || profile->numbers > 0 ||
            date_share(search, column) < 1)
            continue;
        candidates++;
        found = column;
    }
    if (candidates == 1)
        assign_role(search, ROLE_DATE, found, "all cells are dates");
}

/* Without a matching name: the free-text column with the largest total size. */
static void assign_text_by_cells(struct column_search *search)
{
    size_t found = SIZE_MAX;
    double max_total_size = 0;
    for (size_t column = 0; column < search->samples->count; column++) {
        const struct column_profile *profile = &search->profile[column];
        if (search->is_taken[column] || !cells_fit_role(search, ROLE_TEXT, column) ||
            column_profile_has_codes(profile))
            continue;
        double words = profile->filled ? (double)profile->words / (double)profile->filled : 0;
        bool is_varied = profile->distinct * 3 >= profile->filled;
        double size = column_profile_mean_size(profile) * (double)profile->filled;
        if (words >= 3 && is_varied && size > max_total_size) {
            max_total_size = size;
            found = column;
        }
    }
    if (found != SIZE_MAX)
        assign_role(search, ROLE_TEXT, found, "the longest texts");
}

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

static void apply_known_roles(struct column_search *search, const struct known_roles *known_roles)
{
    for (int role = ROLE_NONE + 1; known_roles && role < ROLE_COUNT; role++) {
        if (!known_roles->is_known[role] || search->is_given[role])
            continue;
        if (role == ROLE_TEXT && known_roles->columns[role] != SIZE_MAX)
            add_text_column(search, known_roles->columns[role]);
        assign_role(search, (enum role)role, known_roles->columns[role], "given");
        search->is_given[role] = true;
    }
}

/* Roles that neither the user nor the export gives. */
static void search_columns(struct column_search *search)
{
    struct mapping *mapping = search->mapping;
    assign_by_name(search);
    if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !search->is_given[ROLE_TEXT])
        assign_text_by_cells(search);
    if (mapping->columns[ROLE_DATE] == SIZE_MAX && !search->is_given[ROLE_DATE])
        assign_date_by_cells(search);
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

/* What is known of the columns without a cell. */
static void describe_columns(struct column_search *search, const struct mapping_options *options)
{
    struct mapping *mapping = search->mapping;
    const struct known_roles *known = options->known_roles;
    size_t date = mapping->columns[ROLE_DATE], rating = mapping->columns[ROLE_RATING];
    const struct text *names = search->samples->names;
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

/* The reason for the order of the dates that the file's sample contains; several if they have
 * several notations. */
static struct text explain_date_order(const struct mapping *mapping,
                                      const struct column_facts *facts, struct arena *arena)
{
    struct text reasons = {0};
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

/* What the sample shows about order and scale: provisional, since only all rows of the source
 * decide. */
static void measure_sample(struct column_search *search)
{
    struct mapping *mapping = search->mapping;
    struct column_facts facts = {.future_begins = INT64_MAX};
    size_t date = mapping->columns[ROLE_DATE], rating = mapping->columns[ROLE_RATING];
    for (size_t row = 0; row < search->samples->rows; row++) {
        struct record record = {.rating = NAN};
        if (date != SIZE_MAX)
            fill_date(mapping, samples_cell(search->samples, row, date), &record);
        if (rating != SIZE_MAX)
            fill_rating(mapping, samples_cell(search->samples, row, rating), &record);
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
    mapping->date_order_reason = explain_date_order(mapping, &facts, search->arena);
    column_facts_free(&facts);
}

bool mapping_find(struct mapping *mapping, const struct samples *samples,
                  const struct mapping_options *options, struct arena *arena, struct error *error)
{
    *mapping = (struct mapping){.date_order = options->date_order,
                                .given_date_order = options->date_order,
                                .date_zone_seconds = options->date_zone_seconds,
                                .rating_scale = NAN};
    for (int role = 0; role < ROLE_COUNT; role++)
        mapping->columns[role] = SIZE_MAX;
    struct column_search search = {
        .mapping = mapping,
        .samples = samples,
        .path = options->path,
        .arena = arena,
        .is_taken = memory_alloc(samples->count + 1, sizeof(bool)),
        .profile = memory_alloc(samples->count + 1, sizeof(struct column_profile)),
    };
    for (size_t column = 0; column < samples->count; column++)
        search.profile[column] = column_profile_measure(samples, column);
    bool ok = apply_user_mapping(&search, options->user_mapping, error);
    if (ok) {
        apply_known_roles(&search, options->known_roles);
        search_columns(&search);
        describe_columns(&search, options);
        measure_sample(&search);
        if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !search.is_given[ROLE_TEXT] &&
            !options->allow_missing_text)
            ok = error_set(error, ERROR_USAGE,
                           "%s: no column looks like the text; name it with 'map = text=COLUMN'; "
                           "the columns are: %.*s",
                           options->path, TEXT_ARGUMENT(list_names(&search)));
    }
    free(search.is_taken);
    free(search.profile);
    return ok;
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
    return column < row->count ? row->cells[column] : (struct text){0};
}

void mapping_fill_record(const struct mapping *mapping, const struct named_cells *row,
                         struct arena *arena, struct record *record)
{
    record->body = role_cell(mapping, ROLE_TEXT, row);
    record->title = role_cell(mapping, ROLE_TITLE, row);
    record->external_id = text_trim_unicode(role_cell(mapping, ROLE_ID, row));
    record->author = text_trim_unicode(role_cell(mapping, ROLE_AUTHOR, row));
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

/* The best possible rating by all facts that are known; NAN: unknown. */
static double find_rating_scale(const struct mapping *mapping, const struct column_facts *facts)
{
    const struct rating_facts *ratings =
        facts ? column_facts_find_rating(facts, mapping->rating_reading.column) : NULL;
    return ratings ? rating_facts_decide(ratings) : mapping->rating_scale;
}

struct text mapping_explain(const struct mapping *mapping, const struct text *names, size_t count,
                            const struct column_facts *facts, struct arena *arena)
{
    struct text lines = {0};
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        size_t column = mapping->columns[role];
        if (column >= count && role == ROLE_REPLY)
            continue;
        const char *separator = lines.size ? "\n" : "";
        if (column >= count) {
            lines = arena_format(arena, "%.*s%s%s: no column", TEXT_ARGUMENT(lines), separator,
                                 role_names[role]);
            continue;
        }
        lines = arena_format(arena, "%.*s%s%s: column '%.*s' (%.*s", TEXT_ARGUMENT(lines),
                             separator, role_names[role], TEXT_ARGUMENT(text_trim(names[column])),
                             TEXT_ARGUMENT(mapping->reasons[role]));
        double scale = role == ROLE_RATING ? find_rating_scale(mapping, facts) : NAN;
        if (!isnan(scale))
            lines = arena_format(arena, "%.*s; best value %g", TEXT_ARGUMENT(lines), scale);
        if (role == ROLE_DATE)
            lines = arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines),
                                 TEXT_ARGUMENT(facts ? explain_date_order(mapping, facts, arena)
                                                     : mapping->date_order_reason));
        lines = arena_format(arena, "%.*s)", TEXT_ARGUMENT(lines));
    }
    return lines;
}
