/* window_pack.c - packs greedily. */
#include "stages/text/window_pack.h"

#include <assert.h>

struct text_pack *packer_pack(const struct packer *packer, size_t unit_count, struct arena *arena,
                              size_t *pack_count)
{
    struct text_pack *packs = arena_alloc(arena, unit_count, sizeof(*packs));
    *pack_count = 0;
    for (size_t first = 0; first < unit_count;) {
        size_t count = 1, weight = packer->estimate_tokens(packer->user, first);
        while (first + count < unit_count &&
               weight + packer->estimate_tokens(packer->user, first + count) <=
                   packer->token_budget)
            weight += packer->estimate_tokens(packer->user, first + count++);
        while (count > 1 && packer->count_tokens(packer->user, first, count) > packer->token_budget)
            count--;
        assert(packer->count_tokens(packer->user, first, count) <= packer->token_budget);
        packs[(*pack_count)++] = (struct text_pack){first, count};
        first += count;
    }
    return packs;
}
