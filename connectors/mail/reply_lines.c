/* reply_lines.c - what a line is is told by what it looks like, alone; attributions alone may take
 * several. */
#include "connectors/mail/reply_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "connectors/mail/reply_words.h"

enum {
    MAX_ATTRIBUTION_LINES = 4,  /* an attribution may be wrapped over as many */
    MAX_ATTRIBUTION_SIZE = 400, /* bytes; a longer one is prose */
    MAX_MOBILE_SIGNATURE_SIZE = 120,
};

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

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* `word` stands in the text, and no ASCII letter beside it. */
static bool contains_word(struct text text, struct text word)
{
    for (size_t i = 0; i + word.size <= text.size; i++) {
        if ((i == 0 || !is_word_byte(text.bytes[i - 1])) &&
            (i + word.size == text.size || !is_word_byte(text.bytes[i + word.size])) &&
            text_equal_ignore_case(text_slice(text, i, i + word.size), word))
            return true;
    }
    return false;
}

static bool contains_digit(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9')
            return true;
    return false;
}

static bool contains_byte(struct text text, char byte)
{
    return text.size && memchr(text.bytes, byte, text.size);
}

static bool matches_any(struct text text, const char *const *words,
                        bool (*matches)(struct text, struct text))
{
    for (; *words; words++)
        if (matches(text, text_of(*words)))
            return true;
    return false;
}

/* Cuts a colon (also of full width) off the end. */
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

/* "2013/7/20 Somebody <address>": a date in front, an address behind, no verb. */
static bool is_dated_address(struct text text)
{
    size_t digits = 0;
    while (digits < text.size && text.bytes[digits] >= '0' && text.bytes[digits] <= '9')
        digits++;
    return digits > 0 && digits <= 4 && digits < text.size && contains_byte(text, '@') &&
           contains_byte(text, '<') && text.bytes[text.size - 1] == '>' &&
           contains_digit(text_slice(text, digits, text_find(text, TEXT("<"), 0)));
}

/* "пн, 5 янв. 2026 г. в 10:12, Somebody <address>", in a language that puts no verb there: a year,
 * a time, and an address last. */
static bool is_timed_address(struct text text)
{
    bool has_year = false, has_time = false;
    size_t address = text_find(text, TEXT("<"), 0), digits = 0;
    if (!text.size || text.bytes[text.size - 1] != '>' || !contains_byte(text, '@'))
        return false;
    for (size_t i = 0; i < address; i++) {
        bool is_digit = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        has_time |= text.bytes[i] == ':' && digits > 0 && i + 1 < address &&
                    contains_digit(text_slice(text, i + 1, i + 2));
        digits = is_digit ? digits + 1 : 0;
        has_year |= digits == 4;
    }
    return has_year && has_time;
}

/* Without ">" in front, however many. */
static struct text unquote(struct text line)
{
    while (line.size && (ascii_is_space(line.bytes[0]) || line.bytes[0] == '>'))
        line = text_slice(line, 1, line.size);
    return line;
}

/* The line, or several joined, say whom the following lines quote. With `named` they may begin
 * with the name, else with the language's word for it or a number. */
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
    for (const struct attribution_words *words = attribution_words; words->verb; words++) {
        struct text verb = text_of(words->verb);
        bool has_lead = words->lead ? text_starts_with_ignore_case(text, text_of(words->lead))
                                    : (can_begin_with_name && has_address) ||
                                          (text.bytes[0] >= '0' && text.bytes[0] <= '9');
        if (has_lead && contains_word(text, verb) && !contains_word(text, TEXT("I wrote")) &&
            (has_colon || (has_address && ends_with_fold(text, verb))))
            return true;
    }
    return false;
}

static bool is_delimiter(struct text line)
{
    if (text_equal(line, TEXT("\xE1\x90\xA7"))) /* what a tracker leaves behind */
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

/* "*From:* Somebody"; the part before the colon is one of the words. */
static bool is_header(struct text line, bool *is_mail_only)
{
    line = reply_strip(line, "*>");
    size_t colon = text_find(line, TEXT(":"), 0), wide = text_find(line, TEXT("\xEF\xBC\x9A"), 0);
    colon = colon < wide ? colon : wide;
    if (colon == line.size || colon > 40)
        return false;
    struct text name = reply_strip(text_slice(line, 0, colon), "*");
    bool is_subject = matches_any(name, subject_words, text_equal_ignore_case);
    bool is_header = is_subject || matches_any(name, sender_words, text_equal_ignore_case) ||
                     matches_any(name, header_words, text_equal_ignore_case);
    *is_mail_only = is_subject || (is_header && contains_byte(line, '@'));
    return is_header;
}

/* "-----Original Message-----", "________ Forwarded message"; Apple has a colon behind. */
static bool is_banner(struct text line, const char *const *words)
{
    struct text inner = reply_strip(line, "*>");
    bool ruled = text_starts_with(inner, TEXT("--")) || text_starts_with(inner, TEXT("__"));
    inner = reply_strip(inner, "-_");
    if (strip_colon(&inner))
        ruled = true;
    return ruled && matches_any(inner, words, text_starts_with_ignore_case) && inner.size < 100;
}

static bool is_mobile_signature(struct text line)
{
    line = reply_strip(line, "*");
    return line.size <= MAX_MOBILE_SIGNATURE_SIZE &&
           (matches_any(line, mobile_words, text_starts_with_ignore_case) ||
            (line.size <= MAX_MOBILE_SIGNATURE_SIZE / 2 &&
             matches_any(line, mobile_endings, ends_with_fold)));
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
        line->announces_quote = is_attribution(quoted, true) || is_banner(quoted, original_words);
        return quoted.size == 0 || !is_banner(quoted, forward_words) ? LINE_QUOTE
                                                                     : LINE_FORWARD_BANNER;
    }
    if (text_equal(stripped, TEXT("--")))
        return LINE_SIGNATURE;
    if (is_delimiter(stripped))
        return LINE_DELIMITER;
    if (is_banner(stripped, original_words))
        return LINE_ORIGINAL_BANNER;
    if (is_banner(stripped, forward_words))
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

/* Attributions of one line or wrapped over several; all their lines become LINE_ATTRIBUTION. */
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
            /* A line of prose may begin like one: the last begin is the right one. */
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
