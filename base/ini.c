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

static bool report_parse_error(struct ini_parser *ini_parser, size_t line, const char *reason)
{
    error_set(&ini_parser->parse_error, ini_parser->source->error_kind, "%s:%zu: %s",
              ini_parser->source->name, line, reason);
    ini_parser->parse_error_line = line;
    return false;
}

static bool emit_pending_setting(struct ini_parser *ini_parser)
{
    if (!ini_parser->has_pending_setting)
        return true;
    ini_parser->has_pending_setting = false;
    if (ini_parser->handler(ini_parser->user, &ini_parser->pending, &ini_parser->parse_error))
        return true;
    ini_parser->parse_error_line = ini_parser->pending.line;
    return false;
}

static void read_next_line(struct ini_parser *ini_parser)
{
    const char *begin = ini_parser->source->bytes.bytes + ini_parser->offset;
    size_t remaining = ini_parser->source->bytes.size - ini_parser->offset;
    const char *newline = memchr(begin, '\n', remaining);
    size_t size = newline ? (size_t)(newline - begin) : remaining;
    ini_parser->offset += size + (newline != NULL);
    ini_parser->line_number++;
    ini_parser->line = (struct text){begin, size};
    if (ini_parser->line_number == 1 && text_starts_with(ini_parser->line, TEXT("\xEF\xBB\xBF")))
        ini_parser->line = text_slice(ini_parser->line, 3, size);
    struct text trimmed = text_trim(ini_parser->line);
    bool indented = trimmed.size && trimmed.bytes != ini_parser->line.bytes;
    ini_parser->is_continuation = indented && ini_parser->accepts_continuation;
    if (!ini_parser->is_continuation && trimmed.size && trimmed.bytes[0] == '[') {
        ini_parser->section = text_slice(trimmed, 1, text_find(trimmed, TEXT("]"), 0));
        ini_parser->accepts_continuation = false;
    }
}

/* The reader for inih: returns one line per call, ended by a line feed. */
static char *read_line_for_inih(char *buffer, int capacity, void *stream)
{
    struct ini_parser *ini_parser = stream;
    if (ini_parser->parse_error_line || ini_parser->offset == ini_parser->source->bytes.size)
        return NULL;
    read_next_line(ini_parser);
    struct text line = ini_parser->line;
    if (line.size && memchr(line.bytes, '\0', line.size)) {
        report_parse_error(ini_parser, ini_parser->line_number,
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
    struct ini_parser *ini_parser = user;
    (void)value; /* cut at " ;" or at the end of the buffer */
    if (ini_parser->is_continuation) {
        struct text continuation = text_trim(ini_parser->line);
        struct text *pending_value = &ini_parser->pending.value;
        *pending_value =
            pending_value->size
                ? arena_format(&ini_parser->continuation_arena, "%.*s %.*s",
                               TEXT_ARGUMENT(*pending_value), TEXT_ARGUMENT(continuation))
                : continuation;
        return 1;
    }
    if (!emit_pending_setting(ini_parser))
        return 0;
    if (strlen(section) < ini_parser->section.size)
        return report_parse_error(ini_parser, ini_parser->line_number,
                                  "the name of the section is longer than 49 bytes");
    if (!*name)
        return report_parse_error(ini_parser, ini_parser->line_number, "expected key = value");
    size_t separator = 0;
    while (separator < ini_parser->line.size && ini_parser->line.bytes[separator] != '=' &&
           ini_parser->line.bytes[separator] != ':')
        separator++;
    struct text key = text_trim(text_slice(ini_parser->line, 0, separator));
    if (!text_equal(key, text_of(name)))
        return 1; /* for inih a continuation after an invalid section line, which is reported */
    ini_parser->has_pending_setting = ini_parser->accepts_continuation = true;
    ini_parser->pending = (struct ini_setting){
        .section = text_trim(ini_parser->section),
        .key = key,
        .value = text_trim(text_slice(ini_parser->line, separator + 1, ini_parser->line.size)),
        .line = ini_parser->line_number,
    };
    return 1;
}

bool ini_read(const struct ini_source *source, ini_setting_handler *handler, void *user,
              struct error *error)
{
    struct ini_parser ini_parser = {.source = source, .handler = handler, .user = user};
    int syntax_line =
        ini_parse_stream(read_line_for_inih, &ini_parser, handle_inih_setting, &ini_parser);
    if (!ini_parser.parse_error_line)
        emit_pending_setting(&ini_parser);
    /* inih continues after a line that it does not understand; only the first error is reported. */
    if (syntax_line &&
        (!ini_parser.parse_error_line || (size_t)syntax_line < ini_parser.parse_error_line)) {
        ini_parser.parse_error = (struct error){0};
        report_parse_error(&ini_parser, (size_t)syntax_line, "expected [section] or key = value");
    }
    arena_free(&ini_parser.continuation_arena);
    return !ini_parser.parse_error_line ||
           error_set(error, ini_parser.parse_error.kind, "%s", ini_parser.parse_error.message);
}
