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

/* The sequences of a text that may be UTF-8, and its runs of bytes above ASCII. */
struct utf8_share {
    size_t valid, invalid, valid_runs, runs;
};

static struct utf8_share measure_utf8(struct text raw)
{
    struct utf8_share share = {0};
    size_t at = utf8_ascii_end(raw, 0);
    while (at < raw.size) {
        bool is_valid_run = true;
        while (at < raw.size && (signed char)raw.bytes[at] < 0) {
            size_t size = utf8_multibyte_size(raw, at);
            share.valid += size > 0;
            share.invalid += size == 0;
            is_valid_run &= size > 0;
            at += size > 0 ? size : 1;
        }
        share.runs++;
        share.valid_runs += is_valid_run;
        at = utf8_ascii_end(raw, at);
    }
    return share;
}

/* Most sequences are valid UTF-8, or many words are: single-byte charsets have hardly any, Korean,
 * Japanese and Chinese ones a seventh to a quarter, and next to no whole words. */
static bool is_damaged_utf8(struct text raw)
{
    struct utf8_share share = measure_utf8(raw);
    return share.valid * 5 >= (share.valid + share.invalid) * 3 ||
           (share.valid_runs > 1 && share.valid_runs * 5 >= share.runs * 2);
}

/* What the bytes from 0x80 on are in charsets of Western and Central Europe: l and u, a letter of
 * the languages written in it; r and R, another letter; a, the apostrophe; p, punctuation; s,
 * another sign; x, nothing. */
static const struct western_charset {
    const char *name;
    const char *classes;
} western_charsets[] = {
    {"CP1252", "pxprppssRsRpuxRxxpapppppsprplxrRppspssspspppsspspsssprspssppsssp"
               "uuuuuuuuuuuuuuuuRuuuuuusuuuuuRRlllllllllllllllllrllllllslllllrrr"},
    {"CP1250", "pxpxppssxsupuuuuxpapppppxplpllllpRsususpspRpsspupsslprspslrpRsrl"
               "RuRRuRuRuuuRuuRuRuuuRuusuuuuuuRlrlrrlrlrlllrllrlrlllrllsllllllrs"},
    {"MACINTOSH", "uuuuuuulllllllllllllllllllllllllspspppslppppssuusssssrsssrsppRll"
                  "ppssrssppppuuuulpppppassrRsppprrspppsuuuuuuuuuuusuuuurRssssssssR"},
    {"CP850", "ullllllllllllluuululllllruulpusrllllluppppssspppsssssuuupsssssss"
              "sssssslussssssssrRuuuruuusssssusuluulurrRuuurRspssssspsspspssssp"},
};

enum { WESTERN_COUNT = sizeof(western_charsets) / sizeof(*western_charsets) };

static char find_class(const struct western_charset *charset, unsigned char byte)
{
    bool is_lower = byte >= 'a' && byte <= 'z', is_upper = byte >= 'A' && byte <= 'Z';
    return byte >= 0x80 ? charset->classes[byte - 0x80] : is_lower ? 'l' : is_upper ? 'u' : ' ';
}

/* How plausible a character is between its neighbours: positive for a lower-case letter next to
 * others, negative for a capital after a lower-case letter or a sign within a word. */
static int score_character(char before, char character, char after)
{
    bool is_inside = (before == 'l' || before == 'u') && (after == 'l' || after == 'u');
    switch (character) {
    case 'l':
        return before == 'l' || after == 'l' ? 3 : 1;
    case 'u':
        return before == 'l' ? -4 : before == 'u' || after == 'u' || after == 'l' ? 2 : 0;
    case 'a':
        return is_inside ? 3 : 1;
    case 'p':
        return is_inside ? -3 : 1;
    case 'r':
        return 0;
    case 'R':
        return before == 'l' ? -4 : 0;
    case 'x':
        return -6;
    default:
        return -3;
    }
}

static int64_t score_western(const struct western_charset *charset, struct text raw)
{
    const unsigned char *bytes = (const unsigned char *)raw.bytes;
    int64_t score = 0;
    for (size_t i = utf8_ascii_end(raw, 0); i < raw.size; i++) {
        if (bytes[i] < 0x80)
            continue;
        char before = i > 0 ? find_class(charset, bytes[i - 1]) : ' ';
        char after = i + 1 < raw.size ? find_class(charset, bytes[i + 1]) : ' ';
        score += score_character(before, find_class(charset, bytes[i]), after);
    }
    return score;
}

/* Whether bytes above ASCII are alone or in pairs, as accented letters are; *count is their number.
 */
static bool has_short_runs(struct text raw, size_t *count)
{
    size_t runs = 0;
    *count = 0;
    for (size_t i = utf8_ascii_end(raw, 0); i < raw.size; i++) {
        if ((signed char)raw.bytes[i] >= 0)
            continue;
        ++*count;
        runs += i == 0 || (signed char)raw.bytes[i - 1] >= 0;
    }
    return runs * 2 >= *count;
}

/* A charset of old Macintosh or DOS programs for Western languages, which uchardet does not know;
 * NULL: neither. */
static const char *guess_old_western(struct text raw)
{
    enum { CENTRAL = 1 /* the last of those that uchardet knows */ };
    size_t best = 0, count;
    int64_t best_score = 0;
    if (!has_short_runs(raw, &count))
        return NULL;
    for (size_t i = 0; i < WESTERN_COUNT; i++) {
        int64_t score = score_western(&western_charsets[i], raw);
        if (i == 0 || score > best_score) {
            best = i;
            best_score = score;
        }
    }
    return best > CENTRAL && best_score * 2 >= (int64_t)count * 3 ? western_charsets[best].name
                                                                  : NULL;
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
    const char *old_western = guess_old_western(raw);
    if (old_western && decodes_cleanly(old_western, raw)) {
        strcpy(name, old_western);
        *reason = "its accented letters";
        return;
    }
    if (is_damaged_utf8(raw)) {
        strcpy(name, "UTF-8");
        *reason = "valid except for some bytes";
        return;
    }
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
        *reason = "uncertain, most likely charset used";
    }
}
