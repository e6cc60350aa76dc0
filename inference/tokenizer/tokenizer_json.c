/* tokenizer_json.c - reads a `tokenizer.json` of Hugging Face tokenizers: unigram models with a
 * precompiled normalization and U+2581 for spaces, as in the T5 family. */
#include <string.h>

#include "base/json.h"
#include "inference/tokenizer/vocabulary.h"

static int base64_value(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static bool decode_base64(struct text encoded, struct arena *arena, struct text *decoded)
{
    char *bytes = arena_alloc(arena, encoded.size / 4 * 3 + 3, 1);
    size_t size = 0;
    uint32_t accumulator = 0;
    unsigned bits = 0;
    while (encoded.size && encoded.bytes[encoded.size - 1] == '=')
        encoded.size--;
    for (size_t i = 0; i < encoded.size; i++) {
        int value = base64_value(encoded.bytes[i]);
        if (value < 0)
            return false;
        accumulator = accumulator << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[size++] = (char)(accumulator >> bits & 0xFF);
        }
    }
    *decoded = (struct text){bytes, size};
    return true;
}

static bool is_type(const struct json *value, const char *type)
{
    return text_equal(json_text(json_member(value, "type")), text_of(type));
}

/* One normalizer, or each of a sequence of them. */
static bool read_normalizer(const struct json *normalizer, const char *name, struct arena *arena,
                            struct vocabulary *vocabulary, struct error *error)
{
    const struct json *charsmap = json_member(normalizer, "precompiled_charsmap");
    if (json_kind_of(normalizer) == JSON_KIND_NULL)
        return true;
    if (is_type(normalizer, "Precompiled")) {
        return decode_base64(json_text(charsmap), arena, &vocabulary->charsmap) ||
               error_set(error, ERROR_MODEL, "%s: precompiled_charsmap is not base64", name);
    }
    if (is_type(normalizer, "Strip")) {
        if (json_is_true(json_member(normalizer, "strip_left")))
            vocabulary->flags |= TOKENIZER_STRIP_LEADING;
        if (json_is_true(json_member(normalizer, "strip_right")))
            vocabulary->flags |= TOKENIZER_STRIP_TRAILING;
        return true;
    }
    if (is_type(normalizer, "Replace")) {
        struct text pattern = json_text(json_member(json_member(normalizer, "pattern"), "Regex"));
        if (text_equal(pattern, TEXT(" {2,}"))) {
            vocabulary->flags |= TOKENIZER_COLLAPSE_SPACES;
            return true;
        }
    }
    if (is_type(normalizer, "Sequence")) {
        const struct json *list = json_member(normalizer, "normalizers");
        for (size_t i = 0; i < json_count(list); i++)
            if (!read_normalizer(json_element(list, i), name, arena, vocabulary, error))
                return false;
        return true;
    }
    return error_set(error, ERROR_MODEL,
                     "%s: normalizer '%.*s' is not one that T5's tokenizers use; "
                     "convert from spiece.model instead",
                     name, TEXT_ARGUMENT(json_text(json_member(normalizer, "type"))));
}

static bool read_pre_tokenizer(const struct json *pre_tokenizer, const char *name,
                               struct vocabulary *vocabulary, struct error *error)
{
    if (is_type(pre_tokenizer, "Sequence")) {
        const struct json *list = json_member(pre_tokenizer, "pretokenizers");
        for (size_t i = 0; i < json_count(list); i++)
            if (!read_pre_tokenizer(json_element(list, i), name, vocabulary, error))
                return false;
        return true;
    }
    if (is_type(pre_tokenizer, "WhitespaceSplit")) {
        vocabulary->flags |=
            TOKENIZER_COLLAPSE_SPACES | TOKENIZER_STRIP_LEADING | TOKENIZER_STRIP_TRAILING;
        return true;
    }
    if (!is_type(pre_tokenizer, "Metaspace"))
        return error_set(error, ERROR_MODEL,
                         "%s: pre_tokenizer '%.*s' is not one that T5's tokenizers use; "
                         "convert from spiece.model instead",
                         name, TEXT_ARGUMENT(json_text(json_member(pre_tokenizer, "type"))));
    struct text scheme = json_text(json_member(pre_tokenizer, "prepend_scheme"));
    bool prefix = scheme.size ? !text_equal(scheme, TEXT("never"))
                              : json_is_true(json_member(pre_tokenizer, "add_prefix_space"));
    vocabulary->flags |= TOKENIZER_ESCAPE_SPACES |
                         (prefix ? TOKENIZER_ADD_PREFIX_SPACE | TOKENIZER_PREFIX_UNLESS_SPACE : 0);
    return true;
}

static bool read_vocabulary(const struct json *model, const char *name,
                            struct vocabulary *vocabulary, struct error *error)
{
    const struct json *pieces = json_member(model, "vocab");
    int64_t unknown_id = -1;
    json_to_integer(json_member(model, "unk_id"), &unknown_id);
    bool byte_fallback = json_is_true(json_member(model, "byte_fallback"));
    if (byte_fallback)
        vocabulary->flags |= TOKENIZER_BYTE_FALLBACK;
    if (json_kind_of(pieces) != JSON_KIND_ARRAY || json_count(pieces) > MAX_PIECES)
        return error_set(error, ERROR_MODEL, "%s: model.vocab is not a list of pieces", name);
    for (size_t i = 0; i < json_count(pieces); i++) {
        const struct json *pair = json_element(pieces, i);
        struct vocabulary_piece vocabulary_piece = {.text = json_text(json_element(pair, 0)),
                                                    .kind = PIECE_NORMAL};
        if (!json_to_real(json_element(pair, 1), &vocabulary_piece.score))
            return error_set(error, ERROR_MODEL, "%s: piece %zu of model.vocab has no score", name,
                             i);
        if ((int64_t)i == unknown_id)
            vocabulary_piece.kind = PIECE_UNKNOWN;
        else if (byte_fallback && vocabulary_piece.text.size == 6 &&
                 text_starts_with(vocabulary_piece.text, TEXT("<0x")))
            vocabulary_piece.kind = PIECE_BYTE;
        vocabulary_add_piece(vocabulary, vocabulary_piece);
    }
    return true;
}

/* Added tokens are matched in the raw text; special ones never match text. */
static bool read_added(const struct json *list, const char *name, struct vocabulary *vocabulary,
                       struct error *error)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *token = json_element(list, i);
        struct text content = json_text(json_member(token, "content"));
        int64_t id = -1;
        json_to_integer(json_member(token, "id"), &id);
        if (content.size == 0 || id < 0 || (uint64_t)id > vocabulary->count)
            return error_set(error, ERROR_MODEL, "%s: added token %zu is out of order", name, i);
        enum piece_kind kind =
            json_is_true(json_member(token, "special")) ? PIECE_CONTROL : PIECE_USER_DEFINED;
        if ((size_t)id == vocabulary->count)
            vocabulary_add_piece(vocabulary,
                                 (struct vocabulary_piece){.text = content, .kind = kind});
        else if (vocabulary->pieces[id].kind != PIECE_UNKNOWN)
            vocabulary->pieces[id].kind = kind;
        vocabulary_add_token(vocabulary, (struct added_token){content, (int32_t)id});
    }
    return true;
}

/* Freeing the JSON tree frees its texts: copies those that the vocabulary needs. */
static void copy_texts(struct vocabulary *vocabulary, struct arena *arena)
{
    for (size_t i = 0; i < vocabulary->count; i++)
        vocabulary->pieces[i].text = arena_copy_text(arena, vocabulary->pieces[i].text);
    for (size_t i = 0; i < vocabulary->added_count; i++)
        vocabulary->added[i].text = arena_copy_text(arena, vocabulary->added[i].text);
}

bool tokenizer_json_read(struct text bytes, const char *name, struct arena *arena,
                         struct vocabulary *vocabulary, struct error *error)
{
    struct error json_error = {0};
    struct json *root = json_read(bytes, NULL, ERROR_MODEL, &json_error);
    if (!root)
        return error_set(error, ERROR_MODEL, "%s: %s", name, json_error.message);
    const struct json *model = json_member(root, "model");
    vocabulary->end_piece = TEXT("</s>");
    vocabulary->flags = TOKENIZER_SPLIT_WORDS;
    bool read = is_type(model, "Unigram") ||
                error_set(error, ERROR_MODEL, "%s: the tokenizer is '%.*s'; T5's are Unigram", name,
                          TEXT_ARGUMENT(json_text(json_member(model, "type"))));
    read = read &&
           read_normalizer(json_member(root, "normalizer"), name, arena, vocabulary, error) &&
           read_pre_tokenizer(json_member(root, "pre_tokenizer"), name, vocabulary, error) &&
           read_vocabulary(model, name, vocabulary, error) &&
           read_added(json_member(root, "added_tokens"), name, vocabulary, error);
    if (read)
        copy_texts(vocabulary, arena);
    json_free(root);
    return read;
}
