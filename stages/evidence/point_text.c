/* point_text.c - shortens clauses. */
#include "stages/evidence/point_text.h"

#include "base/ascii.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/evidence/clause_fillers.h"
#include "stages/text/korean_predicates.h"

enum {
    MAX_POINT_SIZE = 120, /* bytes */
    MAX_WORDS = 10,
    MIN_WORD_SIZE = 9, /* bytes of a Korean text of one word: three syllables */
};

bool point_text_is_personal(struct text text)
{
    static const struct text marks[] = {TEXT("@"),  TEXT("http"), TEXT("www."),         TEXT("["),
                                        TEXT("]"),  TEXT("#"),    TEXT(".com"),         TEXT("\""),
                                        TEXT("XX"), TEXT("**"),   TEXT("\xEF\xBF\xBD"), TEXT("("),
                                        TEXT(")")};
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        if (text_find(text, marks[i], 0) < text.size)
            return true;
    for (size_t at = 1; at + 1 < text.size; at++)
        if (ascii_is_upper(text.bytes[at]) && clause_begins_word(text, at) &&
            ascii_is_lower(text.bytes[at + 1]))
            return true;
    return false;
}

/* A number belongs to one record. */
static bool has_digit(struct text text)
{
    for (size_t at = 0; at < text.size; at++)
        if (ascii_is_digit(text.bytes[at]))
            return true;
    return false;
}

/* A code or a name in capitals ("to LAX"), or a word that shouts. */
static bool has_capitals(struct text text)
{
    for (size_t at = 0; at + 2 < text.size; at++)
        if (ascii_is_upper(text.bytes[at]) && ascii_is_upper(text.bytes[at + 1]) &&
            ascii_is_upper(text.bytes[at + 2]))
            return true;
    return false;
}

/* The rest of a word ("It/S"), or two words that a lost blank or full stop joins ("hourIt"). */
static bool has_broken_word(struct text text)
{
    if (text.size > 1 && text.bytes[1] == ' ' && ascii_is_letter(text.bytes[0]) &&
        ascii_to_lower(text.bytes[0]) != 'a' && ascii_to_lower(text.bytes[0]) != 'i')
        return true;
    for (size_t at = 1; at < text.size; at++)
        if (ascii_is_upper(text.bytes[at]) && ascii_is_lower(text.bytes[at - 1]))
            return true;
    return false;
}

size_t point_text_count_words(struct text text)
{
    size_t words = 0;
    for (size_t at = 0; at < text.size; at++)
        words += text.bytes[at] != ' ' && (at == 0 || text.bytes[at - 1] == ' ');
    return words;
}

/* A text in capitals is shown in small letters, and begins with a capital. */
static struct text format_case(struct text text, struct arena *arena)
{
    size_t upper = 0, lower = 0;
    for (size_t i = 0; i < text.size; i++) {
        upper += ascii_is_upper(text.bytes[i]);
        lower += ascii_is_lower(text.bytes[i]);
    }
    struct text copy = arena_copy_text(arena, text);
    char *bytes = (char *)copy.bytes;
    for (size_t i = 0; upper > lower && i < copy.size; i++)
        bytes[i] = ascii_to_lower(bytes[i]);
    if (copy.size > 0 && ascii_is_lower(bytes[0]))
        bytes[0] = (char)(bytes[0] - 'a' + 'A');
    return copy;
}

/* A word of degree stays before a single word: "너무 좋아요". */
static struct text drop_first_fillers(struct text text)
{
    for (;;) {
        size_t start = clause_filler_measure(text, PLACE_START),
               degree = clause_filler_measure(text, PLACE_DEGREE);
        struct text rest = normalize_trim_marks(text_slice(text, start + degree, text.size));
        if ((start == 0 && degree == 0) || (degree > 0 && point_text_count_words(rest) < 2))
            return text;
        text = rest;
    }
}

bool point_text_is_korean(struct text text)
{
    size_t size, at = text.size;
    while (at > 0 && ((unsigned char)text.bytes[--at] & 0xC0) == 0x80)
        continue;
    return text.size > 0 &&
           normalize_letter_class(utf8_decode(text, at, &size)) == LETTER_UNSPACED_SCRIPT;
}

/* An English word may be the text only if `may_be_word`. */
static struct text shorten(struct text clause, bool may_be_word, struct arena *arena)
{
    const struct text none = {0};
    struct text text = normalize_trim_marks(clause);
    text = drop_first_fillers(text);
    if (clause_filler_measure(text, PLACE_OPEN_START) > 0)
        return none;
    text = clause_filler_drop_last(normalize_trim_marks(clause_filler_cut_end(text)));
    if (point_text_is_korean(text))
        text = korean_plain_form(text, arena);
    size_t words = point_text_count_words(text);
    if (text.size > MAX_POINT_SIZE || words > MAX_WORDS || words < 1 ||
        (words == 1 && (point_text_is_korean(text) ? text.size < MIN_WORD_SIZE : !may_be_word)))
        return none;
    text = format_case(text, arena);
    return point_text_is_personal(text) || has_digit(text) || has_capitals(text) ||
                   has_broken_word(text) || clause_filler_ends(text, PLACE_OPEN)
               ? none
               : text;
}

struct text point_text_shorten(struct text clause, struct arena *arena)
{
    return shorten(clause, false, arena);
}

struct text point_text_shorten_word(struct text word, struct arena *arena)
{
    return shorten(word, true, arena);
}
