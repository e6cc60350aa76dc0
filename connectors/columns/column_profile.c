/* column_profile.c - statistics of a column's sample cells. */
#include "connectors/columns/column_profile.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "connectors/columns/roles.h"

/* Cells of a column that are tried as dates; the size of codes, and how many tell. */
enum { MAX_DATE_TRIALS = 100, MAX_CODE_SIZE = 40, MAX_CODE_WORDS = 5, MIN_CODES = 4 };

struct text samples_cell(const struct samples *samples, size_t row, size_t column)
{
    return samples->cells[row * samples->count + column];
}

bool cell_has_no_value(struct text cell)
{
#define ROW(language, word) word,
    static const char *const placeholders[] = {
#include "connectors/columns/data/placeholders.inc"
        NULL};
#undef ROW
    return cell.size == 0 || text_is_one_of_ignore_case(cell, placeholders);
}

static bool is_link(struct text cell)
{
    if (text_starts_with(cell, TEXT("http://")) || text_starts_with(cell, TEXT("https://")))
        return true;
    return text_find(cell, TEXT("@"), 0) < cell.size && text_find(cell, TEXT(" "), 0) == cell.size;
}

/* Words are separated by blanks; in Korean, Japanese and Chinese a word is counted per six bytes.
 */
static size_t count_words(struct text cell)
{
    size_t words = 1, wide_bytes = 0;
    for (size_t i = 0; i < cell.size; i++) {
        words += cell.bytes[i] == ' ' && i > 0 && cell.bytes[i - 1] != ' ';
        wide_bytes += (unsigned char)cell.bytes[i] >= 0xE3;
    }
    size_t estimated_words = wide_bytes / 2;
    return estimated_words > words ? estimated_words : words;
}

static bool is_date(struct text cell)
{
    int64_t seconds;
    return date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds) || date_is_relative(cell);
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
        size_t words = count_words(cell);
        profile.dates += profile.filled < MAX_DATE_TRIALS && is_date(cell);
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

double column_profile_mean_size(const struct column_profile *profile)
{
    return profile->filled ? (double)profile->bytes / (double)profile->filled : 0;
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

bool column_profile_is_free_text(const struct column_profile *profile, bool is_question)
{
    if (profile->filled == 0 || profile->numbers * 2 > profile->filled ||
        profile->links * 2 > profile->filled || column_profile_has_dates(profile) ||
        column_profile_has_codes(profile))
        return false;
    double filled = (double)profile->filled;
    double words = (double)profile->words / filled,
           distinct_ratio = (double)profile->distinct / filled;
    if (profile->filled < 8) /* too few cells to tell choices from answers, except by length */
        return profile->distinct == profile->filled && words >= (is_question ? 3 : 5);
    if (is_question && distinct_ratio >= 0.35 && words >= 1.5)
        return true;
    return distinct_ratio >= 0.6 && words >= 4;
}
