/* arena.h - many small allocations that are freed together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/text.h"

struct arena_block;

/* A zeroed arena is empty. */
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out since the last reset */
};

/* `count` elements of `size` bytes, zeroed, aligned for any type, valid until arena_reset or
 * arena_free. Never NULL: if memory runs out, the program exits (base/memory.h). */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A copy of `text`. A NUL follows its bytes and is not counted. */
struct text arena_copy_text(struct arena *arena, struct text text);

/* The printed text. A NUL follows its bytes and is not counted. */
struct text arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *arena); /* frees everything but one block */
void arena_free(struct arena *arena);  /* safe on a zeroed arena */

#endif
