/* hash_table.h - a hash table from 64-bit hashes to numbers, and a set of numbered names. */
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

/* A zeroed table is empty. Keys are hashes (base/hash.h): two texts with the same hash are treated
 * as equal. Among a billion texts, the probability of such a collision is 1 in 36. */
struct hash_table {
    struct hash_table_slot *slots; /* owned; of all keys except 0 */
    size_t capacity;               /* of `slots`: 0 or a power of two */
    size_t count;                  /* keys */
    bool has_zero_key;
    size_t zero_value; /* the value of key 0 */
};

/* The value of `key`. A new key is inserted with `value`; *added (optional) tells whether the key
 * is new. The pointer is valid until the next call. */
size_t *hash_table_get_or_insert(struct hash_table *hash_table, uint64_t key, size_t value,
                                 bool *added);

/* The value of `key`, or NULL. */
const size_t *hash_table_find(const struct hash_table *hash_table, uint64_t key);

void hash_table_clear(struct hash_table *hash_table); /* removes all keys, keeps the memory */
void hash_table_free(struct hash_table *hash_table);  /* safe on a zeroed table */

/* Texts, numbered from 0 in the order of their insertion. A zeroed set is empty. */
struct name_set {
    struct hash_table hash_table;
    struct text *texts; /* owned; the bytes are in `arena` */
    size_t count, capacity;
    struct arena arena;
};

size_t name_set_add(struct name_set *names, struct text name); /* its number, new or not */
void name_set_free(struct name_set *names);

#endif
