/* ini.c - reads INI files through inih.
 *
 * inih is built with limits: lines of 200 bytes, section names of 49, values that end at " ;", and
 * no line numbers. Therefore inih gets only the beginning of each line, which decides what the line
 * is; this file takes values and line numbers from the lines themselves. */
#include "base/ini.h"

#include <ini.h>
#include <string.h>

#include "base/arena.h"

struct ini_parser {
    const struct ini_source *source; /* borrowed */
    size_t offset;                   /* of the next line */
    size_t line_number;              /* of the line that inih got last */
    struct text line, section;
    bool accepts_continuation; /* an indented line would continue a value */
    bool is_continuation;      /* the line continues a value */

    /* The last setting; delivered after the last line that continues its value. */
    bool has_pending_setting;
    struct ini_setting pending;
    struct arena continuation_arena; /* values of several lines */

    ini_setting_handler *handler;
    void *user;
    struct error parse_error;
    size_t parse_error_line; /* 0: none */
};

static bool report_parse_error(struct ini_parser *parser, size_t line, const char *reason)
{
    error_set(&parser->parse_error, parser->source->error_kind, "%s:%zu: %s", parser->source->name,
              line, reason);
    parser->parse_error_line = line;
    return false;
}

static bool emit_pending_setting(struct ini_parser *parser)
{
    if (!parser->has_pending_setting)
        return true;
    parser->has_pending_setting = false;
    if (parser->handler(parser->user, &parser->pending, &parser->parse_error))
        return true;
    parser->parse_error_line = parser->pending.line;
    return false;
}

static void read_next_line(struct ini_parser *parser)
{
    const char *begin = parser->source->bytes.bytes + parser->offset;
    size_t remaining = parser->source->bytes.size - parser->offset;
    const char *newline = memchr(begin, '\n', remaining);
    size_t size = newline ? (size_t)(newline - begin) : remaining;
    parser->offset += size + (newline != NULL);
    parser->line_number++;
    parser->line = (struct text){begin, size};
    if (parser->line_number == 1 && text_starts_with(parser->line, TEXT("\xEF\xBB\xBF")))
        parser->line = text_slice(parser->line, 3, size);
    struct text trimmed = text_trim(parser->line);
    bool indented = trimmed.size && trimmed.bytes != parser->line.bytes;
    parser->is_continuation = indented && parser->accepts_continuation;
    if (!parser->is_continuation && trimmed.size && trimmed.bytes[0] == '[') {
        parser->section = text_slice(trimmed, 1, text_find(trimmed, TEXT("]"), 0));
        parser->accepts_continuation = false;
    }
}

/* The reader for inih: returns one line per call, ended by a line feed. */
static char *read_line_for_inih(char *buffer, int capacity, void *stream)
{
    struct ini_parser *parser = stream;
    if (parser->parse_error_line || parser->offset == parser->source->bytes.size)
        return NULL;
    read_next_line(parser);
    struct text line = parser->line;
    if (line.size && memchr(line.bytes, '\0', line.size)) {
        report_parse_error(parser, parser->line_number,
                           "a zero byte; is this a text file in UTF-8?");
        return NULL;
    }
    size_t size = line.size < (size_t)capacity - 2 ? line.size : (size_t)capacity - 2;
    memcpy(buffer, line.bytes ? line.bytes : "", size);
    buffer[size] = '\n';
    buffer[size + 1] = '\0';
    return buffer;
}

/* The handler for inih: the line that inih got last is a setting, or continues the previous one. */
static int handle_inih_setting(void *user, const char *section, const char *name, const char *value)
{
    struct ini_parser *parser = user;
    (void)value; /* cut at " ;" or at the end of the buffer */
    if (parser->is_continuation) {
        struct text continuation = text_trim(parser->line);
        struct text *pending_value = &parser->pending.value;
        *pending_value =
            pending_value->size
                ? arena_format(&parser->continuation_arena, "%.*s %.*s",
                               TEXT_ARGUMENT(*pending_value), TEXT_ARGUMENT(continuation))
                : continuation;
        return 1;
    }
    if (!emit_pending_setting(parser))
        return 0;
    if (strlen(section) < parser->section.size)
        return report_parse_error(parser, parser->line_number,
                                  "the name of the section is longer than 49 bytes");
    if (!*name)
        return report_parse_error(parser, parser->line_number, "expected key = value");
    size_t separator = 0;
    while (separator < parser->line.size && parser->line.bytes[separator] != '=' &&
           parser->line.bytes[separator] != ':')
        separator++;
    struct text key = text_trim(text_slice(parser->line, 0, separator));
    if (!text_equal(key, text_of(name)))
        return 1; /* for inih a continuation after an invalid section line, which is reported */
    parser->has_pending_setting = parser->accepts_continuation = true;
    parser->pending = (struct ini_setting){
        .section = text_trim(parser->section),
        .key = key,
        .value = text_trim(text_slice(parser->line, separator + 1, parser->line.size)),
        .line = parser->line_number,
    };
    return 1;
}

bool ini_read(const struct ini_source *source, ini_setting_handler *handler, void *user,
              struct error *error)
{
    struct ini_parser parser = {.source = source, .handler = handler, .user = user};
    int syntax_line = ini_parse_stream(read_line_for_inih, &parser, handle_inih_setting, &parser);
    if (!parser.parse_error_line)
        emit_pending_setting(&parser);
    /* inih continues after a line that it does not understand; only the first error is reported. */
    if (syntax_line &&
        (!parser.parse_error_line || (size_t)syntax_line < parser.parse_error_line)) {
        parser.parse_error = (struct error){0};
        report_parse_error(&parser, (size_t)syntax_line, "expected [section] or key = value");
    }
    arena_free(&parser.continuation_arena);
    return !parser.parse_error_line ||
           error_set(error, parser.parse_error.kind, "%s", parser.parse_error.message);
}
