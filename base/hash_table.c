/* hash_table.c - open addressing, linear probing, at most half full. */
#include "base/hash_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

enum { MIN_CAPACITY = 16 };

static const uint64_t ZERO_KEY = UINT64_C(0x9E3779B97F4A7C15); /* what key 0 is kept as */

static struct hash_table_slot *find_slot(const struct hash_table *hash_table, uint64_t key)
{
    /* Keys are good hashes: their low bits spread. */
    size_t mask = hash_table->capacity - 1, at = (size_t)key & mask;
    while (hash_table->slots[at].key && hash_table->slots[at].key != key)
        at = (at + 1) & mask;
    return &hash_table->slots[at];
}

static void grow(struct hash_table *hash_table)
{
    struct hash_table larger = {.count = hash_table->count,
                                .capacity =
                                    hash_table->capacity ? hash_table->capacity * 2 : MIN_CAPACITY};
    larger.slots = memory_alloc(larger.capacity, sizeof(*larger.slots));
    for (size_t i = 0; i < hash_table->capacity; i++)
        if (hash_table->slots[i].key)
            *find_slot(&larger, hash_table->slots[i].key) = hash_table->slots[i];
    free(hash_table->slots);
    *hash_table = larger;
}

size_t *hash_table_get_or_insert(struct hash_table *hash_table, uint64_t key, size_t value,
                                 bool *added)
{
    if ((hash_table->count + 1) * 2 > hash_table->capacity)
        grow(hash_table);
    key = key ? key : ZERO_KEY;
    struct hash_table_slot *slot = find_slot(hash_table, key);
    if (added)
        *added = !slot->key;
    if (!slot->key) {
        *slot = (struct hash_table_slot){.key = key, .value = value};
        hash_table->count++;
    }
    return &slot->value;
}

const size_t *hash_table_find(const struct hash_table *hash_table, uint64_t key)
{
    if (!hash_table->count)
        return NULL;
    const struct hash_table_slot *slot = find_slot(hash_table, key ? key : ZERO_KEY);
    return slot->key ? &slot->value : NULL;
}

void hash_table_clear(struct hash_table *hash_table)
{
    if (hash_table->count)
        memset(hash_table->slots, 0, hash_table->capacity * sizeof(*hash_table->slots));
    hash_table->count = 0;
}

void hash_table_free(struct hash_table *hash_table)
{
    free(hash_table->slots);
    *hash_table = (struct hash_table){0};
}

size_t name_set_add(struct name_set *names, struct text name)
{
    bool added;
    size_t number =
        *hash_table_get_or_insert(&names->hash_table, hash_text(name), names->count, &added);
    if (added) {
        names->texts =
            memory_grow(names->texts, &names->capacity, names->count + 1, sizeof(*names->texts));
        names->texts[names->count++] = arena_copy_text(&names->arena, name);
    }
    return number;
}

void name_set_free(struct name_set *names)
{
    hash_table_free(&names->hash_table);
    free(names->texts);
    arena_free(&names->arena);
    *names = (struct name_set){0};
}
