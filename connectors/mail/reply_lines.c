/* reply_lines.c - classifies every line by its own form; only attributions may take several lines.
 */
#include "connectors/mail/reply_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

enum {
    MAX_ATTRIBUTION_LINES = 4,
    MAX_ATTRIBUTION_SIZE = 400, /* bytes; longer lines are prose */
    MAX_BANNER_SIZE = 100,      /* bytes */
    MAX_HEADER_NAME_SIZE = 40,  /* bytes */
    MAX_MOBILE_SIGNATURE_SIZE = 120,
};

/* How a line must contain the words of a mobile signature. */
enum words_position {
    POSITION_FIRST_WORDS, /* at its beginning, before a space */
    POSITION_BEGINNING,
    POSITION_END,
};

enum header_kind { HEADER_SUBJECT, HEADER_OTHER };
enum banner_kind { BANNER_ORIGINAL, BANNER_FORWARDED };

/* Words of mail programs. ASCII letters match without case. */
static const struct attribution {
    const char *lead; /* first word of the line; "-": it begins with a date or a name */
    const char *verb;
} attributions[] = {
#define ROW(language, lead, verb) {lead, verb},
#include "connectors/mail/data/attributions.inc"
#undef ROW
};

static const char *const self_attributions[] = {
#define ROW(language, words) words,
#include "connectors/mail/data/self_attributions.inc"
#undef ROW
};

static const struct header_name {
    const char *name;
    enum header_kind kind;
} header_names[] = {
#define ROW(language, name, kind) {name, HEADER_##kind},
#include "connectors/mail/data/header_names.inc"
#undef ROW
};

static const struct banner {
    const char *words;
    enum banner_kind kind;
} banners[] = {
#define ROW(language, words, kind) {words, BANNER_##kind},
#include "connectors/mail/data/banners.inc"
#undef ROW
};

static const struct mobile_signature {
    const char *words;
    enum words_position position;
} mobile_signatures[] = {
#define ROW(language, words, position) {words, POSITION_##position},
#include "connectors/mail/data/mobile_signatures.inc"
#undef ROW
};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

struct text reply_strip(struct text text, const char *marks)
{
    for (;;) {
        size_t before = text.size;
        while (text.size && (ascii_is_space(text.bytes[0]) || strchr(marks, text.bytes[0])))
            text = text_slice(text, 1, text.size);
        while (text.size && (ascii_is_space(text.bytes[text.size - 1]) ||
                             strchr(marks, text.bytes[text.size - 1])))
            text.size--;
        if (text_starts_with(text, TEXT("\xC2\xA0")))
            text = text_slice(text, 2, text.size);
        if (text.size >= 2 && memcmp(text.bytes + text.size - 2, "\xC2\xA0", 2) == 0)
            text.size -= 2;
        if (text.size == before)
            return text;
    }
}

static bool ends_with_fold(struct text text, struct text ending)
{
    return text.size >= ending.size &&
           text_equal_ignore_case(text_slice(text, text.size - ending.size, text.size), ending);
}

/* `word` occurs in the text with no ASCII letter next to it. */
static bool contains_word(struct text text, struct text word)
{
    for (size_t i = 0; i + word.size <= text.size; i++) {
        if ((i == 0 || !ascii_is_letter(text.bytes[i - 1])) &&
            (i + word.size == text.size || !ascii_is_letter(text.bytes[i + word.size])) &&
            text_equal_ignore_case(text_slice(text, i, i + word.size), word))
            return true;
    }
    return false;
}

static bool contains_digit(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (ascii_is_digit(text.bytes[i]))
            return true;
    return false;
}

static bool contains_byte(struct text text, char byte)
{
    return text.size && memchr(text.bytes, byte, text.size);
}

/* True if the text begins with `words` and a space. */
static bool starts_with_words(struct text text, struct text words)
{
    return text_starts_with_ignore_case(text, words) && text.size > words.size &&
           text.bytes[words.size] == ' ';
}

/* Cuts a colon, also a full-width one, off the end. */
static bool strip_colon(struct text *text)
{
    static const struct text wide = {"\xEF\xBC\x9A", 3};
    if (text->size && text->bytes[text->size - 1] == ':')
        text->size--;
    else if (ends_with_fold(*text, wide))
        text->size -= wide.size;
    else
        return false;
    *text = reply_strip(*text, "");
    return true;
}

/* "2013/7/20 Somebody <address>": a date, then an address, no verb. */
static bool is_dated_address(struct text text)
{
    size_t digits = 0;
    while (digits < text.size && ascii_is_digit(text.bytes[digits]))
        digits++;
    return digits > 0 && digits <= 4 && digits < text.size && contains_byte(text, '@') &&
           contains_byte(text, '<') && text.bytes[text.size - 1] == '>' &&
           contains_digit(text_slice(text, digits, text_find(text, TEXT("<"), 0)));
}

/* "пн, 5 янв. 2026 г. в 10:12, Somebody <address>" in languages without a verb there: a year, a
 * time, and an address at the end. */
static bool is_timed_address(struct text text)
{
    bool has_year = false, has_time = false;
    size_t address = text_find(text, TEXT("<"), 0), digits = 0;
    if (!text.size || text.bytes[text.size - 1] != '>' || !contains_byte(text, '@'))
        return false;
    for (size_t i = 0; i < address; i++) {
        has_time |= text.bytes[i] == ':' && digits > 0 && i + 1 < address &&
                    contains_digit(text_slice(text, i + 1, i + 2));
        digits = ascii_is_digit(text.bytes[i]) ? digits + 1 : 0;
        has_year |= digits == 4;
    }
    return has_year && has_time;
}

/* The line without leading ">". */
static struct text unquote(struct text line)
{
    while (line.size && (ascii_is_space(line.bytes[0]) || line.bytes[0] == '>'))
        line = text_slice(line, 1, line.size);
    return line;
}

/* True for words that say "I wrote". */
static bool is_self_attribution(struct text text)
{
    for (size_t i = 0; i < COUNT_OF(self_attributions); i++)
        if (contains_word(text, text_of(self_attributions[i])))
            return true;
    return false;
}

/* Whether the text of one or several lines names whom the following lines quote. Unless it may
 * begin with the name, it must begin with the lead word of its language or a digit. */
static bool is_attribution(struct text text, bool can_begin_with_name)
{
    text = reply_strip(unquote(text), "*-_");
    if (text.size == 0 || text.size > MAX_ATTRIBUTION_SIZE)
        return false;
    bool has_colon = strip_colon(&text);
    if (text.size == 0 || (!contains_digit(text) && !contains_byte(text, '@')))
        return false;
    if (is_dated_address(text) || (has_colon && is_timed_address(text)))
        return true;
    bool has_address = contains_byte(text, '@') || contains_byte(text, '<');
    bool begins_with_name = (can_begin_with_name && has_address) || ascii_is_digit(text.bytes[0]);
    for (size_t i = 0; i < COUNT_OF(attributions); i++) {
        struct text lead = text_of(attributions[i].lead), verb = text_of(attributions[i].verb);
        bool has_lead =
            text_equal(lead, TEXT("-")) ? begins_with_name : starts_with_words(text, lead);
        if (has_lead && contains_word(text, verb) &&
            (has_colon || (has_address && ends_with_fold(text, verb))))
            return !is_self_attribution(text);
    }
    return false;
}

static bool is_delimiter(struct text line)
{
    if (text_equal(line, TEXT("\xE1\x90\xA7"))) /* U+1427, inserted by an email tracker */
        return true;
    size_t marks = 0;
    for (size_t i = 0; i < line.size; i++) {
        if (strchr("-_=+~#*", line.bytes[i]))
            marks++;
        else if (text_starts_with(text_slice(line, i, line.size), TEXT("\xE2\x80\x94")))
            marks++, i += 2;
        else if (!ascii_is_space(line.bytes[i]))
            return false;
    }
    return marks > 0;
}

/* "*From:* Somebody". */
static bool is_header(struct text line, bool *is_mail_only)
{
    line = reply_strip(line, "*>");
    size_t colon = text_find(line, TEXT(":"), 0), wide = text_find(line, TEXT("\xEF\xBC\x9A"), 0);
    colon = colon < wide ? colon : wide;
    if (colon == line.size || colon > MAX_HEADER_NAME_SIZE)
        return false;
    struct text name = reply_strip(text_slice(line, 0, colon), "*");
    for (size_t i = 0; i < COUNT_OF(header_names); i++) {
        if (!text_equal_ignore_case(name, text_of(header_names[i].name)))
            continue;
        *is_mail_only = header_names[i].kind == HEADER_SUBJECT || contains_byte(line, '@');
        return true;
    }
    return false;
}

/* "-----Original Message-----", "________ Forwarded message"; Apple writes a colon after it. */
static bool is_banner(struct text line, enum banner_kind kind)
{
    struct text inner = reply_strip(line, "*>");
    bool has_rule = text_starts_with(inner, TEXT("--")) || text_starts_with(inner, TEXT("__"));
    inner = reply_strip(inner, "-_");
    if (strip_colon(&inner))
        has_rule = true;
    if (!has_rule || inner.size >= MAX_BANNER_SIZE)
        return false;
    for (size_t i = 0; i < COUNT_OF(banners); i++)
        if (banners[i].kind == kind &&
            text_starts_with_ignore_case(inner, text_of(banners[i].words)))
            return true;
    return false;
}

static bool is_mobile_signature(struct text line)
{
    line = reply_strip(line, "*");
    if (line.size > MAX_MOBILE_SIGNATURE_SIZE)
        return false;
    for (size_t i = 0; i < COUNT_OF(mobile_signatures); i++) {
        struct text words = text_of(mobile_signatures[i].words);
        enum words_position position = mobile_signatures[i].position;
        if (position == POSITION_FIRST_WORDS ? starts_with_words(line, words)
            : position == POSITION_BEGINNING
                ? text_starts_with_ignore_case(line, words)
                : line.size <= MAX_MOBILE_SIGNATURE_SIZE / 2 && ends_with_fold(line, words))
            return true;
    }
    return false;
}

/* "> text" and "AB> text". */
static bool is_quote(struct text line)
{
    size_t letters = 0;
    while (letters < line.size && letters < 4 && line.bytes[letters] >= 'A' &&
           line.bytes[letters] <= 'Z')
        letters++;
    return letters < line.size && letters < 4 && line.bytes[letters] == '>';
}

struct text reply_line(const struct reply *reply, size_t line)
{
    return text_slice(reply->body, reply->lines[line].begin, reply->lines[line].end);
}

static enum line_kind classify_line(struct text text, struct reply_line_info *line)
{
    struct text stripped = reply_strip(text, "");
    if (stripped.size == 0)
        return LINE_BLANK;
    if (is_quote(stripped)) {
        struct text quoted = unquote(stripped);
        line->announces_quote = is_attribution(quoted, true) || is_banner(quoted, BANNER_ORIGINAL);
        return quoted.size == 0 || !is_banner(quoted, BANNER_FORWARDED) ? LINE_QUOTE
                                                                        : LINE_FORWARD_BANNER;
    }
    if (text_equal(stripped, TEXT("--")))
        return LINE_SIGNATURE;
    if (is_delimiter(stripped))
        return LINE_DELIMITER;
    if (is_banner(stripped, BANNER_ORIGINAL))
        return LINE_ORIGINAL_BANNER;
    if (is_banner(stripped, BANNER_FORWARDED))
        return LINE_FORWARD_BANNER;
    if (is_header(stripped, &line->is_mail_only))
        return LINE_HEADER;
    return is_mobile_signature(stripped) ? LINE_MOBILE_SIGNATURE : LINE_TEXT;
}

static void split_lines(struct reply *reply)
{
    for (size_t begin = 0; begin < reply->body.size;) {
        size_t end = text_find(reply->body, TEXT("\n"), begin);
        reply->lines =
            memory_grow(reply->lines, &reply->capacity, reply->count + 1, sizeof(*reply->lines));
        struct reply_line_info *line = &reply->lines[reply->count++];
        *line = (struct reply_line_info){.begin = begin, .end = end};
        line->kind = classify_line(text_slice(reply->body, begin, end), line);
        begin = end + 1;
    }
}

/* Finds attributions of one or several lines; all their lines become LINE_ATTRIBUTION. */
static void join_attributions(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        if (reply->lines[i].kind != LINE_TEXT && reply->lines[i].kind != LINE_DELIMITER &&
            reply->lines[i].kind != LINE_HEADER)
            continue;
        for (size_t k = i; k < reply->count && k < i + MAX_ATTRIBUTION_LINES; k++) {
            if (reply->lines[k].kind == LINE_BLANK || reply->lines[k].kind == LINE_QUOTE)
                break;
            struct text joined =
                text_slice(reply->body, reply->lines[i].begin, reply->lines[k].end);
            if (!is_attribution(joined, k == i) || (k > i && !contains_byte(joined, '@')))
                continue;
            /* A line of prose may look like the beginning: the last possible beginning is right. */
            for (size_t m = i + 1; m <= k; m++)
                if (is_attribution(
                        text_slice(reply->body, reply->lines[m].begin, reply->lines[k].end), false))
                    i = m;
            for (size_t m = i; m <= k; m++)
                reply->lines[m].kind = LINE_ATTRIBUTION;
            i = k;
            break;
        }
    }
}

void reply_split_lines(struct reply *reply)
{
    split_lines(reply);
    join_attributions(reply);
}

void reply_free(struct reply *reply)
{
    free(reply->lines);
}
