/* role_doubts.c - says which columns were chosen and which were refused. */
#include "connectors/columns/role_doubts.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/columns/cell_tests.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/mapping_cells.h"

enum { MAX_DOUBTS = 2 };

/* "'soon'", cut to `max_size` bytes. */
static struct text quote(struct text text, size_t max_size, struct arena *arena)
{
    size_t size = utf8_boundary_before(text, max_size);
    return arena_format(arena, "'%.*s%s'", TEXT_ARGUMENT(text_slice(text, 0, size)),
                        size < text.size ? "..." : "");
}

static struct text quote_cell(const struct column_table *table, size_t row, size_t column,
                              struct arena *arena)
{
    enum { MAX_QUOTED_SIZE = 40 };
    return quote(column_cell(table, row, column), MAX_QUOTED_SIZE, arena);
}

/* "'soon' (row 2) is no date", of the first filled cell whose test gives `expected`. */
static struct text explain_cell(const struct column_table *table, size_t column, cell_test *test,
                                bool expected, const char *verdict, struct arena *arena)
{
    size_t row = column_find_cell(table, column, test, expected);
    if (row == table->samples->rows)
        return arena_format(arena, "a cell %s", verdict);
    return arena_format(arena, "%.*s (row %zu) %s",
                        TEXT_ARGUMENT(quote_cell(table, row, column, arena)), row + 1, verdict);
}

static struct text explain_repeated(const struct column_table *table, size_t column,
                                    struct arena *arena)
{
    struct hashed_row *list = memory_alloc(table->samples->rows + 1, sizeof(*list));
    size_t count = column_list_by_hash(table, column, false, list), first = 0;
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

static struct text explain_author(const struct column_table *table, size_t column,
                                  struct arena *arena)
{
    struct frequent_author frequent = column_find_frequent_author(table, column, false);
    return arena_format(arena, "%.*s in %zu of %zu rows",
                        TEXT_ARGUMENT(quote_cell(table, frequent.row, column, arena)),
                        frequent.rows, table->samples->rows);
}

static struct text explain_blank(const struct column_table *table, size_t column,
                                 struct arena *arena)
{
    size_t row = 0;
    while (row < table->samples->rows && column_cell(table, row, column).size > 0)
        row++;
    return arena_format(arena, "row %zu has none", row + 1);
}

/* A sentence without a full stop that names the cell that was refused: "'soon' (row 2) is no date".
 * Rows count from 1, the first row of data. */
static struct text explain_refusal(struct column_table *table, enum role role, size_t column,
                                   struct arena *arena)
{
    const struct column_profile *profile = &table->traits[column].profile;
    switch (column_judge(table, role, column)) {
    case REFUSAL_COMPANY:
        return TEXT("it is the company's");
    case REFUSAL_NUMBERS:
        return explain_cell(table, column, cell_is_number, true, "is a number", arena);
    case REFUSAL_DATES:
        return TEXT("its cells are dates");
    case REFUSAL_LINKS:
        return explain_cell(table, column, cell_is_no_number, true, "is a link or an address",
                            arena);
    case REFUSAL_ROW_NUMBERS:
        return TEXT("it numbers the rows");
    case REFUSAL_BLANKS:
        return explain_blank(table, column, arena);
    case REFUSAL_REPEATED:
        return explain_repeated(table, column, arena);
    case REFUSAL_ROUNDED:
        return explain_cell(table, column, cell_is_rounded, true,
                            role == ROLE_ID ? "was rounded by a spreadsheet; the rows of an export "
                                              "are told apart by their content"
                                            : "was rounded by a spreadsheet",
                            arena);
    case REFUSAL_NO_DATES:
        return explain_cell(table, column, cell_is_date, false, "is no date", arena);
    case REFUSAL_NO_RATINGS:
        return explain_cell(table, column, cell_is_rating, false, "is no rating", arena);
    case REFUSAL_NEGATIVE:
        return explain_cell(table, column, cell_is_negative, true, "is below 0, as votes are",
                            arena);
    case REFUSAL_VOTES:
        return TEXT("it counts votes, as other columns do");
    case REFUSAL_NOBODY:
        return explain_author(table, column, arena);
    case REFUSAL_FEW_VALUES:
        if (profile->distinct == 1)
            return explain_author(table, column, arena);
        return arena_format(arena, "only %zu different values in %zu rows", profile->distinct,
                            table->samples->rows);
    default:
        return (struct text){0};
    }
}

struct text refusal_describe(struct column_table *table, enum role role, size_t column,
                             struct arena *arena)
{
    enum { MAX_NAME_SIZE = 60 };
    struct text name = text_trim(table->samples->names[column]);
    return arena_format(arena, "%.*s was refused: %.*s",
                        TEXT_ARGUMENT(quote(name, MAX_NAME_SIZE, arena)),
                        TEXT_ARGUMENT(explain_refusal(table, role, column, arena)));
}

/* The refused column with the best name of those that come after `last` (or NULL) in the order of
 * their scores. */
static size_t find_refused_column(struct column_table *table, enum role role, int min_score,
                                  const size_t *last)
{
    size_t found = SIZE_MAX;
    int best = min_score - 1, limit = last ? table->traits[*last].scores[role] : INT_MAX;
    for (size_t column = 0; column < table->samples->count; column++) {
        int score = table->traits[column].scores[role];
        bool is_next = score < limit || (score == limit && last && column > *last);
        if (score > best && is_next && column_judge(table, role, column) != REFUSAL_NONE) {
            best = score;
            found = column;
        }
    }
    return found;
}

static struct text describe_doubts(struct column_table *table, enum role role, size_t chosen,
                                   struct arena *arena)
{
    struct text doubts = {0};
    int min_score = COLUMN_NAME_LIKELY;
    if (chosen != SIZE_MAX) {
        int score = table->traits[chosen].scores[role];
        min_score = score >= COLUMN_NAME_EXACT ? score + 1 : COLUMN_NAME_EXACT;
    }
    size_t last = SIZE_MAX;
    for (size_t count = 0; count < MAX_DOUBTS; count++) {
        last = find_refused_column(table, role, min_score, count > 0 ? &last : NULL);
        if (last == SIZE_MAX)
            break;
        /* Nobody expects the company's words where the customer's were found. */
        if (chosen != SIZE_MAX && column_judge(table, role, last) == REFUSAL_COMPANY)
            continue;
        doubts = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(doubts), doubts.size ? "; " : "",
                              TEXT_ARGUMENT(refusal_describe(table, role, last, arena)));
    }
    return doubts;
}

/* An author that half of the rows have or more: perhaps not a person. Empty: none. */
static struct text describe_frequent_author(const struct column_table *table, size_t column,
                                            struct arena *arena)
{
    enum { MIN_ROWS = 3 };
    struct frequent_author frequent = column_find_frequent_author(table, column, false);
    if (frequent.rows < MIN_ROWS || frequent.rows * 2 < frequent.named)
        return (struct text){0};
    return explain_author(table, column, arena);
}

void doubts_find(struct column_table *table, struct mapping *mapping,
                 const bool is_given[ROLE_COUNT], struct arena *arena)
{
    size_t author = mapping->columns[ROLE_AUTHOR];
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (!is_given[role])
            mapping->doubts[role] =
                describe_doubts(table, (enum role)role, mapping->columns[role], arena);
    if (author != SIZE_MAX && mapping->doubts[ROLE_AUTHOR].size == 0)
        mapping->doubts[ROLE_AUTHOR] = describe_frequent_author(table, author, arena);
}

static struct text add_doubts(const struct mapping *mapping, enum role role, struct text lines,
                              struct arena *arena)
{
    struct text doubts = mapping->doubts[role];
    return doubts.size == 0
               ? lines
               : arena_format(arena, "%.*s; %.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(doubts));
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
            lines = add_doubts(mapping, (enum role)role, lines, arena);
            continue;
        }
        lines = arena_format(arena, "%.*s%s%s: column '%.*s' (%.*s", TEXT_ARGUMENT(lines),
                             separator, role_names[role], TEXT_ARGUMENT(text_trim(names[column])),
                             TEXT_ARGUMENT(mapping->reasons[role]));
        double scale = role == ROLE_RATING ? mapping_find_rating_scale(mapping, facts) : NAN;
        if (!isnan(scale))
            lines = arena_format(arena, "%.*s; best value %g", TEXT_ARGUMENT(lines), scale);
        if (role == ROLE_DATE)
            lines = arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines),
                                 TEXT_ARGUMENT(mapping_explain_date_order(mapping, facts, arena)));
        lines = arena_format(arena, "%.*s)", TEXT_ARGUMENT(lines));
        lines = add_doubts(mapping, (enum role)role, lines, arena);
    }
    for (size_t column = 0; column < mapping->translations.count && column < count; column++)
        if (translations_include(&mapping->translations, column))
            lines = arena_format(
                arena, "%.*s\ntranslation: column '%.*s' of '%.*s'", TEXT_ARGUMENT(lines),
                TEXT_ARGUMENT(text_trim(names[column])),
                TEXT_ARGUMENT(text_trim(names[mapping->translations.originals[column]])));
    if (mapping->sides.column < count)
        lines = arena_format(arena, "%.*s\nskipped: rows of the company, by column '%.*s'",
                             TEXT_ARGUMENT(lines),
                             TEXT_ARGUMENT(text_trim(names[mapping->sides.column])));
    return lines;
}
