/* memory.h - allocation that cannot fail: running out ends the program in one place. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed bytes for `count` things of `size`. Never NULL: when memory is out, or the product
 * overflows, prints one line on stderr and exits with code 4 (what was saved stays saved).
 * Sizes taken from a file are bounded by the caller before they come here. Free with free(). */
void *memory_alloc(size_t count, size_t size);

/* Like realloc for `count` things of `size`; new bytes are not zeroed. */
void *memory_resize(void *memory, size_t count, size_t size);

/* As memory_alloc, aligned to 64 bytes (a cache line, a vector register); not zeroed. */
void *memory_alloc_aligned(size_t count, size_t size);

/* Room for at least `wanted` things in a growing array: doubles *capacity as needed.
 * Use as: list->items = memory_grow(list->items, &list->capacity, list->count + 1,
 * sizeof(*list->items)); */
void *memory_grow(void *memory, size_t *capacity, size_t min_capacity, size_t size);

#endif
