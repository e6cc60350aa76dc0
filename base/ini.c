/* ini.c - reading INI files through inih.
 *
 * inih is built with lines of at most 200 bytes, sections of 49, values that end at " ;", and no
 * line numbers. So it is handed each line's beginning, which decides what the line is; the values,
 * whole, and the line numbers are taken from the lines themselves. */
#include "base/ini.h"

#include <ini.h>
#include <string.h>

#include "base/arena.h"

struct ini_parser {
    struct text bytes;
    size_t offset, line_number; /* of the next line; of the line last handed to inih */
    struct text line, section;
    bool accepts_continuation,
        is_continuation; /* an indented line would go on with a value; the line does */

    /* The setting last met, delivered when it is clear that no further line belongs to it. */
    bool has_pending_setting;
    struct text pending_section, key, value;
    size_t setting_line;
    struct arena continuation_arena; /* values of several lines */

    const char *name;
    enum error_kind kind;
    ini_setting_handler *handler;
    void *user;
    struct error parse_error;
    size_t parse_error_line; /* 0: none */
};

static bool report_parse_error(struct ini_parser *ini_parser, size_t line, const char *reason)
{
    error_set(&ini_parser->parse_error, ini_parser->kind, "%s:%zu: %s", ini_parser->name, line,
              reason);
    ini_parser->parse_error_line = line;
    return false;
}

static bool emit_pending_setting(struct ini_parser *ini_parser)
{
    if (!ini_parser->has_pending_setting)
        return true;
    ini_parser->has_pending_setting = false;
    if (ini_parser->handler(ini_parser->user, ini_parser->pending_section, ini_parser->key,
                            ini_parser->value, ini_parser->setting_line, &ini_parser->parse_error))
        return true;
    ini_parser->parse_error_line = ini_parser->setting_line;
    return false;
}

static void read_next_line(struct ini_parser *ini_parser)
{
    const char *begin = ini_parser->bytes.bytes + ini_parser->offset;
    size_t remaining = ini_parser->bytes.size - ini_parser->offset;
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

/* inih's reader: one call, one line, always ended by a line feed. */
static char *read_line_for_inih(char *buffer, int capacity, void *stream)
{
    struct ini_parser *ini_parser = stream;
    if (ini_parser->parse_error_line || ini_parser->offset == ini_parser->bytes.size)
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

/* inih's handler: the line last handed over is a setting, or goes on with the one before. */
static int handle_inih_setting(void *user, const char *section, const char *name, const char *value)
{
    struct ini_parser *ini_parser = user;
    (void)value; /* cut at " ;" or where inih's buffer ended */
    if (ini_parser->is_continuation) {
        struct text continuation = text_trim(ini_parser->line);
        ini_parser->value =
            ini_parser->value.size
                ? arena_format(&ini_parser->continuation_arena, "%.*s %.*s",
                               TEXT_ARGUMENT(ini_parser->value), TEXT_ARGUMENT(continuation))
                : continuation;
        return 1;
    }
    if (!emit_pending_setting(ini_parser))
        return 0;
    if (strlen(section) < ini_parser->section.size)
        return report_parse_error(ini_parser, ini_parser->line_number,
                                  "the section's name is longer than 49 bytes");
    if (!*name)
        return report_parse_error(ini_parser, ini_parser->line_number, "expected key = value");
    size_t separator = 0;
    while (separator < ini_parser->line.size && ini_parser->line.bytes[separator] != '=' &&
           ini_parser->line.bytes[separator] != ':')
        separator++;
    struct text key = text_trim(text_slice(ini_parser->line, 0, separator));
    if (!text_equal(key, text_of(name)))
        return 1; /* goes on with a value for inih, behind a broken section line: that is told */
    ini_parser->has_pending_setting = ini_parser->accepts_continuation = true;
    ini_parser->pending_section = text_trim(ini_parser->section);
    ini_parser->key = key;
    ini_parser->value =
        text_trim(text_slice(ini_parser->line, separator + 1, ini_parser->line.size));
    ini_parser->setting_line = ini_parser->line_number;
    return 1;
}

bool ini_read(struct text bytes, const char *name, enum error_kind kind,
              ini_setting_handler *handler, void *user, struct error *error)
{
    struct ini_parser ini_parser = {
        .bytes = bytes, .name = name, .kind = kind, .handler = handler, .user = user};
    int syntax_line =
        ini_parse_stream(read_line_for_inih, &ini_parser, handle_inih_setting, &ini_parser);
    if (!ini_parser.parse_error_line)
        emit_pending_setting(&ini_parser);
    /* inih reads on behind a line that it does not understand; the first fault is told. */
    if (syntax_line &&
        (!ini_parser.parse_error_line || (size_t)syntax_line < ini_parser.parse_error_line)) {
        ini_parser.parse_error = (struct error){0};
        report_parse_error(&ini_parser, (size_t)syntax_line, "expected [section] or key = value");
    }
    arena_free(&ini_parser.continuation_arena);
    return !ini_parser.parse_error_line ||
           error_set(error, ini_parser.parse_error.kind, "%s", ini_parser.parse_error.message);
}
