/* cleanup.c - removes markup and invisible characters, and recognizes translations and marks of
 * spreadsheets. */
#include "stages/text/cleanup.h"

#include <string.h>

#include "base/ascii.h"
#include "base/html.h"
#include "base/utf8.h"

/* ---- Markup ---- */

/* Elements found in feedback. Another word in angle brackets is text. */
static const char *const html_elements[] = {
    "a",      "abbr",   "article", "audio",  "b",      "big",    "blockquote", "body",
    "br",     "button", "center",  "cite",   "code",   "col",    "colgroup",   "dd",
    "del",    "div",    "dl",      "dt",     "em",     "figure", "figcaption", "font",
    "footer", "form",   "h1",      "h2",     "h3",     "h4",     "h5",         "h6",
    "head",   "header", "hr",      "html",   "i",      "iframe", "img",        "input",
    "ins",    "kbd",    "label",   "li",     "link",   "main",   "mark",       "meta",
    "nav",    "ol",     "p",       "pre",    "q",      "s",      "script",     "section",
    "small",  "source", "span",    "strike", "strong", "style",  "sub",        "sup",
    "svg",    "table",  "tbody",   "td",     "tfoot",  "th",     "thead",      "title",
    "tr",     "tt",     "u",       "ul",     "video",  "wbr",    "o:p",        NULL,
};

static const char *const html_entities[] = {
    "amp",    "lt",     "gt",     "quot",   "apos",   "nbsp",   "ndash",  "mdash",  "hellip",
    "lsquo",  "rsquo",  "ldquo",  "rdquo",  "bull",   "middot", "copy",   "reg",    "trade",
    "deg",    "euro",   "pound",  "yen",    "cent",   "laquo",  "raquo",  "auml",   "ouml",
    "uuml",   "Auml",   "Ouml",   "Uuml",   "szlig",  "eacute", "egrave", "ecirc",  "agrave",
    "acirc",  "ccedil", "ntilde", "iacute", "oacute", "uacute", "aacute", "iexcl",  "iquest",
    "frac12", "frac14", "frac34", "times",  "zwj",    "zwnj",   "shy",    "hearts", NULL,
};

enum { MAX_TAG_SIZE = 4096, MAX_ENTITY_SIZE = 12 };

/* The size of the complete tag of a known element, or of a comment's opening, at `at`, which is a
 * '<'; 0 if there is none. */
static size_t measure_tag(struct text text, size_t at)
{
    struct text rest = text_slice(text, at, at + MAX_TAG_SIZE);
    if (text_starts_with(rest, TEXT("<!--")))
        return 4;
    size_t name = rest.size > 1 && rest.bytes[1] == '/' ? 2 : 1, end = name;
    while (end < rest.size && (ascii_is_letter(rest.bytes[end]) ||
                               ascii_is_digit(rest.bytes[end]) || rest.bytes[end] == ':'))
        end++;
    if (!text_is_one_of_ignore_case(text_slice(rest, name, end), html_elements))
        return 0;
    size_t close = end;
    bool has_value = false;
    for (; close < rest.size && rest.bytes[close] != '>'; close++) {
        if (rest.bytes[close] == '<')
            return 0;
        has_value |= rest.bytes[close] == '=';
    }
    if (close == rest.size)
        return 0;
    /* "<b and c>" is not a tag: attributes must follow the name. */
    struct text inside = text_trim(text_slice(rest, end, close));
    bool is_bare = inside.size == 0 || text_equal(inside, TEXT("/"));
    return is_bare || has_value ? close + 1 : 0;
}

static bool is_entity(struct text text, size_t at)
{
    struct text rest = text_slice(text, at + 1, at + 1 + MAX_ENTITY_SIZE);
    size_t end = text_find(rest, TEXT(";"), 0);
    if (end == rest.size || end == 0)
        return false;
    struct text name = text_slice(rest, 0, end);
    if (name.bytes[0] != '#')
        return text_is_one_of_ignore_case(name, html_entities);
    bool is_hex = name.size > 1 && (name.bytes[1] == 'x' || name.bytes[1] == 'X');
    size_t digit = is_hex ? 2 : 1;
    if (digit == name.size)
        return false;
    for (; digit < name.size; digit++)
        if (is_hex ? ascii_hex_value(name.bytes[digit]) < 0 : !ascii_is_digit(name.bytes[digit]))
            return false;
    return true;
}

enum markup cleanup_detect_markup(struct text text)
{
    enum markup markup = MARKUP_NONE;
    for (size_t at = 0; at < text.size; at++) {
        if (text.bytes[at] == '<' && measure_tag(text, at) > 0)
            return MARKUP_TAGS;
        if (text.bytes[at] == '&' && is_entity(text, at))
            markup = MARKUP_ENTITIES;
    }
    return markup;
}

struct text_buffer {
    char *bytes;
    size_t size;
};

static void append_text(struct text_buffer *buffer, struct text text)
{
    memcpy(buffer->bytes + buffer->size, text.bytes, text.size);
    buffer->size += text.size;
}

/* Escapes each '<' that begins no tag, and line breaks outside HTML, so that the HTML parser keeps
 * them. */
static struct text escape_non_markup(struct text text, enum markup markup, struct arena *arena)
{
    struct text_buffer buffer = {arena_alloc(arena, text.size * 4 + 1, 1), 0};
    for (size_t at = 0; at < text.size; at++) {
        char byte = text.bytes[at];
        if (byte == '<' && measure_tag(text, at) == 0)
            append_text(&buffer, TEXT("&lt;"));
        else if (byte == '\n' && markup == MARKUP_ENTITIES)
            append_text(&buffer, TEXT("<br>"));
        else
            buffer.bytes[buffer.size++] = byte;
    }
    return (struct text){buffer.bytes, buffer.size};
}

/* ---- Characters ---- */

enum character_kind { KIND_TEXT, KIND_SPACE, KIND_LINE_BREAK, KIND_DROPPED };

static enum character_kind classify_character(uint32_t code_point)
{
    if (code_point == '\n' || code_point == '\r' || code_point == '\v' || code_point == '\f' ||
        code_point == 0x85 || code_point == 0x2028 || code_point == 0x2029)
        return KIND_LINE_BREAK;
    if (code_point == ' ' || code_point == '\t' || code_point == 0xA0 || code_point == 0x1680 ||
        (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x202F ||
        code_point == 0x205F || code_point == 0x3000)
        return KIND_SPACE;
    if (code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F))
        return KIND_DROPPED;
    /* Soft hyphen, zero-width space, direction marks, word joiner, BOM, annotations. The zero-width
     * joiners (U+200C, U+200D) are kept: they shape emoji and whole scripts. */
    if (code_point == 0xAD || code_point == 0x200B || code_point == 0x200E ||
        code_point == 0x200F || (code_point >= 0x202A && code_point <= 0x202E) ||
        (code_point >= 0x2060 && code_point <= 0x206F) || code_point == 0xFEFF ||
        (code_point >= 0xFFF9 && code_point <= 0xFFFB))
        return KIND_DROPPED;
    return KIND_TEXT;
}

static struct text collapse_white_space(struct text text, struct arena *arena)
{
    struct text_buffer buffer = {arena_alloc(arena, text.size + 1, 1), 0};
    size_t size, line_breaks = 0, blanks = 0;
    bool is_after_return = false;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t code_point = utf8_decode(text, at, &size);
        switch (classify_character(code_point)) {
        case KIND_LINE_BREAK:
            line_breaks += !(code_point == '\n' && is_after_return);
            break;
        case KIND_SPACE:
            blanks++;
            break;
        case KIND_DROPPED:
            break;
        case KIND_TEXT:
            if (buffer.size > 0 && line_breaks > 0)
                append_text(&buffer, line_breaks > 1 ? TEXT("\n\n") : TEXT("\n"));
            else if (buffer.size > 0 && blanks > 0)
                append_text(&buffer, TEXT(" "));
            append_text(&buffer, text_slice(text, at, at + size));
            line_breaks = blanks = 0;
            break;
        }
        is_after_return = code_point == '\r';
    }
    return (struct text){buffer.bytes, buffer.size};
}

/* Whether the text is printable ASCII without markup or repeated blanks, as most texts are. */
static bool is_clean(struct text text)
{
    char before = ' ';
    for (size_t at = 0; at < text.size; at++) {
        char byte = text.bytes[at];
        if ((unsigned char)byte < 0x20 || (unsigned char)byte >= 0x7F || byte == '&' ||
            byte == '<' || (byte == ' ' && before == ' '))
            return false;
        before = byte;
    }
    return text.size == 0 || before != ' ';
}

struct text cleanup_text(struct text text, bool html, struct arena *arena)
{
    if (is_clean(text))
        return text;
    text = utf8_repair(text, arena, NULL);
    enum markup markup = html ? cleanup_detect_markup(text) : MARKUP_NONE;
    if (markup != MARKUP_NONE)
        text = html_to_text(escape_non_markup(text, markup, arena), arena);
    return collapse_white_space(text, arena);
}

/* ---- Google's translations ---- */

struct text cleanup_keep_original(struct text text)
{
    size_t translation_at = text_find(text, TEXT("(Translated by Google)"), 0);
    if (translation_at == text.size)
        return text;
    struct text mark = TEXT("(Original)");
    size_t original_at = text_find(text, mark, translation_at);
    if (original_at < text.size)
        return text_trim(text_slice(text, original_at + mark.size, text.size));
    struct text before = text_trim(text_slice(text, 0, translation_at));
    return before.size > 0 ? before : text;
}

/* ---- Marks of spreadsheets ---- */

static bool is_letter(struct text text, size_t at)
{
    return at < text.size &&
           (ascii_is_letter(text.bytes[at]) || (unsigned char)text.bytes[at] >= 0x80);
}

/* Whether an apostrophe after the first one is not between two letters, as in "don't": it may close
 * a quotation. */
static bool has_closing_apostrophe(struct text text)
{
    for (size_t at = 1; at < text.size; at++)
        if (text.bytes[at] == '\'' &&
            (at + 1 == text.size || !ascii_is_letter(text.bytes[at - 1]) ||
             !ascii_is_letter(text.bytes[at + 1])))
            return true;
    return false;
}

/* Whether a line or a word after the first one begins with a plus or a minus. */
static bool has_list_marks(struct text text)
{
    for (size_t at = 1; at + 1 < text.size; at++)
        if ((text.bytes[at] == '+' || text.bytes[at] == '-') &&
            (text.bytes[at - 1] == '\n' || text.bytes[at - 1] == ' '))
            return true;
    return false;
}

/* Whether a sentence begins here: "'s" and "+ve" are parts of words. */
static bool begins_sentence(struct text text)
{
    return is_letter(text, 0) && (text.bytes[0] < 'a' || text.bytes[0] > 'z');
}

struct text cleanup_strip_cell_mark(struct text text)
{
    struct text rest = text_slice(text, 1, text.size);
    if (rest.size < 2)
        return text;
    switch (text.bytes[0]) {
    case '\'':
        if (strchr("=+-@", rest.bytes[0]) && is_letter(rest, 1))
            return cleanup_strip_cell_mark(rest);
        return begins_sentence(rest) && !has_closing_apostrophe(text) ? rest : text;
    case '=':
        if (rest.bytes[0] == '"' && text_ends_with(rest, TEXT("\"")))
            return cleanup_strip_cell_mark(text_trim(text_slice(rest, 1, rest.size - 1)));
        /* "=D" and "=ㅅ=" are faces. */
        return is_letter(rest, 0) && is_letter(rest, 1) && text_find(rest, TEXT("="), 0) > 4 ? rest
                                                                                             : text;
    case '+':
        return begins_sentence(rest) && !has_list_marks(text) ? rest : text;
    default:
        return text;
    }
}
