/* cache.c - where the parts of an int8 attention cache lie, and how much room attention takes. */
#include "inference/kernels/kernels.h"
#include "inference/kernels/packed.h"

static size_t whole_lines(size_t size)
{
    return (size + 63) / 64 * 64;
}

static size_t room_of(size_t length)
{
    return (length + PACKED_COLUMNS - 1) / PACKED_COLUMNS * PACKED_COLUMNS;
}

size_t cache_s8_size(size_t length, size_t head_width)
{
    size_t room = room_of(length);
    return packed_size(room, head_width) + packed_size(head_width, room) +
           2 * whole_lines(room * sizeof(float)) + 64;
}

struct cache_s8 cache_s8_at(void *bytes, size_t length, size_t head_width)
{
    size_t room = room_of(length), scales = whole_lines(room * sizeof(float));
    /* In the order in which attention reads them, so that memory is read straight on. */
    uint8_t *keys = (uint8_t *)bytes + 2 * scales + 64;
    return (struct cache_s8){.length = length,
                             .head_width = head_width,
                             .room = room,
                             .value_largest = bytes,
                             .key_scale = (float *)((uint8_t *)bytes + 64),
                             .value_share = (float *)((uint8_t *)bytes + 64 + scales),
                             .keys = keys,
                             .values = keys + packed_size(room, head_width)};
}

size_t attention_s8_size(size_t length, size_t head_width)
{
    size_t room = room_of(length), queries = KERNEL_QUERIES;
    return queries * quantized_size(head_width) + whole_lines(queries * sizeof(float)) +
           queries * whole_lines(room * sizeof(float)) + 2 * queries * whole_lines(room) +
           2 * queries * whole_lines(room_of(head_width) * sizeof(int32_t));
}
