/* tokenizer_gguf.c - reads the vocabulary of a GGUF file: SentencePiece's pieces, as llama.cpp
 * writes those of T5 models. */
#include <stdio.h>

#include "inference/formats/gguf.h"
#include "inference/tokenizer/vocabulary.h"

static bool is_true_or_missing(const struct gguf *gguf, const char *key)
{
    int64_t value = 1;
    gguf_get_integer(gguf, key, &value);
    return value;
}

/* Embedding rows without a piece are written as unused pieces named [PAD123]. */
static bool is_padding_piece(const struct vocabulary_piece *vocabulary_piece, size_t id)
{
    char name[32];
    snprintf(name, sizeof(name), "[PAD%zu]", id);
    return vocabulary_piece->kind == PIECE_UNUSED &&
           text_equal(vocabulary_piece->text, text_of(name));
}

static bool read_pieces(const struct gguf *gguf, const char *name, struct vocabulary *vocabulary,
                        struct error *error)
{
    struct gguf_list texts, scores, kinds;
    if (!gguf_list(gguf, "tokenizer.ggml.tokens", &texts) ||
        !gguf_list(gguf, "tokenizer.ggml.scores", &scores) ||
        !gguf_list(gguf, "tokenizer.ggml.token_type", &kinds))
        return error_set(error, ERROR_MODEL,
                         "%s: expected tokenizer.ggml.tokens, .scores and .token_type among the "
                         "settings; convert the model again",
                         name);
    struct vocabulary_piece vocabulary_piece = {0};
    while (vocabulary->count <= MAX_PIECES && gguf_next_text(&texts, &vocabulary_piece.text)) {
        int64_t kind = 0;
        if (!gguf_next_real(&scores, &vocabulary_piece.score) || !gguf_next_integer(&kinds, &kind))
            return error_set(error, ERROR_MODEL, "%s: piece %zu has no score or no type", name,
                             vocabulary->count);
        vocabulary_piece.kind =
            kind >= PIECE_NORMAL && kind <= PIECE_BYTE ? (enum piece_kind)kind : 0;
        if (vocabulary_piece.kind == PIECE_BYTE)
            vocabulary->flags |= TOKENIZER_BYTE_FALLBACK;
        vocabulary_add_piece(vocabulary, vocabulary_piece);
    }
    while (vocabulary->count &&
           is_padding_piece(&vocabulary->pieces[vocabulary->count - 1], vocabulary->count - 1))
        vocabulary->count--;
    return true;
}

/* A list of signed or unsigned bytes. */
static bool read_charsmap(const struct gguf *gguf, struct arena *arena,
                          struct vocabulary *vocabulary)
{
    struct gguf_list list;
    if (!gguf_list(gguf, "tokenizer.ggml.precompiled_charsmap", &list))
        return true;
    size_t size = 0;
    char *bytes = arena_alloc(arena, list.bytes.size, 1);
    for (int64_t byte; gguf_next_integer(&list, &byte) && byte >= INT8_MIN && byte <= UINT8_MAX;)
        bytes[size++] = (char)byte;
    vocabulary->charsmap = (struct text){bytes, size};
    return list.count == 0;
}

static bool read_tokenizer(const struct gguf *gguf, const char *name, struct arena *arena,
                           struct vocabulary *vocabulary, struct error *error)
{
    struct text model = {NULL, 0};
    int64_t end_id = 1;
    gguf_get_text(gguf, "tokenizer.ggml.model", &model);
    if (!text_equal(model, TEXT("t5")))
        return error_set(error, ERROR_MODEL, "%s: the tokenizer is '%.*s', expected 't5' (unigram)",
                         name, TEXT_ARGUMENT(model));
    vocabulary->flags = TOKENIZER_ESCAPE_SPACES;
    if (is_true_or_missing(gguf, "tokenizer.ggml.add_space_prefix"))
        vocabulary->flags |= TOKENIZER_ADD_PREFIX_SPACE;
    if (is_true_or_missing(gguf, "tokenizer.ggml.remove_extra_whitespaces"))
        vocabulary->flags |=
            TOKENIZER_COLLAPSE_SPACES | TOKENIZER_STRIP_LEADING | TOKENIZER_STRIP_TRAILING;
    if (!read_pieces(gguf, name, vocabulary, error))
        return false;
    gguf_get_integer(gguf, "tokenizer.ggml.eos_token_id", &end_id);
    if (end_id >= 0 && (uint64_t)end_id < vocabulary->count)
        vocabulary->end_piece = vocabulary->pieces[end_id].text;
    return read_charsmap(gguf, arena, vocabulary) ||
           error_set(error, ERROR_MODEL,
                     "%s: tokenizer.ggml.precompiled_charsmap is not a list of bytes", name);
}

bool tokenizer_gguf_read(struct text bytes, const char *name, struct arena *arena,
                         struct vocabulary *vocabulary, struct error *error)
{
    struct gguf *gguf;
    if (!gguf_read(&gguf, bytes, name, error))
        return false;
    bool read = read_tokenizer(gguf, name, arena, vocabulary, error);
    gguf_close(gguf);
    return read;
}
