/* roles.c - chooses the column of each role: the user's map, known roles, names, sample cells. */
#include "connectors/columns/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_profile.h"
#include "connectors/columns/date_order.h"

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
        struct text cell = text_trim(samples_cell(search->samples, row, column));
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
        struct text cell = text_trim(samples_cell(search->samples, row, column));
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
        if (!text_to_integer(text_trim(samples_cell(search->samples, row, column)), &number))
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
        return profile->numbers * 2 <= profile->filled && profile->links * 2 <= profile->filled;
    case ROLE_TITLE:
        return profile->numbers * 2 <= profile->filled;
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
            date_share(search, column) < 1 ||
            column_name_forbids(ROLE_DATE, search->samples->names[column]))
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
            (date_share(search, column) > 0.5 && profile->filled > 0))
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

static void decide_date_order(struct column_search *search)
{
    struct mapping *mapping = search->mapping;
    size_t column = mapping->columns[ROLE_DATE];
    struct date_number_stats stats = {0};
    if (column == SIZE_MAX || mapping->date_order != DATE_ORDER_UNKNOWN)
        return;
    for (size_t row = 0; row < search->samples->rows; row++)
        date_number_stats_add(&stats, samples_cell(search->samples, row, column));
    struct text order_reason =
        date_number_stats_decide_order(&stats, &mapping->date_order, search->arena);
    if (order_reason.size > 0)
        mapping->reasons[ROLE_DATE] =
            arena_format(search->arena, "%.*s; %.*s", TEXT_ARGUMENT(mapping->reasons[ROLE_DATE]),
                         TEXT_ARGUMENT(order_reason));
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

/* The best possible rating: stated in a cell ("4/5"), implied by the name (nps), or the smallest
 * usual scale that holds the largest rating. NAN: unknown. */
static double find_rating_scale(const struct column_search *search)
{
    size_t column = search->mapping->columns[ROLE_RATING];
    double max = -INFINITY, rating, stated_scale = NAN;
    if (column == SIZE_MAX)
        return NAN;
    for (size_t row = 0; row < search->samples->rows; row++) {
        double scale = NAN;
        if (!rating_parse(samples_cell(search->samples, row, column), &rating, &scale))
            continue;
        max = fmax(max, rating);
        if (!isnan(scale))
            stated_scale = scale;
    }
    if (!isnan(stated_scale))
        return stated_scale;
    if (max > 1 && max <= 10 && name_implies_ten_points(search->samples->names[column]))
        return 10;
    return max == -INFINITY || max > 100 ? NAN
           : max <= 1 && max >= 0        ? 1
           : max <= 5                    ? 5
           : max <= 10                   ? 10
                                         : 100;
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
    decide_date_order(search);
    mapping->rating_scale = find_rating_scale(search);
}

bool mapping_find(struct mapping *mapping, const struct samples *samples,
                  const struct mapping_options *options, struct arena *arena, struct error *error)
{
    *mapping = (struct mapping){.date_order = options->date_order,
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
    cell = text_trim(cell);
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

static double next_usual_scale(double rating)
{
    return rating <= 10 ? 10 : rating <= 100 ? 100 : NAN;
}

void mapping_fill_record(const struct mapping *mapping, const struct named_cells *row,
                         struct arena *arena, struct record *record)
{
    record->body = role_cell(mapping, ROLE_TEXT, row);
    record->title = role_cell(mapping, ROLE_TITLE, row);
    record->external_id = text_trim(role_cell(mapping, ROLE_ID, row));
    record->author = text_trim(role_cell(mapping, ROLE_AUTHOR, row));
    record->reply = text_trim(role_cell(mapping, ROLE_REPLY, row));
    record->lang = language_parse(role_cell(mapping, ROLE_LANG, row), arena);
    struct text date = role_cell(mapping, ROLE_DATE, row);
    if (!date_parse(date, mapping->date_order, mapping->date_zone_seconds, &record->created_at))
        record->created_at = TIME_UNKNOWN;
    double scale = mapping->rating_scale;
    record->rating = NAN;
    record->rating_scale = NAN;
    if (rating_parse(role_cell(mapping, ROLE_RATING, row), &record->rating, &scale))
        record->rating_scale = record->rating > scale ? next_usual_scale(record->rating) : scale;
    struct field *fields = arena_alloc(arena, row->count, sizeof(*fields));
    for (size_t i = 0; i < row->count; i++)
        fields[i] = (struct field){row->names[i], row->cells[i]};
    record->fields = fields;
    record->field_count = row->count;
}

struct text mapping_explain(const struct mapping *mapping, const struct text *names, size_t count,
                            struct arena *arena)
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
        if (role == ROLE_RATING && !isnan(mapping->rating_scale))
            lines = arena_format(arena, "%.*s; best value %g", TEXT_ARGUMENT(lines),
                                 mapping->rating_scale);
        lines = arena_format(arena, "%.*s)", TEXT_ARGUMENT(lines));
    }
    return lines;
}
