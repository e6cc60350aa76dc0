/* arena.c - a list of blocks; allocations are taken from the newest. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { BLOCK_SIZE = 64 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return memory_alloc(count, size); /* too large: exits the program */
    bytes = (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        size_t capacity = bytes > BLOCK_SIZE ? bytes : BLOCK_SIZE;
        block = memory_alloc(1, sizeof(*block) + capacity);
        block->size = capacity;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += bytes;
    arena->used += bytes;
    return memset(memory, 0, bytes);
}

struct text arena_copy_text(struct arena *arena, struct text text)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    if (text.size)
        memcpy(bytes, text.bytes, text.size);
    return (struct text){bytes, text.size};
}

struct text arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments, arguments_copy;
    va_start(arguments, format);
    va_copy(arguments_copy, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *bytes = arena_alloc(arena, (size_t)size + 1, 1);
    vsnprintf(bytes, (size_t)size + 1, format, arguments_copy);
    va_end(arguments_copy);
    return (struct text){bytes, (size_t)size};
}

void arena_reset(struct arena *arena)
{
    while (arena->blocks && arena->blocks->next) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    /* A block larger than usual is not kept, so that one large text does not hold its memory. */
    if (arena->blocks && arena->blocks->size > BLOCK_SIZE) {
        free(arena->blocks);
        arena->blocks = NULL;
    }
    if (arena->blocks)
        arena->blocks->used = 0;
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}
