/* pii_numbers.c - a number is read as groups of digits, then judged by its digits and by how
 * they are grouped. */
#include "stages/text/pii_numbers.h"

#include <string.h>

#include "base/ascii.h"

enum {
    MOST_DIGITS = 19, /* of a card */
    MOST_GROUPS = 10,
    CONTEXT_SIZE = 28, /* bytes in front of a number that may say what it is */
};

/* Digits in groups, as people write them: "+49 (30) 1234-56". */
struct number {
    char digits[MOST_DIGITS + 1];
    size_t digit_count;
    size_t groups[MOST_GROUPS], ends[MOST_GROUPS]; /* digits of each; where it ends in the text */
    size_t group_count;
    bool plus, brackets;
    size_t blanks; /* separators that are blanks alone */
    bool mixed;    /* not all separators are the same */
};

static char byte_at(struct text text, size_t at)
{
    return at < text.size ? text.bytes[at] : '\0';
}

static bool ends_word(struct text text, size_t at)
{
    char c = byte_at(text, at);
    return !ascii_is_digit(c) && !ascii_is_letter(c) && c != '_';
}

/* ---- Context ---- */

/* One of the words (all in small letters) stands in the bytes before `at`, not as part of another
 * ASCII word. */
static bool follows_word(struct text text, size_t at, const char *const *words)
{
    struct text before = text_slice(text, at > CONTEXT_SIZE ? at - CONTEXT_SIZE : 0, at);
    for (; *words; words++) {
        struct text word = text_of(*words);
        for (size_t i = 0; i + word.size <= before.size; i++)
            if (text_equal_fold(text_slice(before, i, i + word.size), word) &&
                (i == 0 || !ascii_is_letter(before.bytes[i - 1])) &&
                !ascii_is_letter(byte_at(before, i + word.size)))
                return true;
    }
    return false;
}

static const char *const telephone_words[] = {
    "tel",       "telephone", "phone",    "mobile",   "cell",  "fax",      "whatsapp",
    "call me",   "ring me",   "text me",  "telefon",  "handy", "mobil",    "rufnummer",
    "téléphone", "portable",  "teléfono", "telefono", "móvil", "celular",  "telefoon",
    "mobiel",    "komórka",   "тел",      "телефон",  "전화",  "전화번호", "휴대폰",
    "핸드폰",    "연락처",    "電話",     "携帯",     "电话",  "手机",     "手機",
    "微信",      NULL,
};

static const char *const version_words[] = {
    "version", "ver", "firmware", "update",   "build",      "release", "app", "software",
    "ios",     "v",   "버전",     "업데이트", "バージョン", "版本",    NULL,
};

/* ---- Groups of digits ---- */

/* How a kind of number is taken apart. */
struct separators {
    const char *marks;
    size_t most; /* of them between two groups */
};

/* The size of what stands between two groups, 0 where the number ends. */
static size_t separator_size(struct text text, size_t at, struct separators separators)
{
    size_t size = 0;
    while (size < separators.most && byte_at(text, at + size) &&
           strchr(separators.marks, byte_at(text, at + size)))
        size++;
    return ascii_is_digit(byte_at(text, at + size)) ? size : 0;
}

static bool read_number(struct text text, size_t at, struct separators separators,
                        struct number *number)
{
    *number = (struct number){.plus = byte_at(text, at) == '+'};
    at += number->plus;
    number->brackets = byte_at(text, at) == '(';
    at += number->brackets;
    struct text first = {0};         /* separator */
    bool closes = !number->brackets; /* "(415) 555", not "(0171 555)" */
    while (ascii_is_digit(byte_at(text, at)) && number->group_count < MOST_GROUPS) {
        size_t begin = at;
        while (ascii_is_digit(byte_at(text, at)))
            at++;
        if (number->digit_count + at - begin > MOST_DIGITS)
            break;
        memcpy(number->digits + number->digit_count, text.bytes + begin, at - begin);
        number->digit_count += at - begin;
        number->groups[number->group_count] = at - begin;
        number->ends[number->group_count++] = at;
        closes |= byte_at(text, at) == ')';
        if (!closes)
            return false;
        size_t size = separator_size(text, at, separators);
        if (size == 0)
            break;
        struct text between = text_slice(text, at, at + size);
        number->brackets |= memchr(between.bytes, '(', size) != NULL;
        number->blanks += text_equal(between, TEXT(" "));
        number->mixed |= number->group_count > 1 && !text_equal(between, first);
        first = number->group_count == 1 ? between : first;
        at += size;
    }
    return number->group_count > 0;
}

static void drop_last_group(struct number *number)
{
    number->digit_count -= number->groups[--number->group_count];
}

static bool all_same(const struct number *number)
{
    for (size_t i = 1; i < number->digit_count; i++)
        if (number->digits[i] != number->digits[0])
            return false;
    return true;
}

static unsigned group_value(const struct number *number, size_t group)
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
static bool begins_with_date(const struct number *number)
{
    if (number->group_count < 3 || number->plus)
        return false;
    unsigned a = group_value(number, 0), b = group_value(number, 1), c = group_value(number, 2);
    bool year_first = number->groups[0] == 4 && number->groups[1] <= 2 && number->groups[2] <= 2;
    bool year_last = number->groups[0] <= 2 && number->groups[1] <= 2 && number->groups[2] == 4;
    return (year_first && a >= 1900 && a < 2100 && b <= 31 && c <= 31) ||
           (year_last && c >= 1900 && c < 2100 && a <= 31 && b <= 31);
}

static bool has_groups(const struct number *number, const char *sizes)
{
    if (strlen(sizes) > number->group_count)
        return false;
    for (size_t i = 0; i < number->group_count; i++)
        if (!sizes[i] || number->groups[i] != (size_t)(sizes[i] - '0'))
            return false;
    return true;
}

/* "09.30 10.45 11.20" are times; "01 23 45 67 89" is France. */
static bool is_all_pairs(const struct number *number)
{
    for (size_t i = 0; i < number->group_count; i++)
        if (number->groups[i] != 2)
            return false;
    return number->group_count != 5 || number->mixed;
}

/* "(415) 555-0134", "1-415-555-0134" */
static bool is_north_american(const struct number *number)
{
    bool long_form = has_groups(number, "1334") && number->digits[0] == '1';
    const char *digits = number->digits + long_form;
    return (long_form || has_groups(number, "334")) && digits[0] >= '2' && digits[3] >= '2' &&
           (number->brackets || number->blanks + 1 < number->group_count);
}

static bool is_telephone(const struct number *number, bool cell, bool announced)
{
    const char *digits = number->digits;
    size_t count = number->digit_count, groups = number->group_count;
    if (count < 7 || count > 15 || all_same(number) || begins_with_date(number))
        return false;
    if (number->plus)
        return count >= 8 && digits[0] != '0';
    if (announced)
        return true;
    if (digits[0] == '0' && digits[1] == '0')
        return count >= 10 && digits[2] != '0' && (groups > 1 || !cell);
    if (digits[0] == '0')
        return groups > 1 ? count >= 9 && count <= 12 && number->groups[0] >= 2 &&
                                number->groups[groups - 1] >= 2 && !is_all_pairs(number)
                          : count >= 10 && count <= 11 && !cell;
    /* Russia: 8 (912) 345-67-89; China: 138 1234 5678 */
    if (count == 11 && groups >= 4 && number->groups[0] == 1 && number->groups[1] == 3 &&
        (digits[0] == '7' || digits[0] == '8'))
        return true;
    if (has_groups(number, "344") && digits[0] == '1' && digits[1] >= '3')
        return true;
    return is_north_american(number);
}

size_t number_telephone(struct text text, size_t at, bool cell)
{
    struct number number;
    char before = at ? text.bytes[at - 1] : ' ';
    if (strchr("/=_#&%$@", before) || ((before == '.' || before == ',' || before == '-') &&
                                       at > 1 && ascii_is_digit(text.bytes[at - 2])))
        return 0;
    if (!read_number(text, at, (struct separators){" -./()", 3}, &number))
        return 0;
    bool announced = !cell && follows_word(text, at, telephone_words);
    for (; number.group_count; drop_last_group(&number)) {
        size_t end = number.ends[number.group_count - 1];
        if (ends_word(text, end) && is_telephone(&number, cell, announced))
            return end - at;
    }
    return 0;
}

/* ---- Cards ---- */

/* Luhn's sum: every second digit from the right doubled. */
static bool luhn_holds(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0') << (i % 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

/* What issuers begin their numbers with, and how long these are. */
static const struct {
    unsigned first, last; /* of the first four digits */
    size_t least, most;
} issuers[] = {
    {2221, 2720, 16, 16}, {3000, 3059, 14, 14}, {3400, 3499, 15, 15}, {3528, 3589, 16, 16},
    {3600, 3699, 14, 14}, {3700, 3799, 15, 15}, {3800, 3999, 14, 14}, {4000, 4999, 16, 19},
    {5000, 5999, 16, 16}, {6000, 6999, 16, 19}, {9400, 9499, 16, 16},
};

static bool is_card(const struct number *number)
{
    size_t count = number->digit_count;
    unsigned first = 0;
    if (count < 14 || all_same(number) || !luhn_holds(number->digits, count))
        return false;
    for (size_t i = 0; i < 4; i++)
        first = first * 10 + (unsigned)(number->digits[i] - '0');
    for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++)
        if (first >= issuers[i].first && first <= issuers[i].last && count >= issuers[i].least &&
            count <= issuers[i].most)
            return true;
    return false;
}

size_t number_card(struct text text, size_t at)
{
    struct number number;
    if (!ascii_is_digit(byte_at(text, at)) ||
        !read_number(text, at, (struct separators){" -", 1}, &number))
        return 0;
    for (; number.group_count; drop_last_group(&number)) {
        size_t end = number.ends[number.group_count - 1];
        if (ends_word(text, end) && is_card(&number))
            return end - at;
    }
    return 0;
}

/* ---- Bank accounts ---- */

/* Countries and the lengths of their numbers, as ISO 13616's register has them. */
static const char iban_lengths[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24"
    "FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32"
    "LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24"
    "RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static size_t iban_length(char first, char second)
{
    for (const char *entry = iban_lengths; *entry; entry += 4)
        if (entry[0] == upper(first) && entry[1] == upper(second))
            return (size_t)(entry[2] - '0') * 10 + (size_t)(entry[3] - '0');
    return 0;
}

/* ISO 7064: the number with its first four characters last, letters as 10 to 35, is 1 modulo 97. */
static bool iban_holds(const char *characters, size_t count)
{
    unsigned rest = 0;
    for (size_t i = 0; i < count; i++) {
        char c = upper(characters[(i + 4) % count]);
        rest = ascii_is_digit(c) ? rest * 10 + (unsigned)(c - '0')
                                 : rest * 100 + (unsigned)(c - 'A') + 10;
        rest %= 97;
    }
    return rest == 1;
}

size_t number_iban(struct text text, size_t at)
{
    char characters[40];
    size_t length = iban_length(byte_at(text, at), byte_at(text, at + 1)), count = 0, i = at;
    if (!length || !ascii_is_letter(text.bytes[at]) || !ascii_is_digit(byte_at(text, at + 2)))
        return 0;
    for (; count < length; i++) {
        char c = byte_at(text, i);
        if (ascii_is_digit(c) || ascii_is_letter(c))
            characters[count++] = c;
        else if ((c != ' ' && c != '-') || count < 4 || byte_at(text, i - 1) == c)
            return 0;
    }
    return ends_word(text, i) && iban_holds(characters, count) ? i - at : 0;
}

/* ---- IP addresses ---- */

static size_t ip4_size(struct text text, size_t at)
{
    size_t i = at;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t begin = i;
        if (part && byte_at(text, i++) != '.')
            return 0;
        begin = i;
        while (ascii_is_digit(byte_at(text, i)) && i - begin < 3)
            value = value * 10 + (unsigned)(text.bytes[i++] - '0');
        if (i == begin || value > 255 || (text.bytes[begin] == '0' && i - begin > 1))
            return 0;
    }
    bool goes_on = byte_at(text, i) == '.' && ascii_is_digit(byte_at(text, i + 1));
    return ends_word(text, i) && !goes_on ? i - at : 0;
}

static bool is_hex(char c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Eight groups, or at least three of them around one "::". */
static size_t ip6_size(struct text text, size_t at)
{
    size_t i = at, groups = 0;
    bool gap = false;
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
            if (gap || !is_hex(byte_at(text, i + 1)))
                return 0;
            gap = true;
            i++;
        }
    }
    bool whole = gap ? groups >= 3 && groups < 8 : groups == 8;
    return whole && ends_word(text, i) && byte_at(text, i) != ':' ? i - at : 0;
}

size_t number_ip(struct text text, size_t at)
{
    char before = at ? text.bytes[at - 1] : ' ';
    if (before == '.' || before == ':' || before == '-')
        before = at > 1 && (is_hex(text.bytes[at - 2]) || text.bytes[at - 2] == before) ? 'x' : ' ';
    if (before == 'x')
        return 0;
    size_t size = ip4_size(text, at);
    if (size)
        return follows_word(text, at, version_words) ? 0 : size;
    return is_hex(byte_at(text, at)) ? ip6_size(text, at) : 0;
}
