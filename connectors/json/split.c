/* split.c - finds the end of a record by its brackets, and resumes after malformed records. */
#include "connectors/json/split.h"

#include <string.h>

#include "connectors/json/members.h"
#include "connectors/json/scan.h"

static const char not_an_object[] = "expected an object, {...}";
static const char not_a_row[] = "expected a row, [...]";

static enum span_status set_span(struct json_splitter *splitter, struct record_span *span,
                                 size_t begin, size_t end, const char *fault)
{
    *span = (struct record_span){begin, end - begin};
    splitter->fault = fault;
    return SPAN_FOUND;
}

/* The first object of a line with several objects; otherwise the whole line. */
static struct text take_first_object(struct text line)
{
    size_t size = 0;
    bool may_have_several =
        text_find(line, TEXT("}{"), 0) < line.size || text_find(line, TEXT("} {"), 0) < line.size ||
        text_find(line, TEXT("},{"), 0) < line.size || text_find(line, TEXT("}, {"), 0) < line.size;
    if (!may_have_several || json_scan(line, &size) != JSON_SCAN_COMPLETE)
        return line;
    size_t next = json_skip_blanks(line, size);
    next += next < line.size && line.bytes[next] == ',';
    next = json_skip_blanks(line, next);
    return next < line.size && line.bytes[next] == '{' ? text_slice(line, 0, size) : line;
}

static enum span_status find_line(struct json_splitter *splitter, struct text ahead, bool is_final,
                                  struct record_span *span)
{
    for (size_t at = 0;;) {
        at = json_skip_blanks_and_commas(ahead, at);
        span->begin = at;
        size_t end = text_find(ahead, TEXT("\n"), at);
        if (end == ahead.size && !is_final)
            return SPAN_INCOMPLETE;
        struct text line = text_trim(text_slice(ahead, at, end));
        if (line.size > 0 && line.bytes[line.size - 1] == ',')
            line.size--;
        bool is_bracket = text_equal(line, TEXT("[")) || text_equal(line, TEXT("]"));
        if (line.size > 0 && line.bytes[0] == '{')
            return set_span(splitter, span, at, at + take_first_object(line).size, NULL);
        if (line.size > 0 && !is_bracket)
            return set_span(splitter, span, at, at + line.size, not_an_object);
        if (end == ahead.size)
            return SPAN_END;
        at = end + 1;
    }
}

/* Finds the end of the record that begins at span->begin and whose object or row opens at `value`.
 * A malformed record ends where the next one may begin. */
static enum span_status find_record_end(struct json_splitter *splitter, struct text ahead,
                                        size_t value, bool is_final, struct record_span *span)
{
    struct text rest = text_slice(ahead, value, ahead.size);
    size_t begin = span->begin, size = 0;
    enum json_scan_status status = json_scan(rest, &size);
    if (status == JSON_SCAN_COMPLETE)
        return set_span(splitter, span, begin, value + size, NULL);
    if (status == JSON_SCAN_INCOMPLETE && !is_final)
        return SPAN_INCOMPLETE;
    size = json_scan_past_malformed(rest, ahead.bytes[begin]);
    if (size == SIZE_MAX && !is_final)
        return SPAN_INCOMPLETE;
    return set_span(splitter, span, begin, value + (size == SIZE_MAX ? rest.size : size),
                    "the object that begins here is never closed");
}

/* Finds the end of a value that is no record: the next comma, line end or bracket. */
static enum span_status find_stray_value(struct json_splitter *splitter, struct text ahead,
                                         bool is_final, struct record_span *span)
{
    size_t begin = span->begin, end = begin + 1, size;
    while (end < ahead.size && !strchr(",\n]{", ahead.bytes[end])) {
        struct text rest = text_slice(ahead, end, ahead.size);
        bool is_string = ahead.bytes[end] == '"' && json_scan(rest, &size) == JSON_SCAN_COMPLETE;
        end += is_string ? size : 1;
    }
    return end == ahead.size && !is_final
               ? SPAN_INCOMPLETE
               : set_span(splitter, span, begin, end,
                          splitter->layout.kind == JSON_ROWS ? not_a_row : not_an_object);
}

/* Finds the end of the record that begins at span->begin. */
static enum span_status find_record(struct json_splitter *splitter, struct text ahead,
                                    bool is_final, struct record_span *span)
{
    size_t begin = span->begin, value = 0;
    char opening_byte = splitter->layout.kind == JSON_ROWS ? '[' : '{';
    if (splitter->layout.kind != JSON_KEYED)
        return ahead.bytes[begin] == opening_byte
                   ? find_record_end(splitter, ahead, begin, is_final, span)
                   : find_stray_value(splitter, ahead, is_final, span);
    enum json_scan_status member = json_scan_member(text_slice(ahead, begin, ahead.size), &value);
    if (member == JSON_SCAN_INCOMPLETE && !is_final)
        return SPAN_INCOMPLETE;
    return member == JSON_SCAN_COMPLETE
               ? find_record_end(splitter, ahead, begin + value, is_final, span)
               : find_stray_value(splitter, ahead, is_final, span);
}

/* Moves *at to the first object of the next list of the object; past members that are neither lists
 * nor objects. An object, which is no record here, is left to be rejected. */
static enum span_status find_next_list(struct text ahead, bool is_final, size_t *at)
{
    for (size_t value, size;;) {
        *at = json_skip_blanks_and_commas(ahead, *at);
        if (*at == ahead.size)
            return is_final ? SPAN_END : SPAN_INCOMPLETE;
        if (ahead.bytes[*at] == '}') {
            ++*at;
            continue;
        }
        size_t end = ahead.bytes[*at] == '"' ? json_find_string_end(ahead, *at) : 0;
        value = end ? json_skip_blanks(ahead, json_skip_blanks(ahead, end) + 1) : *at;
        if ((ahead.bytes[*at] == '"' && end == 0) || value >= ahead.size) {
            if (!is_final)
                return SPAN_INCOMPLETE;
            return SPAN_FOUND; /* a stray value */
        }
        if (end && ahead.bytes[value] == '[') {
            *at = value + 1;
            return SPAN_FOUND;
        }
        if (!end || ahead.bytes[value] == '{')
            return SPAN_FOUND;
        enum json_scan_status status = json_scan(text_slice(ahead, value, ahead.size), &size);
        if (status != JSON_SCAN_COMPLETE)
            return is_final || status != JSON_SCAN_INCOMPLETE ? SPAN_FOUND : SPAN_INCOMPLETE;
        *at = value + size;
    }
}

/* Moves *at from the end of a page's last record to the first record of the next page. */
static enum span_status find_next_page(struct json_splitter *splitter, struct text ahead,
                                       bool is_final, size_t *at)
{
    splitter->is_between_pages = true;
    if (splitter->layout.kind == JSON_KEYED_LISTS) {
        enum span_status list = find_next_list(ahead, is_final, at);
        splitter->is_between_pages = list != SPAN_FOUND;
        return list;
    }
    if (splitter->layout.container_name.size > 0) {
        if (!json_layout_find_next_page(ahead, at, &splitter->layout)) {
            *at = is_final ? ahead.size : *at;
            return is_final ? SPAN_END : SPAN_INCOMPLETE;
        }
        *at = splitter->layout.begin;
    } else {
        *at = json_skip_blanks(ahead, *at);
        if (*at == ahead.size)
            return is_final ? SPAN_END : SPAN_INCOMPLETE;
        char opening_byte = splitter->layout.kind == JSON_KEYED ? '{' : '[';
        *at += ahead.bytes[*at] == opening_byte; /* anything else is a stray value */
    }
    splitter->is_between_pages = false;
    return SPAN_FOUND;
}

static enum span_status find_object(struct json_splitter *splitter, struct text ahead,
                                    bool is_final, struct record_span *span)
{
    char closing_byte = splitter->layout.kind == JSON_OBJECTS ? '\0'
                        : splitter->layout.kind == JSON_KEYED ? '}'
                                                              : ']';
    size_t at = 0;
    for (;;) {
        enum span_status page = splitter->is_between_pages
                                    ? find_next_page(splitter, ahead, is_final, &at)
                                    : SPAN_FOUND;
        span->begin = at;
        if (page != SPAN_FOUND)
            return page;
        at = json_skip_blanks_and_commas(ahead, at);
        span->begin = at;
        if (at == ahead.size)
            return is_final ? SPAN_END : SPAN_INCOMPLETE;
        if (!closing_byte || ahead.bytes[at] != closing_byte)
            break;
        at++;
        splitter->is_between_pages = true;
    }
    enum span_status kind = find_record(splitter, ahead, is_final, span);
    splitter->is_between_pages = kind == SPAN_FOUND && splitter->layout.is_single_object;
    return kind;
}

enum span_status json_splitter_next(void *user, struct text ahead, bool is_final,
                                    struct record_span *span)
{
    static const char too_large[] = "an object of more bytes than 'max_record_size' allows";
    struct json_splitter *splitter = user;
    bool is_at_limit = ahead.size > splitter->max_record_size;
    span->begin = 0;
    enum span_status kind = splitter->layout.kind == JSON_LINES
                                ? find_line(splitter, ahead, is_final || is_at_limit, span)
                                : find_object(splitter, ahead, is_final || is_at_limit, span);
    if (kind == SPAN_END && !is_final)
        kind = SPAN_INCOMPLETE;
    if (kind == SPAN_FOUND && span->size > splitter->max_record_size)
        splitter->fault = too_large;
    return kind;
}
