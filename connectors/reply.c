/* reply.c - lines are told apart by what they look like, then parts of the mail are dropped. */
#include "connectors/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/reply_words.h"

enum line_kind {
    LINE_BLANK,
    LINE_TEXT,
    LINE_QUOTE,       /* "> ..." */
    LINE_DELIMITER,   /* "____", "* * *" */
    LINE_SIGNATURE,   /* "-- " */
    LINE_MOBILE,      /* "Sent from my phone" */
    LINE_HEADER,      /* "From: ..." */
    LINE_ATTRIBUTION, /* "On Monday ... wrote:" */
    LINE_ORIGINAL,    /* "----- Original message -----" */
    LINE_FORWARD,     /* "---------- Forwarded message ----------" */
};

struct line {
    size_t begin, end; /* without its line end */
    enum line_kind kind;
    bool announces;  /* a quoted line that says whom it quotes */
    bool names_mail; /* a header line that only mail has: with an address, or the subject */
    bool dropped;
};

struct reply {
    struct text body;
    struct line *lines; /* allocated with malloc */
    size_t count, capacity;
};

enum {
    ATTRIBUTION_LINES = 4,  /* an attribution may be wrapped over as many */
    ATTRIBUTION_SIZE = 400, /* bytes; a longer one is prose */
    MOBILE_SIZE = 120,
    SIGNATURE_LINES = 15, /* more behind "-- " is not a signature */
    FOOTER_LINES = 6,     /* more behind "_____" is not a list's footer */
    HEADER_LINES = 3,     /* fewer are not the header of a quoted message */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

/* Without blanks (no-break ones too) and the bytes of `marks` at both sides. */
static struct text strip(struct text text, const char *marks)
{
    for (;;) {
        size_t before = text.size;
        while (text.size && (is_space(text.bytes[0]) || strchr(marks, text.bytes[0])))
            text = text_slice(text, 1, text.size);
        while (text.size &&
               (is_space(text.bytes[text.size - 1]) || strchr(marks, text.bytes[text.size - 1])))
            text.size--;
        if (text_starts_with(text, TEXT("\xC2\xA0")))
            text = text_slice(text, 2, text.size);
        if (text.size >= 2 && memcmp(text.bytes + text.size - 2, "\xC2\xA0", 2) == 0)
            text.size -= 2;
        if (text.size == before)
            return text;
    }
}

static bool starts_with_fold(struct text text, struct text prefix)
{
    return text.size >= prefix.size && text_equal_fold(text_slice(text, 0, prefix.size), prefix);
}

static bool ends_with_fold(struct text text, struct text ending)
{
    return text.size >= ending.size &&
           text_equal_fold(text_slice(text, text.size - ending.size, text.size), ending);
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
            text_equal_fold(text_slice(text, i, i + word.size), word))
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
static bool cut_colon(struct text *text)
{
    static const struct text wide = {"\xEF\xBC\x9A", 3};
    if (text->size && text->bytes[text->size - 1] == ':')
        text->size--;
    else if (ends_with_fold(*text, wide))
        text->size -= wide.size;
    else
        return false;
    *text = strip(*text, "");
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
    while (line.size && (is_space(line.bytes[0]) || line.bytes[0] == '>'))
        line = text_slice(line, 1, line.size);
    return line;
}

/* The line, or several joined, say whom the following lines quote. With `named` they may begin
 * with the name, else with the language's word for it or a number. */
static bool is_attribution(struct text text, bool named)
{
    text = strip(unquote(text), "*-_");
    if (text.size == 0 || text.size > ATTRIBUTION_SIZE)
        return false;
    bool has_colon = cut_colon(&text);
    if (text.size == 0 || (!contains_digit(text) && !contains_byte(text, '@')))
        return false;
    if (is_dated_address(text) || (has_colon && is_timed_address(text)))
        return true;
    bool has_address = contains_byte(text, '@') || contains_byte(text, '<');
    for (const struct attribution_words *words = attribution_words; words->verb; words++) {
        struct text verb = text_of(words->verb);
        bool leads = words->lead
                         ? starts_with_fold(text, text_of(words->lead))
                         : (named && has_address) || (text.bytes[0] >= '0' && text.bytes[0] <= '9');
        if (leads && contains_word(text, verb) && !contains_word(text, TEXT("I wrote")) &&
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
        else if (!is_space(line.bytes[i]))
            return false;
    }
    return marks > 0;
}

/* "*From:* Somebody"; the part before the colon is one of the words. */
static bool is_header(struct text line, bool *names_mail)
{
    line = strip(line, "*>");
    size_t colon = text_find(line, TEXT(":"), 0), wide = text_find(line, TEXT("\xEF\xBC\x9A"), 0);
    colon = colon < wide ? colon : wide;
    if (colon == line.size || colon > 40)
        return false;
    struct text name = strip(text_slice(line, 0, colon), "*");
    bool is_subject = matches_any(name, subject_words, text_equal_fold);
    bool is_header = is_subject || matches_any(name, sender_words, text_equal_fold) ||
                     matches_any(name, header_words, text_equal_fold);
    *names_mail = is_subject || (is_header && contains_byte(line, '@'));
    return is_header;
}

/* "-----Original Message-----", "________ Forwarded message"; Apple has a colon behind. */
static bool is_banner(struct text line, const char *const *words)
{
    struct text inner = strip(line, "*>");
    bool ruled = text_starts_with(inner, TEXT("--")) || text_starts_with(inner, TEXT("__"));
    inner = strip(inner, "-_");
    if (cut_colon(&inner))
        ruled = true;
    return ruled && matches_any(inner, words, starts_with_fold) && inner.size < 100;
}

static bool is_mobile_signature(struct text line)
{
    line = strip(line, "*");
    return line.size <= MOBILE_SIZE &&
           (matches_any(line, mobile_words, starts_with_fold) ||
            (line.size <= MOBILE_SIZE / 2 && matches_any(line, mobile_endings, ends_with_fold)));
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

static struct text line_text(const struct reply *reply, size_t line)
{
    return text_slice(reply->body, reply->lines[line].begin, reply->lines[line].end);
}

static enum line_kind kind_of(struct text text, struct line *line)
{
    struct text bare = strip(text, "");
    if (bare.size == 0)
        return LINE_BLANK;
    if (is_quote(bare)) {
        struct text quoted = unquote(bare);
        line->announces = is_attribution(quoted, true) || is_banner(quoted, original_words);
        return quoted.size == 0 || !is_banner(quoted, forward_words) ? LINE_QUOTE : LINE_FORWARD;
    }
    if (text_equal(bare, TEXT("--")))
        return LINE_SIGNATURE;
    if (is_delimiter(bare))
        return LINE_DELIMITER;
    if (is_banner(bare, original_words))
        return LINE_ORIGINAL;
    if (is_banner(bare, forward_words))
        return LINE_FORWARD;
    if (is_header(bare, &line->names_mail))
        return LINE_HEADER;
    return is_mobile_signature(bare) ? LINE_MOBILE : LINE_TEXT;
}

static void split_lines(struct reply *reply)
{
    for (size_t begin = 0; begin < reply->body.size;) {
        size_t end = text_find(reply->body, TEXT("\n"), begin);
        reply->lines =
            memory_grow(reply->lines, &reply->capacity, reply->count + 1, sizeof(*reply->lines));
        struct line *line = &reply->lines[reply->count++];
        *line = (struct line){.begin = begin, .end = end};
        line->kind = kind_of(text_slice(reply->body, begin, end), line);
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
        for (size_t k = i; k < reply->count && k < i + ATTRIBUTION_LINES; k++) {
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

/* How many lines from `first` on are the header of a message: at least three, one of which only
 * mail has. A line that is none may stand between two: a long subject goes on in it. */
static size_t header_lines(const struct reply *reply, size_t first)
{
    size_t count = 0, end = first;
    bool names_mail = false;
    for (size_t i = first; i < reply->count; i++) {
        const struct line *line = &reply->lines[i];
        if (line->kind == LINE_HEADER) {
            count++;
            names_mail = names_mail || line->names_mail;
            end = i + 1;
        } else if (i > end || (line->kind != LINE_BLANK && line->kind != LINE_TEXT)) {
            break;
        }
    }
    return count >= HEADER_LINES && names_mail ? end - first : 0;
}

static void drop(struct reply *reply, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        reply->lines[i].dropped = true;
}

/* Drops line `first` and all that follow, and the rule above it. */
static void drop_rest(struct reply *reply, size_t first)
{
    while (first > 0 && (reply->lines[first - 1].kind == LINE_BLANK ||
                         reply->lines[first - 1].kind == LINE_DELIMITER))
        first--;
    drop(reply, first, reply->count);
}

/* Lines of `kind` in [begin, end) that are still there. */
static size_t count_left(const struct reply *reply, enum line_kind kind, size_t begin, size_t end)
{
    size_t count = 0;
    for (size_t i = begin; i < end; i++)
        count += !reply->lines[i].dropped && reply->lines[i].kind == kind;
    return count;
}

static bool quote_follows(const struct reply *reply, size_t line)
{
    while (line < reply->count && reply->lines[line].kind == LINE_BLANK)
        line++;
    return line < reply->count && reply->lines[line].kind == LINE_QUOTE;
}

/* Drops the replies that the lines announce; true when the lines with ">" quote somebody known. */
static bool drop_replies(struct reply *reply)
{
    bool announced = false;
    for (size_t i = 0; i < reply->count;) {
        const struct line *line = &reply->lines[i];
        size_t size = line->kind == LINE_HEADER ? header_lines(reply, i) : 0;
        if (line->kind == LINE_ATTRIBUTION)
            while (i + size < reply->count && line[size].kind == LINE_ATTRIBUTION)
                size++;
        else if (line->kind == LINE_ORIGINAL || line->kind == LINE_FORWARD)
            size = 1;
        announced = announced || (line->announces && !line->dropped);
        if (size == 0 || line->dropped) {
            i++;
            continue;
        }
        bool quotes = line->kind == LINE_ATTRIBUTION && quote_follows(reply, i + size);
        announced = announced || quotes;
        if (!quotes && count_left(reply, LINE_TEXT, 0, i)) {
            drop_rest(reply, i);
            break;
        }
        drop(reply, i, i + size);
        i += size;
    }
    return announced;
}

static void drop_quotes(struct reply *reply, bool announced)
{
    if (announced) {
        for (size_t i = 0; i < reply->count; i++)
            if (reply->lines[i].kind == LINE_QUOTE)
                reply->lines[i].dropped = true;
        return;
    }
    if (!count_left(reply, LINE_TEXT, 0, reply->count))
        return;
    for (size_t i = reply->count; i-- > 0;) {
        struct line *line = &reply->lines[i];
        if (!line->dropped && line->kind != LINE_BLANK && line->kind != LINE_QUOTE)
            break;
        line->dropped = true;
    }
}

static void drop_signatures(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        struct line *line = &reply->lines[i];
        if (line->dropped)
            continue;
        if (line->kind == LINE_MOBILE)
            line->dropped = true;
        bool rule = line->kind == LINE_DELIMITER && line->end - line->begin >= 5 &&
                    text_starts_with(line_text(reply, i), TEXT("____"));
        if ((line->kind != LINE_SIGNATURE && !rule) || !count_left(reply, LINE_TEXT, 0, i))
            continue;
        size_t left = 0;
        for (size_t k = i + 1; k < reply->count; k++)
            left += !reply->lines[k].dropped && reply->lines[k].kind != LINE_BLANK;
        if (left <= (rule ? FOOTER_LINES : SIGNATURE_LINES))
            drop(reply, i, reply->count);
    }
    /* What is left of rules at the end parts nothing. */
    for (size_t i = reply->count; i-- > 0;) {
        struct line *line = &reply->lines[i];
        if (!line->dropped && line->kind != LINE_BLANK && line->kind != LINE_DELIMITER &&
            line->kind != LINE_SIGNATURE)
            break;
        line->dropped = true;
    }
}

/* The armour of a message signed in the text: its head, and the signature. */
static void drop_armour(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        struct text text = text_trim(line_text(reply, i));
        size_t end = i;
        if (text_equal(text, TEXT("-----BEGIN PGP SIGNED MESSAGE-----"))) {
            while (end < reply->count && reply->lines[end].kind != LINE_BLANK)
                end++;
        } else if (text_equal(text, TEXT("-----BEGIN PGP SIGNATURE-----"))) {
            while (end < reply->count && !text_equal(text_trim(line_text(reply, end)),
                                                     TEXT("-----END PGP SIGNATURE-----")))
                end++;
            end += end < reply->count;
        }
        drop(reply, i, end);
    }
}

static void drop_known(struct reply *reply, const struct html_span *known, size_t known_count)
{
    for (size_t i = 0, k = 0; i < reply->count && k < known_count;) {
        struct text text = line_text(reply, i), bare = strip(text, "");
        size_t begin = reply->lines[i].begin + (size_t)(bare.size ? bare.bytes - text.bytes : 0);
        if (known[k].end <= begin) {
            k++;
            continue;
        }
        if (known[k].begin <= begin && known[k].end >= begin + bare.size)
            reply->lines[i].dropped = true;
        i++;
    }
}

/* Joins what is left, and names what is not. */
static struct text collect(const struct reply *reply, struct arena *arena, struct text *trimmed)
{
    size_t first = 0, last = reply->count;
    while (first < last && (reply->lines[first].dropped || reply->lines[first].kind == LINE_BLANK))
        first++;
    while (last > first &&
           (reply->lines[last - 1].dropped || reply->lines[last - 1].kind == LINE_BLANK))
        last--;
    char *bytes = arena_alloc(arena, reply->body.size + 1, 1);
    size_t size = 0, kept_end = 0, gaps = 0;
    struct html_span *gap = memory_alloc(reply->count + 1, sizeof(*gap));
    for (size_t i = first; i < last; i++) {
        if (reply->lines[i].dropped)
            continue;
        size_t begin = reply->lines[i].begin;
        size_t end = i + 1 < last ? reply->lines[i + 1].begin : reply->lines[i].end;
        if (begin > kept_end)
            gap[gaps++] = (struct html_span){kept_end, begin};
        memcpy(bytes + size, reply->body.bytes + begin, end - begin);
        size += end - begin;
        kept_end = end;
    }
    if (kept_end < reply->body.size)
        gap[gaps++] = (struct html_span){kept_end, reply->body.size};
    enum { GAP_SIZE = 44 }; /* two numbers of 64 bits, "-" and "," */
    char *names = arena_alloc(arena, gaps + 1, GAP_SIZE);
    size_t names_size = 0;
    for (size_t i = 0; i < gaps; i++)
        names_size += (size_t)snprintf(names + names_size, GAP_SIZE, "%s%zu-%zu", i ? "," : "",
                                       gap[i].begin, gap[i].end);
    free(gap);
    *trimmed = (struct text){names, names_size};
    return (struct text){bytes, size};
}

struct text reply_trim(struct text body, const struct html_span *known, size_t known_count,
                       struct arena *arena, struct text *trimmed)
{
    struct reply reply = {.body = body};
    split_lines(&reply);
    join_attributions(&reply);
    drop_known(&reply, known, known_count);
    drop_armour(&reply);
    bool announced = drop_replies(&reply);
    drop_quotes(&reply, announced);
    drop_signatures(&reply);
    struct text text = collect(&reply, arena, trimmed);
    free(reply.lines);
    return text;
}

struct text reply_unflow(struct text body, bool delete_space, struct arena *arena)
{
    char *bytes = arena_alloc(arena, body.size + 1, 2); /* "> " may stand for ">" */
    size_t size = 0, last_depth = 0;
    bool flows = false; /* the last line goes on in the next one */
    for (size_t begin = 0; begin < body.size;) {
        size_t end = text_find(body, TEXT("\n"), begin), depth = 0;
        struct text line = text_slice(body, begin, end);
        while (depth < line.size && line.bytes[depth] == '>')
            depth++;
        struct text content = text_slice(line, depth, line.size);
        if (text_starts_with(content, TEXT(" ")))
            content = text_slice(content, 1, content.size); /* stuffed */
        bool signature = text_equal(content, TEXT("-- "));
        if (flows && depth == last_depth && !signature) {
            size -= delete_space; /* over the line end there is nothing, or the blank itself */
        } else {
            if (begin > 0)
                bytes[size++] = '\n';
            memcpy(bytes + size, line.bytes, depth);
            size += depth;
            if (depth)
                bytes[size++] = ' ';
        }
        memcpy(bytes + size, content.bytes, content.size);
        size += content.size;
        flows = content.size && content.bytes[content.size - 1] == ' ' && !signature;
        last_depth = depth;
        begin = end + 1;
    }
    return (struct text){bytes, size};
}

/* Cuts one "Re:", "Re[2]:" or "Fwd :" off the front. */
static bool cut_prefix(struct text *subject)
{
    for (const char *const *prefix = subject_prefixes; *prefix; prefix++) {
        struct text word = text_of(*prefix);
        if (!starts_with_fold(*subject, word))
            continue;
        size_t i = word.size;
        if (i < subject->size && (subject->bytes[i] == '[' || subject->bytes[i] == '(')) {
            i++;
            while (i < subject->size && subject->bytes[i] >= '0' && subject->bytes[i] <= '9')
                i++;
            if (i < subject->size && (subject->bytes[i] == ']' || subject->bytes[i] == ')'))
                i++;
        }
        while (i < subject->size && subject->bytes[i] == ' ')
            i++;
        struct text rest = text_slice(*subject, i, subject->size);
        size_t colon = text_starts_with(rest, TEXT(":"))              ? 1
                       : text_starts_with(rest, TEXT("\xEF\xBC\x9A")) ? 3
                                                                      : 0;
        if (colon) {
            *subject = text_trim(text_slice(rest, colon, rest.size));
            return true;
        }
    }
    return false;
}

struct text reply_subject(struct text subject)
{
    subject = text_trim(subject);
    for (;;) {
        struct text inner = text_slice(subject, 1, subject.size);
        if (cut_prefix(&subject))
            continue;
        if (text_starts_with(subject, TEXT("[")) && subject.bytes[subject.size - 1] == ']' &&
            cut_prefix(&inner)) {
            subject = text_slice(inner, 0, inner.size - 1);
            continue;
        }
        return subject;
    }
}
