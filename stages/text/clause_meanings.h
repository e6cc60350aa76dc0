/* clause_meanings.h - words that mean something else in their clause than in the lists: "one of a
 * kind", "it used to be great", "long hair", "keep it affordable". */
#ifndef STAGES_TEXT_CLAUSE_MEANINGS_H
#define STAGES_TEXT_CLAUSE_MEANINGS_H

#include "stages/text/clause_words.h"

/* Changes the kinds of such words, before negations are applied. */
void clause_meanings_correct(const struct lexicon *lexicon, struct text text,
                             struct clause_words words);

/* After negations are applied: "do not buy" and "I will never order again" advise against the
 * whole; their verbs become opinions of the family "unrecommended". */
void clause_meanings_find_refusals(const struct lexicon *lexicon, struct text text,
                                   struct clause_words words);

#endif
