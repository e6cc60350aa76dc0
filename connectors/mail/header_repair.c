/* header_repair.c - copies the header field by field; the copy is used if a field was repaired. */
#include "connectors/mail/header_repair.h"

#include <string.h>

#include "base/ascii.h"
#include "connectors/mail/charset_names.h"
#include "connectors/mail/mbox.h"

/* Fields that must be unique, or whose values are decoded. */
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
    char *bytes; /* the new header */
    size_t size;
    bool is_seen[KNOWN_COUNT];
    bool is_changed;
};

/* The size of the header, which ends at an empty line. */
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

/* The end of the field that begins at `begin`; continuation lines begin with a blank. */
static size_t find_field_end(struct text header, size_t begin)
{
    size_t end = find_line_end(header, begin);
    while (end < header.size && (header.bytes[end] == ' ' || header.bytes[end] == '\t'))
        end = find_line_end(header, end);
    return end;
}

/* Whether the body begins at `begin`: no field follows in the header. Otherwise the line is a stray
 * line among fields. */
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
        if (field.size > name.size &&
            ascii_to_lower(field.bytes[0]) == ascii_to_lower(name.bytes[0]) &&
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
        bool *is_seen = &writer->is_seen[known - known_fields];
        if (*is_seen) {
            writer->is_changed = true;
            return;
        }
        *is_seen = true;
    }
    if (!known || !known->is_decoded || !mail_has_encoded_words(field)) {
        append_bytes(writer, field);
        return;
    }
    writer->is_changed = true;
    append_bytes(writer, mail_decode_encoded_words(field, known->holds_addresses, writer->arena));
}

struct text header_repair(struct text message, struct arena *arena)
{
    size_t size = find_header_size(message);
    struct text header = text_slice(message, 0, size), text = {0};
    struct text decoded = mail_decode_charset(header, (struct text){0}, arena);
    struct header_writer writer = {.header = decoded, .arena = arena};
    writer.is_changed = decoded.bytes != header.bytes;
    /* mail_decode_encoded_words returns at most six times the size. */
    size_t growth = mail_has_encoded_words(decoded) ? 6 : 1;
    writer.bytes = arena_alloc(arena, decoded.size + 1, growth);
    for (size_t begin = 0, end; begin < decoded.size; begin = end) {
        end = find_field_end(decoded, begin);
        struct text field = text_slice(decoded, begin, end);
        if (begin > 0 && !mbox_is_header_line(text_slice(field, 0, find_line_end(field, 0))) &&
            is_body_from(decoded, begin)) {
            text = text_slice(decoded, begin, decoded.size);
            break;
        }
        repair_field(&writer, field);
    }
    if (!writer.is_changed && !text.size)
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
