/* window_pack.h - as many texts as fit, side by side in one input of the model. */
#ifndef STAGES_TEXT_WINDOW_PACK_H
#define STAGES_TEXT_WINDOW_PACK_H

#include <stddef.h>

#include "base/arena.h"

/* Neighbouring units, in their order. */
struct text_pack {
    size_t first, count;
};

struct packer {
    size_t token_budget; /* the most that a pack may measure; one unit alone always fits */
    /* About what units[index] adds to a pack: to find where to stop looking. */
    size_t (*estimate_tokens)(void *user, size_t index);
    /* What the model reads when units [first, first + count) stand side by side. */
    size_t (*count_tokens)(void *user, size_t first, size_t count);
    void *user;
};

/* Greedy from the front: units added at the end change the last pack only, and those behind it. In
 * `arena`; none for no units. */
struct text_pack *packer_pack(const struct packer *packer, size_t unit_count, struct arena *arena,
                              size_t *pack_count);

#endif
