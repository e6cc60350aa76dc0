/* roles.c - chooses the column of each role: the user's map, known roles, names, sample cells. */
#include "connectors/columns/roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_sides.h"
#include "connectors/columns/mapping_cells.h"
#include "connectors/columns/role_cells.h"
#include "connectors/columns/role_doubts.h"

const char *const role_names[ROLE_COUNT] = {
    [ROLE_NONE] = "none",     [ROLE_TEXT] = "text",     [ROLE_ID] = "id",
    [ROLE_DATE] = "date",     [ROLE_RATING] = "rating", [ROLE_TITLE] = "title",
    [ROLE_AUTHOR] = "author", [ROLE_LANG] = "lang",     [ROLE_REPLY] = "reply",
};

/* State of mapping_find. */
struct column_search {
    struct mapping *mapping;
    const struct samples *samples;
    const char *path;
    struct arena *arena;
    bool is_given[ROLE_COUNT]; /* by the user or a known export: not searched */
    bool *is_taken;            /* per column: already has a role */
    struct column_table table;
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
    for (size_t i = 0; i < search->samples->count && list.size < 400; i++) {
        struct text name = search->samples->names[i];
        name = text_slice(name, 0, utf8_boundary_before(name, 60));
        list = arena_format(search->arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), i ? ", " : "",
                            TEXT_ARGUMENT(name));
    }
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
    for (size_t i = 0; i < mapping->text_column_count; i++)
        if (mapping->text_columns[i] == column)
            return;
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

/* How well the name fits; above 0 only if the cells fit too. */
static double rank_column(struct column_search *search, enum role role, size_t column)
{
    enum { MAX_WEAK_AUTHOR_SCORE = 83, WEAK_AUTHOR_MALUS = 40 };
    const struct column_traits *traits = &search->table.traits[column];
    double rank = traits->scores[role];
    if (rank == 0 || search->is_taken[column] ||
        column_judge(&search->table, role, column) != REFUSAL_NONE)
        return 0;
    /* "name" and "user_id" are the author's only if no name has a word for authors. */
    if (role == ROLE_AUTHOR && rank >= COLUMN_NAME_EXACT && rank <= MAX_WEAK_AUTHOR_SCORE)
        rank -= WEAK_AUTHOR_MALUS;
    if (role == ROLE_ID && traits->words.side == SIDE_UNCLEAR && search->table.unclear_is_company)
        rank /= 2;
    if (search->samples->rows > 0 && traits->profile.filled == 0)
        rank -= 25;                              /* an empty column */
    if (role == ROLE_TEXT || role == ROLE_REPLY) /* of two equal names, the longer cells */
        rank += fmin(column_profile_mean_size(&traits->profile) / 200, 0.9);
    return rank;
}

/* The free column whose name fits the role best, and its rank in *best; SIZE_MAX if none ranks
 * above *best. */
static size_t find_best_column_by_name(struct column_search *search, enum role role, double *best)
{
    size_t found = SIZE_MAX;
    for (size_t column = 0; column < search->samples->count; column++) {
        double rank = rank_column(search, role, column);
        if (rank > *best) {
            *best = rank;
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
        bool is_exact =
            search->table.traits[best_column].scores[best_role] >= COLUMN_NAME_EXACT - 1;
        assign_role(search, best_role, best_column, is_exact ? "name" : "part of the name");
    }
}

/* Whether all cells of the column are dates and not plain numbers. */
static bool has_only_dates(struct column_search *search, size_t column)
{
    const struct column_profile *profile = &search->table.traits[column].profile;
    return !search->is_taken[column] && profile->filled >= 2 && profile->numbers == 0 &&
           column_date_share(&search->table, column) >= 1 &&
           column_judge(&search->table, ROLE_DATE, column) == REFUSAL_NONE &&
           !column_name_forbids(ROLE_DATE, search->samples->names[column]);
}

/* Without a matching name: the only column whose cells are all dates. Of several, the one whose
 * dates are never earlier than the others': the end of an answer counts, not its start. */
static void assign_date_by_cells(struct column_search *search)
{
    size_t found = SIZE_MAX, candidates = 0;
    bool is_last = true;
    for (size_t column = 0; column < search->samples->count; column++) {
        if (!has_only_dates(search, column))
            continue;
        candidates++;
        if (found == SIZE_MAX) {
            found = column;
        } else if (column_dates_follow(&search->table, column, found)) {
            found = column;
        } else {
            is_last &= column_dates_follow(&search->table, found, column);
        }
    }
    if (candidates == 1)
        assign_role(search, ROLE_DATE, found, "all cells are dates");
    else if (found != SIZE_MAX && is_last &&
             !column_name_excludes(ROLE_DATE, search->samples->names[found]))
        assign_role(search, ROLE_DATE, found, "the last of several dates");
}

/* Without a matching name: the free-text column with the largest total size. */
static void assign_text_by_cells(struct column_search *search)
{
    size_t found = SIZE_MAX, max_bytes = 0;
    for (size_t column = 0; column < search->samples->count; column++) {
        const struct column_profile *profile = &search->table.traits[column].profile;
        if (search->is_taken[column] ||
            column_judge(&search->table, ROLE_TEXT, column) != REFUSAL_NONE ||
            column_profile_has_codes(profile))
            continue;
        bool is_varied = profile->distinct * 3 >= profile->filled;
        if (column_profile_mean_words(profile) >= 3 && is_varied && profile->bytes > max_bytes) {
            max_bytes = profile->bytes;
            found = column;
        }
    }
    if (found != SIZE_MAX)
        assign_role(search, ROLE_TEXT, found, "the longest texts");
}

/* Without free text: words in a column that is named like a rating, as "Bewertung" and "review"
 * mean both; in a file of few rows the name decides. */
static void assign_text_by_rating_name(struct column_search *search)
{
    size_t found = SIZE_MAX, max_bytes = 0;
    for (size_t column = 0; column < search->samples->count; column++) {
        const struct column_traits *traits = &search->table.traits[column];
        const struct column_profile *profile = &traits->profile;
        if (search->is_taken[column] || traits->scores[ROLE_RATING] < COLUMN_NAME_LIKELY ||
            profile->bytes <= max_bytes || profile->distinct * 3 < profile->filled ||
            column_judge(&search->table, ROLE_RATING, column) != REFUSAL_NO_RATINGS ||
            column_judge(&search->table, ROLE_TEXT, column) != REFUSAL_NONE ||
            (column_profile_has_codes(profile) && column_profile_mean_words(profile) < 3))
            continue;
        max_bytes = profile->bytes;
        found = column;
    }
    if (found != SIZE_MAX)
        assign_role(search, ROLE_TEXT, found, "words under the name of a rating");
}

/* Whether the name has no meaning, as "column_3" of a table without a header has none. */
static bool is_nameless(struct text name)
{
    size_t digits = strlen("column_");
    if (!text_starts_with(name, TEXT("column_")) || name.size == digits)
        return false;
    while (digits < name.size && ascii_is_digit(name.bytes[digits]))
        digits++;
    return digits == name.size;
}

/* Columns of free text that no role explains. */
static void list_free_texts(struct column_search *search)
{
    struct mapping *mapping = search->mapping;
    size_t *list = arena_alloc(search->arena, search->samples->count + 1, sizeof(*list));
    mapping->free_texts = list;
    for (size_t column = 0; column < search->samples->count; column++)
        if (!search->is_taken[column] && !is_nameless(search->samples->names[column]) &&
            column_profile_is_free_text(&search->table.traits[column].profile) &&
            column_judge(&search->table, ROLE_TEXT, column) == REFUSAL_NONE &&
            !column_name_forbids(ROLE_TEXT, search->samples->names[column]))
            list[mapping->free_text_count++] = column;
}

/* The only column without a known name whose cells are ratings beyond doubt; SIZE_MAX if there are
 * none or several. `allow_numbers`: numbers suffice even under a name, which may be of a count. */
static size_t find_only_ratings(struct column_search *search, bool allow_numbers)
{
    size_t found = SIZE_MAX, candidates = 0;
    for (size_t column = 0; column < search->samples->count; column++) {
        bool may_be_numbers = allow_numbers || is_nameless(search->samples->names[column]);
        if (search->is_taken[column] || column_has_known_name(&search->table.traits[column]) ||
            !column_has_obvious_ratings(&search->table, column, may_be_numbers))
            continue;
        candidates++;
        found = column;
    }
    return candidates == 1 ? found : SIZE_MAX;
}

static void assign_rating_by_cells(struct column_search *search)
{
    size_t column = find_only_ratings(search, false);
    if (column != SIZE_MAX)
        assign_role(search, ROLE_RATING, column, "all cells are ratings");
}

/* Names the column that the user may want as the rating. */
static void suggest_rating(struct column_search *search)
{
    enum { MAX_SUGGESTED_NAME_SIZE = 60 };
    struct mapping *mapping = search->mapping;
    if (search->is_given[ROLE_RATING] || mapping->columns[ROLE_RATING] != SIZE_MAX ||
        mapping->doubts[ROLE_RATING].size > 0)
        return;
    size_t column = find_only_ratings(search, true);
    if (column == SIZE_MAX || search->samples->names[column].size > MAX_SUGGESTED_NAME_SIZE)
        return;
    struct text name = text_trim(search->samples->names[column]);
    mapping->doubts[ROLE_RATING] =
        arena_format(search->arena, "if '%.*s' is one: map = rating=%.*s", TEXT_ARGUMENT(name),
                     TEXT_ARGUMENT(name));
}

/* A column that is named like the text but has no text gives way to the column with most free text.
 */
static void replace_empty_text(struct column_search *search)
{
    size_t named = search->mapping->columns[ROLE_TEXT], found = SIZE_MAX, max_bytes = 0;
    if (named == SIZE_MAX || search->is_given[ROLE_TEXT] || search->samples->rows == 0 ||
        search->table.traits[named].profile.filled > 0)
        return;
    for (size_t column = 0; column < search->samples->count; column++) {
        const struct column_profile *profile = &search->table.traits[column].profile;
        if (search->is_taken[column] || profile->bytes <= max_bytes ||
            !column_profile_is_free_text(profile))
            continue;
        max_bytes = profile->bytes;
        found = column;
    }
    if (found != SIZE_MAX)
        assign_role(search, ROLE_TEXT, found,
                    "the longest texts; the column with the name is empty");
}

/* Ids and authors that a spreadsheet has rounded would merge records. */
static size_t refuse_rounded_numbers(struct column_search *search, enum role role, size_t column)
{
    bool is_name = role == ROLE_ID || role == ROLE_AUTHOR;
    if (!is_name || column == SIZE_MAX ||
        column_judge(&search->table, role, column) != REFUSAL_ROUNDED)
        return column;
    search->mapping->doubts[role] = refusal_describe(&search->table, role, column, search->arena);
    return SIZE_MAX;
}

static void apply_known_roles(struct column_search *search, const struct known_roles *known_roles)
{
    for (int role = ROLE_NONE + 1; known_roles && role < ROLE_COUNT; role++) {
        if (!known_roles->is_known[role] || search->is_given[role])
            continue;
        if (role == ROLE_TEXT && known_roles->columns[role] != SIZE_MAX)
            add_text_column(search, known_roles->columns[role]);
        size_t column = refuse_rounded_numbers(search, (enum role)role, known_roles->columns[role]);
        assign_role(search, (enum role)role, column, "given");
        search->is_given[role] = true;
    }
}

/* Warns of an id that the user gave and that a spreadsheet has rounded. */
static void doubt_given_id(struct column_search *search)
{
    size_t column = search->mapping->columns[ROLE_ID];
    if (column != SIZE_MAX && search->is_given[ROLE_ID] &&
        column_judge(&search->table, ROLE_ID, column) == REFUSAL_ROUNDED)
        search->mapping->doubts[ROLE_ID] =
            TEXT("a spreadsheet has rounded it: rows with the same number count as one record");
}

/* The column of the writers is neither an author nor a title. A known export knows its own. */
static void find_sides(struct column_search *search, const struct known_roles *known_roles)
{
    if (known_roles)
        return;
    search->mapping->sides = writer_sides_find(&search->table, search->is_taken);
    if (search->mapping->sides.column != SIZE_MAX)
        search->is_taken[search->mapping->sides.column] = true;
}

/* A translation has no role of its own. */
static void find_translations(struct column_search *search, const struct known_roles *known_roles)
{
    struct translations *translations = &search->mapping->translations;
    if (known_roles)
        return;
    *translations = translations_find(search->samples, search->is_taken, search->arena);
    for (size_t column = 0; column < translations->count; column++)
        search->is_taken[column] |= translations_include(translations, column);
}

/* Roles that neither the user nor the export gives. */
static void search_columns(struct column_search *search)
{
    struct mapping *mapping = search->mapping;
    bool can_have_reply = !search->is_given[ROLE_REPLY] || mapping->columns[ROLE_REPLY] != SIZE_MAX;
    column_sides_decide(&search->table, mapping->columns[ROLE_TEXT], can_have_reply);
    assign_by_name(search);
    replace_empty_text(search);
    if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !search->is_given[ROLE_TEXT])
        assign_text_by_cells(search);
    if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !search->is_given[ROLE_TEXT])
        assign_text_by_rating_name(search);
    if (mapping->columns[ROLE_DATE] == SIZE_MAX && !search->is_given[ROLE_DATE])
        assign_date_by_cells(search);
    if (mapping->columns[ROLE_RATING] == SIZE_MAX && !search->is_given[ROLE_RATING])
        assign_rating_by_cells(search);
    doubts_find(&search->table, mapping, search->is_given, search->arena);
    doubt_given_id(search);
    suggest_rating(search);
    list_free_texts(search);
}

static bool report_missing_text(const struct column_search *search, struct error *error)
{
    struct text doubts = search->mapping->doubts[ROLE_TEXT];
    return error_set(error, ERROR_USAGE,
                     "%s: no column looks like the text%s%.*s; name it with 'map = text=COLUMN'; "
                     "the columns are: %.*s",
                     search->path, doubts.size ? "; " : "", TEXT_ARGUMENT(doubts),
                     TEXT_ARGUMENT(list_names(search)));
}

bool mapping_find(struct mapping *mapping, const struct samples *samples,
                  const struct mapping_options *options, struct arena *arena, struct error *error)
{
    *mapping = (struct mapping){.date_order = options->date_order,
                                .given_date_order = options->date_order,
                                .date_zone_seconds = options->date_zone_seconds,
                                .rating_scale = NAN,
                                .sides = {.column = SIZE_MAX}};
    for (int role = 0; role < ROLE_COUNT; role++)
        mapping->columns[role] = SIZE_MAX;
    struct column_search search = {
        .mapping = mapping,
        .samples = samples,
        .path = options->path,
        .arena = arena,
        .is_taken = memory_alloc(samples->count + 1, sizeof(bool)),
    };
    column_table_init(&search.table, samples);
    mapping->nobody = search.table.nobody;
    bool ok = apply_user_mapping(&search, options->user_mapping, error);
    if (ok) {
        apply_known_roles(&search, options->known_roles);
        find_sides(&search, options->known_roles);
        find_translations(&search, options->known_roles);
        search_columns(&search);
        mapping_describe_columns(mapping, samples, options);
        mapping_measure_sample(mapping, samples, arena);
        if (mapping->columns[ROLE_TEXT] == SIZE_MAX && !search.is_given[ROLE_TEXT] &&
            !options->allow_missing_text)
            ok = report_missing_text(&search, error);
    }
    free(search.is_taken);
    column_table_free(&search.table);
    return ok;
}
