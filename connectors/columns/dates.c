/* dates.c - dates as exports write them: the text is taken apart into numbers and words, and what
 * is not part of any date makes it none. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "connectors/columns/roles.h"

enum { DATE_NUMBERS = 4, LONGEST_DATE = 120 };

/* What was understood so far. */
struct scan {
    struct text text;
    size_t at;
    int64_t numbers[DATE_NUMBERS]; /* of the date, as they stand */
    int digits[DATE_NUMBERS];
    char separator; /* between the first two */
    size_t count;
    int year_at, month_at, day_at; /* index by a Korean or Japanese word, -1 none */
    int month;                     /* by name, 0 none */
    bool has_time, has_zone;
    int64_t hour, minute, second;
    int half; /* 1 am, 2 pm */
    int zone;
};

static const struct {
    const char *word;
    int minutes; /* east of UTC */
} zones[] = {
    {"z", 0},      {"utc", 0},    {"gmt", 0},    {"kst", 540},  {"jst", 540},  {"est", -300},
    {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480},
    {"pdt", -420}, {"cet", 60},   {"cest", 120}, {"bst", 60},   {"wet", 0},    {"west", 60},
    {"eet", 120},  {"eest", 180}, {"msk", 180},  {"ist", 330},  {"hkt", 480},  {"sgt", 480},
    {"aest", 600}, {"aedt", 660}, {"acst", 570}, {"awst", 480}, {"nzst", 720}, {"nzdt", 780},
};

static const char *const months[12][6] = {
    {"jan", "january", "januar", "enero", "janvier", "gennaio"},
    {"feb", "february", "februar", "febrero", "février", "febbraio"},
    {"mar", "march", "märz", "marzo", "mars", "mär"},
    {"apr", "april", "abril", "avril", "aprile", "abr"},
    {"may", "mai", "mayo", "maggio", "maio", "may"},
    {"jun", "june", "juni", "junio", "juin", "giugno"},
    {"jul", "july", "juli", "julio", "juillet", "luglio"},
    {"aug", "august", "agosto", "août", "ago", "aug"},
    {"sep", "september", "sept", "septiembre", "septembre", "settembre"},
    {"oct", "october", "oktober", "octubre", "octobre", "ottobre"},
    {"nov", "november", "noviembre", "novembre", "nov", "nov"},
    {"dec", "december", "dezember", "diciembre", "décembre", "dicembre"},
};

/* Words that say nothing more: weekdays, ordinals, small words. */
static const char *const silent[] = {
    "mon",   "monday",   "tue",    "tues",   "tuesday", "wed",      "wednesday", "thu",    "thur",
    "thurs", "thursday", "fri",    "friday", "sat",     "saturday", "sun",       "sunday", "st",
    "nd",    "rd",       "th",     "of",     "at",      "on",       "de",        "um",     "uhr",
    "t",     "월요일",   "화요일", "수요일", "목요일",  "금요일",   "토요일",    "일요일", "日",
};

static bool word_in(struct text word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_fold(word, text_of(list[i])))
            return true;
    return false;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (signed char)byte < 0;
}

static char peek(const struct scan *scan, size_t ahead)
{
    return scan->at + ahead < scan->text.size ? scan->text.bytes[scan->at + ahead] : '\0';
}

/* Digits from here on; false when there are none or too many. */
static bool take_number(struct scan *scan, int64_t *number, int *digits)
{
    *number = 0;
    *digits = 0;
    while (ascii_is_digit(peek(scan, 0)) && *digits < 10) {
        *number = *number * 10 + (peek(scan, 0) - '0');
        scan->at++;
        (*digits)++;
    }
    return *digits > 0 && !ascii_is_digit(peek(scan, 0));
}

/* Behind the hour: ":23", ":23:45", ":23:45.678". */
static bool take_clock(struct scan *scan, int64_t hour)
{
    int digits;
    if (scan->has_time)
        return false;
    scan->has_time = true;
    scan->hour = hour;
    scan->at++;
    if (!take_number(scan, &scan->minute, &digits))
        return false;
    if (peek(scan, 0) != ':' || !ascii_is_digit(peek(scan, 1)))
        return true;
    scan->at++;
    if (!take_number(scan, &scan->second, &digits))
        return false;
    if ((peek(scan, 0) == '.' || peek(scan, 0) == ',') && ascii_is_digit(peek(scan, 1))) {
        scan->at++;
        while (ascii_is_digit(peek(scan, 0)))
            scan->at++;
    }
    return true;
}

/* "+0900", "+09:00", "+9", "-05". */
static bool take_zone(struct scan *scan)
{
    int sign = peek(scan, 0) == '-' ? -1 : 1;
    int64_t hours, minutes = 0;
    int digits;
    scan->at++;
    if (!take_number(scan, &hours, &digits) || digits > 4)
        return false;
    if (digits > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (peek(scan, 0) == ':') {
        scan->at++;
        if (!take_number(scan, &minutes, &digits))
            return false;
    }
    if (hours > 15 || minutes > 59)
        return false;
    scan->zone = sign * (int)(hours * 3600 + minutes * 60);
    scan->has_zone = true;
    return true;
}

/* The words that Korean and Japanese put behind each part: 2026년 1월 15일 3시 20분 5초. */
static bool take_unit(struct scan *scan, int64_t number)
{
    static const struct {
        const char *word;
        char part;
    } units[] = {{"년", 'y'}, {"월", 'm'}, {"일", 'd'}, {"시", 'H'}, {"분", 'M'},
                 {"초", 'S'}, {"年", 'y'}, {"月", 'm'}, {"日", 'd'}, {"時", 'H'},
                 {"时", 'H'}, {"分", 'M'}, {"秒", 'S'}};
    size_t blank = peek(scan, 0) == ' ' ? 1 : 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        struct text word = text_of(units[i].word);
        size_t begin = scan->at + blank;
        if (!text_equal(text_slice(scan->text, begin, begin + word.size), word))
            continue;
        scan->at = begin + word.size;
        int index = (int)scan->count - 1;
        switch (units[i].part) {
        case 'y':
            scan->year_at = index;
            return true;
        case 'm':
            scan->month_at = index;
            return true;
        case 'd':
            scan->day_at = index;
            return true;
        case 'H':
            scan->has_time = true;
            scan->hour = number;
            break;
        case 'M':
            scan->minute = number;
            break;
        default:
            scan->second = number;
            break;
        }
        scan->count--; /* a part of the time, not of the date */
        return true;
    }
    return false;
}

static bool take_date_number(struct scan *scan)
{
    int64_t number;
    int digits;
    if (!take_number(scan, &number, &digits))
        return false;
    if (peek(scan, 0) == ':')
        return take_clock(scan, number);
    if (scan->count == DATE_NUMBERS)
        return false;
    scan->numbers[scan->count] = number;
    scan->digits[scan->count++] = digits;
    if (take_unit(scan, number))
        return true;
    if (scan->count == 1)
        scan->separator = peek(scan, 0);
    return true;
}

static bool take_word(struct scan *scan)
{
    size_t begin = scan->at;
    while (is_letter(peek(scan, 0)))
        scan->at++;
    struct text word = text_slice(scan->text, begin, scan->at);
    static const char *const morning[] = {"am", "오전", "午前", "上午", "a"};
    static const char *const evening[] = {"pm", "오후", "午後", "下午", "p"};
    if (word_in(word, morning, 5) || word_in(word, evening, 5)) {
        scan->half = word_in(word, morning, 5) ? 1 : 2;
        if (peek(scan, 0) == '.' && (peek(scan, 1) | 32) == 'm') /* "a.m." */
            scan->at += 2;
        return true;
    }
    for (int month = 0; month < 12; month++)
        if (word_in(word, months[month], 6)) {
            bool first = scan->month == 0;
            scan->month = month + 1;
            return first;
        }
    for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
        if (scan->has_time && text_equal_fold(word, text_of(zones[i].word))) {
            scan->zone = zones[i].minutes * 60;
            scan->has_zone = true;
            return true;
        }
    return word_in(word, silent, sizeof(silent) / sizeof(*silent));
}

/* Takes the whole text apart; false when something in it belongs to no date. */
static bool scan_all(struct scan *scan)
{
    int depth = 0;
    while (scan->at < scan->text.size) {
        char byte = peek(scan, 0);
        if (byte == '(' || byte == ')') { /* a comment: "(KST)", "(목)" */
            depth += byte == '(' ? 1 : -1;
            scan->at++;
        } else if (depth > 0 || byte == ' ' || byte == '\t' || byte == ',' || byte == '/' ||
                   byte == '.' || byte == '\'') {
            scan->at++;
        } else if (ascii_is_digit(byte)) {
            if (!take_date_number(scan))
                return false;
        } else if ((byte == '+' || byte == '-') && ascii_is_digit(peek(scan, 1)) &&
                   (scan->has_time || scan->has_zone)) {
            if (!take_zone(scan))
                return false;
        } else if (byte == '-') {
            scan->at++;
        } else if (!is_letter(byte) || !take_word(scan)) {
            return false;
        }
    }
    return true;
}

/* "26" is 2026, "98" is 1998. */
static int64_t full_year(int64_t year, int digits)
{
    if (digits > 2)
        return year;
    return year < 70 ? 2000 + year : 1900 + year;
}

/* Which number is the year, the month, the day. */
static bool place(const struct scan *scan, enum date_order order, struct civil_time *civil)
{
    size_t year = 2, month = 0, day = 1;
    if (scan->year_at >= 0 && scan->month_at >= 0 && scan->day_at >= 0) {
        year = (size_t)scan->year_at;
        month = (size_t)scan->month_at;
        day = (size_t)scan->day_at;
    } else if (scan->month > 0) {
        if (scan->count != 2)
            return false;
        year = scan->digits[0] == 4 ? 0 : 1;
        day = 1 - year;
        month = SIZE_MAX;
    } else if (scan->count != 3) {
        return false;
    } else if (scan->digits[0] == 4 || (order == DATE_ORDER_YMD && scan->digits[2] != 4) ||
               (scan->numbers[0] > 31 && scan->numbers[2] <= 31)) { /* the only way to read it */
        year = 0;
        month = 1;
        day = 2;
    } else {
        bool day_first =
            order == DATE_ORDER_DMY || (order == DATE_ORDER_UNKNOWN && scan->separator == '.');
        if (scan->numbers[0] > 12 && scan->numbers[1] <= 12)
            day_first = true; /* the only way to read it */
        else if (scan->numbers[1] > 12)
            day_first = false;
        month = day_first ? 1 : 0;
        day = 1 - month;
    }
    int64_t month_number = month == SIZE_MAX ? scan->month : scan->numbers[month];
    if ((scan->digits[year] != 2 && scan->digits[year] != 4) || month_number > 12 ||
        scan->numbers[day] > 31)
        return false;
    civil->year = full_year(scan->numbers[year], scan->digits[year]);
    civil->month = (int)month_number;
    civil->day = (int)scan->numbers[day];
    return true;
}

static struct scan begin_scan(struct text text)
{
    return (struct scan){.text = text, .year_at = -1, .month_at = -1, .day_at = -1};
}

/* Digits and no exponent: 20260115, 20260115102345, epoch seconds to nanoseconds by magnitude, and
 * days since 1899-12-30 as spreadsheets count them. */
static bool parse_number(struct text text, int zone_seconds, int64_t *seconds)
{
    double number;
    size_t digits = 0;
    while (digits < text.size && ascii_is_digit(text.bytes[digits]))
        digits++;
    bool whole = digits == text.size;
    size_t end = digits + (!whole && text.bytes[digits] == '.');
    while (end < text.size && ascii_is_digit(text.bytes[end]))
        end++;
    if (digits == 0 || end < text.size || !text_real(text, &number))
        return false;
    struct civil_time civil = {0};
    if (whole && (digits == 8 || digits == 14)) {
        int64_t value;
        text_integer(text, &value);
        int64_t day = digits == 14 ? value / 1000000 : value;
        int64_t time = digits == 14 ? value % 1000000 : 0;
        civil =
            (struct civil_time){day / 10000,         (int)(day / 100 % 100),  (int)(day % 100),
                                (int)(time / 10000), (int)(time / 100 % 100), (int)(time % 100)};
        if (civil.year < 1900 || civil.year > 2100 || !calendar_seconds(civil, seconds))
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

/* Two digits at `at`; -1 for anything else. */
static int two_digits(struct text text, size_t at)
{
    if (at + 2 > text.size || !ascii_is_digit(text.bytes[at]) ||
        !ascii_is_digit(text.bytes[at + 1]))
        return -1;
    return (text.bytes[at] - '0') * 10 + text.bytes[at + 1] - '0';
}

/* 2026-01-15T10:23:45Z and 2026-01-15 10:23:45, as most exports write: the same as the long way
 * finds, ten times faster. */
static bool parse_iso(struct text text, int zone_seconds, int64_t *seconds)
{
    bool utc = text.size == 20 && text.bytes[19] == 'Z';
    if ((text.size != 19 && !utc) || text.bytes[4] != '-' || text.bytes[7] != '-' ||
        (text.bytes[10] != 'T' && text.bytes[10] != ' ') || text.bytes[13] != ':' ||
        text.bytes[16] != ':')
        return false;
    int century = two_digits(text, 0), year = two_digits(text, 2);
    struct civil_time civil = {century * 100 + year, two_digits(text, 5),  two_digits(text, 8),
                               two_digits(text, 11), two_digits(text, 14), two_digits(text, 17)};
    if (century < 0 || year < 0 || !calendar_seconds(civil, seconds))
        return false;
    *seconds -= utc ? 0 : zone_seconds;
    return true;
}

/* "Reviewed in the United States on March 3, 2026": the date behind the last " on ". */
static struct text without_sentence(struct text text)
{
    if (!text_equal_fold(text_slice(text, 0, 8), TEXT("reviewed")))
        return text;
    size_t last = 0;
    for (size_t at = text_find(text, TEXT(" on "), 0); at < text.size;
         at = text_find(text, TEXT(" on "), at + 1))
        last = at + 4;
    return text_slice(text, last, text.size);
}

bool date_parse(struct text text, enum date_order order, int zone_seconds, int64_t *seconds)
{
    text = without_sentence(text_trim(text));
    if (text.size < 5 || text.size > LONGEST_DATE)
        return false;
    if (parse_iso(text, zone_seconds, seconds) || parse_number(text, zone_seconds, seconds))
        return true;
    struct scan scan = begin_scan(text);
    struct civil_time civil = {0};
    if (!scan_all(&scan) || !place(&scan, order, &civil) || scan.hour > 23 || scan.minute > 59 ||
        scan.second > 60)
        return false;
    if (scan.half && (scan.hour < 1 || scan.hour > 12))
        scan.half = 0; /* "15:20 PM", "오후 15:20", "0:20 AM" */
    civil.hour = (int)scan.hour;
    if (scan.half)
        civil.hour = civil.hour % 12 + (scan.half == 2 ? 12 : 0);
    civil.minute = (int)scan.minute;
    civil.second = (int)scan.second;
    if (!calendar_seconds(civil, seconds))
        return false;
    *seconds -= scan.has_zone ? scan.zone : zone_seconds;
    return true;
}

bool date_numbers(struct text text, int64_t numbers[3], bool *may_begin_with_year)
{
    text = text_trim(text);
    struct scan scan = begin_scan(text);
    if (text.size > LONGEST_DATE || !scan_all(&scan) || scan.month > 0 || scan.count != 3 ||
        scan.digits[0] > 2 || scan.digits[1] > 2 || scan.year_at >= 0 || scan.numbers[1] < 1 ||
        scan.numbers[1] > 31)
        return false;
    *may_begin_with_year = scan.digits[0] == 2 && scan.digits[2] <= 2 && scan.separator != '/';
    if (!*may_begin_with_year && (scan.numbers[0] < 1 || scan.numbers[0] > 31))
        return false;
    for (size_t i = 0; i < 3; i++)
        numbers[i] = scan.numbers[i];
    return true;
}
