/* row_forest.c - adds token sequences to trees of decoder rows. */
#include "inference/engine/row_forest.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct row_forest row_forest_open(const struct t5_session *session)
{
    size_t capacity = 2 * session->decoder_rows + session->limits.output_tokens;
    return (struct row_forest){
        .capacity = capacity,
        .path_size = session->limits.output_tokens,
        .rows = memory_alloc(capacity, sizeof(struct decoder_row)),
        .paths = memory_alloc(capacity * session->limits.output_tokens, sizeof(uint32_t)),
    };
}

void row_forest_close(struct row_forest *row_forest)
{
    free(row_forest->rows);
    free(row_forest->paths);
}

void row_forest_reset(struct row_forest *row_forest)
{
    row_forest->count = row_forest->first_row = 0;
}

void row_forest_begin_input(struct row_forest *row_forest)
{
    row_forest->first_row = row_forest->count;
}

uint32_t row_forest_get_or_add(struct row_forest *row_forest, size_t input, uint32_t parent,
                               int32_t token)
{
    size_t position = parent == ROW_FOREST_NO_ROW ? 0 : row_forest->rows[parent].position + 1;
    for (size_t i = row_forest->first_row; i < row_forest->count; i++) {
        const struct decoder_row *row = &row_forest->rows[i];
        if (row->token == token && row->position == position &&
            (position == 0 || row->path[position - 1] == parent))
            return (uint32_t)i;
    }
    uint32_t node = (uint32_t)row_forest->count++;
    uint32_t *path = row_forest->paths + node * row_forest->path_size;
    if (position)
        memcpy(path, row_forest->rows[parent].path, position * sizeof(*path));
    path[position] = node;
    row_forest->rows[node] =
        (struct decoder_row){.token = token, .input = input, .position = position, .path = path};
    return node;
}
