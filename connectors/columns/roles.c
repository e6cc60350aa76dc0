/* roles.c - which column is what: names first, then what the cells look like. */
#include "connectors/columns/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_profile.h"
#include "connectors/columns/date_order.h"

const char *const role_names[ROLE_COUNT] = {
    [ROLE_NONE] = "none",     [ROLE_TEXT] = "text",     [ROLE_ID] = "id",
    [ROLE_DATE] = "date",     [ROLE_RATING] = "rating", [ROLE_TITLE] = "title",
    [ROLE_AUTHOR] = "author", [ROLE_LANG] = "lang",
};

enum { MIN_CERTAIN_ID_SCORE = 85 }; /* of column_name_score: "id", not "no." or "번호" */

/* What mapping_find works on. */
struct column_search {
    struct mapping *mapping;
    const struct text *names;
    size_t count;
    struct samples samples;
    const char *path;
    struct arena *arena;
    bool is_given[ROLE_COUNT]; /* by the user: not searched any more */
    bool *is_taken;            /* column -> stands for a role already */
    struct column_profile *profile;
};

static bool same_name(struct text a, struct text b)
{
    return text_equal_ignore_case(text_trim(a), text_trim(b));
}

static size_t find_column(const struct column_search *column_search, struct text name)
{
    for (size_t i = 0; i < column_search->count; i++)
        if (text_equal(column_search->names[i], name))
            return i;
    for (size_t i = 0; i < column_search->count; i++)
        if (same_name(column_search->names[i], name))
            return i;
    return SIZE_MAX;
}

/* The columns that there are, for messages; cut where it gets long. */
static struct text list_names(const struct column_search *column_search)
{
    struct text list = {0};
    for (size_t i = 0; i < column_search->count && list.size < 400; i++)
        list = arena_format(column_search->arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), i ? ", " : "",
                            TEXT_ARGUMENT(text_slice(column_search->names[i], 0, 60)));
    return list;
}

static enum role role_from_name(struct text word)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (text_equal_ignore_case(text_trim(word), text_of(role_names[role])))
            return (enum role)role;
    return ROLE_NONE;
}

/* Cuts "text=Comment, good or bad" off "text=Comment, good or bad,date=When": a comma ends a name
 * only where another role follows. */
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

static void assign_role(struct column_search *column_search, enum role role, size_t column,
                        const char *reason)
{
    column_search->mapping->columns[role] = column;
    column_search->mapping->reasons[role] = text_of(reason);
    if (column != SIZE_MAX)
        column_search->is_taken[column] = true;
}

static void add_text_column(struct column_search *column_search, size_t column)
{
    struct mapping *mapping = column_search->mapping;
    size_t *text_columns =
        arena_alloc(column_search->arena, mapping->text_column_count + 1, sizeof(*text_columns));
    if (mapping->text_column_count > 0)
        memcpy(text_columns, mapping->text_columns,
               mapping->text_column_count * sizeof(*text_columns));
    text_columns[mapping->text_column_count++] = column;
    mapping->text_columns = text_columns;
}

/* "text=Comment,date=When,rating=" */
static bool apply_user_mapping(struct column_search *column_search, struct text user_mapping,
                               struct error *error)
{
    while (text_trim(user_mapping).size > 0) {
        struct text setting = take_setting(&user_mapping);
        size_t equals = text_find(setting, TEXT("="), 0);
        enum role role =
            equals < setting.size ? role_from_name(text_slice(setting, 0, equals)) : ROLE_NONE;
        struct text name = text_trim(text_slice(setting, equals + 1, setting.size));
        size_t column = name.size ? find_column(column_search, name) : SIZE_MAX;
        bool is_missing = name.size && column == SIZE_MAX;
        /* "text=Comment,product=Product" may name a column with a comma, but hardly that. */
        if (role == ROLE_NONE || (is_missing && text_find(name, TEXT("="), 0) < name.size))
            return error_set(error, ERROR_USAGE,
                             "map = %.*s: expected ROLE=COLUMN, where the role is one of text, id, "
                             "date, rating, title, author, lang",
                             TEXT_ARGUMENT(text_trim(setting)));
        if (is_missing)
            return error_set(error, ERROR_USAGE, "%s: no column '%.*s' for %s; there are: %.*s",
                             column_search->path, TEXT_ARGUMENT(name), role_names[role],
                             TEXT_ARGUMENT(list_names(column_search)));
        if (role == ROLE_TEXT && column != SIZE_MAX)
            add_text_column(column_search, column);
        if (role != ROLE_TEXT || column_search->mapping->columns[role] == SIZE_MAX)
            assign_role(column_search, role, column, "given");
        else if (column != SIZE_MAX)
            column_search->is_taken[column] = true;
        column_search->is_given[role] = true;
    }
    return true;
}

/* Share of the filled cells that a parser takes. */
static double date_share(const struct column_search *column_search, size_t column)
{
    size_t filled = 0, dates = 0;
    int64_t seconds;
    for (size_t row = 0; row < column_search->samples.rows && filled < 100; row++) {
        struct text cell = text_trim(samples_cell(&column_search->samples, row, column));
        if (cell.size == 0)
            continue;
        filled++;
        dates += date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
    }
    return filled ? (double)dates / (double)filled : 1;
}

static double rating_share(const struct column_search *column_search, size_t column)
{
    size_t filled = 0, ratings = 0;
    double rating, scale;
    for (size_t row = 0; row < column_search->samples.rows && filled < 100; row++) {
        struct text cell = text_trim(samples_cell(&column_search->samples, row, column));
        if (cell.size == 0)
            continue;
        filled++;
        ratings += rating_parse(cell, &rating, &scale) && rating >= -5 && rating <= 100;
    }
    return filled ? (double)ratings / (double)filled : 1;
}

/* 1, 2, 3, ... from the top: numbers of the file's rows, which the next export gives to others. */
static bool is_row_number_column(const struct column_search *column_search, size_t column)
{
    int64_t number, first = -1;
    for (size_t row = 0; row < column_search->samples.rows; row++) {
        if (!text_to_integer(text_trim(samples_cell(&column_search->samples, row, column)),
                             &number))
            return false;
        if (row == 0)
            first = number;
        if (number != first + (int64_t)row)
            return false;
    }
    return first == 0 || first == 1;
}

/* Whether the cells allow what the name promises. */
static bool cells_fit_role(const struct column_search *column_search, enum role role, size_t column)
{
    const struct column_profile *profile = &column_search->profile[column];
    if (profile->filled == 0)
        return true;
    switch (role) {
    case ROLE_TEXT:
        return profile->numbers * 2 <= profile->filled && profile->links * 2 <= profile->filled;
    case ROLE_TITLE:
        return profile->numbers * 2 <= profile->filled;
    case ROLE_ID:
        /* an id of its own for every row; a few rows come twice */
        if (column_name_score(ROLE_ID, column_search->names[column]) < MIN_CERTAIN_ID_SCORE &&
            is_row_number_column(column_search, column))
            return false;
        return profile->filled * 10 >= column_search->samples.rows * 9 &&
               profile->distinct * 10 >= profile->filled * 8;
    case ROLE_DATE:
        return date_share(column_search, column) >= 0.5;
    case ROLE_RATING:
        return rating_share(column_search, column) >= 0.6;
    default:
        return true;
    }
}

/* The best column left for a role, by name; SIZE_MAX when no name says so. */
static size_t find_best_column_by_name(const struct column_search *column_search, enum role role,
                                       double *best)
{
    size_t found = SIZE_MAX;
    for (size_t column = 0; column < column_search->count; column++) {
        double score = column_name_score(role, column_search->names[column]);
        if (score == 0 || column_search->is_taken[column] ||
            !cells_fit_role(column_search, role, column))
            continue;
        if (column_search->samples.rows > 0 && column_search->profile[column].filled == 0)
            score -= 25;       /* a column that holds nothing */
        if (role == ROLE_TEXT) /* of two alike, the one that says more */
            score += fmin(column_profile_mean_size(&column_search->profile[column]) / 200, 0.9);
        if (score > *best) {
            *best = score;
            found = column;
        }
    }
    return found;
}

/* The role and column that are surest, then the next, until names say no more. */
static void assign_by_name(struct column_search *column_search)
{
    for (;;) {
        double best = 0;
        enum role best_role = ROLE_NONE;
        size_t best_column = SIZE_MAX;
        for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
            if (column_search->is_given[role] || column_search->mapping->columns[role] != SIZE_MAX)
                continue;
            size_t column = find_best_column_by_name(column_search, (enum role)role, &best);
            if (column != SIZE_MAX) {
                best_role = (enum role)role;
                best_column = column;
            }
        }
        if (best_role == ROLE_NONE)
            return;
        assign_role(column_search, best_role, best_column,
                    best >= COLUMN_NAME_EXACT ? "name" : "part of the name");
    }
}

/* No name says date: the one column of which all cells are dates, and not mere numbers. */
static void assign_date_by_cells(struct column_search *column_search)
{
    size_t found = SIZE_MAX, candidates = 0;
    for (size_t column = 0; column < column_search->count; column++) {
        const struct column_profile *profile = &column_search->profile[column];
        if (column_search->is_taken[column] || profile->filled < 2 || profile->numbers > 0 ||
            date_share(column_search, column) < 1)
            continue;
        candidates++;
        found = column;
    }
    if (candidates == 1)
        assign_role(column_search, ROLE_DATE, found, "all cells are dates");
}

/* No name says text: the column with the longest cells that people wrote. */
static void assign_text_by_cells(struct column_search *column_search)
{
    size_t found = SIZE_MAX;
    double max_total_size = 0;
    for (size_t column = 0; column < column_search->count; column++) {
        const struct column_profile *profile = &column_search->profile[column];
        if (column_search->is_taken[column] || !cells_fit_role(column_search, ROLE_TEXT, column) ||
            (date_share(column_search, column) > 0.5 && profile->filled > 0))
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
        assign_role(column_search, ROLE_TEXT, found, "the longest texts");
}

static void decide_date_order(struct column_search *column_search)
{
    struct mapping *mapping = column_search->mapping;
    size_t column = mapping->columns[ROLE_DATE];
    struct date_number_stats places = {0};
    if (column == SIZE_MAX || mapping->date_order != DATE_ORDER_UNKNOWN)
        return;
    for (size_t row = 0; row < column_search->samples.rows; row++)
        date_number_stats_add(&places, samples_cell(&column_search->samples, row, column));
    struct text why =
        date_number_stats_decide_order(&places, &mapping->date_order, column_search->arena);
    if (why.size > 0)
        mapping->reasons[ROLE_DATE] =
            arena_format(column_search->arena, "%.*s; %.*s",
                         TEXT_ARGUMENT(mapping->reasons[ROLE_DATE]), TEXT_ARGUMENT(why));
}

/* The best value that ratings can have: said by a cell ("4/5"), by the name (nps), or the next
 * usual one above the largest. */
static double find_rating_scale(const struct column_search *column_search)
{
    size_t column = column_search->mapping->columns[ROLE_RATING];
    double max = -INFINITY, rating, stated_scale = NAN;
    if (column == SIZE_MAX)
        return NAN;
    for (size_t row = 0; row < column_search->samples.rows; row++) {
        double scale = NAN;
        if (!rating_parse(samples_cell(&column_search->samples, row, column), &rating, &scale))
            continue;
        max = fmax(max, rating);
        if (!isnan(scale))
            stated_scale = scale;
    }
    static const char *const ten_point_names[] = {"nps",  "recommend", "0-10",
                                                  "1-10", "out of 10", "추천"};
    char lower[128];
    size_t size = column_search->names[column].size < sizeof(lower)
                      ? column_search->names[column].size
                      : sizeof(lower);
    for (size_t i = 0; i < size; i++) {
        char byte = column_search->names[column].bytes[i];
        lower[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte | 32) : byte;
    }
    if (!isnan(stated_scale))
        return stated_scale;
    for (size_t i = 0; i < sizeof(ten_point_names) / sizeof(*ten_point_names); i++)
        if (max > 1 && max <= 10 &&
            text_find((struct text){lower, size}, text_of(ten_point_names[i]), 0) < size)
            return 10;
    return max == -INFINITY || max > 100 ? NAN
           : max <= 1 && max >= 0        ? 1
           : max <= 5                    ? 5
           : max <= 10                   ? 10
                                         : 100;
}

bool mapping_find(struct mapping *mapping, const struct text *names, size_t count,
                  const struct text *samples, size_t sample_rows, struct text user_mapping,
                  const char *path, struct arena *arena, struct error *error)
{
    enum date_order order = mapping->date_order;
    *mapping = (struct mapping){
        .date_order = order, .date_zone_seconds = mapping->date_zone_seconds, .rating_scale = NAN};
    for (int role = 0; role < ROLE_COUNT; role++)
        mapping->columns[role] = SIZE_MAX;
    struct column_search column_search = {
        .mapping = mapping,
        .names = names,
        .count = count,
        .samples = {samples, sample_rows, count},
        .path = path,
        .arena = arena,
        .is_taken = memory_alloc(count + 1, sizeof(bool)),
        .profile = memory_alloc(count + 1, sizeof(struct column_profile)),
    };
    for (size_t column = 0; column < count; column++)
        column_search.profile[column] = column_profile_measure(&column_search.samples, column);
    bool ok = apply_user_mapping(&column_search, user_mapping, error);
    if (ok) {
        assign_by_name(&column_search);
        if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !column_search.is_given[ROLE_TEXT])
            assign_text_by_cells(&column_search);
        if (mapping->columns[ROLE_DATE] == SIZE_MAX && !column_search.is_given[ROLE_DATE])
            assign_date_by_cells(&column_search);
        decide_date_order(&column_search);
        mapping->rating_scale = find_rating_scale(&column_search);
        if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !column_search.is_given[ROLE_TEXT])
            ok = error_set(error, ERROR_USAGE,
                           "%s: no column looks like the text; name it with 'map = text=COLUMN'; "
                           "there are: %.*s",
                           path, TEXT_ARGUMENT(list_names(&column_search)));
    }
    free(column_search.is_taken);
    free(column_search.profile);
    return ok;
}

bool mapping_find_with_optional_text(struct mapping *mapping, bool allow_missing_text,
                                     const struct text *names, size_t count,
                                     const struct text *samples, size_t sample_rows,
                                     struct text user_mapping, const char *path,
                                     struct arena *arena, struct error *error)
{
    enum date_order order = mapping->date_order;
    struct error fault = {0};
    if (mapping_find(mapping, names, count, samples, sample_rows, user_mapping, path, arena,
                     &fault))
        return true;
    if (!allow_missing_text)
        return error_set(error, fault.kind, "%s", fault.message);
    mapping->date_order = order;
    struct text relaxed_mapping = arena_format(arena, "%.*s%stext=", TEXT_ARGUMENT(user_mapping),
                                               text_trim(user_mapping).size ? "," : "");
    return mapping_find(mapping, names, count, samples, sample_rows, relaxed_mapping, path, arena,
                        error);
}

struct text language_parse(struct text cell, struct arena *arena)
{
    cell = text_trim(cell);
    size_t size = 0;
    while (size < cell.size && ((cell.bytes[size] | 32) >= 'a' && (cell.bytes[size] | 32) <= 'z'))
        size++;
    if (size < 2 || size > 3 ||
        (size < cell.size && cell.bytes[size] != '-' && cell.bytes[size] != '_'))
        return (struct text){0};
    struct text code = arena_copy_text(arena, text_slice(cell, 0, size));
    for (size_t i = 0; i < size; i++)
        ((char *)(uintptr_t)code.bytes)[i] = (char)(code.bytes[i] | 32);
    return code;
}

static struct text role_cell(const struct mapping *mapping, enum role role,
                             const struct text *cells, size_t count)
{
    size_t column = mapping->columns[role];
    return column < count ? cells[column] : (struct text){0};
}

static double next_usual_scale(double rating)
{
    return rating <= 10 ? 10 : rating <= 100 ? 100 : NAN;
}

bool mapping_fill_record(const struct mapping *mapping, const struct text *names,
                         const struct text *cells, size_t count, struct arena *arena,
                         struct record *record, struct text *reason)
{
    (void)reason; /* a cell that is no date or rating is unknown, not a fault */
    record->body = role_cell(mapping, ROLE_TEXT, cells, count);
    record->title = role_cell(mapping, ROLE_TITLE, cells, count);
    record->external_id = text_trim(role_cell(mapping, ROLE_ID, cells, count));
    record->author = text_trim(role_cell(mapping, ROLE_AUTHOR, cells, count));
    record->lang = language_parse(role_cell(mapping, ROLE_LANG, cells, count), arena);
    struct text date = role_cell(mapping, ROLE_DATE, cells, count);
    if (!date_parse(date, mapping->date_order, mapping->date_zone_seconds, &record->created_at))
        record->created_at = TIME_UNKNOWN;
    double scale = mapping->rating_scale;
    record->rating = NAN;
    record->rating_scale = NAN;
    if (rating_parse(role_cell(mapping, ROLE_RATING, cells, count), &record->rating, &scale))
        record->rating_scale = record->rating > scale ? next_usual_scale(record->rating) : scale;
    struct field *fields = arena_alloc(arena, count, sizeof(*fields));
    for (size_t i = 0; i < count; i++)
        fields[i] = (struct field){names[i], cells[i]};
    record->fields = fields;
    record->field_count = count;
    return true;
}

struct text mapping_explain(const struct mapping *mapping, const struct text *names, size_t count,
                            struct arena *arena)
{
    struct text lines = {0};
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        size_t column = mapping->columns[role];
        const char *end = role + 1 < ROLE_COUNT ? "\n" : "";
        if (column >= count) {
            lines = arena_format(arena, "%.*s%s: no column%s", TEXT_ARGUMENT(lines),
                                 role_names[role], end);
            continue;
        }
        lines = arena_format(arena, "%.*s%s: column '%.*s' (%.*s", TEXT_ARGUMENT(lines),
                             role_names[role], TEXT_ARGUMENT(text_trim(names[column])),
                             TEXT_ARGUMENT(mapping->reasons[role]));
        if (role == ROLE_RATING && !isnan(mapping->rating_scale))
            lines = arena_format(arena, "%.*s; best value %g", TEXT_ARGUMENT(lines),
                                 mapping->rating_scale);
        lines = arena_format(arena, "%.*s)%s", TEXT_ARGUMENT(lines), end);
    }
    return lines;
}
