/* prose.c - looks at the lines of a text: which continue the one before, which are quoted, blank,
 * marked up, or begin like a chat. Names and columns of a table count against all of these. */
#include "connectors/table/prose.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "connectors/columns/cell_tests.h"

enum {
    MIN_WRAP_WIDTH = 40, /* characters; mail programs wrap lines at 60 to 80 */
    MAX_WRAP_WIDTH = 130,
    MAX_GREETING_SIZE = 60,
    MAX_SENTENCE_LINES = 20 /* of texts in which commas are punctuation by chance in every line */
};

/* Counts of lines. */
struct line_signs {
    size_t lines;      /* that are not blank */
    size_t blanks;     /* between them */
    size_t followed;   /* directly followed by another line */
    size_t continued;  /* the next line begins in lower case, and this one ends in no sentence */
    size_t wrapped;    /* the first word of the next line would not have fitted */
    size_t quoted;     /* begin with > or | */
    size_t fields;     /* "Subject: ..." */
    size_t announcing; /* end with a colon: "On Monday, Ann wrote:" */
    size_t marked_up;  /* contain HTML tags */
    size_t chat_lines;
    size_t max_width; /* in characters */
    bool has_greeting;
};

static struct text take_line(struct text *rest)
{
    struct text line = {0};
    text_split(rest, '\n', &line);
    return text_trim(line);
}

static bool ends_sentence(struct text line)
{
    static const char *const ends[] = {".", "!", "?", ":", ";", "…", "。", "！", "？", ")", "\""};
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
        if (text_ends_with(line, text_of(ends[i])))
            return true;
    return false;
}

/* "Subject: broken lamp" */
static bool is_field(struct text line)
{
    size_t i = 0;
    while (i < line.size && (ascii_is_letter(line.bytes[i]) || line.bytes[i] == '-'))
        i++;
    return i > 1 && i + 1 < line.size && line.bytes[i] == ':' && line.bytes[i + 1] == ' ' &&
           line.bytes[0] < 'a';
}

static bool has_tags(struct text line)
{
    static const char *const tags[] = {"<br",   "<p>",   "<div", "</p>",     "<a href",
                                       "</div", "<span", "</td", "</script", "<li>"};
    if (!memchr(line.bytes, '<', line.size))
        return false;
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
        if (text_find(line, text_of(tags[i]), 0) < line.size)
            return true;
    return false;
}

/* "10:18 - Ann: ...", what follows the date in a line of a chat */
static bool begins_like_chat(struct text cell)
{
    size_t dash = text_find(cell, TEXT(" - "), 0);
    cell = text_trim(text_slice(cell, 0, dash < cell.size ? dash : 0));
    if (cell.size < 4 || cell.size > 16 || !ascii_is_digit(cell.bytes[0]))
        return false;
    size_t at = cell.bytes[1] == ':' || cell.bytes[1] == '.' ? 1 : 2;
    return (cell.bytes[at] == ':' || cell.bytes[at] == '.') && ascii_is_digit(cell.bytes[at + 1]);
}

static bool is_chat_line(struct text line)
{
    size_t comma = text_find(line, TEXT(","), 0);
    return comma < line.size && comma < 24 && cell_is_date(text_trim(text_slice(line, 0, comma))) &&
           begins_like_chat(text_trim(text_slice(line, comma + 1, line.size)));
}

static void note_line(struct line_signs *signs, struct text line)
{
    size_t width = utf8_count_code_points(line);
    signs->lines++;
    signs->max_width = width > signs->max_width ? width : signs->max_width;
    signs->quoted += line.bytes[0] == '>' || text_starts_with(line, TEXT("| "));
    signs->fields += is_field(line);
    signs->announcing += text_ends_with(line, TEXT(":"));
    signs->marked_up += has_tags(line);
    signs->chat_lines += is_chat_line(line);
}

/* Compares a line with the one that directly follows. */
static void note_pair(struct line_signs *signs, struct text line, struct text next)
{
    size_t width = utf8_count_code_points(line), blank = text_find(next, TEXT(" "), 0);
    bool is_long = width * 5 >= signs->max_width * 3;
    signs->followed++;
    signs->wrapped +=
        width + 1 + utf8_count_code_points(text_slice(next, 0, blank)) > signs->max_width - 2;
    signs->continued +=
        is_long && !ends_sentence(line) && next.bytes[0] >= 'a' && next.bytes[0] <= 'z';
}

static struct line_signs find_signs(struct text head)
{
    struct line_signs signs = {0};
    for (struct text rest = head; rest.size > 0;) {
        struct text line = take_line(&rest);
        if (line.size == 0)
            continue;
        if (signs.lines == 0 && line.size <= MAX_GREETING_SIZE)
            signs.has_greeting = text_ends_with(line, TEXT(","));
        note_line(&signs, line);
    }
    struct text last = {0};
    size_t blanks = 0;
    for (struct text rest = head; rest.size > 0;) {
        struct text line = take_line(&rest);
        if (line.size > 0 && last.size > 0)
            note_pair(&signs, last, line);
        blanks = line.size > 0 ? 0 : blanks + 1;
        signs.blanks += blanks == 1 && signs.lines > 0 && rest.size > 0;
        last = line;
    }
    return signs;
}

/* Whether most cells of a column are numbers or dates. Between blanks, any text has some. */
static bool has_typed_column(const struct table_layout *layout)
{
    const struct samples *samples = &layout->samples;
    size_t min_typed = layout->dialect.delimiter != ' ' ? 1 : layout->has_known_names ? 2 : 3;
    for (size_t column = 0; column < samples->count; column++) {
        size_t typed = 0, filled = 0;
        for (size_t row = 0; row < samples->rows && row < 100; row++) {
            struct text cell = text_trim(samples_cell(samples, row, column));
            filled += cell.size > 0;
            typed += cell_is_number(cell) || cell_is_date(cell);
        }
        if (filled * 2 >= samples->rows && typed >= min_typed && typed * 5 >= filled * 4)
            return true;
    }
    return false;
}

/* Whether nearly every delimiter has a blank after it, as in sentences, or is a blank itself. */
static bool has_sentence_delimiters(struct text head, struct dialect dialect)
{
    size_t delimiters = 0, with_blank = 0;
    bool is_quoted = false;
    for (size_t i = 0; i + 1 < head.size; i++) {
        is_quoted ^= dialect.quote && head.bytes[i] == dialect.quote;
        if (is_quoted || head.bytes[i] != dialect.delimiter || strchr("\r\n", head.bytes[i + 1]))
            continue;
        delimiters++;
        with_blank += head.bytes[i + 1] == ' ';
    }
    return dialect.delimiter == ' ' || with_blank * 10 >= delimiters * 9;
}

static bool is_wrapped(const struct line_signs *signs)
{
    bool can_be = signs->max_width >= MIN_WRAP_WIDTH && signs->max_width <= MAX_WRAP_WIDTH;
    return can_be && ((signs->followed >= 3 && signs->wrapped * 5 >= signs->followed * 3) ||
                      (signs->continued > 0 && signs->continued * 2 >= signs->followed));
}

/* Whether the blank lines of paragraphs are between the lines; a list of texts has hardly any. */
static bool has_paragraphs(const struct line_signs *signs, bool is_list)
{
    return signs->blanks * (is_list ? 20 : 4) > signs->lines;
}

/* What a text whose columns are a list, or may be parts of sentences, is instead. */
static const char *describe_sentences(const struct line_signs *signs, bool is_list)
{
    if (is_list && signs->lines == 1)
        return "one line of plain text, not a table";
    if (is_wrapped(signs))
        return "plain text whose lines continue each other, not a table";
    if (has_paragraphs(signs, is_list))
        return "plain text in paragraphs, not a table";
    if (signs->has_greeting && signs->lines < MAX_SENTENCE_LINES)
        return "a letter, not a table";
    return !is_list && signs->lines < MAX_SENTENCE_LINES && signs->max_width >= MIN_WRAP_WIDTH
               ? "plain text with commas, not a table"
               : NULL;
}

const char *prose_recognize(struct text head, const struct table_layout *layout)
{
    /* Any text has words like "message" between its blanks. */
    if (layout->has_known_names && (layout->dialect.delimiter != ' ' || has_typed_column(layout)))
        return NULL;
    struct line_signs signs = find_signs(head);
    bool is_list = layout->count == 1;
    if (signs.chat_lines > 1 && signs.chat_lines * 2 >= signs.lines)
        return "a chat, not a table";
    if (signs.marked_up * 2 > signs.lines)
        return "part of an HTML page, not a table; export the data as CSV or xlsx";
    if (signs.quoted * 3 >= signs.lines && signs.quoted > 0)
        return "plain text with quoted lines, not a table";
    if (!is_list && !has_sentence_delimiters(head, layout->dialect))
        return NULL;
    if ((signs.fields > 1 && signs.fields * 2 >= signs.lines) ||
        (signs.announcing > 1 && signs.announcing * 2 >= signs.lines))
        return "lines with fields of a mail, not a table";
    return !is_list && has_typed_column(layout) ? NULL : describe_sentences(&signs, is_list);
}
