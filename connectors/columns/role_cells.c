/* role_cells.c - judges the sample cells of a column for a role. */
#include "connectors/columns/role_cells.h"

#include <math.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/columns/column_names.h"

enum {
    /* The score of names that mean an id and not a row number: "id", not "no." or "번호". */
    MIN_CERTAIN_ID_SCORE = 85,
    /* The score of names that mean a rating even if some cells are -1, for no rating. */
    MIN_CERTAIN_RATING_SCORE = 92,
    /* The score of names that may be those of a thing: "name", "nom". */
    MAX_THING_NAME_SCORE = 61,
    MIN_AUTHORS = 5,       /* fewer cells do not show whether authors differ */
    MAX_JUDGED_CELLS = 100 /* filled cells whose dates and ratings are counted */
};

/* ---- Tests of a single cell ---- */

typedef bool cell_test(struct text cell);

static bool is_date(struct text cell)
{
    int64_t seconds;
    return date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
}

static bool is_rating(struct text cell)
{
    double rating, scale;
    return rating_parse(cell, &rating, &scale) && rating >= -5 && rating <= 100;
}

static bool is_number(struct text cell)
{
    double number;
    return text_to_real(cell, &number);
}

static bool is_no_number(struct text cell)
{
    return !is_number(cell);
}

static bool is_negative(struct text cell)
{
    double number;
    return text_to_real(cell, &number) && number < 0;
}

static bool is_less_than_minus_one(struct text cell)
{
    double number;
    return text_to_real(cell, &number) && number < 0 && number != -1;
}

static bool is_from_1_to_10(struct text cell)
{
    double rating, scale;
    return rating_parse(cell, &rating, &scale) && rating >= 1 && rating <= 10;
}

/* 1.14501E+11 or 1,14501e+11: a spreadsheet shows long numbers so, and saves what it shows. */
static bool is_in_scientific_notation(struct text cell)
{
    size_t digits = 0, exponent = 0, at = 0;
    while (at < cell.size && (ascii_is_digit(cell.bytes[at]) ||
                              (at == 1 && (cell.bytes[at] == '.' || cell.bytes[at] == ','))))
        digits += ascii_is_digit(cell.bytes[at++]);
    bool is_marked = at + 1 < cell.size && (cell.bytes[at] | 32) == 'e' &&
                     (cell.bytes[at + 1] == '+' || (digits > 1 && at == digits + 1));
    if (digits == 0 || !is_marked)
        return false;
    for (at += cell.bytes[at + 1] == '+' ? 2 : 1; at < cell.size; at++)
        if (!ascii_is_digit(cell.bytes[at]) || ++exponent > 3)
            return false;
    return exponent > 0;
}

/* Spreadsheets keep 15 digits of a number and fill the rest with zeros. */
static bool ends_in_zeros_after_15_digits(struct text cell)
{
    enum { KEPT_DIGITS = 15 };
    for (size_t i = 0; i < cell.size; i++)
        if (!ascii_is_digit(cell.bytes[i]) || (i >= KEPT_DIGITS && cell.bytes[i] != '0'))
            return false;
    return cell.size > KEPT_DIGITS;
}

static bool is_rounded(struct text cell)
{
    return is_in_scientific_notation(cell) || ends_in_zeros_after_15_digits(cell);
}

/* ---- Counting cells ---- */

static struct text cell_at(const struct column_table *table, size_t row, size_t column)
{
    return text_trim(samples_cell(table->samples, row, column));
}

/* The first cell with a value whose test gives `expected`; the number of rows if there is none. */
static size_t find_cell(const struct column_table *table, size_t column, cell_test *test,
                        bool expected)
{
    size_t row = 0;
    while (row < table->samples->rows) {
        struct text cell = cell_at(table, row, column);
        if (!cell_has_no_value(cell) && test(cell) == expected)
            return row;
        row++;
    }
    return row;
}

/* Share of the filled cells that pass the test; 1 if no cell is filled. */
static double share_of_cells(const struct column_table *table, size_t column, cell_test *test)
{
    size_t filled = 0, passed = 0;
    for (size_t row = 0; row < table->samples->rows && filled < MAX_JUDGED_CELLS; row++) {
        struct text cell = cell_at(table, row, column);
        if (cell.size == 0)
            continue;
        filled++;
        passed += test(cell);
    }
    return filled ? (double)passed / (double)filled : 1;
}

double column_date_share(const struct column_table *table, size_t column)
{
    return share_of_cells(table, column, is_date);
}

/* The cell that most rows have among those that name an author. */
struct frequent_author {
    size_t row;   /* the first one that has it */
    size_t rows;  /* how many have it */
    size_t named; /* how many name an author */
};

struct hashed_row {
    uint64_t hash;
    size_t row;
};

static int compare_hashed_rows(const void *a, const void *b)
{
    const struct hashed_row *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* The filled cells, equal ones next to each other; `list` has room for all rows. */
static size_t list_by_hash(const struct column_table *table, size_t column, bool skip_nobody,
                           struct hashed_row *list)
{
    size_t count = 0;
    for (size_t row = 0; row < table->samples->rows; row++) {
        struct text cell = cell_at(table, row, column);
        if (cell.size > 0 && !(skip_nobody && nobody_filter_matches(&table->nobody, cell)))
            list[count++] = (struct hashed_row){hash_text(cell), row};
    }
    qsort(list, count, sizeof(*list), compare_hashed_rows);
    return count;
}

static struct frequent_author find_frequent_author(const struct column_table *table, size_t column,
                                                   bool skip_nobody)
{
    struct frequent_author frequent = {0};
    struct hashed_row *list = memory_alloc(table->samples->rows + 1, sizeof(*list));
    frequent.named = list_by_hash(table, column, skip_nobody, list);
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
        if (!text_to_integer(cell_at(table, row, column), &number))
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
    if (table->facts[column].profile.filled == 0)
        return false;
    return share_of_cells(table, column, is_in_scientific_notation) >= 0.1 ||
           share_of_cells(table, column, is_rounded) >= 0.9;
}

static enum refusal judge_id(const struct column_table *table, size_t column)
{
    const struct column_facts *facts = &table->facts[column];
    const struct column_profile *profile = &facts->profile;
    if (has_rounded_numbers(table, column))
        return REFUSAL_ROUNDED;
    if (facts->scores[ROLE_ID] < MIN_CERTAIN_ID_SCORE && has_row_numbers(table, column))
        return REFUSAL_ROW_NUMBERS;
    if (profile->filled * 10 < table->samples->rows * 9)
        return REFUSAL_BLANKS;
    /* ids are distinct, except for a few repeated rows */
    return profile->distinct * 10 < profile->filled * 8 ? REFUSAL_REPEATED : REFUSAL_NONE;
}

static enum refusal judge_rating(const struct column_table *table, size_t column)
{
    const struct column_facts *facts = &table->facts[column];
    bool is_certain = facts->scores[ROLE_RATING] >= MIN_CERTAIN_RATING_SCORE;
    if (facts->words.may_count_votes && !facts->words.counts_votes &&
        (table->is_forum || (table->has_votes && find_cell(table, column, is_from_1_to_10, false) <
                                                     table->samples->rows)))
        return REFUSAL_VOTES;
    if (find_cell(table, column, is_certain ? is_less_than_minus_one : is_negative, true) <
        table->samples->rows)
        return REFUSAL_NEGATIVE;
    return share_of_cells(table, column, is_rating) < 0.6 ? REFUSAL_NO_RATINGS : REFUSAL_NONE;
}

/* Whether another column that may name the author differs from row to row. */
static bool has_varied_author(const struct column_table *table, size_t column)
{
    for (size_t other = 0; other < table->samples->count; other++) {
        const struct column_facts *facts = &table->facts[other];
        if (other != column && facts->scores[ROLE_AUTHOR] > 0 &&
            facts->words.side == SIDE_CUSTOMER && facts->profile.filled >= MIN_AUTHORS - 2 &&
            facts->profile.distinct * 10 >= facts->profile.filled * 9)
            return true;
    }
    return false;
}

static enum refusal judge_author(const struct column_table *table, size_t column)
{
    const struct column_facts *facts = &table->facts[column];
    const struct column_profile *profile = &facts->profile;
    if (facts->words.names_company)
        return REFUSAL_COMPANY;
    if (has_rounded_numbers(table, column))
        return REFUSAL_ROUNDED;
    struct frequent_author frequent = find_frequent_author(table, column, true);
    if (frequent.named == 0)
        return REFUSAL_NOBODY;
    if (frequent.named >= MIN_AUTHORS && frequent.rows * 10 >= frequent.named * 9)
        return REFUSAL_ONE_AUTHOR;
    bool is_repeated =
        profile->filled >= MIN_AUTHORS - 2 && profile->distinct * 2 <= profile->filled;
    bool may_be_thing = facts->scores[ROLE_AUTHOR] <= MAX_THING_NAME_SCORE &&
                        facts->scores[ROLE_AUTHOR] >= COLUMN_NAME_EXACT - 1;
    return is_repeated && (may_be_thing || has_varied_author(table, column)) ? REFUSAL_FEW_AUTHORS
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
    const struct column_profile *profile = &table->facts[column].profile;
    if (is_company_side(table, role, &table->facts[column].words))
        return REFUSAL_COMPANY;
    if (profile->filled == 0)
        return role == ROLE_AUTHOR && table->facts[column].words.names_company ? REFUSAL_COMPANY
                                                                               : REFUSAL_NONE;
    switch (role) {
    case ROLE_TEXT:
        if (profile->numbers * 2 > profile->filled)
            return REFUSAL_NUMBERS;
        return profile->links * 2 > profile->filled ? REFUSAL_LINKS : REFUSAL_NONE;
    case ROLE_TITLE:
        return profile->numbers * 2 > profile->filled ? REFUSAL_NUMBERS : REFUSAL_NONE;
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
    enum refusal *refusal = &table->facts[column].refusals[role];
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
    const struct column_profile *profile = &table->facts[column].profile;
    struct rating_range range = {0};
    size_t count = 0;
    if (profile->filled < 3 || profile->filled * 2 < table->samples->rows || profile->distinct < 2)
        return false;
    for (size_t row = 0; row < table->samples->rows; row++) {
        struct text cell = cell_at(table, row, column);
        double rating, scale;
        if (cell.size == 0)
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
    const struct column_profile *profile = &table->facts[column].profile;
    if (profile->filled == 0)
        return true;
    if (profile->numbers * 2 > profile->filled || profile->links * 2 > profile->filled ||
        column_date_share(table, column) >= 0.5)
        return false;
    /* "yes" and "no", or names of employees */
    return profile->words * 2 >= profile->filled * 3;
}

/* ---- The explanation of a refusal ---- */

static struct text quote_cell(const struct column_table *table, size_t row, size_t column,
                              struct arena *arena)
{
    enum { MAX_QUOTED_SIZE = 40 };
    struct text cell = cell_at(table, row, column);
    size_t size =
        cell.size > MAX_QUOTED_SIZE ? utf8_boundary_before(cell, MAX_QUOTED_SIZE) : cell.size;
    return arena_format(arena, "'%.*s%s'", TEXT_ARGUMENT(text_slice(cell, 0, size)),
                        size < cell.size ? "..." : "");
}

/* "'soon' (row 2) is no date", of the first filled cell whose test gives `expected`. */
static struct text explain_cell(const struct column_table *table, size_t column, cell_test *test,
                                bool expected, const char *verdict, struct arena *arena)
{
    size_t row = find_cell(table, column, test, expected);
    if (row == table->samples->rows)
        return text_of(verdict);
    return arena_format(arena, "%.*s (row %zu) %s",
                        TEXT_ARGUMENT(quote_cell(table, row, column, arena)), row + 1, verdict);
}

static struct text explain_repeated(const struct column_table *table, size_t column,
                                    struct arena *arena)
{
    struct hashed_row *list = memory_alloc(table->samples->rows + 1, sizeof(*list));
    size_t count = list_by_hash(table, column, false, list), first = 0;
    for (size_t i = 1; i < count; i++)
        if (list[i].hash == list[i - 1].hash && (first == 0 || list[i].row < list[first].row))
            first = i;
    struct text text = {0};
    if (first > 0)
        text = arena_format(arena, "values repeat: %.*s in rows %zu and %zu",
                            TEXT_ARGUMENT(quote_cell(table, list[first].row, column, arena)),
                            list[first - 1].row + 1, list[first].row + 1);
    free(list);
    return text;
}

static struct text explain_author(const struct column_table *table, size_t column, bool skip_nobody,
                                  struct arena *arena)
{
    struct frequent_author frequent = find_frequent_author(table, column, skip_nobody);
    return arena_format(arena, "%.*s in %zu of %zu rows",
                        TEXT_ARGUMENT(quote_cell(table, frequent.row, column, arena)),
                        frequent.rows, table->samples->rows);
}

static struct text explain_blank(const struct column_table *table, size_t column,
                                 struct arena *arena)
{
    size_t row = 0;
    while (row < table->samples->rows && cell_at(table, row, column).size > 0)
        row++;
    return arena_format(arena, "row %zu has none", row + 1);
}

struct text refusal_explain(struct column_table *table, enum role role, size_t column,
                            struct arena *arena)
{
    const struct column_profile *profile = &table->facts[column].profile;
    switch (column_judge(table, role, column)) {
    case REFUSAL_COMPANY:
        return TEXT("it is the company's");
    case REFUSAL_NUMBERS:
        return explain_cell(table, column, is_number, true, "is a number", arena);
    case REFUSAL_LINKS:
        return explain_cell(table, column, is_no_number, true, "is a link or an address", arena);
    case REFUSAL_ROW_NUMBERS:
        return TEXT("it numbers the rows");
    case REFUSAL_BLANKS:
        return explain_blank(table, column, arena);
    case REFUSAL_REPEATED:
        return explain_repeated(table, column, arena);
    case REFUSAL_ROUNDED:
        return explain_cell(table, column, is_rounded, true,
                            role == ROLE_ID ? "was rounded by a spreadsheet; the rows of an export "
                                              "are told apart by their content"
                                            : "was rounded by a spreadsheet",
                            arena);
    case REFUSAL_NO_DATES:
        return explain_cell(table, column, is_date, false, "is no date", arena);
    case REFUSAL_NO_RATINGS:
        return explain_cell(table, column, is_rating, false, "is no rating", arena);
    case REFUSAL_NEGATIVE:
        return explain_cell(table, column, is_negative, true, "is below 0, as votes are", arena);
    case REFUSAL_VOTES:
        return TEXT("it counts votes, as other columns do");
    case REFUSAL_NOBODY:
        return explain_author(table, column, false, arena);
    case REFUSAL_ONE_AUTHOR:
        return explain_author(table, column, true, arena);
    case REFUSAL_FEW_AUTHORS:
        return arena_format(arena, "only %zu different values in %zu rows", profile->distinct,
                            table->samples->rows);
    default:
        return (struct text){0};
    }
}

/* ---- All columns ---- */

void column_table_init(struct column_table *table, const struct samples *samples)
{
    *table = (struct column_table){.samples = samples};
    table->facts = memory_alloc(samples->count + 1, sizeof(*table->facts));
    nobody_filter_init(&table->nobody);
    for (size_t column = 0; column < samples->count; column++) {
        struct column_facts *facts = &table->facts[column];
        facts->profile = column_profile_measure(samples, column);
        facts->words = column_words_find(samples->names[column]);
        column_name_scores(samples->names[column], facts->scores);
        for (int role = 0; role < ROLE_COUNT; role++)
            facts->refusals[role] = REFUSAL_UNKNOWN;
        if (facts->words.counts_votes && facts->scores[ROLE_RATING] < MIN_CERTAIN_RATING_SCORE)
            facts->scores[ROLE_RATING] = 0;
        bool is_count = facts->profile.numbers * 2 >= facts->profile.filled;
        table->has_votes |= facts->words.counts_votes && is_count;
        table->is_forum |= facts->words.is_in_forum && is_count;
    }
}

void column_table_free(struct column_table *table)
{
    free(table->facts);
}
