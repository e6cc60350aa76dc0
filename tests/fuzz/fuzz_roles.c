/* fuzz_roles.c - any text as a date, a rating, a header and a map. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/utf8.h"
#include "connectors/columns/roles.h"
#include "pipeline/column_decisions.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void try_date(struct text text)
{
    for (int order = DATE_ORDER_UNKNOWN; order <= DATE_ORDER_DMY; order++) {
        int64_t seconds, again;
        char printed[32];
        if (!date_parse(text, (enum date_order)order, 0, &seconds))
            continue;
        calendar_format(seconds, printed);
        /* What we print is a date that reads as the same moment, within the years it can write. */
        if (seconds > -60000000000 && seconds < 250000000000)
            check(date_parse(text_of(printed), (enum date_order)order, 0, &again) &&
                  again == seconds);
    }
    struct mapping mapping = {0};
    struct record record = {0};
    if (date_parse_readings(text, &mapping, &record.created_at, &record.date))
        check(!record.date.shape ||
              date_readings_choose(&record.date, DATE_ORDER_DMY) != TIME_UNKNOWN);
}

/* The lines as a table of names, sample rows and a map in the last line. */
static void try_mapping(struct text text)
{
    enum { MOST = 64, COLUMNS = 4 };
    struct text cells[MOST] = {{0}}, piece;
    size_t count = 0;
    while (count < MOST && text_split(&text, '\n', &piece))
        cells[count++] = piece;
    if (count < COLUMNS + 1)
        return;
    struct arena arena = {0};
    struct mapping mapping = {0};
    struct record record = {0};
    struct samples samples = {.names = cells,
                              .count = COLUMNS,
                              .cells = cells + COLUMNS,
                              .rows = (count - 1) / COLUMNS - 1};
    struct mapping_options options = {
        .path = "fuzz", .user_mapping = cells[count - 1], .allow_missing_text = count % 2};
    if (mapping_find(&mapping, &samples, &options, &arena, NULL)) {
        mapping_explain(&mapping, cells, COLUMNS, NULL, &arena);
        for (size_t row = 0; row < samples.rows; row++) {
            struct named_cells cells_of_row = {cells, cells + COLUMNS * (row + 1), COLUMNS};
            mapping_fill_record(&mapping, &cells_of_row, &arena, &record);
        }
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text text = {(const char *)bytes, size};
    double rating, scale = 0;
    try_date(text_slice(text, 0, text_find(text, TEXT("\n"), 0)));
    if (rating_parse(text, &rating, &scale))
        check(rating > -1e9 && rating < 1e9 && scale >= 0);
    if (utf8_is_valid(text))
        try_mapping(text);
    return 0;
}
