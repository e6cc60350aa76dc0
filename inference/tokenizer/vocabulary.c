/* vocabulary.c - builds the tables that the tokenizer uses from the pieces of a file. */
#include "inference/tokenizer/vocabulary.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void vocabulary_add_piece(struct vocabulary *vocabulary, struct vocabulary_piece vocabulary_piece)
{
    vocabulary->pieces = memory_grow(vocabulary->pieces, &vocabulary->capacity,
                                     vocabulary->count + 1, sizeof(*vocabulary->pieces));
    vocabulary->pieces[vocabulary->count++] = vocabulary_piece;
}

void vocabulary_add_token(struct vocabulary *vocabulary, struct added_token token)
{
    vocabulary->added = memory_grow(vocabulary->added, &vocabulary->added_capacity,
                                    vocabulary->added_count + 1, sizeof(*vocabulary->added));
    vocabulary->added[vocabulary->added_count++] = token;
}

void vocabulary_free(struct vocabulary *vocabulary)
{
    free(vocabulary->pieces);
    free(vocabulary->added);
    *vocabulary = (struct vocabulary){0};
}

/* The byte of a piece such as <0x0A>, or -1. */
static int parse_byte_piece(struct text vocabulary_piece)
{
    unsigned byte;
    char text[7];
    if (vocabulary_piece.size != 6)
        return -1;
    memcpy(text, vocabulary_piece.bytes, 6);
    text[6] = '\0';
    char canonical[8];
    if (sscanf(text, "<0x%2X>", &byte) != 1)
        return -1;
    snprintf(canonical, sizeof(canonical), "<0x%02X>", byte);
    return memcmp(text, canonical, 6) == 0 ? (int)byte : -1;
}

static bool check_piece(const struct vocabulary *vocabulary, size_t id, const char *name,
                        struct tokenizer_settings *settings, struct error *error)
{
    const struct vocabulary_piece *vocabulary_piece = &vocabulary->pieces[id];
    if (vocabulary_piece->text.size == 0 || vocabulary_piece->text.size > MAX_PIECE_BYTES)
        return error_set(error, ERROR_MODEL, "%s: piece %zu has %zu bytes, expected 1 to %d", name,
                         id, vocabulary_piece->text.size, MAX_PIECE_BYTES);
    if (!(vocabulary_piece->score >= -(double)FLT_MAX &&
          vocabulary_piece->score <= (double)FLT_MAX))
        return error_set(error, ERROR_MODEL, "%s: the score of piece %zu is not a number", name,
                         id);
    if (vocabulary_piece->text.size > settings->max_piece_size)
        settings->max_piece_size = (uint32_t)vocabulary_piece->text.size;
    int byte = -1;
    switch (vocabulary_piece->kind) {
    case PIECE_NORMAL:
        if (vocabulary_piece->score < settings->min_score)
            settings->min_score = vocabulary_piece->score;
        if (vocabulary_piece->score > settings->max_score)
            settings->max_score = vocabulary_piece->score;
        return true;
    case PIECE_UNKNOWN:
        if (settings->unknown_id >= 0)
            return error_set(error, ERROR_MODEL, "%s: two pieces (%d and %zu) for the unknown",
                             name, settings->unknown_id, id);
        settings->unknown_id = (int32_t)id;
        return true;
    case PIECE_CONTROL:
        if (text_equal(vocabulary_piece->text, vocabulary->end_piece))
            settings->end_id = (int32_t)id;
        return true;
    case PIECE_BYTE:
        byte = parse_byte_piece(vocabulary_piece->text);
        if (byte < 0 || settings->byte_ids[byte] >= 0)
            return error_set(error, ERROR_MODEL,
                             "%s: piece %zu is not a byte <0x00> to <0xFF>, or comes twice", name,
                             id);
        settings->byte_ids[byte] = (int32_t)id;
        return true;
    case PIECE_USER_DEFINED:
    case PIECE_UNUSED:
        return true;
    }
    return error_set(error, ERROR_MODEL, "%s: piece %zu is of unknown kind %d", name, id,
                     (int)vocabulary_piece->kind);
}

static bool make_settings(const struct vocabulary *vocabulary, const char *name,
                          struct tokenizer_settings *settings, struct error *error)
{
    /* SentencePiece starts its maximum with FLT_MIN, the smallest positive float. */
    *settings = (struct tokenizer_settings){.count = (uint32_t)vocabulary->count,
                                            .unknown_id = -1,
                                            .end_id = -1,
                                            .min_score = (double)FLT_MAX,
                                            .max_score = (double)FLT_MIN,
                                            .flags = vocabulary->flags};
    for (size_t i = 0; i < 256; i++)
        settings->byte_ids[i] = -1;
    if (vocabulary->count == 0 || vocabulary->count > MAX_PIECES)
        return error_set(error, ERROR_MODEL, "%s: %zu pieces, expected 1 to %d", name,
                         vocabulary->count, MAX_PIECES);
    for (size_t id = 0; id < vocabulary->count; id++)
        if (!check_piece(vocabulary, id, name, settings, error))
            return false;
    if (settings->unknown_id < 0)
        return error_set(error, ERROR_MODEL, "%s: no piece for the unknown", name);
    for (size_t i = 0; i < 256 && (settings->flags & TOKENIZER_BYTE_FALLBACK); i++)
        if (settings->byte_ids[i] < 0)
            return error_set(error, ERROR_MODEL, "%s: byte fallback without the piece <0x%02zX>",
                             name, i);
    return true;
}

static bool is_matched_by_text(enum piece_kind kind, bool symbols_only)
{
    if (symbols_only)
        return kind == PIECE_USER_DEFINED;
    return kind == PIECE_NORMAL || kind == PIECE_USER_DEFINED || kind == PIECE_UNUSED;
}

/* What tables are built from and in. `name` is for messages. */
struct table_builder {
    const struct vocabulary *vocabulary;
    const char *name;
    struct arena *arena;
};

static bool build_trie(const struct table_builder *builder, bool symbols_only, struct text *table,
                       struct error *error)
{
    const struct vocabulary *vocabulary = builder->vocabulary;
    struct trie_key *keys = memory_alloc(vocabulary->count, sizeof(*keys));
    size_t count = 0;
    for (size_t id = 0; id < vocabulary->count; id++)
        if (is_matched_by_text(vocabulary->pieces[id].kind, symbols_only))
            keys[count++] = (struct trie_key){vocabulary->pieces[id].text, (int32_t)id};
    struct trie trie;
    struct text duplicate;
    bool are_unique = trie_build(&trie, keys, count, builder->arena, &duplicate);
    free(keys);
    *table = (struct text){(const char *)trie.nodes, trie.count * sizeof(*trie.nodes)};
    return are_unique || error_set(error, ERROR_MODEL, "%s: the piece '%.*s' is there twice",
                                   builder->name, TEXT_ARGUMENT(duplicate));
}

static bool build_added(const struct table_builder *builder, struct text *table,
                        struct error *error)
{
    const struct vocabulary *vocabulary = builder->vocabulary;
    struct trie_key *keys = memory_alloc(vocabulary->added_count, sizeof(*keys));
    bool is_valid = true;
    for (size_t i = 0; i < vocabulary->added_count && is_valid; i++) {
        struct added_token token = vocabulary->added[i];
        keys[i] = (struct trie_key){token.text, token.id};
        if (token.id < 0 || (size_t)token.id >= vocabulary->count || token.text.size == 0 ||
            token.text.size > MAX_PIECE_BYTES)
            is_valid = error_set(error, ERROR_MODEL, "%s: added token '%.*s' has no piece %d",
                                 builder->name, TEXT_ARGUMENT(token.text), token.id);
    }
    struct trie trie = {0};
    if (is_valid)
        trie_build(&trie, keys, vocabulary->added_count, builder->arena, NULL);
    free(keys);
    *table = (struct text){(const char *)trie.nodes, trie.count * sizeof(*trie.nodes)};
    return is_valid;
}

static void build_pieces(const struct vocabulary *vocabulary, struct arena *arena,
                         struct text tables[TOKENIZER_TABLE_COUNT])
{
    size_t count = vocabulary->count, size = 0;
    for (size_t id = 0; id < count; id++)
        size += vocabulary->pieces[id].text.size;
    uint32_t *offsets = arena_alloc(arena, count + 1, sizeof(*offsets));
    double *scores = arena_alloc(arena, count, sizeof(*scores));
    uint8_t *kinds = arena_alloc(arena, count, 1);
    char *bytes = arena_alloc(arena, size, 1);
    size_t offset = 0;
    for (size_t id = 0; id < count; id++) {
        const struct vocabulary_piece *vocabulary_piece = &vocabulary->pieces[id];
        offsets[id] = (uint32_t)offset;
        scores[id] = vocabulary_piece->score;
        kinds[id] = (uint8_t)vocabulary_piece->kind;
        memcpy(bytes + offset, vocabulary_piece->text.bytes, vocabulary_piece->text.size);
        offset += vocabulary_piece->text.size;
    }
    offsets[count] = (uint32_t)offset;
    tables[TOKENIZER_OFFSETS] = (struct text){(char *)offsets, (count + 1) * sizeof(*offsets)};
    tables[TOKENIZER_PIECES] = (struct text){bytes, size};
    tables[TOKENIZER_SCORES] = (struct text){(char *)scores, count * sizeof(*scores)};
    tables[TOKENIZER_KINDS] = (struct text){(char *)kinds, count};
}

bool vocabulary_build(const struct vocabulary *vocabulary, const char *name, struct arena *arena,
                      struct text tables[TOKENIZER_TABLE_COUNT], struct error *error)
{
    const struct table_builder builder = {vocabulary, name, arena};
    struct tokenizer_settings *settings = arena_alloc(arena, 1, sizeof(*settings));
    if (!make_settings(vocabulary, name, settings, error))
        return false;
    tables[TOKENIZER_SETTINGS] = (struct text){(const char *)settings, sizeof(*settings)};
    build_pieces(vocabulary, arena, tables);
    tables[TOKENIZER_CHARSMAP] = vocabulary->charsmap.size
                                     ? arena_copy_text(arena, vocabulary->charsmap)
                                     : (struct text){NULL, 0};
    return build_trie(&builder, false, &tables[TOKENIZER_TRIE], error) &&
           build_trie(&builder, true, &tables[TOKENIZER_SYMBOLS], error) &&
           build_added(&builder, &tables[TOKENIZER_ADDED], error);
}
