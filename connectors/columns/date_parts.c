/* date_parts.c - splits a date into numbers and words, and fails on anything that belongs to no
 * date. */
#include "connectors/columns/date_parts.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "connectors/columns/date_words.h"

struct date_parser {
    struct text text;
    size_t at;
    struct date_parts parts; /* that were recognized so far */
    bool may_be_weekday;     /* the month's name also is a weekday: "mar." in French */
    bool has_time;
    bool is_after_time; /* the last number is of the time */
    bool is_time_next;  /* after "at" */
    size_t hour_end;    /* after "14h", where minutes without a colon begin; 0: none */
    int next_half;      /* DATE_WORD_AM or _PM before a time, or 0 */
    uint64_t languages; /* that all words have in common */
};

/* Whether the byte begins a letter of a script without blanks between words, or one like it. */
static bool is_east_asian(char byte)
{
    return (unsigned char)byte >= 0xE3;
}

static char peek_byte(const struct date_parser *parser, size_t ahead)
{
    return parser->at + ahead < parser->text.size ? parser->text.bytes[parser->at + ahead] : '\0';
}

/* The letters that begin `ahead` bytes after the position. */
static struct text peek_letters(const struct date_parser *parser, size_t ahead)
{
    return date_word_letters(parser->text, parser->at + ahead);
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

/* False if there is a time already. */
static bool set_hour(struct date_parser *parser, int64_t hour)
{
    if (parser->has_time)
        return false;
    parser->has_time = parser->is_after_time = true;
    parser->is_time_next = false;
    parser->parts.hour = hour;
    parser->parts.day_half = parser->next_half;
    return true;
}

/* Parses what follows the hour: ":23", ":23:45", ":23:45.678", or the same with full stops. */
static bool parse_clock(struct date_parser *parser, int64_t hour)
{
    int digits;
    char separator = peek_byte(parser, 0);
    if (!set_hour(parser, hour))
        return false;
    parser->at++;
    if (!parse_digits(parser, &parser->parts.minute, &digits))
        return false;
    if (peek_byte(parser, 0) != separator || !ascii_is_digit(peek_byte(parser, 1)))
        return true;
    parser->at++;
    if (!parse_digits(parser, &parser->parts.second, &digits))
        return false;
    if ((peek_byte(parser, 0) == '.' || peek_byte(parser, 0) == ',') &&
        ascii_is_digit(peek_byte(parser, 1))) {
        parser->at++;
        while (ascii_is_digit(peek_byte(parser, 0)))
            parser->at++;
    }
    return true;
}

/* Whether the text continues as a time with full stops: ".05", ".05.30" after 14. */
static bool is_dotted_clock(const struct date_parser *parser)
{
    size_t ahead = 0, pairs = 0;
    while (pairs < 2 && peek_byte(parser, ahead) == '.' &&
           ascii_is_digit(peek_byte(parser, ahead + 1)) &&
           ascii_is_digit(peek_byte(parser, ahead + 2))) {
        ahead += 3;
        pairs++;
    }
    bool is_more = peek_byte(parser, ahead) == '.' && ascii_is_digit(peek_byte(parser, ahead + 1));
    bool is_fraction = is_more && pairs == 2 && ascii_is_digit(peek_byte(parser, ahead + 2)) &&
                       ascii_is_digit(peek_byte(parser, ahead + 3));
    return pairs > 0 && !ascii_is_digit(peek_byte(parser, ahead)) && (!is_more || is_fraction);
}

/* Whether day, month and year are known, so that another number is of the time. */
static bool has_whole_date(const struct date_parser *parser)
{
    if (parser->parts.count != 2 || parser->parts.month == 0)
        return parser->parts.count == 3;
    return !parser->may_be_weekday || parser->parts.digits[0] == 4 || parser->parts.digits[1] == 4;
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
    parser->parts.zone = sign * (int)(hours * 3600 + minutes * 60);
    parser->parts.has_zone = true;
    return true;
}

/* The half of the day that "a.m.", "p. m." or "μ.μ." at the position means, and its size in *size;
 * 0: none. */
static int find_abbreviated_half(const struct date_parser *parser, size_t ahead, size_t *size)
{
    struct text first = peek_letters(parser, ahead), second;
    *size = first.size;
    if (first.size == 0 || is_east_asian(first.bytes[0]) ||
        utf8_count_code_points(text_slice(first, 0, 4)) != 1)
        return 0;
    while (peek_byte(parser, ahead + *size) == '.' || peek_byte(parser, ahead + *size) == ' ')
        (*size)++;
    second = peek_letters(parser, ahead + *size);
    if (second.size == 0 || *size == first.size || first.size + second.size > 8 ||
        utf8_count_code_points(second) != 1)
        return 0;
    char joined[8];
    memcpy(joined, first.bytes, first.size);
    memcpy(joined + first.size, second.bytes, second.size);
    const struct date_word *word = date_word_find((struct text){joined, first.size + second.size});
    *size += second.size;
    return word ? word->flags & DATE_WORD_HALVES : 0;
}

/* Takes a word that only halves of the day have, such as PM in "3 PM"; 0 if none follows. */
static int take_half_after_hour(struct date_parser *parser)
{
    size_t blank = peek_byte(parser, 0) == ' ' ? 1 : 0, size;
    struct text letters = peek_letters(parser, blank);
    if (letters.size == 0 || is_east_asian(letters.bytes[0]))
        return 0; /* Korean, Japanese and Chinese halves precede the hour */
    int half = find_abbreviated_half(parser, blank, &size);
    if (half == 0) {
        const struct date_word *word = date_word_find(letters);
        if (!word || !(word->flags & DATE_WORD_HALVES) ||
            (word->flags & (DATE_WORD_AT | DATE_WORD_SMALL)))
            return 0;
        half = word->flags & DATE_WORD_HALVES;
        size = word->size;
    }
    parser->at += blank + size;
    return half;
}

/* Assigns the number that was added last to the year, the month, the day or the time. */
static bool assign_unit(struct date_parser *parser, int unit, int64_t number)
{
    int index = (int)parser->parts.count - 1;
    if (unit == DATE_WORD_YEAR)
        parser->parts.year_index = index;
    else if (unit == DATE_WORD_MONTH_UNIT)
        parser->parts.month_index = index;
    else if (unit == DATE_WORD_DAY)
        parser->parts.day_index = index;
    else
        parser->parts.count--; /* a part of the time, not of the date */
    if (unit == DATE_WORD_HOUR)
        return set_hour(parser, number);
    if (unit == DATE_WORD_MINUTE)
        parser->parts.minute = number;
    if (unit == DATE_WORD_SECOND)
        parser->parts.second = number;
    return true;
}

/* Parses the word after a number that says what it is: 2026년 1월 15일 3시 20분 5초, 14h05, 14 Uhr.
 * *is_valid is false if the date has a time already. False if there is none. */
static bool parse_unit_word(struct date_parser *parser, int64_t number, bool *is_valid)
{
    size_t blank = peek_byte(parser, 0) == ' ' ? 1 : 0;
    const struct date_word *word = date_word_find_at_front(peek_letters(parser, blank));
    if (!word)
        return false;
    /* of several units ("m": month, minute) the one that may follow */
    int unit = word->flags & DATE_WORD_UNITS;
    if (!parser->has_time)
        unit &= ~(DATE_WORD_MINUTE | DATE_WORD_SECOND);
    if (parser->has_time || number > 24)
        unit &= ~DATE_WORD_HOUR;
    unit &= -unit;
    if (unit == 0)
        return false;
    parser->at += blank + word->size;
    parser->languages &= word->languages;
    *is_valid = assign_unit(parser, unit, number);
    if (unit == DATE_WORD_HOUR) {
        bool has_blank = blank && peek_byte(parser, 0) == ' ';
        parser->hour_end = parser->at + has_blank;
    }
    return true;
}

/* Parses the minutes of "14h05" and "14 h 05", and the seconds of "14h05m30". */
static bool parse_minutes_after_hour(struct date_parser *parser)
{
    int digits;
    parser->hour_end = 0;
    if (!parse_digits(parser, &parser->parts.minute, &digits))
        return false;
    size_t blank = peek_byte(parser, 0) == ' ' ? 1 : 0;
    const struct date_word *word = date_word_find_at_front(peek_letters(parser, blank));
    if (!word || !(word->flags & DATE_WORD_MINUTE))
        return digits == 2;
    parser->at += blank + word->size;
    parser->languages &= word->languages;
    return !ascii_is_digit(peek_byte(parser, 0)) ||
           parse_digits(parser, &parser->parts.second, &digits);
}

/* Parses a number of the time after its digits, "14" of "14:05", "14.05" or "2 PM". *is_valid as in
 * parse_unit_word; false if the number is of the date. */
static bool parse_hour(struct date_parser *parser, int64_t number, bool *is_valid)
{
    *is_valid = true;
    if (peek_byte(parser, 0) == ':') {
        *is_valid = parse_clock(parser, number);
        return true;
    }
    if (parser->has_time || number > 24)
        return false;
    bool is_expected = parser->is_time_next || has_whole_date(parser);
    if (is_expected && is_dotted_clock(parser)) {
        *is_valid = parse_clock(parser, number);
        return true;
    }
    int half =
        parser->parts.count == 0 || has_whole_date(parser) ? take_half_after_hour(parser) : 0;
    if (half == 0 &&
        !(parser->is_time_next && has_whole_date(parser) && parser->at == parser->text.size))
        return false;
    set_hour(parser, number);
    if (half)
        parser->parts.day_half = half;
    return true;
}

static bool parse_date_number(struct date_parser *parser)
{
    int64_t number;
    int digits;
    bool is_valid = true;
    if (parser->hour_end > 0 && parser->at == parser->hour_end)
        return parse_minutes_after_hour(parser);
    if (!parse_digits(parser, &number, &digits))
        return false;
    if (parse_hour(parser, number, &is_valid))
        return is_valid;
    if (parser->parts.count == MAX_DATE_NUMBERS)
        return false;
    parser->parts.numbers[parser->parts.count] = number;
    parser->parts.digits[parser->parts.count++] = digits;
    if (parse_unit_word(parser, number, &is_valid))
        return is_valid;
    if (parser->is_time_next) /* "3 May at 10" */
        return false;
    parser->is_after_time = false;
    parser->next_half = 0;
    if (parser->parts.count == 1)
        parser->parts.separator = ascii_to_lower(peek_byte(parser, 0));
    return true;
}

static void apply_half(struct date_parser *parser, int half, bool can_precede_time)
{
    if (parser->is_after_time)
        parser->parts.day_half = half;
    else if (can_precede_time)
        parser->next_half = half;
}

/* Takes the month, unless the word is the weekday next to another month: "mar. 3 mars". */
static bool apply_month(struct date_parser *parser, const struct date_word *word)
{
    bool may_be_weekday = word->flags & DATE_WORD_WEEKDAY;
    if (parser->parts.month > 0 && !parser->may_be_weekday)
        return may_be_weekday;
    parser->parts.month = word->month;
    parser->may_be_weekday = may_be_weekday && parser->parts.count != 1; /* not in 9-MAR-26 */
    return true;
}

static bool parse_word(struct date_parser *parser)
{
    size_t size;
    int half = find_abbreviated_half(parser, 0, &size);
    if (half) {
        parser->at += size;
        apply_half(parser, half, true);
        return true;
    }
    const struct date_word *word = date_word_find_at_front(peek_letters(parser, 0));
    if (!word)
        return false;
    parser->at += word->size;
    if ((word->flags & DATE_WORD_ZONE) && parser->has_time) {
        parser->parts.zone = word->zone_minutes * 60;
        parser->parts.has_zone = true;
        return true;
    }
    if (!(word->flags & DATE_WORD_HALVES))
        parser->languages &= word->languages;
    if (word->flags & DATE_WORD_MONTH)
        return apply_month(parser, word);
    if (word->flags & DATE_WORD_HALVES)
        apply_half(parser, word->flags & DATE_WORD_HALVES,
                   !(word->flags & (DATE_WORD_AT | DATE_WORD_SMALL)));
    if ((word->flags & (DATE_WORD_AT | DATE_WORD_SMALL)) && word->languages != UINT64_MAX &&
        ascii_is_letter(word->word[0]) && ascii_is_digit(peek_byte(parser, 0)))
        return false; /* "v1.2.26" */
    if ((word->flags & DATE_WORD_AT) && !(word->flags & DATE_WORD_SMALL) && !parser->has_time)
        parser->is_time_next = true;
    if ((word->flags & (DATE_WORD_HOUR | DATE_WORD_MINUTE | DATE_WORD_SECOND)) &&
        parser->has_time) { /* "14:05 Uhr am 3. März" */
        parser->is_after_time = false;
        return true;
    }
    return word->flags & (DATE_WORD_HALVES | DATE_WORD_AT | DATE_WORD_SMALL | DATE_WORD_WEEKDAY);
}

/* Parses the whole text; false if anything in it belongs to no date. */
static bool parse_parts(struct date_parser *parser)
{
    int depth = 0;
    while (parser->at < parser->text.size) {
        char byte = peek_byte(parser, 0);
        if (byte == '(' || byte == ')') { /* a comment: "(KST)", "(목)" */
            depth += byte == '(' ? 1 : -1;
            parser->at++;
        } else if (depth > 0 || byte == ' ' || byte == '\t' || byte == ',' || byte == '/' ||
                   byte == '.' || byte == '\'' || byte == '|' || byte == '@') {
            parser->at++;
        } else if (ascii_is_digit(byte)) {
            if (!parse_date_number(parser))
                return false;
        } else if ((byte == '+' || byte == '-') && ascii_is_digit(peek_byte(parser, 1)) &&
                   (parser->has_time || parser->parts.has_zone)) {
            if (!parse_zone(parser))
                return false;
        } else if (byte == '-') {
            parser->at++;
        } else if (!parse_word(parser)) {
            return false;
        }
    }
    if (parser->parts.count == 3 && parser->may_be_weekday)
        parser->parts.month = 0;
    return parser->languages != 0;
}

bool date_parts_parse(struct date_parts *parts, struct text text)
{
    struct date_parser parser = {
        .text = text,
        .parts = {.year_index = -1, .month_index = -1, .day_index = -1},
        .languages = UINT64_MAX,
    };
    bool is_date = parse_parts(&parser);
    *parts = parser.parts;
    return is_date;
}
