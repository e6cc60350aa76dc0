/* split.c - finds the end of every record by its brackets, and where to go on behind a broken
 * one. */
#include "connectors/json/split.h"

#include <string.h>

#include "connectors/json/scan.h"

static const char not_an_object[] = "expected an object, {...}";
static const char not_a_row[] = "expected a row, [...]";

static enum piece_kind found(struct json_piece *piece, size_t begin, size_t end, const char *fault)
{
    *piece = (struct json_piece){begin, end - begin, fault};
    return PIECE_FOUND;
}

/* The first object of a line on which another follows it, or all of the line. */
static struct text first_on_line(struct text line)
{
    size_t size = 0;
    bool maybe =
        text_find(line, TEXT("}{"), 0) < line.size || text_find(line, TEXT("} {"), 0) < line.size ||
        text_find(line, TEXT("},{"), 0) < line.size || text_find(line, TEXT("}, {"), 0) < line.size;
    if (!maybe || json_scan(line, &size) != JSON_SCAN_WHOLE)
        return line;
    size_t next = json_scan_blanks(line, size);
    next += next < line.size && line.bytes[next] == ',';
    next = json_scan_blanks(line, next);
    return next < line.size && line.bytes[next] == '{' ? text_slice(line, 0, size) : line;
}

static enum piece_kind find_line(struct text ahead, bool last, struct json_piece *piece)
{
    for (size_t at = 0;;) {
        at = json_scan_commas(ahead, at);
        piece->begin = at;
        size_t end = text_find(ahead, TEXT("\n"), at);
        if (end == ahead.size && !last)
            return PIECE_MORE;
        struct text line = text_trim(text_slice(ahead, at, end));
        if (line.size > 0 && line.bytes[line.size - 1] == ',')
            line.size--;
        bool bracket = text_equal(line, TEXT("[")) || text_equal(line, TEXT("]"));
        if (line.size > 0 && line.bytes[0] == '{')
            return found(piece, at, at + first_on_line(line).size, NULL);
        if (line.size > 0 && !bracket)
            return found(piece, at, at + line.size, not_an_object);
        if (end == ahead.size)
            return PIECE_END;
        at = end + 1;
    }
}

/* The object or row that opens at `value`; a broken one ends where the next may be whole. `at` is
 * where the record begins: before the value where that is a member's. */
static enum piece_kind find_end(struct text ahead, size_t at, size_t value, bool last,
                                struct json_piece *piece)
{
    struct text rest = text_slice(ahead, value, ahead.size);
    size_t size = 0;
    piece->begin = at;
    enum json_scan scan = json_scan(rest, &size);
    if (scan == JSON_SCAN_WHOLE)
        return found(piece, at, value + size, NULL);
    if (scan == JSON_SCAN_MORE && !last)
        return PIECE_MORE;
    size = json_scan_broken(rest, ahead.bytes[at]);
    if (size == SIZE_MAX && !last)
        return PIECE_MORE;
    return found(piece, at, value + (size == SIZE_MAX ? rest.size : size),
                 "the object that begins here is never closed");
}

/* What stands where a record ought to, up to the next comma, line or bracket. */
static enum piece_kind find_stray(const struct json_pieces *pieces, struct text ahead, size_t at,
                                  bool last, struct json_piece *piece)
{
    size_t end = at + 1, size;
    while (end < ahead.size && !strchr(",\n]{", ahead.bytes[end])) {
        struct text rest = text_slice(ahead, end, ahead.size);
        bool string = ahead.bytes[end] == '"' && json_scan(rest, &size) == JSON_SCAN_WHOLE;
        end += string ? size : 1;
    }
    piece->begin = at;
    return end == ahead.size && !last
               ? PIECE_MORE
               : found(piece, at, end,
                       pieces->shape.layout == JSON_ROWS ? not_a_row : not_an_object);
}

/* The record that begins at `at`. */
static enum piece_kind find_record(const struct json_pieces *pieces, struct text ahead, size_t at,
                                   bool last, struct json_piece *piece)
{
    size_t value = 0;
    char begins = pieces->shape.layout == JSON_ROWS ? '[' : '{';
    if (pieces->shape.layout != JSON_KEYED)
        return ahead.bytes[at] == begins ? find_end(ahead, at, at, last, piece)
                                         : find_stray(pieces, ahead, at, last, piece);
    enum json_scan member = json_scan_member(text_slice(ahead, at, ahead.size), &value);
    piece->begin = at;
    if (member == JSON_SCAN_MORE && !last)
        return PIECE_MORE;
    return member == JSON_SCAN_WHOLE ? find_end(ahead, at, at + value, last, piece)
                                     : find_stray(pieces, ahead, at, last, piece);
}

/* Behind the last record of a page, that ends at `at`: where the next page's begin. */
static enum piece_kind turn_page(struct json_pieces *pieces, struct text ahead, bool last,
                                 size_t *at)
{
    pieces->between = true;
    if (pieces->shape.within.size > 0) {
        if (!json_shape_next(ahead, at, &pieces->shape)) {
            *at = last ? ahead.size : *at;
            return last ? PIECE_END : PIECE_MORE;
        }
        *at = pieces->shape.begin;
    } else {
        *at = json_scan_blanks(ahead, *at);
        if (*at == ahead.size)
            return last ? PIECE_END : PIECE_MORE;
        char opens = pieces->shape.layout == JSON_KEYED ? '{' : '[';
        *at += ahead.bytes[*at] == opens; /* anything else is a stray */
    }
    pieces->between = false;
    return PIECE_FOUND;
}

static enum piece_kind find_object(struct json_pieces *pieces, struct text ahead, bool last,
                                   struct json_piece *piece)
{
    char closes = pieces->shape.layout == JSON_OBJECTS ? '\0'
                  : pieces->shape.layout == JSON_KEYED ? '}'
                                                       : ']';
    size_t at = 0;
    for (;;) {
        enum piece_kind page = pieces->between ? turn_page(pieces, ahead, last, &at) : PIECE_FOUND;
        piece->begin = at;
        if (page != PIECE_FOUND)
            return page;
        at = json_scan_commas(ahead, at);
        piece->begin = at;
        if (at == ahead.size)
            return last ? PIECE_END : PIECE_MORE;
        if (!closes || ahead.bytes[at] != closes)
            break;
        at++;
        pieces->between = true;
    }
    enum piece_kind kind = find_record(pieces, ahead, at, last, piece);
    pieces->between = kind == PIECE_FOUND && pieces->shape.one;
    return kind;
}

enum piece_kind json_pieces_next(struct json_pieces *pieces, struct text ahead, bool last,
                                 struct json_piece *piece)
{
    static const char too_large[] = "an object of more bytes than 'longest_record' allows";
    bool full = ahead.size > pieces->longest;
    piece->begin = 0;
    enum piece_kind kind = pieces->shape.layout == JSON_LINES
                               ? find_line(ahead, last || full, piece)
                               : find_object(pieces, ahead, last || full, piece);
    if (kind == PIECE_END && !last)
        kind = PIECE_MORE;
    if (kind == PIECE_FOUND && piece->size > pieces->longest)
        piece->fault = too_large;
    return kind;
}
