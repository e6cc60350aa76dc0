/* column_order.c - recognizes a header whose names are in another order. */
#include "connectors/table/column_order.h"

static uint64_t initial_of(struct text name)
{
    return name.size > 0 ? UINT64_C(1) << ((unsigned char)name.bytes[0] & 63) : 0;
}

void column_order_init(struct column_order *order, const struct text *names, size_t count,
                       struct arena *arena)
{
    *order = (struct column_order){.names = names, .count = count};
    order->positions = arena_alloc(arena, count + 1, sizeof(*order->positions));
    for (size_t i = 0; i < count; i++)
        order->initials |= initial_of(text_trim(names[i]));
}

/* The only position of the name among the cells; `count` if there is none or more than one. */
static size_t find_position(struct text name, const struct text *cells, size_t count)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal_ignore_case(text_trim(name), text_trim(cells[i])))
            continue;
        if (found < count)
            return count;
        found = i;
    }
    return found;
}

bool column_order_read_header(struct column_order *order, const struct text *cells, size_t count)
{
    bool is_same = true;
    /* Nearly all rows end here. */
    if (count != order->count || count < 2 || !(initial_of(cells[0]) & order->initials))
        return false;
    if (find_position(cells[0], order->names, count) == count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (text_trim(order->names[i]).size == 0 ||
            find_position(order->names[i], cells, count) == count)
            return false;
    for (size_t i = 0; i < count; i++) {
        order->positions[i] = find_position(order->names[i], cells, count);
        is_same &= order->positions[i] == i;
    }
    order->is_changed = !is_same;
    return !is_same;
}

const struct text *column_order_apply(const struct column_order *order, const struct text *cells,
                                      size_t count, struct arena *arena)
{
    if (!order->is_changed)
        return cells;
    struct text *ordered = arena_alloc(arena, order->count, sizeof(*ordered));
    for (size_t i = 0; i < order->count; i++)
        if (order->positions[i] < count)
            ordered[i] = cells[order->positions[i]];
    return ordered;
}
