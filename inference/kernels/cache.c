/* cache.c - the layout of an int8 attention cache, and the size of attention's scratch space. */
#include "inference/kernels/kernels.h"
#include "inference/kernels/packed.h"

static size_t padded_length_of(size_t length)
{
    return (length + PACKED_COLUMNS - 1) / PACKED_COLUMNS * PACKED_COLUMNS;
}

size_t cache_s8_size(size_t length, size_t head_width)
{
    size_t padded_length = padded_length_of(length);
    return packed_size(padded_length, head_width) + packed_size(head_width, padded_length) +
           2 * round_to_cache_lines(padded_length * sizeof(float)) + 64;
}

struct cache_s8 cache_s8_view(void *bytes, size_t length, size_t head_width)
{
    size_t padded_length = padded_length_of(length),
           scales = round_to_cache_lines(padded_length * sizeof(float));
    /* In the order in which attention reads the parts, so that memory is read sequentially. */
    uint8_t *keys = (uint8_t *)bytes + 2 * scales + 64;
    return (struct cache_s8){.length = length,
                             .head_width = head_width,
                             .padded_length = padded_length,
                             .max_value_scale = bytes,
                             .key_scale = (float *)((uint8_t *)bytes + 64),
                             .value_relative_scale = (float *)((uint8_t *)bytes + 64 + scales),
                             .keys = keys,
                             .values = keys + packed_size(padded_length, head_width)};
}

size_t attention_s8_scratch_size(size_t length, size_t head_width)
{
    size_t padded_length = padded_length_of(length), queries = KERNEL_QUERY_TILE;
    return queries * quantized_row_size(head_width) +
           round_to_cache_lines(queries * sizeof(float)) +
           queries * round_to_cache_lines(padded_length * sizeof(float)) +
           2 * queries * round_to_cache_lines(padded_length) +
           2 * queries * round_to_cache_lines(padded_length_of(head_width) * sizeof(int32_t));
}
