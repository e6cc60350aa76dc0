/* messenger.c - messages of Facebook Messenger and Instagram, from a download of one's data. */
#include "base/utf8.h"
#include "connectors/exports/exports.h"

/* The download writes each byte of a UTF-8 text as a character of its own, U+0080 to U+00FF, which
 * is a byte pair here. Returns the text itself if it is anything else. */
static struct text join_bytes(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0, wide = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x80) {
            bytes[size++] = (char)byte;
            continue;
        }
        if ((byte != 0xC2 && byte != 0xC3) || i + 1 == text.size)
            return text;
        bytes[size++] = (char)((byte & 3) << 6 | (text.bytes[++i] & 0x3F));
        wide++;
    }
    struct text joined = {bytes, size};
    return wide > 0 && utf8_is_valid(joined) ? joined : text;
}

static void complete_record(struct record *record, struct arena *arena)
{
    record->body = join_bytes(record->body, arena);
    record->author = join_bytes(record->author, arena);
}

const struct known_export messenger_exports[] = {
    {.name = "Messenger or Instagram messages",
     .form = EXPORT_OBJECTS,
     .required = {"sender_name", "timestamp_ms"},
     .roles = {{ROLE_TEXT, "content"},
               {ROLE_ID, ""},
               {ROLE_AUTHOR, "sender_name"},
               {ROLE_DATE, "timestamp_ms"},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}},
     .complete_record = complete_record},
    {.name = NULL},
};
