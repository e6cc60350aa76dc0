/* window_pack.c - greedy packing. */
#include "stages/text/window_pack.h"

#include <assert.h>

struct pack *pack_units(const struct packing *packing, size_t unit_count, struct arena *arena,
                        size_t *pack_count)
{
    struct pack *packs = arena_alloc(arena, unit_count, sizeof(*packs));
    *pack_count = 0;
    for (size_t first = 0; first < unit_count;) {
        size_t count = 1, weight = packing->weigh(packing->user, first);
        while (first + count < unit_count &&
               weight + packing->weigh(packing->user, first + count) <= packing->room)
            weight += packing->weigh(packing->user, first + count++);
        while (count > 1 && packing->measure(packing->user, first, count) > packing->room)
            count--;
        assert(packing->measure(packing->user, first, count) <= packing->room);
        packs[(*pack_count)++] = (struct pack){first, count};
        first += count;
    }
    return packs;
}
