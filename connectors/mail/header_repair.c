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
    bool single, decoded, holds_addresses;
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

struct mending {
    struct text header;
    struct arena *arena;
    char *bytes; /* written anew */
    size_t size;
    bool seen[KNOWN_COUNT];
    bool changed;
};

/* Where the header ends: at an empty line. */
static size_t header_size(struct text bytes)
{
    for (size_t begin = 0; begin < bytes.size;) {
        size_t end = text_find(bytes, TEXT("\n"), begin);
        if (end == begin || (end == begin + 1 && bytes.bytes[begin] == '\r'))
            return begin;
        begin = end + 1;
    }
    return bytes.size;
}

static size_t line_end(struct text text, size_t begin)
{
    const char *end =
        begin < text.size ? memchr(text.bytes + begin, '\n', text.size - begin) : NULL;
    return end ? (size_t)(end - text.bytes) + 1 : text.size;
}

/* Where the field that begins at `begin` ends: its further lines begin with a blank. */
static size_t field_end(struct text header, size_t begin)
{
    size_t end = line_end(header, begin);
    while (end < header.size && (header.bytes[end] == ' ' || header.bytes[end] == '\t'))
        end = line_end(header, end);
    return end;
}

/* Whether the lines from `begin` on are text: no field follows in the header. A stray line among
 * fields is none. */
static bool is_text_from(struct text header, size_t begin)
{
    for (size_t at = begin; at < header.size; at = line_end(header, at))
        if (mbox_is_header(text_slice(header, at, line_end(header, at))))
            return false;
    return true;
}

static const struct known_field *find_known(struct text field)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        struct text name = known_fields[i].name;
        if (field.size > name.size && (field.bytes[0] | 32) == (name.bytes[0] | 32) &&
            (field.bytes[name.size] == ':' || field.bytes[name.size] == ' ') &&
            text_equal_fold(text_slice(field, 0, name.size), name))
            return &known_fields[i];
    }
    return NULL;
}

static void write(struct mending *mending, struct text bytes)
{
    if (bytes.size)
        memcpy(mending->bytes + mending->size, bytes.bytes, bytes.size);
    mending->size += bytes.size;
}

static void mend_field(struct mending *mending, struct text field)
{
    const struct known_field *known = find_known(field);
    if (known && known->single) {
        bool *seen = &mending->seen[known - known_fields];
        if (*seen) {
            mending->changed = true;
            return;
        }
        *seen = true;
    }
    if (!known || !known->decoded || !mail_text_is_encoded(field)) {
        write(mending, field);
        return;
    }
    mending->changed = true;
    write(mending, mail_text_decode_words(field, known->holds_addresses, mending->arena));
}

struct text header_mend(struct text message, struct arena *arena)
{
    size_t size = header_size(message);
    struct text header = text_slice(message, 0, size), text = {0};
    struct text decoded = mail_text_decode(header, (struct text){0}, arena);
    struct mending mending = {.header = decoded, .arena = arena};
    mending.changed = decoded.bytes != header.bytes;
    /* Encoded words grow to six times their size at most, as mail_text_decode_words says. */
    size_t growth = mail_text_is_encoded(decoded) ? 6 : 1;
    mending.bytes = arena_alloc(arena, decoded.size + 1, growth);
    for (size_t begin = 0, end; begin < decoded.size; begin = end) {
        end = field_end(decoded, begin);
        struct text field = text_slice(decoded, begin, end);
        if (begin > 0 && !mbox_is_header(text_slice(field, 0, line_end(field, 0))) &&
            is_text_from(decoded, begin)) {
            text = text_slice(decoded, begin, decoded.size);
            break;
        }
        mend_field(&mending, field);
    }
    if (!mending.changed && !text.size)
        return message;
    struct text body = text_slice(message, size, message.size);
    char *joined = arena_alloc(arena, mending.size + 1 + text.size + body.size + 1, 1);
    struct mending whole = {.bytes = joined};
    write(&whole, (struct text){mending.bytes, mending.size});
    write(&whole, text.size ? TEXT("\n") : (struct text){0});
    write(&whole, text);
    write(&whole, body);
    return (struct text){joined, whole.size};
}
