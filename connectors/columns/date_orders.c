/* date_orders.c - decides which number of a date is the year, the month, the day. */
#include "connectors/columns/date_orders.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "connectors/columns/date_words.h"
#include "pipeline/column_decisions.h"

/* "26" is 2026, "98" is 1998. */
static int64_t expand_year(int64_t year, int digits)
{
    if (digits > 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year;
}

/* The places of a date's parts among its numbers. */
struct places {
    size_t year, month, day; /* month: SIZE_MAX if it is given by name */
};

/* The places of three numbers of which no unit and no word says what they are. */
static struct places find_places_in_order(const struct date_parts *parts, enum date_order order)
{
    bool has_year_first = parts->digits[0] == 4 ||
                          (order == DATE_ORDER_YMD && parts->digits[2] != 4) ||
                          (parts->numbers[0] > 31 && parts->numbers[2] <= 31);
    if (has_year_first)
        return (struct places){0, 1, 2};
    bool has_day_first =
        order == DATE_ORDER_DMY || (order == DATE_ORDER_UNKNOWN && parts->separator == '.');
    if (parts->numbers[0] > 12 && parts->numbers[1] <= 12)
        has_day_first = true; /* the only valid order */
    else if (parts->numbers[1] > 12)
        has_day_first = false;
    return has_day_first ? (struct places){2, 1, 0} : (struct places){2, 0, 1};
}

/* Decides which number is the year, the month, the day. False if there are too few or too many. */
static bool find_places(const struct date_parts *parts, enum date_order order,
                        struct places *places)
{
    if (parts->year_index >= 0 && parts->month_index >= 0 && parts->day_index >= 0) {
        *places = (struct places){(size_t)parts->year_index, (size_t)parts->month_index,
                                  (size_t)parts->day_index};
        return true;
    }
    if (parts->month > 0) {
        size_t year = parts->digits[0] == 4 ? 0 : 1;
        *places = (struct places){year, SIZE_MAX, 1 - year};
        return parts->count == 2;
    }
    *places = find_places_in_order(parts, order);
    return parts->count == 3;
}

static bool is_year(int digits)
{
    return digits == 2 || digits == 4;
}

/* The day in the order that the notation shows, or in `order`. */
static bool compute_day(const struct date_parts *parts, enum date_order order,
                        struct civil_time *civil)
{
    struct places places;
    if (!find_places(parts, order, &places))
        return false;
    bool is_named = places.month == SIZE_MAX;
    int64_t month = is_named ? parts->month : parts->numbers[places.month];
    if (!is_year(parts->digits[places.year]) || parts->digits[places.day] > 2 ||
        (!is_named && parts->digits[places.month] > 2) || month > 12 ||
        parts->numbers[places.day] > 31)
        return false;
    civil->year = expand_year(parts->numbers[places.year], parts->digits[places.year]);
    civil->month = (int)month;
    civil->day = (int)parts->numbers[places.day];
    return true;
}

/* Seconds from midnight UTC to the time of day; negative ones are on the day before. False if it is
 * no time of day. */
static bool compute_time_of_day(const struct date_parts *parts, int zone_seconds, int64_t *seconds)
{
    int64_t hour = parts->hour, second = parts->second < 60 ? parts->second : 59;
    if (hour > 23 || parts->minute > 59 || parts->second > 60)
        return false;
    /* Neither "15:20 PM" nor "오후 15:20" nor "0:20 AM" is a half of the day. */
    if (parts->day_half && hour >= 1 && hour <= 12)
        hour = hour % 12 + (parts->day_half == DATE_WORD_PM ? 12 : 0);
    *seconds =
        hour * 3600 + parts->minute * 60 + second - (parts->has_zone ? parts->zone : zone_seconds);
    return true;
}

/* The time of a date with its time of day. */
static bool compute_time(const struct date_parts *parts, struct civil_time civil, int zone_seconds,
                         int64_t *seconds)
{
    int64_t time_of_day;
    if (!compute_time_of_day(parts, zone_seconds, &time_of_day) ||
        !calendar_to_seconds(civil, seconds))
        return false;
    *seconds += time_of_day;
    return true;
}

/* Whether only the whole column shows the order of the three numbers. */
static bool has_open_order(const struct date_parts *parts, bool *can_be_year_first)
{
    if (parts->month > 0 || parts->count != 3 || parts->digits[0] > 2 || parts->digits[1] > 2 ||
        parts->year_index >= 0 || parts->numbers[1] < 1 || parts->numbers[1] > 31)
        return false;
    *can_be_year_first = parts->digits[0] == 2 && parts->digits[2] <= 2 && parts->separator != '/';
    return *can_be_year_first || (parts->numbers[0] >= 1 && parts->numbers[0] <= 31);
}

/* The time in one order, in which the numbers at these positions are the year, the month, the day.
 * `time_of_day` is in UTC and may be outside the day. */
static int64_t compute_time_in_order(const struct date_parts *parts, const uint8_t positions[3],
                                     int64_t time_of_day)
{
    int year_digits = parts->digits[positions[0]];
    struct civil_time civil = {
        .year = expand_year(parts->numbers[positions[0]], year_digits),
        .month = (int)parts->numbers[positions[1]],
        .day = (int)parts->numbers[positions[2]],
    };
    int64_t midnight;
    bool is_date = is_year(year_digits) && parts->numbers[positions[1]] <= 12 &&
                   parts->numbers[positions[2]] <= 31 && calendar_to_seconds(civil, &midnight);
    return is_date ? midnight + time_of_day : TIME_UNKNOWN;
}

/* The numbers and the time of day as written, as one number. */
static uint64_t compute_open_key(const struct date_parts *parts, int64_t time_of_day)
{
    enum { DAY_SECONDS = 24 * 60 * 60 };
    uint64_t key = HASH_SEED;
    for (size_t i = 0; i < 3; i++)
        key = key * 10000 + (uint64_t)parts->numbers[i];
    return hash_combine_number(HASH_SEED, key * DAY_SECONDS + (uint64_t)time_of_day);
}

/* Sets the readings of a date whose order is open. False if its time of day is none. */
static bool set_open_readings(const struct date_parts *parts, const struct date_context *context,
                              bool can_be_year_first, struct date_readings *readings)
{
    static const uint8_t positions[DATE_ORDER_COUNT][3] = {
        [DATE_ORDER_YMD] = {0, 1, 2}, [DATE_ORDER_MDY] = {2, 0, 1}, [DATE_ORDER_DMY] = {2, 1, 0}};
    int64_t time_of_day; /* as written */
    if (!compute_time_of_day(parts, 0, &time_of_day))
        return false;
    int64_t utc_time = time_of_day - (parts->has_zone ? 0 : context->zone_seconds);
    for (int order = DATE_ORDER_YMD; order < DATE_ORDER_COUNT; order++)
        readings->times[order] = order == DATE_ORDER_YMD && !can_be_year_first
                                     ? TIME_UNKNOWN
                                     : compute_time_in_order(parts, positions[order], utc_time);
    readings->shape = hash_combine_number(context->column_hash, (uint64_t)parts->separator << 8 |
                                                                    (uint64_t)parts->digits[2]);
    readings->separator = parts->separator;
    readings->has_long_year = parts->digits[2] == 4;
    readings->key = compute_open_key(parts, time_of_day);
    for (size_t i = 0; i < 3; i++)
        readings->numbers[i] = (uint8_t)(parts->numbers[i] % 100);
    return true;
}

bool date_parts_read(const struct date_parts *parts, const struct date_context *context,
                     int64_t *seconds, struct date_readings *readings)
{
    struct civil_time civil = {0};
    bool can_be_year_first;
    int64_t local_time;
    enum date_order order = context->order;
    readings->shape = 0;
    if (!has_open_order(parts, &can_be_year_first)) {
        if (!compute_day(parts, order, &civil) ||
            !compute_time(parts, civil, context->zone_seconds, seconds) ||
            !compute_time(parts, civil, 0, &local_time))
            return false;
        readings->key = (uint64_t)local_time;
        return true;
    }
    if (context->given_order == DATE_ORDER_YMD) /* the user may put 26/08/15 in this order */
        can_be_year_first = parts->digits[2] <= 2;
    if (order == DATE_ORDER_UNKNOWN)
        order = parts->separator == '.' ? DATE_ORDER_DMY : DATE_ORDER_MDY;
    if (!set_open_readings(parts, context, can_be_year_first, readings))
        return false;
    *seconds = date_readings_choose(readings, order);
    return *seconds != TIME_UNKNOWN;
}
