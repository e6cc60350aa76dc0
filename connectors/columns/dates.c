/* dates.c - parses dates: splits the text into numbers and words, and fails on anything that
 * belongs to no date. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "base/hash.h"
#include "connectors/columns/roles.h"

enum { MAX_DATE_NUMBERS = 4, MAX_DATE_SIZE = 120 };

enum day_half { DAY_HALF_NONE, DAY_HALF_AM, DAY_HALF_PM };

/* The parts that were recognized so far. */
struct date_parser {
    struct text text;
    size_t at;
    int64_t numbers[MAX_DATE_NUMBERS]; /* of the date, not of the time */
    int digits[MAX_DATE_NUMBERS];
    char separator; /* between the first two */
    size_t count;
    int year_index, month_index, day_index; /* of numbers followed by "년", "月" ...; -1: none */
    int month;                              /* given by name; 0: none */
    bool has_time, has_zone;
    int64_t hour, minute, second;
    enum day_half day_half;
    int zone; /* in seconds east of UTC */
};

static const struct {
    struct text name;
    int minutes; /* east of UTC */
} zone_abbreviations[] = {
#define ROW(language, name, minutes) {{name, sizeof(name) - 1}, minutes},
#include "connectors/columns/data/zone_abbreviations.inc"
#undef ROW
};

static const struct {
    struct text name;
    int month;
} month_names[] = {
#define ROW(language, name, month) {{name, sizeof(name) - 1}, month},
#include "connectors/columns/data/months.inc"
#undef ROW
};

enum date_word_meaning { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, AM, PM, IGNORED };

static const struct {
    struct text word;
    enum date_word_meaning meaning;
} date_words[] = {
#define ROW(language, word, meaning) {{word, sizeof(word) - 1}, meaning},
#include "connectors/columns/data/date_words.inc"
#undef ROW
};

enum { DATE_WORD_COUNT = sizeof(date_words) / sizeof(*date_words) };

static bool has_meaning(struct text word, enum date_word_meaning meaning)
{
    for (size_t i = 0; i < DATE_WORD_COUNT; i++)
        if (date_words[i].meaning == meaning && text_equal_ignore_case(word, date_words[i].word))
            return true;
    return false;
}

static bool is_letter(char byte)
{
    return ascii_is_letter(byte) || (signed char)byte < 0;
}

static char peek_byte(const struct date_parser *parser, size_t ahead)
{
    return parser->at + ahead < parser->text.size ? parser->text.bytes[parser->at + ahead] : '\0';
}

/* Parses digits; false if there are none or more than ten. */
static bool parse_digits(struct date_parser *parser, int64_t *number, int *digits)
{
    *number = 0;
    *digits = 0;
    while (ascii_is_digit(peek_byte(parser, 0)) && *digits < 10) {
        *number = *number * 10 + (peek_byte(parser, 0) - '0');
        parser->at++;
        (*digits)++;
    }
    return *digits > 0 && !ascii_is_digit(peek_byte(parser, 0));
}

/* Parses what follows the hour: ":23", ":23:45", ":23:45.678". */
static bool parse_clock(struct date_parser *parser, int64_t hour)
{
    int digits;
    if (parser->has_time)
        return false;
    parser->has_time = true;
    parser->hour = hour;
    parser->at++;
    if (!parse_digits(parser, &parser->minute, &digits))
        return false;
    if (peek_byte(parser, 0) != ':' || !ascii_is_digit(peek_byte(parser, 1)))
        return true;
    parser->at++;
    if (!parse_digits(parser, &parser->second, &digits))
        return false;
    if ((peek_byte(parser, 0) == '.' || peek_byte(parser, 0) == ',') &&
        ascii_is_digit(peek_byte(parser, 1))) {
        parser->at++;
        while (ascii_is_digit(peek_byte(parser, 0)))
            parser->at++;
    }
    return true;
}

/* Parses "+0900", "+09:00", "+9", "-05". */
static bool parse_zone(struct date_parser *parser)
{
    int sign = peek_byte(parser, 0) == '-' ? -1 : 1;
    int64_t hours, minutes = 0;
    int digits;
    parser->at++;
    if (!parse_digits(parser, &hours, &digits) || digits > 4)
        return false;
    if (digits > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (peek_byte(parser, 0) == ':') {
        parser->at++;
        if (!parse_digits(parser, &minutes, &digits))
            return false;
    }
    if (hours > 15 || minutes > 59)
        return false;
    parser->zone = sign * (int)(hours * 3600 + minutes * 60);
    parser->has_zone = true;
    return true;
}

/* Parses the word that Korean and Japanese write after a number: 2026년 1월 15일 3시 20분 5초.
 * False if there is none. */
static bool parse_unit_word(struct date_parser *parser, int64_t number)
{
    size_t blank = peek_byte(parser, 0) == ' ' ? 1 : 0, begin = parser->at + blank, i = 0;
    struct text word = {0};
    for (; i < DATE_WORD_COUNT; i++) {
        word = date_words[i].word;
        if (date_words[i].meaning <= SECOND &&
            text_equal(text_slice(parser->text, begin, begin + word.size), word))
            break;
    }
    if (i == DATE_WORD_COUNT)
        return false;
    parser->at = begin + word.size;
    int index = (int)parser->count - 1;
    switch (date_words[i].meaning) {
    case YEAR:
        parser->year_index = index;
        return true;
    case MONTH:
        parser->month_index = index;
        return true;
    case DAY:
        parser->day_index = index;
        return true;
    case HOUR:
        parser->has_time = true;
        parser->hour = number;
        break;
    case MINUTE:
        parser->minute = number;
        break;
    default:
        parser->second = number;
        break;
    }
    parser->count--; /* a part of the time, not of the date */
    return true;
}

static bool parse_date_number(struct date_parser *parser)
{
    int64_t number;
    int digits;
    if (!parse_digits(parser, &number, &digits))
        return false;
    if (peek_byte(parser, 0) == ':')
        return parse_clock(parser, number);
    if (parser->count == MAX_DATE_NUMBERS)
        return false;
    parser->numbers[parser->count] = number;
    parser->digits[parser->count++] = digits;
    if (parse_unit_word(parser, number))
        return true;
    if (parser->count == 1)
        parser->separator = peek_byte(parser, 0);
    return true;
}

static bool parse_word(struct date_parser *parser)
{
    size_t begin = parser->at;
    while (is_letter(peek_byte(parser, 0)))
        parser->at++;
    struct text word = text_slice(parser->text, begin, parser->at);
    bool is_am = has_meaning(word, AM);
    if (is_am || has_meaning(word, PM)) {
        parser->day_half = is_am ? DAY_HALF_AM : DAY_HALF_PM;
        if (peek_byte(parser, 0) == '.' && ascii_to_lower(peek_byte(parser, 1)) == 'm') /* "a.m." */
            parser->at += 2;
        return true;
    }
    for (size_t i = 0; i < sizeof(month_names) / sizeof(*month_names); i++)
        if (text_equal_ignore_case(word, month_names[i].name)) {
            bool is_first = parser->month == 0;
            parser->month = month_names[i].month;
            return is_first;
        }
    for (size_t i = 0; i < sizeof(zone_abbreviations) / sizeof(*zone_abbreviations); i++)
        if (parser->has_time && text_equal_ignore_case(word, zone_abbreviations[i].name)) {
            parser->zone = zone_abbreviations[i].minutes * 60;
            parser->has_zone = true;
            return true;
        }
    return has_meaning(word, IGNORED);
}

/* Parses the whole text; false if anything in it belongs to no date. */
static bool parse_all_parts(struct date_parser *parser)
{
    int depth = 0;
    while (parser->at < parser->text.size) {
        char byte = peek_byte(parser, 0);
        if (byte == '(' || byte == ')') { /* a comment: "(KST)", "(목)" */
            depth += byte == '(' ? 1 : -1;
            parser->at++;
        } else if (depth > 0 || byte == ' ' || byte == '\t' || byte == ',' || byte == '/' ||
                   byte == '.' || byte == '\'') {
            parser->at++;
        } else if (ascii_is_digit(byte)) {
            if (!parse_date_number(parser))
                return false;
        } else if ((byte == '+' || byte == '-') && ascii_is_digit(peek_byte(parser, 1)) &&
                   (parser->has_time || parser->has_zone)) {
            if (!parse_zone(parser))
                return false;
        } else if (byte == '-') {
            parser->at++;
        } else if (!is_letter(byte) || !parse_word(parser)) {
            return false;
        }
    }
    return true;
}

/* "26" is 2026, "98" is 1998. */
static int64_t expand_year(int64_t year, int digits)
{
    if (digits > 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year;
}

/* Decides which number is the year, the month, the day. */
static bool assign_date_parts(const struct date_parser *parser, enum date_order order,
                              struct civil_time *civil)
{
    size_t year = 2, month = 0, day = 1;
    if (parser->year_index >= 0 && parser->month_index >= 0 && parser->day_index >= 0) {
        year = (size_t)parser->year_index;
        month = (size_t)parser->month_index;
        day = (size_t)parser->day_index;
    } else if (parser->month > 0) {
        if (parser->count != 2)
            return false;
        year = parser->digits[0] == 4 ? 0 : 1;
        day = 1 - year;
        month = SIZE_MAX;
    } else if (parser->count != 3) {
        return false;
    } else if (parser->digits[0] == 4 || (order == DATE_ORDER_YMD && parser->digits[2] != 4) ||
               (parser->numbers[0] > 31 && parser->numbers[2] <= 31)) { /* the only valid order */
        year = 0;
        month = 1;
        day = 2;
    } else {
        bool day_first =
            order == DATE_ORDER_DMY || (order == DATE_ORDER_UNKNOWN && parser->separator == '.');
        if (parser->numbers[0] > 12 && parser->numbers[1] <= 12)
            day_first = true; /* the only valid order */
        else if (parser->numbers[1] > 12)
            day_first = false;
        month = day_first ? 1 : 0;
        day = 1 - month;
    }
    int64_t month_number = month == SIZE_MAX ? parser->month : parser->numbers[month];
    if ((parser->digits[year] != 2 && parser->digits[year] != 4) || month_number > 12 ||
        parser->numbers[day] > 31)
        return false;
    civil->year = expand_year(parser->numbers[year], parser->digits[year]);
    civil->month = (int)month_number;
    civil->day = (int)parser->numbers[day];
    return true;
}

static struct date_parser make_date_parser(struct text text)
{
    return (struct date_parser){.text = text, .year_index = -1, .month_index = -1, .day_index = -1};
}

/* Parses decimal numbers: 20260115, 20260115102345, epoch seconds to nanoseconds by magnitude, and
 * the days since 1899-12-30 of spreadsheets. */
static bool parse_numeric_date(struct text text, int zone_seconds, int64_t *seconds)
{
    double number;
    size_t digits = 0;
    while (digits < text.size && ascii_is_digit(text.bytes[digits]))
        digits++;
    bool whole = digits == text.size;
    size_t end = digits + (!whole && text.bytes[digits] == '.');
    while (end < text.size && ascii_is_digit(text.bytes[end]))
        end++;
    if (digits == 0 || end < text.size || !text_to_real(text, &number))
        return false;
    struct civil_time civil = {0};
    if (whole && (digits == 8 || digits == 14)) {
        int64_t value;
        text_to_integer(text, &value);
        int64_t day = digits == 14 ? value / 1000000 : value;
        int64_t time = digits == 14 ? value % 1000000 : 0;
        civil =
            (struct civil_time){day / 10000,         (int)(day / 100 % 100),  (int)(day % 100),
                                (int)(time / 10000), (int)(time / 100 % 100), (int)(time % 100)};
        if (civil.year < 1900 || civil.year > 2100 || !calendar_to_seconds(civil, seconds))
            return false;
        *seconds -= zone_seconds;
        return true;
    }
    if (number >= 20000 && number < 80000 && digits == 5) {
        *seconds = (int64_t)((number - 25569) * 86400 + 0.5) - zone_seconds;
        return true;
    }
    if (digits < 9 || digits > 19 || digits == 11 || digits == 14)
        return false;
    double scale = digits >= 18 ? 1e9 : digits >= 15 ? 1e6 : digits >= 12 ? 1e3 : 1;
    *seconds = (int64_t)(number / scale);
    return true;
}

/* The number in two digits at that position; -1 if they are not digits. */
static int parse_two_digits(struct text text, size_t at)
{
    if (at + 2 > text.size || !ascii_is_digit(text.bytes[at]) ||
        !ascii_is_digit(text.bytes[at + 1]))
        return -1;
    return (text.bytes[at] - '0') * 10 + text.bytes[at + 1] - '0';
}

/* Parses 2026-01-15T10:23:45Z and 2026-01-15 10:23:45, the most frequent notations, ten times as
 * fast as the general parser and with the same result. */
static bool parse_iso(struct text text, int zone_seconds, int64_t *seconds)
{
    bool utc = text.size == 20 && text.bytes[19] == 'Z';
    if ((text.size != 19 && !utc) || text.bytes[4] != '-' || text.bytes[7] != '-' ||
        (text.bytes[10] != 'T' && text.bytes[10] != ' ') || text.bytes[13] != ':' ||
        text.bytes[16] != ':')
        return false;
    int century = parse_two_digits(text, 0), year = parse_two_digits(text, 2);
    struct civil_time civil = {century * 100 + year,       parse_two_digits(text, 5),
                               parse_two_digits(text, 8),  parse_two_digits(text, 11),
                               parse_two_digits(text, 14), parse_two_digits(text, 17)};
    if (century < 0 || year < 0 || !calendar_to_seconds(civil, seconds))
        return false;
    *seconds -= utc ? 0 : zone_seconds;
    return true;
}

/* The date after the last " on " in "Reviewed in the United States on March 3, 2026". */
static struct text strip_review_sentence(struct text text)
{
    if (!text_equal_ignore_case(text_slice(text, 0, 8), TEXT("reviewed")))
        return text;
    size_t last = 0;
    for (size_t at = text_find(text, TEXT(" on "), 0); at < text.size;
         at = text_find(text, TEXT(" on "), at + 1))
        last = at + 4;
    return text_slice(text, last, text.size);
}

/* Seconds from midnight UTC to the time of day; negative ones are on the day before. False if it is
 * no time of day. */
static bool compute_time_of_day(const struct date_parser *parser, int zone_seconds,
                                int64_t *seconds)
{
    int64_t hour = parser->hour, second = parser->second < 60 ? parser->second : 59;
    if (hour > 23 || parser->minute > 59 || parser->second > 60)
        return false;
    /* Neither "15:20 PM" nor "오후 15:20" nor "0:20 AM" is a half of the day. */
    if (parser->day_half && hour >= 1 && hour <= 12)
        hour = hour % 12 + (parser->day_half == DAY_HALF_PM ? 12 : 0);
    *seconds = hour * 3600 + parser->minute * 60 + second -
               (parser->has_zone ? parser->zone : zone_seconds);
    return true;
}

/* The time of a date with its time of day. */
static bool compute_time(const struct date_parser *parser, struct civil_time civil,
                         int zone_seconds, int64_t *seconds)
{
    int64_t time_of_day;
    if (!compute_time_of_day(parser, zone_seconds, &time_of_day) ||
        !calendar_to_seconds(civil, seconds))
        return false;
    *seconds += time_of_day;
    return true;
}

bool date_parse(struct text text, enum date_order order, int zone_seconds, int64_t *seconds)
{
    text = strip_review_sentence(text_trim(text));
    if (text.size < 5 || text.size > MAX_DATE_SIZE)
        return false;
    if (parse_iso(text, zone_seconds, seconds) || parse_numeric_date(text, zone_seconds, seconds))
        return true;
    struct date_parser parser = make_date_parser(text);
    struct civil_time civil = {0};
    return parse_all_parts(&parser) && assign_date_parts(&parser, order, &civil) &&
           compute_time(&parser, civil, zone_seconds, seconds);
}

/* Whether only the whole column shows the order of the three numbers. */
static bool has_open_order(const struct date_parser *parser, bool *can_be_year_first)
{
    if (parser->month > 0 || parser->count != 3 || parser->digits[0] > 2 || parser->digits[1] > 2 ||
        parser->year_index >= 0 || parser->numbers[1] < 1 || parser->numbers[1] > 31)
        return false;
    *can_be_year_first =
        parser->digits[0] == 2 && parser->digits[2] <= 2 && parser->separator != '/';
    return *can_be_year_first || (parser->numbers[0] >= 1 && parser->numbers[0] <= 31);
}

/* The time in one order, in which the numbers at these positions are the year, the month, the day.
 * `time_of_day` is in UTC and may be outside the day. */
static int64_t compute_time_in_order(const struct date_parser *parser, const uint8_t positions[3],
                                     int64_t time_of_day)
{
    int year_digits = parser->digits[positions[0]];
    struct civil_time civil = {
        .year = expand_year(parser->numbers[positions[0]], year_digits),
        .month = (int)parser->numbers[positions[1]],
        .day = (int)parser->numbers[positions[2]],
    };
    int64_t midnight;
    bool is_date = (year_digits == 2 || year_digits == 4) && parser->numbers[positions[1]] <= 12 &&
                   parser->numbers[positions[2]] <= 31 && calendar_to_seconds(civil, &midnight);
    return is_date ? midnight + time_of_day : TIME_UNKNOWN;
}

/* The numbers and the time of day as written, as one number. */
static uint64_t compute_open_key(const struct date_parser *parser, int64_t time_of_day)
{
    enum { DAY_SECONDS = 24 * 60 * 60 };
    uint64_t key = HASH_SEED;
    for (size_t i = 0; i < 3; i++)
        key = key * 10000 + (uint64_t)parser->numbers[i];
    return hash_combine_number(HASH_SEED, key * DAY_SECONDS + (uint64_t)time_of_day);
}

/* Sets the readings of a date whose order is open. False if it is a date in no order. */
static bool set_open_readings(const struct date_parser *parser, const struct mapping *mapping,
                              bool can_be_year_first, struct date_readings *readings)
{
    static const uint8_t positions[DATE_ORDER_COUNT][3] = {
        [DATE_ORDER_YMD] = {0, 1, 2}, [DATE_ORDER_MDY] = {2, 0, 1}, [DATE_ORDER_DMY] = {2, 1, 0}};
    int64_t time_of_day; /* as written */
    if (!compute_time_of_day(parser, 0, &time_of_day))
        return false;
    int64_t utc_time = time_of_day - (parser->has_zone ? 0 : mapping->date_zone_seconds);
    for (int order = DATE_ORDER_YMD; order < DATE_ORDER_COUNT; order++)
        readings->times[order] = order == DATE_ORDER_YMD && !can_be_year_first
                                     ? TIME_UNKNOWN
                                     : compute_time_in_order(parser, positions[order], utc_time);
    readings->shape = hash_combine_number(
        mapping->date_column_hash, (uint64_t)parser->separator << 8 | (uint64_t)parser->digits[2]);
    readings->separator = parser->separator;
    readings->has_long_year = parser->digits[2] == 4;
    readings->key = compute_open_key(parser, time_of_day);
    for (size_t i = 0; i < 3; i++)
        readings->numbers[i] = (uint8_t)(parser->numbers[i] % 100);
    return true;
}

/* Parses a date whose notation shows its order, or does not. */
static bool parse_readings(const struct date_parser *parser, const struct mapping *mapping,
                           int64_t *seconds, struct date_readings *readings)
{
    struct civil_time civil = {0};
    bool can_be_year_first;
    int64_t local_time;
    enum date_order order = mapping->date_order;
    if (!has_open_order(parser, &can_be_year_first)) {
        if (!assign_date_parts(parser, order, &civil) ||
            !compute_time(parser, civil, mapping->date_zone_seconds, seconds) ||
            !compute_time(parser, civil, 0, &local_time))
            return false;
        readings->key = (uint64_t)local_time;
        return true;
    }
    if (mapping->given_date_order == DATE_ORDER_YMD) /* the user may put 26/08/15 in this order */
        can_be_year_first = parser->digits[2] <= 2;
    if (order == DATE_ORDER_UNKNOWN)
        order = parser->separator == '.' ? DATE_ORDER_DMY : DATE_ORDER_MDY;
    if (!set_open_readings(parser, mapping, can_be_year_first, readings))
        return false;
    *seconds = date_readings_choose(readings, order);
    return *seconds != TIME_UNKNOWN;
}

bool date_parse_readings(struct text text, const struct mapping *mapping, int64_t *seconds,
                         struct date_readings *readings)
{
    int zone = mapping->date_zone_seconds;
    int64_t time, local_time;
    text = strip_review_sentence(text_trim(text));
    if (text.size < 5 || text.size > MAX_DATE_SIZE)
        return false;
    if (parse_iso(text, zone, &time) || parse_numeric_date(text, zone, &time)) {
        local_time = time;
        if (zone && !parse_iso(text, 0, &local_time))
            parse_numeric_date(text, 0, &local_time);
        *seconds = time;
        readings->key = (uint64_t)local_time;
        return true;
    }
    struct date_parser parser = make_date_parser(text);
    if (!parse_all_parts(&parser) || !parse_readings(&parser, mapping, &time, readings)) {
        readings->shape = readings->key = 0;
        return false;
    }
    readings->cell = text;
    *seconds = time;
    return true;
}
