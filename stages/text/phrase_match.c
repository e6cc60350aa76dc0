/* phrase_match.c - compares words by their regular inflections: the endings of English, particles
 * and verbs of Korean. */
#include "stages/text/phrase_match.h"

#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/korean_predicates.h"

enum { MAX_WORDS_BETWEEN = 2, MAX_BASES = 8, MIN_BASE_SIZE = 3 };

enum { HANGUL_FIRST = 0xAC00, FINAL_COUNT = 28 }; /* syllables in Unicode */

static const char *const noun_endings[] = {
#define ROW(language, ending) ending,
#include "stages/text/data/noun_endings.inc"
#undef ROW
    NULL,
};

/* ---- Words ---- */

/* The class of the character that ends at `at`, or that begins there. */
static enum letter_class class_before(struct text text, size_t at)
{
    size_t begin = at, size;
    while (begin > 0 && ((unsigned char)text.bytes[--begin] & 0xC0) == 0x80)
        ;
    return at > 0 ? normalize_letter_class(utf8_decode(text, begin, &size)) : LETTER_NONE;
}

static enum letter_class class_at(struct text text, size_t at)
{
    size_t size;
    return at < text.size ? normalize_letter_class(utf8_decode(text, at, &size)) : LETTER_NONE;
}

static bool begins_word(struct text text, size_t at)
{
    enum letter_class first = class_at(text, at), before = class_before(text, at);
    return first == LETTER_NONE || before == LETTER_NONE ||
           (before == LETTER_DIGIT && first == LETTER_UNSPACED_SCRIPT);
}

bool phrase_can_begin(struct text text, size_t at, enum phrase_form form)
{
    return begins_word(text, at) ||
           (form != PHRASE_AS_WRITTEN && class_at(text, at) == LETTER_UNSPACED_SCRIPT);
}

static bool can_end(struct text text, size_t end)
{
    enum letter_class last = class_before(text, end), next = class_at(text, end);
    return last == LETTER_NONE || last == LETTER_UNSPACED_SCRIPT || next == LETTER_NONE ||
           next == LETTER_UNSPACED_SCRIPT;
}

struct word {
    struct text text; /* empty: there is none */
    size_t end;
    bool is_spaced; /* in a script with spaces between words, or with digits */
};

/* Blanks, hyphens and apostrophes stand between the words of a phrase. */
static bool is_joiner(char byte)
{
    return byte == ' ' || byte == '-' || byte == '\'';
}

/* The next word; none if something else than joiners is before it. */
static struct word read_word(struct text text, size_t at)
{
    while (at < text.size && is_joiner(text.bytes[at]))
        at++;
    struct word word = {.end = at, .is_spaced = class_at(text, at) != LETTER_UNSPACED_SCRIPT};
    enum letter_class kind;
    for (size_t size; (kind = class_at(text, word.end)) != LETTER_NONE &&
                      (kind != LETTER_UNSPACED_SCRIPT) == word.is_spaced;
         word.end += size)
        utf8_decode(text, word.end, &size);
    word.text = text_slice(text, at, word.end);
    return word;
}

/* ---- English ---- */

/* What a word may be an inflection of: the beginning of the word, and a letter that the inflection
 * has replaced, or 0. */
struct base {
    struct text beginning;
    char letter;
};

static void add_base(struct text word, size_t dropped, char letter, struct base *bases,
                     size_t *count)
{
    if (word.size >= MIN_BASE_SIZE + dropped)
        bases[(*count)++] = (struct base){text_slice(word, 0, word.size - dropped), letter};
}

/* "rides" may be "ride" or "rid"; "stopped" may be "stop". */
static size_t list_bases(struct text word, struct base *bases)
{
    size_t count = 0;
    bases[count++] = (struct base){word, 0};
    if (text_ends_with(word, TEXT("ies")) || text_ends_with(word, TEXT("ied")))
        add_base(word, 3, 'y', bases, &count);
    if (text_ends_with(word, TEXT("s")) && !text_ends_with(word, TEXT("ss"))) {
        add_base(word, 1, 0, bases, &count);
        if (text_ends_with(word, TEXT("es")))
            add_base(word, 2, 0, bases, &count);
        return count;
    }
    size_t ending = text_ends_with(word, TEXT("ed"))    ? 2
                    : text_ends_with(word, TEXT("ing")) ? 3
                                                        : 0;
    if (ending == 0)
        return count;
    add_base(word, ending, 0, bases, &count);
    add_base(word, ending, 'e', bases, &count);
    if (word.size >= ending + 2 &&
        word.bytes[word.size - ending - 1] == word.bytes[word.size - ending - 2])
        add_base(word, ending + 1, 0, bases, &count);
    return count;
}

/* Whether the text of `a` with its letter is that of `b` with its letter. */
static bool bases_are_equal(struct base a, struct base b)
{
    size_t a_size = a.beginning.size + (a.letter != 0), b_size = b.beginning.size + (b.letter != 0);
    if (a_size != b_size)
        return false;
    for (size_t i = 0; i < a_size; i++)
        if ((i < a.beginning.size ? a.beginning.bytes[i] : a.letter) !=
            (i < b.beginning.size ? b.beginning.bytes[i] : b.letter))
            return false;
    return true;
}

static bool have_same_base(struct text a, struct text b)
{
    struct base a_bases[MAX_BASES], b_bases[MAX_BASES];
    size_t a_count = list_bases(a, a_bases), b_count = list_bases(b, b_bases);
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++)
            if (bases_are_equal(a_bases[i], b_bases[k]))
                return true;
    return false;
}

/* ---- Korean ---- */

static bool is_noun_ending(struct text text)
{
    for (size_t i = 0; noun_endings[i]; i++)
        if (text_equal(text, text_of(noun_endings[i])))
            return true;
    return text.size == 0;
}

/* The word without its longest particle. */
static struct text drop_noun_ending(struct text word)
{
    struct text shortest = word;
    for (size_t i = 0; noun_endings[i]; i++) {
        struct text ending = text_of(noun_endings[i]);
        if (text_ends_with(word, ending) && word.size - ending.size < shortest.size &&
            word.size > ending.size)
            shortest = text_slice(word, 0, word.size - ending.size);
    }
    return shortest;
}

/* Whether a word of the text is one that stands before the last word of a phrase, with any
 * particle. */
static bool is_same_noun(struct text word, struct text in_phrase)
{
    struct text noun = drop_noun_ending(in_phrase);
    return text_starts_with(word, in_phrase)
               ? is_noun_ending(text_slice(word, in_phrase.size, word.size))
               : text_starts_with(word, noun) &&
                     is_noun_ending(text_slice(word, noun.size, word.size));
}

/* Whether the phrase also counts at the end of a compound: "반납" in "차반납이". One that a
 * particle may end is rather the ending of a verb there: "지도" in "하지도". */
static bool can_end_compound(struct text phrase)
{
    return utf8_count_code_points(phrase) >= 2 && drop_noun_ending(phrase).size == phrase.size;
}

/* Where a phrase ends if blanks are left out: "차량상태" is "차량 상태". */
static size_t find_end_without_blanks(struct text text, size_t at, struct text phrase)
{
    for (size_t i = 0; i < phrase.size; i++) {
        if (phrase.bytes[i] == ' ')
            continue;
        while (i > 0 && at < text.size && text.bytes[at] == ' ')
            at++;
        if (at >= text.size || text.bytes[at++] != phrase.bytes[i])
            return 0;
    }
    return class_before(text, at) == LETTER_UNSPACED_SCRIPT ? at : 0;
}

/* ---- Phrases ---- */

/* Where the word of the phrase ends in the word of the text; 0 if it is another word. */
static size_t match_word(struct word word, struct word in_phrase, bool is_last)
{
    if (word.is_spaced != in_phrase.is_spaced)
        return 0;
    if (word.is_spaced)
        return have_same_base(word.text, in_phrase.text) ? word.end : 0;
    if (korean_is_form_of(word.text, in_phrase.text))
        return word.end;
    if (!is_last)
        return is_same_noun(word.text, in_phrase.text) ? word.end : 0;
    return text_starts_with(word.text, in_phrase.text)
               ? word.end - word.text.size + in_phrase.text.size
               : 0;
}

/* Up to `max_between` words of the text may stand between two words of the phrase. */
static size_t match_words(struct text text, size_t at, struct text phrase, size_t max_between)
{
    struct word in_phrase = read_word(phrase, 0), word = read_word(text, at);
    bool begins_here = word.text.size > 0 && word.text.bytes == text.bytes + at;
    size_t end = 0;
    for (size_t between = 0; begins_here && in_phrase.text.size > 0; between = max_between) {
        struct word next = read_word(phrase, in_phrase.end);
        while ((end = match_word(word, in_phrase, next.text.size == 0)) == 0) {
            word = read_word(text, word.end);
            if (between-- == 0 || word.text.size == 0)
                return 0;
        }
        in_phrase = next;
        word = read_word(text, end);
    }
    return in_phrase.end == phrase.size ? end : 0;
}

/* Whether a word that begins at `at` may be a form of the first word of the phrase: inflections
 * leave the first letters, and the first Korean syllable except its final consonant. */
static bool begins_alike(struct text text, size_t at, struct text phrase)
{
    size_t size;
    uint32_t first = utf8_decode(text, at, &size), other = utf8_decode(phrase, 0, &size);
    if (first >= HANGUL_FIRST && other >= HANGUL_FIRST)
        return (first - HANGUL_FIRST) / FINAL_COUNT == (other - HANGUL_FIRST) / FINAL_COUNT;
    for (size_t i = 0; i < MIN_BASE_SIZE && i < phrase.size && !is_joiner(phrase.bytes[i]); i++)
        if (at + i >= text.size || text.bytes[at + i] != phrase.bytes[i])
            return false;
    return true;
}

size_t phrase_find_end(struct text text, size_t at, struct text phrase, enum phrase_form form)
{
    size_t end = at + phrase.size;
    if (text_starts_with(text_slice(text, at, text.size), phrase) && can_end(text, end))
        return begins_word(text, at) || can_end_compound(phrase) ? end : 0;
    if (form == PHRASE_AS_WRITTEN || !begins_alike(text, at, phrase) || !begins_word(text, at))
        return 0;
    end = match_words(text, at, phrase, form == PHRASE_LOOSE ? MAX_WORDS_BETWEEN : 0);
    return end ? end : find_end_without_blanks(text, at, phrase);
}
