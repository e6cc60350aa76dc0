/* member_texts.h - reads the texts of a group's members one after another, so that a group of any
 * size needs the memory of one text. */
#ifndef STAGES_EVIDENCE_MEMBER_TEXTS_H
#define STAGES_EVIDENCE_MEMBER_TEXTS_H

#include "pipeline/group.h"
#include "pipeline/store.h"

/* Zeroed except for store and members. */
struct member_texts {
    struct store *store;          /* borrowed */
    const struct member *members; /* borrowed */
    struct arena arena;           /* of the text that was read last */
    struct text text;
    size_t last; /* the member of `text`, + 1 */
};

void member_texts_free(struct member_texts *texts);

/* The text of a member, until the next one is read. Reading the same again costs nothing. */
bool member_texts_read(struct member_texts *texts, size_t member, struct text *text,
                       struct error *error);

/* The bytes of a passage. In `arena`. */
bool member_texts_copy(struct member_texts *texts, const struct passage *passage,
                       struct arena *arena, struct text *copy, struct error *error);

#endif
