/* ngrams.c - hashing n-grams and adding up what they weigh. */
#include "stages/tasks/ngrams.h"

#include <math.h>
#include <stdlib.h>

#include "base/normalize.h"
#include "base/utf8.h"

enum { LONGEST_RUN = 5, LEAST_BITS = 8, MOST_BITS = 24 };

static const uint32_t run_start = 2166136261, word_start = 0x9747b28c; /* FNV-1a's, and another */

bool ngrams_open(struct ngrams *ngrams, struct text weights, struct error *error)
{
    uint32_t bits = LEAST_BITS;
    while (bits < MOST_BITS && weights.size > (size_t)1 << bits)
        bits++;
    if (weights.size != (size_t)1 << bits)
        return error_set(error, ERROR_MODEL,
                         "the model's n-grams have %zu weights, expected a power of two from 2^%d "
                         "to 2^%d",
                         weights.size, LEAST_BITS, MOST_BITS);
    *ngrams = (struct ngrams){.weights = (const int8_t *)weights.bytes, .shift = 32 - bits};
    return true;
}

struct sum {
    const struct ngrams *ngrams;
    int64_t weight;
    size_t count;
    uint32_t word; /* the one before */
    bool has_word;
};

static uint32_t fnv(uint32_t hash, uint32_t point)
{
    return (hash ^ point) * 16777619;
}

static void add(struct sum *sum, uint32_t hash)
{
    hash = (hash ^ hash >> 15) * 0x2c1b3c6d;
    hash = (hash ^ hash >> 12) * 0x297a2d39;
    hash = (hash ^ hash >> 15) >> sum->ngrams->shift;
    int32_t weight = sum->ngrams->weights[hash];
    sum->weight += weight * abs(weight);
    sum->count++;
}

/* `points`: a token with a blank on either side. */
static void add_runs(struct sum *sum, const uint32_t *points, size_t count)
{
    for (size_t begin = 0; begin < count; begin++) {
        uint32_t hash = run_start;
        for (uint32_t length = 1; length <= LONGEST_RUN && begin + length <= count; length++) {
            hash = fnv(hash, points[begin + length - 1]);
            if (length > 1 || points[begin] != ' ')
                add(sum, hash + length);
        }
    }
}

static void add_word(struct sum *sum, uint32_t hash)
{
    add(sum, hash);
    if (sum->has_word)
        add(sum, (sum->word * 0x85ebca6b) ^ hash);
    sum->word = hash;
    sum->has_word = true;
}

static void add_words(struct sum *sum, const uint32_t *points, size_t count)
{
    uint32_t hash = word_start;
    for (size_t i = 0; i < count; i++) {
        uint32_t point = points[i];
        if (point == '\'' || normalize_letter(point) != LETTER_NONE) {
            hash = fnv(hash, point);
            continue;
        }
        if (hash != word_start)
            add_word(sum, hash);
        hash = word_start;
        if (point == '!' || point == '?')
            add_word(sum, fnv(word_start, point));
    }
}

double ngrams_polarity(const struct ngrams *ngrams, struct text text)
{
    static const uint32_t curly_apostrophe = 0x2019;
    struct arena arena = {0};
    struct sum sum = {.ngrams = ngrams};
    text = normalize_key(text, &arena);
    uint32_t *points = arena_alloc(&arena, text.size + 2, sizeof(*points));
    points[0] = ' ';
    for (size_t at = 0; at < text.size;) {
        size_t count = 1, size;
        bool is_dense = false;
        for (; at < text.size && (unsigned char)text.bytes[at] > ' '; at += size) {
            uint32_t point = utf8_decode(text, at, &size);
            points[count++] = point == curly_apostrophe ? '\'' : point;
            is_dense |= normalize_letter(point) == LETTER_DENSE;
        }
        points[count] = ' ';
        if (is_dense)
            add_runs(&sum, points, count + 1);
        else
            add_words(&sum, points, count + 1);
        at++;
    }
    arena_free(&arena);
    return sum.count > 0 ? (double)sum.weight / sqrt((double)sum.count) : 0;
}
