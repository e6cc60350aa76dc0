/* clause_words.c - splits a clause into words, looks each up, and applies negations. */
#include "stages/text/clause_words.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/terms.h"

enum {
    MAX_WORD_SIZE = 64,
    NEGATION_REACH = 3, /* words of meaning that a negation reverses */
};

static void set_listed_word(const struct lexicon *lexicon, struct clause_word *word,
                            const struct lexicon_word *listed)
{
    word->kind = listed->kind;
    if (listed->kind == WORD_ASPECT) {
        word->aspect = listed->name;
        word->id = hash_text(text_of(listed->name));
        word->is_whole = listed->is_whole;
    }
    if (listed->kind == WORD_OPINION) {
        word->family = lexicon_find_family(lexicon, listed->name);
        if (!word->family)
            word->kind = WORD_EMPTY;
    }
}

static void read_korean_word(const struct lexicon *lexicon, struct text text,
                             struct clause_word *word)
{
    size_t end;
    const struct lexicon_word *listed = lexicon_find_beginning(lexicon, text, &end);
    if (!listed)
        listed = lexicon_find_glued_opinion(lexicon, text, &end);
    if (listed) {
        set_listed_word(lexicon, word, listed);
        word->is_negated = lexicon_has_negation(text_slice(text, end, text.size));
        return;
    }
    struct text stem = lexicon_strip_korean_ending(text);
    word->id = hash_text(stem);
    if (utf8_count_code_points(stem) < 2)
        word->kind = WORD_EMPTY;
}

/* In small letters, without "'s"; `bytes` has room for MAX_WORD_SIZE. */
static struct text lower_word(struct text text, char *bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text_starts_with(text_slice(text, i, text.size), TEXT("’"))) {
            bytes[size++] = '\'';
            i += 2;
        } else {
            bytes[size++] = ascii_to_lower(text.bytes[i]);
        }
    }
    struct text lower = {bytes, size};
    if (size > 2 && text_ends_with(lower, TEXT("'s")))
        lower.size -= 2;
    return lower;
}

bool clause_words_knows(const struct lexicon *lexicon, struct text word)
{
    char bytes[MAX_WORD_SIZE];
    if (word.size > sizeof(bytes))
        return false;
    struct text lower = lower_word(word, bytes);
    return lexicon_find(lexicon, lower) || terms_is_stop_word(lower);
}

static void read_spaced_word(const struct lexicon *lexicon, struct text text,
                             struct clause_word *word)
{
    char bytes[MAX_WORD_SIZE];
    if (text.size > sizeof(bytes)) {
        word->kind = WORD_EMPTY;
        return;
    }
    struct text lower = lower_word(text, bytes);
    const struct lexicon_word *listed = lexicon_find(lexicon, lower);
    if (listed) {
        set_listed_word(lexicon, word, listed);
        return;
    }
    struct text stem = terms_stem(lower);
    word->id = hash_text(stem);
    if (terms_is_stop_word(lower) || lower.size < 3)
        word->kind = WORD_EMPTY;
}

/* "ㅋㅋ", "ㅠㅠ": no letters of a word. */
static enum letter_class classify(uint32_t code_point)
{
    bool is_jamo = code_point >= 0x3131 && code_point <= 0x318E;
    return is_jamo ? LETTER_NONE : normalize_letter_class(code_point);
}

/* Where the word that starts at `at` ends: letters of one class with digits; inner apostrophes and
 * hyphens belong to words of spaced scripts. */
static size_t find_word_end(struct text text, size_t at, enum letter_class kind)
{
    size_t size, next_size;
    while (at < text.size) {
        uint32_t code_point = utf8_decode(text, at, &size);
        enum letter_class found = classify(code_point);
        if (found != kind && found != LETTER_DIGIT) {
            bool is_joiner = code_point == '\'' || code_point == 0x2019 || code_point == '-';
            if (!is_joiner || kind != LETTER_SPACED_SCRIPT || at + size >= text.size ||
                normalize_letter_class(utf8_decode(text, at + size, &next_size)) != kind)
                return at;
        }
        at += size;
    }
    return at;
}

/* Whether the text between two words separates what they belong to. */
static bool is_break(struct text between)
{
    static const char marks[] = {',', '/', '&', '+', '.', '!', '?', '(', ')', ':', '~'};
    for (size_t i = 0; i < sizeof(marks); i++)
        if (memchr(between.bytes, marks[i], between.size))
            return true;
    return text_find(between, TEXT("•"), 0) < between.size ||
           text_find(between, TEXT("、"), 0) < between.size;
}

/* A name within a clause: "at Pets Best". In titles most words have a capital. */
static bool is_name(struct text clause, size_t begin, struct text word)
{
    if (word.size < 2 || !ascii_is_upper(word.bytes[0]) || !ascii_is_lower(word.bytes[1]) ||
        word.bytes == clause.bytes + begin)
        return false;
    size_t words = 0, capitals = 0;
    for (size_t at = begin; at < clause.size; at++)
        if (ascii_is_letter(clause.bytes[at]) && (at == begin || clause.bytes[at - 1] == ' ')) {
            words++;
            capitals += ascii_is_upper(clause.bytes[at]);
        }
    return capitals * 2 < words;
}

/* "user friendly", "user unfriendly": nobody is friendly. */
static bool follows_user(struct text clause, size_t at)
{
    struct text before = text_slice(clause, at > 5 ? at - 5 : 0, at),
                after = text_slice(clause, at, clause.size);
    return text_equal_ignore_case(before, TEXT("user ")) &&
           (text_starts_with_ignore_case(after, TEXT("friendly")) ||
            text_starts_with_ignore_case(after, TEXT("unfriendly")));
}

/* "안 되네요" is "안되네요": it does not work. */
static void join_korean_negation(const struct lexicon *lexicon, struct text text,
                                 struct clause_word *negation, struct clause_word *word)
{
    static const char *const stems[] = {"되", "돼", "됩", "됨", "된", "됐", NULL};
    size_t size;
    utf8_decode(text, 0, &size);
    const struct lexicon_word *listed = lexicon_find(lexicon, TEXT("안되"));
    if (!listed || !text_is_one_of(text_slice(text, 0, size), stems))
        return;
    negation->kind = WORD_EMPTY;
    set_listed_word(lexicon, word, listed);
}

static struct clause_words read_words(const struct lexicon *lexicon, struct text text, size_t begin,
                                      size_t end, struct arena *arena)
{
    struct clause_words words = {
        .items = arena_alloc(arena, end - begin + 1, sizeof(struct clause_word))};
    struct text clause = text_slice(text, 0, end);
    size_t size, next, previous_end = begin;
    bool has_break = false;
    for (size_t at = begin; at < end; at = next) {
        enum letter_class kind = classify(utf8_decode(clause, at, &size));
        next = at + size;
        if (kind == LETTER_NONE)
            continue;
        next = find_word_end(clause, at, kind);
        struct text found = text_slice(clause, at, next);
        has_break |= is_break(text_slice(clause, previous_end, at));
        previous_end = next;
        if (lexicon_is_break(found, false)) {
            has_break = true;
            continue;
        }
        struct clause_word word = {.begin = at, .end = next, .has_break = has_break};
        if (kind == LETTER_UNSPACED_SCRIPT)
            read_korean_word(lexicon, found, &word);
        else if (kind == LETTER_SPACED_SCRIPT)
            read_spaced_word(lexicon, found, &word);
        else
            word.kind = WORD_EMPTY;
        if (kind == LETTER_UNSPACED_SCRIPT && words.count > 0 &&
            words.items[words.count - 1].kind == WORD_NEGATION_WORD_BEFORE && !has_break)
            join_korean_negation(lexicon, found, &words.items[words.count - 1], &word);
        if (follows_user(clause, at))
            read_spaced_word(lexicon,
                             text_starts_with_ignore_case(found, TEXT("un")) ? TEXT("difficult")
                                                                             : TEXT("easy"),
                             &word);
        if (word.kind == WORD_OPINION && is_name(clause, begin, found))
            word.kind = WORD_EMPTY;
        words.items[words.count++] = word;
        has_break = lexicon_is_break(found, true);
    }
    return words;
}

bool clause_word_has_meaning(const struct clause_word *word)
{
    return word->kind == WORD_CONTENT || word->kind == WORD_ASPECT || word->kind == WORD_OPINION;
}

static void apply_negations(struct clause_words words)
{
    bool is_cancelled = false, is_recommended = false;
    for (size_t i = 0; i < words.count; i++) {
        const struct clause_word *word = &words.items[i];
        is_cancelled |= word->kind == WORD_NEGATION_CANCEL;
        is_recommended |=
            word->kind == WORD_OPINION && strcmp(word->family->name, "recommended") == 0;
    }
    if (is_cancelled && is_recommended)
        return; /* but "not clean enough" is no praise */
    for (size_t i = 0; i < words.count; i++) {
        enum lexicon_kind kind = words.items[i].kind;
        if (kind == WORD_NEGATION_AFTER && i > 0)
            words.items[i - 1].is_negated ^= true;
        if (kind == WORD_NEGATION_AFTER && i > 1 && words.items[i - 1].kind != WORD_OPINION &&
            words.items[i - 2].kind == WORD_OPINION && !words.items[i - 1].has_break)
            words.items[i - 2].is_negated ^= true; /* "저렴한 가격은 아니지만" */
        size_t reach = kind == WORD_NEGATION_BEFORE        ? NEGATION_REACH
                       : kind == WORD_NEGATION_WORD_BEFORE ? 1
                                                           : 0;
        for (size_t k = i + 1; reach > 0 && k < words.count && !words.items[k].has_break; k++)
            if (clause_word_has_meaning(&words.items[k])) {
                words.items[k].is_negated = true;
                if (words.items[k].kind == WORD_OPINION)
                    break;
                reach--;
            }
    }
}

struct clause_words clause_words_read(const struct lexicon *lexicon, struct text text, size_t begin,
                                      size_t end, struct arena *arena)
{
    struct clause_words words = read_words(lexicon, text, begin, end, arena);
    apply_negations(words);
    return words;
}
