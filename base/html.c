/* html.c - writes the visible text from the events of libxml2's HTML parser. */
#include "base/html.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/utf8.h"

/* At each end tag, the parser searches all open elements. At this depth it is stopped and restarted
 * on the rest, so that deep nesting costs no time and loses no text. */
enum { MAX_DEPTH = 256 };

/* Precedes the parsed bytes, because the parser adds paragraphs outside of a body. */
static const struct text body_tag = {"<body>", 6};

enum element_kind {
    INLINE,
    BLOCK,     /* on lines of its own */
    PARAGRAPH, /* separated by an empty line */
    ITEM,
    CELL,
    BREAK,
    IMAGE,
    HIDDEN, /* invisible, like its children */
};

/* Sorted by name. */
static const struct element {
    const char *name;
    enum element_kind kind;
} elements[] = {
    {"address", BLOCK},
    {"article", BLOCK},
    {"aside", BLOCK},
    {"audio", HIDDEN},
    {"blockquote", PARAGRAPH},
    {"br", BREAK},
    {"button", BLOCK},
    {"canvas", HIDDEN},
    {"caption", BLOCK},
    {"center", BLOCK},
    {"dd", BLOCK},
    {"details", BLOCK},
    {"div", BLOCK},
    {"dl", PARAGRAPH},
    {"dt", BLOCK},
    {"fieldset", BLOCK},
    {"figcaption", BLOCK},
    {"figure", BLOCK},
    {"footer", BLOCK},
    {"form", BLOCK},
    {"h1", PARAGRAPH},
    {"h2", PARAGRAPH},
    {"h3", PARAGRAPH},
    {"h4", PARAGRAPH},
    {"h5", PARAGRAPH},
    {"h6", PARAGRAPH},
    {"head", HIDDEN},
    {"header", BLOCK},
    {"hr", BLOCK},
    {"iframe", HIDDEN},
    {"img", IMAGE},
    {"legend", BLOCK},
    {"li", ITEM},
    {"main", BLOCK},
    {"nav", BLOCK},
    {"noscript", HIDDEN},
    {"object", HIDDEN},
    {"ol", PARAGRAPH},
    {"option", BLOCK},
    {"p", PARAGRAPH},
    {"pre", PARAGRAPH},
    {"script", HIDDEN},
    {"section", BLOCK},
    {"select", HIDDEN},
    {"style", HIDDEN},
    {"summary", BLOCK},
    {"svg", HIDDEN},
    {"table", PARAGRAPH},
    {"tbody", BLOCK},
    {"td", CELL},
    {"template", HIDDEN},
    {"textarea", BLOCK},
    {"tfoot", BLOCK},
    {"th", CELL},
    {"thead", BLOCK},
    {"title", HIDDEN},
    {"tr", BLOCK},
    {"ul", PARAGRAPH},
    {"video", HIDDEN},
};

enum quote_kind {
    QUOTE_NONE,
    QUOTE_ELEMENT, /* the text of the element */
    QUOTE_TO_END   /* the rest of the page: the element is the header of a quoted message */
};

/* Classes and ids by which mail programs mark quotes. Outlook prefixes those of others with "x_".
 */
static const struct {
    const char *name;
    bool is_id;
    enum quote_kind kind;
} quote_markers[] = {
    {"gmail_quote", false, QUOTE_ELEMENT},
    {"gmail_attr", false, QUOTE_ELEMENT},
    {"gmail_signature", false, QUOTE_ELEMENT},
    {"gmail_signature_prefix", false, QUOTE_ELEMENT},
    {"moz-cite-prefix", false, QUOTE_ELEMENT},
    {"moz-signature", false, QUOTE_ELEMENT},
    {"yahoo_quoted", false, QUOTE_ELEMENT},
    {"protonmail_quote", false, QUOTE_ELEMENT},
    {"protonmail_signature_block", false, QUOTE_ELEMENT},
    {"tutanota_quote", false, QUOTE_ELEMENT},
    {"zmail_extra", false, QUOTE_ELEMENT},
    {"OutlookMessageHeader", false, QUOTE_TO_END},
    {"divRplyFwdMsg", true, QUOTE_TO_END},
    {"appendonsend", true, QUOTE_TO_END},
    {"stopSpelling", true, QUOTE_TO_END},
    {"OLK_SRC_BODY_SECTION", true, QUOTE_ELEMENT},
    {"composer_signature", true, QUOTE_ELEMENT},
    {"mail-editor-reference-message-container", true, QUOTE_ELEMENT},
    {"ms-outlook-mobile-signature", true, QUOTE_ELEMENT},
    {"AppleMailSignature", true, QUOTE_ELEMENT},
    {"Signature", true, QUOTE_ELEMENT},
};

struct html_text_writer {
    char *bytes; /* owned */
    size_t size, capacity;
    unsigned pending_line_breaks;                /* to write before the next character */
    char pending_space;                          /* to write if no line break is pending; 0: none */
    bool has_pending_bullet;                     /* "- " to write */
    size_t depth;                                /* open elements */
    size_t hidden_depth, pre_depth, quote_depth; /* depth at which such a part began; 0: outside */
    size_t quote_begin;
    bool find_quotes;
    struct html_span *quotes; /* owned */
    size_t quote_count, quote_capacity;
    htmlParserCtxtPtr parser;
    struct text body_tag, remaining; /* bytes that the parser has not read yet */
    size_t stop_offset;              /* where the parser was stopped; SIZE_MAX: not stopped */
};

static void append_bytes(struct html_text_writer *writer, const char *bytes, size_t size)
{
    writer->bytes = memory_grow(writer->bytes, &writer->capacity, writer->size + size, 1);
    memcpy(writer->bytes + writer->size, bytes, size);
    writer->size += size;
}

/* Writes the pending white space and bullet. */
static void flush_pending(struct html_text_writer *writer)
{
    if (writer->size && writer->pending_line_breaks)
        append_bytes(writer, "\n\n", writer->pending_line_breaks);
    else if (writer->size && writer->pending_space)
        append_bytes(writer, &writer->pending_space, 1);
    if (writer->has_pending_bullet)
        append_bytes(writer, "- ", 2);
    writer->pending_line_breaks = 0;
    writer->pending_space = 0;
    writer->has_pending_bullet = false;
}

static void request_line_breaks(struct html_text_writer *writer, unsigned pending_line_breaks)
{
    if (writer->pending_line_breaks < pending_line_breaks)
        writer->pending_line_breaks = pending_line_breaks;
}

/* Pages write Windows-1252 characters as the code points 128 to 159 (&#146;). */
static const uint16_t windows_1252_points[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

static void write_characters(void *user, const xmlChar *characters, int length)
{
    struct html_text_writer *writer = user;
    struct text text = {(const char *)characters, length > 0 ? (size_t)length : 0};
    if (writer->hidden_depth)
        return;
    for (size_t i = 0, size; i < text.size; i += size) {
        uint32_t code_point = utf8_decode(text, i, &size);
        if (code_point == '\n' && writer->pre_depth) {
            if (writer->pending_line_breaks < 2)
                writer->pending_line_breaks++;
        } else if (code_point == ' ' || (code_point >= '\t' && code_point <= '\r') ||
                   code_point == 0xA0) {
            if (!writer->pending_space)
                writer->pending_space = ' ';
        } else if (code_point >= 0x20) {
            char bytes[4];
            if (code_point >= 0x80 && code_point < 0xA0)
                code_point = windows_1252_points[code_point - 0x80];
            flush_pending(writer);
            append_bytes(writer, bytes, utf8_encode(code_point, bytes));
        }
    }
}

static int compare_elements(const void *key, const void *element)
{
    return strcmp(key, ((const struct element *)element)->name);
}

static enum element_kind element_kind_of(const xmlChar *name)
{
    const struct element *element = bsearch(name, elements, sizeof(elements) / sizeof(*elements),
                                            sizeof(*elements), compare_elements);
    return element ? element->kind : INLINE;
}

static struct text find_attribute(const xmlChar **attributes, const char *name)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (strcmp((const char *)attributes[0], name) == 0)
            return text_of(attributes[1] ? (const char *)attributes[1] : "");
    return (struct text){0};
}

/* style="... display: none ...", with any spaces, or hidden="..." */
static bool is_hidden(const xmlChar **attributes)
{
    static const struct text hiding_styles[] = {TEXT("display:none"), TEXT("mso-hide:all")};
    if (find_attribute(attributes, "hidden").bytes)
        return true;
    struct text style = find_attribute(attributes, "style");
    for (size_t w = 0; w < 2; w++) {
        size_t matched = 0;
        for (size_t i = 0; i < style.size; i++) {
            char c = style.bytes[i];
            if (c == ' ')
                continue;
            c = ascii_to_lower(c);
            matched =
                c == hiding_styles[w].bytes[matched] ? matched + 1 : c == hiding_styles[w].bytes[0];
            if (matched == hiding_styles[w].size)
                return true;
        }
    }
    return false;
}

static enum quote_kind quote_kind_of(const xmlChar *name, const xmlChar **attributes)
{
    if (strcmp((const char *)name, "blockquote") == 0 &&
        text_equal_ignore_case(find_attribute(attributes, "type"), TEXT("cite")))
        return QUOTE_ELEMENT;
    for (int is_id = 0; is_id < 2; is_id++) {
        struct text remaining = find_attribute(attributes, is_id ? "id" : "class"), word;
        while (text_split(&remaining, ' ', &word)) {
            if (text_starts_with(word, TEXT("x_")))
                word = text_slice(word, 2, word.size);
            for (size_t i = 0; i < sizeof(quote_markers) / sizeof(*quote_markers); i++)
                if (quote_markers[i].is_id == (is_id == 1) &&
                    text_equal(word, text_of(quote_markers[i].name)))
                    return quote_markers[i].kind;
        }
    }
    return QUOTE_NONE;
}

/* Writes the alternative text of an image that replaces an emoji. */
static void write_image(struct html_text_writer *writer, const xmlChar **attributes)
{
    struct text alternative = find_attribute(attributes, "alt");
    if (alternative.size && alternative.size <= 32 && (unsigned char)alternative.bytes[0] >= 0xE2 &&
        utf8_count_code_points(alternative) <= 4)
        write_characters(writer, (const xmlChar *)alternative.bytes, (int)alternative.size);
}

static void stop_at_max_depth(struct html_text_writer *writer)
{
    htmlParserCtxtPtr parser = writer->parser;
    if (parser->nameNr < MAX_DEPTH || writer->stop_offset != SIZE_MAX)
        return;
    writer->stop_offset =
        parser->input->consumed + (size_t)(parser->input->cur - parser->input->base);
    xmlStopParser(parser);
}

static void start_element(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct html_text_writer *writer = user;
    writer->depth++;
    if (!writer->hidden_depth) {
        enum element_kind kind = element_kind_of(name);
        if (kind == HIDDEN || is_hidden(attributes))
            writer->hidden_depth = writer->depth;
        else if (kind == BREAK)
            writer->pending_line_breaks += writer->pending_line_breaks < 2;
        else if (kind == CELL && !writer->pending_line_breaks)
            writer->pending_space = '\t';
        else if (kind == IMAGE)
            write_image(writer, attributes);
        else if (kind == BLOCK || kind == ITEM || kind == PARAGRAPH)
            request_line_breaks(writer, kind == PARAGRAPH ? 2 : 1);
        if (kind == ITEM)
            writer->has_pending_bullet = true;
        if (!writer->pre_depth && strcmp((const char *)name, "pre") == 0)
            writer->pre_depth = writer->depth;
    }
    if (writer->find_quotes && !writer->quote_depth) {
        enum quote_kind quote = quote_kind_of(name, attributes);
        if (quote != QUOTE_NONE) {
            writer->quote_depth = quote == QUOTE_ELEMENT ? writer->depth : SIZE_MAX;
            writer->quote_begin = writer->size;
        }
    }
    stop_at_max_depth(writer);
}

/* Records the quoted part, unless it is a forwarded message ("---------- Forwarded message"). */
static void end_quote(struct html_text_writer *writer)
{
    writer->quote_depth = 0;
    if (writer->size == writer->quote_begin)
        return;
    struct text quoted = {writer->bytes + writer->quote_begin, writer->size - writer->quote_begin};
    if (text_starts_with(text_trim(quoted), TEXT("-----")))
        return;
    writer->quotes = memory_grow(writer->quotes, &writer->quote_capacity, writer->quote_count + 1,
                                 sizeof(*writer->quotes));
    writer->quotes[writer->quote_count++] = (struct html_span){writer->quote_begin, writer->size};
}

static void end_element(void *user, const xmlChar *name)
{
    struct html_text_writer *writer = user;
    if (!writer->hidden_depth) {
        enum element_kind kind = element_kind_of(name);
        if (kind == BLOCK || kind == ITEM || kind == PARAGRAPH)
            request_line_breaks(writer, kind == PARAGRAPH ? 2 : 1);
        if (kind == ITEM)
            writer->has_pending_bullet = false;
    }
    if (writer->depth == writer->hidden_depth)
        writer->hidden_depth = 0;
    if (writer->depth == writer->pre_depth)
        writer->pre_depth = 0;
    if (writer->depth == writer->quote_depth)
        end_quote(writer);
    writer->depth -= writer->depth > 0;
}

static int read_html_bytes(void *user, char *buffer, int size)
{
    struct html_text_writer *writer = user;
    struct text *from = writer->body_tag.size ? &writer->body_tag : &writer->remaining;
    size_t count = from->size < (size_t)size ? from->size : (size_t)size;
    if (count)
        memcpy(buffer, from->bytes, count);
    *from = text_slice(*from, count, from->size);
    return (int)count;
}

/* Parses `html` up to its end or the depth limit, and returns the rest. */
static struct text parse_segment(struct html_text_writer *writer, struct text html)
{
    writer->body_tag = body_tag;
    writer->remaining = html;
    writer->stop_offset = SIZE_MAX;
    writer->depth = writer->hidden_depth = writer->pre_depth = 0;
    htmlParserCtxtPtr parser = htmlNewParserCtxt();
    if (!parser)
        return (struct text){0};
    memset(parser->sax, 0, sizeof(*parser->sax));
    parser->sax->startElement = start_element;
    parser->sax->endElement = end_element;
    parser->sax->characters = write_characters;
    parser->sax->ignorableWhitespace = write_characters;
    parser->userData = writer;
    writer->parser = parser;
    xmlFreeDoc(htmlCtxtReadIO(parser, read_html_bytes, NULL, writer, NULL, "UTF-8",
                              HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                  HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC));
    htmlFreeParserCtxt(parser);
    if (writer->stop_offset == SIZE_MAX)
        return (struct text){0};
    /* The parser stopped after the attributes of a tag. */
    html = text_slice(html, writer->stop_offset - body_tag.size, html.size);
    if (text_starts_with(html, TEXT("/>")))
        return text_slice(html, 2, html.size);
    return text_slice(html, text_starts_with(html, TEXT(">")), html.size);
}

/* A NUL would end the text for the parser, and look like UTF-16 at the start. */
static struct text replace_nul_bytes(struct text html, struct arena *arena)
{
    if (!html.size || !memchr(html.bytes, '\0', html.size))
        return html;
    char *bytes = arena_alloc(arena, html.size, 1);
    for (size_t i = 0; i < html.size; i++)
        bytes[i] = html.bytes[i] ? html.bytes[i] : ' ';
    return (struct text){bytes, html.size};
}

/* Browsers treat "<!VR>" and "<![endif]>" as comments; the parser treats them as text. */
static struct text remove_declarations(struct text html, struct arena *arena)
{
    size_t position = text_find(html, TEXT("<!"), 0), size = 0, from = 0;
    if (position == html.size)
        return html;
    char *bytes = arena_alloc(arena, html.size, 1);
    for (; position < html.size; position = text_find(html, TEXT("<!"), position + 2)) {
        char next = position + 2 < html.size ? html.bytes[position + 2] : '-';
        size_t end = text_find(html, TEXT(">"), position);
        if (next == '-' || end == html.size)
            continue;
        memcpy(bytes + size, html.bytes + from, position - from);
        size += position - from;
        from = end + 1;
        position = end - 1;
    }
    memcpy(bytes + size, html.bytes + from, html.size - from);
    return (struct text){bytes, size + html.size - from};
}

static struct text convert_html(struct html_text_writer *writer, struct text html,
                                struct arena *arena)
{
    html = replace_nul_bytes(utf8_repair(html, arena, NULL), arena);
    html = remove_declarations(html, arena);
    while (html.size)
        html = parse_segment(writer, html);
    if (writer->quote_depth)
        end_quote(writer);
    struct text text = arena_copy_text(arena, (struct text){writer->bytes, writer->size});
    free(writer->bytes);
    return text;
}

struct text html_to_text(struct text html, struct arena *arena)
{
    struct html_text_writer writer = {0};
    return convert_html(&writer, html, arena);
}

/* "&nbsp;", "&#39;": a name or number between "&" and ";". */
static bool starts_with_entity(struct text text)
{
    size_t end = 1;
    while (end < text.size && end < 12 &&
           (ascii_is_alphanumeric(text.bytes[end]) || (end == 1 && text.bytes[end] == '#')))
        end++;
    return end > 2 && end < text.size && text.bytes[end] == ';';
}

static bool starts_with_tag(struct text text)
{
    return text.size > 1 && (ascii_is_letter(text.bytes[1]) || text.bytes[1] == '/') &&
           text_find(text, TEXT(">"), 0) < text.size;
}

/* Whether `text` begins with a tag that separates lines. */
static bool starts_with_block_tag(struct text text)
{
    char name[16];
    size_t size = 0;
    while (size + 1 < sizeof(name) && size + 1 < text.size &&
           ascii_is_alphanumeric(text.bytes[size + 1])) {
        name[size] = ascii_to_lower(text.bytes[size + 1]);
        size++;
    }
    name[size] = '\0';
    return element_kind_of((const xmlChar *)name) != INLINE;
}

struct text html_to_text_if_marked_up(struct text text, struct arena *arena)
{
    bool tag = false, block = false, entity = false;
    for (size_t i = text_find(text, TEXT("<"), 0); i < text.size && !block;
         i = text_find(text, TEXT("<"), i + 1)) {
        struct text remaining = text_slice(text, i, text.size);
        tag = tag || starts_with_tag(remaining);
        block = starts_with_tag(remaining) && starts_with_block_tag(remaining);
    }
    for (size_t i = text_find(text, TEXT("&"), 0); i < text.size && !tag && !entity;
         i = text_find(text, TEXT("&"), i + 1))
        entity = starts_with_entity(text_slice(text, i, text.size));
    if (block)
        return html_to_text(text, arena);
    if (tag || entity) /* keep the line breaks of the text */
        return html_to_text(arena_format(arena, "<pre>%.*s", TEXT_ARGUMENT(text)), arena);
    return text;
}

struct text html_mail_to_text_and_quotes(struct text html, struct arena *arena,
                                         struct html_span **quotes, size_t *quote_count)
{
    struct html_text_writer writer = {.find_quotes = true};
    struct text text = convert_html(&writer, html, arena);
    *quote_count = writer.quote_count;
    *quotes = arena_alloc(arena, writer.quote_count + 1, sizeof(**quotes));
    if (writer.quote_count)
        memcpy(*quotes, writer.quotes, writer.quote_count * sizeof(**quotes));
    free(writer.quotes);
    return text;
}
