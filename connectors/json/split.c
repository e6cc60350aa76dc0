/* split.c - finds the end of every record by its brackets, and where to go on behind a broken
 * one. */
#include "connectors/json/split.h"

#include <string.h>

#include "connectors/json/scan.h"

static const char not_an_object[] = "expected an object, {...}";
static const char not_a_row[] = "expected a row, [...]";

static enum json_split_status set_span(struct json_record_span *span, size_t begin, size_t end,
                                       const char *fault)
{
    *span = (struct json_record_span){begin, end - begin, fault};
    return JSON_SPLIT_FOUND;
}

/* The first object of a line on which another follows it, or all of the line. */
static struct text first_object_of_line(struct text line)
{
    size_t size = 0;
    bool maybe =
        text_find(line, TEXT("}{"), 0) < line.size || text_find(line, TEXT("} {"), 0) < line.size ||
        text_find(line, TEXT("},{"), 0) < line.size || text_find(line, TEXT("}, {"), 0) < line.size;
    if (!maybe || json_scan(line, &size) != JSON_SCAN_COMPLETE)
        return line;
    size_t next = json_skip_blanks(line, size);
    next += next < line.size && line.bytes[next] == ',';
    next = json_skip_blanks(line, next);
    return next < line.size && line.bytes[next] == '{' ? text_slice(line, 0, size) : line;
}

static enum json_split_status find_line(struct text ahead, bool is_final,
                                        struct json_record_span *span)
{
    for (size_t at = 0;;) {
        at = json_skip_blanks_and_commas(ahead, at);
        span->begin = at;
        size_t end = text_find(ahead, TEXT("\n"), at);
        if (end == ahead.size && !is_final)
            return JSON_SPLIT_INCOMPLETE;
        struct text line = text_trim(text_slice(ahead, at, end));
        if (line.size > 0 && line.bytes[line.size - 1] == ',')
            line.size--;
        bool bracket = text_equal(line, TEXT("[")) || text_equal(line, TEXT("]"));
        if (line.size > 0 && line.bytes[0] == '{')
            return set_span(span, at, at + first_object_of_line(line).size, NULL);
        if (line.size > 0 && !bracket)
            return set_span(span, at, at + line.size, not_an_object);
        if (end == ahead.size)
            return JSON_SPLIT_END;
        at = end + 1;
    }
}

/* The object or row that opens at `value`; a broken one ends where the next may be whole. `at` is
 * where the record begins: before the value where that is a member's. */
static enum json_split_status find_record_end(struct text ahead, size_t at, size_t value,
                                              bool is_final, struct json_record_span *span)
{
    struct text rest = text_slice(ahead, value, ahead.size);
    size_t size = 0;
    span->begin = at;
    enum json_scan_status status = json_scan(rest, &size);
    if (status == JSON_SCAN_COMPLETE)
        return set_span(span, at, value + size, NULL);
    if (status == JSON_SCAN_INCOMPLETE && !is_final)
        return JSON_SPLIT_INCOMPLETE;
    size = json_scan_past_broken(rest, ahead.bytes[at]);
    if (size == SIZE_MAX && !is_final)
        return JSON_SPLIT_INCOMPLETE;
    return set_span(span, at, value + (size == SIZE_MAX ? rest.size : size),
                    "the object that begins here is never closed");
}

/* What stands where a record ought to, up to the next comma, line or bracket. */
static enum json_split_status find_stray_value(const struct json_splitter *splitter,
                                               struct text ahead, size_t at, bool is_final,
                                               struct json_record_span *span)
{
    size_t end = at + 1, size;
    while (end < ahead.size && !strchr(",\n]{", ahead.bytes[end])) {
        struct text rest = text_slice(ahead, end, ahead.size);
        bool string = ahead.bytes[end] == '"' && json_scan(rest, &size) == JSON_SCAN_COMPLETE;
        end += string ? size : 1;
    }
    span->begin = at;
    return end == ahead.size && !is_final
               ? JSON_SPLIT_INCOMPLETE
               : set_span(span, at, end,
                          splitter->layout.kind == JSON_ROWS ? not_a_row : not_an_object);
}

/* The record that begins at `at`. */
static enum json_split_status find_record(const struct json_splitter *splitter, struct text ahead,
                                          size_t at, bool is_final, struct json_record_span *span)
{
    size_t value = 0;
    char begins = splitter->layout.kind == JSON_ROWS ? '[' : '{';
    if (splitter->layout.kind != JSON_KEYED)
        return ahead.bytes[at] == begins ? find_record_end(ahead, at, at, is_final, span)
                                         : find_stray_value(splitter, ahead, at, is_final, span);
    enum json_scan_status member = json_scan_member(text_slice(ahead, at, ahead.size), &value);
    span->begin = at;
    if (member == JSON_SCAN_INCOMPLETE && !is_final)
        return JSON_SPLIT_INCOMPLETE;
    return member == JSON_SCAN_COMPLETE ? find_record_end(ahead, at, at + value, is_final, span)
                                        : find_stray_value(splitter, ahead, at, is_final, span);
}

/* Behind the last record of a page, that ends at `at`: where the next page's begin. */
static enum json_split_status find_next_page(struct json_splitter *splitter, struct text ahead,
                                             bool is_final, size_t *at)
{
    splitter->is_between_pages = true;
    if (splitter->layout.container_name.size > 0) {
        if (!json_layout_find_next_page(ahead, at, &splitter->layout)) {
            *at = is_final ? ahead.size : *at;
            return is_final ? JSON_SPLIT_END : JSON_SPLIT_INCOMPLETE;
        }
        *at = splitter->layout.begin;
    } else {
        *at = json_skip_blanks(ahead, *at);
        if (*at == ahead.size)
            return is_final ? JSON_SPLIT_END : JSON_SPLIT_INCOMPLETE;
        char opening_byte = splitter->layout.kind == JSON_KEYED ? '{' : '[';
        *at += ahead.bytes[*at] == opening_byte; /* anything else is a stray */
    }
    splitter->is_between_pages = false;
    return JSON_SPLIT_FOUND;
}

static enum json_split_status find_object(struct json_splitter *splitter, struct text ahead,
                                          bool is_final, struct json_record_span *span)
{
    char closing_byte = splitter->layout.kind == JSON_OBJECTS ? '\0'
                        : splitter->layout.kind == JSON_KEYED ? '}'
                                                              : ']';
    size_t at = 0;
    for (;;) {
        enum json_split_status page = splitter->is_between_pages
                                          ? find_next_page(splitter, ahead, is_final, &at)
                                          : JSON_SPLIT_FOUND;
        span->begin = at;
        if (page != JSON_SPLIT_FOUND)
            return page;
        at = json_skip_blanks_and_commas(ahead, at);
        span->begin = at;
        if (at == ahead.size)
            return is_final ? JSON_SPLIT_END : JSON_SPLIT_INCOMPLETE;
        if (!closing_byte || ahead.bytes[at] != closing_byte)
            break;
        at++;
        splitter->is_between_pages = true;
    }
    enum json_split_status kind = find_record(splitter, ahead, at, is_final, span);
    splitter->is_between_pages = kind == JSON_SPLIT_FOUND && splitter->layout.is_single_object;
    return kind;
}

enum json_split_status json_splitter_next(struct json_splitter *splitter, struct text ahead,
                                          bool is_final, struct json_record_span *span)
{
    static const char too_large[] = "an object of more bytes than 'longest_record' allows";
    bool is_at_limit = ahead.size > splitter->max_record_size;
    span->begin = 0;
    enum json_split_status kind = splitter->layout.kind == JSON_LINES
                                      ? find_line(ahead, is_final || is_at_limit, span)
                                      : find_object(splitter, ahead, is_final || is_at_limit, span);
    if (kind == JSON_SPLIT_END && !is_final)
        kind = JSON_SPLIT_INCOMPLETE;
    if (kind == JSON_SPLIT_FOUND && span->size > splitter->max_record_size)
        span->fault = too_large;
    return kind;
}
