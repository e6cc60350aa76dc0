/* chat_lines.c - splits lines by their form; the words of each language are in data/notices.tsv. */
#include "connectors/chat/chat_lines.h"

#include <string.h>

#include "base/ascii.h"

enum {
    MAX_TIME_SIZE = 64, /* bytes of date and time */
    MAX_AUTHOR_SIZE = 120,
    MAX_DAY_SIZE = 120
};

enum notice_kind { NOTICE_MEDIA, NOTICE_ATTACHED, NOTICE_EDITED, NOTICE_SYSTEM };

static const struct {
    const char *text;
    enum notice_kind kind;
} notices[] = {
#define ROW(language, notice, kind) {notice, kind},
#include "connectors/chat/data/notices.inc"
#undef ROW
};

enum { NOTICE_COUNT = sizeof(notices) / sizeof(*notices) };

#define LEFT_TO_RIGHT_MARK "\xE2\x80\x8E"

/* Marks of the direction of writing (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) and the
 * byte order mark: three bytes each. */
static bool is_invisible_mark(struct text text)
{
    if (text.size < 3)
        return false;
    unsigned char first = (unsigned char)text.bytes[0], second = (unsigned char)text.bytes[1],
                  third = (unsigned char)text.bytes[2];
    return (first == 0xE2 && second == 0x80 &&
            (third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE))) ||
           (first == 0xE2 && second == 0x81 && third >= 0xA6 && third <= 0xA9) ||
           (first == 0xEF && second == 0xBB && third == 0xBF);
}

static struct text skip_marks(struct text text)
{
    while (is_invisible_mark(text))
        text = text_slice(text, 3, text.size);
    return text;
}

/* The size of a no-break space (U+00A0, U+202F) at the front; 0 if there is none. */
static size_t measure_no_break_space(struct text text)
{
    return text_starts_with(text, TEXT("\xE2\x80\xAF")) ? 3
           : text_starts_with(text, TEXT("\xC2\xA0"))   ? 2
                                                        : 0;
}

/* Copies without marks and with plain spaces. Returns the size. */
static size_t copy_visible(struct text text, char *to)
{
    size_t size = 0;
    for (size_t at = 0; at < text.size;) {
        struct text rest = text_slice(text, at, text.size);
        size_t space = measure_no_break_space(rest);
        if (is_invisible_mark(rest)) {
            at += 3;
            continue;
        }
        to[size++] = space ? ' ' : text.bytes[at];
        at += space ? space : 1;
    }
    return size;
}

static bool is_digit_at(struct text text, size_t at)
{
    return at < text.size && ascii_is_digit(text.bytes[at]);
}

/* The last blank before a digit: that before the time of day; text.size if there is none. */
static size_t find_time_of_day(struct text text)
{
    size_t found = text.size;
    for (size_t i = 0; i + 1 < text.size; i++)
        if (text.bytes[i] == ' ' && is_digit_at(text, i + 1))
            found = i;
    return found;
}

/* "10.17" becomes "10:17", "10:17 p. m." becomes "10:17 p.m.". Works in place; returns the size. */
static size_t simplify_time_of_day(char *bytes, size_t size)
{
    struct text text = {bytes, size};
    size_t begin = find_time_of_day(text), kept = 0;
    bool has_colon = text_find(text, TEXT(":"), 0) < size;
    for (size_t i = 0; i < size; i++) {
        bool is_point = bytes[i] == '.' && i > begin && !has_colon && is_digit_at(text, i - 1) &&
                        is_digit_at(text, i + 1);
        bool is_in_half = bytes[i] == ' ' && kept > 0 && bytes[kept - 1] == '.' && i + 1 < size &&
                          ascii_to_lower(bytes[i + 1]) == 'm';
        if (!is_in_half)
            bytes[kept++] = is_point ? ':' : bytes[i];
    }
    return kept;
}

static bool is_date(struct text text)
{
    int64_t seconds;
    return date_parse(text, DATE_ORDER_DMY, 0, &seconds) ||
           date_parse(text, DATE_ORDER_MDY, 0, &seconds);
}

/* Removes the word between date and time, as in "12/03/2026 at 10:17". Works in place; returns the
 * size. */
static size_t remove_word(char *bytes, size_t size)
{
    size_t end = find_time_of_day((struct text){bytes, size}), begin = end;
    while (begin > 0 && begin <= size && !ascii_is_digit(bytes[begin - 1]))
        begin--;
    if (begin == end || begin == 0 || end == size)
        return size;
    memmove(bytes + begin, bytes + end, size - end);
    return size - (end - begin);
}

/* The simple form of a time, written to `bytes`, which have room for it. */
static struct text simplify_time(struct text time, char *bytes)
{
    size_t size = simplify_time_of_day(bytes, copy_visible(time, bytes));
    if (!is_date((struct text){bytes, size}))
        size = remove_word(bytes, size);
    return text_trim((struct text){bytes, size});
}

struct text chat_time_normalize(struct text time, struct arena *arena)
{
    return simplify_time(time, arena_alloc(arena, time.size + 1, 1));
}

/* Whether the text is a date with a time of day. */
static bool is_time(struct text time)
{
    char bytes[MAX_TIME_SIZE];
    time = text_trim(time);
    if (time.size < 10 || time.size > sizeof(bytes) || !ascii_is_digit(time.bytes[0]))
        return false;
    struct text simple = simplify_time(time, bytes);
    return text_find(simple, TEXT(":"), 0) < simple.size && is_date(simple);
}

/* "2:31 PM", "오후 2:31" */
static bool is_time_of_day(struct text time)
{
    size_t colon = text_find(time, TEXT(":"), 0);
    return time.size <= MAX_TIME_SIZE / 2 && colon > 0 && is_digit_at(time, colon - 1) &&
           is_digit_at(time, colon + 1) && is_digit_at(time, colon + 2);
}

/* Splits "Ann: text"; a line without an author is an event, and so is one with quotes in what
 * precedes the colon: Ann called the group "Shop: help". */
static void split_author(struct text rest, struct chat_line *line)
{
    size_t colon = text_find(rest, TEXT(": "), 0);
    if (colon == rest.size && rest.size > 0 && rest.bytes[rest.size - 1] == ':')
        colon = rest.size - 1;
    struct text author = text_trim(text_slice(rest, 0, colon));
    bool is_quoted = text_find(author, TEXT("\""), 0) < author.size ||
                     text_find(author, TEXT("\xE2\x80\x9C"), 0) < author.size;
    line->kind =
        colon < rest.size && author.size > 0 && author.size <= MAX_AUTHOR_SIZE && !is_quoted
            ? CHAT_MESSAGE
            : CHAT_SYSTEM;
    line->author = author;
    line->text = text_slice(rest, colon + 1, rest.size);
}

static bool parse_dash_line(struct text text, struct chat_line *line)
{
    struct text front = text_slice(text, 0, MAX_TIME_SIZE);
    size_t dash = text_find(front, TEXT(" - "), 0);
    if (dash == front.size || !is_time(text_slice(text, 0, dash)))
        return false;
    line->time = text_slice(text, 0, dash);
    split_author(text_slice(text, dash + 3, text.size), line);
    return true;
}

static bool parse_bracket_line(struct text text, struct chat_line *line)
{
    size_t close = text_find(text_slice(text, 0, MAX_TIME_SIZE), TEXT("]"), 0);
    if (text.size < 2 || text.bytes[0] != '[' || close >= text.size || text.bytes[close] != ']' ||
        !is_time(text_slice(text, 1, close)))
        return false;
    line->time = text_slice(text, 1, close);
    split_author(text_trim(text_slice(text, close + 1, text.size)), line);
    return true;
}

/* An event has no author. */
static bool parse_comma_line(struct text text, struct chat_line *line)
{
    struct text front = text_slice(text, 0, MAX_TIME_SIZE);
    int64_t seconds;
    for (size_t comma = text_find(front, TEXT(", "), 0); comma < front.size;
         comma = text_find(front, TEXT(", "), comma + 1)) {
        if (!is_time(text_slice(text, 0, comma)))
            continue;
        struct text rest = text_slice(text, comma + 2, text.size);
        size_t colon = text_find(rest, TEXT(" : "), 0);
        line->time = text_slice(text, 0, comma);
        line->kind =
            colon > 0 && colon <= MAX_AUTHOR_SIZE && colon < rest.size ? CHAT_MESSAGE : CHAT_SYSTEM;
        line->author = text_trim(text_slice(rest, 0, colon));
        line->text = text_slice(rest, colon + 3, rest.size);
        return true;
    }
    if (text.size > MAX_TIME_SIZE || !date_parse(text_trim(text), DATE_ORDER_YMD, 0, &seconds) ||
        !is_digit_at(text, 3))
        return false;
    *line = (struct chat_line){.kind = CHAT_DAY, .time = text_trim(text)};
    return true;
}

/* "--------------- 2026년 3월 12일 목요일 ---------------" */
static bool parse_day_line(struct text text, struct chat_line *line)
{
    int64_t seconds;
    if (text.size > MAX_DAY_SIZE || !text_starts_with(text, TEXT("---")) ||
        !text_ends_with(text, TEXT("---")))
        return false;
    while (text.size > 0 && text.bytes[0] == '-')
        text = text_slice(text, 1, text.size);
    while (text.size > 0 && text.bytes[text.size - 1] == '-')
        text.size--;
    *line = (struct chat_line){.kind = CHAT_DAY, .time = text_trim(text)};
    return date_parse(line->time, DATE_ORDER_YMD, 0, &seconds);
}

static bool parse_time_line(struct text text, struct chat_line *line)
{
    size_t close = text_find(text, TEXT("] ["), 0);
    if (parse_day_line(text, line))
        return true;
    if (text.size == 0 || text.bytes[0] != '[' || close > MAX_AUTHOR_SIZE || close >= text.size)
        return false;
    struct text rest = text_slice(text, close + 3, text.size);
    size_t time_end = text_find(rest, TEXT("]"), 0);
    *line = (struct chat_line){.kind = CHAT_MESSAGE,
                               .time = text_slice(rest, 0, time_end),
                               .author = text_slice(text, 1, close),
                               .text = text_slice(rest, time_end + 1, rest.size)};
    return time_end < rest.size && is_time_of_day(line->time);
}

/* "2026/03/12(木)", "2026.03.12 Thursday", "Thu, 12/03/2026" */
static bool parse_plain_day(struct text text, struct chat_line *line)
{
    int64_t seconds;
    size_t size = 0;
    while (size < text.size && strchr("0123456789./-", text.bytes[size]))
        size++;
    if (text.size > MAX_TIME_SIZE || text_find(text, TEXT(":"), 0) < text.size)
        return false;
    *line = (struct chat_line){.kind = CHAT_DAY, .time = text_slice(text, 0, size)};
    if (size == 0)
        line->time = text;
    return date_parse(line->time, DATE_ORDER_DMY, 0, &seconds) ||
           date_parse(line->time, DATE_ORDER_MDY, 0, &seconds);
}

/* An event has no third column. */
static bool parse_tab_line(struct text text, struct chat_line *line)
{
    size_t author = text_find(text, TEXT("\t"), 0);
    if (author == text.size)
        return parse_plain_day(text, line);
    size_t message = text_find(text, TEXT("\t"), author + 1);
    *line = (struct chat_line){.kind = message < text.size ? CHAT_MESSAGE : CHAT_SYSTEM,
                               .time = text_slice(text, 0, author),
                               .author = text_trim(text_slice(text, author + 1, message)),
                               .text = text_slice(text, message + 1, text.size)};
    return is_time_of_day(line->time) && line->author.size > 0;
}

static bool has_notice_at_end(struct text text, enum notice_kind kind)
{
    for (size_t i = 0; i < NOTICE_COUNT; i++)
        if (notices[i].kind == kind && text_ends_with(text, text_of(notices[i].text)))
            return true;
    return false;
}

struct chat_line chat_line_parse(struct text text, enum chat_form form)
{
    struct chat_line line = {0};
    text = skip_marks(text);
    bool is_start = form == CHAT_FORM_DASH      ? parse_dash_line(text, &line)
                    : form == CHAT_FORM_BRACKET ? parse_bracket_line(text, &line)
                    : form == CHAT_FORM_COMMA   ? parse_comma_line(text, &line)
                    : form == CHAT_FORM_TIME    ? parse_time_line(text, &line)
                    : form == CHAT_FORM_TAB     ? parse_tab_line(text, &line)
                                                : false;
    if (is_start)
        return line;
    bool is_event = (form == CHAT_FORM_TIME || form == CHAT_FORM_COMMA) &&
                    text.size <= MAX_DAY_SIZE && has_notice_at_end(text, NOTICE_SYSTEM);
    return (struct chat_line){.kind = is_event ? CHAT_SYSTEM : CHAT_CONTINUATION, .text = text};
}

enum chat_form chat_form_detect(struct text head)
{
    struct text line;
    while (text_split(&head, '\n', &line))
        for (int form = CHAT_FORM_DASH; form <= CHAT_FORM_TAB; form++)
            if (chat_line_parse(text_trim(line), (enum chat_form)form).kind == CHAT_MESSAGE)
                return (enum chat_form)form;
    return CHAT_FORM_NONE;
}

struct text chat_author_normalize(struct text author, struct arena *arena)
{
    char *bytes = arena_alloc(arena, author.size + 1, 1);
    struct text visible = text_trim((struct text){bytes, copy_visible(author, bytes)});
    if (visible.size > 1 && visible.bytes[0] == '~')
        visible = text_trim(text_slice(visible, 1, visible.size));
    return visible;
}

/* Removes a notice from the end. */
static struct text remove_notice_at_end(struct text text, enum notice_kind kind)
{
    for (size_t i = 0; i < NOTICE_COUNT; i++)
        if (notices[i].kind == kind && text_ends_with(text, text_of(notices[i].text)))
            return text_trim(text_slice(text, 0, text.size - strlen(notices[i].text)));
    return text;
}

/* A notice in the export's language, or any in angle brackets. */
static bool is_media_notice(struct text text)
{
    bool is_bracketed = text.size > 2 && text.size <= MAX_TIME_SIZE && text.bytes[0] == '<' &&
                        text_find(text, TEXT(">"), 0) == text.size - 1;
    for (size_t i = 0; !is_bracketed && i < NOTICE_COUNT; i++)
        if (notices[i].kind == NOTICE_MEDIA &&
            text_equal_ignore_case(text, text_of(notices[i].text)))
            return true;
    return is_bracketed;
}

struct text chat_message_clean(struct text message, bool *is_event)
{
    struct text text = text_trim(message), mark = TEXT(LEFT_TO_RIGHT_MARK);
    bool is_marked = text_starts_with(text, mark);
    text = text_trim(skip_marks(text));
    /* iOS marks its notices, which end a message or are all of it. */
    bool is_attachment = is_marked && text_starts_with(text, TEXT("<"));
    text = text_trim(text_slice(text, 0, text_find(text, TEXT(LEFT_TO_RIGHT_MARK "<"), 0)));
    /* LINE puts quotes around a message of several lines. */
    if (text_starts_with(text, TEXT("\"")) && text_ends_with(text, TEXT("\"")) &&
        text_find(text, TEXT("\n"), 0) < text.size)
        text = text_trim(text_slice(text, 1, text.size - 1));
    text = remove_notice_at_end(text, NOTICE_EDITED);
    size_t line = text_find(text, TEXT("\n"), 0);
    if (has_notice_at_end(text_trim(text_slice(text, 0, line)), NOTICE_ATTACHED))
        text = text_trim(text_slice(text, line, text.size));
    bool is_media = is_media_notice(text);
    *is_event = is_marked && !is_media && !is_attachment && text.size > 0;
    return is_media || is_attachment ? (struct text){0} : text;
}
