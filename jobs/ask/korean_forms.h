/* korean_forms.h - other forms of Korean verbs and adjectives: their endings merge with the last
 * syllable of the stem, so a stem is not always the beginning of a form (틀리다: 틀린, 틀려,
 * 틀렸다). */
#ifndef JOBS_ASK_KOREAN_FORMS_H
#define JOBS_ASK_KOREAN_FORMS_H

#include "base/arena.h"
#include "base/text.h"

enum { MAX_KOREAN_FORMS = 24 };

/* Writes how other forms of the word begin to `forms`, which has room for MAX_KOREAN_FORMS; returns
 * their number. 0 for a word of one syllable, or one that does not end with Hangul. In `arena`. */
size_t korean_forms_list(struct text stem, struct text *forms, struct arena *arena);

/* Whether the word ends as one that describes the next one: 빌릴, 틀린, 하는. Many nouns end so,
 * too.
 */
bool korean_forms_is_modifier(struct text word);

#endif
