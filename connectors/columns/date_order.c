/* date_order.c - decides the order of day, month and year from all dates of a column. */
#include "connectors/columns/date_order.h"

void date_number_stats_add(struct date_number_stats *dates, struct text cell)
{
    int64_t numbers[3];
    bool can_be_year_first;
    if (!date_split_numbers(cell, numbers, &can_be_year_first))
        return;
    dates->cells++;
    dates->not_year_first += !can_be_year_first;
    for (size_t i = 0; i < 3; i++) {
        if (numbers[i] < 128)
            dates->positions[i].seen[numbers[i] / 64] |= UINT64_C(1) << numbers[i] % 64;
        dates->positions[i].above_12 += numbers[i] > 12;
        dates->positions[i].above_31 += numbers[i] > 31;
    }
}

/* Number of different values at a position, of those below 128. */
static int count_distinct_values(const struct date_number_stats *dates, size_t position)
{
    return __builtin_popcountll(dates->positions[position].seen[0]) +
           __builtin_popcountll(dates->positions[position].seen[1]);
}

/* Whether 15.08.25 is in 2015: a first number is above 31, or the last number has more different
 * values than the first, and the middle one may be a month. */
static bool begins_with_year(const struct date_number_stats *dates)
{
    if (dates->not_year_first > 0 || dates->positions[2].above_31 > 0 ||
        dates->positions[1].above_12 > 0)
        return false;
    return dates->positions[0].above_31 > 0 ||
           count_distinct_values(dates, 2) > count_distinct_values(dates, 0);
}

struct text date_number_stats_decide_order(const struct date_number_stats *dates,
                                           enum date_order *order, struct arena *arena)
{
    size_t first = dates->positions[0].above_12, second = dates->positions[1].above_12;
    int spread_difference = count_distinct_values(dates, 0) - count_distinct_values(dates, 1);
    if (dates->cells == 0)
        return (struct text){0};
    if (begins_with_year(dates)) {
        *order = DATE_ORDER_YMD;
        return arena_format(arena, "year first, since the last number %s; 'dates =' overrides",
                            dates->positions[0].above_31 ? "may be a day"
                                                         : "varies more than the first");
    }
    if (first != second) {
        *order = first > second ? DATE_ORDER_DMY : DATE_ORDER_MDY;
        return arena_format(arena, "%s first: %zu of %zu samples have a %s number above 12",
                            first > second ? "day" : "month", first > second ? first : second,
                            dates->cells, first > second ? "first" : "second");
    }
    if (spread_difference != 0) {
        *order = spread_difference > 0 ? DATE_ORDER_DMY : DATE_ORDER_MDY;
        return arena_format(arena, "%s first, since the %s number varies more; 'dates =' overrides",
                            spread_difference > 0 ? "day" : "month",
                            spread_difference > 0 ? "first" : "second");
    }
    return TEXT("the order of day and month is unclear; 'dates =' sets it");
}
