/* phrase_match.h - whether a phrase of a topic stands at a place of a text: as it is written, or
 * in another form of its words. */
#ifndef STAGES_TEXT_PHRASE_MATCH_H
#define STAGES_TEXT_PHRASE_MATCH_H

#include "base/text.h"

enum phrase_form {
    PHRASE_AS_WRITTEN,
    PHRASE_INFLECTED, /* also "rides" for "ride", "튕김" for "튕겨요", "차의 상태" for "차 상태" */
    PHRASE_LOOSE, /* also with other words between its words: "rides were closed" for "ride
                     closed" */
};

/* Whether a phrase may begin at `at`: at the beginning of a word; if not as written, also within a
 * Korean compound ("반납" in "차반납이"). Texts and phrases are normalized by normalize_key. */
bool phrase_can_begin(struct text text, size_t at, enum phrase_form form);

/* Where the phrase that begins at `at`, where phrases can begin, ends; 0 if it does not stand
 * there. In scripts with spaces between words it ends with a word; elsewhere ("배송이") an ending
 * may follow. */
size_t phrase_find_end(struct text text, size_t at, struct text phrase, enum phrase_form form);

#endif
