/* table.c - open addressing, linear probing, at most half full. */
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

enum { SMALLEST = 16 };

static const uint64_t zero = UINT64_C(0x9E3779B97F4A7C15); /* what key 0 is kept as */

static struct table_slot *place(const struct table *table, uint64_t key)
{
    /* Keys are good hashes: their low bits spread. */
    size_t mask = table->capacity - 1, at = (size_t)key & mask;
    while (table->slots[at].key && table->slots[at].key != key)
        at = (at + 1) & mask;
    return &table->slots[at];
}

static void enlarge(struct table *table)
{
    struct table larger = {.count = table->count,
                           .capacity = table->capacity ? table->capacity * 2 : SMALLEST};
    larger.slots = memory_alloc(larger.capacity, sizeof(*larger.slots));
    for (size_t i = 0; i < table->capacity; i++)
        if (table->slots[i].key)
            *place(&larger, table->slots[i].key) = table->slots[i];
    free(table->slots);
    *table = larger;
}

size_t *table_at(struct table *table, uint64_t key, size_t value, bool *added)
{
    if ((table->count + 1) * 2 > table->capacity)
        enlarge(table);
    key = key ? key : zero;
    struct table_slot *slot = place(table, key);
    if (added)
        *added = !slot->key;
    if (!slot->key) {
        *slot = (struct table_slot){.key = key, .value = value};
        table->count++;
    }
    return &slot->value;
}

const size_t *table_find(const struct table *table, uint64_t key)
{
    if (!table->count)
        return NULL;
    const struct table_slot *slot = place(table, key ? key : zero);
    return slot->key ? &slot->value : NULL;
}

void table_clear(struct table *table)
{
    if (table->count)
        memset(table->slots, 0, table->capacity * sizeof(*table->slots));
    table->count = 0;
}

void table_free(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

size_t names_add(struct names *names, struct text name)
{
    bool added;
    size_t number = *table_at(&names->table, hash_text(name), names->count, &added);
    if (added) {
        names->texts =
            memory_grow(names->texts, &names->capacity, names->count + 1, sizeof(*names->texts));
        names->texts[names->count++] = arena_copy(&names->arena, name);
    }
    return number;
}

void names_free(struct names *names)
{
    table_free(&names->table);
    free(names->texts);
    arena_free(&names->arena);
    *names = (struct names){0};
}
