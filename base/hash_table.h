/* hash_table.h - hashes to numbers: the one hash table that everyone uses. */
#ifndef BASE_HASH_TABLE_H
#define BASE_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

struct hash_table_slot {
    uint64_t key; /* 0: free */
    size_t value;
};

/* A zeroed table is empty and ready. Keys are hashes (base/hash.h): two texts of one hash are taken
 * for the same, which among a billion texts happens with a chance of 1 in 36. */
struct hash_table {
    struct hash_table_slot *slots; /* owned */
    size_t count, capacity;        /* capacity: 0 or a power of two */
};

/* The value at `key`, put there as `value` when the key is new (*added, optional). The pointer is
 * good until the next call. */
size_t *hash_table_get_or_insert(struct hash_table *hash_table, uint64_t key, size_t value,
                                 bool *added);

/* The value at `key`, or NULL. */
const size_t *hash_table_find(const struct hash_table *hash_table, uint64_t key);

void hash_table_clear(struct hash_table *hash_table); /* empty, memory kept */
void hash_table_free(struct hash_table *hash_table);  /* safe on a zeroed table */

/* Texts numbered in the order in which they were first seen. Zeroed is empty. */
struct name_set {
    struct hash_table hash_table;
    struct text *texts; /* owned array of texts that lie in `arena` */
    size_t count, capacity;
    struct arena arena;
};

size_t name_set_add(struct name_set *names, struct text name); /* its number, new or old */
void name_set_free(struct name_set *names);

#endif
