/* free_text.c - how often the cells of a column repeat, and how long they are. */
#include "connectors/columns/free_text.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "connectors/columns/cell_tests.h"

enum { MIN_CELLS = 8 }; /* fewer are too few to tell choices from answers, except by length */

struct hashed_cell {
    uint64_t hash;
    struct text cell;
};

/* What the cells of a column have in common. "No", "no." and "NO" are the same. */
struct repetition {
    size_t filled, distinct;
    size_t repeated;               /* distinct cells that occur more than once */
    struct column_profile singles; /* of the cells that occur once */
};

/* FNV-1a of the letters and digits. */
static uint64_t hash_cell(struct text cell)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < cell.size; i++)
        if (ascii_is_alphanumeric(cell.bytes[i]) || (signed char)cell.bytes[i] < 0)
            hash = (hash ^ (unsigned char)ascii_to_lower(cell.bytes[i])) * UINT64_C(0x100000001B3);
    return hash;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t left = ((const struct hashed_cell *)a)->hash,
             right = ((const struct hashed_cell *)b)->hash;
    return (left > right) - (left < right);
}

/* Counts cells that are next to each other. Moves those that occur once to `singles`, and returns
 * their number. */
static size_t count_repetition(const struct hashed_cell *cells, struct repetition *repetition,
                               struct text *singles)
{
    size_t single_count = 0, end;
    for (size_t begin = 0; begin < repetition->filled; begin = end) {
        for (end = begin + 1; end < repetition->filled && cells[end].hash == cells[begin].hash;)
            end++;
        repetition->distinct++;
        if (end - begin > 1)
            repetition->repeated++;
        else
            singles[single_count++] = cells[begin].cell;
    }
    return single_count;
}

/* The filled cells, equal ones next to each other. The caller frees them. */
static struct hashed_cell *list_cells(const struct samples *samples, size_t column, size_t *count)
{
    struct hashed_cell *cells = memory_alloc(samples->rows + 1, sizeof(*cells));
    for (size_t row = 0; row < samples->rows; row++) {
        struct text cell = text_trim(samples_cell(samples, row, column));
        if (cell.size > 0)
            cells[(*count)++] = (struct hashed_cell){hash_cell(cell), cell};
    }
    qsort(cells, *count, sizeof(*cells), compare_hashes);
    return cells;
}

static struct repetition measure_repetition(const struct samples *samples, size_t column)
{
    struct repetition repetition = {0};
    struct hashed_cell *cells = list_cells(samples, column, &repetition.filled);
    struct text *singles = memory_alloc(samples->rows + 1, sizeof(*singles));
    size_t single_count = count_repetition(cells, &repetition, singles);
    struct samples single_samples = {.count = 1, .cells = singles, .rows = single_count};
    repetition.singles = column_profile_measure(&single_samples, 0);
    free(cells);
    free(singles);
    return repetition;
}

/* In a column of choices, most of the different cells occur again. */
static bool repeats_like_choices(const struct repetition *repetition)
{
    return repetition->filled >= MIN_CELLS && repetition->repeated * 3 > repetition->distinct;
}

/* Several choices in a cell: "Pool;Sauna", "Pool, Bar". Adds its parts to the hashes. */
static void add_parts(struct text cell, char separator, struct hashed_cell *parts, size_t *count,
                      size_t capacity)
{
    struct text part;
    while (*count < capacity && text_split(&cell, separator, &part))
        if (text_trim(part).size > 0)
            parts[(*count)++] = (struct hashed_cell){hash_cell(part), part};
}

/* Whether the cells have one and a half parts in the mean. */
static bool has_several_parts(const struct samples *samples, size_t column, char separator)
{
    size_t cells = 0, separators = 0;
    for (size_t row = 0; row < samples->rows; row++) {
        struct text cell = text_trim(samples_cell(samples, row, column));
        cells += cell.size > 0;
        for (size_t i = 0; i < cell.size; i++)
            separators += cell.bytes[i] == separator;
    }
    return separators * 2 >= cells;
}

/* Whether the parts of the cells are few and occur again and again. */
static bool has_choices_as_parts(const struct samples *samples, size_t column, char separator)
{
    enum { MAX_PARTS = 4096 };
    if (!has_several_parts(samples, column, separator))
        return false;
    struct repetition repetition = {0};
    struct hashed_cell *parts = memory_alloc(MAX_PARTS, sizeof(*parts));
    struct text *singles = memory_alloc(MAX_PARTS, sizeof(*singles));
    size_t cells = 0;
    for (size_t row = 0; row < samples->rows; row++) {
        struct text cell = text_trim(samples_cell(samples, row, column));
        cells += cell.size > 0;
        add_parts(cell, separator, parts, &repetition.filled, MAX_PARTS);
    }
    qsort(parts, repetition.filled, sizeof(*parts), compare_hashes);
    count_repetition(parts, &repetition, singles);
    free(parts);
    free(singles);
    bool has_several = repetition.filled * 2 >= cells * 3;
    return cells >= MIN_CELLS && has_several && repetition.distinct * 3 <= repetition.filled &&
           repeats_like_choices(&repetition);
}

static bool is_choice(const struct samples *samples, size_t column,
                      const struct repetition *repetition)
{
    return repeats_like_choices(repetition) || has_choices_as_parts(samples, column, ';') ||
           has_choices_as_parts(samples, column, ',');
}

/* Whether some cell is a sentence: among few answers, most may be "no". */
static bool has_sentence(const struct samples *samples, size_t column)
{
    enum { MIN_SENTENCE_WORDS = 4 };
    for (size_t row = 0; row < samples->rows; row++)
        if (cell_count_words(text_trim_unicode(samples_cell(samples, row, column))) >=
            MIN_SENTENCE_WORDS)
            return true;
    return false;
}

/* Cells of an open question, which are neither numbers nor choices. */
static bool is_answered_question(const struct samples *samples, size_t column,
                                 const struct repetition *repetition)
{
    double filled = (double)repetition->filled,
           distinct_ratio = (double)repetition->distinct / filled;
    if (repetition->filled < MIN_CELLS)
        return distinct_ratio >= 0.6 && (column_profile_mean_words(&repetition->singles) >= 3 ||
                                         has_sentence(samples, column));
    enum { MIN_DISTINCT = 5 };
    if (repetition->distinct >= MIN_DISTINCT &&
        column_profile_mean_words(&repetition->singles) >= 3)
        return true;
    return distinct_ratio >= 0.35 && column_profile_mean_words(&repetition->singles) >= 1.5;
}

static bool may_have_words(const struct column_profile *profile)
{
    return profile->filled > 0 && !column_profile_has_numbers(profile) &&
           !column_profile_has_links(profile);
}

bool free_text_is_answered(const struct samples *samples, size_t column,
                           const struct column_profile *profile, bool is_question)
{
    if (!may_have_words(profile))
        return false;
    if (!is_question)
        return column_profile_is_free_text(profile);
    struct repetition repetition = measure_repetition(samples, column);
    return is_answered_question(samples, column, &repetition) &&
           !is_choice(samples, column, &repetition);
}

bool free_text_is_side(const struct samples *samples, size_t column,
                       const struct column_profile *profile)
{
    enum { MIN_WORD_SIZE = 8 };
    if (!may_have_words(profile))
        return false;
    struct repetition repetition = measure_repetition(samples, column);
    bool is_wordy = column_profile_mean_words(&repetition.singles) >= 1.5 ||
                    column_profile_mean_size(&repetition.singles) >= MIN_WORD_SIZE;
    return is_wordy && !is_choice(samples, column, &repetition);
}

/* "Yes", "somewhat", "very good": a choice, whatever was asked. */
static bool is_closed_answer(struct text cell)
{
#define ROW(language, word) word,
    static const char *const words[] = {
#include "connectors/columns/data/closed_answers.inc"
        NULL};
#undef ROW
    return text_is_one_of_ignore_case(cell, words) || cell_is_rating(cell);
}

bool free_text_is_open(const struct samples *samples, size_t column,
                       const struct column_profile *profile)
{
    if (!may_have_words(profile) || column_profile_has_dates(profile))
        return false;
    size_t filled = 0, distinct = 0, closed = 0;
    struct hashed_cell *cells = list_cells(samples, column, &filled);
    for (size_t i = 0; i < filled; i++) {
        if (i > 0 && cells[i].hash == cells[i - 1].hash)
            continue;
        distinct++;
        closed += is_closed_answer(cells[i].cell);
    }
    free(cells);
    return closed * 2 < distinct;
}
