/* clause_fillers.h - words and endings that a clause does not need, or that show that it goes on
 * (data/clause_fillers.tsv). */
#ifndef STAGES_EVIDENCE_CLAUSE_FILLERS_H
#define STAGES_EVIDENCE_CLAUSE_FILLERS_H

#include <stdbool.h>

#include "base/text.h"

/* Where a filler stands, and what it means there; the table's own comments say more. */
enum filler_place {
    PLACE_START,
    PLACE_DEGREE,
    PLACE_END,
    PLACE_LAST,
    PLACE_ENDING,
    PLACE_OPEN,
    PLACE_OPEN_START,
    PLACE_TAIL,
    PLACE_PARTICLE,
    PLACE_STRONG
};

/* Whether a word begins at the byte `at`. */
bool clause_begins_word(struct text text, size_t at);

/* Whether the word is a filler of this place. */
bool clause_filler_is(struct text word, enum filler_place place);

/* Whether a word of the text is a filler of this place; a Korean one, whether it begins so. */
bool clause_filler_has(struct text text, enum filler_place place);

/* The size of the longest filler at the beginning of the text; 0 if there is none or nothing would
 * be left. */
size_t clause_filler_measure(struct text text, enum filler_place place);

/* Whether the last bytes of the text are a filler of this place; case matters. */
bool clause_filler_ends(struct text text, enum filler_place place);

/* The text up to the first filler of PLACE_END that leaves at least four bytes. */
struct text clause_filler_cut_end(struct text text);

/* The text without those of PLACE_LAST at its end, and without the marks at both ends that remain
 * after a cut. */
struct text clause_filler_drop_last(struct text text);

#endif
