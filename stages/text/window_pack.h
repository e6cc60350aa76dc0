/* window_pack.h - packs as many texts as fit into one input of the model. */
#ifndef STAGES_TEXT_WINDOW_PACK_H
#define STAGES_TEXT_WINDOW_PACK_H

#include <stddef.h>

#include "base/arena.h"

/* Consecutive units. */
struct text_pack {
    size_t first, count;
};

struct packer {
    size_t token_budget; /* maximum tokens of a pack; a single unit must fit */
    /* Approximate tokens that a unit adds to a pack. */
    size_t (*estimate_tokens)(void *user, size_t index);
    /* Tokens of the model's input for units [first, first + count). */
    size_t (*count_tokens)(void *user, size_t first, size_t count);
    void *user;
};

/* Packs greedily from the first unit on, so that units added at the end change only the last pack
 * and those after it. In `arena`; no packs for no units. */
struct text_pack *packer_pack(const struct packer *packer, size_t unit_count, struct arena *arena,
                              size_t *pack_count);

#endif
