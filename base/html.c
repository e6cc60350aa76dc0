/* html.c - libxml2's HTML parser as a stream of events, and a writer that knows what shows. */
#include "base/html.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/utf8.h"

/* The parser looks through all open elements at each end tag: it is stopped at this depth and set
 * going again on what follows, so that deep nesting costs neither time nor text. */
enum { DEPTH_LIMIT = 256 };

/* Put before what is parsed: outside of a body, the parser would make up paragraphs. */
static const struct text opening = {"<body>", 6};

enum element_kind {
    INLINE,
    BLOCK,     /* on lines of its own */
    PARAGRAPH, /* set off by an empty line */
    ITEM,
    CELL,
    BREAK,
    IMAGE,
    SILENT, /* shows nothing, nor do its children */
};

/* Sorted by name. */
static const struct element {
    const char *name;
    enum element_kind kind;
} elements[] = {
    {"address", BLOCK},
    {"article", BLOCK},
    {"aside", BLOCK},
    {"audio", SILENT},
    {"blockquote", PARAGRAPH},
    {"br", BREAK},
    {"button", BLOCK},
    {"canvas", SILENT},
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
    {"head", SILENT},
    {"header", BLOCK},
    {"hr", BLOCK},
    {"iframe", SILENT},
    {"img", IMAGE},
    {"legend", BLOCK},
    {"li", ITEM},
    {"main", BLOCK},
    {"nav", BLOCK},
    {"noscript", SILENT},
    {"object", SILENT},
    {"ol", PARAGRAPH},
    {"option", BLOCK},
    {"p", PARAGRAPH},
    {"pre", PARAGRAPH},
    {"script", SILENT},
    {"section", BLOCK},
    {"select", SILENT},
    {"style", SILENT},
    {"summary", BLOCK},
    {"svg", SILENT},
    {"table", PARAGRAPH},
    {"tbody", BLOCK},
    {"td", CELL},
    {"template", SILENT},
    {"textarea", BLOCK},
    {"tfoot", BLOCK},
    {"th", CELL},
    {"thead", BLOCK},
    {"title", SILENT},
    {"tr", BLOCK},
    {"ul", PARAGRAPH},
    {"video", SILENT},
};

enum quote_kind {
    NO_QUOTE,
    QUOTE,       /* the element's own text */
    QUOTE_TO_END /* the header of a quoted message that fills the rest of the page */
};

/* What mail programs leave behind, as class or id. Outlook puts "x_" before those of others. */
static const struct {
    const char *name;
    bool is_id;
    enum quote_kind kind;
} quote_marks[] = {
    {"gmail_quote", false, QUOTE},
    {"gmail_attr", false, QUOTE},
    {"gmail_signature", false, QUOTE},
    {"gmail_signature_prefix", false, QUOTE},
    {"moz-cite-prefix", false, QUOTE},
    {"moz-signature", false, QUOTE},
    {"yahoo_quoted", false, QUOTE},
    {"protonmail_quote", false, QUOTE},
    {"protonmail_signature_block", false, QUOTE},
    {"tutanota_quote", false, QUOTE},
    {"zmail_extra", false, QUOTE},
    {"OutlookMessageHeader", false, QUOTE_TO_END},
    {"divRplyFwdMsg", true, QUOTE_TO_END},
    {"appendonsend", true, QUOTE_TO_END},
    {"stopSpelling", true, QUOTE_TO_END},
    {"OLK_SRC_BODY_SECTION", true, QUOTE},
    {"composer_signature", true, QUOTE},
    {"mail-editor-reference-message-container", true, QUOTE},
    {"ms-outlook-mobile-signature", true, QUOTE},
    {"AppleMailSignature", true, QUOTE},
    {"Signature", true, QUOTE},
};

struct writer {
    char *bytes; /* allocated with malloc */
    size_t size, capacity;
    unsigned breaks;                             /* line ends due before the next character */
    char blank;                                  /* blank due, when no line end is; 0: none */
    bool bullet;                                 /* "- " due */
    size_t depth;                                /* open elements */
    size_t silent_depth, pre_depth, quote_depth; /* where such a part began; 0: not in one */
    size_t quote_begin;
    bool find_quotes;
    struct html_span *quotes; /* allocated with malloc */
    size_t quote_count, quote_capacity;
    htmlParserCtxtPtr parser;
    struct text opening, rest; /* what the parser has not yet been given */
    size_t stopped_at;         /* of the segment; SIZE_MAX: it went through */
};

static void put(struct writer *writer, const char *bytes, size_t size)
{
    writer->bytes = memory_grow(writer->bytes, &writer->capacity, writer->size + size, 1);
    memcpy(writer->bytes + writer->size, bytes, size);
    writer->size += size;
}

/* Writes the white space and the bullet that are due before a character. */
static void put_due(struct writer *writer)
{
    if (writer->size && writer->breaks)
        put(writer, "\n\n", writer->breaks);
    else if (writer->size && writer->blank)
        put(writer, &writer->blank, 1);
    if (writer->bullet)
        put(writer, "- ", 2);
    writer->breaks = 0;
    writer->blank = 0;
    writer->bullet = false;
}

static void break_line(struct writer *writer, unsigned breaks)
{
    if (writer->breaks < breaks)
        writer->breaks = breaks;
}

/* Windows-1252's characters under the numbers 128 to 159, as pages write them (&#146;). */
static const uint16_t windows_points[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

static void write_characters(void *user, const xmlChar *characters, int length)
{
    struct writer *writer = user;
    struct text text = {(const char *)characters, length > 0 ? (size_t)length : 0};
    if (writer->silent_depth)
        return;
    for (size_t i = 0, size; i < text.size; i += size) {
        uint32_t point = utf8_decode(text, i, &size);
        if (point == '\n' && writer->pre_depth) {
            if (writer->breaks < 2)
                writer->breaks++;
        } else if (point == ' ' || (point >= '\t' && point <= '\r') || point == 0xA0) {
            if (!writer->blank)
                writer->blank = ' ';
        } else if (point >= 0x20) {
            char bytes[4];
            if (point >= 0x80 && point < 0xA0)
                point = windows_points[point - 0x80];
            put_due(writer);
            put(writer, bytes, utf8_encode(point, bytes));
        }
    }
}

static int compare_elements(const void *key, const void *element)
{
    return strcmp(key, ((const struct element *)element)->name);
}

static enum element_kind kind_of(const xmlChar *name)
{
    const struct element *element = bsearch(name, elements, sizeof(elements) / sizeof(*elements),
                                            sizeof(*elements), compare_elements);
    return element ? element->kind : INLINE;
}

static struct text attribute(const xmlChar **attributes, const char *name)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (strcmp((const char *)attributes[0], name) == 0)
            return text_of(attributes[1] ? (const char *)attributes[1] : "");
    return (struct text){0};
}

/* style="... display: none ..." whatever the blanks, and hidden="..." */
static bool is_hidden(const xmlChar **attributes)
{
    static const struct text words[] = {TEXT("display:none"), TEXT("mso-hide:all")};
    if (attribute(attributes, "hidden").bytes)
        return true;
    struct text style = attribute(attributes, "style");
    for (size_t w = 0; w < 2; w++) {
        size_t matched = 0;
        for (size_t i = 0; i < style.size; i++) {
            char c = style.bytes[i];
            if (c == ' ')
                continue;
            if (c >= 'A' && c <= 'Z')
                c = (char)(c + 'a' - 'A');
            matched = c == words[w].bytes[matched] ? matched + 1 : c == words[w].bytes[0];
            if (matched == words[w].size)
                return true;
        }
    }
    return false;
}

static enum quote_kind quote_kind_of(const xmlChar *name, const xmlChar **attributes)
{
    if (strcmp((const char *)name, "blockquote") == 0 &&
        text_equal_fold(attribute(attributes, "type"), TEXT("cite")))
        return QUOTE;
    for (int is_id = 0; is_id < 2; is_id++) {
        struct text rest = attribute(attributes, is_id ? "id" : "class"), word;
        while (text_split(&rest, ' ', &word)) {
            if (text_starts_with(word, TEXT("x_")))
                word = text_slice(word, 2, word.size);
            for (size_t i = 0; i < sizeof(quote_marks) / sizeof(*quote_marks); i++)
                if (quote_marks[i].is_id == (is_id == 1) &&
                    text_equal(word, text_of(quote_marks[i].name)))
                    return quote_marks[i].kind;
        }
    }
    return NO_QUOTE;
}

/* An image speaks where it stands for a character: an emoji as its alternative text. */
static void write_image(struct writer *writer, const xmlChar **attributes)
{
    struct text alternative = attribute(attributes, "alt");
    if (alternative.size && alternative.size <= 32 && (unsigned char)alternative.bytes[0] >= 0xE2 &&
        utf8_length(alternative) <= 4)
        write_characters(writer, (const xmlChar *)alternative.bytes, (int)alternative.size);
}

static void stop_when_deep(struct writer *writer)
{
    htmlParserCtxtPtr parser = writer->parser;
    if (parser->nameNr < DEPTH_LIMIT || writer->stopped_at != SIZE_MAX)
        return;
    writer->stopped_at =
        parser->input->consumed + (size_t)(parser->input->cur - parser->input->base);
    xmlStopParser(parser);
}

static void start_element(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct writer *writer = user;
    writer->depth++;
    if (!writer->silent_depth) {
        enum element_kind kind = kind_of(name);
        if (kind == SILENT || is_hidden(attributes))
            writer->silent_depth = writer->depth;
        else if (kind == BREAK)
            writer->breaks += writer->breaks < 2;
        else if (kind == CELL && !writer->breaks)
            writer->blank = '\t';
        else if (kind == IMAGE)
            write_image(writer, attributes);
        else if (kind == BLOCK || kind == ITEM || kind == PARAGRAPH)
            break_line(writer, kind == PARAGRAPH ? 2 : 1);
        if (kind == ITEM)
            writer->bullet = true;
        if (!writer->pre_depth && strcmp((const char *)name, "pre") == 0)
            writer->pre_depth = writer->depth;
    }
    if (writer->find_quotes && !writer->quote_depth) {
        enum quote_kind quote = quote_kind_of(name, attributes);
        if (quote != NO_QUOTE) {
            writer->quote_depth = quote == QUOTE ? writer->depth : SIZE_MAX;
            writer->quote_begin = writer->size;
        }
    }
    stop_when_deep(writer);
}

/* Notes the quoted part; what a person forwards ("---------- Forwarded message") is not one. */
static void end_quote(struct writer *writer)
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
    struct writer *writer = user;
    if (!writer->silent_depth) {
        enum element_kind kind = kind_of(name);
        if (kind == BLOCK || kind == ITEM || kind == PARAGRAPH)
            break_line(writer, kind == PARAGRAPH ? 2 : 1);
        if (kind == ITEM)
            writer->bullet = false;
    }
    if (writer->depth == writer->silent_depth)
        writer->silent_depth = 0;
    if (writer->depth == writer->pre_depth)
        writer->pre_depth = 0;
    if (writer->depth == writer->quote_depth)
        end_quote(writer);
    writer->depth -= writer->depth > 0;
}

static int give_bytes(void *user, char *buffer, int size)
{
    struct writer *writer = user;
    struct text *from = writer->opening.size ? &writer->opening : &writer->rest;
    size_t count = from->size < (size_t)size ? from->size : (size_t)size;
    if (count)
        memcpy(buffer, from->bytes, count);
    *from = text_slice(*from, count, from->size);
    return (int)count;
}

/* Parses from the front of `html` until its end or the depth limit; returns what is left. */
static struct text write_segment(struct writer *writer, struct text html)
{
    writer->opening = opening;
    writer->rest = html;
    writer->stopped_at = SIZE_MAX;
    writer->depth = writer->silent_depth = writer->pre_depth = 0;
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
    xmlFreeDoc(htmlCtxtReadIO(parser, give_bytes, NULL, writer, NULL, "UTF-8",
                              HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                  HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC));
    htmlFreeParserCtxt(parser);
    if (writer->stopped_at == SIZE_MAX)
        return (struct text){0};
    /* The parser stood behind the attributes of a tag. */
    html = text_slice(html, writer->stopped_at - opening.size, html.size);
    if (text_starts_with(html, TEXT("/>")))
        return text_slice(html, 2, html.size);
    return text_slice(html, text_starts_with(html, TEXT(">")), html.size);
}

/* NUL would end the parser's text, and pass for UTF-16 at the start. */
static struct text without_nul(struct text html, struct arena *arena)
{
    if (!html.size || !memchr(html.bytes, '\0', html.size))
        return html;
    char *bytes = arena_alloc(arena, html.size, 1);
    for (size_t i = 0; i < html.size; i++)
        bytes[i] = html.bytes[i] ? html.bytes[i] : ' ';
    return (struct text){bytes, html.size};
}

/* "<!VR>" and "<![endif]>" are comments to every browser; the parser would show them. */
static struct text without_declarations(struct text html, struct arena *arena)
{
    size_t at = text_find(html, TEXT("<!"), 0), size = 0, from = 0;
    if (at == html.size)
        return html;
    char *bytes = arena_alloc(arena, html.size, 1);
    for (; at < html.size; at = text_find(html, TEXT("<!"), at + 2)) {
        char next = at + 2 < html.size ? html.bytes[at + 2] : '-';
        size_t end = text_find(html, TEXT(">"), at);
        if (next == '-' || end == html.size)
            continue;
        memcpy(bytes + size, html.bytes + from, at - from);
        size += at - from;
        from = end + 1;
        at = end - 1;
    }
    memcpy(bytes + size, html.bytes + from, html.size - from);
    return (struct text){bytes, size + html.size - from};
}

static struct text convert(struct writer *writer, struct text html, struct arena *arena)
{
    html = without_nul(utf8_repair(html, arena, NULL), arena);
    html = without_declarations(html, arena);
    while (html.size)
        html = write_segment(writer, html);
    if (writer->quote_depth)
        end_quote(writer);
    struct text text = arena_copy(arena, (struct text){writer->bytes, writer->size});
    free(writer->bytes);
    return text;
}

struct text html_to_text(struct text html, struct arena *arena)
{
    struct writer writer = {0};
    return convert(&writer, html, arena);
}

/* "&nbsp;", "&#39;": a name or number between the signs. */
static bool begins_entity(struct text text)
{
    size_t end = 1;
    while (end < text.size && end < 12 &&
           ((text.bytes[end] >= '0' && text.bytes[end] <= '9') ||
            ascii_is_letter(text.bytes[end]) || (end == 1 && text.bytes[end] == '#')))
        end++;
    return end > 2 && end < text.size && text.bytes[end] == ';';
}

static bool begins_tag(struct text text)
{
    return text.size > 1 && (ascii_is_letter(text.bytes[1]) || text.bytes[1] == '/') &&
           text_find(text, TEXT(">"), 0) < text.size;
}

/* Whether the tag at the front of `text` parts lines. */
static bool begins_block(struct text text)
{
    char name[16];
    size_t size = 0;
    for (size_t at = 1; at < text.size && size + 1 < sizeof(name); at++) {
        if (!ascii_is_letter(text.bytes[at]) && !(text.bytes[at] >= '0' && text.bytes[at] <= '9'))
            break;
        name[size++] = text.bytes[at] >= 'A' && text.bytes[at] <= 'Z' ? (char)(text.bytes[at] | 32)
                                                                      : text.bytes[at];
    }
    name[size] = '\0';
    return kind_of((const xmlChar *)name) != INLINE;
}

struct text html_or_text(struct text text, struct arena *arena)
{
    bool tag = false, block = false, entity = false;
    for (size_t i = text_find(text, TEXT("<"), 0); i < text.size && !block;
         i = text_find(text, TEXT("<"), i + 1)) {
        struct text rest = text_slice(text, i, text.size);
        tag = tag || begins_tag(rest);
        block = begins_tag(rest) && begins_block(rest);
    }
    for (size_t i = text_find(text, TEXT("&"), 0); i < text.size && !tag && !entity;
         i = text_find(text, TEXT("&"), i + 1))
        entity = begins_entity(text_slice(text, i, text.size));
    if (block)
        return html_to_text(text, arena);
    if (tag || entity) /* the line ends are the writer's own */
        return html_to_text(arena_format(arena, "<pre>%.*s", TEXT_ARGUMENT(text)), arena);
    return text;
}

struct text html_mail_to_text(struct text html, struct arena *arena, struct html_span **quotes,
                              size_t *quote_count)
{
    struct writer writer = {.find_quotes = true};
    struct text text = convert(&writer, html, arena);
    *quote_count = writer.quote_count;
    *quotes = arena_alloc(arena, writer.quote_count + 1, sizeof(**quotes));
    if (writer.quote_count)
        memcpy(*quotes, writer.quotes, writer.quote_count * sizeof(**quotes));
    free(writer.quotes);
    return text;
}
