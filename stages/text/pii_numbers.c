/* pii_numbers.c - reads a number as groups of digits, then checks the digits and the groups. */
#include "stages/text/pii_numbers.h"

#include <string.h>

#include "base/ascii.h"

enum {
    MAX_DIGITS = 19, /* of a card */
    MAX_GROUPS = 10,
    CONTEXT_SIZE = 28, /* bytes before a number in which a word may say what it is */
};

/* Digits in groups, as people write them: "+49 (30) 1234-56". */
struct grouped_number {
    char digits[MAX_DIGITS + 1];
    size_t digit_count;
    size_t groups[MAX_GROUPS],
        group_ends[MAX_GROUPS]; /* digits of each; where it ends in the text */
    size_t group_count;
    bool has_plus, has_brackets;
    size_t space_separators;   /* separators that are one blank */
    bool has_mixed_separators; /* not all separators are the same */
};

static char byte_at(struct text text, size_t at)
{
    return at < text.size ? text.bytes[at] : '\0';
}

static bool is_word_end(struct text text, size_t at)
{
    char c = byte_at(text, at);
    return !ascii_is_digit(c) && !ascii_is_letter(c) && c != '_';
}

/* ---- Context ---- */

static const struct number_word {
    struct text word; /* lower case */
    enum number_meaning meaning;
} number_words[] = {
#define ROW(language, word, meaning) {TEXT(word), NUMBER_MEANING_##meaning},
#include "stages/text/data/number_words.inc"
#undef ROW
};

/* Whether the text has the word, but not as a part of another ASCII word. */
static bool has_word(struct text text, struct text word)
{
    for (size_t i = 0; i + word.size <= text.size; i++)
        if (text_equal_ignore_case(text_slice(text, i, i + word.size), word) &&
            (i == 0 || !ascii_is_letter(text.bytes[i - 1])) &&
            !ascii_is_letter(byte_at(text, i + word.size)))
            return true;
    return false;
}

bool number_has_meaning(struct text text, size_t at, enum number_meaning meaning)
{
    struct text before = text_slice(text, at > CONTEXT_SIZE ? at - CONTEXT_SIZE : 0, at);
    for (size_t i = 0; i < sizeof(number_words) / sizeof(*number_words); i++)
        if (number_words[i].meaning == meaning && has_word(before, number_words[i].word))
            return true;
    return false;
}

/* ---- Groups of digits ---- */

/* What may separate the groups of a kind of number. */
struct separator_rules {
    const char *marks;
    size_t max; /* marks between two groups */
};

/* The size of the separator between two groups; 0 if the number ends. */
static size_t measure_separator(struct text text, size_t at, struct separator_rules rules)
{
    size_t size = 0;
    while (size < rules.max && byte_at(text, at + size) &&
           strchr(rules.marks, byte_at(text, at + size)))
        size++;
    return ascii_is_digit(byte_at(text, at + size)) ? size : 0;
}

static bool parse_grouped_number(struct text text, size_t at, struct separator_rules rules,
                                 struct grouped_number *number)
{
    *number = (struct grouped_number){.has_plus = byte_at(text, at) == '+'};
    at += number->has_plus;
    number->has_brackets = byte_at(text, at) == '(';
    at += number->has_brackets;
    struct text first_separator = {0};
    bool is_bracket_closed = !number->has_brackets; /* "(415) 555", not "(0171 555)" */
    while (ascii_is_digit(byte_at(text, at)) && number->group_count < MAX_GROUPS) {
        size_t begin = at;
        while (ascii_is_digit(byte_at(text, at)))
            at++;
        if (number->digit_count + at - begin > MAX_DIGITS)
            break;
        memcpy(number->digits + number->digit_count, text.bytes + begin, at - begin);
        number->digit_count += at - begin;
        number->groups[number->group_count] = at - begin;
        number->group_ends[number->group_count++] = at;
        is_bracket_closed |= byte_at(text, at) == ')';
        if (!is_bracket_closed)
            return false;
        size_t size = measure_separator(text, at, rules);
        if (size == 0)
            break;
        struct text separator = text_slice(text, at, at + size);
        number->has_brackets |= memchr(separator.bytes, '(', size) != NULL;
        number->space_separators += text_equal(separator, TEXT(" "));
        number->has_mixed_separators |=
            number->group_count > 1 && !text_equal(separator, first_separator);
        first_separator = number->group_count == 1 ? separator : first_separator;
        at += size;
    }
    return number->group_count > 0;
}

static void drop_last_group(struct grouped_number *number)
{
    number->digit_count -= number->groups[--number->group_count];
}

static bool has_one_distinct_digit(const struct grouped_number *number)
{
    for (size_t i = 1; i < number->digit_count; i++)
        if (number->digits[i] != number->digits[0])
            return false;
    return true;
}

static unsigned get_group_value(const struct grouped_number *number, size_t group)
{
    size_t begin = 0;
    unsigned value = 0;
    for (size_t i = 0; i < group; i++)
        begin += number->groups[i];
    for (size_t i = 0; i < number->groups[group] && i < 5; i++)
        value = value * 10 + (unsigned)(number->digits[begin + i] - '0');
    return value;
}

/* ---- Telephones ---- */

/* "01.02.2026 10", "2026-02-01", "01/02/26 9" */
static bool starts_with_date(const struct grouped_number *number)
{
    if (number->group_count < 3 || number->has_plus)
        return false;
    unsigned a = get_group_value(number, 0), b = get_group_value(number, 1),
             c = get_group_value(number, 2);
    bool year_first = number->groups[0] == 4 && number->groups[1] <= 2 && number->groups[2] <= 2;
    bool year_last = number->groups[0] <= 2 && number->groups[1] <= 2 && number->groups[2] == 4;
    return (year_first && a >= 1900 && a < 2100 && b <= 31 && c <= 31) ||
           (year_last && c >= 1900 && c < 2100 && a <= 31 && b <= 31);
}

static bool has_group_sizes(const struct grouped_number *number, const char *sizes)
{
    if (strlen(sizes) > number->group_count)
        return false;
    for (size_t i = 0; i < number->group_count; i++)
        if (!sizes[i] || number->groups[i] != (size_t)(sizes[i] - '0'))
            return false;
    return true;
}

/* "09.30 10.45 11.20" are times; "01 23 45 67 89" is a French telephone number. */
static bool has_only_pairs(const struct grouped_number *number)
{
    for (size_t i = 0; i < number->group_count; i++)
        if (number->groups[i] != 2)
            return false;
    return number->group_count != 5 || number->has_mixed_separators;
}

/* "(415) 555-0134", "1-415-555-0134" */
static bool is_north_american(const struct grouped_number *number)
{
    bool long_form = has_group_sizes(number, "1334") && number->digits[0] == '1';
    const char *digits = number->digits + long_form;
    return (long_form || has_group_sizes(number, "334")) && digits[0] >= '2' && digits[3] >= '2' &&
           (number->has_brackets || number->space_separators + 1 < number->group_count);
}

static bool is_phone_number(const struct grouped_number *number, bool is_cell, bool has_phone_word)
{
    const char *digits = number->digits;
    size_t count = number->digit_count, groups = number->group_count;
    if (count < 7 || count > 15 || has_one_distinct_digit(number) || starts_with_date(number))
        return false;
    if (number->has_plus)
        return count >= 8 && digits[0] != '0';
    if (has_phone_word)
        return true;
    if (digits[0] == '0' && digits[1] == '0')
        return count >= 10 && digits[2] != '0' && (groups > 1 || !is_cell);
    if (digits[0] == '0')
        return groups > 1 ? count >= 9 && count <= 12 && number->groups[0] >= 2 &&
                                number->groups[groups - 1] >= 2 && !has_only_pairs(number)
                          : count >= 10 && count <= 11 && !is_cell;
    /* Russia: 8 (912) 345-67-89; China: 138 1234 5678 */
    if (count == 11 && groups >= 4 && number->groups[0] == 1 && number->groups[1] == 3 &&
        (digits[0] == '7' || digits[0] == '8'))
        return true;
    if (has_group_sizes(number, "344") && digits[0] == '1' && digits[1] >= '3')
        return true;
    return is_north_american(number);
}

size_t match_phone_number(struct text text, size_t at, bool is_cell)
{
    struct grouped_number number;
    char before = at ? text.bytes[at - 1] : ' ';
    if (strchr("/=_#&%$@", before) || ((before == '.' || before == ',' || before == '-') &&
                                       at > 1 && ascii_is_digit(text.bytes[at - 2])))
        return 0;
    if (!parse_grouped_number(text, at, (struct separator_rules){" -./()", 3}, &number))
        return 0;
    bool has_phone_word = !is_cell && number_has_meaning(text, at, NUMBER_MEANING_PHONE);
    for (; number.group_count; drop_last_group(&number)) {
        size_t end = number.group_ends[number.group_count - 1];
        if (is_word_end(text, end) && is_phone_number(&number, is_cell, has_phone_word))
            return end - at;
    }
    return 0;
}

/* ---- Cards ---- */

/* Luhn's checksum (ISO/IEC 7812-1): every second digit from the right is doubled. */
static bool is_luhn_valid(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0') << (i % 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

/* The prefixes of card issuers, and the length of their numbers. */
static const struct {
    unsigned first, last; /* range of the first four digits */
    size_t min, max;      /* digits of the number */
} issuers[] = {
    {2221, 2720, 16, 16}, {3000, 3059, 14, 14}, {3400, 3499, 15, 15}, {3528, 3589, 16, 16},
    {3600, 3699, 14, 14}, {3700, 3799, 15, 15}, {3800, 3999, 14, 14}, {4000, 4999, 16, 19},
    {5000, 5999, 16, 16}, {6000, 6999, 16, 19}, {9400, 9499, 16, 16},
};

static bool is_card(const struct grouped_number *number)
{
    size_t count = number->digit_count;
    unsigned first = 0;
    if (count < 14 || has_one_distinct_digit(number) || !is_luhn_valid(number->digits, count))
        return false;
    for (size_t i = 0; i < 4; i++)
        first = first * 10 + (unsigned)(number->digits[i] - '0');
    for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++)
        if (first >= issuers[i].first && first <= issuers[i].last && count >= issuers[i].min &&
            count <= issuers[i].max)
            return true;
    return false;
}

size_t match_card_number(struct text text, size_t at)
{
    struct grouped_number number;
    if (!ascii_is_digit(byte_at(text, at)) ||
        !parse_grouped_number(text, at, (struct separator_rules){" -", 1}, &number))
        return 0;
    for (; number.group_count; drop_last_group(&number)) {
        size_t end = number.group_ends[number.group_count - 1];
        if (is_word_end(text, end) && is_card(&number))
            return end - at;
    }
    return 0;
}

/* ---- Bank accounts ---- */

/* Countries and the lengths of their IBANs, from the register of ISO 13616. */
static const char iban_lengths[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24"
    "FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32"
    "LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24"
    "RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

static size_t find_iban_length(char first, char second)
{
    for (const char *entry = iban_lengths; *entry; entry += 4)
        if (ascii_to_lower(entry[0]) == ascii_to_lower(first) &&
            ascii_to_lower(entry[1]) == ascii_to_lower(second))
            return (size_t)(entry[2] - '0') * 10 + (size_t)(entry[3] - '0');
    return 0;
}

/* ISO 7064, MOD 97-10: with the first four characters moved to the end and letters read as 10 to
 * 35, the number is 1 modulo 97. */
static bool is_iban_checksum_valid(const char *characters, size_t count)
{
    unsigned remainder = 0;
    for (size_t i = 0; i < count; i++) {
        char c = ascii_to_lower(characters[(i + 4) % count]);
        remainder = ascii_is_digit(c) ? remainder * 10 + (unsigned)(c - '0')
                                      : remainder * 100 + (unsigned)(c - 'a') + 10;
        remainder %= 97;
    }
    return remainder == 1;
}

size_t match_iban(struct text text, size_t at)
{
    char characters[40];
    size_t length = find_iban_length(byte_at(text, at), byte_at(text, at + 1)), count = 0, i = at;
    if (!length || !ascii_is_letter(text.bytes[at]) || !ascii_is_digit(byte_at(text, at + 2)))
        return 0;
    for (; count < length; i++) {
        char c = byte_at(text, i);
        if (ascii_is_digit(c) || ascii_is_letter(c))
            characters[count++] = c;
        else if ((c != ' ' && c != '-') || count < 4 || byte_at(text, i - 1) == c)
            return 0;
    }
    return is_word_end(text, i) && is_iban_checksum_valid(characters, count) ? i - at : 0;
}

/* ---- IP addresses ---- */

static size_t match_ipv4(struct text text, size_t at)
{
    size_t i = at;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        if (part && byte_at(text, i++) != '.')
            return 0;
        size_t begin = i;
        while (ascii_is_digit(byte_at(text, i)) && i - begin < 3)
            value = value * 10 + (unsigned)(text.bytes[i++] - '0');
        if (i == begin || value > 255 || (text.bytes[begin] == '0' && i - begin > 1))
            return 0;
    }
    bool has_fifth_part = byte_at(text, i) == '.' && ascii_is_digit(byte_at(text, i + 1));
    return is_word_end(text, i) && !has_fifth_part ? i - at : 0;
}

static bool is_hex(char c)
{
    return ascii_hex_value(c) >= 0;
}

/* Eight groups, or at least three of them around one "::". */
static size_t match_ipv6(struct text text, size_t at)
{
    size_t i = at, groups = 0;
    bool has_gap = false;
    while (groups < 8) {
        size_t begin = i;
        while (is_hex(byte_at(text, i)) && i - begin < 4)
            i++;
        if (i == begin)
            break;
        groups++;
        if (byte_at(text, i) != ':' ||
            (!is_hex(byte_at(text, i + 1)) && byte_at(text, i + 1) != ':'))
            break;
        i++;
        if (byte_at(text, i) == ':') {
            if (has_gap || !is_hex(byte_at(text, i + 1)))
                return 0;
            has_gap = true;
            i++;
        }
    }
    bool is_complete = has_gap ? groups >= 3 && groups < 8 : groups == 8;
    return is_complete && is_word_end(text, i) && byte_at(text, i) != ':' ? i - at : 0;
}

size_t match_ip_address(struct text text, size_t at)
{
    char before = at ? text.bytes[at - 1] : ' ';
    if (before == '.' || before == ':' || before == '-')
        before = at > 1 && (is_hex(text.bytes[at - 2]) || text.bytes[at - 2] == before) ? 'x' : ' ';
    if (before == 'x')
        return 0;
    size_t size = match_ipv4(text, at);
    if (size)
        return number_has_meaning(text, at, NUMBER_MEANING_VERSION) ? 0 : size;
    return is_hex(byte_at(text, at)) ? match_ipv6(text, at) : 0;
}
