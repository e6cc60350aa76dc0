/* national_ids.c - compares a number with the forms of several countries, then checks its digits.
 */
#include "stages/text/national_ids.h"

#include "base/ascii.h"
#include "stages/text/pii_numbers.h"

enum { MAX_CHARACTERS = 18 };

/* ---- Checks. `number` holds the digits and letters of the form, letters in upper case. ---- */

static unsigned read_digits(const char *number, size_t begin, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (unsigned)(number[begin + i] - '0');
    return value;
}

static bool is_month_and_day(unsigned month, unsigned day)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* Year, month, day of birth; then 1 to 4 for Koreans and 5 to 8 for foreigners. Numbers given since
 * 2020 have no check digit. */
static bool is_korean(const char *number)
{
    return is_month_and_day(read_digits(number, 2, 2), read_digits(number, 4, 2)) &&
           (number[6] == '*' || (number[6] >= '1' && number[6] <= '8'));
}

/* The areas 000, 666 and 900 to 999, the group 00 and the serial number 0000 are never given. */
static bool is_american(const char *number)
{
    unsigned area = read_digits(number, 0, 3);
    return area != 0 && area != 666 && area < 900 && read_digits(number, 3, 2) != 0 &&
           read_digits(number, 5, 4) != 0;
}

/* Whether the digit at `count` is 11 minus the weighted sum of those before it modulo 11. Weights
 * count from 2, right to left, and begin again after `max_weight`. */
static bool has_brazilian_digit(const char *number, size_t count, unsigned max_weight)
{
    unsigned sum = 0, weight = 2;
    for (size_t i = count; i > 0; i--) {
        sum += (unsigned)(number[i - 1] - '0') * weight;
        weight = weight == max_weight ? 2 : weight + 1;
    }
    unsigned digit = sum % 11 < 2 ? 0 : 11 - sum % 11;
    return (unsigned)(number[count] - '0') == digit;
}

static bool has_two_distinct_digits(const char *number, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (number[i] != number[0])
            return true;
    return false;
}

static bool is_brazilian_person(const char *number)
{
    return has_two_distinct_digits(number, 11) && has_brazilian_digit(number, 9, 11) &&
           has_brazilian_digit(number, 10, 11);
}

static bool is_brazilian_firm(const char *number)
{
    return has_two_distinct_digits(number, 14) && has_brazilian_digit(number, 12, 9) &&
           has_brazilian_digit(number, 13, 9);
}

/* GB 11643: a date of birth, and a check digit by ISO 7064, MOD 11-2. */
static bool is_chinese(const char *number)
{
    unsigned sum = 0, year = read_digits(number, 6, 4);
    for (size_t i = 0; i < 17; i++)
        sum = (sum + (unsigned)(number[i] - '0')) * 2 % 11;
    return number[0] != '0' && year >= 1900 && year < 2100 &&
           is_month_and_day(read_digits(number, 10, 2), read_digits(number, 12, 2)) &&
           number[17] == "10X98765432"[sum];
}

/* Sex, year, month; the last two digits are 97 minus the others modulo 97. */
static bool is_french(const char *number)
{
    uint64_t value = (uint64_t)read_digits(number, 0, 7) * 1000000 + read_digits(number, 7, 6);
    unsigned month = read_digits(number, 3, 2);
    return (number[0] == '1' || number[0] == '2') && month >= 1 && month <= 12 &&
           97 - value % 97 == read_digits(number, 13, 2);
}

/* The values of a character at an odd place; at an even place, a digit or letter has its rank. */
static unsigned get_italian_value(char c, bool is_odd_place)
{
    static const unsigned char odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                        20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    unsigned rank = (unsigned)(ascii_is_digit(c) ? c - '0' : c - 'A');
    return is_odd_place ? odd[rank] : rank;
}

static bool is_italian(const char *number)
{
    unsigned sum = 0, day = read_digits(number, 9, 2) % 40;
    for (size_t i = 0; i < 15; i++)
        sum += get_italian_value(number[i], i % 2 == 0);
    return day >= 1 && day <= 31 && strchr("ABCDEHLMPRST", number[8]) &&
           (unsigned)(number[15] - 'A') == sum % 26;
}

static bool has_spanish_letter(unsigned value, char letter)
{
    return "TRWAGMYFPDXBNJZSQVHLCKE"[value % 23] == letter;
}

static bool is_spanish(const char *number)
{
    return has_spanish_letter(read_digits(number, 0, 8), number[8]);
}

static bool is_spanish_foreigner(const char *number)
{
    unsigned first = (unsigned)(number[0] - 'X');
    return first < 3 && has_spanish_letter(first * 10000000 + read_digits(number, 1, 7), number[8]);
}

/* ---- Forms ---- */

/* In a form, 0 is a digit, A a letter, x a digit or the letter X, * a masked digit; the rest is
 * itself. */
static const struct id_form {
    const char *form;
    bool (*is_valid)(const char *number);
    bool needs_word; /* counts only after a word that announces it */
} id_forms[] = {
    {"000000-0000000", is_korean, false},
    {"000000 - 0000000", is_korean, false},
    {"000000-0******", is_korean, false},
    {"000000-*******", is_korean, false},
    {"0000000000000", is_korean, true},
    {"000-00-0000", is_american, false},
    {"000 00 0000", is_american, true},
    {"000000000", is_american, true},
    {"000.000.000-00", is_brazilian_person, false},
    {"00000000000", is_brazilian_person, true},
    {"00.000.000/0000-00", is_brazilian_firm, false},
    {"00000000000000", is_brazilian_firm, true},
    {"00000000000000000x", is_chinese, false},
    {"0 00 00 00 000 000 00", is_french, false},
    {"000000000000000", is_french, true},
    {"AAAAAA00A00A000A", is_italian, false},
    {"00000000-A", is_spanish, false},
    {"00000000A", is_spanish, true},
    {"A0000000A", is_spanish_foreigner, false},
    {"A-0000000-A", is_spanish_foreigner, false},
};

/* Whether `c` fits a place of a form; if it belongs to the number, it is appended. */
static bool match_place(char place, char c, char *number, size_t *count)
{
    char upper = ascii_is_letter(c) ? (char)(ascii_to_lower(c) - 'a' + 'A') : c;
    bool fits = place == '0'   ? ascii_is_digit(c)
                : place == 'A' ? ascii_is_letter(c)
                : place == 'x' ? ascii_is_digit(c) || upper == 'X'
                : place == '*' ? c == '*' || upper == 'X'
                               : c == place;
    if (fits && (place == '*' || ascii_is_alphanumeric(place)))
        number[(*count)++] = place == '*' ? '*' : upper;
    return fits;
}

/* The size of the form at `at`, or 0. */
static size_t match_form(struct text text, size_t at, const char *form, char *number)
{
    size_t count = 0, i = 0;
    for (; form[i]; i++)
        if (at + i >= text.size || !match_place(form[i], text.bytes[at + i], number, &count))
            return 0;
    return i;
}

static bool is_joined(struct text text, size_t mark, size_t digit)
{
    return mark < text.size && digit < text.size && strchr("-./_*", text.bytes[mark]) &&
           text.bytes[mark] && ascii_is_alphanumeric(text.bytes[digit]);
}

/* Whether the number is a part of a longer one. */
static bool is_part_of_number(struct text text, size_t begin, size_t end)
{
    return (begin > 1 && is_joined(text, begin - 1, begin - 2)) || is_joined(text, end, end + 1) ||
           (end < text.size && (ascii_is_alphanumeric(text.bytes[end]) || text.bytes[end] == '_'));
}

size_t match_national_id(struct text text, size_t at)
{
    char number[MAX_CHARACTERS];
    for (size_t i = 0; i < sizeof(id_forms) / sizeof(*id_forms); i++) {
        const struct id_form *form = &id_forms[i];
        size_t size = match_form(text, at, form->form, number);
        while (size && at + size < text.size && text.bytes[at + size] == '*')
            size++; /* masked, with more marks than digits */
        if (size && form->is_valid(number) && !is_part_of_number(text, at, at + size) &&
            (!form->needs_word || number_has_meaning(text, at, NUMBER_MEANING_NATIONAL_ID)))
            return size;
    }
    return 0;
}
