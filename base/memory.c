/* memory.c - the only place that handles running out of memory. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_PAGE_SIZE = 2 << 20, LARGE_BLOCK = 256 << 10 }; /* bytes */

static _Noreturn void out_of_memory(size_t count, size_t size)
{
    fprintf(stderr,
            "winnow: out of memory (%zu x %zu bytes requested). Everything saved before is intact; "
            "run again with a smaller batch or fewer threads.\n",
            count, size);
    /* _exit, because exit handlers might allocate; the database recovers from its journal. */
    _exit(4);
}

static size_t checked_size(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - 64)
        out_of_memory(count, size);
    return bytes ? bytes : 1;
}

void *memory_alloc(size_t count, size_t size)
{
    void *memory = calloc(1, checked_size(count, size));
    if (!memory)
        out_of_memory(count, size);
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t size)
{
    void *resized = realloc(memory, checked_size(count, size));
    if (!resized)
        out_of_memory(count, size);
    return resized;
}

void *memory_alloc_aligned(size_t count, size_t size)
{
    size_t bytes = checked_size(count, size);
    size_t alignment = bytes < HUGE_PAGE_SIZE ? 64 : HUGE_PAGE_SIZE;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    void *memory = aligned_alloc(alignment, bytes);
    if (!memory)
        out_of_memory(count, size);
    if (alignment == HUGE_PAGE_SIZE)
        madvise(memory, bytes, MADV_HUGEPAGE); /* only faster: a failure does not matter */
    return memory;
}

void *memory_grow(void *memory, size_t *capacity, size_t min_capacity, size_t size)
{
    if (min_capacity <= *capacity)
        return memory;
    size_t new_capacity = *capacity ? *capacity : 8;
    while (new_capacity < min_capacity)
        new_capacity = new_capacity > SIZE_MAX / 2 ? min_capacity : new_capacity * 2;
    *capacity = new_capacity;
    return memory_resize(memory, new_capacity, size);
}

void memory_separate_large_blocks(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

void memory_release_freed(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
