/* mojibake.c - encodes a text in the charset that it was mistaken for, and accepts the result if it
 * is UTF-8. */
#include "base/mojibake.h"

#include "base/utf8.h"

enum { MAX_REPEATS = 3 };

/* The characters of the bytes from 0x80 on. Latin-1 is windows-1252 with control characters. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
static const uint16_t macintosh[128] = {
    0x00C4, 0x00C5, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00DC, 0x00E1, 0x00E0, 0x00E2, 0x00E4, 0x00E3,
    0x00E5, 0x00E7, 0x00E9, 0x00E8, 0x00EA, 0x00EB, 0x00ED, 0x00EC, 0x00EE, 0x00EF, 0x00F1, 0x00F3,
    0x00F2, 0x00F4, 0x00F6, 0x00F5, 0x00FA, 0x00F9, 0x00FB, 0x00FC, 0x2020, 0x00B0, 0x00A2, 0x00A3,
    0x00A7, 0x2022, 0x00B6, 0x00DF, 0x00AE, 0x00A9, 0x2122, 0x00B4, 0x00A8, 0x2260, 0x00C6, 0x00D8,
    0x221E, 0x00B1, 0x2264, 0x2265, 0x00A5, 0x00B5, 0x2202, 0x2211, 0x220F, 0x03C0, 0x222B, 0x00AA,
    0x00BA, 0x03A9, 0x00E6, 0x00F8, 0x00BF, 0x00A1, 0x00AC, 0x221A, 0x0192, 0x2248, 0x2206, 0x00AB,
    0x00BB, 0x2026, 0x00A0, 0x00C0, 0x00C3, 0x00D5, 0x0152, 0x0153, 0x2013, 0x2014, 0x201C, 0x201D,
    0x2018, 0x2019, 0x00F7, 0x25CA, 0x00FF, 0x0178, 0x2044, 0x20AC, 0x2039, 0x203A, 0xFB01, 0xFB02,
    0x2021, 0x00B7, 0x201A, 0x201E, 0x2030, 0x00C2, 0x00CA, 0x00C1, 0x00CB, 0x00C8, 0x00CD, 0x00CE,
    0x00CF, 0x00CC, 0x00D3, 0x00D4, 0xF8FF, 0x00D2, 0x00DA, 0x00DB, 0x00D9, 0x0131, 0x02C6, 0x02DC,
    0x00AF, 0x02D8, 0x02D9, 0x02DA, 0x00B8, 0x02DD, 0x02DB, 0x02C7};

const char *mojibake_name(enum mojibake kind)
{
    return kind == MOJIBAKE_WESTERN ? "windows-1252" : "MacRoman";
}

/* The byte of a character; -1 if the charset does not have it. */
static int find_byte(enum mojibake kind, uint32_t point)
{
    bool is_western = kind == MOJIBAKE_WESTERN;
    const uint16_t *points = is_western ? windows_1252 : macintosh;
    size_t count = is_western ? sizeof(windows_1252) / sizeof(*windows_1252)
                              : sizeof(macintosh) / sizeof(*macintosh);
    if (point < 0x80 || (is_western && point <= 0xFF))
        return (int)point;
    for (size_t i = 0; i < count; i++)
        if (points[i] == point)
            return 0x80 + (int)i;
    return -1;
}

/* Scripts that texts with a capital before a quote or dots decode to by chance: "Spaß...". */
static bool is_rare(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x80, 0x9F},   {0x1C0, 0x217}, {0x21C, 0x2FF},  {0x340, 0x37F},
                  {0x460, 0x5CF}, {0x700, 0x8FF}, {0xE000, 0xF8FF}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* Decodes the text into `bytes`, which has room for it. False if it is not a mistaken one. */
static bool decode_once(enum mojibake kind, struct text text, char *bytes, size_t *size)
{
    size_t step, written = 0;
    for (size_t at = 0; at < text.size; at += step) {
        int byte = find_byte(kind, utf8_decode(text, at, &step));
        if (byte < 0)
            return false;
        bytes[written++] = (char)byte;
    }
    struct text decoded = {bytes, written};
    if (written == text.size || !utf8_is_valid(decoded))
        return false;
    for (size_t at = utf8_ascii_end(decoded, 0); at < written; at += step)
        if (is_rare(utf8_decode(decoded, at, &step)))
            return false;
    *size = written;
    return true;
}

/* Punctuation and signs are no evidence against a mistake in other texts. */
static bool has_letters(struct text text)
{
    size_t step;
    for (size_t at = utf8_ascii_end(text, 0); at < text.size; at += step) {
        uint32_t point = utf8_decode(text, at, &step);
        if (point >= 0xC0 && (point < 0x2000 || point > 0x2BFF) && point < 0xFE00)
            return true;
    }
    return false;
}

void mojibake_count(struct mojibake_counts *counts, struct text text)
{
    struct arena arena = {0};
    size_t size;
    if (utf8_ascii_end(text, 0) == text.size)
        return;
    bool is_repairable = false;
    char *bytes = arena_alloc(&arena, text.size, 1);
    for (enum mojibake kind = MOJIBAKE_WESTERN; kind < MOJIBAKE_COUNT; kind++)
        if (decode_once(kind, text, bytes, &size)) {
            counts->repairable[kind]++;
            is_repairable = true;
        }
    counts->texts += is_repairable || has_letters(text);
    arena_free(&arena);
}

enum mojibake mojibake_decide(const struct mojibake_counts *counts)
{
    for (enum mojibake kind = MOJIBAKE_WESTERN; kind < MOJIBAKE_COUNT; kind++)
        if (counts->repairable[kind] > 0 && counts->repairable[kind] * 10 >= counts->texts * 9)
            return kind;
    return MOJIBAKE_NONE;
}

struct text mojibake_repair(enum mojibake kind, struct text text, struct arena *arena)
{
    if (kind == MOJIBAKE_NONE || utf8_ascii_end(text, 0) == text.size)
        return text;
    for (size_t i = 0; i < MAX_REPEATS; i++) {
        size_t size;
        char *bytes = arena_alloc(arena, text.size, 1);
        if (!decode_once(kind, text, bytes, &size))
            break;
        text = (struct text){bytes, size};
    }
    return text;
}
