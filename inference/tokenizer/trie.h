/* trie.h - a set of byte strings with numbers, stored as a double array and walked byte by byte
 * (Aoe 1989). */
#ifndef INFERENCE_TOKENIZER_TRIE_H
#define INFERENCE_TOKENIZER_TRIE_H

#include "base/arena.h"
#include "base/text.h"

/* The child of node n by byte b is c = nodes[n].base + b, if nodes[c].parent == n. Stored in
 * model files as it is, little-endian. */
struct trie_node {
    uint32_t base, parent;
    int32_t value; /* value of the string that ends here; -1: none */
};

/* Node 0 is the root. An empty trie (count 0) contains nothing. */
struct trie {
    const struct trie_node *nodes;
    size_t count;
};

struct trie_key {
    struct text text; /* not empty */
    int32_t value;    /* 0 or more */
};

/* Builds a trie of `keys` and sorts them. Nodes are allocated from `arena`. For equal keys the
 * largest value is kept, the function returns false, and *twice (optional) is one of them. */
bool trie_build(struct trie *trie, struct trie_key *keys, size_t count, struct arena *arena,
                struct text *duplicate);

/* Moves *node by one byte; false if no string continues with it. Safe on any nodes, including
 * those of a damaged file. */
static inline bool trie_step(const struct trie *trie, uint32_t *node, char byte)
{
    size_t child = (size_t)trie->nodes[*node].base + (unsigned char)byte;
    if (child >= trie->count || trie->nodes[child].parent != *node)
        return false;
    *node = (uint32_t)child;
    return true;
}

/* The longest string of the trie at the front of `text`: returns its size (0: none) and sets
 * *value. */
size_t trie_longest(const struct trie *trie, struct text text, int32_t *value);

#endif
