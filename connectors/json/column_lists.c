/* column_lists.c - walks the lists of all columns side by side. */
#include "connectors/json/column_lists.h"

#include <string.h>

#include "base/ascii.h"
#include "connectors/columns/column_names.h"
#include "connectors/json/members.h"
#include "connectors/json/scan.h"

enum { MIN_COLUMNS = 2, MIN_ROWS = 2, MAX_EXAMINED_CELLS = 64 };

static bool is_number(struct text name)
{
    for (size_t i = 0; i < name.size; i++)
        if (!ascii_is_digit(name.bytes[i]))
            return false;
    return name.size > 0;
}

/* What the first cells of a list show. */
struct cells {
    size_t count;
    bool has_words, is_cut;
};

/* Moves *at to the value of the next cell, past its number. False at the end of the list. */
static bool take_cell(struct text bytes, size_t *at)
{
    *at = json_skip_blanks_and_commas(bytes, *at);
    char byte = json_byte_at(bytes, *at);
    return byte != ']' && byte != '}' && byte != '\0';
}

/* Moves *at past the number of a cell in an object, "0": . False if there is none. */
static bool skip_number(struct text bytes, size_t *at)
{
    size_t end = json_byte_at(bytes, *at) == '"' ? json_find_string_end(bytes, *at) : 0;
    if (end == 0 || !is_number(text_slice(bytes, *at + 1, end - 1)))
        return false;
    size_t colon = json_skip_blanks(bytes, end);
    *at = json_skip_blanks(bytes, colon + 1);
    return json_byte_at(bytes, colon) == ':';
}

/* Whether the list at `at` has only scalars. */
static bool examine_cells(struct text head, size_t at, struct cells *cells)
{
    bool is_object = json_byte_at(head, at) == '{';
    *cells = (struct cells){0};
    for (at++; cells->count < MAX_EXAMINED_CELLS && take_cell(head, &at); cells->count++) {
        size_t size = 0;
        if (is_object && !skip_number(head, &at))
            return false;
        char byte = json_byte_at(head, at);
        if (byte == '{' || byte == '[')
            return false;
        if (json_scan(text_slice(head, at, head.size), &size) != JSON_SCAN_COMPLETE) {
            cells->is_cut = true;
            return true;
        }
        struct text cell = text_slice(head, at, at + size);
        cells->has_words |= byte == '"' && text_find(cell, TEXT(" "), 0) < cell.size;
        at += size;
    }
    cells->is_cut = at >= head.size;
    return true;
}

bool json_columns_detect(struct text head, size_t at)
{
    struct object_member member;
    size_t columns = 0, rows = 0;
    bool has_words = false, is_cut = false;
    char opening_byte = '\0';
    for (; json_take_member(head, &at, &member); columns++) {
        struct cells cells;
        char byte = json_byte_at(head, member.value);
        if ((byte != '[' && byte != '{') || (columns > 0 && byte != opening_byte) ||
            !examine_cells(head, member.value, &cells))
            return false;
        if (columns > 0 && cells.count != rows && !cells.is_cut)
            return false;
        opening_byte = byte;
        rows = columns == 0 ? cells.count : rows;
        has_words |=
            cells.has_words || column_name_score(ROLE_TEXT, member.name) >= COLUMN_NAME_EXACT;
        is_cut |= cells.is_cut || member.end == head.size;
    }
    return rows >= MIN_ROWS && has_words && (columns >= MIN_COLUMNS || is_cut);
}

static size_t count_columns(struct text bytes, size_t at)
{
    struct object_member member;
    size_t count = 0;
    while (json_take_member(bytes, &at, &member))
        count++;
    return count;
}

void json_columns_begin(struct json_columns *columns, struct text bytes, size_t at,
                        struct arena *arena)
{
    struct object_member member;
    size_t count = count_columns(bytes, at);
    *columns = (struct json_columns){.bytes = bytes, .line = 1};
    columns->list = arena_alloc(arena, count + 1, sizeof(*columns->list));
    while (columns->count < count && json_take_member(bytes, &at, &member)) {
        char byte = json_byte_at(bytes, member.value);
        struct text name = {member.name.bytes - 1, member.name.size + 2};
        if (byte != '[' && byte != '{') {
            count--; /* a scalar after the examined bytes */
            continue;
        }
        columns->list[columns->count++] = (struct json_column){name, member.value + 1};
    }
}

static void count_lines(struct json_columns *columns)
{
    for (; columns->line_at < columns->list[0].at && columns->line_at < columns->bytes.size;
         columns->line_at++)
        columns->line += columns->bytes.bytes[columns->line_at] == '\n';
}

static char *append(char *to, struct text text)
{
    memcpy(to, text.bytes, text.size);
    return to + text.size;
}

static struct text join_row(const struct json_columns *columns, const struct text *cells,
                            struct arena *arena)
{
    size_t size = 2;
    for (size_t i = 0; i < columns->count; i++)
        size += columns->list[i].name.size + cells[i].size + 2;
    char *bytes = arena_alloc(arena, size, 1), *to = append(bytes, TEXT("{"));
    for (size_t i = 0; i < columns->count; i++) {
        if (cells[i].size == 0)
            continue;
        to = to == bytes + 1 ? to : append(to, TEXT(","));
        to = append(to, columns->list[i].name);
        to = append(append(to, TEXT(":")), cells[i]);
    }
    to = append(to, TEXT("}"));
    return (struct text){bytes, (size_t)(to - bytes)};
}

enum json_columns_status json_columns_next(struct json_columns *columns, struct arena *arena,
                                           struct text *row)
{
    struct text bytes = columns->bytes;
    struct text *cells = arena_alloc(arena, columns->count + 1, sizeof(*cells));
    bool has_cell = false;
    for (size_t i = 0; i < columns->count; i++) {
        size_t *at = &columns->list[i].at, size = 0;
        bool is_object = false;
        if (!take_cell(bytes, at)) {
            if (*at < bytes.size)
                continue;
            *row = (struct text){0};
            columns->count = 0; /* the file ends within the list */
            return JSON_COLUMNS_MALFORMED;
        }
        if (i == 0)
            count_lines(columns);
        size_t value = *at;
        is_object = skip_number(bytes, &value);
        value = is_object ? value : *at;
        struct text rest = text_slice(bytes, value, bytes.size);
        if (json_scan(rest, &size) != JSON_SCAN_COMPLETE) {
            *row = rest;
            columns->count = 0;
            return JSON_COLUMNS_MALFORMED;
        }
        cells[i] = text_slice(bytes, value, value + size);
        *at = value + size;
        has_cell = true;
    }
    *row = has_cell ? join_row(columns, cells, arena) : (struct text){0};
    return has_cell ? JSON_COLUMNS_ROW : JSON_COLUMNS_END;
}
