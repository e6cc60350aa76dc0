/* korean_predicates.h - the stem and the plain form of Korean verbs and adjectives, by the
 * syllables of their endings (Hangul syllables of Unicode: lead, vowel and final consonant). */
#ifndef STAGES_TEXT_KOREAN_PREDICATES_H
#define STAGES_TEXT_KOREAN_PREDICATES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

/* The same for the forms of a verb ("잡혀요", "잡힘", "잡히지도"), by its first syllable and the
 * consonant of the second if that is no ending. 0: the word does not begin with a syllable. */
uint64_t korean_verb_id(struct text word);

/* Whether `word` is a form of the verb or adjective whose spoken or plain form is `form`: "느린",
 * "느림" and "느렸는데" are forms of "느려요" and of "느리다", "더럽고" of "더러워요". False if
 * `form` has less than three syllables ("중요" is a noun) or another ending. Forms in which the
 * stem changes in another way ("몰라요", "모르다") are not recognized. */
bool korean_is_form_of(struct text word, struct text form);

/* The text with a plain ending in the place of one that expects more: "가격도 저렴하고" becomes
 * "가격도 저렴하다", "위치는 좋은데" "위치는 좋다". The text itself if it has no such ending, or
 * may end with a noun ("광고"). In `arena`. */
struct text korean_plain_form(struct text text, struct arena *arena);

#endif
