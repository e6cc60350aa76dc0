/* pii.c - the kinds of personal data are looked for one after the other, the surest first;
 * what one has taken is closed to the next. */
#include "stages/text/pii.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "stages/text/pii_numbers.h"

enum {
    MOST_LOCAL = 64,    /* bytes in front of an address's @: RFC 5321, 4.5.3.1 */
    MOST_ADDRESS = 2048 /* bytes of a web address that are looked back for its begin */
};

/* A text as it is searched: plain bytes, and where each stood. */
struct view {
    struct text text;
    const size_t *offsets; /* of each byte and of the end; NULL: the same */
};

struct search {
    const struct personal_search *wanted;
    struct text text;
    char *taken; /* kind + 1 of each byte that is found, 0 for none */
    struct arena *arena;
    struct personal_span *spans; /* allocated with malloc */
    size_t count, capacity;
};

/* ---- The view ---- */

/* What stands for a plain character: its size in the text, 0 where there is nothing of the kind.
 * Full-width forms, dashes, and blanks that do not break. */
static size_t plain_form(struct text text, size_t at, bool raw, char *plain)
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

static struct view make_view(struct text text, bool raw, struct arena *arena)
{
    bool plain = true;
    for (size_t i = 0; plain && i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        plain = byte && byte != 0xC2 && byte != 0xE2 && byte != 0xEF && !(raw && byte == '\\');
    }
    if (plain)
        return (struct view){text, NULL};
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t *offsets = arena_alloc(arena, text.size + 1, sizeof(*offsets));
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        size_t used = plain_form(text, i, raw, &bytes[size]);
        if (!used)
            bytes[size] = text.bytes[i];
        offsets[size] = i;
        size += bytes[size] != '\0';
        i += used ? used : 1;
    }
    offsets[size] = text.size;
    return (struct view){{bytes, size}, offsets};
}

/* ---- Taking ---- */

static bool is_free(const struct search *search, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (search->taken[i])
            return false;
    return true;
}

static void take(struct search *search, enum personal kind, size_t begin, size_t end)
{
    if (begin == end || !is_free(search, begin, end))
        return;
    memset(search->taken + begin, (int)kind + 1, end - begin);
    search->spans =
        memory_grow(search->spans, &search->capacity, search->count + 1, sizeof(*search->spans));
    search->spans[search->count++] = (struct personal_span){begin, end, kind};
}

/* ---- Patterns of the job ---- */

static void find_orders(struct search *search)
{
    size_t begin, end;
    for (size_t at = 0; at < search->text.size &&
                        pattern_find(search->wanted->orders, search->text, at, &begin, &end);
         at = end)
        take(search, PERSONAL_ORDER, begin, end);
}

/* ---- Web addresses ---- */

static bool ends_address(char c)
{
    return (unsigned char)c <= ' ' || strchr("<>\"'`|\\^{}", c);
}

/* Whether what ends at `at` is a web address up to there: "https://shop.example/a",
 * "www.x.example".
 */
static bool is_address(struct text text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && at - begin < MOST_ADDRESS && !ends_address(text.bytes[begin - 1]))
        begin--;
    struct text address = text_slice(text, begin, at);
    return text_find(address, TEXT("://"), 0) < address.size ||
           text_find(address, TEXT("www."), 0) < address.size ||
           (address.size && memchr(address.bytes, '/', address.size) &&
            memchr(address.bytes, '.', address.size));
}

/* What stands behind the first "?" of an address; behind "#" where it holds values ("#token=...").
 */
static void find_queries(struct search *search)
{
    struct text text = search->text;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] != '?' && text.bytes[i] != '#')
            continue;
        size_t end = i + 1;
        while (end < text.size && !ends_address(text.bytes[end]))
            end++;
        size_t next = end;
        while (end > i + 1 && strchr(".,;:!?)]", text.bytes[end - 1]))
            end--;
        struct text query = text_slice(text, i + 1, end);
        bool has_values = query.size && memchr(query.bytes, '=', query.size);
        if (has_values && is_address(text, i))
            take(search, PERSONAL_QUERY, i + 1, end);
        i = next > i + 1 ? next - 1 : i;
    }
}

/* ---- E-mail ---- */

static bool is_local(char c)
{
    return ascii_is_alphanumeric(c) || (c && strchr("._%+-", c));
}

static bool is_domain(char c, bool any_letters)
{
    return ascii_is_alphanumeric(c) || c == '-' || (any_letters && (unsigned char)c >= 0x80);
}

/* Where the domain that begins at `at` ends: two labels at least, the last of letters. */
static size_t domain_end(struct text text, size_t at, bool any_letters)
{
    size_t end = 0;
    for (size_t labels = 1;; labels++) {
        size_t begin = at, letters = 0;
        while (at < text.size && is_domain(text.bytes[at], any_letters)) {
            letters += text.bytes[at] < '0' || text.bytes[at] > '9';
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

static void find_emails(struct search *search)
{
    struct text text = search->text;
    for (size_t i = text_find(text, TEXT("@"), 0); i < text.size;
         i = text_find(text, TEXT("@"), i + 1)) {
        size_t begin = i;
        while (begin > 0 && i - begin < MOST_LOCAL && is_local(text.bytes[begin - 1]))
            begin--;
        for (size_t k = i; begin == i && k > 0 && i - k < MOST_LOCAL &&
                           ((unsigned char)text.bytes[k - 1] >= 0x80);
             k--)
            if (k == 1 || (unsigned char)text.bytes[k - 2] < 0x80)
                begin = k - 1;
        size_t end = domain_end(text, i + 1, false);
        if (!end)
            end = domain_end(text, i + 1, true);
        if (begin < i && end)
            take(search, PERSONAL_EMAIL, begin, end);
    }
}

/* ---- Numbers ---- */

static size_t number_size(const struct search *search, enum personal kind, size_t at)
{
    switch (kind) {
    case PERSONAL_IBAN:
        return number_iban(search->text, at);
    case PERSONAL_IP:
        return number_ip(search->text, at);
    case PERSONAL_CARD:
        return number_card(search->text, at);
    default:
        return number_telephone(search->text, at, search->wanted->cell);
    }
}

static void find_numbers(struct search *search, enum personal kind)
{
    struct text text = search->text;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.bytes[i];
        if ((!ascii_is_alphanumeric(c) && c != '+' && c != '(') || search->taken[i] ||
            (i > 0 && (ascii_is_alphanumeric(text.bytes[i - 1]) || text.bytes[i - 1] == '+')))
            continue;
        size_t size = number_size(search, kind, i);
        take(search, kind, i, i + size);
        i += size ? size - 1 : 0;
    }
}

static int compare_spans(const void *a, const void *b)
{
    size_t x = ((const struct personal_span *)a)->begin,
           y = ((const struct personal_span *)b)->begin;
    return (x > y) - (x < y);
}

static bool has_byte(struct text text, char byte)
{
    return text.size && memchr(text.bytes, byte, text.size);
}

/* Most texts hold nothing: no @, no address with values, no four digits, nothing of full width. */
static bool may_hold_any(struct text text)
{
    size_t digits = 0, marks = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.bytes[i];
        digits += c >= '0' && c <= '9';
        marks += c == '@' || c == '=' || c == '\xEF';
    }
    return digits >= 4 || marks > 0;
}

static void find_all(struct search *search)
{
    static const enum personal numbers[] = {PERSONAL_IBAN, PERSONAL_IP, PERSONAL_CARD,
                                            PERSONAL_PHONE};
    const bool *kinds = search->wanted->kinds;
    if (kinds[PERSONAL_ORDER] && search->wanted->orders)
        find_orders(search);
    if (kinds[PERSONAL_QUERY] && has_byte(search->text, '='))
        find_queries(search);
    if (kinds[PERSONAL_EMAIL])
        find_emails(search);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (kinds[numbers[i]])
            find_numbers(search, numbers[i]);
    if (search->count)
        qsort(search->spans, search->count, sizeof(*search->spans), compare_spans);
}

struct personal_span *personal_find(const struct personal_search *wanted, struct text text,
                                    struct arena *arena, size_t *count)
{
    *count = 0;
    if (!wanted->orders && !may_hold_any(text))
        return NULL;
    struct view view = make_view(text, wanted->raw, arena);
    struct search search = {.wanted = wanted, .text = view.text, .arena = arena};
    search.taken = arena_alloc(arena, view.text.size + 1, 1);
    find_all(&search);
    struct personal_span *spans = NULL;
    if (search.count) {
        spans = arena_alloc(arena, search.count, sizeof(*spans));
        for (size_t i = 0; i < search.count; i++) {
            spans[i] = search.spans[i];
            if (view.offsets) {
                spans[i].begin = view.offsets[spans[i].begin];
                spans[i].end = view.offsets[spans[i].end];
            }
        }
    }
    *count = search.count;
    free(search.spans);
    return spans;
}

struct text personal_key(enum personal kind, struct text value, struct arena *arena)
{
    struct text plain = make_view(value, false, arena).text;
    char *key = arena_alloc(arena, plain.size + 1, 1);
    size_t size = 0;
    bool digits_only = kind == PERSONAL_PHONE || kind == PERSONAL_CARD;
    for (size_t i = 0; i < plain.size; i++) {
        char c = plain.bytes[i];
        bool is_digit = c >= '0' && c <= '9';
        if (digits_only ? is_digit || c == '+' : kind != PERSONAL_IBAN || ascii_is_alphanumeric(c))
            key[size++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (struct text){key, size};
}

/* ---- Columns that hold names ---- */

/* Without blanks, marks and case. */
static const char *const name_columns[] = {
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "givenname",
    "familyname",
    "middlename",
    "author",
    "authorname",
    "reviewer",
    "reviewername",
    "reviewernickname",
    "reviewusername",
    "username",
    "nickname",
    "displayname",
    "screenname",
    "customername",
    "clientname",
    "guestname",
    "buyername",
    "contactname",
    "consumername",
    "respondentname",
    "requester",
    "requestername",
    "submitter",
    "submittername",
    "sendername",
    "fromname",
    "toname",
    "recipientname",
    "recipientfirstname",
    "recipientlastname",
    "yourname",
    "작성자",
    "작성자명",
    "닉네임",
    "이름",
    "성명",
    "고객명",
    "고객이름",
    "회원명",
    "구매자",
    "구매자명",
    "名前",
    "氏名",
    "姓名",
    "昵称",
    NULL,
};

bool personal_is_name_column(struct text name)
{
    char key[64];
    size_t size = 0, part = 0;
    for (size_t i = 0; i < name.size && size < sizeof(key); i++) {
        char c = name.bytes[i];
        if (c == '.')
            part = size; /* of a nested name its last part: "reviewer.displayName" */
        if (ascii_is_alphanumeric(c) || (unsigned char)c >= 0x80)
            key[size++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    static const char *const nested[] = {"authorname", "reviewername",  "username", "customername",
                                         "fromname",   "requestername", NULL};
    struct text whole = {key, size}, last = text_slice(whole, part, size);
    for (size_t i = 0; nested[i]; i++)
        if (whole.size > strlen(nested[i]) &&
            text_equal(text_slice(whole, whole.size - strlen(nested[i]), whole.size),
                       text_of(nested[i])))
            return true;
    return text_is_one_of(whole, name_columns) || text_is_one_of(last, name_columns);
}
