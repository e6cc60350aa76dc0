/* xml_mend.c - one pass, looking a few bytes ahead. */
#include "connectors/xml_mend.h"

#include <string.h>

enum { AHEAD = 16, LARGEST = 8 }; /* bytes looked at; bytes one step may write */

/* "&amp;", "&#233;", "&#xE9;": what every parser knows. */
static bool begins_entity(struct text bytes)
{
    static const struct text known[] = {TEXT("&amp;"), TEXT("&lt;"), TEXT("&gt;"), TEXT("&quot;"),
                                        TEXT("&apos;")};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (text_starts_with(bytes, known[i]))
            return true;
    bool hexadecimal = text_starts_with(bytes, TEXT("&#x"));
    size_t begin = hexadecimal ? 3 : 2, i = begin;
    uint32_t point = 0;
    if (!text_starts_with(bytes, TEXT("&#")))
        return false;
    for (; i < bytes.size && i < begin + 7; i++) {
        char c = bytes.bytes[i];
        bool digit = c >= '0' && c <= '9', letter = (c | 32) >= 'a' && (c | 32) <= 'f';
        if (!digit && !(hexadecimal && letter))
            break;
        point = point * (hexadecimal ? 16 : 10) + (uint32_t)(digit ? c - '0' : (c | 32) - 'a' + 10);
    }
    bool allowed = point == '\t' || point == '\n' || point == '\r' ||
                   (point >= 0x20 && point < 0xD800) || (point >= 0xE000 && point < 0xFFFE) ||
                   (point >= 0x10000 && point < 0x110000);
    return i > begin && i < bytes.size && bytes.bytes[i] == ';' && allowed;
}

static bool begins_tag(struct text bytes)
{
    unsigned char next = bytes.size > 1 ? (unsigned char)bytes.bytes[1] : 0;
    return ((next | 32) >= 'a' && (next | 32) <= 'z') || next == '/' || next == '!' ||
           next == '?' || next == '_' || next == ':' || next >= 0x80;
}

/* What stands for the first byte of `bytes`; sets its size and where the next one stands. */
static struct text mend_byte(struct xml_mend *mend, struct text bytes)
{
    unsigned char byte = (unsigned char)bytes.bytes[0];
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r')
        return TEXT(" ");
    if (mend->within == XML_MEND_DATA || mend->within == XML_MEND_COMMENT) {
        const struct text end = mend->within == XML_MEND_DATA ? TEXT("]]>") : TEXT("-->");
        if (text_starts_with(bytes, end))
            mend->within = XML_MEND_MARKUP;
    } else if (text_starts_with(bytes, TEXT("<![CDATA["))) {
        mend->within = XML_MEND_DATA;
    } else if (text_starts_with(bytes, TEXT("<!--"))) {
        mend->within = XML_MEND_COMMENT;
    } else if (byte == '&' && !begins_entity(bytes)) {
        return TEXT("&amp;");
    } else if (byte == '<' && !begins_tag(bytes)) {
        return TEXT("&lt;");
    }
    return text_slice(bytes, 0, 1);
}

size_t xml_mend(struct xml_mend *mend, struct text bytes, bool last, char *mended, size_t room,
                size_t *used)
{
    size_t size = 0, at = 0;
    while (at < bytes.size && size + LARGEST <= room && (last || at + AHEAD <= bytes.size)) {
        struct text byte = mend_byte(mend, text_slice(bytes, at, bytes.size));
        memcpy(mended + size, byte.bytes, byte.size);
        size += byte.size;
        at++;
    }
    *used = at;
    return size;
}
