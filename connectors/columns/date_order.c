/* date_order.c - day, month and year by all dates of a column. */
#include "connectors/columns/date_order.h"

void date_places_note(struct date_places *dates, struct text cell)
{
    int64_t numbers[3];
    bool may_begin_with_year;
    if (!date_numbers(cell, numbers, &may_begin_with_year))
        return;
    dates->cells++;
    dates->years_last += !may_begin_with_year;
    for (size_t i = 0; i < 3; i++) {
        if (numbers[i] < 128)
            dates->places[i].seen[numbers[i] / 64] |= UINT64_C(1) << numbers[i] % 64;
        dates->places[i].above_12 += numbers[i] > 12;
        dates->places[i].above_31 += numbers[i] > 31;
    }
}

/* Different numbers at a place. */
static int spread_of(const struct date_places *dates, size_t place)
{
    return __builtin_popcountll(dates->places[place].seen[0]) +
           __builtin_popcountll(dates->places[place].seen[1]);
}

/* 15.08.25: where a first number is no day, or where the last changes more than the first and the
 * middle may be a month. */
static bool begins_with_year(const struct date_places *dates)
{
    if (dates->years_last > 0 || dates->places[2].above_31 > 0 || dates->places[1].above_12 > 0)
        return false;
    return dates->places[0].above_31 > 0 || spread_of(dates, 2) > spread_of(dates, 0);
}

struct text date_places_decide(const struct date_places *dates, enum date_order *order,
                               struct arena *arena)
{
    size_t first = dates->places[0].above_12, second = dates->places[1].above_12;
    int changes = spread_of(dates, 0) - spread_of(dates, 1);
    if (dates->cells == 0)
        return (struct text){0};
    if (begins_with_year(dates)) {
        *order = DATE_ORDER_YMD;
        return arena_format(arena, "year first, since the last number %s; 'dates =' decides",
                            dates->places[0].above_31 ? "may be a day"
                                                      : "changes more than the first");
    }
    if (first != second) {
        *order = first > second ? DATE_ORDER_DMY : DATE_ORDER_MDY;
        return arena_format(arena, "%s first: %zu of %zu samples have a %s number above 12",
                            first > second ? "day" : "month", first > second ? first : second,
                            dates->cells, first > second ? "first" : "second");
    }
    if (changes != 0) {
        *order = changes > 0 ? DATE_ORDER_DMY : DATE_ORDER_MDY;
        return arena_format(arena, "%s first, since the %s number changes more; 'dates =' decides",
                            changes > 0 ? "day" : "month", changes > 0 ? "first" : "second");
    }
    return TEXT("day and month cannot be told apart; 'dates =' decides");
}
