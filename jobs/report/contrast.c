/* contrast.c - the words that mark some texts off from others. */
#include "jobs/report/contrast.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum { LEAST_TEXTS = 4, LEAST_LETTERS = 4, LEAST_SYLLABLES = 2, LONGEST = 60 };

static const double least_deviation = 2.5;

struct contrast_word {
    size_t inside, outside; /* texts that hold it */
    size_t last;            /* number of the text that was counted last, from 1 */
};

double contrast_deviation(uint64_t a_hits, uint64_t a, uint64_t b_hits, uint64_t b)
{
    if (!a || !b)
        return 0;
    double pooled = (double)(a_hits + b_hits) / (double)(a + b);
    double error = sqrt(pooled * (1 - pooled) * (1 / (double)a + 1 / (double)b));
    return error > 0 ? ((double)a_hits / (double)a - (double)b_hits / (double)b) / error : 0;
}

static bool is_letter(uint32_t point)
{
    enum letter letter = normalize_letter(point);
    return letter == LETTER_WORD || letter == LETTER_DENSE;
}

/* Short words say little: of Latin script below four letters, of Hangul and Han below two. */
static bool is_telling(struct text word)
{
    size_t size, letters = utf8_length(word);
    uint32_t first = utf8_decode(word, 0, &size);
    bool dense = normalize_letter(first) == LETTER_DENSE;
    return letters >= (dense ? LEAST_SYLLABLES : LEAST_LETTERS) && word.size <= LONGEST;
}

static void count_word(struct contrast *contrast, struct text word, bool is_inside)
{
    if (word.size == 0 || !is_telling(word))
        return;
    size_t number = names_add(&contrast->names, word), known = contrast->capacity;
    contrast->words =
        memory_grow(contrast->words, &contrast->capacity, number + 1, sizeof(*contrast->words));
    for (; known < contrast->capacity; known++)
        contrast->words[known] = (struct contrast_word){0};
    struct contrast_word *counts = &contrast->words[number];
    if (counts->last == contrast->inside + contrast->outside)
        return;
    counts->last = contrast->inside + contrast->outside;
    *(is_inside ? &counts->inside : &counts->outside) += 1;
}

void contrast_add(struct contrast *contrast, struct text text, bool is_inside)
{
    struct arena scratch = {0};
    struct text folded = normalize_key(text, &scratch);
    size_t begin = 0, size;
    *(is_inside ? &contrast->inside : &contrast->outside) += 1;
    for (size_t at = 0; at <= folded.size; at += size) {
        size = 1;
        if (at < folded.size && is_letter(utf8_decode(folded, at, &size)))
            continue;
        count_word(contrast, text_slice(folded, begin, at), is_inside);
        begin = at + size;
    }
    arena_free(&scratch);
}

/* "update" and "updates" are one word in a list: the one that begins the other stays. */
static bool is_listed(const struct contrast *contrast, const size_t *chosen, size_t count,
                      size_t word)
{
    for (size_t i = 0; i < count; i++) {
        struct text a = contrast->names.texts[chosen[i]], b = contrast->names.texts[word];
        if (text_starts_with(a, b) || text_starts_with(b, a))
            return true;
    }
    return false;
}

struct text contrast_words(const struct contrast *contrast, size_t most, struct text known,
                           struct arena *arena)
{
    known = normalize_key(known, arena);
    struct text list = {0};
    size_t *chosen = arena_alloc(arena, most + 1, sizeof(*chosen)), count = 0;
    for (; count < most; count++) {
        double best = least_deviation;
        size_t found = SIZE_MAX;
        for (size_t i = 0; i < contrast->names.count; i++) {
            const struct contrast_word *word = &contrast->words[i];
            double strength = contrast_deviation(word->inside, contrast->inside, word->outside,
                                                 contrast->outside);
            if (word->inside >= LEAST_TEXTS && strength > best &&
                text_find(known, contrast->names.texts[i], 0) == known.size &&
                !is_listed(contrast, chosen, count, i)) {
                best = strength;
                found = i;
            }
        }
        if (found == SIZE_MAX)
            break;
        chosen[count] = found;
        list = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), count ? ", " : "",
                            TEXT_ARGUMENT(contrast->names.texts[found]));
    }
    return list;
}

void contrast_free(struct contrast *contrast)
{
    names_free(&contrast->names);
    free(contrast->words);
    *contrast = (struct contrast){0};
}
