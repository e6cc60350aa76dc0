/* sentence_quality.h - whether generated words can be put before a person. */
#ifndef STAGES_TEXT_SENTENCE_QUALITY_H
#define STAGES_TEXT_SENTENCE_QUALITY_H

#include "base/text.h"

/* Not for what has few letters or words, replacement characters, or goes round in circles. */
bool sentence_is_readable(struct text sentence);

/* Whether it ends as a sentence ends. */
bool sentence_is_finished(struct text sentence);

/* Whether it can be read without the sentence before it: not when it begins with "but", "however"
 * and the like. */
bool sentence_is_self_contained(struct text sentence);

/* Whether something was to follow: it ends with a colon or a comma, or where a list goes on ("Pros:
 * 1."). */
bool sentence_expects_continuation(struct text sentence);

/* Whether the customer speaks of themselves: "I", "my", "we" and the like. */
bool sentence_is_first_person(struct text sentence);

#endif
