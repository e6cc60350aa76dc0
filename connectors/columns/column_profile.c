/* column_profile.c - statistics of a column's sample cells. */
#include "connectors/columns/column_profile.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "connectors/columns/cell_tests.h"
#include "connectors/columns/roles.h"

/* Cells of a column that are tried as dates; the size of codes, and how many tell. */
enum { MAX_DATE_TRIALS = 100, MAX_CODE_SIZE = 40, MAX_CODE_WORDS = 5, MIN_CODES = 4 };

struct text samples_cell(const struct samples *samples, size_t row, size_t column)
{
    return samples->cells[row * samples->count + column];
}

bool cell_has_no_value(struct text cell)
{
#define ROW(language, word) {word, sizeof(word) - 1},
    static const struct text placeholders[] = {
#include "connectors/columns/data/placeholders.inc"
    };
#undef ROW
    enum { COUNT = sizeof(placeholders) / sizeof(*placeholders), MAX_SIZE = 40 };
    if (cell.size == 0)
        return true;
    if (cell.size > MAX_SIZE || ascii_is_digit(cell.bytes[0]))
        return false; /* no placeholder begins with a digit */
    for (size_t i = 0; i < COUNT; i++)
        if (placeholders[i].size == cell.size && text_equal_ignore_case(cell, placeholders[i]))
            return true;
    return false;
}

static bool is_link(struct text cell)
{
    if (text_starts_with(cell, TEXT("http://")) || text_starts_with(cell, TEXT("https://")))
        return true;
    return text_find(cell, TEXT("@"), 0) < cell.size && text_find(cell, TEXT(" "), 0) == cell.size;
}

/* Words are separated by blanks; in Korean, Japanese and Chinese a word is counted per six bytes.
 */
size_t cell_count_words(struct text cell)
{
    size_t words = 1, wide_bytes = 0;
    for (size_t i = 0; i < cell.size; i++) {
        words += cell.bytes[i] == ' ' && i > 0 && cell.bytes[i - 1] != ' ';
        wide_bytes += (unsigned char)cell.bytes[i] >= 0xE3;
    }
    size_t estimated_words = wide_bytes / 2;
    return estimated_words > words ? estimated_words : words;
}

static bool has_digit(struct text cell)
{
    for (size_t i = 0; i < cell.size; i++)
        if (ascii_is_digit(cell.bytes[i]))
            return true;
    return false;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

struct column_profile column_profile_measure(const struct samples *samples, size_t column)
{
    struct column_profile profile = {0};
    uint64_t *hashes = memory_alloc(samples->rows + 1, sizeof(*hashes));
    for (size_t row = 0; row < samples->rows; row++) {
        struct text cell = text_trim_unicode(samples_cell(samples, row, column));
        double number;
        if (cell_has_no_value(cell))
            continue;
        size_t words = cell_count_words(cell);
        profile.dates +=
            profile.filled < MAX_DATE_TRIALS && (cell_is_date(cell) || date_is_relative(cell));
        profile.codes += cell.size <= MAX_CODE_SIZE && words <= MAX_CODE_WORDS && has_digit(cell);
        hashes[profile.filled++] = hash_text(cell);
        profile.bytes += cell.size;
        profile.words += words;
        profile.numbers += text_to_real(cell, &number);
        profile.links += is_link(cell);
    }
    qsort(hashes, profile.filled, sizeof(*hashes), compare_hashes);
    for (size_t i = 0; i < profile.filled; i++)
        profile.distinct += i == 0 || hashes[i] != hashes[i - 1];
    free(hashes);
    return profile;
}

static double mean(size_t sum, const struct column_profile *profile)
{
    return profile->filled ? (double)sum / (double)profile->filled : 0;
}

double column_profile_mean_size(const struct column_profile *profile)
{
    return mean(profile->bytes, profile);
}

double column_profile_mean_words(const struct column_profile *profile)
{
    return mean(profile->words, profile);
}

bool column_profile_has_numbers(const struct column_profile *profile)
{
    return profile->numbers * 2 > profile->filled;
}

bool column_profile_has_links(const struct column_profile *profile)
{
    return profile->links * 2 > profile->filled;
}

bool column_profile_has_dates(const struct column_profile *profile)
{
    size_t tried = profile->filled < MAX_DATE_TRIALS ? profile->filled : MAX_DATE_TRIALS;
    return tried > 0 && profile->dates * 2 >= tried;
}

bool column_profile_has_codes(const struct column_profile *profile)
{
    return profile->filled >= MIN_CODES && profile->codes * 10 >= profile->filled * 9;
}

bool column_profile_is_free_text(const struct column_profile *profile)
{
    enum { MIN_CELLS = 8 }; /* fewer are too few to tell choices from answers, except by length */
    if (profile->filled == 0 || column_profile_has_numbers(profile) ||
        column_profile_has_links(profile) || column_profile_has_dates(profile) ||
        column_profile_has_codes(profile))
        return false;
    double words = column_profile_mean_words(profile);
    if (profile->filled < MIN_CELLS)
        return profile->distinct == profile->filled && words >= 5;
    return profile->distinct * 10 >= profile->filled * 6 && words >= 4;
}
