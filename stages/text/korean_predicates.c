/* korean_predicates.c - endings by the arithmetic of Hangul syllables. */
#include "stages/text/korean_predicates.h"

#include "base/hash.h"
#include "base/utf8.h"

enum {
    FIRST_SYLLABLE = 0xAC00,
    LAST_SYLLABLE = 0xD7A3,
    VOWEL_COUNT = 21,
    FINAL_COUNT = 28,
    MAX_SYLLABLE_SIZE = 3, /* bytes */
};

/* Numbers of letters within a syllable, as Unicode orders them. */
enum { LEAD_G, LEAD_N = 2, LEAD_D, LEAD_M = 6, LEAD_S = 9, LEAD_NONE = 11, LEAD_J, LEAD_H = 18 };
enum {
    VOWEL_A,
    VOWEL_AE,
    VOWEL_EO = 4,
    VOWEL_YEO = 6,
    VOWEL_O = 8,
    VOWEL_WA,
    VOWEL_WAE,
    VOWEL_OE,
    VOWEL_YO,
    VOWEL_U,
    VOWEL_WO,
    VOWEL_EU = 18,
    VOWEL_I = 20,
};
enum { FINAL_NONE, FINAL_N = 4, FINAL_L = 8, FINAL_M = 16, FINAL_B, FINAL_SS = 20 };

struct syllable {
    uint32_t lead, vowel, final;
    bool exists;
};

/* The syllable at `at`; moves `at` behind it. */
static struct syllable read_syllable(struct text text, size_t *at)
{
    size_t size;
    if (*at >= text.size)
        return (struct syllable){0};
    uint32_t code_point = utf8_decode(text, *at, &size);
    *at += size;
    if (code_point < FIRST_SYLLABLE || code_point > LAST_SYLLABLE)
        return (struct syllable){0};
    uint32_t number = code_point - FIRST_SYLLABLE;
    return (struct syllable){.lead = number / (VOWEL_COUNT * FINAL_COUNT),
                             .vowel = number / FINAL_COUNT % VOWEL_COUNT,
                             .final = number % FINAL_COUNT,
                             .exists = true};
}

static struct text write_syllable(struct syllable syllable, char bytes[4])
{
    uint32_t code_point = FIRST_SYLLABLE +
                          (syllable.lead * VOWEL_COUNT + syllable.vowel) * FINAL_COUNT +
                          syllable.final;
    return (struct text){bytes, utf8_encode(code_point, bytes)};
}

/* ---- Stems ---- */

/* Whether a second syllable begins an ending, as in "받아", "받지", "받는". */
static bool begins_ending(struct syllable syllable)
{
    switch (syllable.lead) {
    case LEAD_G:
    case LEAD_N:
    case LEAD_D:
    case LEAD_M:
    case LEAD_S:
    case LEAD_J:
        return true;
    case LEAD_NONE:
        return syllable.vowel == VOWEL_A || syllable.vowel == VOWEL_EO ||
               syllable.vowel == VOWEL_EU || syllable.vowel == VOWEL_YO;
    default:
        return false;
    }
}

/* Drops a final consonant that belongs to the ending: "옵니다", "온다", "옴", "왔어요". */
static uint32_t find_stem_final(struct syllable first, struct syllable second)
{
    bool is_last = !second.exists;
    bool is_ending = first.final == FINAL_SS ||
                     (first.final == FINAL_B && second.exists && second.lead == LEAD_N) ||
                     (first.final == FINAL_N && second.exists && second.lead == LEAD_D) ||
                     (first.final == FINAL_M && is_last) || (first.final == FINAL_L && is_last);
    return is_ending ? FINAL_NONE : first.final;
}

/* The vowel of the stem in an open syllable: "와요" is of "오다", "떠요" of "뜨다". */
static uint32_t find_stem_vowel(uint32_t vowel)
{
    switch (vowel) {
    case VOWEL_WA:
        return VOWEL_O;
    case VOWEL_WAE:
        return VOWEL_OE;
    case VOWEL_WO:
        return VOWEL_U;
    case VOWEL_YEO:
        return VOWEL_I;
    case VOWEL_EO:
        return VOWEL_EU;
    default:
        return vowel;
    }
}

uint64_t korean_verb_id(struct text word)
{
    size_t at = 0;
    struct syllable first = read_syllable(word, &at), second = read_syllable(word, &at);
    if (!first.exists)
        return 0;
    first.final = find_stem_final(first, second);
    if (first.final == FINAL_NONE)
        first.vowel = find_stem_vowel(first.vowel);
    char bytes[4];
    uint64_t id = hash_text(write_syllable(first, bytes));
    return second.exists && !begins_ending(second) ? hash_combine_number(id, second.lead + 1) : id;
}

/* ---- Forms ---- */

/* "하" and "해" have one vowel here. */
static uint32_t find_form_vowel(struct syllable syllable)
{
    return syllable.lead == LEAD_H && syllable.vowel == VOWEL_AE ? VOWEL_A
                                                                 : find_stem_vowel(syllable.vowel);
}

/* Whether the last syllable of a stem may be written so in another form: "느려" as "느린", "더럽"
 * as "더러". */
static bool is_form_of_syllable(struct syllable syllable, struct syllable stem)
{
    static const uint32_t free_finals = 1U << FINAL_NONE | 1U << FINAL_N | 1U << FINAL_L |
                                        1U << FINAL_M | 1U << FINAL_B | 1U << FINAL_SS;
    bool exists = stem.lead == LEAD_NONE && stem.vowel == VOWEL_I && stem.final == FINAL_SS;
    bool is_free =
        !exists && (free_finals >> stem.final & 1) && (free_finals >> syllable.final & 1);
    return syllable.exists && syllable.lead == stem.lead &&
           find_form_vowel(syllable) == find_form_vowel(stem) &&
           (is_free || syllable.final == stem.final);
}

/* "어" in "없어요", "워" in "더러워요". */
static bool is_ending_syllable(struct syllable syllable)
{
    return syllable.lead == LEAD_NONE && syllable.final == FINAL_NONE &&
           (syllable.vowel == VOWEL_A || syllable.vowel == VOWEL_EO || syllable.vowel == VOWEL_WO);
}

bool korean_is_form_of(struct text word, struct text form)
{
    if (form.size < 3 * MAX_SYLLABLE_SIZE ||
        !(text_ends_with(form, TEXT("요")) || text_ends_with(form, TEXT("다"))))
        return false;
    size_t stem_size = form.size - MAX_SYLLABLE_SIZE, last_at = stem_size - MAX_SYLLABLE_SIZE;
    size_t at = last_at;
    if (is_ending_syllable(read_syllable(form, &at)) && last_at > 0)
        last_at -= MAX_SYLLABLE_SIZE;
    at = last_at;
    struct syllable last = read_syllable(form, &at);
    at = last_at;
    return last.exists && text_starts_with(word, text_slice(form, 0, last_at)) &&
           is_form_of_syllable(read_syllable(word, &at), last);
}

/* ---- Plain forms ---- */

enum ending_rule {
    RULE_CUT,    /* the stem is before the ending: "좋고", "좋지만" */
    RULE_FINAL_N /* the stem's syllable has the ending's first consonant: "편한데" */
};

/* The longest ending first. */
static const struct open_ending {
    const char *text;
    enum ending_rule rule;
    const char *replacement;
} open_endings[] = {
#define ROW(language, ending, rule, replacement) {ending, RULE_##rule, replacement},
#include "stages/text/data/open_endings.inc"
#undef ROW
};

/* Nouns that end like such words. */
static const char *const open_nouns[] = {
#define ROW(language, noun) noun,
#include "stages/text/data/open_nouns.inc"
#undef ROW
    NULL,
};

static bool ends_with_open_noun(struct text text)
{
    for (size_t i = 0; open_nouns[i]; i++)
        if (text_ends_with(text, text_of(open_nouns[i])))
            return true;
    return false;
}

/* "편한" becomes "편하", "아쉬운" "아쉽" (a stem that ends with ㅂ). Empty if the last syllable
 * does not end with ㄴ. */
static struct text strip_final_n(struct text text, struct arena *arena)
{
    const struct text none = {0};
    if (text.size < MAX_SYLLABLE_SIZE)
        return none;
    size_t last_at = text.size - MAX_SYLLABLE_SIZE, at = last_at;
    struct syllable last = read_syllable(text, &at);
    char bytes[4];
    if (!last.exists || last.final != FINAL_N)
        return none;
    if (last.lead == LEAD_NONE && last.vowel == VOWEL_U && last_at >= MAX_SYLLABLE_SIZE) {
        at = last_at - MAX_SYLLABLE_SIZE;
        struct text before = text_slice(text, 0, at);
        struct syllable stem = read_syllable(text, &at);
        if (!stem.exists || stem.final != FINAL_NONE)
            return none;
        stem.final = FINAL_B;
        return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(before),
                            TEXT_ARGUMENT(write_syllable(stem, bytes)));
    }
    last.final = FINAL_NONE;
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(text_slice(text, 0, last_at)),
                        TEXT_ARGUMENT(write_syllable(last, bytes)));
}

struct text korean_plain_form(struct text text, struct arena *arena)
{
    if (ends_with_open_noun(text))
        return text;
    for (size_t i = 0; i < sizeof(open_endings) / sizeof(*open_endings); i++) {
        struct text ending = text_of(open_endings[i].text);
        if (!text_ends_with(text, ending) || text.size < ending.size + MAX_SYLLABLE_SIZE ||
            text.bytes[text.size - ending.size - 1] == ' ')
            continue;
        struct text stem = text_slice(text, 0, text.size - ending.size);
        if (open_endings[i].rule == RULE_FINAL_N)
            stem = strip_final_n(stem, arena);
        if (stem.size == 0)
            return text;
        return arena_format(arena, "%.*s%s", TEXT_ARGUMENT(stem), open_endings[i].replacement);
    }
    return text;
}
