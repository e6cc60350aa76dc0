/* pii.c - searches for one kind of personal data after the other, the most certain first. Bytes
 * that belong to one kind are not searched for the next. */
#include "stages/text/pii.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "stages/text/national_ids.h"
#include "stages/text/pii_numbers.h"
#include "stages/text/sign_off.h"

enum {
    MAX_LOCAL_PART_SIZE = 64, /* bytes before the @ of an address: RFC 5321, 4.5.3.1 */
    MAX_URL_SIZE = 2048       /* bytes to search backwards for the beginning of a URL */
};

/* The text that is searched: full-width characters become plain ones, NUL bytes are dropped. */
struct plain_view {
    struct text text;
    const size_t *offsets; /* of each byte and of the end in the original; NULL: the same */
};

struct search_state {
    const struct pii_search *options;
    struct text text;
    char *claimed_kinds; /* per byte: the kind found there + 1; 0 for none */
    struct arena *arena;
    struct pii_span *spans; /* allocated with malloc */
    size_t count, capacity;
};

/* ---- The view ---- */

/* Reads a full-width form, a dash, a no-break space or, in a reject, an escaped NUL. Returns its
 * size in the text, or 0 for any other character. */
static size_t read_plain_form(struct text text, size_t at, bool raw, char *plain)
{
    unsigned char a = (unsigned char)text.bytes[at];
    unsigned char b = at + 1 < text.size ? (unsigned char)text.bytes[at + 1] : 0;
    unsigned char c = at + 2 < text.size ? (unsigned char)text.bytes[at + 2] : 0;
    if (raw && a == '\\' && text_starts_with(text_slice(text, at, at + 4), TEXT("\\x00"))) {
        *plain = '\0';
        return 4;
    }
    if (a == 0xC2 && b == 0xA0) {
        *plain = ' ';
        return 2;
    }
    if (a == 0xE2 && b == 0x80 && c >= 0x90 && c <= 0x95)
        *plain = '-';
    else if (a == 0xEF && b == 0xBC && c >= 0x81 && c <= 0xBF)
        *plain = (char)(c - 0x81 + '!');
    else if (a == 0xEF && b == 0xBD && c >= 0x80 && c <= 0x9E)
        *plain = (char)(c - 0x80 + '`');
    else
        return 0;
    return 3;
}

static struct plain_view make_plain_view(struct text text, bool raw, struct arena *arena)
{
    bool plain = true;
    for (size_t i = 0; plain && i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        plain = byte && byte != 0xC2 && byte != 0xE2 && byte != 0xEF && !(raw && byte == '\\');
    }
    if (plain)
        return (struct plain_view){text, NULL};
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t *offsets = arena_alloc(arena, text.size + 1, sizeof(*offsets));
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        size_t used = read_plain_form(text, i, raw, &bytes[size]);
        if (!used)
            bytes[size] = text.bytes[i];
        offsets[size] = i;
        size += bytes[size] != '\0';
        i += used ? used : 1;
    }
    offsets[size] = text.size;
    return (struct plain_view){{bytes, size}, offsets};
}

/* ---- Results ---- */

static bool is_unclaimed(const struct search_state *search, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (search->claimed_kinds[i])
            return false;
    return true;
}

static void claim_span(struct search_state *search, enum pii kind, size_t begin, size_t end)
{
    if (begin == end || !is_unclaimed(search, begin, end))
        return;
    memset(search->claimed_kinds + begin, (int)kind + 1, end - begin);
    search->spans =
        memory_grow(search->spans, &search->capacity, search->count + 1, sizeof(*search->spans));
    search->spans[search->count++] = (struct pii_span){begin, end, kind};
}

/* ---- The job's own pattern ---- */

static void find_orders(struct search_state *search)
{
    size_t begin, end;
    for (size_t at = 0; at < search->text.size && pattern_find(search->options->order_pattern,
                                                               search->text, at, &begin, &end);
         at = end)
        claim_span(search, PII_ORDER_NUMBER, begin, end);
}

/* ---- URLs ---- */

static bool is_url_end(char c)
{
    return (unsigned char)c <= ' ' || strchr("<>\"'`|\\^{}", c);
}

/* Whether the bytes before `at` are a URL: "https://shop.example/a", "www.x.example". */
static bool is_url(struct text text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && at - begin < MAX_URL_SIZE && !is_url_end(text.bytes[begin - 1]))
        begin--;
    struct text url = text_slice(text, begin, at);
    return text_find(url, TEXT("://"), 0) < url.size ||
           text_find(url, TEXT("www."), 0) < url.size ||
           (url.size && memchr(url.bytes, '/', url.size) && memchr(url.bytes, '.', url.size));
}

/* The query string of a URL, and a fragment with values ("#token=..."). */
static void find_url_queries(struct search_state *search)
{
    struct text text = search->text;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] != '?' && text.bytes[i] != '#')
            continue;
        size_t end = i + 1;
        while (end < text.size && !is_url_end(text.bytes[end]))
            end++;
        size_t next = end;
        while (end > i + 1 && strchr(".,;:!?)]", text.bytes[end - 1]))
            end--;
        struct text query = text_slice(text, i + 1, end);
        bool has_values = query.size && memchr(query.bytes, '=', query.size);
        if (has_values && is_url(text, i))
            claim_span(search, PII_URL_QUERY, i + 1, end);
        i = next > i + 1 ? next - 1 : i;
    }
}

/* ---- E-mail ---- */

static bool is_local_part_character(char c)
{
    return ascii_is_alphanumeric(c) || (c && strchr("._%+-", c));
}

static bool is_domain_character(char c, bool allows_non_ascii)
{
    return ascii_is_alphanumeric(c) || c == '-' || (allows_non_ascii && (unsigned char)c >= 0x80);
}

/* Whether a letter with an accent, or a Greek or Cyrillic one, begins at `at` (U+00C0 to U+052F).
 * Particles and words of scripts without blanks may touch an address; these letters are part of it.
 */
static bool is_accented_letter(struct text text, size_t at)
{
    unsigned char first = at < text.size ? (unsigned char)text.bytes[at] : 0;
    unsigned char second = at + 1 < text.size ? (unsigned char)text.bytes[at + 1] : 0;
    return first >= 0xC3 && first <= 0xD4 && (second & 0xC0) == 0x80;
}

/* Where the part before the "@" at `at` begins; `at` if there is none. */
static size_t find_local_part(struct text text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && at - begin < MAX_LOCAL_PART_SIZE) {
        if (is_local_part_character(text.bytes[begin - 1]))
            begin--;
        else if (begin > 1 && is_accented_letter(text, begin - 2))
            begin -= 2;
        else
            break;
    }
    bool has_letter = false;
    for (size_t i = begin; i < at; i++)
        has_letter |= !ascii_is_digit(text.bytes[i]) && !strchr("._%+-", text.bytes[i]);
    if (has_letter)
        return begin;
    /* "홍길동1@...": digits alone are rarely an address, so the letters before them belong to it.
     */
    size_t word = begin;
    while (word > 0 && at - word < MAX_LOCAL_PART_SIZE &&
           (unsigned char)text.bytes[word - 1] >= 0x80)
        word--;
    return word == 0 || (unsigned char)text.bytes[word - 1] < 0x80 ? word : begin;
}

/* Where the domain that begins at `at` ends, or 0: at least two labels, the last all letters. */
static size_t find_domain_end(struct text text, size_t at, bool allows_non_ascii)
{
    size_t end = 0;
    for (size_t labels = 1;; labels++) {
        size_t begin = at, letters = 0;
        while (at < text.size && is_domain_character(text.bytes[at], allows_non_ascii)) {
            letters += !ascii_is_digit(text.bytes[at]);
            at++;
        }
        if (at == begin)
            return end;
        if (labels > 1 && letters == at - begin && letters >= 2)
            end = at;
        if (at == text.size || text.bytes[at] != '.')
            return end;
        at++;
    }
}

static void find_emails(struct search_state *search)
{
    struct text text = search->text;
    for (size_t i = text_find(text, TEXT("@"), 0); i < text.size;
         i = text_find(text, TEXT("@"), i + 1)) {
        size_t begin = find_local_part(text, i), end = find_domain_end(text, i + 1, false);
        if (!end || is_accented_letter(text, end))
            end = find_domain_end(text, i + 1, true);
        if (begin < i && end)
            claim_span(search, PII_EMAIL, begin, end);
    }
}

/* ---- Numbers ---- */

static size_t match_number(const struct search_state *search, enum pii kind, size_t at)
{
    switch (kind) {
    case PII_IBAN:
        return match_iban(search->text, at);
    case PII_IP:
        return match_ip_address(search->text, at);
    case PII_NATIONAL_ID:
        return match_national_id(search->text, at);
    case PII_CARD:
        return match_card_number(search->text, at);
    default:
        return match_phone_number(search->text, at, search->options->is_cell);
    }
}

static void find_numbers(struct search_state *search, enum pii kind)
{
    struct text text = search->text;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.bytes[i];
        if ((!ascii_is_alphanumeric(c) && c != '+' && c != '(') || search->claimed_kinds[i] ||
            (i > 0 && (ascii_is_alphanumeric(text.bytes[i - 1]) || text.bytes[i - 1] == '+')))
            continue;
        size_t size = match_number(search, kind, i);
        claim_span(search, kind, i, i + size);
        i += size ? size - 1 : 0;
    }
}

/* ---- Names ---- */

static void find_names(struct search_state *search)
{
    struct text name = sign_off_find_name(search->text);
    size_t begin = name.size ? (size_t)(name.bytes - search->text.bytes) : 0;
    claim_span(search, PII_NAME, begin, begin + name.size);
}

static int compare_spans(const void *a, const void *b)
{
    size_t x = ((const struct pii_span *)a)->begin, y = ((const struct pii_span *)b)->begin;
    return (x > y) - (x < y);
}

static bool contains_byte(struct text text, char byte)
{
    return text.size && memchr(text.bytes, byte, text.size);
}

/* False for most texts: no @, no URL with values, fewer than four digits, nothing full-width. */
static bool may_contain_pii(struct text text)
{
    size_t digits = 0, marks = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.bytes[i];
        digits += ascii_is_digit(c);
        marks += c == '@' || c == '=' || c == '\xEF';
    }
    return digits >= 4 || marks > 0;
}

static void find_all(struct search_state *search)
{
    static const enum pii number_kinds[] = {PII_IBAN, PII_IP, PII_NATIONAL_ID, PII_CARD, PII_PHONE};
    const bool *kinds = search->options->kinds;
    if (kinds[PII_ORDER_NUMBER] && search->options->order_pattern)
        find_orders(search);
    if (kinds[PII_NAME] && !search->options->is_cell && !search->options->raw)
        find_names(search);
    if (kinds[PII_URL_QUERY] && contains_byte(search->text, '='))
        find_url_queries(search);
    if (kinds[PII_EMAIL])
        find_emails(search);
    for (size_t i = 0; i < sizeof(number_kinds) / sizeof(*number_kinds); i++)
        if (kinds[number_kinds[i]])
            find_numbers(search, number_kinds[i]);
    if (search->count)
        qsort(search->spans, search->count, sizeof(*search->spans), compare_spans);
}

struct pii_span *pii_find(const struct pii_search *options, struct text text, struct arena *arena,
                          size_t *count)
{
    *count = 0;
    bool may_have_name = options->kinds[PII_NAME] && !options->is_cell && !options->raw &&
                         sign_off_find_name(text).size;
    if (!options->order_pattern && !may_have_name && !may_contain_pii(text))
        return NULL;
    struct plain_view plain_view = make_plain_view(text, options->raw, arena);
    struct search_state search = {.options = options, .text = plain_view.text, .arena = arena};
    search.claimed_kinds = arena_alloc(arena, plain_view.text.size + 1, 1);
    find_all(&search);
    struct pii_span *spans = NULL;
    if (search.count) {
        spans = arena_alloc(arena, search.count, sizeof(*spans));
        for (size_t i = 0; i < search.count; i++) {
            spans[i] = search.spans[i];
            if (plain_view.offsets) {
                spans[i].begin = plain_view.offsets[spans[i].begin];
                spans[i].end = plain_view.offsets[spans[i].end];
            }
        }
    }
    *count = search.count;
    free(search.spans);
    return spans;
}

struct text pii_comparison_key(enum pii kind, struct text value, struct arena *arena)
{
    struct text plain = make_plain_view(value, false, arena).text;
    char *key = arena_alloc(arena, plain.size + 1, 1);
    size_t size = 0;
    bool digits_only = kind == PII_PHONE || kind == PII_CARD;
    bool ignores_marks = kind == PII_IBAN || kind == PII_NATIONAL_ID;
    for (size_t i = 0; i < plain.size; i++) {
        char c = plain.bytes[i];
        bool is_digit = ascii_is_digit(c);
        if (digits_only ? is_digit || c == '+' : !ignores_marks || ascii_is_alphanumeric(c))
            key[size++] = ascii_to_lower(c);
    }
    return (struct text){key, size};
}

/* ---- Columns with names of people ---- */

enum column_match { MATCH_WHOLE, MATCH_END };

static const struct name_column {
    struct text name; /* lower case, without blanks and punctuation */
    enum column_match match;
} name_columns[] = {
#define ROW(language, column, match) {TEXT(column), MATCH_##match},
#include "stages/text/data/name_columns.inc"
#undef ROW
};

bool pii_is_name_column(struct text name)
{
    char key[64];
    size_t size = 0, last_part_begin = 0;
    for (size_t i = 0; i < name.size && size < sizeof(key); i++) {
        char c = name.bytes[i];
        if (c == '.')
            last_part_begin = size; /* the last part of a path: "reviewer.displayName" */
        if (ascii_is_alphanumeric(c) || (unsigned char)c >= 0x80)
            key[size++] = ascii_to_lower(c);
    }
    struct text whole = {key, size}, last_part = text_slice(whole, last_part_begin, size);
    for (size_t i = 0; i < sizeof(name_columns) / sizeof(*name_columns); i++) {
        const struct name_column *column = &name_columns[i];
        if (text_equal(whole, column->name) || text_equal(last_part, column->name) ||
            (column->match == MATCH_END && text_ends_with(whole, column->name)))
            return true;
    }
    return false;
}
