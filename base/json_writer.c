/* json_writer.c - writes JSON to a stream. */
#include "base/json_writer.h"

#include <assert.h>
#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { MAX_DEPTH = 64 };

static uint64_t level_bit(const struct json_writer *writer)
{
    return UINT64_C(1) << (writer->depth - 1);
}

static bool in_object(const struct json_writer *writer)
{
    return writer->depth && (writer->object_bits & level_bit(writer));
}

static void write_line_break(struct json_writer *writer)
{
    if (!writer->pretty)
        return;
    fputc_unlocked('\n', writer->stream);
    for (unsigned i = 0; i < writer->depth; i++)
        fputs_unlocked("  ", writer->stream);
}

/* Writes what precedes a key or an element: a comma and a line break. */
static void begin_element(struct json_writer *writer)
{
    if (!writer->depth)
        return;
    if (writer->nonempty_bits & level_bit(writer))
        fputc_unlocked(',', writer->stream);
    writer->nonempty_bits |= level_bit(writer);
    write_line_break(writer);
}

static void begin_value(struct json_writer *writer)
{
    assert(in_object(writer) == writer->after_key);
    if (!writer->after_key)
        begin_element(writer);
    writer->after_key = false;
}

static void open_container(struct json_writer *writer, char opening_bracket, bool is_object)
{
    begin_value(writer);
    assert(writer->depth < MAX_DEPTH);
    fputc_unlocked(opening_bracket, writer->stream);
    writer->depth++;
    writer->nonempty_bits &= ~level_bit(writer);
    writer->object_bits &= ~level_bit(writer);
    if (is_object)
        writer->object_bits |= level_bit(writer);
}

void json_begin_object(struct json_writer *writer)
{
    open_container(writer, '{', true);
}

void json_begin_array(struct json_writer *writer)
{
    open_container(writer, '[', false);
}

void json_end(struct json_writer *writer)
{
    assert(writer->depth && !writer->after_key);
    bool is_object = in_object(writer), filled = writer->nonempty_bits & level_bit(writer);
    writer->depth--;
    if (filled)
        write_line_break(writer);
    fputc_unlocked(is_object ? '}' : ']', writer->stream);
    if (!writer->depth)
        fputc_unlocked('\n', writer->stream);
}

/* Up to eight bytes as a little-endian number; missing bytes are spaces. */
static uint64_t load_le64(const char *bytes, size_t size)
{
    uint64_t word;
    uint32_t first, last;
    if (size >= 8) {
        memcpy(&word, bytes, 8);
        return le64toh(word);
    }
    if (size >= 4) {
        memcpy(&first, bytes, 4);
        memcpy(&last, bytes + size - 4, 4);
        word = le32toh(first) | (uint64_t)le32toh(last) << (size - 4) * 8;
    } else {
        word = (uint64_t)(unsigned char)bytes[0] |
               (uint64_t)(unsigned char)bytes[size / 2] << size / 2 * 8 |
               (uint64_t)(unsigned char)bytes[size - 1] << (size - 1) * 8;
    }
    return word | UINT64_C(0x2020202020202020) << size * 8;
}

static void store_le64(char *bytes, uint64_t word)
{
    word = htole64(word);
    memcpy(bytes, &word, sizeof(word));
}

/* The number of leading bytes, of eight, that a JSON string contains unescaped. In special_bits,
 * the high bit of a byte is set for a control character, quote, backslash, DEL, or a byte above
 * ASCII. A borrow may set bits after the first of these, never before it. */
static size_t count_plain_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\', delete = word ^ ones * 0x7F;
    uint64_t special_bits =
        word | (word - ones * 0x20) | (quote - ones) | (backslash - ones) | (delete - ones);
    special_bits &= highs;
    return special_bits ? (size_t)__builtin_ctzll(special_bits) / 8 : 8;
}

/* Writes the escape of the byte or invalid sequence at `position`, whose size is *size; returns the
 * size of the escape. */
static size_t write_escape(char escape[8], struct text text, size_t position, size_t *size)
{
    static const char short_escapes[] = {
        ['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    static const char digits[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)text.bytes[position];
    *size = 1;
    if (byte >= 0x80) {
        utf8_decode(text, position, size);
        memcpy(escape, "\xEF\xBF\xBD", 3);
        return 3;
    }
    escape[0] = '\\';
    if (byte < sizeof(short_escapes) && short_escapes[byte]) {
        escape[1] = short_escapes[byte];
        return 2;
    }
    memcpy(escape + 1, "u00", 3);
    escape[4] = digits[byte >> 4];
    escape[5] = digits[byte & 15];
    return 6;
}

/* Collects the string in a buffer, because a stdio call costs more than a short string. */
static void write_quoted(FILE *stream, struct text text)
{
    enum { BUFFER_SIZE = 1024, MAX_WRITE = 8 /* bytes that one iteration adds */ };
    char buffer[BUFFER_SIZE + MAX_WRITE + 1];
    size_t filled = 0, position = 0, size;
    buffer[filled++] = '"';
    while (position < text.size) {
        if (filled > BUFFER_SIZE) {
            fwrite_unlocked(buffer, 1, filled, stream);
            filled = 0;
        }
        unsigned char byte = (unsigned char)text.bytes[position];
        size_t remaining = text.size - position;
        if (byte < 0x80) {
            uint64_t word = load_le64(text.bytes + position, remaining);
            size_t plain_size = count_plain_bytes(word);
            plain_size = plain_size < remaining ? plain_size : remaining;
            store_le64(buffer + filled, word);
            position += plain_size;
            filled += plain_size;
            if (plain_size > 0)
                continue;
        }
        size = byte < 0x80 ? byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F
                           : utf8_multibyte_size(text, position);
        if (size > 0) {
            memcpy(buffer + filled, text.bytes + position, size);
            filled += size;
        } else {
            filled += write_escape(buffer + filled, text, position, &size);
        }
        position += size;
    }
    buffer[filled++] = '"';
    fwrite_unlocked(buffer, 1, filled, stream);
}

void json_write_key(struct json_writer *writer, struct text key)
{
    assert(in_object(writer) && !writer->after_key);
    begin_element(writer);
    write_quoted(writer->stream, key);
    fputc_unlocked(':', writer->stream);
    if (writer->pretty)
        fputc_unlocked(' ', writer->stream);
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

void json_write_unsigned(struct json_writer *writer, uint64_t number)
{
    char digits[20];
    size_t size = 0;
    do
        digits[sizeof(digits) - ++size] = (char)('0' + number % 10);
    while (number /= 10);
    begin_value(writer);
    fwrite_unlocked(digits + sizeof(digits) - size, 1, size, writer->stream);
}

size_t json_format_real(double number, char digits[32])
{
    int size = 0;
    if (!signbit(number) && number < 10 && number == (int)number) { /* most ratings */
        digits[0] = (char)('0' + (int)number);
        digits[1] = '\0';
        return 1;
    }
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
    json_format_real(number, digits);
    begin_value(writer);
    fputs_unlocked(digits, writer->stream);
}

void json_write_boolean(struct json_writer *writer, bool value)
{
    begin_value(writer);
    fputs_unlocked(value ? "true" : "false", writer->stream);
}

void json_write_null(struct json_writer *writer)
{
    begin_value(writer);
    fputs_unlocked("null", writer->stream);
}
