/* text_split.c - splits greedily, one piece at a time. */
#include "stages/text/text_split.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"

struct split_state {
    const struct text_splitter *splitter;
    struct text text;
    const size_t *sentence_ends;
    size_t sentence_count, sentence; /* sentence: the first that ends after the current piece */
    size_t *token_ends;              /* of the tokens ahead, relative to the piece's beginning */
    size_t token_end_capacity;
};

/* Fills token_ends from `begin` on with at least `wanted_tokens` tokens, or with all that are left
 * (*reached_end). Tokenizes no more than needed, so that splitting takes linear time. */
static struct text tokenize_ahead(struct split_state *state, size_t begin, size_t wanted_tokens,
                                  size_t *count, bool *reached_end)
{
    size_t bytes = wanted_tokens * 8;
    for (;; bytes *= 2) {
        size_t end = state->text.size - begin > bytes
                         ? utf8_boundary_before(state->text, begin + bytes)
                         : state->text.size;
        struct text slice = text_slice(state->text, begin, end);
        *reached_end = end == state->text.size;
        *count = t5_token_ends(state->splitter->model, slice, state->token_ends,
                               state->token_end_capacity);
        /* A slice may cut tokens at its end, but not 8 tokens before it. */
        if (*reached_end || *count > wanted_tokens + 8)
            return slice;
    }
}

/* The best place to cut in (0, limit] of `slice`, which begins at `begin` in the text. */
static size_t find_best_cut(struct split_state *state, struct text slice, size_t begin,
                            size_t limit)
{
    size_t sentence = 0;
    for (size_t i = state->sentence;
         i < state->sentence_count && state->sentence_ends[i] <= begin + limit; i++)
        sentence = state->sentence_ends[i] - begin;
    if (sentence > 0)
        return sentence;
    size_t word = segment_word_boundary_before(state->splitter->segmenter, slice, limit);
    return word > 0 ? word : utf8_boundary_before(slice, limit);
}

static struct text_piece cut_next_piece(struct split_state *state, size_t begin)
{
    const struct text_splitter *splitter = state->splitter;
    size_t overhead_tokens = splitter->count_tokens(splitter->user, begin, begin);
    assert(overhead_tokens + 8 <= splitter->token_budget);
    size_t text_token_budget = splitter->token_budget - overhead_tokens, count;
    bool reached_end;
    struct text slice = tokenize_ahead(state, begin, text_token_budget + splitter->min_last_tokens,
                                       &count, &reached_end);

    if (reached_end && count <= text_token_budget + 8) {
        size_t tokens = splitter->count_tokens(splitter->user, begin, state->text.size);
        if (tokens <= splitter->token_budget)
            return (struct text_piece){begin, state->text.size, tokens};
    }
    size_t max_tokens = text_token_budget < count ? text_token_budget : count;
    /* Avoid a last piece below min_last_tokens. */
    if (reached_end && count < text_token_budget + splitter->min_last_tokens &&
        count > splitter->min_last_tokens)
        max_tokens = count - splitter->min_last_tokens;
    for (;;) {
        size_t limit = state->token_ends[max_tokens - 1];
        size_t cut = find_best_cut(state, slice, begin, limit);
        if (cut == 0) /* a code point of several tokens is not divided */
            utf8_decode(slice, 0, &cut);
        size_t tokens = splitter->count_tokens(splitter->user, begin, begin + cut);
        if (tokens <= splitter->token_budget)
            return (struct text_piece){begin, begin + cut, tokens};
        assert(max_tokens > 1);
        size_t excess = tokens - splitter->token_budget;
        max_tokens = max_tokens > excess ? max_tokens - excess : 1;
    }
}

struct text_piece *text_split_pieces(const struct text_splitter *splitter, struct text text,
                                     struct arena *arena, size_t *count)
{
    *count = 0;
    if (text.size == 0)
        return NULL;
    size_t total_tokens = splitter->count_tokens(splitter->user, 0, text.size);
    if (total_tokens <= splitter->token_budget) {
        struct text_piece *text_piece = arena_alloc(arena, 1, sizeof(*text_piece));
        *text_piece = (struct text_piece){0, text.size, total_tokens};
        *count = 1;
        return text_piece;
    }
    struct arena scratch = {0};
    struct split_state state = {.splitter = splitter, .text = text};
    state.sentence_ends =
        segment_sentences(splitter->segmenter, text, &scratch, &state.sentence_count);
    state.token_end_capacity = splitter->token_budget + splitter->min_last_tokens + 16;
    state.token_ends = arena_alloc(&scratch, state.token_end_capacity, sizeof(*state.token_ends));

    struct text_piece *pieces = NULL;
    size_t capacity = 0;
    for (size_t begin = 0; begin < text.size; begin = pieces[*count - 1].end) {
        while (state.sentence_ends[state.sentence] <= begin)
            state.sentence++;
        pieces = memory_grow(pieces, &capacity, *count + 1, sizeof(*pieces));
        pieces[(*count)++] = cut_next_piece(&state, begin);
    }
    struct text_piece *kept = arena_alloc(arena, *count, sizeof(*kept));
    for (size_t i = 0; i < *count; i++)
        kept[i] = pieces[i];
    free(pieces);
    arena_free(&scratch);
    return kept;
}
