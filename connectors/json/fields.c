/* fields.c - recursive descent over a copy of the object, in which strings are decoded where
 * they stand: decoding never makes them longer. */
#include "connectors/json/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

struct walk {
    const struct member_limits *limits;
    struct paths *paths;
    struct members *members;
    struct error *fault;
    char *bytes; /* the copy */
    size_t size, at;
    int64_t count;      /* members and items of lists so far */
    struct text *items; /* plain values of the lists that are open; allocated with malloc */
    size_t item_count, item_capacity;
};

/* False, with the fault, at the place where the walk stands. */
static bool expected(struct walk *walk, const char *what)
{
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < walk->at; i++)
        if (walk->bytes[i] == '\n') {
            line++;
            begin = i + 1;
        }
    if (line == 1)
        return error_set(walk->fault, ERROR_INPUT, "column %zu: expected %s", walk->at + 1, what);
    return error_set(walk->fault, ERROR_INPUT, "line %zu of it, column %zu: expected %s", line,
                     walk->at - begin + 1, what);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

/* The next byte that is not blank, 0 at the end. */
static char peek(struct walk *walk)
{
    while (walk->at < walk->size && is_blank(walk->bytes[walk->at]))
        walk->at++;
    return walk->at < walk->size ? walk->bytes[walk->at] : '\0';
}

/* Counts one more member or item. */
static bool count(struct walk *walk)
{
    return ++walk->count <= walk->limits->members ||
           error_set(walk->fault, ERROR_INPUT, "more than %lld members; 'most_members' allows more",
                     (long long)walk->limits->members);
}

/* ---- Strings ---- */

/* The number of four hexadecimal digits at `at`; -1 when they are none. */
static int32_t hexadecimal(const struct walk *walk, size_t at)
{
    int32_t value = 0;
    if (at + 4 > walk->size)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char byte = walk->bytes[i], letter = byte | 32;
        if (byte >= '0' && byte <= '9')
            value = value * 16 + byte - '0';
        else if (letter >= 'a' && letter <= 'f')
            value = value * 16 + letter - 'a' + 10;
        else
            return -1;
    }
    return value;
}

/* "\u00e9", or a pair of them, at the walk's place: written to `to`, and passed. Returns the bytes
 * written, 0 when it is none. */
static size_t decode_unit(struct walk *walk, char *to)
{
    int32_t unit = hexadecimal(walk, walk->at + 2);
    if (unit < 0)
        return 0;
    walk->at += 6;
    if (unit >= 0xD800 && unit < 0xDC00 && walk->at + 6 <= walk->size &&
        memcmp(walk->bytes + walk->at, "\\u", 2) == 0) {
        int32_t low = hexadecimal(walk, walk->at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            walk->at += 6;
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    bool half = unit >= 0xD800 && unit < 0xE000;
    return utf8_encode(half ? 0xFFFD : (uint32_t)unit, to);
}

/* The escape at the walk's place: written to `to`, and passed. Returns the bytes written. */
static size_t decode_escape(struct walk *walk, char *to)
{
    static const char known[] = "\"\\/bfnrt'", meant[] = "\"\\/\b\f\n\r\t'";
    char byte = walk->at + 1 < walk->size ? walk->bytes[walk->at + 1] : '\0';
    const char *at = byte ? strchr(known, byte) : NULL;
    size_t size = byte == 'u' ? decode_unit(walk, to) : 0;
    if (size > 0)
        return size;
    *to = at ? meant[at - known] : '\\';
    walk->at += at ? 2 : 1; /* an unknown one stays as it stands */
    return 1;
}

/* Where the next byte that ends or escapes a string stands, from `at` on. */
static size_t find_end(const struct walk *walk, size_t at, char quote)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    const uint64_t quotes = ones * (unsigned char)quote, backslashes = ones * '\\';
    for (; at + 8 <= walk->size; at += 8) { /* eight bytes at a time, none of which is either */
        uint64_t word;
        memcpy(&word, walk->bytes + at, sizeof(word));
        uint64_t found = (((word ^ quotes) - ones) & ~(word ^ quotes)) |
                         (((word ^ backslashes) - ones) & ~(word ^ backslashes));
        if (found & highs)
            break;
    }
    while (at < walk->size && walk->bytes[at] != quote && walk->bytes[at] != '\\')
        at++;
    return at;
}

static bool read_string(struct walk *walk, struct text *text)
{
    char quote = walk->bytes[walk->at], *begin = walk->bytes + ++walk->at, *to = begin;
    for (;;) {
        size_t end = find_end(walk, walk->at, quote);
        size_t plain = end - walk->at;
        if (to != walk->bytes + walk->at)
            memmove(to, walk->bytes + walk->at, plain);
        to += plain;
        walk->at = end;
        if (end == walk->size)
            return expected(walk, "the end of a string");
        if (walk->bytes[end] == quote)
            break;
        to += decode_escape(walk, to);
    }
    walk->at++;
    *text = (struct text){begin, (size_t)(to - begin)};
    return true;
}

/* ---- Values ---- */

static bool is_number(struct text word)
{
    size_t digits = 0;
    for (size_t i = 0; i < word.size; i++) {
        char byte = word.bytes[i];
        digits += byte >= '0' && byte <= '9';
        if (!(byte >= '0' && byte <= '9') && !strchr("+-.eE", byte))
            return false;
    }
    return digits > 0 && (word.bytes[0] == '-' || (word.bytes[0] >= '0' && word.bytes[0] <= '9'));
}

/* A number or a word. */
static bool read_word(struct walk *walk, struct text *text)
{
    static const struct {
        const char *word, *meant;
    } words[] = {{"null", ""},      {"true", "true"},   {"false", "false"}, {"None", ""},
                 {"True", "true"},  {"False", "false"}, {"NaN", ""},        {"Infinity", ""},
                 {"-Infinity", ""}, {"undefined", ""}};
    size_t end = walk->at;
    while (end < walk->size && !is_blank(walk->bytes[end]) &&
           !strchr(",:]}[{\"'", walk->bytes[end]))
        end++;
    *text = (struct text){walk->bytes + walk->at, end - walk->at};
    bool good = is_number(*text);
    for (size_t i = 0; !good && i < sizeof(words) / sizeof(*words); i++)
        if (text_equal(*text, text_of(words[i].word))) {
            *text = text_of(words[i].meant);
            good = true;
        }
    if (!good)
        return expected(walk, "a value");
    walk->at = end;
    return true;
}

static bool read_scalar(struct walk *walk, struct text *text)
{
    char byte = walk->bytes[walk->at];
    return byte == '"' || byte == '\'' ? read_string(walk, text) : read_word(walk, text);
}

static bool read_value(struct walk *walk, struct path path, int64_t depth);

/* Behind a member or an item: a comma, or what closes them all. */
static bool read_comma(struct walk *walk, char closing)
{
    char byte = peek(walk);
    if (byte == ',')
        walk->at++;
    else if (byte != closing)
        return expected(walk, closing == '}' ? "',' or '}'" : "',' or ']'");
    return true;
}

static bool read_object(struct walk *walk, struct path path, int64_t depth)
{
    for (walk->at++; peek(walk) != '}';) {
        char byte = peek(walk);
        struct text name;
        if (byte != '"' && byte != '\'')
            return expected(walk, "a name in quotes, or '}'");
        if (!read_string(walk, &name))
            return false;
        if (peek(walk) != ':')
            return expected(walk, "':'");
        walk->at++;
        bool wrapped = path.text.size > 0 && text_equal(name, TEXT("label"));
        struct path inner =
            wrapped ? path : path_join(walk->paths, path, name, walk->members->arena);
        if (!read_value(walk, inner, depth + 1) || !read_comma(walk, '}'))
            return false;
    }
    walk->at++;
    return true;
}

/* Plain values of a list as one: "a, b". */
static struct text join(const struct text *items, size_t item_count, struct arena *arena)
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

static bool read_list(struct walk *walk, struct path path, int64_t depth)
{
    struct arena *arena = walk->members->arena;
    size_t first = walk->item_count, number = 0, nested = 0;
    for (walk->at++; peek(walk) != ']'; number++) {
        char byte = peek(walk);
        struct text item;
        bool good;
        if (byte == '{' || byte == '[') {
            nested++;
            good = read_value(walk, path_number(walk->paths, path, number + 1, arena), depth + 1);
        } else {
            good = count(walk) && read_scalar(walk, &item);
            walk->items = memory_grow(walk->items, &walk->item_capacity, walk->item_count + 1,
                                      sizeof(*walk->items));
            walk->items[walk->item_count++] = good ? item : (struct text){0};
        }
        if (!good || !read_comma(walk, ']'))
            return false;
    }
    walk->at++;
    if (walk->item_count > first)
        members_add(walk->members, path.text,
                    join(&walk->items[first], walk->item_count - first, arena));
    else if (nested == 0)
        members_add(walk->members, path.text, (struct text){0});
    walk->item_count = first;
    return true;
}

static bool read_value(struct walk *walk, struct path path, int64_t depth)
{
    char byte = peek(walk);
    struct text text;
    if (byte == '\0')
        return expected(walk, "a value");
    if (depth > walk->limits->depth)
        return error_set(walk->fault, ERROR_INPUT,
                         "nested deeper than %lld levels; 'deepest_record' allows more",
                         (long long)walk->limits->depth);
    if (byte == '{')
        return read_object(walk, path, depth);
    if (!count(walk))
        return false;
    if (byte == '[')
        return read_list(walk, path, depth);
    if (!read_scalar(walk, &text))
        return false;
    members_add(walk->members, path.text, text);
    return true;
}

/* ---- Records ---- */

/* "id7": {...} */
static bool read_keyed(struct walk *walk)
{
    struct text name;
    if (!read_string(walk, &name))
        return false;
    if (peek(walk) != ':')
        return expected(walk, "':'");
    walk->at++;
    if (peek(walk) != '{')
        return expected(walk, "an object, {...}");
    members_add(walk->members, TEXT("key"), name);
    return read_value(walk, (struct path){0}, 0);
}

static struct path column_path(struct walk *walk, const struct json_reader *reader, size_t column)
{
    struct arena *arena = walk->members->arena;
    struct path row = {0};
    return path_join(walk->paths, row,
                     reader->columns ? reader->columns[column]
                                     : arena_format(arena, "column_%zu", column + 1),
                     arena);
}

/* ["a", 1] */
static bool read_row(struct walk *walk, const struct json_reader *reader)
{
    size_t column = 0;
    for (walk->at++; peek(walk) != ']'; column++) {
        if (reader->columns && column == reader->column_count)
            return error_set(walk->fault, ERROR_INPUT, "expected %zu cells, found more",
                             reader->column_count);
        if (!read_value(walk, column_path(walk, reader, column), 1) || !read_comma(walk, ']'))
            return false;
    }
    walk->at++;
    return true;
}

static bool read_record(struct walk *walk, const struct json_reader *reader)
{
    switch (peek(walk)) {
    case '{':
        return read_value(walk, (struct path){0}, 0);
    case '[':
        return read_row(walk, reader);
    case '"':
        return read_keyed(walk);
    default:
        return expected(walk, "an object, {...}");
    }
}

bool json_members_read(struct json_reader *reader, struct text raw, struct members *members,
                       struct error *fault)
{
    struct text copy = arena_copy(members->arena, raw);
    struct walk walk = {.limits = &reader->limits,
                        .paths = &reader->paths,
                        .members = members,
                        .fault = fault,
                        .bytes = (char *)(uintptr_t)copy.bytes,
                        .size = copy.size};
    bool good = read_record(&walk, reader);
    if (good && (peek(&walk) != '\0' || walk.at < walk.size))
        good = expected(&walk, "nothing more behind the object");
    free(walk.items);
    if (!good)
        members_free(members);
    return good;
}
