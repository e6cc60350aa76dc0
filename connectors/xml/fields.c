/* fields.c - one pass over the tokens of a record, with a stack of open elements. Values are
 * decoded into the reader's buffer, one after the other. */
#include "connectors/xml/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/xml/scan.h"

enum {
    MAX_SHOWN_NAME_SIZE = 64, /* bytes of a name in a message */
    SHOWN_MARKUP_SIZE = 9     /* bytes of unterminated markup in a message: "<![CDATA[" */
};

/* An open element; the first one is the record. */
struct open_element {
    struct field_path field_path;
    struct text name;
    size_t content_begin;
    bool has_children;
    bool is_html;             /* has type="html" */
    uint64_t last_child_hash; /* of its path */
    size_t sibling_count;     /* consecutive children of the last child's name */
};

struct record_parser {
    struct xml_reader *reader;
    struct text bytes; /* of the record and after it */
    bool is_final;
    struct fields *fields;
    struct open_element *open_elements;
    size_t depth;        /* level of the innermost open element; the record's is 0 */
    size_t markup_depth; /* level of the element whose text contains markup; SIZE_MAX: none */
    size_t text_begin, text_end; /* text since the last tag, in reader->bytes */
    size_t attribute_count;      /* fields that are attributes of the record */
    struct error *fault;
};

/* ---- Values ---- */

static struct text get_pending_text(const struct record_parser *parser)
{
    return text_trim((struct text){parser->reader->bytes + parser->text_begin,
                                   parser->text_end - parser->text_begin});
}

/* Joins the values of elements of one name, "a, b". Of a text in plain and in HTML form, keeps the
 * plain one. An attribute of the record (Disqus: dsq:id) and a child of its name (<id>) are two
 * values. */
static void set_value(struct record_parser *parser, struct text name, struct text value,
                      bool is_html)
{
    struct fields *fields = parser->fields;
    struct text *existing = fields_find(fields, name);
    if (existing && (size_t)(existing - fields->cells) < parser->attribute_count &&
        value.size > 0) {
        name = arena_format(fields->arena, "%.*s.2", TEXT_ARGUMENT(name));
        existing = fields_find(fields, name);
    }
    if (!existing) {
        fields_add(fields, name, value);
        return;
    }
    if (existing->size && (value.size == 0 || is_html))
        return;
    if (existing->size && !text_equal(name, TEXT("content")))
        value = arena_format(&parser->reader->scratch, "%.*s, %.*s", TEXT_ARGUMENT(*existing),
                             TEXT_ARGUMENT(value));
    *existing = value;
}

/* Makes the pending text the value of the element. */
static void flush_text(struct record_parser *parser, struct open_element *open_element)
{
    struct text value = get_pending_text(parser);
    bool is_record = open_element == parser->open_elements;
    if (value.size > 0 || (!open_element->has_children && !is_record))
        set_value(parser, is_record ? TEXT("text") : open_element->field_path.text, value,
                  open_element->is_html);
    parser->text_begin = parser->text_end;
}

static void append_text(struct record_parser *parser, struct text raw, bool is_cdata)
{
    char *bytes = parser->reader->bytes + parser->text_end;
    if (is_cdata)
        memcpy(bytes, raw.bytes, raw.size);
    parser->text_end += is_cdata ? raw.size : xml_decode_text(raw, bytes);
}

/* Attributes of Rails and Atom that describe the form of a value; they are no fields. */
static bool is_type_attribute(struct text name, struct text value)
{
    static const char *const types[] = {"array", "boolean", "date", "datetime", "decimal", "float",
                                        "html",  "integer", "text", "xhtml",    NULL};
    if (text_equal(name, TEXT("nil")))
        return true;
    return text_equal(name, TEXT("type")) && text_is_one_of_ignore_case(value, types);
}

/* Adds attributes as fields, like children: `id` of the record, `thread.id` of a child. */
static void add_attributes(struct record_parser *parser, struct open_element *open_element,
                           struct text attributes)
{
    struct text name, raw;
    while (xml_next_attribute(&attributes, &name, &raw)) {
        struct text value = {parser->reader->bytes + parser->text_end, 0};
        value.size = xml_decode_text(raw, parser->reader->bytes + parser->text_end);
        if (open_element != parser->open_elements && is_type_attribute(name, value)) {
            open_element->is_html =
                open_element->is_html || text_equal_ignore_case(value, TEXT("html"));
            continue;
        }
        parser->text_end += value.size;
        struct field_path field_path = field_path_join(
            &parser->reader->field_paths, open_element->field_path, name, parser->fields->arena);
        if (!fields_find(parser->fields, field_path.text))
            fields_add(parser->fields, field_path.text, value);
    }
    parser->text_begin = parser->text_end;
}

/* ---- Elements ---- */

/* Whether the element whose content begins at `at` begins with a child. */
static bool has_child(const struct record_parser *parser, size_t at)
{
    struct xml_token token = {.kind = XML_IGNORED};
    if (at < parser->bytes.size)
        xml_scan(parser->bytes, at, parser->is_final, &token);
    size_t next = at + token.size;
    if (token.kind == XML_TEXT && text_trim(text_slice(parser->bytes, at, next)).size == 0 &&
        next < parser->bytes.size)
        xml_scan(parser->bytes, next, parser->is_final, &token);
    return token.kind == XML_START_TAG;
}

static struct field_path make_child_path(struct record_parser *parser,
                                         const struct xml_token *token, size_t after)
{
    struct arena *arena = parser->fields->arena;
    struct open_element *parent = &parser->open_elements[parser->depth];
    struct field_path field_path =
        field_path_join(&parser->reader->field_paths, parent->field_path, token->name, arena);
    parent->sibling_count =
        field_path.hash == parent->last_child_hash ? parent->sibling_count + 1 : 1;
    parent->last_child_hash = field_path.hash;
    if (parent->sibling_count > 1 && !token->is_empty && has_child(parser, after))
        field_path = field_path_index(&parser->reader->field_paths, field_path,
                                      parent->sibling_count, arena);
    return field_path;
}

/* Whether an element that begins within `parent` is markup of its text, not a field. */
static bool begins_markup(const struct record_parser *parser, const struct open_element *parent,
                          struct text name)
{
    bool has_pending_text = get_pending_text(parser).size > 0;
    return parser->depth > 0 ? has_pending_text || xml_is_inline_markup(name)
                             : has_pending_text && !parent->has_children;
}

/* False, with the fault, if the element is nested too deep. */
static bool begin_element(struct record_parser *parser, const struct xml_token *token, size_t at)
{
    struct open_element *parent = &parser->open_elements[parser->depth], *open_element = parent + 1;
    if (parser->markup_depth == SIZE_MAX && begins_markup(parser, parent, token->name))
        parser->markup_depth = parser->depth;
    if (parser->markup_depth != SIZE_MAX && (token->is_empty || xml_is_inline_markup(token->name)))
        return true;
    if (parser->depth + 1 >= (size_t)parser->reader->limits->depth)
        return error_set(parser->fault, ERROR_INPUT,
                         "nested deeper than %lld levels; to read it, raise 'max_record_depth'",
                         (long long)parser->reader->limits->depth);
    *open_element = (struct open_element){.name = token->name, .content_begin = at + token->size};
    if (parser->markup_depth == SIZE_MAX) {
        if (parser->text_end > parser->text_begin && get_pending_text(parser).size > 0)
            flush_text(parser, parent);
        parent->has_children = true;
        open_element->field_path = make_child_path(parser, token, at + token->size);
        parser->text_begin = parser->text_end;
        add_attributes(parser, open_element, token->content);
        if (token->is_empty)
            flush_text(parser, open_element);
    }
    parser->depth += !token->is_empty;
    return true;
}

/* Text and markup are HTML already; CDATA is escaped. */
static struct text markup_to_html(struct record_parser *parser, struct text content)
{
    char *html = memory_alloc(5 * content.size + 1, 1);
    size_t size = 0;
    struct xml_token token;
    for (size_t at = 0; at < content.size; at += token.size) {
        if (xml_scan(content, at, true, &token) != XML_CDATA) {
            memcpy(html + size, content.bytes + at, token.size);
            size += token.size;
            continue;
        }
        for (size_t i = 0; i < token.content.size; i++) {
            char byte = token.content.bytes[i];
            struct text letter = byte == '<'   ? TEXT("&lt;")
                                 : byte == '&' ? TEXT("&amp;")
                                               : text_slice(token.content, i, i + 1);
            memcpy(html + size, letter.bytes, letter.size);
            size += letter.size;
        }
    }
    struct text text = arena_copy_text(&parser->reader->scratch, (struct text){html, size});
    free(html);
    return text;
}

/* Makes the content of the element with markup, up to `at`, its value. */
static void flush_markup(struct record_parser *parser, size_t at)
{
    const struct open_element *open_element = &parser->open_elements[parser->markup_depth];
    struct text text =
        markup_to_html(parser, text_slice(parser->bytes, open_element->content_begin, at));
    set_value(parser, parser->markup_depth ? open_element->field_path.text : TEXT("text"), text,
              open_element->is_html);
    parser->markup_depth = SIZE_MAX;
    parser->text_begin = parser->text_end;
}

/* Closes the element called `name`, and inline markup within it. False, with the fault, if another
 * element within it is open, or if it is not open. *done: it was the record. */
static bool end_element(struct record_parser *parser, struct text name, size_t at, bool *done)
{
    size_t depth = parser->depth;
    while (depth > 0 && !text_equal(parser->open_elements[depth].name, name) &&
           xml_is_inline_markup(parser->open_elements[depth].name))
        depth--;
    if (!text_equal(parser->open_elements[depth].name, name)) {
        if (xml_is_inline_markup(name))
            return true; /* the end tag of markup that is not open */
        bool is_open = false;
        for (size_t i = 0; i < depth; i++)
            is_open = is_open || text_equal(parser->open_elements[i].name, name);
        return is_open ? error_set(parser->fault, ERROR_INPUT, "<%.*s> is never closed",
                                   TEXT_ARGUMENT(text_slice(parser->open_elements[depth].name, 0,
                                                            MAX_SHOWN_NAME_SIZE)))
                       : error_set(parser->fault, ERROR_INPUT, "</%.*s> has no start tag",
                                   TEXT_ARGUMENT(text_slice(name, 0, MAX_SHOWN_NAME_SIZE)));
    }
    if (parser->markup_depth == SIZE_MAX)
        flush_text(parser, &parser->open_elements[depth]);
    else if (depth <= parser->markup_depth)
        flush_markup(parser, at);
    *done = depth == 0;
    parser->depth = depth ? depth - 1 : 0;
    return true;
}

/* ---- Records ---- */

/* Ends a faulty record before the next element called `name`, at or after `from`. */
static enum xml_record_status find_faulty_record_end(const struct record_parser *parser,
                                                     size_t from, struct text name, size_t *size)
{
    struct xml_token token;
    for (*size = from; *size < parser->bytes.size; *size += token.size) {
        enum xml_token_kind kind = xml_scan(parser->bytes, *size, parser->is_final, &token);
        if (kind == XML_INCOMPLETE)
            return XML_RECORD_INCOMPLETE;
        if ((kind == XML_START_TAG || kind == XML_MALFORMED) && text_equal(token.name, name))
            break;
    }
    if (*size == parser->bytes.size && !parser->is_final)
        return XML_RECORD_INCOMPLETE;
    while (*size > 1 && strchr(" \t\r\n", parser->bytes.bytes[*size - 1]))
        --*size; /* without the blanks before the next record */
    return XML_RECORD_FAULTY;
}

/* Processes the token at `at`; false, with the fault, if it is not allowed there. */
static bool process_token(struct record_parser *parser, const struct xml_token *token, size_t at,
                          bool *done)
{
    if (token->is_unterminated)
        return error_set(parser->fault, ERROR_INPUT, "%.*s... is never closed",
                         TEXT_ARGUMENT(text_slice(parser->bytes, at, at + SHOWN_MARKUP_SIZE)));
    switch (token->kind) {
    case XML_START_TAG:
        return begin_element(parser, token, at);
    case XML_END_TAG:
        return end_element(parser, token->name, at, done);
    case XML_TEXT:
    case XML_MALFORMED:
    case XML_CDATA:
        if (parser->markup_depth == SIZE_MAX)
            append_text(parser,
                        token->kind == XML_CDATA ? token->content
                                                 : text_slice(parser->bytes, at, at + token->size),
                        token->kind == XML_CDATA);
        return true;
    default:
        return true;
    }
}

static bool begin_record(struct record_parser *parser, const struct xml_token *token, bool *done)
{
    parser->open_elements[0] =
        (struct open_element){.name = token->name, .content_begin = token->size};
    if (token->kind != XML_START_TAG)
        return error_set(parser->fault, ERROR_INPUT, "the tag <%.*s is malformed",
                         TEXT_ARGUMENT(text_slice(token->name, 0, MAX_SHOWN_NAME_SIZE)));
    add_attributes(parser, &parser->open_elements[0], token->content);
    parser->attribute_count = parser->fields->count;
    *done = token->is_empty;
    return true;
}

enum xml_record_status xml_record_read(struct xml_reader *reader, struct text bytes, bool is_final,
                                       struct xml_record *record)
{
    /* One more for markup that is a field (<row><b>2</b></row>). */
    struct open_element open_elements[MAX_RECORD_DEPTH_LIMIT + 2];
    struct record_parser parser = {.reader = reader,
                                   .bytes = bytes,
                                   .is_final = is_final,
                                   .fields = record->fields,
                                   .open_elements = open_elements,
                                   .markup_depth = SIZE_MAX,
                                   .fault = &record->fault};
    struct xml_token token;
    size_t next = 0, at = 0; /* next: the first element of the record's name within it */
    bool done = false;
    reader->bytes = memory_grow(reader->bytes, &reader->capacity, bytes.size + 1, 1);
    arena_reset(&reader->scratch);
    record->fields->count = 0;
    record->fault.kind = ERROR_NONE;
    if (xml_scan(bytes, 0, is_final, &token) == XML_INCOMPLETE)
        return XML_RECORD_INCOMPLETE;
    bool is_valid = begin_record(&parser, &token, &done);
    for (at = token.size; is_valid && !done && at < bytes.size; at += token.size) {
        if (xml_scan(bytes, at, is_final, &token) == XML_INCOMPLETE)
            return XML_RECORD_INCOMPLETE;
        if (next == 0 && token.kind == XML_START_TAG &&
            text_equal(token.name, open_elements[0].name))
            next = at;
        is_valid = process_token(&parser, &token, at, &done);
    }
    record->size = at;
    if (is_valid && !done && !is_final)
        return XML_RECORD_INCOMPLETE;
    if (done && (int64_t)record->fields->count > reader->limits->fields) {
        error_set(&record->fault, ERROR_INPUT,
                  "more than %lld members; to read it, raise 'max_record_fields'",
                  (long long)reader->limits->fields);
        return XML_RECORD_FAULTY;
    }
    reader->used_size = parser.text_end;
    if (done)
        return XML_RECORD_COMPLETE;
    if (is_valid || next > 0) {
        record->fault.kind = ERROR_NONE; /* replaced by a clearer message */
        error_set(&record->fault, ERROR_INPUT, "the element that begins here is never closed");
    }
    return find_faulty_record_end(&parser, next ? next : 1, open_elements[0].name, &record->size);
}

void xml_record_copy_values(const struct xml_reader *reader, struct fields *fields)
{
    const char *from = reader->bytes, *end = from + reader->used_size;
    struct text copied_values =
        arena_copy_text(fields->arena, (struct text){from, reader->used_size});
    for (size_t i = 0; i < fields->count; i++) {
        struct text *cell = &fields->cells[i];
        if (cell->bytes >= from && cell->bytes <= end)
            cell->bytes = copied_values.bytes + (cell->bytes - from);
        else
            *cell = arena_copy_text(fields->arena, *cell);
    }
}

void xml_reader_free(struct xml_reader *reader)
{
    field_paths_free(&reader->field_paths);
    arena_free(&reader->scratch);
    free(reader->bytes);
    *reader = (struct xml_reader){0};
}
