/* vocabulary.h - a tokenizer as its file describes it, and the tables that the tokenizer uses. */
#ifndef INFERENCE_TOKENIZER_VOCABULARY_H
#define INFERENCE_TOKENIZER_VOCABULARY_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "inference/tokenizer/tokenizer.h"
#include "inference/tokenizer/trie.h"

enum { MAX_PIECES = 1 << 20, MAX_PIECE_BYTES = 4096 };

/* SentencePiece's numbers. */
enum piece_kind {
    PIECE_NORMAL = 1,
    PIECE_UNKNOWN = 2,
    PIECE_CONTROL = 3,
    PIECE_USER_DEFINED = 4,
    PIECE_UNUSED = 5,
    PIECE_BYTE = 6,
};

struct vocabulary_piece {
    struct text text;
    double score; /* SentencePiece stores floats */
    enum piece_kind kind;
};

/* A string that is matched before anything else is done, as tokenizer.json defines it. */
struct added_token {
    struct text text;
    int32_t id;
};

/* How text is normalized and split. Stored in model files as it is. */
struct tokenizer_settings {
    uint32_t count;          /* number of pieces */
    uint32_t max_piece_size; /* bytes */
    int32_t unknown_id;
    int32_t end_id;              /* -1: none */
    double min_score, max_score; /* over normal pieces, as SentencePiece computes them */
    uint32_t flags, reserved;
    int32_t byte_ids[256]; /* used with TOKENIZER_BYTE_FALLBACK */
};

enum tokenizer_flag {
    TOKENIZER_ADD_PREFIX_SPACE = 1,     /* a space is put before the text */
    TOKENIZER_COLLAPSE_SPACES = 2,      /* consecutive spaces become one */
    TOKENIZER_STRIP_LEADING = 4,        /* leading spaces are dropped */
    TOKENIZER_STRIP_TRAILING = 8,       /* trailing spaces are dropped */
    TOKENIZER_ESCAPE_SPACES = 16,       /* a space is written as U+2581 */
    TOKENIZER_BYTE_FALLBACK = 32,       /* an unknown character becomes its bytes */
    TOKENIZER_PREFIX_UNLESS_SPACE = 64, /* no space is put before a text that starts with a
                                         * space */
    TOKENIZER_SPLIT_WORDS = 128, /* each word is split separately; scores are summed in double */
};

struct vocabulary {
    struct vocabulary_piece *pieces;
    size_t count, capacity;
    struct added_token *added;
    size_t added_count, added_capacity;
    struct text charsmap; /* SentencePiece's precompiled normalization; may be empty */
    struct text end_piece;
    uint32_t flags;
};

/* Texts borrow from `bytes` or from `arena`. Messages start with `name`. */
bool sentencepiece_read(struct text bytes, const char *name, struct vocabulary *vocabulary,
                        struct error *error);
bool tokenizer_json_read(struct text bytes, const char *name, struct arena *arena,
                         struct vocabulary *vocabulary, struct error *error);
bool tokenizer_gguf_read(struct text bytes, const char *name, struct arena *arena,
                         struct vocabulary *vocabulary, struct error *error);
void vocabulary_free(struct vocabulary *vocabulary); /* safe on a zeroed one */

void vocabulary_add_piece(struct vocabulary *vocabulary, struct vocabulary_piece vocabulary_piece);
void vocabulary_add_token(struct vocabulary *vocabulary, struct added_token token);

/* The tokenizer's tables, each a block of bytes that a model file stores and maps. */
enum tokenizer_table {
    TOKENIZER_SETTINGS, /* struct tokenizer_settings */
    TOKENIZER_OFFSETS,  /* uint32_t [count + 1], offsets into the bytes of the pieces */
    TOKENIZER_PIECES,   /* the pieces' bytes */
    TOKENIZER_SCORES,   /* double [count] */
    TOKENIZER_KINDS,    /* uint8_t [count], enum piece_kind */
    TOKENIZER_TRIE,     /* struct trie_node []: normal, user-defined and unused pieces */
    TOKENIZER_SYMBOLS,  /* struct trie_node []: user-defined pieces */
    TOKENIZER_ADDED,    /* struct trie_node []: added tokens */
    TOKENIZER_CHARSMAP, /* as SentencePiece stores it */
    TOKENIZER_TABLE_COUNT
};

/* Checks the vocabulary and builds the tables in `arena`. */
bool vocabulary_build(const struct vocabulary *vocabulary, const char *name, struct arena *arena,
                      struct text tables[TOKENIZER_TABLE_COUNT], struct error *error);

/* An opened tokenizer: views of the tables. */
struct tokenizer {
    const struct tokenizer_settings *settings;
    const uint32_t *offsets;
    const char *bytes;
    const double *scores;
    const uint8_t *kinds;
    struct trie pieces, symbols, added;
    const uint32_t *charsmap_units; /* a Darts double array, as SentencePiece uses it */
    size_t charsmap_unit_count;
    struct text replacements; /* its values are offsets of zero-terminated strings */
    struct text space;        /* replacement for a space */
    struct text tables[TOKENIZER_TABLE_COUNT]; /* borrowed, or owned by the arena */
    struct arena arena;
};

/* Makes a zeroed tokenizer use `tables`, which must outlive it, after checking every bound. */
bool tokenizer_attach(struct tokenizer *tokenizer, const struct text tables[TOKENIZER_TABLE_COUNT],
                      const char *name, struct error *error);

/* Reads a spiece.model, tokenizer.json or GGUF file into a zeroed tokenizer, which owns its
 * tables. */
bool tokenizer_load(struct tokenizer *tokenizer, const char *path, struct error *error);
void tokenizer_release(struct tokenizer *tokenizer); /* safe on a zeroed one */

struct text tokenizer_piece(const struct tokenizer *tokenizer, int32_t id);

#endif
