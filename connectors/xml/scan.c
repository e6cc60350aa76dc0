/* scan.c - scans one token without looking past its end. */
#include "connectors/xml/scan.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"

enum { CDATA_OPENING_SIZE = 9 }; /* "<![CDATA[" */

static bool is_name_start(char byte)
{
    return ascii_is_letter(byte) || byte == '_' || byte == ':' || (unsigned char)byte >= 0x80;
}

static bool is_name_end(char byte)
{
    return ascii_is_space(byte) || byte == '/' || byte == '>' || byte == '<' || byte == '=' ||
           byte == '"' || byte == '\'';
}

static size_t skip_blanks(struct text bytes, size_t at)
{
    while (at < bytes.size && ascii_is_space(bytes.bytes[at]))
        at++;
    return at;
}

static size_t skip_name(struct text bytes, size_t at)
{
    while (at < bytes.size && !is_name_end(bytes.bytes[at]))
        at++;
    return at;
}

/* "im:rating" becomes "rating". */
static struct text strip_namespace_prefix(struct text name)
{
    const char *colon = name.size ? memchr(name.bytes, ':', name.size - 1) : NULL;
    return colon ? text_slice(name, (size_t)(colon - name.bytes) + 1, name.size) : name;
}

static enum xml_token_kind set_token(struct xml_token *token, enum xml_token_kind kind, size_t size)
{
    token->kind = kind;
    token->size = size;
    return kind;
}

/* The bytes end before the token does. */
static enum xml_token_kind end_of_bytes(struct xml_token *token, bool is_final)
{
    token->is_unterminated = is_final;
    return is_final ? set_token(token, XML_MALFORMED, 1) : XML_INCOMPLETE;
}

/* Scans the attribute at `at` and returns its end; 0 if it is malformed, bytes.size if the bytes
 * end before it does. `name` keeps its prefix. */
static size_t scan_attribute(struct text bytes, size_t at, struct text *name, struct text *value)
{
    size_t end = skip_name(bytes, at);
    *name = text_slice(bytes, at, end);
    *value = (struct text){0};
    if (end == at)
        return 0;
    size_t sign = skip_blanks(bytes, end);
    if (sign == bytes.size || bytes.bytes[sign] != '=')
        return sign == bytes.size ? sign : end;
    at = skip_blanks(bytes, sign + 1);
    if (at == bytes.size)
        return at;
    char quote = bytes.bytes[at];
    if (quote != '"' && quote != '\'') { /* HTML's width=40 */
        end = at;
        while (end < bytes.size && !ascii_is_space(bytes.bytes[end]) &&
               !strchr("<>\"'", bytes.bytes[end]))
            end++;
        *value = text_slice(bytes, at, end);
        return end == at ? 0 : end;
    }
    const char *closing = memchr(bytes.bytes + at + 1, quote, bytes.size - at - 1);
    if (!closing)
        return bytes.size;
    end = (size_t)(closing - bytes.bytes);
    *value = text_slice(bytes, at + 1, end);
    end++;
    /* A letter right after the closing quote: an earlier quote is missing. */
    return end < bytes.size && !ascii_is_space(bytes.bytes[end]) && !strchr("/>?", bytes.bytes[end])
               ? 0
               : end;
}

/* HTML elements without content or end tag. */
static bool is_void(struct text name)
{
    return name.size < 4 &&
           (text_equal_ignore_case(name, TEXT("br")) || text_equal_ignore_case(name, TEXT("hr")) ||
            text_equal_ignore_case(name, TEXT("img")));
}

/* Scans the start tag at `at`. */
static enum xml_token_kind scan_start_tag(struct text bytes, size_t at, bool is_final,
                                          struct xml_token *token)
{
    size_t end = skip_name(bytes, at + 1), begin = end;
    token->name = strip_namespace_prefix(text_slice(bytes, at + 1, end));
    while (end < bytes.size) {
        struct text name, value;
        end = skip_blanks(bytes, end);
        if (end == bytes.size)
            break;
        char byte = bytes.bytes[end];
        if (byte == '>' || (byte == '/' && end + 1 < bytes.size && bytes.bytes[end + 1] == '>')) {
            token->content = text_slice(bytes, begin, end);
            token->is_empty = byte == '/' || is_void(token->name);
            return set_token(token, XML_START_TAG, end + 1 + (byte == '/') - at);
        }
        if (byte == '/') {
            end++;
            continue;
        }
        end = scan_attribute(bytes, end, &name, &value);
        if (end == 0)
            return set_token(token, XML_MALFORMED, 1);
    }
    return end_of_bytes(token, is_final);
}

static enum xml_token_kind scan_end_tag(struct text bytes, size_t at, bool is_final,
                                        struct xml_token *token)
{
    size_t end = skip_name(bytes, at + 2);
    token->name = strip_namespace_prefix(text_slice(bytes, at + 2, end));
    end = skip_blanks(bytes, end);
    if (end == bytes.size)
        return end_of_bytes(token, is_final);
    return bytes.bytes[end] == '>' ? set_token(token, XML_END_TAG, end + 1 - at)
                                   : set_token(token, XML_MALFORMED, 1);
}

/* Markup between two delimiters. */
struct delimited_markup {
    struct text opening, closing;
    enum xml_token_kind kind;
};

/* Scans the markup at `at`; its "<" is text if the closing delimiter is missing. */
static enum xml_token_kind scan_delimited(struct text bytes, size_t at, bool is_final,
                                          const struct delimited_markup *markup,
                                          struct xml_token *token)
{
    size_t begin = at + markup->opening.size, end = text_find(bytes, markup->closing, begin);
    if (end == bytes.size)
        return end_of_bytes(token, is_final);
    token->content = text_slice(bytes, begin, end);
    return set_token(token, markup->kind, end + markup->closing.size - at);
}

/* <!DOCTYPE name [ <!ELEMENT ...> ... ]>: only brackets and quotes matter. */
static enum xml_token_kind scan_document_type(struct text bytes, size_t at, bool is_final,
                                              struct xml_token *token)
{
    size_t depth = 0;
    char quote = 0;
    for (size_t i = at + 2; i < bytes.size; i++) {
        char byte = bytes.bytes[i];
        if (quote) {
            quote = byte == quote ? 0 : quote;
        } else if (byte == '"' || byte == '\'') {
            quote = byte;
        } else if (byte == '[' || byte == '<') {
            depth++;
        } else if ((byte == ']' || byte == '>') && depth > 0) {
            depth--;
        } else if (byte == '>') {
            return set_token(token, XML_IGNORED, i + 1 - at);
        }
    }
    return end_of_bytes(token, is_final);
}

static enum xml_token_kind scan_markup(struct text bytes, size_t at, bool is_final,
                                       struct xml_token *token)
{
    static const struct delimited_markup delimited[] = {{TEXT("<![CDATA["), TEXT("]]>"), XML_CDATA},
                                                        {TEXT("<!--"), TEXT("-->"), XML_IGNORED},
                                                        {TEXT("<?"), TEXT("?>"), XML_IGNORED}};
    struct text rest = text_slice(bytes, at, bytes.size);
    char next = rest.size > 1 ? rest.bytes[1] : 0;
    if (is_name_start(next))
        return scan_start_tag(bytes, at, is_final, token);
    if (!is_final && (rest.size < 3 || (next == '!' && rest.size < CDATA_OPENING_SIZE)))
        return XML_INCOMPLETE;
    if (next == '/' && rest.size > 2 && is_name_start(rest.bytes[2]))
        return scan_end_tag(bytes, at, is_final, token);
    for (size_t i = 0; i < sizeof(delimited) / sizeof(*delimited); i++)
        if (text_starts_with(rest, delimited[i].opening))
            return scan_delimited(bytes, at, is_final, &delimited[i], token);
    if (next == '!' && rest.size > 2 && is_name_start(rest.bytes[2]))
        return scan_document_type(bytes, at, is_final, token);
    return set_token(token, XML_MALFORMED, 1);
}

enum xml_token_kind xml_scan(struct text bytes, size_t at, bool is_final, struct xml_token *token)
{
    *token = (struct xml_token){.kind = XML_INCOMPLETE};
    if (bytes.bytes[at] == '<')
        return scan_markup(bytes, at, is_final, token);
    const char *markup = memchr(bytes.bytes + at, '<', bytes.size - at);
    size_t end = markup ? (size_t)(markup - bytes.bytes) : bytes.size;
    return set_token(token, XML_TEXT, end - at);
}

bool xml_next_attribute(struct text *rest, struct text *name, struct text *value)
{
    for (;;) {
        size_t at = 0;
        while (at < rest->size && (ascii_is_space(rest->bytes[at]) || rest->bytes[at] == '/'))
            at++;
        if (at == rest->size)
            return false;
        size_t end = scan_attribute(*rest, at, name, value);
        if (end == 0)
            return false;
        *rest = text_slice(*rest, end, rest->size);
        if (text_equal(*name, TEXT("xmlns")) || text_starts_with(*name, TEXT("xmlns:")))
            continue;
        *name = strip_namespace_prefix(*name);
        return true;
    }
}

/* The code point of "&#233;" or "&#xE9;" at the front of `raw`, and the size of the reference in
 * *size. 0 if XML does not allow it. */
static uint32_t character_reference(struct text raw, size_t *size)
{
    bool is_hexadecimal = text_starts_with(raw, TEXT("&#x")) || text_starts_with(raw, TEXT("&#X"));
    int base = is_hexadecimal ? 16 : 10;
    size_t begin = is_hexadecimal ? 3 : 2, i = begin;
    uint32_t point = 0;
    for (; i < raw.size && i < begin + 8; i++) {
        int digit = ascii_hex_value(raw.bytes[i]);
        if (digit < 0 || digit >= base)
            break;
        point = point * (uint32_t)base + (uint32_t)digit;
    }
    bool is_allowed = point == '\t' || point == '\n' || point == '\r' ||
                      (point >= 0x20 && point < 0xD800) || (point >= 0xE000 && point < 0xFFFE) ||
                      (point >= 0x10000 && point < 0x110000);
    *size = i + 1;
    return i > begin && i < raw.size && raw.bytes[i] == ';' && is_allowed ? point : 0;
}

/* Decodes the entity at the front of `raw` and sets *size to its size; 1 if it is none and "&" is
 * kept. Returns the number of bytes written to `decoded`. */
static size_t decode_entity(struct text raw, char *decoded, size_t *size)
{
    static const struct {
        struct text name;
        char character;
    } known[] = {{TEXT("&amp;"), '&'},
                 {TEXT("&lt;"), '<'},
                 {TEXT("&gt;"), '>'},
                 {TEXT("&quot;"), '"'},
                 {TEXT("&apos;"), '\''}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (text_starts_with(raw, known[i].name)) {
            *size = known[i].name.size;
            *decoded = known[i].character;
            return 1;
        }
    uint32_t point = text_starts_with(raw, TEXT("&#")) ? character_reference(raw, size) : 0;
    if (point)
        return utf8_encode(point, decoded);
    *size = 1;
    *decoded = '&';
    return 1;
}

static bool is_plain(unsigned char byte)
{
    return byte != '&' && (byte >= 0x20 || byte == '\n' || byte == '\t');
}

/* Whether eight bytes need no decoding: a byte of `found` has its high bit set for a control
 * character or "&". May return false if a byte above ASCII follows one of these. */
static bool are_plain(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    uint64_t sign = word ^ ones * '&';
    uint64_t found = ((word - ones * 0x20) & ~word) | ((sign - ones) & ~sign);
    return !(found & highs);
}

/* The end of the bytes from `at` on that need no decoding. */
static size_t find_plain_end(struct text raw, size_t at)
{
    while (at < raw.size) {
        if (at + 8 <= raw.size && are_plain(raw.bytes + at))
            at += 8;
        else if (is_plain((unsigned char)raw.bytes[at]))
            at++;
        else
            break;
    }
    return at;
}

size_t xml_decode_text(struct text raw, char *decoded)
{
    size_t size = 0, consumed = 0;
    for (size_t at = 0; at < raw.size; at += consumed) {
        size_t end = find_plain_end(raw, at);
        memcpy(decoded + size, raw.bytes + at, end - at);
        size += end - at;
        at = end;
        consumed = 1;
        if (at == raw.size)
            break;
        if (raw.bytes[at] == '&')
            size += decode_entity(text_slice(raw, at, raw.size), decoded + size, &consumed);
        else if (raw.bytes[at] != '\r')
            decoded[size++] = ' ';
        else if (at + 1 == raw.size || raw.bytes[at + 1] != '\n')
            decoded[size++] = '\n'; /* of CR LF, only the LF is written */
    }
    return size;
}

bool xml_is_inline_markup(struct text name)
{
    /* Names of size i are concatenated in names[i]. */
    static const char *const names[] = {"",         "abipu", "bremh1h2h3hrliolul", "bigdivimg",
                                        "fontspan", "small", "centerstrong"};
    if (name.size == 0 || name.size >= sizeof(names) / sizeof(*names))
        return false;
    for (const char *known = names[name.size]; *known; known += name.size)
        if (*known == (name.bytes[0] | 32) &&
            text_equal_ignore_case(name, (struct text){known, name.size}))
            return true;
    return false;
}
