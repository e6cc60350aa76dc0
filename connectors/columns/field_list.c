/* field_list.c - the named values of one record. */
#include "connectors/columns/field_list.h"

#include <stdlib.h>

#include "base/memory.h"

struct text *members_find(const struct members *members, struct text name)
{
    for (size_t i = 0; i < members->count; i++)
        if (text_equal(members->names[i], name))
            return &members->cells[i];
    return NULL;
}

void members_add(struct members *members, struct text name, struct text cell)
{
    members->names = memory_grow(members->names, &members->name_capacity, members->count + 1,
                                 sizeof(*members->names));
    members->cells = memory_grow(members->cells, &members->cell_capacity, members->count + 1,
                                 sizeof(*members->cells));
    members->names[members->count] = name;
    members->cells[members->count++] = cell;
}

void members_set(struct members *members, struct text name, struct text cell)
{
    struct text *known = members_find(members, name);
    if (known)
        *known = cell;
    else
        members_add(members, name, cell);
}

void members_free(struct members *members)
{
    free(members->names);
    free(members->cells);
    *members = (struct members){.arena = members->arena};
}
