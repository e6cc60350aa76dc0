/* calendar.c - day numbers by eras of 400 years (H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms"). */
#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

enum { SECONDS_PER_DAY = 86400 };

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool calendar_to_seconds(struct civil_time civil, int64_t *seconds)
{
    if (civil.year < 1 || civil.year > 9999 || civil.month < 1 || civil.month > 12 ||
        civil.day < 1 || civil.day > days_in_month(civil.year, civil.month) || civil.hour < 0 ||
        civil.hour > 23 || civil.minute < 0 || civil.minute > 59 || civil.second < 0 ||
        civil.second > 60)
        return false;
    if (civil.second == 60) /* a leap second */
        civil.second = 59;
    *seconds = days_from_civil(civil.year, civil.month, civil.day) * SECONDS_PER_DAY +
               civil.hour * 3600 + civil.minute * 60 + civil.second;
    return true;
}

struct civil_time calendar_from_seconds(int64_t seconds)
{
    int64_t days = floor_divide(seconds, SECONDS_PER_DAY);
    int second_of_day = (int)(seconds - days * SECONDS_PER_DAY);
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_index = (5 * day_of_year + 2) / 153;
    int month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);
    return (struct civil_time){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1),
        .hour = second_of_day / 3600,
        .minute = second_of_day / 60 % 60,
        .second = second_of_day % 60,
    };
}

static void write_two_digits(char *digits, int number)
{
    digits[0] = (char)('0' + number / 10);
    digits[1] = (char)('0' + number % 10);
}

void calendar_format(int64_t seconds, char text[32])
{
    text[0] = '\0';
    if (seconds == TIME_UNKNOWN)
        return;
    struct civil_time civil = calendar_from_seconds(seconds);
    int year = (int)(civil.year % 10000);
    memcpy(text, "0000-00-00T00:00:00Z", 21);
    write_two_digits(text, year / 100);
    write_two_digits(text + 2, year % 100);
    write_two_digits(text + 5, civil.month);
    write_two_digits(text + 8, civil.day);
    write_two_digits(text + 11, civil.hour);
    write_two_digits(text + 14, civil.minute);
    write_two_digits(text + 17, civil.second);
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static void format_iso_week(int64_t seconds, char period[16])
{
    int64_t days = floor_divide(seconds, SECONDS_PER_DAY);
    int64_t weekday = (days % 7 + 7 + 3) % 7; /* Monday 0; 1970-01-01 was a Thursday */
    int64_t thursday = days - weekday + 3;
    struct civil_time civil = calendar_from_seconds(thursday * SECONDS_PER_DAY);
    int64_t week = (thursday - days_from_civil(civil.year, 1, 1)) / 7 + 1;
    snprintf(period, 16, "%04d-W%02d", (int)(civil.year % 10000), (int)(week % 100));
}

void calendar_format_period(int64_t seconds, struct text granularity, char period[16])
{
    struct civil_time civil = calendar_from_seconds(seconds == TIME_UNKNOWN ? 0 : seconds);
    unsigned year = (unsigned)civil.year % 10000;
    if (text_equal(granularity, TEXT("all")))
        snprintf(period, 16, "all");
    else if (seconds == TIME_UNKNOWN)
        snprintf(period, 16, "undated");
    else if (text_equal(granularity, TEXT("day")))
        snprintf(period, 16, "%04u-%02u-%02u", year, (unsigned)civil.month % 100,
                 (unsigned)civil.day % 100);
    else if (text_equal(granularity, TEXT("week")))
        format_iso_week(seconds, period);
    else if (text_equal(granularity, TEXT("quarter")))
        snprintf(period, 16, "%04u-Q%u", year, ((unsigned)civil.month % 100 + 2) / 3);
    else if (text_equal(granularity, TEXT("year")))
        snprintf(period, 16, "%04u", year);
    else
        snprintf(period, 16, "%04u-%02u", year, (unsigned)civil.month % 100);
}
