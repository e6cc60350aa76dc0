/* fields.c - recursive descent over a copy of the record. Strings are decoded in place: decoding
 * never makes them longer. */
#include "connectors/json/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/json/scan.h"

struct json_parser {
    const struct record_limits *limits;
    struct field_paths *field_paths;
    struct fields *fields;
    struct error *fault;
    char *bytes; /* a copy of the record */
    size_t size, at;
    int64_t count;      /* members and list items so far */
    struct text *items; /* scalars of the open lists; allocated with malloc */
    size_t item_count, item_capacity;
};

/* Sets the fault for the current position and returns false. */
static bool fail_expected(struct json_parser *parser, const char *what)
{
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < parser->at; i++)
        if (parser->bytes[i] == '\n') {
            line++;
            begin = i + 1;
        }
    if (line == 1)
        return error_set(parser->fault, ERROR_INPUT, "column %zu: expected %s", parser->at + 1,
                         what);
    return error_set(parser->fault, ERROR_INPUT, "line %zu of the record, column %zu: expected %s",
                     line, parser->at - begin + 1, what);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

/* Skips blanks and returns the next byte, 0 at the end. */
static char peek_byte(struct json_parser *parser)
{
    while (parser->at < parser->size && is_blank(parser->bytes[parser->at]))
        parser->at++;
    return parser->at < parser->size ? parser->bytes[parser->at] : '\0';
}

/* Counts a member or list item. False, with the fault, if there are too many. */
static bool count_value(struct json_parser *parser)
{
    return ++parser->count <= parser->limits->fields ||
           error_set(parser->fault, ERROR_INPUT,
                     "more than %lld members; to read it, raise 'max_record_fields'",
                     (long long)parser->limits->fields);
}

/* ---- Strings ---- */

/* The value of the four hexadecimal digits at `at`; -1 if there are not four. */
static int32_t parse_four_hex_digits(const struct json_parser *parser, size_t at)
{
    int32_t value = 0;
    if (at + 4 > parser->size)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        int digit = ascii_hex_value(parser->bytes[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Decodes "\u00e9", or a surrogate pair, at the current position and moves past it. Returns the
 * number of bytes written to `to`; 0 if it is no such escape. */
static size_t decode_unicode_escape(struct json_parser *parser, char *to)
{
    int32_t unit = parse_four_hex_digits(parser, parser->at + 2);
    if (unit < 0)
        return 0;
    parser->at += 6;
    if (unit >= 0xD800 && unit < 0xDC00 && parser->at + 6 <= parser->size &&
        memcmp(parser->bytes + parser->at, "\\u", 2) == 0) {
        int32_t low = parse_four_hex_digits(parser, parser->at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            parser->at += 6;
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    bool half = unit >= 0xD800 && unit < 0xE000;
    return utf8_encode(half ? 0xFFFD : (uint32_t)unit, to);
}

/* Decodes the escape at the current position and moves past it. Returns the number of bytes written
 * to `to`. */
static size_t decode_escape(struct json_parser *parser, char *to)
{
    static const char known[] = "\"\\/bfnrt'", decoded[] = "\"\\/\b\f\n\r\t'";
    char byte = parser->at + 1 < parser->size ? parser->bytes[parser->at + 1] : '\0';
    const char *at = byte ? strchr(known, byte) : NULL;
    size_t size = byte == 'u' ? decode_unicode_escape(parser, to) : 0;
    if (size > 0)
        return size;
    *to = at ? decoded[at - known] : '\\';
    parser->at += at ? 2 : 1; /* an unknown escape is kept */
    return 1;
}

/* The position of the next quote or backslash at or after `at`. */
static size_t find_string_end(const struct json_parser *parser, size_t at, char quote)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    const uint64_t quotes = ones * (unsigned char)quote, backslashes = ones * '\\';
    for (; at + 8 <= parser->size; at += 8) { /* skips eight bytes if none of them is either */
        uint64_t word;
        memcpy(&word, parser->bytes + at, sizeof(word));
        uint64_t found = (((word ^ quotes) - ones) & ~(word ^ quotes)) |
                         (((word ^ backslashes) - ones) & ~(word ^ backslashes));
        if (found & highs)
            break;
    }
    while (at < parser->size && parser->bytes[at] != quote && parser->bytes[at] != '\\')
        at++;
    return at;
}

static bool read_string(struct json_parser *parser, struct text *text)
{
    char quote = parser->bytes[parser->at], *begin = parser->bytes + ++parser->at, *to = begin;
    for (;;) {
        size_t end = find_string_end(parser, parser->at, quote);
        size_t plain = end - parser->at;
        if (to != parser->bytes + parser->at)
            memmove(to, parser->bytes + parser->at, plain);
        to += plain;
        parser->at = end;
        if (end == parser->size)
            return fail_expected(parser, "the end of a string");
        if (parser->bytes[end] == quote)
            break;
        to += decode_escape(parser, to);
    }
    parser->at++;
    *text = (struct text){begin, (size_t)(to - begin)};
    return true;
}

/* ---- Values ---- */

static bool is_number(struct text word)
{
    size_t digits = 0;
    for (size_t i = 0; i < word.size; i++) {
        char byte = word.bytes[i];
        digits += ascii_is_digit(byte);
        if (!ascii_is_digit(byte) && !strchr("+-.eE", byte))
            return false;
    }
    return digits > 0 && (word.bytes[0] == '-' || ascii_is_digit(word.bytes[0]));
}

/* Reads a number or one of the words. */
static bool read_literal(struct json_parser *parser, struct text *text)
{
    static const struct {
        const char *word, *value;
    } words[] = {{"null", ""},      {"true", "true"},   {"false", "false"}, {"None", ""},
                 {"True", "true"},  {"False", "false"}, {"NaN", ""},        {"Infinity", ""},
                 {"-Infinity", ""}, {"undefined", ""}};
    size_t end = parser->at;
    while (end < parser->size && !is_blank(parser->bytes[end]) &&
           !strchr(",:]}[{\"'", parser->bytes[end]))
        end++;
    *text = (struct text){parser->bytes + parser->at, end - parser->at};
    bool is_valid = is_number(*text);
    for (size_t i = 0; !is_valid && i < sizeof(words) / sizeof(*words); i++)
        if (text_equal(*text, text_of(words[i].word))) {
            *text = text_of(words[i].value);
            is_valid = true;
        }
    if (!is_valid)
        return fail_expected(parser, "a value");
    parser->at = end;
    return true;
}

static bool read_scalar(struct json_parser *parser, struct text *text)
{
    char byte = parser->bytes[parser->at];
    return byte == '"' || byte == '\'' ? read_string(parser, text) : read_literal(parser, text);
}

static bool read_value(struct json_parser *parser, struct field_path field_path, int64_t depth);

/* Reads a comma, or checks that the closing bracket follows. */
static bool read_comma(struct json_parser *parser, char closing_bracket)
{
    char byte = peek_byte(parser);
    if (byte == ',')
        parser->at++;
    else if (byte != closing_bracket)
        return fail_expected(parser, closing_bracket == '}' ? "',' or '}'" : "',' or ']'");
    return true;
}

static bool read_object(struct json_parser *parser, struct field_path field_path, int64_t depth)
{
    for (parser->at++; peek_byte(parser) != '}';) {
        char byte = peek_byte(parser);
        struct text name;
        if (byte != '"' && byte != '\'')
            return fail_expected(parser, "a name in quotes, or '}'");
        if (!read_string(parser, &name))
            return false;
        if (peek_byte(parser) != ':')
            return fail_expected(parser, "':'");
        parser->at++;
        bool is_label_wrapper = field_path.text.size > 0 && text_equal(name, TEXT("label"));
        struct field_path inner =
            is_label_wrapper
                ? field_path
                : field_path_join(parser->field_paths, field_path, name, parser->fields->arena);
        if (!read_value(parser, inner, depth + 1) || !read_comma(parser, '}'))
            return false;
    }
    parser->at++;
    return true;
}

/* The scalars of a list as one value: "a, b". */
static struct text join_items(const struct text *items, size_t item_count, struct arena *arena)
{
    size_t size = 0;
    for (size_t i = 0; i < item_count; i++)
        size += items[i].size + 2;
    char *joined = arena_alloc(arena, size + 1, 1), *end = joined;
    for (size_t i = 0; i < item_count; i++) {
        if (end > joined)
            end = mempcpy(end, ", ", 2);
        if (items[i].size)
            end = mempcpy(end, items[i].bytes, items[i].size);
    }
    return (struct text){joined, (size_t)(end - joined)};
}

/* The size of the list at the current position if it is one text in pieces: strings, and objects
 * with a "text" for those in another style; otherwise 0. Objects alone are a text only as the value
 * of `text`. */
static size_t measure_text_in_pieces(const struct json_parser *parser, struct field_path field_path)
{
    struct text list = {parser->bytes + parser->at, parser->size - parser->at};
    size_t at = json_skip_blanks_and_commas(list, 1), size = 0;
    bool has_string = false, has_object = false;
    bool is_text =
        text_equal(field_path.text, TEXT("text")) || text_ends_with(field_path.text, TEXT(".text"));
    for (; at < list.size && list.bytes[at] != ']';
         at = json_skip_blanks_and_commas(list, at + size)) {
        struct text rest = text_slice(list, at, list.size);
        bool is_object = rest.bytes[0] == '{';
        if ((rest.bytes[0] != '"' && !is_object) ||
            (is_object && has_object && !has_string && !is_text) ||
            json_scan(rest, &size) != JSON_SCAN_COMPLETE ||
            (is_object && text_find(text_slice(rest, 0, size), TEXT("\"text\""), 0) == size))
            return 0;
        has_string = has_string || !is_object;
        has_object = has_object || is_object;
    }
    return at < list.size && has_object && (has_string || is_text) ? at + 1 : 0;
}

/* Removes the fields from `first` on and returns the value of the one called "....text". */
static struct text take_piece(struct fields *fields, size_t first)
{
    struct text piece = {0};
    while (fields->count > first) {
        fields->count--;
        if (text_ends_with(fields->names[fields->count], TEXT(".text")))
            piece = fields->cells[fields->count];
    }
    return piece;
}

/* Reads a piece of a text. */
static bool read_piece(struct json_parser *parser, struct field_path path, int64_t depth,
                       struct text *piece)
{
    size_t first = parser->fields->count;
    if (peek_byte(parser) != '{')
        return count_value(parser) && read_scalar(parser, piece);
    if (!read_value(parser, path, depth))
        return false;
    *piece = take_piece(parser->fields, first);
    return true;
}

/* ["Look at ", {"type": "link", "text": "https://..."}, "!"], a list of `size` bytes, is one value,
 * without separators. */
static bool read_text_in_pieces(struct json_parser *parser, struct field_path field_path,
                                int64_t depth, size_t size)
{
    struct arena *arena = parser->fields->arena;
    struct field_path path = field_path_index(parser->field_paths, field_path, 1, arena);
    char *joined = arena_alloc(arena, size, 1), *end = joined;
    for (parser->at++; peek_byte(parser) != ']';) {
        struct text piece = {0};
        if (!read_piece(parser, path, depth + 1, &piece) || !read_comma(parser, ']'))
            return false;
        if (piece.size)
            end = mempcpy(end, piece.bytes, piece.size);
    }
    parser->at++;
    fields_add(parser->fields, field_path.text, (struct text){joined, (size_t)(end - joined)});
    return true;
}

static bool read_list(struct json_parser *parser, struct field_path field_path, int64_t depth)
{
    size_t text_size = measure_text_in_pieces(parser, field_path);
    if (text_size > 0)
        return read_text_in_pieces(parser, field_path, depth, text_size);
    struct arena *arena = parser->fields->arena;
    size_t first = parser->item_count, number = 0, nested = 0;
    for (parser->at++; peek_byte(parser) != ']'; number++) {
        char byte = peek_byte(parser);
        struct text item;
        bool good;
        if (byte == '{' || byte == '[') {
            nested++;
            good = read_value(parser,
                              field_path_index(parser->field_paths, field_path, number + 1, arena),
                              depth + 1);
        } else {
            good = count_value(parser) && read_scalar(parser, &item);
            parser->items = memory_grow(parser->items, &parser->item_capacity,
                                        parser->item_count + 1, sizeof(*parser->items));
            parser->items[parser->item_count++] = good ? item : (struct text){0};
        }
        if (!good || !read_comma(parser, ']'))
            return false;
    }
    parser->at++;
    if (parser->item_count > first)
        fields_add(parser->fields, field_path.text,
                   join_items(&parser->items[first], parser->item_count - first, arena));
    else if (nested == 0)
        fields_add(parser->fields, field_path.text, (struct text){0});
    parser->item_count = first;
    return true;
}

static bool read_value(struct json_parser *parser, struct field_path field_path, int64_t depth)
{
    char byte = peek_byte(parser);
    struct text text;
    if (byte == '\0')
        return fail_expected(parser, "a value");
    if (depth > parser->limits->depth)
        return error_set(parser->fault, ERROR_INPUT,
                         "nested deeper than %lld levels; to read it, raise 'max_record_depth'",
                         (long long)parser->limits->depth);
    if (byte == '{')
        return read_object(parser, field_path, depth);
    if (!count_value(parser))
        return false;
    if (byte == '[')
        return read_list(parser, field_path, depth);
    if (!read_scalar(parser, &text))
        return false;
    fields_add(parser->fields, field_path.text, text);
    return true;
}

/* ---- Records ---- */

/* "id7": {...} */
static bool read_keyed_object(struct json_parser *parser)
{
    struct text name;
    if (!read_string(parser, &name))
        return false;
    if (peek_byte(parser) != ':')
        return fail_expected(parser, "':'");
    parser->at++;
    if (peek_byte(parser) != '{')
        return fail_expected(parser, "an object, {...}");
    fields_add(parser->fields, TEXT("key"), name);
    return read_value(parser, (struct field_path){0}, 0);
}

/* Whether the record is {"1": {...}}: an object in a list that is wrapped in its number. */
static bool is_numbered_object(const struct json_parser *parser)
{
    struct text raw = {parser->bytes + parser->at, parser->size - parser->at};
    size_t at = json_skip_blanks(raw, 1), value = 0, size = 0, digits = at + 1;
    while (digits < raw.size && ascii_is_digit(raw.bytes[digits]))
        digits++;
    if (digits == at + 1 || digits == raw.size || raw.bytes[digits] != '"' ||
        json_scan_member(text_slice(raw, at, raw.size), &value) != JSON_SCAN_COMPLETE ||
        json_scan(text_slice(raw, at + value, raw.size), &size) != JSON_SCAN_COMPLETE)
        return false;
    at = json_skip_blanks(raw, at + value + size);
    return at < raw.size && raw.bytes[at] == '}';
}

static bool read_numbered_object(struct json_parser *parser)
{
    parser->at++;
    peek_byte(parser);
    if (!read_keyed_object(parser) || peek_byte(parser) != '}')
        return fail_expected(parser, "'}'");
    parser->at++;
    return true;
}

static struct field_path make_column_path(struct json_parser *parser,
                                          const struct json_reader *reader, size_t column)
{
    struct arena *arena = parser->fields->arena;
    struct field_path row = {0};
    return field_path_join(parser->field_paths, row,
                           reader->columns ? reader->columns[column]
                                           : arena_format(arena, "column_%zu", column + 1),
                           arena);
}

/* ["a", 1] */
static bool read_row(struct json_parser *parser, const struct json_reader *reader)
{
    size_t column = 0;
    for (parser->at++; peek_byte(parser) != ']'; column++) {
        if (reader->columns && column == reader->column_count)
            return error_set(parser->fault, ERROR_INPUT, "expected %zu cells, found more",
                             reader->column_count);
        if (!read_value(parser, make_column_path(parser, reader, column), 1) ||
            !read_comma(parser, ']'))
            return false;
    }
    parser->at++;
    return true;
}

static bool read_record(struct json_parser *parser, const struct json_reader *reader)
{
    switch (peek_byte(parser)) {
    case '{':
        return is_numbered_object(parser) ? read_numbered_object(parser)
                                          : read_value(parser, (struct field_path){0}, 0);
    case '[':
        return read_row(parser, reader);
    case '"':
        return read_keyed_object(parser);
    default:
        return fail_expected(parser, "an object, {...}");
    }
}

bool json_record_read(struct json_reader *reader, struct text raw, struct fields *fields,
                      struct error *fault)
{
    struct text copy = arena_copy_text(fields->arena, raw);
    struct json_parser parser = {.limits = &reader->limits,
                                 .field_paths = &reader->field_paths,
                                 .fields = fields,
                                 .fault = fault,
                                 .bytes = (char *)(uintptr_t)copy.bytes,
                                 .size = copy.size};
    bool good = read_record(&parser, reader);
    if (good && (peek_byte(&parser) != '\0' || parser.at < parser.size))
        good = fail_expected(&parser, "the end of the record after the object");
    free(parser.items);
    if (!good)
        fields_free(fields);
    return good;
}
