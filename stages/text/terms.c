/* terms.c - normalizing, stemming and stop words. */
#include "stages/text/terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/normalize.h"
#include "base/utf8.h"

/* In the order of bytes, for bsearch. */
static const char *const stop_words[] = {
#define ROW(language, word) word,
#include "stages/text/data/stop_words.inc"
#undef ROW
};

static int compare_word(const void *term, const void *stop_word)
{
    const struct text *text = term;
    const char *other = *(const char *const *)stop_word;
    int order = strncmp(text->bytes, other, text->size);
    return order || other[text->size] == '\0' ? order : -1;
}

bool terms_is_stop_word(struct text term)
{
    return bsearch(&term, stop_words, sizeof(stop_words) / sizeof(*stop_words), sizeof(*stop_words),
                   compare_word) != NULL;
}

static bool ends_with(struct text term, struct text end, size_t min_stem_size)
{
    return term.size >= min_stem_size + end.size && text_ends_with(term, end);
}

struct text terms_stem(struct text term)
{
    static const struct text endings[] = {{"'s", 2},  {"ingly", 5}, {"edly", 4}, {"ing", 3},
                                          {"ies", 3}, {"ed", 2},    {"ly", 2}};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (ends_with(term, endings[i], 3)) {
            term.size -= endings[i].size;
            break;
        }
    if (ends_with(term, TEXT("s"), 3) && !ends_with(term, TEXT("ss"), 0))
        term.size--;
    if (ends_with(term, TEXT("e"), 2) || ends_with(term, TEXT("y"), 2))
        term.size--;
    if (term.size > 3 && term.bytes[term.size - 1] == term.bytes[term.size - 2])
        term.size--;
    return term;
}

struct term_collector {
    struct term *words;
    size_t count;
};

static void append_term(struct term_collector *term_collector, struct text bytes, bool is_number)
{
    term_collector->words[term_collector->count++] = (struct term){
        .hash = hash_combine_number(hash_text(bytes), is_number), .is_number = is_number};
}

static void append_word(struct term_collector *term_collector, struct text run, bool is_number)
{
    if (is_number || !terms_is_stop_word(run))
        append_term(term_collector, is_number ? run : terms_stem(run), is_number);
}

/* Appends every two neighboring characters of a run in a script without spaces, or the only one. */
static void append_character_bigrams(struct term_collector *term_collector, struct text run)
{
    size_t first;
    utf8_decode(run, 0, &first);
    if (first == run.size)
        append_term(term_collector, run, false);
    for (size_t at = 0, size, next; at < run.size; at += size) {
        utf8_decode(run, at, &size);
        if (at + size >= run.size)
            break;
        utf8_decode(run, at + size, &next);
        append_term(term_collector, text_slice(run, at, at + size + next), false);
    }
}

/* Where the run of characters of one class that starts at `at` ends. Words include inner
 * apostrophes; numbers include inner points and commas. */
static size_t find_run_end(struct text key, size_t at, enum letter_class kind)
{
    size_t size;
    while (at < key.size) {
        uint32_t code_point = utf8_decode(key, at, &size);
        enum letter_class letter_class = normalize_letter_class(code_point);
        if (letter_class != kind &&
            !(kind == LETTER_SPACED_SCRIPT && letter_class == LETTER_DIGIT)) {
            bool is_joiner = kind == LETTER_DIGIT           ? code_point == '.' || code_point == ','
                             : kind == LETTER_SPACED_SCRIPT ? code_point == '\''
                                                            : false;
            size_t next_size;
            if (!is_joiner || at + size >= key.size ||
                normalize_letter_class(utf8_decode(key, at + size, &next_size)) != kind)
                return at;
        }
        at += size;
    }
    return at;
}

static struct text replace_curly_apostrophes(struct text key, struct arena *arena)
{
    struct text curly_apostrophe = TEXT("’");
    size_t found = text_find(key, curly_apostrophe, 0);
    if (found == key.size)
        return key;
    char *bytes = arena_alloc(arena, key.size, 1);
    size_t size = 0;
    for (size_t at = 0; at < key.size; found = text_find(key, curly_apostrophe, at)) {
        memcpy(bytes + size, key.bytes + at, found - at);
        size += found - at;
        if (found < key.size)
            bytes[size++] = '\'';
        at = found + curly_apostrophe.size;
    }
    return (struct text){bytes, size};
}

struct term *terms_extract(struct text text, struct arena *arena, size_t *count)
{
    struct text key = replace_curly_apostrophes(normalize_key(text, arena), arena);
    struct term_collector term_collector = {
        .words = arena_alloc(arena, key.size + 1, sizeof(struct term))};
    for (size_t at = 0, size, end; at < key.size; at = end) {
        enum letter_class kind = normalize_letter_class(utf8_decode(key, at, &size));
        if (kind == LETTER_NONE) {
            end = at + size;
            continue;
        }
        end = find_run_end(key, at, kind);
        struct text run = text_slice(key, at, end);
        if (kind == LETTER_UNSPACED_SCRIPT)
            append_character_bigrams(&term_collector, run);
        else
            append_word(&term_collector, run, kind == LETTER_DIGIT);
    }
    *count = term_collector.count;
    return term_collector.words;
}

/* ---- Words ---- */

enum ending_kind { PARTICLE, HADA, PREDICATE, WHOLE };

static const struct korean_ending {
    struct text text;
    enum ending_kind kind;
} korean_endings[] = {
#define ROW(language, ending, kind) {TEXT(ending), kind},
#include "stages/text/data/korean_endings.inc"
#undef ROW
};

enum { HANGUL_FIRST = 0xAC00, HANGUL_LAST = 0xD7A3, MIN_STEM_SYLLABLES = 2 };

static bool is_hangul(struct text run)
{
    size_t size;
    uint32_t code_point = utf8_decode(run, 0, &size);
    return code_point >= HANGUL_FIRST && code_point <= HANGUL_LAST;
}

/* Whether the word, which is too short to lose the ending, has it: "앱으로" ends with "으로", so it
 * does not end with "로". Such endings follow a consonant; "아이나" has another one, "나". */
static bool has_short_stem(struct text stem, struct text ending)
{
    enum { FINALS = 28 };
    size_t at = stem.size, size;
    while (at > 0 && ((unsigned char)stem.bytes[--at] & 0xC0) == 0x80)
        ;
    uint32_t last = stem.size > 0 ? utf8_decode(stem, at, &size) : 0;
    return (text_starts_with(ending, TEXT("으")) || text_starts_with(ending, TEXT("이"))) &&
           last >= HANGUL_FIRST && last <= HANGUL_LAST && (last - HANGUL_FIRST) % FINALS != 0;
}

/* Removes one ending. */
static void stem_korean(struct word *word)
{
    struct text run = word->surface;
    size_t syllables = utf8_count_code_points(run);
    for (size_t i = 0; i < sizeof(korean_endings) / sizeof(*korean_endings); i++) {
        const struct korean_ending *ending = &korean_endings[i];
        if (!text_ends_with(run, ending->text))
            continue;
        if (ending->kind == WHOLE)
            return;
        struct text stem = text_slice(run, 0, run.size - ending->text.size);
        bool has_stem = syllables >= MIN_STEM_SYLLABLES + utf8_count_code_points(ending->text);
        word->is_predicate |= has_stem ? ending->kind == PREDICATE : ending->kind == HADA;
        word->may_be_short |= !has_stem && ending->kind == PARTICLE;
        if (!has_stem && has_short_stem(stem, ending->text))
            return;
        if (!has_stem)
            continue;
        word->has_particle = ending->kind == PARTICLE;
        word->stem = stem;
        return;
    }
}

/* Only blanks, hyphens and apostrophes stand between the words of a phrase. */
static bool is_break(uint32_t code_point)
{
    return code_point != ' ' && code_point != '-' && code_point != '\'';
}

struct word *terms_extract_words(struct text text, struct arena *arena, size_t *count)
{
    struct text key = replace_curly_apostrophes(normalize_key(text, arena), arena);
    struct word *words = arena_alloc(arena, key.size + 1, sizeof(*words));
    bool follows_break = true, is_attached = false;
    *count = 0;
    for (size_t at = 0, size, end; at < key.size; at = end) {
        uint32_t code_point = utf8_decode(key, at, &size);
        enum letter_class kind = normalize_letter_class(code_point);
        end = kind == LETTER_NONE ? at + size : find_run_end(key, at, kind);
        struct text run = text_slice(key, at, end);
        if (kind == LETTER_NONE || (kind == LETTER_UNSPACED_SCRIPT && !is_hangul(run))) {
            follows_break |= kind != LETTER_NONE || is_break(code_point);
            is_attached = false;
            continue;
        }
        struct word *word = &words[(*count)++];
        *word = (struct word){
            .surface = run,
            .stem = kind == LETTER_SPACED_SCRIPT ? terms_stem(run) : run,
            .is_stop_word = terms_is_stop_word(run),
            .is_number = kind == LETTER_DIGIT,
            .is_korean = kind == LETTER_UNSPACED_SCRIPT,
            .follows_break = follows_break,
            .is_attached = is_attached,
        };
        if (word->is_korean)
            stem_korean(word);
        follows_break = false;
        is_attached = true;
    }
    return words;
}
