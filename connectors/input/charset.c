/* charset.c - converts with glibc's iconv from the given or detected charset. UTF-8 input is only
 * validated. */
#include "connectors/input/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/input/charset_guess.h"

#define REPLACEMENT_CHARACTER "\xEF\xBF\xBD"

struct charset {
    char name[CHARSET_NAME_SIZE];
    char description[96]; /* name and how it was detected */
    bool is_decided;      /* given, or detected from bytes above ASCII */
    bool has_started;     /* the first block was examined */
    iconv_t iconv;        /* (iconv_t)-1 for UTF-8 */
    enum charset_width width;
    char *bytes; /* output of the last call */
    size_t size, capacity;
    struct charset_anchor *anchors;
    size_t anchor_count, anchor_capacity;
    uint64_t position, offset; /* at the end of the output so far */
    uint64_t replaced_count;
};

static const struct byte_order_mark {
    const char *bytes;
    size_t size;
    const char *name;
} byte_order_marks[] = {
    {"\xEF\xBB\xBF", 3, "UTF-8"}, {"\xFF\xFE\0\0", 4, "UTF-32LE"}, {"\0\0\xFE\xFF", 4, "UTF-32BE"},
    {"\xFF\xFE", 2, "UTF-16LE"},  {"\xFE\xFF", 2, "UTF-16BE"},
};

/* Names that detectors and old programs use although the text is in the superset. */
static const char *const aliases[][2] = {
    {"EUC-KR", "CP949"},
    {"UHC", "CP949"},
    {"KS_C_5601-1987", "CP949"},
    {"SHIFT_JIS", "CP932"},
    {"SHIFT-JIS", "CP932"},
    {"SJIS", "CP932"},
    {"ISO-8859-1", "CP1252"},
    {"LATIN1", "CP1252"},
    {"ISO_8859-1", "CP1252"},
    {"GB2312", "GB18030"},
    {"GBK", "GB18030"},
    {"UTF8", "UTF-8"},
    {"ASCII", "UTF-8"},
    {"US-ASCII", "UTF-8"},
    {"WINDOWS-1252", "CP1252"},
    {"ISO-8859-9", "CP1254"},
    {"ISO-8859-11", "CP874"},
    {"UTF-16", "UTF-16LE"},
    {"UTF-32", "UTF-32LE"},
    /* names used in mails */
    {"UNICODE-1-1-UTF-8", "UTF-8"},
    {"UTF_8", "UTF-8"},
    {"UTF-8-MAC", "UTF-8"},
    {"CP65001", "UTF-8"},
    {"UNICODE-1-1-UTF-7", "UTF-7"},
    {"CP65000", "UTF-7"},
    {"KSC5601", "CP949"},
    {"KSC_5601", "CP949"},
    {"KS_C_5601", "CP949"},
    {"KS_C_5601-1989", "CP949"},
    {"CSKSC56011987", "CP949"},
    {"ISO-IR-149", "CP949"},
    {"KOREAN", "CP949"},
    {"MS949", "CP949"},
    {"CSEUCKR", "CP949"},
    {"CSSHIFTJIS", "CP932"},
    {"MS_KANJI", "CP932"},
    {"WINDOWS-31J", "CP932"},
    {"ISO-2022-JP-1", "ISO-2022-JP-2"},
    {"ISO-2022-JP-MS", "ISO-2022-JP-3"},
    {"CHINESE", "GB18030"},
    {"GB-18030", "GB18030"},
    {"GB_2312", "GB18030"},
    {"GB_2312-80", "GB18030"},
    {"CSGB2312", "GB18030"},
    {"CSISO58GB231280", "GB18030"},
    {"ISO-IR-58", "GB18030"},
    {"CSBIG5", "BIG5"},
    {"X-BIG5", "BIG5"},
    {"ISO-8859-6-E", "ISO-8859-6"},
    {"ISO-8859-6-I", "ISO-8859-6"},
    {"ISO-8859-8-E", "ISO-8859-8"},
    {"ISO-8859-8-I", "ISO-8859-8"},
    {"ISO8859_15", "ISO-8859-15"},
    {"KOI", "KOI8-R"},
    {"KOI8_R", "KOI8-R"},
    {"DOS-874", "CP874"},
    {"CP-850", "CP850"},
    {"MAC-ROMAN", "MACINTOSH"},
    {"CSISOLATIN1", "CP1252"},
    {"ISO8859-1", "CP1252"},
    {"ISO88591", "CP1252"},
};

static const char *const double_byte_charsets[] = {"CP949", "CP932",      "CP936", "GBK",
                                                   "BIG5",  "BIG5-HKSCS", "CP950"};

static bool is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

static enum charset_width width_of_charset(const char *name)
{
    if (strcasecmp(name, "UTF-8") == 0)
        return CHARSET_WIDTH_UTF8;
    if (strcasecmp(name, "UTF-16LE") == 0 || strcasecmp(name, "UTF-16BE") == 0)
        return CHARSET_WIDTH_UTF16;
    if (strcasecmp(name, "UTF-32LE") == 0 || strcasecmp(name, "UTF-32BE") == 0)
        return CHARSET_WIDTH_UTF32;
    if (is_listed(double_byte_charsets,
                  sizeof(double_byte_charsets) / sizeof(*double_byte_charsets), name))
        return CHARSET_WIDTH_DOUBLE;
    static const char *const families[] = {"ISO-8859", "ISO8859", "CP12", "WINDOWS-12", "KOI8",
                                           "CP4",      "CP8",     "MAC",  "TIS-620"};
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
        if (strncasecmp(name, families[i], strlen(families[i])) == 0)
            return CHARSET_WIDTH_SINGLE;
    return CHARSET_WIDTH_UNKNOWN;
}

static const char *resolve_alias(const char *name)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
        if (strcasecmp(aliases[i][0], name) == 0)
            return aliases[i][1];
    return name;
}

static bool is_utf8(const char *name)
{
    return strcasecmp(name, "UTF-8") == 0;
}

/* Opens a converter from *name and sets *name to the name that iconv knows: iconv lacks the
 * prefixes of "x-sjis" and "windows-949" (`code_page_name` stores the latter). UTF-8 needs no
 * converter: (iconv_t)-1. */
static iconv_t open_converter(const char **name, char code_page_name[32])
{
    for (;;) {
        *name = resolve_alias(*name);
        iconv_t opened = is_utf8(*name) ? (iconv_t)-1 : iconv_open("UTF-8", *name);
        if (opened != (iconv_t)-1 || is_utf8(*name))
            return opened;
        if (strncasecmp(*name, "x-", 2) == 0) {
            *name += 2;
        } else if (strncasecmp(*name, "windows-", 8) == 0) {
            snprintf(code_page_name, 32, "CP%.20s", *name + 8);
            *name = code_page_name;
        } else {
            return opened;
        }
    }
}

/* Switches to charset `name`. False if iconv does not know it. */
static bool use_charset(struct charset *charset, const char *name, const char *detection)
{
    char code_page_name[32];
    iconv_t opened = open_converter(&name, code_page_name);
    if (opened == (iconv_t)-1 && !is_utf8(name))
        return false;
    if (charset->iconv != (iconv_t)-1)
        iconv_close(charset->iconv);
    charset->iconv = opened;
    charset->width = width_of_charset(name);
    if (name != charset->name)
        snprintf(charset->name, sizeof(charset->name), "%s", name);
    snprintf(charset->description, sizeof(charset->description), "%s (%s)", name, detection);
    return true;
}

bool charset_open(struct charset **charset, struct text name, struct error *error)
{
    struct charset *opened = memory_alloc(1, sizeof(*opened));
    opened->iconv = (iconv_t)-1;
    opened->is_decided = name.size > 0;
    char wanted[sizeof(opened->name)] = "UTF-8";
    if (name.size > 0 && name.size < sizeof(wanted))
        snprintf(wanted, sizeof(wanted), "%.*s", TEXT_ARGUMENT(name));
    *charset = opened;
    if (name.size >= sizeof(wanted) || !use_charset(opened, wanted, "given")) {
        charset_close(opened);
        *charset = NULL;
        return error_set(error, ERROR_USAGE, "unknown charset '%.*s'; 'iconv -l' lists the names",
                         TEXT_ARGUMENT(text_slice(name, 0, 64)));
    }
    return true;
}

void charset_close(struct charset *charset)
{
    if (!charset)
        return;
    if (charset->iconv != (iconv_t)-1)
        iconv_close(charset->iconv);
    free(charset->bytes);
    free(charset->anchors);
    free(charset);
}

/* Valid, except that the end of the block may have cut the last character. */
static bool is_valid_prefix(struct text raw)
{
    if (utf8_is_valid(raw))
        return true;
    for (size_t cut = 1; cut <= 3 && cut <= raw.size; cut++) {
        unsigned char lead = (unsigned char)raw.bytes[raw.size - cut];
        if (lead >= 0xC0) {
            size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
            return wanted > cut && utf8_is_valid(text_slice(raw, 0, raw.size - cut));
        }
        if (lead < 0x80)
            return false;
    }
    return false;
}

static bool decodes_cleanly(const char *name, struct text raw)
{
    struct charset *trial;
    struct text converted;
    if (!charset_open(&trial, text_of(name), NULL))
        return false;
    charset_convert(trial, raw, false, &converted);
    bool is_clean = charset_replaced_count(trial) == 0;
    charset_close(trial);
    return is_clean;
}

static void guess_charset(struct charset *charset, struct text raw)
{
    char name[CHARSET_NAME_SIZE];
    const char *reason;
    charset_guess_legacy(raw, decodes_cleanly, name, &reason);
    use_charset(charset, name, reason);
    charset->is_decided = true;
}

/* Decides from the first block. */
static void detect_charset(struct charset *charset, struct text raw)
{
    const char *utf16 = charset_guess_utf16(raw);
    if (utf16) {
        use_charset(charset, utf16, "detected by its zero bytes");
        charset->is_decided = true;
    } else if (is_valid_prefix(raw)) {
        charset->is_decided = utf8_ascii_end(raw, 0) < raw.size;
        use_charset(charset, "UTF-8",
                    charset->is_decided ? "valid throughout" : "plain ASCII so far");
    } else {
        guess_charset(charset, raw);
    }
}

/* Uses a byte order mark, which overrides any given name, and returns its size. */
static size_t skip_byte_order_mark(struct charset *charset, struct text raw)
{
    for (size_t i = 0; i < sizeof(byte_order_marks) / sizeof(*byte_order_marks); i++) {
        const struct byte_order_mark *mark = &byte_order_marks[i];
        if (!text_starts_with(raw, (struct text){mark->bytes, mark->size}))
            continue;
        use_charset(charset, mark->name, "byte order mark");
        charset->is_decided = true;
        return mark->size;
    }
    return 0;
}

static void add_anchor(struct charset *charset)
{
    charset->anchors = memory_grow(charset->anchors, &charset->anchor_capacity,
                                   charset->anchor_count + 1, sizeof(*charset->anchors));
    charset->anchors[charset->anchor_count++] =
        (struct charset_anchor){charset->position, charset->offset};
}

static void append_output(struct charset *charset, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    charset->bytes = memory_grow(charset->bytes, &charset->capacity, charset->size + size, 1);
    memcpy(charset->bytes + charset->size, bytes, size);
    charset->size += size;
    charset->position += size;
}

/* Replaces `size` raw bytes with one U+FFFD. */
static void append_replacement(struct charset *charset, size_t size)
{
    append_output(charset, REPLACEMENT_CHARACTER, 3);
    charset->replaced_count++;
    charset->offset += size;
    add_anchor(charset);
}

/* The end of `remaining` cuts a character that more bytes may complete. */
static bool is_incomplete_character(struct text remaining)
{
    unsigned char lead = (unsigned char)remaining.bytes[0];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    size_t size;
    utf8_decode(remaining, 0, &size);
    return lead >= 0xC2 && lead <= 0xF4 && remaining.size < wanted && size == remaining.size;
}

/* Borrows the output from `raw` if it is valid except for a last character that the end of the
 * block may have cut. */
static bool borrow_valid_utf8(struct charset *charset, struct text raw, bool is_final,
                              struct text *converted)
{
    size_t valid_size = utf8_valid_end(raw, 0);
    if (valid_size < raw.size &&
        (is_final || !is_incomplete_character(text_slice(raw, valid_size, raw.size))))
        return false;
    *converted = text_slice(raw, 0, valid_size);
    charset->position += valid_size;
    charset->offset += valid_size;
    return true;
}

static size_t convert_utf8(struct charset *charset, struct text raw, bool is_final)
{
    size_t at = 0;
    while (at < raw.size) {
        struct text remaining = text_slice(raw, at, raw.size);
        size_t valid_size = utf8_valid_end(remaining, 0), invalid_bytes = 0;
        append_output(charset, remaining.bytes, valid_size);
        charset->offset += valid_size;
        at += valid_size;
        if (at == raw.size || (!is_final && is_incomplete_character(text_slice(raw, at, raw.size))))
            break;
        utf8_decode(raw, at, &invalid_bytes);
        append_replacement(charset, invalid_bytes);
        at += invalid_bytes;
    }
    return at;
}

/* Bytes to skip where iconv finds no character. */
static size_t invalid_size(const struct charset *charset, size_t remaining)
{
    size_t unit = charset->width == CHARSET_WIDTH_UTF16   ? 2
                  : charset->width == CHARSET_WIDTH_UTF32 ? 4
                                                          : 1;
    return unit < remaining ? unit : remaining;
}

static size_t convert_iconv(struct charset *charset, struct text raw, bool is_final)
{
    /* iconv does not write here, although its prototype has char **. */
    char *from = (char *)(uintptr_t)raw.bytes;
    size_t remaining = raw.size;
    while (remaining > 0) {
        size_t room = remaining * 3 + 16; /* a legacy byte becomes at most three bytes of UTF-8 */
        charset->bytes = memory_grow(charset->bytes, &charset->capacity, charset->size + room, 1);
        char *to = charset->bytes + charset->size;
        size_t before = remaining, room_left = room;
        errno = 0;
        size_t result = iconv(charset->iconv, &from, &remaining, &to, &room_left);
        int fault = errno;
        charset->size += room - room_left;
        charset->position += room - room_left;
        charset->offset += before - remaining;
        if (result != (size_t)-1 || fault == E2BIG)
            continue;
        if (fault == EINVAL && !is_final)
            break;
        size_t skipped = fault == EINVAL ? remaining : invalid_size(charset, remaining);
        append_replacement(charset, skipped);
        iconv(charset->iconv, NULL, NULL, NULL, NULL);
        from += skipped;
        remaining -= skipped;
    }
    return raw.size - remaining;
}

size_t charset_convert(struct charset *charset, struct text raw, bool is_final,
                       struct text *converted)
{
    size_t used = 0;
    charset->size = 0;
    charset->anchor_count = 0;
    if (!charset->has_started && raw.size > 0) {
        charset->has_started = true;
        used = skip_byte_order_mark(charset, raw);
        charset->offset += used;
        if (!charset->is_decided)
            detect_charset(charset, raw);
    }
    struct text remaining = text_slice(raw, used, raw.size);
    size_t ascii = charset->is_decided ? remaining.size : utf8_ascii_end(remaining, 0);
    if (ascii < remaining.size) {
        if (is_valid_prefix(remaining))
            use_charset(charset, "UTF-8", "valid where it is more than ASCII");
        else
            guess_charset(charset, text_slice(remaining, ascii, remaining.size));
        charset->is_decided = true;
    }
    add_anchor(charset);
    bool utf8 = charset->iconv == (iconv_t)-1;
    if (utf8 && borrow_valid_utf8(charset, remaining, is_final, converted))
        return used + converted->size;
    used += utf8 ? convert_utf8(charset, remaining, is_final)
                 : convert_iconv(charset, remaining, is_final);
    *converted = (struct text){charset->bytes, charset->size};
    return used;
}

const struct charset_anchor *charset_anchors(const struct charset *charset, size_t *count)
{
    *count = charset->anchor_count;
    return charset->anchors;
}

enum charset_width charset_width(const struct charset *charset)
{
    return charset->width;
}

struct text charset_description(const struct charset *charset)
{
    return text_of(charset->description);
}

uint64_t charset_replaced_count(const struct charset *charset)
{
    return charset->replaced_count;
}
