/* tokenizer.h - SentencePiece unigram tokenizer: text to ids and back, with byte offsets into
 * the text.
 *
 * Gives the same ids as libsentencepiece 0.1.97, in time linear in the text. */
#ifndef INFERENCE_TOKENIZER_TOKENIZER_H
#define INFERENCE_TOKENIZER_TOKENIZER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Pieces, scores and lookup tables. Read-only once open, so threads can share it. */
struct tokenizer;

/* Opens a bare `spiece.model` or `tokenizer.json`, or the tokenizer of a GGUF file; detected
 * from the content. */
bool tokenizer_open(struct tokenizer **tokenizer, const char *path, struct error *error);
void tokenizer_close(struct tokenizer *tokenizer); /* may be NULL */

/* The path of a directory's tokenizer, allocated from `arena`. Prefers spiece.model to
 * tokenizer.json, because with it no text can be read as a control token. Empty (error set) if
 * there is none. */
struct text tokenizer_find(const char *directory, struct arena *arena, struct error *error);

/* Number of pieces, including added ones (<extra_id_0>, ...); ids are below it. */
size_t tokenizer_count(const struct tokenizer *tokenizer);

/* The id of the end token, or -1 if the vocabulary has none. */
int32_t tokenizer_end_id(const struct tokenizer *tokenizer);

/* Writes the ids of `text`, without the end token, to ids[0..capacity), and the end offset of
 * each token in `text` to ends[0..capacity); either may be NULL. Returns the number of tokens,
 * which may exceed `capacity`. Ends never decrease; the last is text.size. Invalid UTF-8 is
 * read as U+FFFD. */
size_t tokenizer_encode(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                        size_t *ends, size_t capacity);

/* As tokenizer_encode, for a decoder prefix: where `text` starts with a symbol of the
 * vocabulary ("<sentiment>"), no piece for a space is put before it. */
size_t tokenizer_encode_prefix(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                               size_t capacity);

/* The text of ids, as the start of a text: the leading space is dropped, control pieces are
 * skipped, an unknown piece is " \u2047 ", byte pieces are joined, and bytes that are not UTF-8
 * become U+FFFD. Ids outside the vocabulary are skipped. */
struct text tokenizer_decode(const struct tokenizer *tokenizer, const int32_t *ids, size_t count,
                             struct arena *arena);

#endif
