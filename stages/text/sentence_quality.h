/* sentence_quality.h - whether a sentence can be shown to a person on its own. */
#ifndef STAGES_TEXT_SENTENCE_QUALITY_H
#define STAGES_TEXT_SENTENCE_QUALITY_H

#include "base/text.h"

/* False if the sentence has too few letters or words, replacement characters, or repeats itself. */
bool sentence_is_readable(struct text sentence);

/* Whether the sentence can be understood without the one before it: false if its first word is in
 * data/dependent_openers.tsv ("but", "however"). */
bool sentence_is_self_contained(struct text sentence);

/* Whether the sentence announces something that is missing: it ends with a colon, comma,
 * semicolon or opening bracket, or with what may be the number of the next item of a list
 * ("Pros: 1.", "Smells of oil 2"). */
bool sentence_expects_continuation(struct text sentence);

/* Whether customers speak of themselves: the sentence has a word of data/first_person_words.tsv. */
bool sentence_is_first_person(struct text sentence);

#endif
