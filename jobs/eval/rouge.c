/* rouge.c - compares texts as sequences of word hashes. */
#include "jobs/eval/rouge.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

static uint64_t *hash_words(struct text text, struct arena *arena, size_t *count)
{
    struct text key = normalize_key(text, arena);
    uint64_t *words = arena_alloc(arena, key.size + 1, sizeof(*words));
    size_t begin = 0, at = 0, size;
    *count = 0;
    for (; at < key.size; at += size) {
        if (normalize_letter_class(utf8_decode(key, at, &size)) != LETTER_NONE)
            continue;
        if (begin < at)
            words[(*count)++] = hash_text(text_slice(key, begin, at));
        begin = at + size;
    }
    if (begin < at)
        words[(*count)++] = hash_text(text_slice(key, begin, at));
    return words;
}

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The length of the longest common subsequence; keeps one row of the dynamic programming table. */
static size_t longest_common_subsequence(const uint64_t *a, size_t a_count, const uint64_t *b,
                                         size_t b_count, struct arena *arena)
{
    size_t *row = arena_alloc(arena, b_count + 1, sizeof(*row));
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0, diagonal = 0; k < b_count; k++) {
            size_t above = row[k + 1];
            if (a[i] == b[k])
                row[k + 1] = diagonal + 1;
            else if (row[k] > above)
                row[k + 1] = row[k];
            diagonal = above;
        }
    return row[b_count];
}

/* The size of the multiset intersection. Sorts both lists. */
static size_t count_common_words(uint64_t *a, size_t a_count, uint64_t *b, size_t b_count)
{
    size_t i = 0, k = 0, both = 0;
    qsort(a, a_count, sizeof(*a), compare_words);
    qsort(b, b_count, sizeof(*b), compare_words);
    while (i < a_count && k < b_count) {
        if (a[i] == b[k]) {
            both++;
            i++;
            k++;
        } else if (a[i] < b[k])
            i++;
        else
            k++;
    }
    return both;
}

struct rouge rouge_compute(struct text summary, struct text reference)
{
    struct arena arena = {0};
    size_t a_count, b_count;
    uint64_t *a = hash_words(summary, &arena, &a_count),
             *b = hash_words(reference, &arena, &b_count);
    struct rouge rouge = {0};
    if (a_count > 0 && b_count > 0) {
        double both = (double)(a_count + b_count) / 2;
        rouge.rouge_l = (double)longest_common_subsequence(a, a_count, b, b_count, &arena) / both;
        rouge.rouge_1 = (double)count_common_words(a, a_count, b, b_count) / both;
    }
    arena_free(&arena);
    return rouge;
}
