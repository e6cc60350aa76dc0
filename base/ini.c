/* ini.c - reading INI files through inih.
 *
 * inih is built with lines of at most 200 bytes, sections of 49, values that end at " ;", and no
 * line numbers. So it is handed each line's beginning, which decides what the line is; the values,
 * whole, and the line numbers are taken from the lines themselves. */
#include "base/ini.h"

#include <ini.h>
#include <string.h>

#include "base/arena.h"

struct reading {
    struct text bytes;
    size_t offset, line_number; /* of the next line; of the line last handed to inih */
    struct text line, section;
    bool after_key, goes_on; /* an indented line would go on with a value; the line does */

    /* The setting last met, delivered when it is clear that no further line belongs to it. */
    bool pending;
    struct text pending_section, key, value;
    size_t setting_line;
    struct arena joined; /* values of several lines */

    const char *name;
    enum error_kind kind;
    ini_setting *setting;
    void *user;
    struct error fault;
    size_t fault_line; /* 0: none */
};

static bool fail(struct reading *reading, size_t line, const char *reason)
{
    error_set(&reading->fault, reading->kind, "%s:%zu: %s", reading->name, line, reason);
    reading->fault_line = line;
    return false;
}

static bool deliver(struct reading *reading)
{
    if (!reading->pending)
        return true;
    reading->pending = false;
    if (reading->setting(reading->user, reading->pending_section, reading->key, reading->value,
                         reading->setting_line, &reading->fault))
        return true;
    reading->fault_line = reading->setting_line;
    return false;
}

static void take_line(struct reading *reading)
{
    const char *begin = reading->bytes.bytes + reading->offset;
    size_t left = reading->bytes.size - reading->offset;
    const char *newline = memchr(begin, '\n', left);
    size_t size = newline ? (size_t)(newline - begin) : left;
    reading->offset += size + (newline != NULL);
    reading->line_number++;
    reading->line = (struct text){begin, size};
    if (reading->line_number == 1 && text_starts_with(reading->line, TEXT("\xEF\xBB\xBF")))
        reading->line = text_slice(reading->line, 3, size);
    struct text trimmed = text_trim(reading->line);
    bool indented = trimmed.size && trimmed.bytes != reading->line.bytes;
    reading->goes_on = indented && reading->after_key;
    if (!reading->goes_on && trimmed.size && trimmed.bytes[0] == '[') {
        reading->section = text_slice(trimmed, 1, text_find(trimmed, TEXT("]"), 0));
        reading->after_key = false;
    }
}

/* inih's reader: one call, one line, always ended by a line feed. */
static char *hand_line(char *buffer, int capacity, void *stream)
{
    struct reading *reading = stream;
    if (reading->fault_line || reading->offset == reading->bytes.size)
        return NULL;
    take_line(reading);
    struct text line = reading->line;
    if (line.size && memchr(line.bytes, '\0', line.size)) {
        fail(reading, reading->line_number, "a zero byte; is this a text file in UTF-8?");
        return NULL;
    }
    size_t size = line.size < (size_t)capacity - 2 ? line.size : (size_t)capacity - 2;
    memcpy(buffer, line.bytes ? line.bytes : "", size);
    buffer[size] = '\n';
    buffer[size + 1] = '\0';
    return buffer;
}

/* inih's handler: the line last handed over is a setting, or goes on with the one before. */
static int take_setting(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    (void)value; /* cut at " ;" or where inih's buffer ended */
    if (reading->goes_on) {
        struct text more = text_trim(reading->line);
        reading->value = reading->value.size
                             ? arena_format(&reading->joined, "%.*s %.*s",
                                            TEXT_ARGUMENT(reading->value), TEXT_ARGUMENT(more))
                             : more;
        return 1;
    }
    if (!deliver(reading))
        return 0;
    if (strlen(section) < reading->section.size)
        return fail(reading, reading->line_number, "the section's name is longer than 49 bytes");
    if (!*name)
        return fail(reading, reading->line_number, "expected key = value");
    size_t sign = 0;
    while (sign < reading->line.size && reading->line.bytes[sign] != '=' &&
           reading->line.bytes[sign] != ':')
        sign++;
    struct text key = text_trim(text_slice(reading->line, 0, sign));
    if (!text_equal(key, text_of(name)))
        return 1; /* goes on with a value for inih, behind a broken section line: that is told */
    reading->pending = reading->after_key = true;
    reading->pending_section = text_trim(reading->section);
    reading->key = key;
    reading->value = text_trim(text_slice(reading->line, sign + 1, reading->line.size));
    reading->setting_line = reading->line_number;
    return 1;
}

bool ini_read(struct text bytes, const char *name, enum error_kind kind, ini_setting *setting,
              void *user, struct error *error)
{
    struct reading reading = {
        .bytes = bytes, .name = name, .kind = kind, .setting = setting, .user = user};
    int syntax_line = ini_parse_stream(hand_line, &reading, take_setting, &reading);
    if (!reading.fault_line)
        deliver(&reading);
    /* inih reads on behind a line that it does not understand; the first fault is told. */
    if (syntax_line && (!reading.fault_line || (size_t)syntax_line < reading.fault_line)) {
        reading.fault = (struct error){0};
        fail(&reading, (size_t)syntax_line, "expected [section] or key = value");
    }
    arena_free(&reading.joined);
    return !reading.fault_line || error_set(error, reading.fault.kind, "%s", reading.fault.message);
}
