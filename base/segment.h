/* segment.h - where sentences and words end (over ICU, with the locale named: never the machine's).
 */
#ifndef BASE_SEGMENT_H
#define BASE_SEGMENT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* ICU's iterators, costly to make: one a stage. Used by one thread at a time. */
struct segmenter;

bool segmenter_open(struct segmenter **segmenter, struct error *error);
void segmenter_close(struct segmenter *segmenter); /* NULL is fine */

/* Byte offsets where the sentences of valid UTF-8 (less than 2 GiB) end, the white space behind
 * each included: they rise, the last is text.size; *count is 0 for the empty text. Sentences end
 * where the Unicode standard (UAX 29) says so, at line breaks, and at . ! ? 。 … before white space
 * even when a small letter follows, as customers write, and at "late.The", "good...but"; not behind
 * "Mr." and its like. The offsets lie in `arena`. */
const size_t *segment_sentences(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count);

/* The last offset <= `limit` where a word ends, the white space behind it included; white space is
 * preferred to other word boundaries unless it lies in the first half. 0 when one word fills all of
 * [0, limit). */
size_t segment_word_boundary_before(struct segmenter *segmenter, struct text text, size_t limit);

#endif
