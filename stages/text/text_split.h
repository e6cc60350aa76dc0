/* text_split.h - long texts into pieces that fit: at sentence ends, else between words, else
 * between tokens, never inside a code point. */
#ifndef STAGES_TEXT_TEXT_SPLIT_H
#define STAGES_TEXT_TEXT_SPLIT_H

#include "base/segment.h"
#include "inference/t5.h"

struct text_piece {
    size_t begin, end; /* bytes of the text */
    size_t tokens;     /* as `measure` counts them */
};

struct text_splitter {
    const struct t5_model *model;
    struct segmenter *segmenter;
    size_t token_budget;    /* the most that a piece may measure */
    size_t min_last_tokens; /* tokens that the last piece has at least, if that is possible */
    /* Tokens of all that the model reads when the piece is text[begin, end): the prompt and the end
     * mark too. An empty piece measures less than `room` by 8 or more. */
    size_t (*count_tokens)(void *user, size_t begin, size_t end);
    void *user;
};

/* Pieces in order that joined are `text` (valid UTF-8): none for the empty text. White space at a
 * cut belongs to the piece before it. In `arena`; takes time linear in the text. */
struct text_piece *text_split_pieces(const struct text_splitter *text_splitter, struct text text,
                                     struct arena *arena, size_t *count);

#endif
