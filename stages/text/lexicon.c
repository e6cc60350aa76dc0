/* lexicon.c - one table of all lists, and the lookups of Korean words, which have endings. */
#include "stages/text/lexicon.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/utf8.h"

enum {
    MAX_SYLLABLES = 8,  /* of a listed Korean word */
    MIN_GLUED_SIZE = 6, /* bytes of a word before an opinion without a blank: two syllables */
    POLARITY_NEGATIVE = -1,
    POLARITY_NONE = 0,
    POLARITY_POSITIVE = 1,
};

static const struct opinion_family families[] = {
#define ROW(family, polarity, opposite, is_general, is_verdict, stands_alone, says_itself)         \
    {family, POLARITY_##polarity, opposite, is_general, is_verdict, stands_alone, says_itself},
#include "stages/text/data/opinion_families.inc"
#undef ROW
};

static const struct implied_opinion {
    const char *aspect, *family, *implied;
} implied_opinions[] = {
#define ROW(aspect, family, implied) {aspect, family, implied},
#include "stages/text/data/implied_opinions.inc"
#undef ROW
};

/* A word's first list counts. */
static const struct lexicon_word lexicon_words[] = {
#define ROW(language, word, place) {word, NULL, WORD_NEGATION_##place, false},
#include "stages/text/data/negation_words.inc"
#undef ROW
#define ROW(language, family, word) {word, family, WORD_OPINION, false},
#include "stages/text/data/opinion_words.inc"
#undef ROW
#define ROW(language, aspect, word, is_whole) {word, aspect, WORD_ASPECT, is_whole},
#include "stages/text/data/aspect_words.inc"
#undef ROW
#define ROW(language, word) {word, NULL, WORD_WISH, false},
#include "stages/text/data/wish_words.inc"
#undef ROW
#define ROW(language, word) {word, NULL, WORD_EMPTY, false},
#include "stages/text/data/empty_words.inc"
#undef ROW
};

static const struct break_word {
    struct text text;
    enum break_place place;
} break_words[] = {
#define ROW(language, word, place) {{word, sizeof(word) - 1}, BREAK_##place},
#include "stages/text/data/break_words.inc"
#undef ROW
};

static const struct negation {
    struct text text;
    enum lexicon_kind kind;
} negations[] = {
#define ROW(language, word, place) {{word, sizeof(word) - 1}, WORD_NEGATION_##place},
#include "stages/text/data/negation_words.inc"
#undef ROW
};

static const struct meaning_phrase {
    struct text phrase, meaning;
} phrases[] = {
#define ROW(language, phrase, meaning)                                                             \
    {{phrase, sizeof(phrase) - 1}, {meaning, sizeof(meaning) - 1}},
#include "stages/text/data/meaning_phrases.inc"
#undef ROW
};

static const char *const noun_endings[] = {
#define ROW(language, ending) ending,
#include "stages/text/data/noun_endings.inc"
#undef ROW
    NULL,
};

static const size_t word_count = sizeof(lexicon_words) / sizeof(*lexicon_words);
static const size_t family_count = sizeof(families) / sizeof(*families);

/* Few texts begin like a phrase: the others are not compared. */
static uint64_t hash_start(struct text text)
{
    enum { START_SIZE = 3 }; /* bytes; no phrase is shorter */
    char start[START_SIZE] = {0};
    for (size_t i = 0; i < START_SIZE && i < text.size; i++)
        start[i] = ascii_to_lower(text.bytes[i]);
    return hash_text((struct text){start, START_SIZE});
}

void lexicon_open(struct lexicon *lexicon)
{
    for (size_t i = 0; i < word_count; i++)
        if (lexicon_words[i].kind != WORD_NEGATION_INSIDE)
            hash_table_get_or_insert(&lexicon->words, hash_text(text_of(lexicon_words[i].text)), i,
                                     NULL);
    for (size_t i = 0; i < family_count; i++)
        hash_table_get_or_insert(&lexicon->families, hash_text(text_of(families[i].name)), i, NULL);
    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        hash_table_get_or_insert(&lexicon->starts, hash_start(phrases[i].phrase), i, NULL);
}

void lexicon_close(struct lexicon *lexicon)
{
    hash_table_free(&lexicon->words);
    hash_table_free(&lexicon->families);
    hash_table_free(&lexicon->starts);
}

const struct lexicon_word *lexicon_find(const struct lexicon *lexicon, struct text word)
{
    const size_t *number = hash_table_find(&lexicon->words, hash_text(word));
    return number ? &lexicon_words[*number] : NULL;
}

const struct opinion_family *lexicon_find_family(const struct lexicon *lexicon, const char *name)
{
    const size_t *number = hash_table_find(&lexicon->families, hash_text(text_of(name)));
    return number ? &families[*number] : NULL;
}

const struct opinion_family *lexicon_find_implied(const struct lexicon *lexicon, const char *aspect,
                                                  const struct opinion_family *family)
{
    for (size_t i = 0; aspect && i < sizeof(implied_opinions) / sizeof(*implied_opinions); i++)
        if (strcmp(implied_opinions[i].aspect, aspect) == 0 &&
            strcmp(implied_opinions[i].family, family->name) == 0)
            return lexicon_find_family(lexicon, implied_opinions[i].implied);
    return NULL;
}

bool lexicon_is_judged(const char *aspect)
{
    static const char *const judged[] = {
#define ROW(aspect) aspect,
#include "stages/text/data/judged_aspects.inc"
#undef ROW
        NULL,
    };
    return aspect && text_is_one_of(text_of(aspect), judged);
}

bool lexicon_is_break(struct text word, enum break_place place)
{
    for (size_t i = 0; i < sizeof(break_words) / sizeof(*break_words); i++) {
        struct text listed = break_words[i].text;
        if (break_words[i].place == place &&
            (place != BREAK_ENDING ? text_equal_ignore_case(word, listed)
                                   : word.size > listed.size && text_ends_with(word, listed)))
            return true;
    }
    return false;
}

/* ---- Korean words ---- */

static bool is_korean_ending(struct text text)
{
    return text.size == 0 || text_is_one_of(text, noun_endings);
}

struct text lexicon_strip_korean_ending(struct text word)
{
    size_t size, first;
    utf8_decode(word, 0, &first);
    for (size_t at = first; at < word.size; at += size) {
        utf8_decode(word, at, &size);
        if (at > first && text_is_one_of(text_slice(word, at, word.size), noun_endings))
            return text_slice(word, 0, at);
    }
    return word;
}

bool lexicon_ends_with_wish(struct text word)
{
    static const struct text endings[] = {
#define ROW(language, ending) TEXT(ending),
#include "stages/text/data/wish_endings.inc"
#undef ROW
    };
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (text_ends_with(word, endings[i]))
            return true;
    return false;
}

bool lexicon_has_negation(struct text rest)
{
    for (size_t i = 0; i < sizeof(negations) / sizeof(*negations); i++)
        if (negations[i].kind == WORD_NEGATION_INSIDE &&
            text_find(rest, negations[i].text, 0) < rest.size)
            return true;
    return false;
}

static bool is_after(enum lexicon_kind kind)
{
    return kind == WORD_NEGATION_AFTER || kind == WORD_NEGATION_MISSING_AFTER;
}

/* Whether a word may go on with `rest` after a listed beginning of so many syllables. */
static bool may_continue(enum lexicon_kind kind, size_t syllables, struct text rest)
{
    if (kind == WORD_EMPTY)
        return rest.size == 0;
    if (kind == WORD_ASPECT)
        return is_korean_ending(rest);
    return kind == WORD_OPINION || syllables > 1 || is_after(kind) || is_korean_ending(rest);
}

const struct lexicon_word *lexicon_find_beginning(const struct lexicon *lexicon, struct text word,
                                                  size_t *size)
{
    size_t ends[MAX_SYLLABLES + 1] = {0}, count = 0, letter;
    for (size_t at = 0; at < word.size && count < MAX_SYLLABLES; at += letter) {
        utf8_decode(word, at, &letter);
        ends[++count] = at + letter;
    }
    for (size_t i = count; i > 0; i--) {
        const struct lexicon_word *found = lexicon_find(lexicon, text_slice(word, 0, ends[i]));
        if (!found || !may_continue(found->kind, i, text_slice(word, ends[i], word.size)))
            continue;
        *size = ends[i];
        return found;
    }
    return NULL;
}

/* An aspect that may have an ending: "배송", "맛도". A single syllable may be part of any word. */
static bool is_glued_aspect(const struct lexicon *lexicon, struct text text)
{
    size_t size;
    const struct lexicon_word *listed = lexicon_find_beginning(lexicon, text, &size);
    return listed && listed->kind == WORD_ASPECT && text.size >= MIN_GLUED_SIZE;
}

/* "빠른", "깨끗한": the last consonant of an adjective before its noun. */
static bool ends_as_adjective(struct text text)
{
    enum { FIRST_SYLLABLE = 0xAC00, FINALS = 28, FINAL_N = 4 };
    size_t at = utf8_boundary_before(text, text.size - 1), size;
    uint32_t syllable = utf8_decode(text, at, &size);
    return syllable >= FIRST_SYLLABLE && (syllable - FIRST_SYLLABLE) % FINALS == FINAL_N;
}

size_t lexicon_find_glue(const struct lexicon *lexicon, struct text word)
{
    size_t size, found_size;
    const struct lexicon_word *whole = lexicon_find_beginning(lexicon, word, &found_size);
    bool is_opinion = whole && whole->kind == WORD_OPINION;
    for (size_t at = 0; at < word.size; at += size) {
        utf8_decode(word, at, &size);
        struct text first = text_slice(word, 0, at), rest = text_slice(word, at, word.size);
        if (at == 0)
            continue;
        const struct lexicon_word *second = lexicon_find_beginning(lexicon, rest, &found_size);
        if (!second)
            continue;
        if (!is_opinion && second->kind == WORD_OPINION && is_glued_aspect(lexicon, first))
            return at;
        if (is_opinion && second->kind == WORD_ASPECT && found_size >= MIN_GLUED_SIZE &&
            ends_as_adjective(first))
            return at;
    }
    return word.size;
}

const struct lexicon_word *lexicon_find_phrase(const struct lexicon *lexicon, struct text text,
                                               size_t *size)
{
    if (!hash_table_find(&lexicon->starts, hash_start(text)))
        return NULL;
    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++) {
        struct text phrase = phrases[i].phrase;
        if (!text_starts_with_ignore_case(text, phrase))
            continue;
        bool is_korean = (unsigned char)phrase.bytes[0] >= 0x80;
        if (!is_korean && phrase.size < text.size && ascii_is_letter(text.bytes[phrase.size]))
            continue;
        *size = phrase.size;
        return lexicon_find(lexicon, phrases[i].meaning);
    }
    return NULL;
}

const struct lexicon_word *lexicon_find_glued_opinion(const struct lexicon *lexicon,
                                                      struct text word, size_t *end)
{
    size_t size, opinion_size;
    for (size_t at = 0; at < word.size; at += size) {
        utf8_decode(word, at, &size);
        const struct lexicon_word *first =
            at >= MIN_GLUED_SIZE ? lexicon_find(lexicon, text_slice(word, 0, at)) : NULL;
        if (!first || first->kind != WORD_EMPTY)
            continue;
        const struct lexicon_word *opinion =
            lexicon_find_beginning(lexicon, text_slice(word, at, word.size), &opinion_size);
        if (opinion && opinion->kind == WORD_OPINION) {
            *end = at + opinion_size;
            return opinion;
        }
    }
    return NULL;
}
