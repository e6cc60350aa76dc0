/* trie.h - a set of byte strings with numbers, walked byte by byte: a double array. */
#ifndef INFERENCE_TOKENIZER_TRIE_H
#define INFERENCE_TOKENIZER_TRIE_H

#include "base/arena.h"
#include "base/text.h"

/* The child of node n by byte b is c = nodes[n].base + b, if nodes[c].parent == n. As it lies in a
 * model file, little-endian. */
struct trie_node {
    uint32_t base, parent;
    int32_t value; /* of the string that ends here; -1: none does */
};

/* Node 0 is the root. Empty (count 0) is a trie that holds nothing. */
struct trie {
    const struct trie_node *nodes;
    size_t count;
};

struct trie_key {
    struct text text; /* not empty */
    int32_t value;    /* 0 or more */
};

/* Builds a trie of `keys`, which are put in order. Nodes are allocated from `arena`. Of equal
 * keys the largest value counts; *twice (optional) is then one of them. False when two are equal.
 */
bool trie_build(struct trie *trie, struct trie_key *keys, size_t count, struct arena *arena,
                struct text *duplicate);

/* Moves *node by one byte; false when no string goes on like that. Safe on any nodes at all, also
 * those of a damaged file. */
static inline bool trie_step(const struct trie *trie, uint32_t *node, char byte)
{
    size_t child = (size_t)trie->nodes[*node].base + (unsigned char)byte;
    if (child >= trie->count || trie->nodes[child].parent != *node)
        return false;
    *node = (uint32_t)child;
    return true;
}

/* The longest string of the trie at the front of `text`: its size (0: none) and *value. */
size_t trie_longest(const struct trie *trie, struct text text, int32_t *value);

#endif
