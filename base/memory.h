/* memory.h - allocation that cannot fail: if memory runs out, the program exits. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* `count` elements of `size` bytes, zeroed. Never NULL: if memory runs out or the product
 * overflows, prints one line on stderr and exits with 4; saved data stays intact. The caller limits
 * sizes that come from a file. Free with free(). */
void *memory_alloc(size_t count, size_t size);

/* Like realloc, for `count` elements of `size` bytes; new bytes are not zeroed. */
void *memory_resize(void *memory, size_t count, size_t size);

/* Like memory_alloc, aligned to 64 bytes (a cache line, a vector register); not zeroed. */
void *memory_alloc_aligned(size_t count, size_t size);

/* Grows an array to at least `min_capacity` elements, doubling *capacity as needed. Use as:
 * list->items = memory_grow(list->items, &list->capacity, list->count + 1, sizeof(*list->items));
 */
void *memory_grow(void *memory, size_t *capacity, size_t min_capacity, size_t size);

/* Large blocks have pages of their own, so freeing them returns these to the system, and small
 * blocks do not keep them. A C library may stop doing so once it has seen a large block. Call once,
 * at the start. */
void memory_separate_large_blocks(void);

/* Returns freed memory to the system, which a C library may keep for later allocations. */
void memory_release_freed(void);

#endif
