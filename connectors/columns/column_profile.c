/* column_profile.c - counting what sample cells hold. */
#include "connectors/columns/column_profile.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

struct text column_cell(const struct samples *samples, size_t row, size_t column)
{
    return samples->cells[row * samples->count + column];
}

static bool says_nothing(struct text cell)
{
    static const char *const nothing[] = {"-", "--", "n/a", "na", "null", "none", ".", "nan"};
    if (cell.size == 0)
        return true;
    for (size_t i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
        if (text_equal_fold(cell, text_of(nothing[i])))
            return true;
    return false;
}

static bool is_link(struct text cell)
{
    if (text_starts_with(cell, TEXT("http://")) || text_starts_with(cell, TEXT("https://")))
        return true;
    return text_find(cell, TEXT("@"), 0) < cell.size && text_find(cell, TEXT(" "), 0) == cell.size;
}

/* Blanks divide words; Korean, Japanese and Chinese need about six bytes for one. */
static size_t count_words(struct text cell)
{
    size_t words = 1, wide = 0;
    for (size_t i = 0; i < cell.size; i++) {
        words += cell.bytes[i] == ' ' && i > 0 && cell.bytes[i - 1] != ' ';
        wide += (unsigned char)cell.bytes[i] >= 0xE3;
    }
    size_t by_size = wide / 2;
    return by_size > words ? by_size : words;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

struct column_facts column_look(const struct samples *samples, size_t column)
{
    struct column_facts facts = {0};
    uint64_t *hashes = memory_alloc(samples->rows + 1, sizeof(*hashes));
    for (size_t row = 0; row < samples->rows; row++) {
        struct text cell = text_trim(column_cell(samples, row, column));
        double number;
        if (says_nothing(cell))
            continue;
        hashes[facts.filled++] = hash_text(cell);
        facts.bytes += cell.size;
        facts.words += count_words(cell);
        facts.numbers += text_real(cell, &number);
        facts.links += is_link(cell);
    }
    qsort(hashes, facts.filled, sizeof(*hashes), compare_hashes);
    for (size_t i = 0; i < facts.filled; i++)
        facts.distinct += i == 0 || hashes[i] != hashes[i - 1];
    free(hashes);
    return facts;
}

double column_mean_size(const struct column_facts *facts)
{
    return facts->filled ? (double)facts->bytes / (double)facts->filled : 0;
}

bool column_is_free_text(const struct column_facts *facts, bool asked)
{
    if (facts->filled == 0 || facts->numbers * 2 > facts->filled ||
        facts->links * 2 > facts->filled)
        return false;
    double filled = (double)facts->filled;
    double words = (double)facts->words / filled, different = (double)facts->distinct / filled;
    if (facts->filled < 8) /* too few to see a list of choices: long ones are written */
        return facts->distinct == facts->filled && words >= (asked ? 3 : 5);
    if (asked && different >= 0.35 && words >= 1.5)
        return true;
    return different >= 0.6 && words >= 4;
}
