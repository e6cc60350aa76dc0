/* packed.c - packs int8 matrices into blocks and unpacks them. */
#include "inference/kernels/packed.h"

void pack_block(size_t columns, size_t depth, const int8_t *values, void *block)
{
    memset(block, 0, packed_block_size(depth));
    int32_t *offset_corrections = block;
    int8_t *bytes = block;
    for (size_t column = 0; column < columns; column++) {
        int32_t sum = 0;
        for (size_t k = 0; k < depth; k++) {
            int8_t value = values[column * depth + k];
            bytes[packed_offset(depth, column, k)] = value;
            sum += value;
        }
        offset_corrections[column] = -128 * sum;
    }
}

void unpack_column(size_t depth, const void *packed, size_t column, int8_t *values)
{
    const int8_t *bytes = packed;
    for (size_t k = 0; k < depth; k += PACKED_DEPTH) {
        size_t count = depth - k < PACKED_DEPTH ? depth - k : PACKED_DEPTH;
        memcpy(values + k, bytes + packed_offset(depth, column, k), count);
    }
}

void unpack_grouped_column(const struct grouped_matrix *matrix, size_t column, int8_t *values)
{
    size_t depth = matrix->depth, group_size = matrix->group_size;
    for (size_t first = 0; first < depth; first += group_size)
        unpack_column(depth - first < group_size ? depth - first : group_size,
                      (const uint8_t *)matrix->packed +
                          grouped_offset(matrix->columns, first, group_size),
                      column, values + first);
}
