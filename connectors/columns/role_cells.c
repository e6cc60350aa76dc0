/* role_cells.c - judges the sample cells of a column for a role. */
#include "connectors/columns/role_cells.h"

#include <math.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "connectors/columns/cell_tests.h"
#include "connectors/columns/column_names.h"

enum {
    /* The score of names that mean an id and not a row number: "id", not "no." or "번호". */
    MIN_CERTAIN_ID_SCORE = 85,
    /* The score of names that mean a rating even if some cells are -1, for no rating. */
    MIN_CERTAIN_RATING_SCORE = 92,
    MIN_AUTHORS = 3,       /* fewer cells do not show whether authors differ */
    MIN_TITLES = 6,        /* the same for titles */
    MAX_JUDGED_CELLS = 100 /* filled cells whose dates and ratings are counted */
};

/* ---- Counting cells ---- */

struct text column_cell(const struct column_table *table, size_t row, size_t column)
{
    return text_trim_unicode(samples_cell(table->samples, row, column));
}

size_t column_find_cell(const struct column_table *table, size_t column, cell_test *test,
                        bool expected)
{
    size_t row = 0;
    while (row < table->samples->rows) {
        struct text cell = column_cell(table, row, column);
        if (!cell_has_no_value(cell) && test(cell) == expected)
            return row;
        row++;
    }
    return row;
}

/* Share of the cells with a value that pass the test; 1 if none has one. */
static double share_of_cells(const struct column_table *table, size_t column, cell_test *test)
{
    size_t filled = 0, passed = 0;
    for (size_t row = 0; row < table->samples->rows && filled < MAX_JUDGED_CELLS; row++) {
        struct text cell = column_cell(table, row, column);
        if (cell_has_no_value(cell))
            continue;
        filled++;
        passed += test(cell);
    }
    return filled ? (double)passed / (double)filled : 1;
}

double column_date_share(const struct column_table *table, size_t column)
{
    return share_of_cells(table, column, cell_is_date);
}

bool column_dates_follow(const struct column_table *table, size_t column, size_t other)
{
    size_t later = 0;
    for (size_t row = 0; row < table->samples->rows; row++) {
        int64_t seconds, other_seconds;
        if (!date_parse(column_cell(table, row, column), DATE_ORDER_UNKNOWN, 0, &seconds) ||
            !date_parse(column_cell(table, row, other), DATE_ORDER_UNKNOWN, 0, &other_seconds))
            continue;
        if (seconds < other_seconds)
            return false;
        later += seconds > other_seconds;
    }
    return later > 0;
}

static int compare_hashed_rows(const void *a, const void *b)
{
    const struct hashed_row *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

size_t column_list_by_hash(const struct column_table *table, size_t column, bool skip_nobody,
                           struct hashed_row *list)
{
    size_t count = 0;
    for (size_t row = 0; row < table->samples->rows; row++) {
        struct text cell = column_cell(table, row, column);
        if (cell.size > 0 && !(skip_nobody && nobody_filter_matches(&table->nobody, cell)))
            list[count++] = (struct hashed_row){hash_text(cell), row};
    }
    qsort(list, count, sizeof(*list), compare_hashed_rows);
    return count;
}

struct frequent_author column_find_frequent_author(const struct column_table *table, size_t column,
                                                   bool skip_nobody)
{
    struct frequent_author frequent = {0};
    struct hashed_row *list = memory_alloc(table->samples->rows + 1, sizeof(*list));
    frequent.named = column_list_by_hash(table, column, skip_nobody, list);
    for (size_t i = 0, begin = 0; i < frequent.named; i++) {
        if (list[i].hash != list[begin].hash)
            begin = i;
        if (i + 1 - begin > frequent.rows) {
            frequent.rows = i + 1 - begin;
            frequent.row = list[begin].row;
        }
    }
    free(list);
    return frequent;
}

/* ---- Judging a column ---- */

/* 1, 2, 3, ... from the top: row numbers are no ids, since the next export gives them to other
 * records. */
static bool has_row_numbers(const struct column_table *table, size_t column)
{
    int64_t number, first = -1;
    for (size_t row = 0; row < table->samples->rows; row++) {
        if (!text_to_integer(column_cell(table, row, column), &number))
            return false;
        if (row == 0)
            first = number;
        if (number != first + (int64_t)row)
            return false;
    }
    return first == 0 || first == 1;
}

/* A rounded number is equal for several records: as an id it would merge them. */
static bool has_rounded_numbers(const struct column_table *table, size_t column)
{
    if (table->traits[column].profile.filled == 0)
        return false;
    return share_of_cells(table, column, cell_is_in_scientific_notation) >= 0.1 ||
           share_of_cells(table, column, cell_is_rounded) >= 0.9;
}

static enum refusal judge_id(const struct column_table *table, size_t column)
{
    const struct column_traits *traits = &table->traits[column];
    const struct column_profile *profile = &traits->profile;
    if (has_rounded_numbers(table, column))
        return REFUSAL_ROUNDED;
    if (traits->scores[ROLE_ID] < MIN_CERTAIN_ID_SCORE && has_row_numbers(table, column))
        return REFUSAL_ROW_NUMBERS;
    if (profile->filled * 10 < table->samples->rows * 9)
        return REFUSAL_BLANKS;
    /* ids are distinct, except for a few repeated rows */
    return profile->distinct * 10 < profile->filled * 8 ? REFUSAL_REPEATED : REFUSAL_NONE;
}

static enum refusal judge_rating(const struct column_table *table, size_t column)
{
    const struct column_traits *traits = &table->traits[column];
    bool is_certain = traits->scores[ROLE_RATING] >= MIN_CERTAIN_RATING_SCORE;
    if (traits->words.may_count_votes && !traits->words.counts_votes &&
        (table->is_forum ||
         (table->has_votes &&
          column_find_cell(table, column, cell_is_from_1_to_10, false) < table->samples->rows)))
        return REFUSAL_VOTES;
    if (column_find_cell(table, column, is_certain ? cell_is_less_than_minus_one : cell_is_negative,
                         true) < table->samples->rows)
        return REFUSAL_NEGATIVE;
    return share_of_cells(table, column, cell_is_rating) < 0.6 ? REFUSAL_NO_RATINGS : REFUSAL_NONE;
}

static bool is_name_of_thing(int score)
{
    return score <= COLUMN_NAME_MAX_THING && score >= COLUMN_NAME_EXACT - 1;
}

/* Whether another column that may name the author differs from row to row. */
static bool has_varied_author(const struct column_table *table, size_t column)
{
    for (size_t other = 0; other < table->samples->count; other++) {
        const struct column_traits *traits = &table->traits[other];
        int score = traits->scores[ROLE_AUTHOR];
        if (other != column && score > 0 && !is_name_of_thing(score) &&
            traits->words.side == SIDE_CUSTOMER && traits->profile.filled >= MIN_AUTHORS &&
            traits->profile.distinct * 10 >= traits->profile.filled * 9)
            return true;
    }
    return false;
}

static enum refusal judge_author(const struct column_table *table, size_t column)
{
    const struct column_traits *traits = &table->traits[column];
    const struct column_profile *profile = &traits->profile;
    if (traits->words.names_company)
        return REFUSAL_COMPANY;
    if (has_rounded_numbers(table, column))
        return REFUSAL_ROUNDED;
    struct frequent_author frequent = column_find_frequent_author(table, column, true);
    if (frequent.named == 0)
        return REFUSAL_NOBODY;
    bool is_repeated = profile->filled >= MIN_AUTHORS && profile->distinct * 2 <= profile->filled;
    bool may_be_thing = is_name_of_thing(traits->scores[ROLE_AUTHOR]);
    if (may_be_thing && column_profile_has_dates(profile))
        return REFUSAL_DATES; /* "from" and "to" */
    return is_repeated && (may_be_thing || has_varied_author(table, column)) ? REFUSAL_FEW_VALUES
                                                                             : REFUSAL_NONE;
}

static bool is_company_side(const struct column_table *table, enum role role,
                            const struct column_words *words)
{
    if (role == ROLE_REPLY || (role == ROLE_RATING && words->is_about_seller))
        return false;
    return words->side == SIDE_COMPANY ||
           (words->side == SIDE_UNCLEAR && table->unclear_is_company && role != ROLE_ID);
}

static enum refusal judge(const struct column_table *table, enum role role, size_t column)
{
    const struct column_profile *profile = &table->traits[column].profile;
    if (is_company_side(table, role, &table->traits[column].words))
        return REFUSAL_COMPANY;
    if (profile->filled == 0)
        return role == ROLE_AUTHOR && table->traits[column].words.names_company ? REFUSAL_COMPANY
                                                                                : REFUSAL_NONE;
    switch (role) {
    case ROLE_TEXT:
        if (column_profile_has_numbers(profile))
            return REFUSAL_NUMBERS;
        if (column_profile_has_links(profile))
            return REFUSAL_LINKS;
        return column_profile_has_dates(profile) ? REFUSAL_DATES : REFUSAL_NONE;
    case ROLE_TITLE:
        if (column_profile_has_numbers(profile))
            return REFUSAL_NUMBERS;
        if (column_profile_has_dates(profile))
            return REFUSAL_DATES;
        return profile->filled >= MIN_TITLES && profile->distinct * 3 <= profile->filled
                   ? REFUSAL_FEW_VALUES
                   : REFUSAL_NONE;
    case ROLE_ID:
        return judge_id(table, column);
    case ROLE_DATE:
        return column_date_share(table, column) < 0.5 ? REFUSAL_NO_DATES : REFUSAL_NONE;
    case ROLE_RATING:
        return judge_rating(table, column);
    case ROLE_AUTHOR:
        return judge_author(table, column);
    default:
        return REFUSAL_NONE;
    }
}

enum refusal column_judge(struct column_table *table, enum role role, size_t column)
{
    enum refusal *refusal = &table->traits[column].refusals[role];
    if (*refusal == REFUSAL_UNKNOWN)
        *refusal = judge(table, role, column);
    return *refusal;
}

/* ---- Columns whose names say nothing ---- */

/* "4", "4.5", "4/5" or stars, but no words. */
static bool parse_plain_rating(struct text cell, double *rating, double *scale)
{
    bool is_star = text_starts_with(cell, TEXT("★")) || text_starts_with(cell, TEXT("☆")) ||
                   text_starts_with(cell, TEXT("⭐"));
    *scale = NAN;
    return (is_star || (cell.size > 0 && ascii_is_digit(cell.bytes[0]))) &&
           rating_parse(cell, rating, scale);
}

/* What the ratings of a column have in common. */
struct rating_range {
    double min, max, scale; /* scale: NAN if none is stated */
    bool is_ascending, is_descending, is_uniform;
    double last;
};

static void add_rating(struct rating_range *range, double rating, double scale, bool is_first)
{
    if (is_first)
        *range = (struct rating_range){rating, rating, scale, true, true, true, rating};
    range->min = fmin(range->min, rating);
    range->max = fmax(range->max, rating);
    range->is_ascending &= rating >= range->last;
    range->is_descending &= rating <= range->last;
    range->is_uniform &= isnan(scale) ? isnan(range->scale) : scale == range->scale;
    range->last = rating;
}

bool column_has_obvious_ratings(const struct column_table *table, size_t column, bool allow_numbers)
{
    const struct column_profile *profile = &table->traits[column].profile;
    struct rating_range range = {0};
    size_t count = 0;
    if (profile->filled < 3 || profile->filled * 2 < table->samples->rows || profile->distinct < 2)
        return false;
    for (size_t row = 0; row < table->samples->rows; row++) {
        struct text cell = column_cell(table, row, column);
        double rating, scale;
        if (cell_has_no_value(cell))
            continue;
        if (!parse_plain_rating(cell, &rating, &scale) || rating < 0)
            return false;
        add_rating(&range, rating, scale, count++ == 0);
    }
    if (!range.is_uniform)
        return false;
    if (!isnan(range.scale))
        return (range.scale == 5 || range.scale == 10) && range.max <= range.scale;
    bool is_five_points = range.min >= 1 && range.max >= 3 && range.max <= 5;
    bool is_ten_points = range.max > 5 && range.max <= 10;
    /* Numbers in order are those of rows. */
    bool is_in_order = range.is_ascending || range.is_descending;
    return allow_numbers && (is_five_points || is_ten_points) &&
           (!is_in_order || profile->distinct * 2 <= profile->filled);
}

bool column_has_replies(const struct column_table *table, size_t column)
{
    const struct column_profile *profile = &table->traits[column].profile;
    if (profile->filled == 0)
        return true;
    if (column_profile_has_numbers(profile) || column_profile_has_links(profile) ||
        column_date_share(table, column) >= 0.5)
        return false;
    /* "yes" and "no", or names of employees */
    return profile->words * 2 >= profile->filled * 3;
}

/* ---- All columns ---- */

void column_table_init(struct column_table *table, const struct samples *samples)
{
    *table = (struct column_table){.samples = samples};
    table->traits = memory_alloc(samples->count + 1, sizeof(*table->traits));
    nobody_filter_init(&table->nobody);
    for (size_t column = 0; column < samples->count; column++) {
        struct column_traits *traits = &table->traits[column];
        traits->profile = column_profile_measure(samples, column);
        traits->words = column_words_find(samples->names[column]);
        column_name_scores(samples->names[column], traits->scores);
        for (int role = 0; role < ROLE_COUNT; role++)
            traits->refusals[role] = REFUSAL_UNKNOWN;
        if (traits->words.counts_votes && traits->scores[ROLE_RATING] < MIN_CERTAIN_RATING_SCORE)
            traits->scores[ROLE_RATING] = 0;
        bool is_count = traits->profile.numbers * 2 >= traits->profile.filled;
        table->has_votes |= traits->words.counts_votes && is_count;
        table->is_forum |= traits->words.is_in_forum && is_count;
    }
}

void column_table_free(struct column_table *table)
{
    free(table->traits);
}
