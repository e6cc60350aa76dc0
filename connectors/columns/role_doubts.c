/* role_doubts.c - says which columns were chosen and which were refused. */
#include "connectors/columns/role_doubts.h"

#include <limits.h>
#include <math.h>

#include "base/utf8.h"
#include "connectors/columns/column_names.h"

enum { MAX_DOUBTS = 2, MIN_DOUBT_SCORE = 40 };

struct text refusal_describe(struct column_table *table, enum role role, size_t column,
                             struct arena *arena)
{
    enum { MAX_NAME_SIZE = 60 };
    struct text name = text_trim(table->samples->names[column]);
    size_t size = name.size > MAX_NAME_SIZE ? utf8_boundary_before(name, MAX_NAME_SIZE) : name.size;
    return arena_format(arena, "'%.*s%s' was refused: %.*s",
                        TEXT_ARGUMENT(text_slice(name, 0, size)), size < name.size ? "..." : "",
                        TEXT_ARGUMENT(refusal_explain(table, role, column, arena)));
}

/* The refused column with the best name of those that come after `last` (or NULL) in the order of
 * their scores. */
static size_t find_refused_column(struct column_table *table, enum role role, int min_score,
                                  const size_t *last)
{
    size_t found = SIZE_MAX;
    int best = min_score - 1, limit = last ? table->facts[*last].scores[role] : INT_MAX;
    for (size_t column = 0; column < table->samples->count; column++) {
        int score = table->facts[column].scores[role];
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
    int min_score = MIN_DOUBT_SCORE;
    if (chosen != SIZE_MAX) {
        int score = table->facts[chosen].scores[role];
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

void doubts_find(struct column_table *table, struct mapping *mapping,
                 const bool is_given[ROLE_COUNT], struct arena *arena)
{
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (!is_given[role])
            mapping->doubts[role] =
                describe_doubts(table, (enum role)role, mapping->columns[role], arena);
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
            lines = add_doubts(mapping, (enum role)role, lines, arena);
            continue;
        }
        lines = arena_format(arena, "%.*s%s%s: column '%.*s' (%.*s", TEXT_ARGUMENT(lines),
                             separator, role_names[role], TEXT_ARGUMENT(text_trim(names[column])),
                             TEXT_ARGUMENT(mapping->reasons[role]));
        if (role == ROLE_RATING && !isnan(mapping->rating_scale))
            lines = arena_format(arena, "%.*s; best value %g", TEXT_ARGUMENT(lines),
                                 mapping->rating_scale);
        lines = arena_format(arena, "%.*s)", TEXT_ARGUMENT(lines));
        lines = add_doubts(mapping, (enum role)role, lines, arena);
    }
    return lines;
}
