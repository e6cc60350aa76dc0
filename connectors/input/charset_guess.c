/* charset_guess.c - uchardet, and rules for the cases that it often gets wrong. */
#include "connectors/input/charset_guess.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <uchardet/uchardet.h>

#include "base/utf8.h"

const char *charset_guess_utf16(struct text raw)
{
    size_t pairs = raw.size / 2, even = 0, odd = 0;
    for (size_t i = 0; i < pairs; i++) {
        even += raw.bytes[2 * i] == '\0';
        odd += raw.bytes[2 * i + 1] == '\0';
    }
    if (pairs < 2 || (even + odd) * 5 < pairs)
        return NULL;
    if (odd > even * 10)
        return "UTF-16LE";
    return even > odd * 10 ? "UTF-16BE" : NULL;
}

/* Every byte above ASCII has ASCII on both sides: Western accents, not halves of Korean letters. */
static bool has_isolated_accents(struct text raw)
{
    bool any = false;
    for (size_t i = utf8_ascii_end(raw, 0); i < raw.size; i++) {
        if ((signed char)raw.bytes[i] >= 0)
            continue;
        any = true;
        bool before = i > 0 && (signed char)raw.bytes[i - 1] < 0;
        bool after = i + 1 < raw.size && (signed char)raw.bytes[i + 1] < 0;
        if (before || after)
            return false;
    }
    return any;
}

/* Nearly all pairs of bytes are Hangul syllables of KS X 1001. Every second character of Chinese
 * and Japanese text is outside that range. Statistics mistake short Korean texts for Big5. */
static bool is_mostly_hangul(struct text raw)
{
    size_t pairs = 0, hangul = 0;
    for (size_t i = utf8_ascii_end(raw, 0); i + 1 < raw.size; i++) {
        unsigned char lead = (unsigned char)raw.bytes[i], trail = (unsigned char)raw.bytes[i + 1];
        if (lead < 0x80)
            continue;
        pairs++;
        hangul += lead >= 0xB0 && lead <= 0xC8 && trail >= 0xA1 && trail <= 0xFE;
        i++;
    }
    return pairs >= 3 && hangul * 10 >= pairs * 9;
}

static void detect_with_uchardet(struct text raw, char name[CHARSET_NAME_SIZE])
{
    uchardet_t detector = uchardet_new();
    name[0] = '\0';
    if (detector && uchardet_handle_data(detector, raw.bytes, raw.size) == 0) {
        uchardet_data_end(detector);
        snprintf(name, CHARSET_NAME_SIZE, "%s", uchardet_get_charset(detector));
    }
    if (detector)
        uchardet_delete(detector);
}

void charset_guess_legacy(struct text raw, charset_decodes *decodes_cleanly,
                          char name[CHARSET_NAME_SIZE], const char **reason)
{
    detect_with_uchardet(raw, name);
    bool ascii_or_utf8 = strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "ASCII") == 0;
    *reason = "detected by statistics";
    if (has_isolated_accents(raw) && decodes_cleanly("CP1252", raw)) {
        strcpy(name, "CP1252");
        *reason = "single accented letters between ASCII";
    } else if (is_mostly_hangul(raw) && decodes_cleanly("CP949", raw)) {
        strcpy(name, "CP949");
        *reason = "Hangul throughout";
    } else if (name[0] == '\0' || ascii_or_utf8 || !decodes_cleanly(name, raw)) {
        strcpy(name, decodes_cleanly("CP1252", raw) ? "CP1252" : "UTF-8");
        *reason = "not recognized, most likely charset used";
    }
}
