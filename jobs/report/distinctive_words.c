/* distinctive_words.c - counts the texts that contain a word and ranks words by z score. */
#include "jobs/report/distinctive_words.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum { MIN_TEXTS = 4, MIN_LETTERS = 4, MIN_UNSPACED_LETTERS = 2, MAX_WORD_BYTES = 60 };

static const double min_z_score = 2.5;

struct word_text_counts {
    size_t target_texts, reference_texts; /* texts that contain the word */
    size_t last_text_number;              /* of the text that was counted last, from 1 */
};

double two_proportion_z_score(uint64_t a_hits, uint64_t a, uint64_t b_hits, uint64_t b)
{
    if (!a || !b)
        return 0;
    double pooled = (double)(a_hits + b_hits) / (double)(a + b);
    double error = sqrt(pooled * (1 - pooled) * (1 / (double)a + 1 / (double)b));
    return error > 0 ? ((double)a_hits / (double)a - (double)b_hits / (double)b) / error : 0;
}

static bool is_letter(uint32_t code_point)
{
    enum letter_class letter_class = normalize_letter_class(code_point);
    return letter_class == LETTER_SPACED_SCRIPT || letter_class == LETTER_UNSPACED_SCRIPT;
}

/* Short words carry little meaning: fewer than four letters, or two in Hangul or Han. */
static bool is_long_enough(struct text word)
{
    size_t size, letters = utf8_count_code_points(word);
    uint32_t first = utf8_decode(word, 0, &size);
    bool is_unspaced = normalize_letter_class(first) == LETTER_UNSPACED_SCRIPT;
    return letters >= (is_unspaced ? MIN_UNSPACED_LETTERS : MIN_LETTERS) &&
           word.size <= MAX_WORD_BYTES;
}

static void count_word_once_per_text(struct distinctive_words *distinctive_words, struct text word,
                                     bool is_target)
{
    if (word.size == 0 || !is_long_enough(word))
        return;
    size_t number = name_set_add(&distinctive_words->names, word),
           known = distinctive_words->capacity;
    distinctive_words->words = memory_grow(distinctive_words->words, &distinctive_words->capacity,
                                           number + 1, sizeof(*distinctive_words->words));
    for (; known < distinctive_words->capacity; known++)
        distinctive_words->words[known] = (struct word_text_counts){0};
    struct word_text_counts *counts = &distinctive_words->words[number];
    if (counts->last_text_number ==
        distinctive_words->target_texts + distinctive_words->reference_texts)
        return;
    counts->last_text_number = distinctive_words->target_texts + distinctive_words->reference_texts;
    *(is_target ? &counts->target_texts : &counts->reference_texts) += 1;
}

void distinctive_words_add_text(struct distinctive_words *distinctive_words, struct text text,
                                bool is_target)
{
    struct arena scratch = {0};
    struct text normalized = normalize_key(text, &scratch);
    size_t begin = 0, size;
    *(is_target ? &distinctive_words->target_texts : &distinctive_words->reference_texts) += 1;
    for (size_t at = 0; at <= normalized.size; at += size) {
        size = 1;
        if (at < normalized.size && is_letter(utf8_decode(normalized, at, &size)))
            continue;
        count_word_once_per_text(distinctive_words, text_slice(normalized, begin, at), is_target);
        begin = at + size;
    }
    arena_free(&scratch);
}

/* Whether one word is a prefix of the other, as in "update" and "updates": only one is listed. */
static bool overlaps_chosen_word(const struct distinctive_words *distinctive_words,
                                 const size_t *chosen, size_t count, size_t word)
{
    for (size_t i = 0; i < count; i++) {
        struct text a = distinctive_words->names.texts[chosen[i]],
                    b = distinctive_words->names.texts[word];
        if (text_starts_with(a, b) || text_starts_with(b, a))
            return true;
    }
    return false;
}

struct text distinctive_words_list(const struct distinctive_words *distinctive_words,
                                   size_t max_words, struct text known, struct arena *arena)
{
    known = normalize_key(known, arena);
    struct text list = {0};
    size_t *chosen = arena_alloc(arena, max_words + 1, sizeof(*chosen)), count = 0;
    for (; count < max_words; count++) {
        double best = min_z_score;
        size_t found = SIZE_MAX;
        for (size_t i = 0; i < distinctive_words->names.count; i++) {
            const struct word_text_counts *word = &distinctive_words->words[i];
            double z_score =
                two_proportion_z_score(word->target_texts, distinctive_words->target_texts,
                                       word->reference_texts, distinctive_words->reference_texts);
            if (word->target_texts >= MIN_TEXTS && z_score > best &&
                text_find(known, distinctive_words->names.texts[i], 0) == known.size &&
                !overlaps_chosen_word(distinctive_words, chosen, count, i)) {
                best = z_score;
                found = i;
            }
        }
        if (found == SIZE_MAX)
            break;
        chosen[count] = found;
        list = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), count ? ", " : "",
                            TEXT_ARGUMENT(distinctive_words->names.texts[found]));
    }
    return list;
}

void distinctive_words_free(struct distinctive_words *distinctive_words)
{
    name_set_free(&distinctive_words->names);
    free(distinctive_words->words);
    *distinctive_words = (struct distinctive_words){0};
}
