/* text_split.h - splits long texts into pieces that fit the model: after a sentence if possible,
 * otherwise between words, otherwise between tokens, never inside a code point. */
#ifndef STAGES_TEXT_TEXT_SPLIT_H
#define STAGES_TEXT_TEXT_SPLIT_H

#include "base/segment.h"
#include "inference/t5.h"

struct text_piece {
    size_t begin, end; /* bytes of the text */
    size_t tokens;     /* by count_tokens */
};

struct text_splitter {
    const struct t5_model *model;
    struct segmenter *segmenter;
    size_t token_budget;    /* maximum tokens of a piece */
    size_t min_last_tokens; /* minimum tokens of the last piece, if possible */
    /* The tokens of the model's input for text[begin, end), including the prompt and the end mark.
     * An empty piece must have at least 8 tokens less than `token_budget`. */
    size_t (*count_tokens)(void *user, size_t begin, size_t end);
    void *user;
};

/* The pieces in order; joined they are `text` (valid UTF-8). No pieces for the empty text. White
 * space at a cut belongs to the piece before it. In `arena`; takes linear time. */
struct text_piece *text_split_pieces(const struct text_splitter *text_splitter, struct text text,
                                     struct arena *arena, size_t *count);

#endif
