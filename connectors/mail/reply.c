/* reply.c - the lines are told apart (reply_lines.h), then parts of the mail are dropped. */
#include "connectors/mail/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/mail/reply_lines.h"
#include "connectors/mail/reply_words.h"

enum {
    MAX_SIGNATURE_LINES = 15, /* more behind "-- " is not a signature */
    MAX_FOOTER_LINES = 6,     /* more behind "_____" is not a list's footer */
    MIN_HEADER_LINES = 3,     /* fewer are not the header of a quoted message */
};

/* How many lines from `first` on are the header of a message: at least three, one of which only
 * mail has. A line that is none may stand between two: a long subject goes on in it. */
static size_t count_header_lines(const struct reply *reply, size_t first)
{
    size_t count = 0, end = first;
    bool is_mail_only = false;
    for (size_t i = first; i < reply->count; i++) {
        const struct reply_line_info *line = &reply->lines[i];
        if (line->kind == LINE_HEADER) {
            count++;
            is_mail_only = is_mail_only || line->is_mail_only;
            end = i + 1;
        } else if (i > end || (line->kind != LINE_BLANK && line->kind != LINE_TEXT)) {
            break;
        }
    }
    return count >= MIN_HEADER_LINES && is_mail_only ? end - first : 0;
}

static void drop_lines(struct reply *reply, size_t begin, size_t end)
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
    drop_lines(reply, first, reply->count);
}

/* Lines of `kind` in [begin, end) that are still there. */
static size_t count_remaining_lines(const struct reply *reply, enum line_kind kind, size_t begin,
                                    size_t end)
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
    bool is_quote_announced = false;
    for (size_t i = 0; i < reply->count;) {
        const struct reply_line_info *line = &reply->lines[i];
        size_t size = line->kind == LINE_HEADER ? count_header_lines(reply, i) : 0;
        if (line->kind == LINE_ATTRIBUTION)
            while (i + size < reply->count && line[size].kind == LINE_ATTRIBUTION)
                size++;
        else if (line->kind == LINE_ORIGINAL_BANNER || line->kind == LINE_FORWARD_BANNER)
            size = 1;
        is_quote_announced = is_quote_announced || (line->announces_quote && !line->dropped);
        if (size == 0 || line->dropped) {
            i++;
            continue;
        }
        bool quotes = line->kind == LINE_ATTRIBUTION && quote_follows(reply, i + size);
        is_quote_announced = is_quote_announced || quotes;
        if (!quotes && count_remaining_lines(reply, LINE_TEXT, 0, i)) {
            drop_rest(reply, i);
            break;
        }
        drop_lines(reply, i, i + size);
        i += size;
    }
    return is_quote_announced;
}

static void drop_quotes(struct reply *reply, bool is_quote_announced)
{
    if (is_quote_announced) {
        for (size_t i = 0; i < reply->count; i++)
            if (reply->lines[i].kind == LINE_QUOTE)
                reply->lines[i].dropped = true;
        return;
    }
    if (!count_remaining_lines(reply, LINE_TEXT, 0, reply->count))
        return;
    for (size_t i = reply->count; i-- > 0;) {
        struct reply_line_info *line = &reply->lines[i];
        if (!line->dropped && line->kind != LINE_BLANK && line->kind != LINE_QUOTE)
            break;
        line->dropped = true;
    }
}

static void drop_signatures(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        struct reply_line_info *line = &reply->lines[i];
        if (line->dropped)
            continue;
        if (line->kind == LINE_MOBILE_SIGNATURE)
            line->dropped = true;
        bool is_rule = line->kind == LINE_DELIMITER && line->end - line->begin >= 5 &&
                       text_starts_with(reply_line(reply, i), TEXT("____"));
        if ((line->kind != LINE_SIGNATURE && !is_rule) ||
            !count_remaining_lines(reply, LINE_TEXT, 0, i))
            continue;
        size_t left = 0;
        for (size_t k = i + 1; k < reply->count; k++)
            left += !reply->lines[k].dropped && reply->lines[k].kind != LINE_BLANK;
        if (left <= (is_rule ? MAX_FOOTER_LINES : MAX_SIGNATURE_LINES))
            drop_lines(reply, i, reply->count);
    }
    /* What is left of rules at the end parts nothing. */
    for (size_t i = reply->count; i-- > 0;) {
        struct reply_line_info *line = &reply->lines[i];
        if (!line->dropped && line->kind != LINE_BLANK && line->kind != LINE_DELIMITER &&
            line->kind != LINE_SIGNATURE)
            break;
        line->dropped = true;
    }
}

/* The armour of a message signed in the text: its head, and the signature. */
static void drop_pgp_armour(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        struct text text = text_trim(reply_line(reply, i));
        size_t end = i;
        if (text_equal(text, TEXT("-----BEGIN PGP SIGNED MESSAGE-----"))) {
            while (end < reply->count && reply->lines[end].kind != LINE_BLANK)
                end++;
        } else if (text_equal(text, TEXT("-----BEGIN PGP SIGNATURE-----"))) {
            while (end < reply->count && !text_equal(text_trim(reply_line(reply, end)),
                                                     TEXT("-----END PGP SIGNATURE-----")))
                end++;
            end += end < reply->count;
        }
        drop_lines(reply, i, end);
    }
}

static void drop_known_quotes(struct reply *reply, const struct html_span *known_quotes,
                              size_t known_quote_count)
{
    for (size_t i = 0, k = 0; i < reply->count && k < known_quote_count;) {
        struct text text = reply_line(reply, i), stripped = reply_strip(text, "");
        size_t begin =
            reply->lines[i].begin + (size_t)(stripped.size ? stripped.bytes - text.bytes : 0);
        if (known_quotes[k].end <= begin) {
            k++;
            continue;
        }
        if (known_quotes[k].begin <= begin && known_quotes[k].end >= begin + stripped.size)
            reply->lines[i].dropped = true;
        i++;
    }
}

/* Joins what is left, and names what is not. */
static struct text join_kept_lines(const struct reply *reply, struct arena *arena,
                                   struct text *removed_text_ranges)
{
    size_t first = 0, last = reply->count;
    while (first < last && (reply->lines[first].dropped || reply->lines[first].kind == LINE_BLANK))
        first++;
    while (last > first &&
           (reply->lines[last - 1].dropped || reply->lines[last - 1].kind == LINE_BLANK))
        last--;
    char *bytes = arena_alloc(arena, reply->body.size + 1, 1);
    size_t size = 0, kept_end = 0, removed_count = 0;
    struct html_span *removed_ranges = memory_alloc(reply->count + 1, sizeof(*removed_ranges));
    for (size_t i = first; i < last; i++) {
        if (reply->lines[i].dropped)
            continue;
        size_t begin = reply->lines[i].begin;
        size_t end = i + 1 < last ? reply->lines[i + 1].begin : reply->lines[i].end;
        if (begin > kept_end)
            removed_ranges[removed_count++] = (struct html_span){kept_end, begin};
        memcpy(bytes + size, reply->body.bytes + begin, end - begin);
        size += end - begin;
        kept_end = end;
    }
    if (kept_end < reply->body.size)
        removed_ranges[removed_count++] = (struct html_span){kept_end, reply->body.size};
    enum { MAX_RANGE_SIZE = 44 }; /* two numbers of 64 bits, "-" and "," */
    char *names = arena_alloc(arena, removed_count + 1, MAX_RANGE_SIZE);
    size_t names_size = 0;
    for (size_t i = 0; i < removed_count; i++)
        names_size +=
            (size_t)snprintf(names + names_size, MAX_RANGE_SIZE, "%s%zu-%zu", i ? "," : "",
                             removed_ranges[i].begin, removed_ranges[i].end);
    free(removed_ranges);
    *removed_text_ranges = (struct text){names, names_size};
    return (struct text){bytes, size};
}

struct text reply_trim(struct text body, const struct html_span *known_quotes,
                       size_t known_quote_count, struct arena *arena,
                       struct text *removed_text_ranges)
{
    struct reply reply = {.body = body};
    reply_split_lines(&reply);
    drop_known_quotes(&reply, known_quotes, known_quote_count);
    drop_pgp_armour(&reply);
    bool is_quote_announced = drop_replies(&reply);
    drop_quotes(&reply, is_quote_announced);
    drop_signatures(&reply);
    struct text text = join_kept_lines(&reply, arena, removed_text_ranges);
    reply_free(&reply);
    return text;
}

struct text reply_join_flowed_lines(struct text body, bool delete_space, struct arena *arena)
{
    char *bytes = arena_alloc(arena, body.size + 1, 2); /* "> " may stand for ">" */
    size_t size = 0, last_depth = 0;
    bool flows_into_next = false; /* the last line goes on in the next one */
    for (size_t begin = 0; begin < body.size;) {
        size_t end = text_find(body, TEXT("\n"), begin), depth = 0;
        struct text line = text_slice(body, begin, end);
        while (depth < line.size && line.bytes[depth] == '>')
            depth++;
        struct text content = text_slice(line, depth, line.size);
        if (text_starts_with(content, TEXT(" ")))
            content = text_slice(content, 1, content.size); /* stuffed */
        bool signature = text_equal(content, TEXT("-- "));
        if (flows_into_next && depth == last_depth && !signature) {
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
        flows_into_next = content.size && content.bytes[content.size - 1] == ' ' && !signature;
        last_depth = depth;
        begin = end + 1;
    }
    return (struct text){bytes, size};
}

/* Cuts one "Re:", "Re[2]:" or "Fwd :" off the front. */
static bool strip_reply_prefix(struct text *subject)
{
    for (const char *const *prefix = subject_prefixes; *prefix; prefix++) {
        struct text word = text_of(*prefix);
        if (!text_starts_with_ignore_case(*subject, word))
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

struct text reply_strip_subject_prefixes(struct text subject)
{
    subject = text_trim(subject);
    for (;;) {
        struct text inner = text_slice(subject, 1, subject.size);
        if (strip_reply_prefix(&subject))
            continue;
        if (text_starts_with(subject, TEXT("[")) && subject.bytes[subject.size - 1] == ']' &&
            strip_reply_prefix(&inner)) {
            subject = text_slice(inner, 0, inner.size - 1);
            continue;
        }
        return subject;
    }
}
