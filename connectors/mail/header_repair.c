/* header_repair.c - a header is read field by field and written again, if anything in it must be
 * mended.
 */
#include "connectors/mail/header_repair.h"

#include <string.h>

#include "base/utf8.h"
#include "connectors/mail/charset_names.h"
#include "connectors/mail/mbox.h"

/* Fields of which there is one, or whose values are decoded. */
static const struct known_field {
    struct text name;
    bool is_single, is_decoded, holds_addresses;
} known_fields[] = {
    {TEXT("Subject"), true, true, false},
    {TEXT("From"), true, true, true},
    {TEXT("Sender"), true, true, true},
    {TEXT("Reply-To"), true, true, true},
    {TEXT("To"), false, true, true},
    {TEXT("Date"), true, false, false},
    {TEXT("Message-ID"), true, false, false},
    {TEXT("Content-Type"), true, false, false},
    {TEXT("X-Gmail-Labels"), true, true, false},
    {TEXT("Content-Transfer-Encoding"), true, false, false},
};

enum { KNOWN_COUNT = sizeof(known_fields) / sizeof(*known_fields) };

struct header_writer {
    struct text header;
    struct arena *arena;
    char *bytes; /* written anew */
    size_t size;
    bool seen[KNOWN_COUNT];
    bool changed;
};

/* Where the header ends: at an empty line. */
static size_t find_header_size(struct text bytes)
{
    for (size_t begin = 0; begin < bytes.size;) {
        size_t end = text_find(bytes, TEXT("\n"), begin);
        if (end == begin || (end == begin + 1 && bytes.bytes[begin] == '\r'))
            return begin;
        begin = end + 1;
    }
    return bytes.size;
}

static size_t find_line_end(struct text text, size_t begin)
{
    const char *end =
        begin < text.size ? memchr(text.bytes + begin, '\n', text.size - begin) : NULL;
    return end ? (size_t)(end - text.bytes) + 1 : text.size;
}

/* Where the field that begins at `begin` ends: its further lines begin with a blank. */
static size_t find_field_end(struct text header, size_t begin)
{
    size_t end = find_line_end(header, begin);
    while (end < header.size && (header.bytes[end] == ' ' || header.bytes[end] == '\t'))
        end = find_line_end(header, end);
    return end;
}

/* Whether the lines from `begin` on are text: no field follows in the header. A stray line among
 * fields is none. */
static bool is_body_from(struct text header, size_t begin)
{
    for (size_t at = begin; at < header.size; at = find_line_end(header, at))
        if (mbox_is_header_line(text_slice(header, at, find_line_end(header, at))))
            return false;
    return true;
}

static const struct known_field *find_known_field(struct text field)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        struct text name = known_fields[i].name;
        if (field.size > name.size && (field.bytes[0] | 32) == (name.bytes[0] | 32) &&
            (field.bytes[name.size] == ':' || field.bytes[name.size] == ' ') &&
            text_equal_ignore_case(text_slice(field, 0, name.size), name))
            return &known_fields[i];
    }
    return NULL;
}

static void append_bytes(struct header_writer *writer, struct text bytes)
{
    if (bytes.size)
        memcpy(writer->bytes + writer->size, bytes.bytes, bytes.size);
    writer->size += bytes.size;
}

static void repair_field(struct header_writer *writer, struct text field)
{
    const struct known_field *known = find_known_field(field);
    if (known && known->is_single) {
        bool *seen = &writer->seen[known - known_fields];
        if (*seen) {
            writer->changed = true;
            return;
        }
        *seen = true;
    }
    if (!known || !known->is_decoded || !mail_has_encoded_words(field)) {
        append_bytes(writer, field);
        return;
    }
    writer->changed = true;
    append_bytes(writer, mail_decode_encoded_words(field, known->holds_addresses, writer->arena));
}

struct text header_repair(struct text message, struct arena *arena)
{
    size_t size = find_header_size(message);
    struct text header = text_slice(message, 0, size), text = {0};
    struct text is_decoded = mail_decode_charset(header, (struct text){0}, arena);
    struct header_writer writer = {.header = is_decoded, .arena = arena};
    writer.changed = is_decoded.bytes != header.bytes;
    /* Encoded words grow to six times their size at most, as mail_decode_encoded_words says. */
    size_t growth = mail_has_encoded_words(is_decoded) ? 6 : 1;
    writer.bytes = arena_alloc(arena, is_decoded.size + 1, growth);
    for (size_t begin = 0, end; begin < is_decoded.size; begin = end) {
        end = find_field_end(is_decoded, begin);
        struct text field = text_slice(is_decoded, begin, end);
        if (begin > 0 && !mbox_is_header_line(text_slice(field, 0, find_line_end(field, 0))) &&
            is_body_from(is_decoded, begin)) {
            text = text_slice(is_decoded, begin, is_decoded.size);
            break;
        }
        repair_field(&writer, field);
    }
    if (!writer.changed && !text.size)
        return message;
    struct text body = text_slice(message, size, message.size);
    char *joined = arena_alloc(arena, writer.size + 1 + text.size + body.size + 1, 1);
    struct header_writer whole = {.bytes = joined};
    append_bytes(&whole, (struct text){writer.bytes, writer.size});
    append_bytes(&whole, text.size ? TEXT("\n") : (struct text){0});
    append_bytes(&whole, text);
    append_bytes(&whole, body);
    return (struct text){joined, whole.size};
}
