/* reply.c - classifies the lines (reply_lines.h), then drops those that the sender did not write.
 */
#include "connectors/mail/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "connectors/mail/reply_lines.h"

enum {
    MAX_SIGNATURE_LINES = 15, /* after "-- " */
    MAX_FOOTER_LINES = 6,     /* of a mailing list, after "_____" */
    MIN_HEADER_LINES = 3,     /* of a quoted message */
};

static const char *const subject_prefixes[] = {
#define ROW(language, prefix) prefix,
#include "connectors/mail/data/subject_prefixes.inc"
#undef ROW
};

/* The number of lines from `first` on that are the header of a message: at least MIN_HEADER_LINES
 * header lines, at least one of them mail-only. One other line may follow a header line: the rest
 * of a long subject. */
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
        reply->lines[i].is_dropped = true;
}

/* Drops line `first`, all lines after it, and the rule before it. */
static void drop_rest(struct reply *reply, size_t first)
{
    while (first > 0 && (reply->lines[first - 1].kind == LINE_BLANK ||
                         reply->lines[first - 1].kind == LINE_DELIMITER))
        first--;
    drop_lines(reply, first, reply->count);
}

/* The number of lines of `kind` in [begin, end) that are not dropped. */
static size_t count_remaining_lines(const struct reply *reply, enum line_kind kind, size_t begin,
                                    size_t end)
{
    size_t count = 0;
    for (size_t i = begin; i < end; i++)
        count += !reply->lines[i].is_dropped && reply->lines[i].kind == kind;
    return count;
}

static bool is_before_quote(const struct reply *reply, size_t line)
{
    while (line < reply->count && reply->lines[line].kind == LINE_BLANK)
        line++;
    return line < reply->count && reply->lines[line].kind == LINE_QUOTE;
}

/* Drops announced replies. Returns whether a line names the author of the lines with ">". */
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
        is_quote_announced = is_quote_announced || (line->announces_quote && !line->is_dropped);
        if (size == 0 || line->is_dropped) {
            i++;
            continue;
        }
        bool announces_quote = line->kind == LINE_ATTRIBUTION && is_before_quote(reply, i + size);
        is_quote_announced = is_quote_announced || announces_quote;
        if (!announces_quote && count_remaining_lines(reply, LINE_TEXT, 0, i)) {
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
                reply->lines[i].is_dropped = true;
        return;
    }
    if (!count_remaining_lines(reply, LINE_TEXT, 0, reply->count))
        return;
    for (size_t i = reply->count; i-- > 0;) {
        struct reply_line_info *line = &reply->lines[i];
        if (!line->is_dropped && line->kind != LINE_BLANK && line->kind != LINE_QUOTE)
            break;
        line->is_dropped = true;
    }
}

static void drop_signatures(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        struct reply_line_info *line = &reply->lines[i];
        if (line->is_dropped)
            continue;
        if (line->kind == LINE_MOBILE_SIGNATURE)
            line->is_dropped = true;
        bool is_rule = line->kind == LINE_DELIMITER && line->end - line->begin >= 5 &&
                       text_starts_with(reply_line(reply, i), TEXT("____"));
        if ((line->kind != LINE_SIGNATURE && !is_rule) ||
            !count_remaining_lines(reply, LINE_TEXT, 0, i))
            continue;
        size_t left = 0;
        for (size_t k = i + 1; k < reply->count; k++)
            left += !reply->lines[k].is_dropped && reply->lines[k].kind != LINE_BLANK;
        if (left <= (is_rule ? MAX_FOOTER_LINES : MAX_SIGNATURE_LINES))
            drop_lines(reply, i, reply->count);
    }
    /* Rules at the end separate nothing. */
    for (size_t i = reply->count; i-- > 0;) {
        struct reply_line_info *line = &reply->lines[i];
        if (!line->is_dropped && line->kind != LINE_BLANK && line->kind != LINE_DELIMITER &&
            line->kind != LINE_SIGNATURE)
            break;
        line->is_dropped = true;
    }
}

/* Drops the header and the signature of a message with an inline PGP signature. */
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
            reply->lines[i].is_dropped = true;
        i++;
    }
}

/* Joins the lines that are not dropped and lists the removed ranges. */
static struct text join_kept_lines(const struct reply *reply, struct arena *arena,
                                   struct text *removed_text_ranges)
{
    size_t first = 0, last = reply->count;
    while (first < last &&
           (reply->lines[first].is_dropped || reply->lines[first].kind == LINE_BLANK))
        first++;
    while (last > first &&
           (reply->lines[last - 1].is_dropped || reply->lines[last - 1].kind == LINE_BLANK))
        last--;
    char *bytes = arena_alloc(arena, reply->body.size + 1, 1);
    size_t size = 0, kept_end = 0, removed_count = 0;
    struct html_span *removed_ranges = memory_alloc(reply->count + 1, sizeof(*removed_ranges));
    for (size_t i = first; i < last; i++) {
        if (reply->lines[i].is_dropped)
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
    char *bytes = arena_alloc(arena, body.size + 1, 2); /* ">" may become "> " */
    size_t size = 0, last_depth = 0;
    bool flows_into_next = false; /* the next line continues the last one */
    for (size_t begin = 0; begin < body.size;) {
        size_t end = text_find(body, TEXT("\n"), begin), depth = 0;
        struct text line = text_slice(body, begin, end);
        while (depth < line.size && line.bytes[depth] == '>')
            depth++;
        struct text content = text_slice(line, depth, line.size);
        if (text_starts_with(content, TEXT(" ")))
            content = text_slice(content, 1, content.size); /* space-stuffing */
        bool signature = text_equal(content, TEXT("-- "));
        if (flows_into_next && depth == last_depth && !signature) {
            size -= delete_space; /* the blank is kept unless delsp=yes */
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

/* Removes one "Re:", "Re[2]:" or "Fwd :" from the front. */
static bool strip_reply_prefix(struct text *subject)
{
    for (size_t k = 0; k < sizeof(subject_prefixes) / sizeof(*subject_prefixes); k++) {
        struct text word = text_of(subject_prefixes[k]);
        if (!text_starts_with_ignore_case(*subject, word))
            continue;
        size_t i = word.size;
        if (i < subject->size && (subject->bytes[i] == '[' || subject->bytes[i] == '(')) {
            i++;
            while (i < subject->size && ascii_is_digit(subject->bytes[i]))
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
