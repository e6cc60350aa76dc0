/* tokenizer.h - SentencePiece unigram: text to ids and back, with byte offsets into the text.
 *
 * The same ids as libsentencepiece 0.1.97 gives, in time linear in the text. */
#ifndef INFERENCE_TOKENIZER_TOKENIZER_H
#define INFERENCE_TOKENIZER_TOKENIZER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Pieces, scores and the tables to find them. Read-only once open, so threads share it. */
struct tokenizer;

/* Opens a bare `spiece.model` or `tokenizer.json`, or that of a GGUF file; recognised by content.
 */
bool tokenizer_open(struct tokenizer **tokenizer, const char *path, struct error *error);
void tokenizer_close(struct tokenizer *tokenizer); /* NULL is fine */

/* The path of a directory's tokenizer, allocated from `arena`: spiece.model, with which no text can
 * read as a control token, before tokenizer.json. Empty (error set) when there is none. */
struct text tokenizer_find(const char *directory, struct arena *arena, struct error *error);

/* Pieces, the added ones (<extra_id_0>, ...) counted; ids are below it. */
size_t tokenizer_count(const struct tokenizer *tokenizer);

/* The id of the end mark; -1 when the vocabulary has none. */
int32_t tokenizer_end_id(const struct tokenizer *tokenizer);

/* Ids of `text`, without the end mark, into ids[0..capacity), and where in `text` each token's
 * bytes end into ends[0..capacity); either may be NULL. Returns how many tokens there are, which
 * may exceed `capacity`. Ends never fall; the last is text.size. Invalid UTF-8 reads as U+FFFD. */
size_t tokenizer_encode(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                        size_t *ends, size_t capacity);

/* As tokenizer_encode, for what a decoder is made to start with: where `text` begins with a symbol
 * of the vocabulary ("<sentiment>"), no piece for the space before it is made. */
size_t tokenizer_encode_prefix(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                               size_t capacity);

/* The text of ids, as a continuation from nothing: the leading space is dropped, control pieces are
 * left out, an unknown is " \u2047 ", bytes are joined; what is not UTF-8 then is U+FFFD. Ids
 * outside the vocabulary are left out. */
struct text tokenizer_decode(const struct tokenizer *tokenizer, const int32_t *ids, size_t count,
                             struct arena *arena);

#endif
