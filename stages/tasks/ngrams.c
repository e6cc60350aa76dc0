/* ngrams.c - hashes n-grams and adds up their weights. */
#include "stages/tasks/ngrams.h"

#include <math.h>
#include <stdlib.h>

#include "base/normalize.h"
#include "base/utf8.h"

enum { MAX_RUN_LENGTH = 5, MIN_BITS = 8, MAX_BITS = 24 };

static const uint32_t character_seed = 2166136261,
                      word_seed = 0x9747b28c; /* the first is FNV-1a's */

bool ngrams_init(struct ngrams *ngrams, struct text weights, struct error *error)
{
    uint32_t bits = MIN_BITS;
    while (bits < MAX_BITS && weights.size > (size_t)1 << bits)
        bits++;
    if (weights.size != (size_t)1 << bits)
        return error_set(error, ERROR_MODEL,
                         "the model's n-grams have %zu weights, expected a power of two from 2^%d "
                         "to 2^%d",
                         weights.size, MIN_BITS, MAX_BITS);
    *ngrams = (struct ngrams){.weights = (const int8_t *)weights.bytes, .hash_shift = 32 - bits};
    return true;
}

struct ngram_sum {
    const struct ngrams *ngrams;
    int64_t weight;
    size_t count;
    uint32_t previous_word; /* its hash */
    bool has_previous_word;
};

static uint32_t fnv1a_step(uint32_t hash, uint32_t code_point)
{
    return (hash ^ code_point) * 16777619;
}

static void add_ngram(struct ngram_sum *ngram_sum, uint32_t hash)
{
    hash = (hash ^ hash >> 15) * 0x2c1b3c6d;
    hash = (hash ^ hash >> 12) * 0x297a2d39;
    hash = (hash ^ hash >> 15) >> ngram_sum->ngrams->hash_shift;
    int32_t weight = ngram_sum->ngrams->weights[hash];
    ngram_sum->weight += weight * abs(weight);
    ngram_sum->count++;
}

/* `code_points`: a token with a blank on either side. */
static void add_character_ngrams(struct ngram_sum *ngram_sum, const uint32_t *code_points,
                                 size_t count)
{
    for (size_t begin = 0; begin < count; begin++) {
        uint32_t hash = character_seed;
        for (uint32_t length = 1; length <= MAX_RUN_LENGTH && begin + length <= count; length++) {
            hash = fnv1a_step(hash, code_points[begin + length - 1]);
            if (length > 1 || code_points[begin] != ' ')
                add_ngram(ngram_sum, hash + length);
        }
    }
}

static void add_word(struct ngram_sum *ngram_sum, uint32_t hash)
{
    add_ngram(ngram_sum, hash);
    if (ngram_sum->has_previous_word)
        add_ngram(ngram_sum, (ngram_sum->previous_word * 0x85ebca6b) ^ hash);
    ngram_sum->previous_word = hash;
    ngram_sum->has_previous_word = true;
}

static void add_word_ngrams(struct ngram_sum *ngram_sum, const uint32_t *code_points, size_t count)
{
    uint32_t hash = word_seed;
    for (size_t i = 0; i < count; i++) {
        uint32_t code_point = code_points[i];
        if (code_point == '\'' || normalize_letter_class(code_point) != LETTER_NONE) {
            hash = fnv1a_step(hash, code_point);
            continue;
        }
        if (hash != word_seed)
            add_word(ngram_sum, hash);
        hash = word_seed;
        if (code_point == '!' || code_point == '?')
            add_word(ngram_sum, fnv1a_step(word_seed, code_point));
    }
}

double ngrams_polarity(const struct ngrams *ngrams, struct text text)
{
    static const uint32_t curly_apostrophe = 0x2019;
    struct arena arena = {0};
    struct ngram_sum ngram_sum = {.ngrams = ngrams};
    text = normalize_key(text, &arena);
    uint32_t *code_points = arena_alloc(&arena, text.size + 2, sizeof(*code_points));
    code_points[0] = ' ';
    for (size_t at = 0; at < text.size;) {
        size_t count = 1, size;
        bool is_unspaced_script = false;
        for (; at < text.size && (unsigned char)text.bytes[at] > ' '; at += size) {
            uint32_t code_point = utf8_decode(text, at, &size);
            code_points[count++] = code_point == curly_apostrophe ? '\'' : code_point;
            is_unspaced_script |= normalize_letter_class(code_point) == LETTER_UNSPACED_SCRIPT;
        }
        code_points[count] = ' ';
        if (is_unspaced_script)
            add_character_ngrams(&ngram_sum, code_points, count + 1);
        else
            add_word_ngrams(&ngram_sum, code_points, count + 1);
        at++;
    }
    arena_free(&arena);
    return ngram_sum.count > 0 ? (double)ngram_sum.weight / sqrt((double)ngram_sum.count) : 0;
}
