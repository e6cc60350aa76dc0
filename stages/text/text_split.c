/* text_split.c - greedy cutting, a piece at a time. */
#include "stages/text/text_split.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"

/* What a cut in progress knows. */
struct cutting {
    const struct cutter *cutter;
    struct text text;
    const size_t *sentences; /* where they end */
    size_t sentence_count, sentence;
    size_t *ends; /* of the tokens of `probe`, relative to its begin */
    size_t end_capacity;
};

/* Token ends of the text from `begin`: at least `wanted` of them, or all. *reached says that they
 * are all. Looks no further than it must, so that the whole takes linear time. */
static struct text probe(struct cutting *cutting, size_t begin, size_t wanted, size_t *count,
                         bool *reached)
{
    size_t bytes = wanted * 8;
    for (;; bytes *= 2) {
        size_t end = cutting->text.size - begin > bytes ? utf8_floor(cutting->text, begin + bytes)
                                                        : cutting->text.size;
        struct text slice = text_slice(cutting->text, begin, end);
        *reached = end == cutting->text.size;
        *count = t5_token_ends(cutting->cutter->model, slice, cutting->ends, cutting->end_capacity);
        /* A slice may split a token at its end, never one so far before it. */
        if (*reached || *count > wanted + 8)
            return slice;
    }
}

/* The best place to cut in (0, limit] of `slice`, which begins at `begin` of the text. */
static size_t best_cut(struct cutting *cutting, struct text slice, size_t begin, size_t limit)
{
    size_t sentence = 0;
    for (size_t i = cutting->sentence;
         i < cutting->sentence_count && cutting->sentences[i] <= begin + limit; i++)
        sentence = cutting->sentences[i] - begin;
    if (sentence > 0)
        return sentence;
    size_t word = segment_word_floor(cutting->cutter->segmenter, slice, limit);
    return word > 0 ? word : utf8_floor(slice, limit);
}

static struct piece next_piece(struct cutting *cutting, size_t begin)
{
    const struct cutter *cutter = cutting->cutter;
    size_t empty = cutter->measure(cutter->user, begin, begin);
    assert(empty + 8 <= cutter->room);
    size_t budget = cutter->room - empty, count;
    bool reached;
    struct text slice = probe(cutting, begin, budget + cutter->smallest, &count, &reached);

    if (reached && count <= budget + 8) {
        size_t tokens = cutter->measure(cutter->user, begin, cutting->text.size);
        if (tokens <= cutter->room)
            return (struct piece){begin, cutting->text.size, tokens};
    }
    size_t most = budget < count ? budget : count;
    /* The last piece would be a crumb: leave it more. */
    if (reached && count < budget + cutter->smallest && count > cutter->smallest)
        most = count - cutter->smallest;
    for (;;) {
        size_t limit = cutting->ends[most - 1];
        size_t cut = best_cut(cutting, slice, begin, limit);
        if (cut == 0) /* a code point of several tokens: whole, or not at all */
            utf8_decode(slice, 0, &cut);
        size_t tokens = cutter->measure(cutter->user, begin, begin + cut);
        if (tokens <= cutter->room)
            return (struct piece){begin, begin + cut, tokens};
        assert(most > 1);
        size_t excess = tokens - cutter->room;
        most = most > excess ? most - excess : 1;
    }
}

struct piece *cut_text(const struct cutter *cutter, struct text text, struct arena *arena,
                       size_t *count)
{
    *count = 0;
    if (text.size == 0)
        return NULL;
    size_t whole = cutter->measure(cutter->user, 0, text.size);
    if (whole <= cutter->room) {
        struct piece *piece = arena_alloc(arena, 1, sizeof(*piece));
        *piece = (struct piece){0, text.size, whole};
        *count = 1;
        return piece;
    }
    struct arena scratch = {0};
    struct cutting cutting = {.cutter = cutter, .text = text};
    cutting.sentences =
        segment_sentences(cutter->segmenter, text, &scratch, &cutting.sentence_count);
    cutting.end_capacity = cutter->room + cutter->smallest + 16;
    cutting.ends = arena_alloc(&scratch, cutting.end_capacity, sizeof(*cutting.ends));

    struct piece *pieces = NULL;
    size_t capacity = 0;
    for (size_t begin = 0; begin < text.size; begin = pieces[*count - 1].end) {
        while (cutting.sentences[cutting.sentence] <= begin)
            cutting.sentence++;
        pieces = memory_grow(pieces, &capacity, *count + 1, sizeof(*pieces));
        pieces[(*count)++] = next_piece(&cutting, begin);
    }
    struct piece *kept = arena_alloc(arena, *count, sizeof(*kept));
    for (size_t i = 0; i < *count; i++)
        kept[i] = pieces[i];
    free(pieces);
    arena_free(&scratch);
    return kept;
}
