/* json_writer.c - writing JSON to a stream. */
#include "base/json_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

enum { DEEPEST = 64 };

static uint64_t level_bit(const struct json_writer *writer)
{
    return UINT64_C(1) << (writer->depth - 1);
}

static bool in_object(const struct json_writer *writer)
{
    return writer->depth && (writer->objects & level_bit(writer));
}

static void begin_line(struct json_writer *writer)
{
    if (!writer->pretty)
        return;
    fputc('\n', writer->stream);
    for (unsigned i = 0; i < writer->depth; i++)
        fputs("  ", writer->stream);
}

/* What stands before a key or an element: the comma behind the one before it. */
static void begin_item(struct json_writer *writer)
{
    if (!writer->depth)
        return;
    if (writer->has_item & level_bit(writer))
        fputc(',', writer->stream);
    writer->has_item |= level_bit(writer);
    begin_line(writer);
}

static void begin_value(struct json_writer *writer)
{
    assert(in_object(writer) == writer->after_key);
    if (!writer->after_key)
        begin_item(writer);
    writer->after_key = false;
}

static void open_level(struct json_writer *writer, char bracket, bool object)
{
    begin_value(writer);
    assert(writer->depth < DEEPEST);
    fputc(bracket, writer->stream);
    writer->depth++;
    writer->has_item &= ~level_bit(writer);
    writer->objects &= ~level_bit(writer);
    if (object)
        writer->objects |= level_bit(writer);
}

void json_write_object(struct json_writer *writer)
{
    open_level(writer, '{', true);
}

void json_write_array(struct json_writer *writer)
{
    open_level(writer, '[', false);
}

void json_write_end(struct json_writer *writer)
{
    assert(writer->depth && !writer->after_key);
    bool object = in_object(writer), filled = writer->has_item & level_bit(writer);
    writer->depth--;
    if (filled)
        begin_line(writer);
    fputc(object ? '}' : ']', writer->stream);
    if (!writer->depth)
        fputc('\n', writer->stream);
}

static void write_quoted(FILE *stream, struct text text)
{
    fputc('"', stream);
    size_t plain = 0; /* where the bytes that go out as they are began */
    for (size_t i = 0, size; i < text.size; i += size) {
        unsigned char byte = (unsigned char)text.bytes[i];
        size = 1;
        uint32_t point = byte < 0x80 ? byte : utf8_decode(text, i, &size);
        bool invalid = point == 0xFFFD && byte != 0xEF; /* U+FFFD itself begins with EF */
        invalid |= point == 0xFFFD && size < 3;
        if (point >= 0x20 && point != '"' && point != '\\' && point != 0x7F && !invalid)
            continue;
        fwrite(text.bytes + plain, 1, i - plain, stream);
        plain = i + size;
        if (point == '"' || point == '\\')
            fprintf(stream, "\\%c", (char)point);
        else if (point == '\n')
            fputs("\\n", stream);
        else if (point == '\t')
            fputs("\\t", stream);
        else if (point == '\r')
            fputs("\\r", stream);
        else if (point == 0xFFFD)
            fputs("\xEF\xBF\xBD", stream);
        else
            fprintf(stream, "\\u%04" PRIx32, point);
    }
    if (text.size > plain)
        fwrite(text.bytes + plain, 1, text.size - plain, stream);
    fputc('"', stream);
}

void json_write_key(struct json_writer *writer, struct text key)
{
    assert(in_object(writer) && !writer->after_key);
    begin_item(writer);
    write_quoted(writer->stream, key);
    fputs(writer->pretty ? ": " : ":", writer->stream);
    writer->after_key = true;
}

void json_write_text(struct json_writer *writer, struct text text)
{
    begin_value(writer);
    write_quoted(writer->stream, text);
}

void json_write_integer(struct json_writer *writer, int64_t number)
{
    begin_value(writer);
    fprintf(writer->stream, "%" PRId64, number);
}

void json_write_count(struct json_writer *writer, uint64_t number)
{
    begin_value(writer);
    fprintf(writer->stream, "%" PRIu64, number);
}

size_t json_print_real(double number, char digits[32])
{
    int size = 0;
    for (int precision = 15; precision <= 17; precision++) {
        size = snprintf(digits, 32, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    return (size_t)size;
}

void json_write_real(struct json_writer *writer, double number)
{
    if (!isfinite(number)) {
        json_write_null(writer);
        return;
    }
    char digits[32];
    json_print_real(number, digits);
    begin_value(writer);
    fputs(digits, writer->stream);
}

void json_write_boolean(struct json_writer *writer, bool value)
{
    begin_value(writer);
    fputs(value ? "true" : "false", writer->stream);
}

void json_write_null(struct json_writer *writer)
{
    begin_value(writer);
    fputs("null", writer->stream);
}
