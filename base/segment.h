/* segment.h - where sentences and words end (over ICU, always with the same locale). */
#ifndef BASE_SEGMENT_H
#define BASE_SEGMENT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Iterators of ICU: expensive to create, so a stage keeps one. Not thread-safe. */
struct segmenter;

bool segmenter_open(struct segmenter **segmenter, struct error *error);
void segmenter_close(struct segmenter *segmenter); /* NULL is fine */

/* The byte offsets at which the sentences of `text` end, each with the white space after it, in
 * ascending order; the last is text.size. *count is 0 for the empty text. The text must be valid
 * UTF-8 of less than 2 GiB; the offsets are allocated from `arena`.
 *
 * Sentences end as in the Unicode standard (UAX 29). In addition, they end at line breaks, at
 * . ! ? 。 … before white space even if a lower-case letter follows, and at "late.The" and
 * "good...but"; they do not end after abbreviations such as "Mr.". */
const size_t *segment_sentences(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count);

/* The last offset <= `limit` at which a word ends, with the white space after it. White space in
 * the second half of [0, limit) takes precedence over other word boundaries. 0 if one word fills
 * [0, limit). */
size_t segment_word_boundary_before(struct segmenter *segmenter, struct text text, size_t limit);

#endif
