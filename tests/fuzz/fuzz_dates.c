/* fuzz_dates.c - one cell as a date and as a rating: blanks around it, case and the form of its
 * digits do not change its value, and a rating is within its scale. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "base/normalize.h"
#include "connectors/columns/roles.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MAX_CELL_SIZE = 80 };

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* The cell in capital letters and with blanks and marks of Unicode around it. */
static struct text write_variant(struct text cell, char variant[MAX_CELL_SIZE + 16])
{
    static const char before[] = "\xC2\xA0\xE2\x80\x8E", after[] = " \xE2\x80\xAF";
    size_t size = 0;
    memcpy(variant, before, sizeof(before) - 1);
    size += sizeof(before) - 1;
    for (size_t i = 0; i < cell.size; i++) {
        char byte = cell.bytes[i];
        variant[size++] = byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
    }
    memcpy(variant + size, after, sizeof(after) - 1);
    return (struct text){variant, size + sizeof(after) - 1};
}

static void try_date(struct text cell, struct text variant)
{
    for (int order = DATE_ORDER_UNKNOWN; order <= DATE_ORDER_DMY; order++) {
        int64_t seconds = 0, of_variant = 0;
        bool is_date = date_parse(cell, (enum date_order)order, 3600, &seconds);
        check(is_date == date_parse(variant, (enum date_order)order, 3600, &of_variant));
        check(seconds == of_variant);
    }
    struct mapping mapping = {0};
    struct record record = {0}, other = {0};
    bool is_date = date_parse_readings(cell, &mapping, &record.created_at, &record.date);
    check(is_date == date_parse_readings(variant, &mapping, &other.created_at, &other.date));
    check(record_date_key(&record) == record_date_key(&other));
    check(record.date.shape == other.date.shape);
    check(date_is_relative(cell) == date_is_relative(variant));
}

static void try_rating(struct text cell, struct text variant)
{
    double rating = 0, of_variant = 0, scale = NAN, variant_scale = NAN;
    bool is_rating = rating_parse(cell, &rating, &scale);
    check(is_rating == rating_parse(variant, &of_variant, &variant_scale));
    check(rating == of_variant && (scale == variant_scale || isnan(scale)));
    check(is_rating || isnan(scale));
    if (is_rating && !isnan(scale))
        check(scale > 0 && rating >= 0 && rating <= scale);
}

static void try_folding(struct text cell)
{
    char once[MAX_CELL_SIZE * 3 + 4], twice[sizeof(once) * 2];
    struct text value, again;
    check(normalize_value(cell, once, sizeof(once), &value));
    check(normalize_value(value, twice, sizeof(twice), &again) && text_equal(value, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text cell = text_slice((struct text){(const char *)bytes, size}, 0, MAX_CELL_SIZE);
    char variant[MAX_CELL_SIZE + 16];
    struct text changed = write_variant(cell, variant);
    try_date(cell, changed);
    try_rating(cell, changed);
    try_folding(cell);
    return 0;
}
