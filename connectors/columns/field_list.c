/* field_list.c - the named values of one record. */
#include "connectors/columns/field_list.h"

#include <stdlib.h>

#include "base/memory.h"

struct text *fields_find(const struct fields *fields, struct text name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (text_equal(fields->names[i], name))
            return &fields->cells[i];
    return NULL;
}

void fields_add(struct fields *fields, struct text name, struct text cell)
{
    fields->names = memory_grow(fields->names, &fields->name_capacity, fields->count + 1,
                                sizeof(*fields->names));
    fields->cells = memory_grow(fields->cells, &fields->cell_capacity, fields->count + 1,
                                sizeof(*fields->cells));
    fields->names[fields->count] = name;
    fields->cells[fields->count++] = cell;
}

void fields_set(struct fields *fields, struct text name, struct text cell)
{
    struct text *existing = fields_find(fields, name);
    if (existing)
        *existing = cell;
    else
        fields_add(fields, name, cell);
}

void fields_free(struct fields *fields)
{
    free(fields->names);
    free(fields->cells);
    *fields = (struct fields){.arena = fields->arena};
}
