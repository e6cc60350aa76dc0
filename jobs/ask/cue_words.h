/* cue_words.h - words, particles and endings that tell how the words of a question are meant
 * (data/cue_words.tsv). */
#ifndef JOBS_ASK_CUE_WORDS_H
#define JOBS_ASK_CUE_WORDS_H

#include "base/text.h"

enum cue {
    CUE_OR,             /* between alternatives */
    CUE_AUDIENCE,       /* after "for": those for whom something is */
    CUE_FEEDBACK,       /* the feedback, or those who wrote it */
    CUE_PREPOSITION,    /* before a value of a column: "from Scotland" */
    CUE_PRODUCT_COLUMN, /* within the name of a column: its values name what is offered */
    CUE_ASKS,           /* before those who say something: "do" citizens say */
    CUE_SAYS,           /* after them */
    /* Korean: */
    CUE_PARTICLE,       /* after a noun of one syllable */
    CUE_SHOWN_PARTICLE, /* can be nothing else, and is not shown with a word */
    CUE_VERB_BEGINNING, /* the first syllable after the basic form of a verb or a noun of action */
    CUE_PREDICATE_END,  /* the last syllable of a verb or an adjective of two syllables */
    CUE_AFTER_VERB,     /* the word after a verb: 열리지 "않나요" */
    CUE_AFTER_MODIFIER, /* the word after a verb or adjective that describes it: 틀린 "곳" */
};

bool cue_words_contain(enum cue cue, struct text word);

/* Whether the text ends with a word of the cue; `*size` is the size of the longest. */
bool cue_words_end(enum cue cue, struct text text, size_t *size);

/* Whether a word of the cue is anywhere in the text. */
bool cue_words_are_in(enum cue cue, struct text text);

#endif
