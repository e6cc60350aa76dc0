/* answer_phrases.c - matches patterns of words. */
#include "stages/text/answer_phrases.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/segment.h"
#include "stages/text/terms.h"

enum { MAX_SLOTS = 12, MAX_GAP = 3, MAX_NEGATION_DISTANCE = 3, NONE = -1 };
enum use { FIND, DENY };

const char *const answer_class_names[ANSWER_CLASS_COUNT] = {"safety", "legal", "money", "churn",
                                                            "unanswered"};

static const struct row {
    const char *phrase;
    enum answer_class class;
    enum use use;
} rows[] = {
#define ROW(language, phrase, class, use) {phrase, class, use},
#include "stages/text/data/answer_phrases.inc"
#undef ROW
};

static const char *const negations[] = {
#define ROW(language, word) word,
#include "stages/text/data/negations.inc"
#undef ROW
};

enum { ROW_COUNT = sizeof(rows) / sizeof(*rows) };

struct slot {
    struct text alternatives; /* "word|other|prefix*"; empty: a gap */
    bool is_optional;
};

struct pattern_row {
    struct slot slots[MAX_SLOTS];
    size_t slot_count;
    enum answer_class class;
    enum use use;
};

struct answer_finder {
    struct pattern_row rows[ROW_COUNT];
    struct hash_table first_words; /* words that begin a phrase */
    struct text prefixes[4 * ROW_COUNT];
    size_t prefix_count;
    struct hash_table negations;
    struct segmenter *segmenter;
    struct arena arena;
};

static void parse_row(struct pattern_row *pattern_row, const struct row *row)
{
    struct text rest = text_of(row->phrase), item;
    *pattern_row = (struct pattern_row){.class = row->class, .use = row->use};
    while (pattern_row->slot_count < MAX_SLOTS && text_split(&rest, ' ', &item)) {
        struct slot *slot = &pattern_row->slots[pattern_row->slot_count++];
        slot->is_optional = text_ends_with(item, TEXT("?"));
        if (!text_equal(item, TEXT("...")))
            slot->alternatives = text_slice(item, 0, item.size - slot->is_optional);
    }
}

/* Indexes the words with which the phrase may begin. */
static void index_first_words(struct answer_finder *finder, const struct pattern_row *pattern_row)
{
    struct text rest = pattern_row->slots[0].alternatives, word;
    while (text_split(&rest, '|', &word))
        if (!text_ends_with(word, TEXT("*")))
            hash_table_get_or_insert(&finder->first_words, hash_text(word), 0, NULL);
        else if (finder->prefix_count < sizeof(finder->prefixes) / sizeof(*finder->prefixes))
            finder->prefixes[finder->prefix_count++] = text_slice(word, 0, word.size - 1);
}

bool answer_finder_open(struct answer_finder **finder, struct error *error)
{
    *finder = memory_alloc(1, sizeof(**finder));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        parse_row(&(*finder)->rows[i], &rows[i]);
        index_first_words(*finder, &(*finder)->rows[i]);
    }
    for (size_t i = 0; i < sizeof(negations) / sizeof(*negations); i++)
        hash_table_get_or_insert(&(*finder)->negations, hash_text(text_of(negations[i])), 0, NULL);
    return segmenter_open(&(*finder)->segmenter, error);
}

void answer_finder_close(struct answer_finder *finder)
{
    if (!finder)
        return;
    hash_table_free(&finder->first_words);
    hash_table_free(&finder->negations);
    segmenter_close(finder->segmenter);
    arena_free(&finder->arena);
    free(finder);
}

static bool matches_slot(const struct slot *slot, struct text word)
{
    struct text rest = slot->alternatives, item;
    while (rest.size && text_split(&rest, '|', &item)) {
        bool is_prefix = text_ends_with(item, TEXT("*"));
        if (is_prefix ? text_starts_with(word, text_slice(item, 0, item.size - 1))
                      : text_equal(word, item))
            return true;
    }
    return false;
}

struct sentence_words {
    const struct word *items;
    size_t count;
};

/* Where the phrase from `slot` ends if it begins at `at`; NONE if it does not. */
static int match_slots(const struct pattern_row *row, size_t slot,
                       const struct sentence_words *words, size_t at)
{
    if (slot == row->slot_count)
        return (int)at;
    const struct slot *next = &row->slots[slot];
    if (!next->alternatives.size) {
        for (size_t gap = 0; gap <= MAX_GAP && at + gap <= words->count; gap++) {
            int end = match_slots(row, slot + 1, words, at + gap);
            if (end != NONE)
                return end;
        }
        return NONE;
    }
    int end = NONE;
    if (at < words->count && matches_slot(next, words->items[at].surface))
        end = match_slots(row, slot + 1, words, at + 1);
    return end == NONE && next->is_optional ? match_slots(row, slot + 1, words, at) : end;
}

static bool may_begin(const struct answer_finder *finder, struct text word)
{
    if (hash_table_find(&finder->first_words, hash_text(word)))
        return true;
    for (size_t i = 0; i < finder->prefix_count; i++)
        if (text_starts_with(word, finder->prefixes[i]))
            return true;
    return false;
}

static bool is_negation(const struct answer_finder *finder, struct text word)
{
    return hash_table_find(&finder->negations, hash_text(word)) != NULL;
}

/* Whether a word before `at` denies the phrase, unless the phrase is itself a negation. */
static bool is_negated(const struct answer_finder *finder, const struct sentence_words *words,
                       size_t at)
{
    if (is_negation(finder, words->items[at].surface))
        return false;
    for (size_t i = at < MAX_NEGATION_DISTANCE ? 0 : at - MAX_NEGATION_DISTANCE; i < at; i++)
        if (is_negation(finder, words->items[i].surface))
            return true;
    return false;
}

/* The places of the phrases that were found in a sentence. */
struct places {
    size_t begin[ANSWER_CLASS_COUNT], end[ANSWER_CLASS_COUNT];
    bool found[ANSWER_CLASS_COUNT], denied[ANSWER_CLASS_COUNT];
};

static void find_places(const struct answer_finder *finder, const struct sentence_words *words,
                        struct places *places)
{
    for (size_t at = 0; at < words->count; at++) {
        if (!may_begin(finder, words->items[at].surface))
            continue;
        for (size_t i = 0; i < ROW_COUNT; i++) {
            const struct pattern_row *row = &finder->rows[i];
            if ((row->use == FIND && places->found[row->class]) ||
                !matches_slot(&row->slots[0], words->items[at].surface))
                continue;
            int end = match_slots(row, 0, words, at);
            if (end == NONE || (row->use == FIND && is_negated(finder, words, at)))
                continue;
            if (row->use == DENY) {
                places->denied[row->class] = true;
                continue;
            }
            places->found[row->class] = true;
            places->begin[row->class] = at;
            places->end[row->class] = (size_t)end;
        }
    }
}

static struct text join_words(const struct word *words, size_t count, struct arena *arena)
{
    struct text joined = count ? words[0].surface : (struct text){0};
    for (size_t i = 1; i < count; i++)
        joined = arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(joined),
                              TEXT_ARGUMENT(words[i].surface));
    return joined;
}

bool answer_finder_find(struct answer_finder *finder, struct text text, struct answer_match *match)
{
    size_t count, begin = 0;
    arena_reset(&finder->arena);
    const size_t *ends = segment_sentences(finder->segmenter, text, &finder->arena, &count);
    bool found = false;
    for (size_t i = 0; i < count; begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(text, begin, ends[i]));
        struct sentence_words words = {0};
        struct places places = {0};
        words.items = terms_extract_words(sentence, &finder->arena, &words.count);
        find_places(finder, &words, &places);
        for (int class = 0; class < ANSWER_CLASS_COUNT; class ++) {
            if (!places.found[class] || places.denied[class] ||
                (found && class >= (int)match->class))
                continue;
            found = true;
            match->class = (enum answer_class) class;
            match->words = join_words(words.items + places.begin[class],
                                      places.end[class] - places.begin[class], &finder->arena);
            match->begin = (size_t)(sentence.bytes - text.bytes);
            match->end = match->begin + sentence.size;
        }
    }
    return found;
}
