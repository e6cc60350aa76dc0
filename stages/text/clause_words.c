/* clause_words.c - splits a clause into words, looks each up, and applies negations. */
#include "stages/text/clause_words.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/clause_meanings.h"
#include "stages/text/korean_predicates.h"
#include "stages/text/terms.h"

enum {
    MAX_WORD_SIZE = 64,
    NEGATION_REACH = 3, /* words of meaning that a negation reverses */
};

bool clause_word_has_meaning(const struct clause_word *word)
{
    return word->kind == WORD_CONTENT || word->kind == WORD_ASPECT || word->kind == WORD_OPINION;
}

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
    if (lexicon_ends_with_wish(text)) {
        word->kind = WORD_WISH;
        return;
    }
    const struct lexicon_word *listed = lexicon_find_beginning(lexicon, text, &end);
    struct text stem = lexicon_strip_korean_ending(text);
    word->id = hash_text(stem);
    if (!listed)
        listed = lexicon_find_glued_opinion(lexicon, text, &end);
    if (listed && listed->kind != WORD_NEGATION_NONE) {
        set_listed_word(lexicon, word, listed);
        word->is_negated = lexicon_has_negation(text_slice(text, end, text.size));
        return;
    }
    if (lexicon_has_negation(text)) {
        word->is_negated = true;
        word->action = korean_verb_id(text); /* "잡히지도않고" */
    } else if (utf8_count_code_points(stem) < 2) {
        word->kind = WORD_EMPTY;
    }
}

/* In lower case, without "'s"; `bytes` has room for MAX_WORD_SIZE. */
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
    word->id = hash_text(terms_stem(lower));
    if (listed) {
        set_listed_word(lexicon, word, listed);
        return;
    }
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
    static const char marks[] = {',', '/', '&', '+', '.', '!', '?', '(', ')', ':', ';', '~', '-'};
    static const struct text long_marks[] = {TEXT("•"), TEXT("、"), TEXT("–"), TEXT("—")};
    for (size_t i = 0; i < sizeof(marks); i++)
        if (memchr(between.bytes, marks[i], between.size))
            return true;
    for (size_t i = 0; i < sizeof(long_marks) / sizeof(*long_marks); i++)
        if (text_find(between, long_marks[i], 0) < between.size)
            return true;
    return false;
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

static bool begins_with_one_of(struct text text, const char *const *syllables)
{
    size_t size = 0;
    if (text.size > 0)
        utf8_decode(text, 0, &size);
    return text_is_one_of(text_slice(text, 0, size), syllables);
}

/* The last of the words; NULL if there is none or a break follows it. */
static struct clause_word *find_word_before(struct clause_words words, bool has_break)
{
    return words.count > 0 && !has_break ? &words.items[words.count - 1] : NULL;
}

/* What "안" or "못" before `verb` reverses. "안 돼요": it does not work; "답변 안 해요": there is
 * no answer; "냄새 안 나요": the smell; else the verb: "안 잡혀요". `before` is the word before the
 * negation, or NULL. */
static void negate_korean_verb(const struct lexicon *lexicon, struct text verb,
                               struct clause_word *before, struct clause_word *word)
{
    static const char *const work[] = {"되", "돼", "됩", "됨", "된", "됐", NULL};
    static const char *const act[] = {"하", "해", "했", "함", "합", "한", "할", NULL};
    const struct lexicon_word *broken = lexicon_find(lexicon, TEXT("안되"));
    bool is_opinion = before && before->kind == WORD_OPINION;
    if (broken && begins_with_one_of(verb, work)) {
        set_listed_word(lexicon, word, broken);
        return;
    }
    bool is_action = !begins_with_one_of(verb, act);
    if (before && !is_action && !is_opinion)
        before->is_missing = clause_word_has_meaning(before);
    if (is_opinion)
        before->is_negated ^= true;
    if (!is_action || is_opinion)
        word->kind = WORD_EMPTY;
    else if (word->kind == WORD_CONTENT || word->kind == WORD_EMPTY)
        word->action = korean_verb_id(verb);
    if (word->action)
        word->kind = WORD_CONTENT;
}

/* "안 잡혀요", "안잡혀요". */
static void apply_korean_negation(const struct lexicon *lexicon, struct text text,
                                  struct clause_words *words, struct clause_word *word)
{
    static const char *const negations[] = {"안", "못", NULL};
    struct clause_word *negation = find_word_before(*words, word->has_break);
    size_t size;
    utf8_decode(text, 0, &size);
    if (negation && negation->kind == WORD_NEGATION_WORD_BEFORE && word->kind != WORD_OPINION &&
        word->kind != WORD_ASPECT) {
        words->count--;
        struct clause_word *before = find_word_before(*words, negation->has_break);
        struct clause_word kept = *negation;
        kept.kind = WORD_EMPTY;
        negate_korean_verb(lexicon, text, before, word);
        words->items[words->count++] = kept;
    } else if (begins_with_one_of(text, negations) && size < text.size &&
               (word->kind == WORD_CONTENT || word->kind == WORD_NEGATION_WORD_BEFORE)) {
        negate_korean_verb(lexicon, text_slice(text, size, text.size),
                           find_word_before(*words, word->has_break), word);
    }
}

/* Whether the noun that begins here depends on a preposition before it. An adjective between them
 * belongs to the noun: "in a great location". */
static bool follows_preposition(bool is_pending, const struct clause_word *word)
{
    return is_pending && (word->kind == WORD_ASPECT || word->kind == WORD_CONTENT);
}

/* Whether a word of a spaced script is of this kind. */
static bool is_listed_as(const struct lexicon *lexicon, struct text word, enum lexicon_kind kind)
{
    char bytes[MAX_WORD_SIZE];
    const struct lexicon_word *listed =
        word.size <= sizeof(bytes) ? lexicon_find(lexicon, lower_word(word, bytes)) : NULL;
    return listed && listed->kind == kind;
}

static void read_word(const struct lexicon *lexicon, struct text clause, struct clause_word *word)
{
    size_t size;
    struct text found = text_slice(clause, word->begin, word->end);
    enum letter_class kind = classify(utf8_decode(clause, word->begin, &size));
    if (kind == LETTER_UNSPACED_SCRIPT)
        read_korean_word(lexicon, found, word);
    else if (kind == LETTER_SPACED_SCRIPT)
        read_spaced_word(lexicon, found, word);
    else
        word->kind = WORD_EMPTY;
}

/* `rest`: what follows the phrase in its last word. */
static void read_phrase(const struct lexicon *lexicon, const struct lexicon_word *meaning,
                        struct text rest, struct clause_word *word)
{
    set_listed_word(lexicon, word, meaning);
    word->is_negated = lexicon_has_negation(rest);
}

static struct clause_words read_words(const struct lexicon *lexicon, struct text text, size_t begin,
                                      size_t end, struct arena *arena)
{
    struct clause_words words = {
        .items = arena_alloc(arena, end - begin + 1, sizeof(struct clause_word))};
    struct text clause = text_slice(text, 0, end);
    size_t size, next, previous_end = begin;
    bool has_break = false, is_pending = false; /* a preposition waits for its noun */
    bool has_condition = false; /* "보완되면 더 좋은 앱이 될 것 같아요" */
    for (size_t at = begin; at < end; at = next) {
        enum letter_class kind = classify(utf8_decode(clause, at, &size));
        next = at + size;
        if (kind == LETTER_NONE)
            continue;
        next = find_word_end(clause, at, kind);
        const struct lexicon_word *phrase =
            lexicon_find_phrase(lexicon, text_slice(clause, at, end), &size);
        if (phrase)
            next = find_word_end(clause, at + size, kind);
        else if (kind == LETTER_UNSPACED_SCRIPT)
            next = at + lexicon_find_glue(lexicon, text_slice(clause, at, next));
        struct text found = text_slice(clause, at, next);
        has_break |= is_break(text_slice(clause, previous_end, at));
        previous_end = next;
        is_pending |= lexicon_is_break(found, BREAK_PREPOSITION);
        if (lexicon_is_break(found, BREAK_WORD)) {
            has_break = true;
            if (!is_listed_as(lexicon, found, WORD_WISH))
                continue;
        }
        struct clause_word word = {.begin = at, .end = next, .has_break = has_break};
        if (phrase)
            read_phrase(lexicon, phrase, text_slice(clause, at + size, next), &word);
        else
            read_word(lexicon, clause, &word);
        if (word.kind == WORD_OPINION && is_name(clause, begin, found))
            word.kind = WORD_EMPTY;
        if (kind == LETTER_UNSPACED_SCRIPT)
            apply_korean_negation(lexicon, found, &words, &word);
        if (text_equal(found, TEXT("더")) && has_condition)
            word.kind = WORD_WISH;
        has_condition |= text_ends_with(found, TEXT("면"));
        word.is_secondary = follows_preposition(is_pending, &word);
        is_pending &= !clause_word_has_meaning(&word);
        words.items[words.count++] = word;
        has_break = lexicon_is_break(found, BREAK_ENDING);
    }
    return words;
}

/* "cannot recommend it enough"; but "not clean enough" is no praise. */
static bool is_cancelled(struct clause_words words)
{
    bool has_cancel = false, is_recommended = false;
    for (size_t i = 0; i < words.count; i++) {
        const struct clause_word *word = &words.items[i];
        has_cancel |= word->kind == WORD_NEGATION_CANCEL;
        is_recommended |=
            word->kind == WORD_OPINION && strcmp(word->family->name, "recommended") == 0;
    }
    return has_cancel && is_recommended;
}

/* A negation reverses the word before it: "깨끗하지 않아요", "주차장이 없어요". */
static void negate_before(struct text text, struct clause_words words, size_t negation)
{
    if (negation == 0)
        return;
    struct clause_word *before = &words.items[negation - 1];
    before->is_negated ^= true;
    if (words.items[negation].kind == WORD_NEGATION_MISSING_AFTER)
        before->is_missing = before->kind == WORD_CONTENT || before->kind == WORD_ASPECT;
    else if (before->kind == WORD_CONTENT)
        before->action = korean_verb_id(text_slice(text, before->begin, before->end));
    if (negation > 1 && before->kind != WORD_OPINION && before[-1].kind == WORD_OPINION &&
        !before->has_break)
        before[-1].is_negated ^= true; /* "저렴한 가격은 아니지만" */
}

/* The words up to the next opinion, at most so many, are negated; the first is a verb, or a noun
 * that is missing. */
static void negate_after(struct clause_words words, size_t negation, size_t reach)
{
    bool is_first = true, is_missing = words.items[negation].kind == WORD_NEGATION_MISSING;
    for (size_t k = negation + 1; reach > 0 && k < words.count && !words.items[k].has_break; k++) {
        struct clause_word *word = &words.items[k];
        if (!clause_word_has_meaning(word))
            continue;
        word->is_negated = true;
        bool is_followed = k + 1 < words.count && words.items[k + 1].kind == WORD_OPINION &&
                           !words.items[k + 1].has_break;
        if (word->kind == WORD_OPINION && !is_followed) /* "haven't had any big issues" */
            break;
        if (is_first && is_missing)
            word->is_missing = true;
        else if (is_first && !word->action)
            word->action = hash_combine_number(word->id, 1);
        is_first = false;
        reach--;
    }
}

static void apply_negations(struct text text, struct clause_words words)
{
    for (size_t i = 0; i < words.count && !is_cancelled(words); i++)
        switch (words.items[i].kind) {
        case WORD_NEGATION_AFTER:
        case WORD_NEGATION_MISSING_AFTER:
            negate_before(text, words, i);
            break;
        case WORD_NEGATION_BEFORE:
        case WORD_NEGATION_MISSING:
            negate_after(words, i, NEGATION_REACH);
            break;
        case WORD_NEGATION_WORD_BEFORE:
            negate_after(words, i, 1);
            break;
        default:
            break;
        }
}

struct clause_words clause_words_read(const struct lexicon *lexicon, struct text text, size_t begin,
                                      size_t end, struct arena *arena)
{
    struct clause_words words = read_words(lexicon, text, begin, end, arena);
    clause_meanings_correct(lexicon, text, words);
    apply_negations(text, words);
    clause_meanings_find_refusals(lexicon, text, words);
    return words;
}
