/* texts.h - arrays of texts, and sets of them. */
#ifndef STAGES_TEXT_TEXTS_H
#define STAGES_TEXT_TEXTS_H

#include "base/hash.h"
#include "base/hash_table.h"

struct text_array {
    const struct text *items; /* borrowed */
    size_t count;
};

/* Tells whether a text was seen before, so that identical texts count once. A zeroed set is empty.
 * Keeps hashes only. */
struct text_set {
    struct hash_table hashes;
};

/* Adds a text; true if it was not in the set. */
static inline bool text_set_add(struct text_set *set, struct text text)
{
    bool added;
    hash_table_get_or_insert(&set->hashes, hash_text(text), 0, &added);
    return added;
}

static inline void text_set_free(struct text_set *set)
{
    hash_table_free(&set->hashes);
}

#endif
