/* charset_names.c - converts with charset.h. Encoded words are decoded here: GMime 3.2 joins
 * consecutive ones and loses the text after the first one with padding. */
#include "connectors/mail/charset_names.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "connectors/input/charset.h"

struct text mail_decode_charset(struct text bytes, struct text charset_name, struct arena *arena)
{
    static const char *const unreliable_names[] = {
        "",          "us-ascii",     "ascii",          "utf-8", "utf8",
        "x-unknown", "unknown-8bit", "x-user-defined", NULL};
    struct charset *charset;
    struct text converted;
    if (text_is_one_of_ignore_case(charset_name, unreliable_names)) {
        if (utf8_is_valid(bytes))
            return bytes;
        charset_name = (struct text){0};
    }
    if (!charset_open(&charset, charset_name, NULL) &&
        !charset_open(&charset, (struct text){0}, NULL))
        return utf8_repair(bytes, arena, NULL);
    charset_convert(charset, bytes, true, &converted);
    converted = arena_copy_text(arena, converted);
    charset_close(charset);
    return converted;
}

/* "=?charset*language?Q?text?=" */
struct encoded_word {
    struct text charset, text;
    bool is_base64;
    size_t size; /* of the whole word */
};

static bool parse_encoded_word(struct text value, size_t at, struct encoded_word *word)
{
    struct text rest = text_slice(value, at, value.size);
    if (!text_starts_with(rest, TEXT("=?")))
        return false;
    size_t charset = text_find(rest, TEXT("?"), 2);
    if (charset + 3 > rest.size || rest.bytes[charset + 2] != '?')
        return false;
    char encoding = rest.bytes[charset + 1];
    size_t end = text_find(rest, TEXT("?="), charset + 3);
    if (end == rest.size || !strchr("bBqQ", encoding))
        return false;
    struct text name = text_slice(rest, 2, charset);
    *word = (struct encoded_word){
        .charset = text_trim(text_slice(name, 0, text_find(name, TEXT("*"), 0))),
        .text = text_slice(rest, charset + 3, end),
        .is_base64 = encoding == 'b' || encoding == 'B',
        .size = end + 2,
    };
    for (size_t i = 0; i < charset; i++)
        if (ascii_is_space(rest.bytes[i]))
            return false;
    return true;
}

static int base64_value(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : ascii_is_digit(c)    ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* These two write to `bytes` and return the number of bytes: at most text.size. */
static size_t decode_quoted(struct text text, char *bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        int high = i + 2 < text.size ? ascii_hex_value(text.bytes[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex_value(text.bytes[i + 2]) : -1;
        if (text.bytes[i] == '=' && low >= 0) {
            bytes[size++] = (char)(high * 16 + low);
            i += 2;
        } else {
            bytes[size++] = text.bytes[i] == '_' ? ' ' : text.bytes[i];
        }
    }
    return size;
}

static size_t decode_base64(struct text text, char *bytes)
{
    size_t size = 0;
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < text.size && text.bytes[i] != '='; i++) {
        int value = base64_value(text.bytes[i]);
        if (value < 0)
            continue;
        bits = bits << 6 | (unsigned)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[size++] = (char)(bits >> count & 0xFF);
        }
    }
    return size;
}

/* Decodes the consecutive words of one charset from `at` on, to UTF-8 on one line. *end is the end
 * of the last one. */
static struct text decode_word_run(struct text value, size_t at, struct arena *arena, size_t *end)
{
    struct encoded_word word;
    struct text charset = {0};
    char *bytes = arena_alloc(arena, value.size - at + 1, 1);
    size_t size = 0;
    for (*end = at; parse_encoded_word(value, at, &word); at = *end) {
        if (size && !text_equal_ignore_case(word.charset, charset))
            break;
        charset = word.charset;
        size += word.is_base64 ? decode_base64(word.text, bytes + size)
                               : decode_quoted(word.text, bytes + size);
        *end = at + word.size;
        size_t next = *end;
        while (next < value.size && ascii_is_space(value.bytes[next]))
            next++;
        if (!parse_encoded_word(value, next, &word))
            break;
        *end = next; /* blanks between words do not count */
    }
    struct text text = mail_decode_charset((struct text){bytes, size}, charset, arena);
    char *line = arena_alloc(arena, text.size + 1, 1);
    for (size_t i = 0; i < text.size; i++)
        line[i] = (unsigned char)text.bytes[i] < ' ' ? ' ' : text.bytes[i];
    return (struct text){line, text.size};
}

bool mail_has_encoded_words(struct text value)
{
    return text_find(value, TEXT("=?"), 0) < value.size;
}

struct value_buffer {
    char *bytes;
    size_t size;
};

static void append_text(struct value_buffer *buffer, struct text text, bool escape)
{
    for (size_t i = 0; i < text.size; i++) {
        if (escape && (text.bytes[i] == '"' || text.bytes[i] == '\\'))
            buffer->bytes[buffer->size++] = '\\';
        buffer->bytes[buffer->size++] = text.bytes[i];
    }
}

struct text mail_decode_encoded_words(struct text value, bool quote, struct arena *arena)
{
    /* A legacy byte becomes at most three bytes of UTF-8, which may be escaped. A word is longer
     * than its quotes. */
    struct value_buffer buffer = {arena_alloc(arena, value.size + 1, 6), 0};
    struct encoded_word word;
    bool quoted = false;
    for (size_t at = 0, end; at < value.size; at = end) {
        if (!parse_encoded_word(value, at, &word)) {
            end = at + 1;
            quoted ^= value.bytes[at] == '"';
            append_text(&buffer, text_slice(value, at, end), false);
            continue;
        }
        struct text text = decode_word_run(value, at, arena, &end);
        struct text quote_mark = quote && !quoted ? TEXT("\"") : (struct text){0};
        append_text(&buffer, quote_mark, false);
        append_text(&buffer, text, quote);
        append_text(&buffer, quote_mark, false);
    }
    return (struct text){buffer.bytes, buffer.size};
}
