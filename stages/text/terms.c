/* terms.c - folding, stemming and stop words. */
#include "stages/text/terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/normalize.h"
#include "base/utf8.h"

/* English, folded and before stemming, in the order of bytes; what feedback is full of whatever it
 * is about. Negations stay: they turn a sentence round. */
static const char *const stop_words[] = {
    "a",      "about", "after", "again", "all",   "also",  "am",   "an",    "and",    "any",
    "are",    "as",    "at",    "be",    "been",  "being", "but",  "by",    "can",    "could",
    "did",    "do",    "does",  "for",   "from",  "get",   "got",  "had",   "has",    "have",
    "having", "he",    "her",   "here",  "him",   "his",   "how",  "i",     "i'd",    "i'll",
    "i'm",    "i've",  "id",    "if",    "im",    "in",    "into", "is",    "it",     "it's",
    "its",    "ive",   "just",  "me",    "more",  "most",  "much", "my",    "now",    "of",
    "on",     "one",   "only",  "or",    "other", "our",   "out",  "over",  "own",    "really",
    "s",      "she",   "so",    "some",  "such",  "t",     "than", "that",  "that's", "the",
    "their",  "them",  "then",  "there", "these", "they",  "this", "those", "to",     "too",
    "up",     "us",    "very",  "was",   "we",    "were",  "what", "when",  "where",  "which",
    "while",  "who",   "will",  "with",  "would", "you",   "your",
};

enum { LONGEST_STOP_WORD = 6 };

static int compare_word(const void *word, const void *stop_word)
{
    const struct text *text = word;
    const char *other = *(const char *const *)stop_word;
    int order = strncmp(text->bytes, other, text->size);
    return order || other[text->size] == '\0' ? order : -1;
}

static bool is_stop_word(struct text word)
{
    return word.size <= LONGEST_STOP_WORD &&
           bsearch(&word, stop_words, sizeof(stop_words) / sizeof(*stop_words), sizeof(*stop_words),
                   compare_word) != NULL;
}

static bool ends_with(struct text word, struct text end, size_t least)
{
    return word.size >= least + end.size &&
           memcmp(word.bytes + word.size - end.size, end.bytes, end.size) == 0;
}

/* "loves", "loved", "loving" and "love" are one. Right for most words; wrong alike on both sides
 * of a comparison for the rest. */
static struct text stem(struct text word)
{
    static const struct text endings[] = {{"'s", 2},  {"ingly", 5}, {"edly", 4}, {"ing", 3},
                                          {"ies", 3}, {"ed", 2},    {"ly", 2}};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (ends_with(word, endings[i], 3)) {
            word.size -= endings[i].size;
            break;
        }
    if (ends_with(word, TEXT("s"), 3) && !ends_with(word, TEXT("ss"), 0))
        word.size--;
    if (ends_with(word, TEXT("e"), 2) || ends_with(word, TEXT("y"), 2))
        word.size--;
    if (word.size > 3 && word.bytes[word.size - 1] == word.bytes[word.size - 2])
        word.size--;
    return word;
}

struct collector {
    struct word *words;
    size_t count;
    bool pairs;             /* wanted too */
    uint64_t before;        /* the word before, stop words too; 0: none */
    bool is_telling_before; /* it is no stop word */
};

static void add(struct collector *collector, struct text bytes, bool is_number)
{
    collector->words[collector->count++] =
        (struct word){.hash = hash_add_number(hash_text(bytes), is_number), .is_number = is_number};
}

/* A word or a number, and where pairs are wanted the one with the word before. */
static void add_word(struct collector *collector, struct text run, bool is_number)
{
    bool is_telling = is_number || !is_stop_word(run);
    struct text word = is_number ? run : stem(run);
    if (is_telling)
        add(collector, word, is_number);
    if (!collector->pairs)
        return;
    uint64_t hash = hash_text(word);
    if (collector->before && (is_telling || collector->is_telling_before))
        collector->words[collector->count++] =
            (struct word){.hash = hash_add_number(hash, collector->before), .is_pair = true};
    collector->before = hash;
    collector->is_telling_before = is_telling;
}

/* Each two neighbours of a run of dense letters; the letter itself when it stands alone. */
static void add_pairs(struct collector *collector, struct text run)
{
    size_t first;
    utf8_decode(run, 0, &first);
    if (first == run.size)
        add(collector, run, false);
    for (size_t at = 0, size, next; at < run.size; at += size) {
        utf8_decode(run, at, &size);
        if (at + size >= run.size)
            break;
        utf8_decode(run, at + size, &next);
        add(collector, text_slice(run, at, at + size + next), false);
    }
}

/* Where the run of one kind of letter that starts at `at` ends: words keep apostrophes inside,
 * numbers their points and commas. */
static size_t run_end(struct text key, size_t at, enum letter kind)
{
    size_t size;
    while (at < key.size) {
        uint32_t point = utf8_decode(key, at, &size);
        enum letter letter = normalize_letter(point);
        if (letter != kind && !(kind == LETTER_WORD && letter == LETTER_DIGIT)) {
            bool joins = kind == LETTER_DIGIT  ? point == '.' || point == ','
                         : kind == LETTER_WORD ? point == '\''
                                               : false;
            size_t next_size;
            if (!joins || at + size >= key.size ||
                normalize_letter(utf8_decode(key, at + size, &next_size)) != kind)
                return at;
        }
        at += size;
    }
    return at;
}

/* Typographers' apostrophes as typewriters'. */
static struct text plain_apostrophes(struct text key, struct arena *arena)
{
    struct text curved = TEXT("’");
    size_t found = text_find(key, curved, 0);
    if (found == key.size)
        return key;
    char *bytes = arena_alloc(arena, key.size, 1);
    size_t size = 0;
    for (size_t at = 0; at < key.size; found = text_find(key, curved, at)) {
        memcpy(bytes + size, key.bytes + at, found - at);
        size += found - at;
        if (found < key.size)
            bytes[size++] = '\'';
        at = found + curved.size;
    }
    return (struct text){bytes, size};
}

static struct word *collect(struct text text, bool pairs, struct arena *arena, size_t *count)
{
    struct text key = plain_apostrophes(normalize_key(text, arena), arena);
    struct collector collector = {.words = arena_alloc(arena, key.size + 1, sizeof(struct word)),
                                  .pairs = pairs};
    for (size_t at = 0, size, end; at < key.size; at = end) {
        enum letter kind = normalize_letter(utf8_decode(key, at, &size));
        if (kind == LETTER_NONE) {
            end = at + size;
            continue;
        }
        end = run_end(key, at, kind);
        struct text run = text_slice(key, at, end);
        if (kind == LETTER_DENSE)
            add_pairs(&collector, run);
        else
            add_word(&collector, run, kind == LETTER_DIGIT);
    }
    *count = collector.count;
    return collector.words;
}

struct word *words_of(struct text text, struct arena *arena, size_t *count)
{
    return collect(text, false, arena, count);
}

struct word *words_and_pairs(struct text text, struct arena *arena, size_t *count)
{
    return collect(text, true, arena, count);
}
