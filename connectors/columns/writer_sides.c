/* writer_sides.c - compares cells and names with the word lists of writers. */
#include "connectors/columns/writer_sides.h"

#include "base/ascii.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/questions.h"
#include "connectors/columns/role_cells.h"

enum { MAX_WORD_SIZE = 40, MAX_DIFFERENT_CELLS = 12 };

enum word_side { NO_SIDE, CUSTOMER, COMPANY, YES, NO };

/* NAMED: only in a column whose name says that it is of the writers. */
enum word_use { ANY, NAMED };

enum name_kind { SENDER = WRITER_SENDER, COMPANY_FLAG, CUSTOMER_FLAG };

enum name_match { WORD, WITHIN, ALL };

static const struct {
    struct text word;
    enum word_side side;
    enum word_use use;
} writer_words[] = {
#define ROW(language, word, side, use) {{word, sizeof(word) - 1}, side, use},
#include "connectors/columns/data/writer_words.inc"
#undef ROW
};

static const struct {
    struct text name;
    enum name_kind kind;
    enum name_match match;
} writer_columns[] = {
#define ROW(language, name, kind, match) {{name, sizeof(name) - 1}, kind, match},
#include "connectors/columns/data/writer_columns.inc"
#undef ROW
};

enum {
    WRITER_WORD_COUNT = sizeof(writer_words) / sizeof(*writer_words),
    WRITER_COLUMN_COUNT = sizeof(writer_columns) / sizeof(*writer_columns)
};

/* ---- Names ---- */

static bool contains_word(struct text name, struct text word)
{
    for (size_t at = text_find(name, word, 0); at < name.size; at = text_find(name, word, at + 1)) {
        size_t end = at + word.size;
        if ((at == 0 || name.bytes[at - 1] == ' ') && (end == name.size || name.bytes[end] == ' '))
            return true;
    }
    return false;
}

/* `member`: the name without those of the objects it is in. */
static bool name_matches(struct text name, struct text member, size_t i)
{
    struct text listed = writer_columns[i].name;
    switch (writer_columns[i].match) {
    case WORD:
        return contains_word(name, listed);
    case WITHIN:
        return text_find(name, listed, 0) < name.size;
    default:
        return text_equal(member, listed);
    }
}

static enum writer_column_kind find_kind(struct text name)
{
    char normalized[COLUMN_NAME_MAX_SIZE], normalized_member[COLUMN_NAME_MAX_SIZE];
    size_t begin = name.size;
    while (begin > 0 && name.bytes[begin - 1] != '.')
        begin--;
    struct text member =
        column_name_normalize(text_slice(name, begin, name.size), normalized_member);
    name = column_name_normalize(name, normalized);
    enum writer_column_kind kind = WRITER_UNKNOWN;
    for (size_t i = 0; i < WRITER_COLUMN_COUNT; i++)
        if ((int)writer_columns[i].kind > (int)kind && name_matches(name, member, i))
            kind = (enum writer_column_kind)writer_columns[i].kind; /* a flag, even of a sender */
    return kind;
}

/* Whether the field is of one element of a list, as "messages.2.role" is. */
static bool is_in_list(struct text name)
{
    for (size_t i = 1; i + 1 < name.size; i++)
        if (name.bytes[i - 1] == '.' && ascii_is_digit(name.bytes[i]))
            return true;
    return false;
}

/* ---- Cells ---- */

static enum word_side find_side(enum writer_column_kind kind, struct text cell)
{
    char normalized[COLUMN_NAME_MAX_SIZE];
    cell = text_trim(cell);
    if (cell.size == 0 || cell.size > MAX_WORD_SIZE)
        return NO_SIDE;
    cell = column_name_normalize(cell, normalized);
    bool is_flag = kind == WRITER_COMPANY_FLAG || kind == WRITER_CUSTOMER_FLAG;
    for (size_t i = 0; i < WRITER_WORD_COUNT; i++) {
        enum word_side side = writer_words[i].side;
        bool is_known = is_flag == (side == YES || side == NO) &&
                        (writer_words[i].use == ANY || kind != WRITER_UNKNOWN);
        if (is_known && text_equal(cell, writer_words[i].word))
            return side;
    }
    return NO_SIDE;
}

bool writer_sides_is_company(const struct writer_sides *sides, struct text cell)
{
    enum word_side side = find_side(sides->kind, cell);
    switch (sides->kind) {
    case WRITER_COMPANY_FLAG:
        return side == YES;
    case WRITER_CUSTOMER_FLAG:
        return side == NO;
    default:
        return side == COMPANY;
    }
}

/* ---- The column ---- */

/* Whether a rating is in the row, which companies do not give. */
static bool has_rating(const struct column_table *table, size_t row)
{
    for (size_t column = 0; column < table->samples->count; column++) {
        double rating;
        if (table->traits[column].scores[ROLE_RATING] >= COLUMN_NAME_EXACT &&
            !cell_has_no_value(column_cell(table, row, column)) &&
            (!text_to_real(text_trim(column_cell(table, row, column)), &rating) || rating != 0))
            return true;
    }
    return false;
}

/* Whether the cells are words of both sides, and rows of the company have no ratings. */
static bool has_both_sides(const struct column_table *table, const struct writer_sides *sides)
{
    bool is_flag = sides->kind == WRITER_COMPANY_FLAG || sides->kind == WRITER_CUSTOMER_FLAG;
    size_t rows = table->samples->rows, filled = 0, known = 0, company = 0, rated = 0;
    for (size_t row = 0; row < rows; row++) {
        struct text cell = column_cell(table, row, sides->column);
        if (text_trim(cell).size == 0)
            continue;
        filled++;
        known += find_side(sides->kind, cell) != NO_SIDE;
        if ((filled - known) * 10 > rows)
            return false; /* before all rows are compared with all words */
        if (!writer_sides_is_company(sides, cell))
            continue;
        company++;
        rated += has_rating(table, row);
    }
    size_t customers = is_flag ? rows - company : known - company;
    return known * 10 >= filled * 9 && company > 0 && customers > 0 && rated * 2 < company + 1 &&
           (is_flag || filled * 2 >= rows);
}

static bool may_be_of_writers(const struct column_table *table, size_t column)
{
    struct text name = table->samples->names[column];
    const struct column_profile *profile = &table->traits[column].profile;
    return profile->filled > 0 && profile->distinct <= MAX_DIFFERENT_CELLS &&
           column_profile_mean_size(profile) <= MAX_WORD_SIZE && !is_in_list(name) &&
           !question_has_mark(name);
}

struct writer_sides writer_sides_find(const struct column_table *table, const bool *is_taken)
{
    struct writer_sides best = {.column = SIZE_MAX};
    for (size_t column = 0; column < table->samples->count; column++) {
        if (is_taken[column] || !may_be_of_writers(table, column))
            continue;
        struct writer_sides sides = {column, find_kind(table->samples->names[column])};
        bool is_better = best.column == SIZE_MAX || (best.kind == WRITER_UNKNOWN && sides.kind);
        if (is_better && has_both_sides(table, &sides))
            best = sides;
    }
    return best;
}
